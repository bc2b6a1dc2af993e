"""Every operation of the contract over HTTP, by clients that zeep builds from the served WSDL."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter.contract.exchange import bureau, common, referral
from adapter.operations.registry import (
    BUREAU_OPERATIONS,
    INFORMATION_OPERATIONS,
    REFERRAL_OPERATIONS,
)
from adapter.operations.registry_callback import OPERATIONS as CALL_BACKS
from adapter.soap.server import wait_until_listening
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS, Keyring, make_keys
from adapter.stand.documents import Clerk, SignedReferral
from adapter.stand.files import new_request_id
from storage import upgrade
from tests.acceptance.conftest import ROOT, free_ports
from tests.acceptance.zeep_client import Partner
from tests.contract.exchange_samples import sample

REFERRAL = {"SignedReferral": ("doctor", "chairman", "member-1", "member-2", "hospital-seal")}
RETURN = {"SignedReturnNotice": ("bureau-head",)}
RESULT = {"SignedExaminationResult": ("bureau-head",)}
SCAN = b"%PDF-1.4 " + bytes(range(256))


@dataclass(frozen=True)
class Exchange:
    """The partners that call a running adapter."""

    mis: Partner
    bureau: Partner
    information: Partner
    remd: Partner
    clerk: Clerk

    def submit(self, document: SignedReferral, **more: Any) -> str:
        """Submit a referral with its СЭМД; return the number in the typed receipt."""
        request = referral.SubmitReferralRequest(
            request_id=new_request_id(),
            signed_referral=document.holder(),
            semd=document.semd.packed(),
            **more,
        )
        answer = self.mis.call(request, REFERRAL)
        content = answer.Receipt.ReceiptContent
        assert content.state == "SUBMITTED"
        assert content.documentId.extension == extension(document)
        return str(content.referralNumber)

    def register_in_remd(self, document: SignedReferral) -> str:
        """РЭМД asks for the file and brings its verdict; return its number."""
        uid = extension(document)
        asked = self.remd.call_back("getDocumentFile", localUid=uid)
        assert (asked.status, asked.file.data) == ("success", document.semd.content)
        emdr_id = f"121.77.26.11.{int(hashlib.sha256(uid.encode()).hexdigest(), 16) % 10**9:09}"
        item = {"emdrId": emdr_id, "registrationDateTime": datetime.now(UTC)}
        told = self.remd.call_back(
            "sendRegisterDocumentResult", localUid=uid, status="success", registryItem=item
        )
        assert told.status == "success"
        return emdr_id

    def deliver(self, number: str) -> Any:
        """The bureau fetches and acknowledges the one referral that waits; return the typed item."""
        fetched = self.bureau.call(bureau.FetchReferralsRequest(request_id=new_request_id(), max_items=10))
        (item,) = fetched.item
        assert item.referralNumber == number
        taken = self.bureau.call(
            bureau.AcknowledgeReferralsRequest(request_id=new_request_id(), token=(item.token,))
        )
        assert taken.acknowledged == [item.token]
        return item

    def act(self, kind: type, state: str, **values: Any) -> None:
        """The bureau moves the referral."""
        answer = self.bureau.call(kind(request_id=new_request_id(), **values))
        assert answer.state == state

    def take_notice(self, number: str, kind: str) -> Any:
        """The hospital fetches its notices and acknowledges one; return the typed item."""
        fetched = self.mis.call(referral.FetchNoticesRequest(request_id=new_request_id(), max_items=50))
        (item,) = [one for one in fetched.item if (one.referralNumber, one.kind) == (number, kind)]
        request = referral.AcknowledgeNoticesRequest(request_id=new_request_id(), token=(item.token,))
        assert self.mis.call(request).acknowledged == [item.token]
        return item


def extension(document: SignedReferral) -> str:
    """Return what РЭМД calls the document."""
    assert document.referral is not None
    return document.referral.document_id.extension


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A served adapter on an empty SQLite database, and zeep clients of its services."""
    folder = tmp_path_factory.mktemp("contract")
    make_keys(folder / "var" / "keys")
    (port,) = free_ports(1)
    config = folder / "config.toml"
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    config.write_text(text.replace("8080", str(port)), encoding="utf-8")
    upgrade(f"sqlite:///{folder / 'var' / 'mse-adapter.db'}")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.contract_server", str(config)], cwd=ROOT
    ) as process:
        try:
            wait_until_listening("127.0.0.1", port, 30)
            yield connected(f"http://127.0.0.1:{port}/ws", folder / "var" / "keys")
        finally:
            process.terminate()
            process.wait(15)


