"""РЭМД's call backs: verdicts twice, early, late, odd and unknown; the file (facts, G.7)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from lxml import etree

from adapter.contract.call import SoapVersion
from adapter.contract.exchange.referral import GetReferralStatusRequest, GetReferralStatusResponse
from adapter.contract.namespaces import REMD_CALLBACK, SOAP12
from adapter.contract.soap import plain_envelope
from adapter.stand.actors import MIS, REMD
from tests.integration.operations.gateway import Gateway, request_id
from tests.integration.operations.registry import call_back, take_in_remd, verdict
from tests.integration.operations.walk import Walk, number_in

EMDR_ID = "121.77.26.11.000000001"


def local_uid(walk: Walk) -> str:
    """Return what РЭМД calls the present version."""
    return walk.referral.document_id.extension


def status(walk: Walk) -> GetReferralStatusResponse:
    """Ask for the status as the sender."""
    asked = GetReferralStatusRequest(request_id=request_id(), referral_number=walk.number)
    return walk.gateway.call(MIS, asked).read(GetReferralStatusResponse)


def held(gateway: Gateway, subject: str) -> int:
    """Return how many events of a subject wait for their turn."""
    return len(gateway.runtime.store.read(lambda tx: tx.held_events.list(subject)))


def test_a_verdict_is_found_by_its_message(walk: Walk) -> None:
    """The id of the message alone, in another spelling, names the referral."""
    walk.to("SUBMITTED")
    message_id, _ = take_in_remd(walk.gateway, walk.number)
    message = verdict("", relates_to=f"urn:uuid:{message_id.upper()}", emdr_id=EMDR_ID)
    assert call_back(walk.gateway, message) == []
    assert walk.state == "REMD_REGISTERED"


def test_a_verdict_before_our_own_commit_counts(walk: Walk) -> None:
    """РЭМД's verdict that overtakes its own synchronous answer is applied; the answer changes nothing."""
    walk.to("SUBMITTED")
    assert call_back(walk.gateway, verdict(local_uid(walk), emdr_id=EMDR_ID)) == []
    assert walk.state == "REMD_REGISTERED"
    take_in_remd(walk.gateway, walk.number)
    assert walk.state == "REMD_REGISTERED"
    assert [item.emdr_id for item in walk.fetch()] == [EMDR_ID]


def test_a_verdict_twice_counts_once(walk: Walk) -> None:
    """A repeated success, at once and after the delivery, is answered alike and changes nothing."""
    walk.to("SUBMITTED")
    message = verdict(local_uid(walk), emdr_id=EMDR_ID)
    assert call_back(walk.gateway, message) == call_back(walk.gateway, message) == []
    walk.to("DELIVERED")
    before = walk.gateway.row(walk.number)
    assert call_back(walk.gateway, message) == []
    assert walk.gateway.row(walk.number) == before
    assert held(walk.gateway, walk.number) == 0


def test_a_refusal_twice_counts_once(walk: Walk) -> None:
    """A repeated refusal is answered alike, is told to the hospital once and is not held as a late event."""
    walk.to("SUBMITTED")
    message = verdict(local_uid(walk), codes=["NO_DOCUMENT_KIND_ON_DATE"])
    assert call_back(walk.gateway, message) == call_back(walk.gateway, message) == []
    assert walk.history() == ["SUBMITTED", "REMD_REJECTED"]
    assert walk.notices()["ERROR"].state == "REMD_REJECTED"
    assert held(walk.gateway, walk.number) == 0


def test_an_unknown_verdict_is_journaled(gateway: Gateway) -> None:
    """A verdict on a message and a document that nobody knows is refused and written down."""
    message = verdict("0d9e2c64-0a51-4b58-9a69-6a5d5b1f7a02", relates_to=request_id(), emdr_id=EMDR_ID)
    assert call_back(gateway, message) == ["WRONG_MESSAGE_ID"]
    assert call_back(gateway, verdict("", emdr_id=EMDR_ID)) == ["WRONG_MESSAGE_ID"]
    assert [row.event for row in gateway.refusals(REMD.code)] == ["REMD_VERDICT_UNKNOWN"] * 2


@pytest.mark.parametrize("count", [0, 50])
def test_a_refusal_with_any_number_of_errors(walk: Walk, count: int) -> None:
    """A refusal without a reason and one with fifty are both a refusal, and the status lists the codes."""
    walk.to("SUBMITTED")
    codes = [f"CODE_{number:02}" for number in range(count)]
    assert call_back(walk.gateway, verdict(local_uid(walk), codes=codes)) == []
    answer = status(walk)
    assert answer.state == "REMD_REJECTED"
    assert [one.remd_code for one in answer.error] == (codes or ["RUNTIME_ERROR"])
    assert {one.code for one in answer.error} == {"MSE-3040"}


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        (
            {"registrationDateTime": "2026-11-20T10:00:00.5+03:00"},
            datetime(2026, 11, 20, 7, 0, 0, 500000, UTC),
        ),
        ({"registrationDate": "2026-11-20"}, datetime(2026, 11, 20, tzinfo=UTC)),
        (
            {"registrationDate": "2026-11-19", "registrationDateTime": "2026-11-20T10:00:00+03:00"},
            datetime(2026, 11, 20, 7, tzinfo=UTC),
        ),
        ({"registrationDateTime": "вчера"}, None),
        ({}, None),
    ],
    ids=["moment", "day", "both", "unreadable", "none"],
)
def test_the_moment_of_registration(walk: Walk, when: dict[str, str], moment: datetime | None) -> None:
    """The moment wins over the day; where neither can be read, the moment of receipt stands."""
    walk.to("SUBMITTED")
    assert call_back(walk.gateway, verdict(local_uid(walk), emdr_id=EMDR_ID, when=when)) == []
    assert walk.gateway.row(walk.number).remd_registered_at == (moment or walk.gateway.clock())


