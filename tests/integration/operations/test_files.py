"""Files of a submission: inline and in parts, their limits, names and hashes (facts, D.5)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pikepdf
import pytest
from lxml import etree

from adapter.contract import binding
from adapter.contract.exchange.common import File, FileSignature
from adapter.contract.exchange.referral import (
    SubmitReferralRequest,
    UploadAttachmentPartRequest,
    UploadAttachmentPartResponse,
    ValidateReferralRequest,
    ValidateReferralResponse,
)
from adapter.operations.context import Call
from adapter.operations.housekeeping import expire_uploads
from adapter.operations.uploads import upload_part
from adapter.stand.actors import BUREAU, MIS, MIS_OTHER, DemoSystem
from tests.integration.operations import hostile
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import number_in
from tests.integration.storage.samples import at_once

SCAN = hostile.pdf() + b"% the end\n" * 60


def file(data: bytes = SCAN, /, **fields: Any) -> File:
    """Return an attachment; named fields are other than they should be."""
    known = {
        "name": "Выписка.pdf",
        "document_type": "1",
        "media_type": "application/pdf",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "content": base64.b64encode(data).decode(),
    }
    return File(**{**known, **fields})


def picture(size: int, **fields: Any) -> File:
    """Return an attachment of so many bytes."""
    return file((hostile.JPEG + bytes(size))[:size], name="скан.jpg", media_type="image/jpeg", **fields)


def submit(gateway: Gateway, *files: File, system: DemoSystem = MIS) -> Reply:
    """Submit a new referral with files."""
    holder = gateway.clerk.referral(BUREAU).holder()
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=holder, file=files)
    return gateway.call(system, request)


def found(reply: Reply) -> list[tuple[str, str]]:
    """Return code and path of each error."""
    assert reply.status == "INVALID"
    return [(one.code, one.path) for one in reply.errors]


def put(
    gateway: Gateway,
    content: bytes,
    offset: int,
    length: int,
    *,
    system: DemoSystem = MIS,
    upload: str = "scan",
) -> Reply:
    """Upload one part of a file."""
    return gateway.call(system, part_of(content, offset, length, upload))


def part_of(content: bytes, offset: int, length: int, upload: str = "scan") -> UploadAttachmentPartRequest:
    """Return the request that uploads one part of a file."""
    return UploadAttachmentPartRequest(
        request_id=request_id(),
        upload_id=upload,
        offset=offset,
        total_size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=base64.b64encode(content[offset : offset + length]).decode(),
    )


def kept_part(gateway: Gateway, part: UploadAttachmentPartRequest) -> tuple[int, bool]:
    """Upload a part past envelope and signature; returns as `progress`."""
    nothing: Any = None
    mis = gateway.runtime.context.partners.get(MIS.code)
    assert mis is not None
    element = etree.Element("part")
    call = Call(
        operation="UploadAttachmentPart",
        request=part,
        element=element,
        parcel=nothing,
        partner=mis,
        certificate=None,
        now=gateway.clock(),
        test=False,
        request_id="r",
        content_hash="h",
        correlation_id="c",
        raw=b"",
    )
    answer = binding.read(UploadAttachmentPartResponse, upload_part(gateway.runtime.context, call).content)
    return answer.received, answer.complete


def progress(reply: Reply) -> tuple[int, bool]:
    """Return how much of an upload is there, and whether it is whole."""
    answer = reply.read(UploadAttachmentPartResponse)
    return answer.received, answer.complete


@ON_SQLITE
@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        (file(sha256="0" * 64), "MSE-4005", ""),
        (file(size=len(SCAN) - 1), "MSE-4005", ""),
        (file(b""), "MSE-4006", ""),
        (file(name="../Выписка.pdf"), "MSE-4010", "/name"),
        (file(name="a\u202efdp.exe"), "MSE-4010", "/name"),
        (file(content="AA"), "MSE-1102", "/content"),
        (file(content=None, upload_id="nothing"), "MSE-4005", "/uploadId"),
        (file(signature=(FileSignature(value=""),)), "MSE-2002", "/signature[1]/value"),
    ],
    ids=["hash", "size", "empty", "path in the name", "turned name", "base64", "no upload", "signature"],
)
def test_a_wrong_file_is_refused_at_its_place(gateway: Gateway, wrong: File, code: str, place: str) -> None:
    """Each fault of a file has its code and its path, and no referral is made."""
    reply = submit(gateway, file(), wrong)
    assert [(one.code, one.path) for one in reply.errors] == [(code, f"SubmitReferralRequest/file[2]{place}")]
    assert gateway.referrals() == ()


@ON_SQLITE
def test_names_of_files_are_not_repeated(gateway: Gateway) -> None:
    """The name of a file may be a person's: of it only the extension is shown."""
    reply = submit(gateway, file(name="Примерова Екатерина Ивановна*.pdf"))
    assert found(reply) == [("MSE-4010", "SubmitReferralRequest/file[1]/name")]
    assert "*.pdf" in reply.errors[0].message