def connected(address: str, keys: Path) -> Exchange:
    """Return clients of all services."""
    keyring = Keyring(keys)
    return Exchange(
        mis=Partner(f"{address}/referral", MIS, keyring),
        bureau=Partner(f"{address}/bureau", BUREAU_SYSTEM, keyring),
        information=Partner(f"{address}/information", None, keyring),
        remd=Partner(f"{address}/remd-callback", None, keyring),
        clerk=Clerk(keyring, lambda: datetime.now(UTC)),
    )


def test_the_whole_trip_by_zeep(exchange: Exchange) -> None:
    """Submit, РЭМД, bureau, return, correction, examination, result: typed requests, typed answers."""
    first = exchange.clerk.referral(BUREAU)
    assert first.referral is not None
    checked = exchange.mis.call(
        referral.ValidateReferralRequest(
            request_id=new_request_id(), signed_referral=first.holder(), semd=first.semd.packed()
        ),
        REFERRAL,
    )
    # Nobody has imported registers: what was not checked is said, and refuses nothing.
    assert (checked.accepted, {one.code for one in checked.error}) == (True, {"MSE-5013"})
    digest = hashlib.sha256(SCAN).hexdigest()
    uploaded = exchange.mis.call(
        referral.UploadAttachmentPartRequest(
            request_id=new_request_id(),
            upload_id="scan",
            offset=0,
            total_size=len(SCAN),
            sha256=digest,
            content=base64.b64encode(SCAN).decode(),
        )
    )
    assert (uploaded.received, uploaded.complete) == (len(SCAN), True)
    scan = common.File(
        name="Выписка.pdf",
        document_type="1",
        media_type="application/pdf",
        size=len(SCAN),
        sha256=digest,
        upload_id="scan",
    )
    number = exchange.submit(first, file=(scan,))
    emdr_id = exchange.register_in_remd(first)
    item = exchange.deliver(number)
    assert (item.emdrId, item.versionNumber) == (emdr_id, 1)
    files = {one.role: one for one in item.documents}
    got = exchange.bureau.call(
        common.GetDocumentRequest(
            request_id=new_request_id(), document_id=files["ATTACHMENT"].documentId, offset=0, length=1 << 20
        )
    )
    assert (got.content, got.last, got.sha256) == (SCAN, True, digest)
    named = {"referral_number": number, "registration_number": "Б-1", "registered_at": datetime.now(UTC)}
    exchange.act(bureau.RegisterReferralRequest, "REGISTERED", **named)
    notice = exchange.clerk.return_notice(first.referral, number, BUREAU)
    returned = exchange.bureau.call(
        bureau.ReturnReferralRequest(request_id=new_request_id(), signed_return_notice=notice), RETURN
    )
    assert returned.state == "RETURNED"
    assert exchange.take_notice(number, "RETURN").state == "RETURNED"

    second = exchange.clerk.correction(first.referral)
    assert second.referral is not None
    replaced = referral.ReplacedReferral(referral_number=number)
    assert exchange.submit(second, replaces=replaced) == number
    exchange.register_in_remd(second)
    assert exchange.deliver(number).versionNumber == 2
    exchange.act(bureau.RegisterReferralRequest, "REGISTERED", **{**named, "registration_number": "Б-2"})
    exchange.act(bureau.AcceptReferralRequest, "IN_WORK", referral_number=number)
    planned = bureau.Examination(at=datetime.now(UTC), place="Бюро № 1", form="IN_PERSON", kind="NEW")
    exchange.act(bureau.ScheduleExaminationRequest, "SCHEDULED", referral_number=number, examination=planned)
    result = exchange.clerk.result(second.referral, number, BUREAU)
    sent = exchange.bureau.call(
        bureau.SubmitResultRequest(request_id=new_request_id(), signed_examination_result=result), RESULT
    )
    assert sent.state == "RESULT_SENT"
    told = exchange.take_notice(number, "RESULT")
    status = exchange.mis.call(
        referral.GetReferralStatusRequest(request_id=new_request_id(), referral_number=number)
    )
    assert (status.state, status.resultAvailable) == ("COMPLETED", True)
    assert status.resultDocumentId == told.documents[0].documentId
    assert [row["to"] for row in status.history if row["to"]][-3:] == ["EXAMINED", "RESULT_SENT", "COMPLETED"]
    mine = exchange.mis.call(
        common.GetDocumentRequest(
            request_id=new_request_id(), document_id=status.resultDocumentId, offset=0, length=1 << 20
        )
    )
    assert b"SignedExaminationResult" in mine.content