@pytest.mark.parametrize(("emdr_id", "said"), [("", "success"), ("", "inProgress"), (EMDR_ID, "unheard-of")])
def test_a_verdict_that_says_nothing_decides_nothing(walk: Walk, emdr_id: str, said: str) -> None:
    """A success without a number and an unknown status are journaled and change nothing."""
    walk.to("SUBMITTED")
    message = verdict(local_uid(walk), emdr_id=emdr_id, status=said)
    assert call_back(walk.gateway, message) == ["VALIDATION_ERROR"]
    assert walk.state == "SUBMITTED"
    assert [row.event for row in walk.gateway.refusals(REMD.code)] == ["REMD_VERDICT_UNREADABLE"]


def test_a_late_verdict_on_a_withdrawn_referral_is_kept(walk: Walk) -> None:
    """What cannot be applied any more is held and journaled, and the referral stays withdrawn."""
    walk.to("SUBMITTED").withdraw()
    assert call_back(walk.gateway, verdict(local_uid(walk), emdr_id=EMDR_ID)) == []
    assert walk.state == "WITHDRAWN"
    assert held(walk.gateway, walk.number) == 1
    assert walk.gateway.journal(walk.number)[-1].event == "REMD_VERDICT_HELD"


def test_a_late_verdict_on_an_old_version_is_kept(walk: Walk) -> None:
    """A verdict on version 1 that comes after version 2 does not touch version 2."""
    walk.to("SUBMITTED")
    first = local_uid(walk)
    call_back(walk.gateway, verdict(first, codes=["NO_DOCUMENT_KIND_ON_DATE"]))
    walk.correct()
    assert call_back(walk.gateway, verdict(first, emdr_id=EMDR_ID)) == []
    row = walk.gateway.row(walk.number)
    assert (row.state, row.version_number, row.remd_id) == ("SUBMITTED", 2, None)
    assert held(walk.gateway, walk.number) == 1


def test_a_refused_document_may_be_corrected(walk: Walk) -> None:
    """After REMD_REJECTED the next version is accepted under the same number and goes to РЭМД again."""
    walk.to("SUBMITTED")
    take_in_remd(walk.gateway, walk.number)
    call_back(walk.gateway, verdict(local_uid(walk), codes=["NO_DOCUMENT_KIND_ON_DATE"]))
    assert number_in(walk.correct()) == walk.number
    walk.to("REGISTERED")
    assert walk.gateway.row(walk.number).version_number == 2
    assert status(walk).error == ()


def file_request(*, uid: str = "", emdr_id: str = "", soap_version: SoapVersion = "1.2") -> bytes:
    """Return РЭМД's request for a file."""
    content = etree.Element(f"{{{REMD_CALLBACK}}}getDocumentFileRequest", nsmap={"cb": REMD_CALLBACK})
    for name, text in (("localUid", uid), ("emdrId", emdr_id)):
        if text:
            etree.SubElement(content, f"{{{REMD_CALLBACK}}}{name}").text = text
    return etree.tostring(plain_envelope(content, soap_version))


def test_the_file_goes_to_the_registry_byte_for_byte(walk: Walk) -> None:
    """By localUid in any case and, once registered, by emdrId; each time it is a journaled disclosure."""
    walk.to("SUBMITTED")
    uid = local_uid(walk)
    call_back(walk.gateway, verdict(uid, emdr_id=EMDR_ID))
    for asked in (file_request(uid=uid.upper()), file_request(emdr_id=EMDR_ID, soap_version="1.1")):
        _, answer = walk.gateway.post("/ws/remd-callback", asked)
        (data,) = etree.fromstring(answer).iter(f"{{{REMD_CALLBACK}}}data")
        assert base64.b64decode(data.text or "") == walk.document.semd.content
    rows = [row for row in walk.gateway.journal(walk.number) if row.event == "DISCLOSED"]
    assert [row.actor_system for row in rows] == [REMD.code] * 2
    assert {row.details["length"] for row in rows} == {len(walk.document.semd.content)}


def test_an_unknown_file_is_not_there(gateway: Gateway) -> None:
    """The registry's own code for what nobody knows, and for a request that names nothing."""
    for asked in (file_request(uid=request_id()), file_request(emdr_id=EMDR_ID), file_request()):
        assert call_back(gateway, asked) == ["REGISTRY_ITEM_NOT_FOUND"]


def test_the_answer_speaks_the_version_of_the_question(gateway: Gateway) -> None:
    """A question in SOAP 1.2 is answered in SOAP 1.2."""
    _, answer = gateway.post("/ws/remd-callback", file_request(uid=request_id()))
    assert etree.fromstring(answer).tag == f"{{{SOAP12}}}Envelope"


def test_only_the_registry_calls_back(walk: Walk) -> None:
    """From another computer, without a signature, a call back is a fault and changes nothing."""
    walk.to("SUBMITTED")
    message = verdict(local_uid(walk), emdr_id=EMDR_ID)
    http, answer = walk.gateway.post("/ws/remd-callback", message, remote_address="192.0.2.7")
    assert http.startswith("500")
    assert b"MSE-5001" in answer
    assert walk.state == "SUBMITTED"