@ON_SQLITE
def test_all_files_are_judged_at_once(gateway: Gateway) -> None:
    """Every wrong file of a message is reported in the one answer."""
    reply = submit(gateway, file(b""), file(), file(sha256="0" * 64))
    assert found(reply) == [
        ("MSE-4006", "SubmitReferralRequest/file[1]"),
        ("MSE-4005", "SubmitReferralRequest/file[3]"),
    ]


@ON_SQLITE
def test_limits_hold_to_the_byte(gateway: Gateway) -> None:
    """At the limit a file passes; one byte over it is refused with the excess, inline, alone and together."""
    gateway.limit(inline_file_bytes=100, file_bytes=200, total_file_bytes=300)
    assert submit(gateway, *[picture(100)] * 3).status == "ACCEPT"
    inline = submit(gateway, picture(101))
    assert found(inline) == [("MSE-4003", "SubmitReferralRequest/file[1]/content")]
    assert inline.errors[0].excess == "1 байт"
    alone = submit(gateway, picture(201, content=None, upload_id="large"))
    assert ("MSE-4003", "SubmitReferralRequest/file[1]/size") in found(alone)
    together = submit(gateway, *[picture(100)] * 3, picture(4))
    assert found(together) == [("MSE-4004", "")]
    assert (together.errors[0].actual, together.errors[0].excess) == ("304 байт", "4 байт")


@ON_SQLITE
def test_the_semd_counts_among_all_files(gateway: Gateway) -> None:
    """The limit of a message is over all its files, the СЭМД among them."""
    document = gateway.clerk.referral(BUREAU)
    gateway.limit(total_file_bytes=len(document.semd.content) + len(SCAN) - 1)
    request = SubmitReferralRequest(
        request_id=request_id(),
        signed_referral=document.holder(),
        semd=document.semd.packed(),
        file=(file(),),
    )
    assert found(gateway.call(MIS, request)) == [("MSE-4004", "")]


@ON_SQLITE
def test_validation_names_its_own_request(gateway: Gateway) -> None:
    """ValidateReferral reports the same faults under the name of its own request."""
    holder = gateway.clerk.referral(BUREAU).holder()
    request = ValidateReferralRequest(request_id=request_id(), signed_referral=holder, file=(file(b""),))
    answer = gateway.call(MIS, request).read(ValidateReferralResponse)
    assert [one.path for one in answer.error] == ["ValidateReferralRequest/file[1]"]


def test_a_file_in_parts_is_submitted_by_its_upload(gateway: Gateway) -> None:
    """Parts in any order, one of them twice, make the file that a submission names, byte for byte."""
    half = len(SCAN) // 2
    assert progress(put(gateway, SCAN, half, half + 1)) == (0, False)
    early = submit(gateway, file(content=None, upload_id="scan"))
    assert found(early) == [("MSE-4005", "SubmitReferralRequest/file[1]/uploadId")]
    assert progress(put(gateway, SCAN, 0, half)) == (len(SCAN), True)
    assert progress(put(gateway, SCAN, 0, half)) == (len(SCAN), True)
    number = number_in(submit(gateway, file(content=None, upload_id="scan")))
    store = gateway.runtime.store
    (kept,) = [one for one in store.read(lambda tx: tx.documents.list(number)) if one.role == "ATTACHMENT"]
    assert store.read(lambda tx: tx.documents.read(kept.id, 0, kept.size)) == SCAN
    assert (kept.name, kept.sha256) == ("Выписка.pdf", hashlib.sha256(SCAN).hexdigest())


@ON_SQLITE
def test_an_upload_whose_bytes_are_others_is_refused(gateway: Gateway) -> None:
    """A submission that names an upload with another hash than its bytes have is refused."""
    put(gateway, SCAN, 0, len(SCAN))
    other = file(SCAN[::-1], content=None, upload_id="scan")
    assert found(submit(gateway, other)) == [("MSE-4005", "SubmitReferralRequest/file[1]")]


