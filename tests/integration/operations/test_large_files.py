"""Files above what stays in memory: the same checks, the same rows, the same answers, in little memory."""

from __future__ import annotations

import base64
import gc
import hashlib
import json
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import sqlalchemy as sa

from adapter.app.readiness import health
from adapter.contract.exchange.common import File, FileSignature, GetDocumentRequest
from adapter.contract.exchange.referral import SubmitReferralRequest
from adapter.domain.attachments import FILE_TYPES
from adapter.operations import spool
from adapter.operations.context import ScanResult
from adapter.operations.inspection import inspect
from adapter.operations.pdf_files import PdfExaminer
from adapter.operations.spool import Content, Spool, Spooled, holds
from adapter.stand.actors import BUREAU, DOCTOR, MIS
from signing import sign_detached
from storage.documents import PART_SIZE
from tests.integration.operations import hostile
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.test_files import (
    file,
    found,
    kept_part,
    part_of,
    picture,
    progress,
    put,
    submit,
)
from tests.integration.operations.walk import number_in
from tests.integration.storage.samples import at_once

MEBIBYTE = 1 << 20
#: A little more than fits into memory.
LARGE = MEBIBYTE + MEBIBYTE // 8
#: Bytes of a part that fit no border of rows or pieces.
PART = 700_001
#: Bytes that a file of 8 MiB may take more than one of 1 MiB: less than half of one copy of what is more.
BOUND = 3 * MEBIBYTE


def upload(gateway: Gateway, content: bytes, name: str) -> None:
    """Send a file in parts, the last one first."""
    for offset in reversed(range(0, len(content), PART)):
        kept_part(gateway, part_of(content, offset, PART, name))


def uploaded(gateway: Gateway, content: bytes, upload_id: str, /, **fields: Any) -> File:
    """Send a file in parts and return what a submission says of it."""
    upload(gateway, content, upload_id)
    return file(content, **{"content": None, "upload_id": upload_id, **fields})


def signature_over(gateway: Gateway, content: bytes) -> tuple[FileSignature, ...]:
    """Return a detached signature of the doctor over some bytes."""
    container = sign_detached(gateway.keyring.key(DOCTOR.key), content)
    return (FileSignature(value=base64.b64encode(container).decode()),)


def kept(gateway: Gateway, number: str) -> list[bytes]:
    """Return the attachments of a referral as they are stored."""
    store = gateway.runtime.store
    rows = store.read(lambda tx: tx.documents.list(number))
    return [
        store.read(lambda tx, one=one: tx.documents.read(one.id, 0, one.size))  # type: ignore[misc]
        for one in rows
        if one.role == "ATTACHMENT"
    ]


def rows_of(database: str, content: bytes) -> list[tuple[int, int]]:
    """Return offset and length of the rows in which a content lies."""
    engine = sa.create_engine(database)
    question = sa.text(
        "SELECT part_offset, length(content) FROM content_parts WHERE sha256 = :sha256 ORDER BY part_offset"
    )
    with engine.connect() as connection:
        rows = connection.execute(question, {"sha256": hashlib.sha256(content).hexdigest()})
        found = [(int(offset), int(length)) for offset, length in rows]
    engine.dispose()
    return found


def test_large_files_are_kept_in_rows_as_ever(gateway: Gateway, database: str) -> None:
    """PDF and DOCX in odd parts, signed over their bytes, lie in rows that every version reads."""
    scan, album = hostile.scan(2 * LARGE), hostile.album(LARGE)
    signed = signature_over(gateway, scan)
    named = (
        uploaded(gateway, scan, "scan", signature=signed),
        uploaded(gateway, album, "album", name="Альбом.docx", media_type=FILE_TYPES["docx"].media_type),
    )
    assert sorted(kept(gateway, number_in(submit(gateway, *named)))) == sorted([scan, album])
    lengths = [PART_SIZE, PART_SIZE, len(scan) - 2 * PART_SIZE]
    assert rows_of(database, scan) == [(number * PART_SIZE, size) for number, size in enumerate(lengths)]