def test_the_bureau_rejects_and_the_hospital_withdraws(exchange: Exchange) -> None:
    """RejectReferral of a delivered referral and WithdrawReferral of one on its way."""
    document = exchange.clerk.referral(BUREAU)
    number = exchange.submit(document)
    exchange.register_in_remd(document)
    exchange.deliver(number)
    exchange.act(
        bureau.RejectReferralRequest,
        "NOT_ACCEPTED_REGION",
        referral_number=number,
        reason="REGION",
        explanation="Другой субъект",
    )
    other = exchange.submit(exchange.clerk.referral(BUREAU))
    answer = exchange.mis.call(
        referral.WithdrawReferralRequest(
            request_id=new_request_id(), referral_number=other, reason="Отказ гражданина"
        )
    )
    assert answer.state == "WITHDRAWN"


def test_errors_are_typed(exchange: Exchange) -> None:
    """A refusal comes as Errors, and zeep reads every field of it."""
    answer = exchange.mis.call(
        referral.GetReferralStatusRequest(request_id=new_request_id(), referral_number="20260101-00000-00000")
    )
    (error,) = answer.error
    assert (error.code, error["class"], error.severity) == ("MSE-5003", "INPUT", "ERROR")
    assert error.path == "GetReferralStatusRequest/referralNumber"
    assert error.correlationId


@pytest.mark.parametrize("operation", BUREAU_OPERATIONS, ids=lambda one: one.name)
def test_every_operation_of_the_bureau_answers(exchange: Exchange, operation: Any) -> None:
    """A sample about nothing gets a typed answer of the operation: none is absent, none breaks."""
    answer = exchange.bureau.call(replace(sample(operation.request), request_id=new_request_id()))
    codes = {one.code for one in getattr(answer, "error", None) or ()}
    assert not codes & {"MSE-1010", "MSE-5010", "MSE-5012"}


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        ("sendNotice", {"emdrId": "121.77.26.11.000000002"}),
        (
            "sendDocumentFile",
            {"emdrId": "121.77.26.11.000000002", "file": {"data": b"x", "mediaType": "text/xml"}},
        ),
    ],
)
def test_the_registry_tells_of_linked_documents(
    exchange: Exchange, operation: str, values: dict[str, Any]
) -> None:
    """What РЭМД tells of linked documents is taken and answered."""
    assert exchange.remd.call_back(operation, **values).status == "success"


def test_the_wsdl_offers_what_is_served(exchange: Exchange) -> None:
    """Every operation of a service is in its WSDL, and no other."""
    assert exchange.mis.operations() == {one.name for one in REFERRAL_OPERATIONS}
    assert exchange.bureau.operations() == {one.name for one in BUREAU_OPERATIONS}
    assert exchange.information.operations() == {one.name for one in INFORMATION_OPERATIONS}
    assert exchange.remd.operations() == set(CALL_BACKS.values())