@ON_SQLITE
def test_uploads_belong_to_their_owner(gateway: Gateway) -> None:
    """Another system's upload is not there for the one that names it."""
    put(gateway, SCAN, 0, len(SCAN), system=MIS_OTHER)
    reply = submit(gateway, file(content=None, upload_id="scan"))
    assert found(reply) == [("MSE-4005", "SubmitReferralRequest/file[1]/uploadId")]
    assert "с байта 0" in reply.errors[0].message


@ON_SQLITE
def test_an_upload_is_not_changed_on_its_way(gateway: Gateway) -> None:
    """MSE-3002 for other bytes at a known place, and for another file under a known upload."""
    put(gateway, SCAN, 0, 100)
    turned = SCAN[:100][::-1] + SCAN[100:]
    request = UploadAttachmentPartRequest(
        request_id=request_id(),
        upload_id="scan",
        offset=0,
        total_size=len(SCAN),
        sha256=hashlib.sha256(SCAN).hexdigest(),
        content=base64.b64encode(turned[:100]).decode(),
    )
    assert gateway.call(MIS, request).codes == ["MSE-3002"]
    assert put(gateway, turned, 0, 100).codes == ["MSE-3002"]
    assert progress(put(gateway, SCAN, 100, len(SCAN))) == (len(SCAN), True)


@ON_SQLITE
def test_wrong_parts_are_refused(gateway: Gateway) -> None:
    """A part over the limit, beyond the end, or of a file that is too large is refused and not kept."""
    gateway.limit(part_bytes=100, file_bytes=1000)
    assert found(put(gateway, SCAN[:500], 0, 101)) == [("MSE-4003", "UploadAttachmentPartRequest/content")]
    assert found(put(gateway, SCAN[:1001], 0, 50)) == [("MSE-4003", "UploadAttachmentPartRequest/totalSize")]
    beyond = UploadAttachmentPartRequest(
        request_id=request_id(), upload_id="scan", offset=9, total_size=10, sha256="0" * 64, content="AAAA"
    )
    assert found(gateway.call(MIS, beyond)) == [("MSE-4005", "UploadAttachmentPartRequest/content")]
    assert gateway.runtime.store.read(lambda tx: tx.uploads.received(MIS.code, "scan")) is None


@ON_SQLITE
def test_fresh_uploads_are_kept(gateway: Gateway) -> None:
    """Housekeeping leaves alone what a hospital is still sending."""
    put(gateway, SCAN, 0, 100)
    assert expire_uploads(gateway.runtime.context) == 0
    assert progress(put(gateway, SCAN, 100, len(SCAN))) == (len(SCAN), True)


@ON_SQLITE
def test_an_upload_takes_parts_of_any_order_and_size(gateway: Gateway) -> None:
    """Whatever parts come in whatever order, again and over each other, the file is whole in the end.

    After each part `received` is what is there without a gap, and never less than before.
    """
    chance = Random(7)  # noqa: S311 - one seed, one test
    for number in range(6):
        content = chance.randbytes(chance.randrange(1, 200))
        there: set[int] = set()
        before, complete = 0, False
        while not complete:
            offset = chance.randrange(len(content))
            length = chance.randrange(1, 90)
            received, complete = kept_part(gateway, part_of(content, offset, length, f"u{number}"))
            there |= set(range(offset, min(offset + length, len(content))))
            gap = next(one for one in range(len(content) + 1) if one not in there)
            assert (received, complete) == (gap, gap == len(content))
            assert received >= before
            before = received
        store = gateway.runtime.store
        assert store.read(lambda tx: b"".join(tx.uploads.contents(MIS.code, f"u{number}"))) == content  # noqa: B023


def test_parts_at_once_make_the_file(gateway: Gateway) -> None:
    """Overlapping parts that come at the same moment neither get lost nor doubled."""
    parts = [(offset, 300) for offset in range(0, len(SCAN), 150)]
    messages = [gateway.envelope(MIS, part_of(SCAN, offset, length)) for offset, length in parts]
    works = [lambda one=one: gateway.post("/ws/referral", one) for one in messages]
    answers = [progress(gateway.read(raw, http)) for http, raw in at_once(*works)]
    assert (len(SCAN), True) in answers
    store = gateway.runtime.store
    assert store.read(lambda tx: b"".join(tx.uploads.contents(MIS.code, "scan"))) == SCAN