@ON_SQLITE
def test_a_signature_over_other_bytes_is_refused(gateway: Gateway) -> None:
    """The digest of a large file is taken over all its pieces: one changed byte at its end is noticed."""
    scan = hostile.scan(LARGE)
    signed = signature_over(gateway, scan[:-1] + b"x")
    reply = submit(gateway, uploaded(gateway, scan, "scan", signature=signed))
    errors = [(one.code, one.path) for one in reply.errors]
    assert errors == [("MSE-2010", "SubmitReferralRequest/file[1]/signature[1]")]


@ON_SQLITE
def test_what_shows_at_the_end_of_a_large_file_is_seen(gateway: Gateway) -> None:
    """The table of an archive, the trailer of a PDF, the last bytes of a broken one: each has its code."""
    locked = pikepdf.Encryption(user="u", owner="o")
    broken = b"%PDF-1.4\n" + hostile.scan(LARGE)[2000:-2000]
    word = {"name": "a.docx", "media_type": FILE_TYPES["docx"].media_type}
    reply = submit(
        gateway,
        uploaded(gateway, hostile.scan(LARGE), "good"),
        uploaded(gateway, hostile.scan(LARGE, encryption=locked), "locked"),
        uploaded(gateway, hostile.scan(LARGE, {"/OpenAction": hostile.javascript()}), "script"),
        uploaded(gateway, broken + b"/J#53 (x)", "broken"),
        uploaded(gateway, hostile.album(LARGE, {"word/vbaProject.bin": b"x"}), "macro", **word),
        uploaded(gateway, hostile.album(LARGE)[:-30], "cut", **word),
        uploaded(gateway, hostile.album(LARGE), "renamed"),
    )
    place = "SubmitReferralRequest/file"
    assert found(reply) == [
        ("MSE-4007", f"{place}[2]"),
        ("MSE-4008", f"{place}[3]"),
        ("MSE-4008", f"{place}[4]"),
        ("MSE-4008", f"{place}[5]"),
        ("MSE-4001", f"{place}[6]"),
        ("MSE-4002", f"{place}[7]/name"),
    ]


@pytest.fixture
def examiner() -> Iterator[PdfExaminer]:
    """An examiner of its own, which remembers nothing of other tests."""
    made = PdfExaminer(seconds=60)
    yield made
    made.close()


def test_a_file_is_judged_the_same_wherever_it_lies(
    examiner: PdfExaminer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every kind of file, good and hostile, memory and temporary file lead to the same words."""
    monkeypatch.setattr(spool, "MEMORY", 0)
    samples: list[tuple[bytes, str]] = [
        (hostile.pdf(), "a.pdf"),
        (hostile.pdf(encryption=pikepdf.Encryption(user="u", owner="o")), "a.pdf"),
        (hostile.with_attachment(), "a.pdf"),
        (hostile.escaped(hostile.pdf({"/OpenAction": hostile.javascript()})), "a.pdf"),
        (hostile.pdf()[:200], "a.pdf"),
        (b"%PDF-1.4 /J", "a.pdf"),
        (b"%PDF-1.4 /AA", "a.pdf"),
        (hostile.office(), "a.docx"),
        (hostile.office({"word/embeddings/a.bin": b"MZ"}), "a.docx"),
        (hostile.encrypted_entry(), "a.docx"),
        (hostile.encrypted_office(), "a.docx"),
        (hostile.lying_bomb(300_000), "a.docx"),
        (hostile.packed_by(zipfile.ZIP_BZIP2), "a.docx"),
        (hostile.JPEG, "a.jpg"),
        (hostile.png(), "a.jpg"),
        ("текст".encode("utf-16"), "a.txt"),
        ("текст".encode(), "a.txt"),
        (b"<html><script>", "a.txt"),
    ]
    for content, name in samples:
        one = Spool()
        lying = one.keep(iter((content,)), len(content))
        assert isinstance(lying, Spooled)
        told = []
        for where in (content, lying):
            examiner._answers.clear()
            told.append(inspect(name, "*", "", where, "file[1]", tuple(FILE_TYPES), examiner))
        one.close()
        assert told[0] == told[1]


def test_a_table_of_parts_is_not_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A huge table, or a way to pack that has no bound, refuses an archive before it is read."""
    huge = hostile.office({f"word/{number:06}{'x' * 200}": "" for number in range(4500)})
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda _: pytest.fail("the table was read"))
    assert codes(huge) == ["MSE-4003"]
    monkeypatch.undo()
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert codes(hostile.packed_by(method)) == ["MSE-4001"]


