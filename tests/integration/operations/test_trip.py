"""The way of one referral through the operations, with РЭМД and the bureau played by the test."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from adapter.contract.exchange.bureau import (
    AcceptReferralRequest,
    AcceptReferralResponse,
    AcknowledgeReferralsRequest,
    AcknowledgeReferralsResponse,
    Examination,
    FetchReferralsRequest,
    FetchReferralsResponse,
    RegisterReferralRequest,
    RegisterReferralResponse,
    ReturnReferralRequest,
    ReturnReferralResponse,
    ScheduleExaminationRequest,
    ScheduleExaminationResponse,
    SubmitResultRequest,
    SubmitResultResponse,
)
from adapter.contract.exchange.referral import (
    AcknowledgeNoticesRequest,
    AcknowledgeNoticesResponse,
    FetchNoticesRequest,
    FetchNoticesResponse,
    GetReferralStatusRequest,
    GetReferralStatusResponse,
    SubmitReferralResponse,
)
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS, MIS_OTHER
from tests.integration.operations.gateway import Gateway, request_id
from tests.integration.operations.registry import register_in_remd


def number_of(content: SubmitReferralResponse) -> str:
    """Return the number in a receipt."""
    return content.receipt.findtext("{*}ReceiptContent/{*}referralNumber") or ""


def to_bureau(gateway: Gateway) -> str:
    """Hand the one waiting referral to the bureau and register it; return its number."""
    fetched = gateway.call(BUREAU_SYSTEM, FetchReferralsRequest(request_id=request_id(), max_items=10))
    (item,) = fetched.read(FetchReferralsResponse).item
    taken = gateway.call(
        BUREAU_SYSTEM, AcknowledgeReferralsRequest(request_id=request_id(), token=(item.token,))
    )
    assert taken.read(AcknowledgeReferralsResponse).acknowledged == (item.token,)
    registered = gateway.call(
        BUREAU_SYSTEM,
        RegisterReferralRequest(
            request_id=request_id(),
            referral_number=item.referral_number,
            registration_number=f"Б-{item.version_number}",
            registered_at=datetime.now(UTC),
        ),
    )
    assert registered.read(RegisterReferralResponse).state == "REGISTERED"
    return item.referral_number


def notices(gateway: Gateway) -> dict[str, str]:
    """Return the tokens of the notices that wait for the hospital, by kind."""
    fetched = gateway.call(MIS, FetchNoticesRequest(request_id=request_id(), max_items=50))
    return {item.kind: item.token for item in fetched.read(FetchNoticesResponse).item}


def test_a_referral_is_returned_corrected_and_examined(gateway: Gateway) -> None:
    """Submit, register, return, correct, register again, accept, schedule, result: COMPLETED."""
    first = gateway.clerk.referral(BUREAU)
    accepted = gateway.submit(first)
    assert accepted.status == "ACCEPT"
    number = number_of(accepted.read(SubmitReferralResponse))
    register_in_remd(gateway, number)
    assert to_bureau(gateway) == number

    assert first.referral is not None
    returned = gateway.call(
        BUREAU_SYSTEM,
        ReturnReferralRequest(
            request_id=request_id(),
            signed_return_notice=gateway.clerk.return_notice(first.referral, number, BUREAU),
        ),
    )
    assert returned.read(ReturnReferralResponse).state == "RETURNED"
    token = notices(gateway)["RETURN"]
    known = gateway.call(MIS, AcknowledgeNoticesRequest(request_id=request_id(), token=(token,)))
    assert known.read(AcknowledgeNoticesResponse).acknowledged == (token,)

    second = gateway.clerk.correction(first.referral)
    corrected = gateway.submit(second, replaces=number)
    assert number_of(corrected.read(SubmitReferralResponse)) == number
    register_in_remd(gateway, number)
    assert to_bureau(gateway) == number
    taken = gateway.call(
        BUREAU_SYSTEM, AcceptReferralRequest(request_id=request_id(), referral_number=number)
    )
    assert taken.read(AcceptReferralResponse).state == "IN_WORK"
    planned = gateway.call(
        BUREAU_SYSTEM,
        ScheduleExaminationRequest(
            request_id=request_id(),
            referral_number=number,
            examination=Examination(at=datetime.now(UTC), place="Бюро № 1", form="IN_PERSON", kind="NEW"),
        ),
    )
    assert planned.read(ScheduleExaminationResponse).state == "SCHEDULED"
    assert second.referral is not None
    sent = gateway.call(
        BUREAU_SYSTEM,
        SubmitResultRequest(
            request_id=request_id(),
            signed_examination_result=gateway.clerk.result(second.referral, number, BUREAU),
        ),
    )
    assert sent.read(SubmitResultResponse).state == "RESULT_SENT"
    token = notices(gateway)["RESULT"]
    gateway.call(MIS, AcknowledgeNoticesRequest(request_id=request_id(), token=(token,)))

    asked = GetReferralStatusRequest(request_id=request_id(), referral_number=number)
    status = gateway.call(MIS, asked).read(GetReferralStatusResponse)
    assert status.state == "COMPLETED"
    assert [row.to for row in status.history if row.to] == [
        "SUBMITTED",
        "REMD_REGISTERED",
        "DELIVERED",
        "REGISTERED",
        "RETURNED",
        "REWORK",
        "SUBMITTED",
        "REMD_REGISTERED",
        "DELIVERED",
        "REGISTERED",
        "IN_WORK",
        "SCHEDULED",
        "EXAMINED",
        "RESULT_SENT",
        "COMPLETED",
    ]
    assert gateway.call(MIS_OTHER, asked).codes == ["MSE-5003"]


def test_the_same_request_gets_the_same_answer(gateway: Gateway) -> None:
    """A repeat with a new envelope gets the stored business answer and makes no second referral."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    message = gateway.envelope(MIS, package)
    first = gateway.answer("/ws/referral", message)
    again = gateway.answer("/ws/referral", message)
    assert first.status == again.status == "ACCEPT"
    assert etree.tostring(first.content, method="c14n") == etree.tostring(again.content, method="c14n")