@ON_SQLITE
def test_a_conflict_says_from_where_to_go_on(gateway: Gateway) -> None:
    """Other bytes over known ones are MSE-3002 with what is there; an empty part asks the same."""
    put(gateway, SCAN, 0, 100)
    put(gateway, SCAN, 200, 50)
    other = part_of(SCAN, 90, 30)
    turned = replace(other, content=base64.b64encode(SCAN[90:120][::-1]).decode())
    (error,) = gateway.call(MIS, turned).errors
    assert (error.code, "с байта 100" in (error.how_to_fix or "")) == ("MSE-3002", True)
    assert progress(gateway.call(MIS, replace(other, content=""))) == (100, False)
    assert progress(put(gateway, SCAN, 90, 120)) == (250, False)


@ON_SQLITE
def test_a_file_with_another_hash_is_dropped_and_begun_anew(gateway: Gateway) -> None:
    """With the last byte and another hash the upload is gone; the same id may begin again."""
    wrong = "0" * 64
    first = replace(part_of(SCAN, 0, 100), sha256=wrong, total_size=100)
    (error,) = gateway.call(MIS, first).errors
    assert (error.code, "с байта 0" in error.message) == ("MSE-4005", True)
    assert gateway.runtime.store.read(lambda tx: tx.uploads.received(MIS.code, "scan")) is None
    assert progress(put(gateway, SCAN, 0, len(SCAN))) == (len(SCAN), True)


@ON_SQLITE
def test_an_expired_upload_begins_anew(gateway: Gateway) -> None:
    """A part of an upload that was dropped is kept, and `received` says that the beginning is missing."""
    put(gateway, SCAN, 0, 100)
    store = gateway.runtime.store
    store.transact(lambda tx: tx.uploads.expire(tx.now() + timedelta(seconds=1)))
    assert progress(put(gateway, SCAN, 100, 100)) == (0, False)
    assert progress(put(gateway, SCAN, 0, 100)) == (200, False)


@ON_SQLITE
def test_an_upload_has_a_bounded_number_of_parts(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is not given byte by byte for ever: MSE-1105."""
    monkeypatch.setattr("adapter.operations.uploads.PARTS", 3)
    for offset in (0, 2, 4):
        put(gateway, SCAN, offset, 1)
    assert put(gateway, SCAN, 6, 1).codes == ["MSE-1105"]
    assert progress(put(gateway, SCAN, 4, 1)) == (1, False)


@ON_SQLITE
def test_equal_files_of_two_referrals_lie_once(gateway: Gateway) -> None:
    """Two submissions with one scan keep its bytes once; erasing the first one's leaves the second one's."""
    first, second = (number_in(submit(gateway, file(), file(name="копия.pdf"))) for _ in range(2))
    store = gateway.runtime.store

    def scans(number: str) -> list[str]:
        rows = store.read(lambda tx: tx.documents.list(number))
        return [one.id for one in rows if one.role == "ATTACHMENT"]

    erased = scans(first)
    assert store.transact(lambda tx: tx.documents.erase(*erased)) == 2
    kept = [store.read(lambda tx: tx.documents.read(one, 0, len(SCAN))) for one in scans(second)]  # noqa: B023
    assert kept == [SCAN, SCAN]


@ON_SQLITE
def test_too_many_files_are_refused(gateway: Gateway) -> None:
    """One file more than the limit is MSE-1105 with the excess; at the limit they pass."""
    gateway.change(limits=replace(gateway.runtime.context.limits, files=2))
    assert submit(gateway, file(), file()).status == "ACCEPT"
    (error,) = submit(gateway, file(), file(), file()).errors
    assert (error.code, error.path, error.excess) == ("MSE-1105", "SubmitReferralRequest/file", "1")


@ON_SQLITE
def test_the_kept_type_is_that_of_the_bytes(gateway: Gateway) -> None:
    """A scan that was declared as bytes is handed out as what it is."""
    number = number_in(submit(gateway, file(media_type="application/octet-stream")))
    rows = gateway.runtime.store.read(lambda tx: tx.documents.list(number))
    assert [one.media_type for one in rows if one.role == "ATTACHMENT"] == ["application/pdf"]


@ON_SQLITE
def test_active_content_refuses_the_submission(gateway: Gateway) -> None:
    """A script, a password and a wrong extension among good files: each at its place, no referral is made."""
    script = hostile.pdf({"/OpenAction": hostile.javascript()})
    locked = hostile.pdf(encryption=pikepdf.Encryption(user="u", owner="o"))
    reply = submit(gateway, file(), file(script), file(locked), file(hostile.png()))
    assert found(reply) == [
        ("MSE-4008", "SubmitReferralRequest/file[2]"),
        ("MSE-4007", "SubmitReferralRequest/file[3]"),
        ("MSE-4002", "SubmitReferralRequest/file[4]/name"),
    ]
    assert gateway.referrals() == ()