def codes(content: bytes) -> list[str]:
    """Return the codes for a document of Word."""
    _, problems = inspect("a.docx", "*", "", content, "file[1]", ("docx",), lambda _: ())
    return [one.code for one in problems]


def test_an_upload_goes_on_after_a_restart(gateway: Gateway) -> None:
    """Parts that were answered are there after the end of the process; an empty part says where to go on."""
    scan = hostile.scan(LARGE)
    assert progress(put(gateway, scan, 0, PART)) == (PART, False)
    gateway.close()
    gateway.open()
    assert kept_part(gateway, replace(part_of(scan, PART, 0), content="")) == (PART, False)
    assert put(gateway, scan[::-1], PART, PART).codes == ["MSE-3002"]
    assert progress(put(gateway, scan, PART, PART)) == (len(scan), True)
    named = file(scan, content=None, upload_id="scan")
    assert kept(gateway, number_in(submit(gateway, named))) == [scan]


def test_one_large_content_is_kept_once_by_two_at_once(gateway: Gateway, database: str) -> None:
    """Two submissions of one scan at the same moment: both are accepted, its rows are there once."""
    scan = hostile.scan(2 * LARGE)
    upload(gateway, scan, "first")
    upload(gateway, scan, "second")
    messages = []
    for name in ("first", "second"):
        holder = gateway.clerk.referral(BUREAU).holder()
        one = file(scan, content=None, upload_id=name)
        request = SubmitReferralRequest(request_id=request_id(), signed_referral=holder, file=(one,))
        messages.append(gateway.envelope(MIS, request))
    works = [lambda one=one: gateway.post("/ws/referral", one) for one in messages]
    numbers = [number_in(gateway.read(raw, http)) for http, raw in at_once(*works)]
    assert [kept(gateway, number) for number in numbers] == [[scan], [scan]]
    assert [offset for offset, _ in rows_of(database, scan)] == [0, PART_SIZE, 2 * PART_SIZE]


@ON_SQLITE
def test_what_was_judged_is_what_is_kept(gateway: Gateway) -> None:
    """An upload that is dropped and begun anew while it is being checked changes nothing of what is kept."""
    scan = hostile.scan(LARGE)
    named = uploaded(gateway, scan, "scan")
    store = gateway.runtime.store

    def meanwhile(_: Content) -> ScanResult:
        assert store.transact(lambda tx: tx.uploads.forget(MIS.code, "scan"))
        upload(gateway, picture(LARGE).content.encode(), "scan")  # type: ignore[union-attr]
        return ScanResult.CLEAN

    gateway.change(scan=meanwhile)
    assert kept(gateway, number_in(submit(gateway, named))) == [scan]


@ON_SQLITE
def test_a_scanner_looks_into_large_files(gateway: Gateway) -> None:
    """MSE-4009 for a mark in the last bytes of a large file."""
    gateway.change(scan=lambda one: ScanResult.INFECTED if holds(one, b"EVIL") else ScanResult.CLEAN)
    evil = uploaded(gateway, hostile.scan(LARGE) + b"%EVIL\n", "evil")
    reply = submit(gateway, uploaded(gateway, hostile.scan(LARGE), "good"), evil)
    assert found(reply) == [("MSE-4009", "SubmitReferralRequest/file[2]")]


@ON_SQLITE
def test_without_room_for_a_large_file_the_sender_tries_again(gateway: Gateway, tmp_path: Path) -> None:
    """Where no temporary file can be made the answer is 503, health warns; the same request passes later."""
    folder = tmp_path / "spool"
    folder.write_bytes(b"")
    gateway.change(spool_folder=folder)
    named = uploaded(gateway, hostile.scan(LARGE), "scan")
    holder = gateway.clerk.referral(BUREAU).holder()
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=holder, file=(named,))
    message = gateway.envelope(MIS, request)
    http, _ = gateway.post("/ws/referral", message)
    assert (http[:3], gateway.referrals()) == ("503", ())
    assert checked(gateway) == "warn"
    folder.unlink()
    assert checked(gateway) == "ok"
    assert gateway.answer("/ws/referral", message).status == "ACCEPT"
    assert list(folder.iterdir()) == []


