"""Files of a submission: inline and in parts, their limits, names and hashes (facts, D.5)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from adapter.contract.exchange.common import File, FileSignature
from adapter.contract.exchange.referral import (
    SubmitReferralRequest,
    UploadAttachmentPartRequest,
    UploadAttachmentPartResponse,
    ValidateReferralRequest,
    ValidateReferralResponse,
)
from adapter.operations.housekeeping import expire_uploads
from adapter.stand.actors import BUREAU, MIS, MIS_OTHER, DemoSystem
from tests.integration.operations import hostile
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import number_in

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
    request = UploadAttachmentPartRequest(
        request_id=request_id(),
        upload_id=upload,
        offset=offset,
        total_size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=base64.b64encode(content[offset : offset + length]).decode(),
    )
    return gateway.call(system, request)


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