def checked(gateway: Gateway) -> str:
    """Return what readiness says of temporary files."""
    _, page = health(gateway.runtime, "/health/ready")
    return str(json.loads(page)["checks"]["files"])


@ON_SQLITE
def test_a_semd_that_is_too_large_is_refused_by_its_size(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A СЭМД over 5 MiB is refused with its size, and does not come into memory for that."""
    monkeypatch.setattr("adapter.operations.reception.whole", lambda _: pytest.fail("it was read whole"))
    document = gateway.clerk.referral(BUREAU)
    large = document.semd.content + b" " * (5 * MEBIBYTE)
    semd = uploaded(gateway, large, "semd", name="semd.xml", media_type="application/xml")
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=document.holder(), semd=semd)
    (error,) = gateway.call(MIS, request).errors
    assert (error.code, error.actual) == ("MSE-1004", f"{len(large)} байт")


@ON_SQLITE
def test_memory_does_not_grow_with_the_file(gateway: Gateway) -> None:
    """From the first part to the last slice 8 MiB take hardly more than 1 MiB; nothing waits for GC."""
    small, large = hostile.scan(MEBIBYTE), hostile.scan(8 * MEBIBYTE)
    carried(gateway, small)  # what is loaded at first need is no matter of sizes
    peaks = [carried(gateway, content) for content in (small, large)]
    assert peaks[1] - peaks[0] < BOUND, peaks


def carried(gateway: Gateway, content: bytes) -> int:
    """Bring a file in and out; return the highest memory of Python on the way, bytes."""
    name = request_id()
    parts = [part_of(content, offset, MEBIBYTE, name) for offset in range(0, len(content), MEBIBYTE)]
    one = file(content, content=None, upload_id=name, signature=signature_over(gateway, content))
    holder = gateway.clerk.referral(BUREAU).holder()
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=holder, file=(one,))
    message = gateway.envelope(MIS, request)
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        progressed = [kept_part(gateway, part) for part in parts]
        answer, _ = gateway.post("/ws/referral", message)
        digest = hashlib.sha256()
        for piece in fetched(gateway, one.sha256, len(content)):
            digest.update(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert (answer, progressed[-1]) == ("200 OK", (len(content), True))
    assert digest.hexdigest() == one.sha256
    return peak


def fetched(gateway: Gateway, sha256: str, size: int) -> Iterator[bytes]:
    """Give a file slice by slice, as it is handed out."""
    store = gateway.runtime.store
    numbers = [one.number for one in gateway.referrals()]
    rows = [row for number in numbers for row in store.read(lambda tx: tx.documents.list(number))]  # noqa: B023
    document = next(one for one in rows if one.sha256 == sha256)
    for offset in range(0, size, MEBIBYTE):
        asked = GetDocumentRequest(
            request_id=request_id(), document_id=document.id, offset=offset, length=MEBIBYTE
        )
        _, raw = gateway.post("/ws/referral", gateway.envelope(MIS, asked))
        text = re.search(rb"content>([^<]*)</", raw)
        assert text is not None
        yield base64.b64decode(text[1])


@pytest.mark.parametrize("begin", [b"", b"%PDF-1.4 nothing of it can be read\n"], ids=["good", "broken"])
def test_the_reader_of_pdf_does_not_grow_with_the_file(examiner: PdfExaminer, begin: bytes) -> None:
    """The process that reads a PDF takes for 8 MiB hardly more memory than for 1 MiB, whole or broken."""
    peaks = []
    for size in (MEBIBYTE, 8 * MEBIBYTE):
        scan = hostile.scan(size)
        # No name of PDF comes about by chance.
        content = begin + scan[2000:-2000].replace(b"/", b".").replace(b"#", b".") if begin else scan
        one = Spool()
        answer = examiner(one.keep(iter((content,)), len(content)))
        one.close()
        assert answer == (("unreadable",) if begin else ())
        (reader,) = [one for one in examiner._free.queue if one is not None]
        status = Path(f"/proc/{reader._process.pid}/status").read_text(encoding="ascii")
        peaks += [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")]
    assert peaks[1] - peaks[0] < BOUND, peaks
