"""What may be done in which state, by whom, with which document (facts, C.2; contract, "Documents")."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest

from adapter.contract.exchange.bureau import (
    RejectReferralRequest,
    RejectReferralResponse,
    ReturnReferralRequest,
    SubmitResultRequest,
)
from adapter.contract.exchange.common import GetDocumentRequest, GetDocumentResponse
from adapter.contract.exchange.referral import (
    FetchNoticesRequest,
    FetchNoticesResponse,
    GetReferralStatusRequest,
    GetReferralStatusResponse,
)
from adapter.contract.samples import sample_result, sample_return_notice
from adapter.domain.examination_result import ExaminationResult
from adapter.domain.return_notice import ReturnNotice
from adapter.domain.state_names import EVENT_NAMES, Event, Party
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS, PUSH_BUREAU, PUSH_SYSTEM, DemoSystem
from tests.integration.operations import acts
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import Walk
from tests.unit.domain.state_table import IN_ONE_STEP, TABLE

pytestmark = ON_SQLITE

_PARTNERS = frozenset({Party.MIS, Party.BUREAU})


def reject(walk: Walk, reason: str = "DUPLICATE") -> Reply:
    """The bureau refuses on receipt."""
    request = RejectReferralRequest(
        request_id=request_id(), referral_number=walk.number, reason=reason, explanation="Повторно"
    )
    return walk.gateway.call(BUREAU_SYSTEM, request)


def correct(walk: Walk) -> Reply:
    """The hospital submits the next version; the test goes on with the present one."""
    return walk.gateway.submit(walk.gateway.clerk.correction(walk.referral), replaces=walk.number)


BUREAU_ACTS: dict[Event, Callable[[Walk], Reply]] = {
    Event.REGISTER: Walk.register,
    Event.REFUSE_DUPLICATE: reject,
    Event.RETURN: Walk.send_back,
    Event.REPLACE_RETURN: acts.replace_notice,
    Event.ACCEPT: Walk.accept,
    Event.FORWARD: acts.forward,
    Event.ASSIGN_EXECUTOR: acts.assign,
    Event.REQUEST_EXAMINATION: acts.ask_for_more,
    Event.SCHEDULE: Walk.schedule,
    Event.RESCHEDULE: acts.reschedule,
    Event.NO_SHOW: acts.no_show,
    Event.EXTEND_DEADLINE: acts.extend,
    Event.SEND_RESULT: Walk.send_result,
    Event.REPLACE_RESULT: acts.replace_result,
    Event.APPEAL: acts.appeal,
    Event.DECIDE_APPEAL: acts.decide,
    Event.CHANGE_DECISION: acts.change_decision,
}
HOSPITAL_ACTS: dict[Event, Callable[[Walk], Reply]] = {Event.CORRECT: correct, Event.WITHDRAW: Walk.withdraw}

#: Where the referral is brought, straight or aside.
STATES: dict[str, tuple[str, list[Callable[[Walk], object]]]] = {
    "DELIVERED": ("DELIVERED", []),
    "REGISTERED": ("REGISTERED", []),
    "RETURNED": ("REGISTERED", [Walk.send_back]),
    "REWORK": ("REGISTERED", [Walk.send_back, Walk.take_return]),
    "REWORK_EXPIRED": ("REGISTERED", [Walk.send_back, Walk.take_return, acts.expire_rework]),
    "IN_WORK": ("IN_WORK", []),
    "SCHEDULED": ("SCHEDULED", []),
    "RESULT_SENT": ("RESULT_SENT", []),
    "COMPLETED": ("COMPLETED", []),
    "APPEALED": ("COMPLETED", [acts.appeal]),
    "EXAMINED": ("COMPLETED", [acts.appeal, acts.change_decision]),
    "WITHDRAWN": ("IN_WORK", [Walk.withdraw]),
    "NOT_ACCEPTED_DUPLICATE": ("DELIVERED", [reject]),
    "NOT_ACCEPTED_REGION": ("DELIVERED", [lambda walk: reject(walk, "REGION")]),
}


def possible(state: str) -> set[Event]:
    """Return what the facts let bureau and hospital do in a state, by an operation, unconditionally."""
    found = {event for (where, event), cell in TABLE.items() if where == state and cell.parties <= _PARTNERS}
    found |= {event for where, event in IN_ONE_STEP if where == state}
    found -= {Event.CORRECT} if state in {"IN_WORK", "SCHEDULED"} else set()
    return found & {*BUREAU_ACTS, *HOSPITAL_ACTS}


def bring(walk: Walk, state: str) -> None:
    """Bring the referral into a state, straight or aside."""
    straight, steps = STATES[state]
    walk.to(straight)
    for step in steps:
        step(walk)
    assert walk.state == state


@pytest.mark.parametrize("state", STATES)
def test_what_is_not_possible_says_what_is(walk: Walk, state: str) -> None:
    """Every other operation gets MSE-5004, names what its sender can do now, and changes nothing."""
    bring(walk, state)
    before = walk.gateway.row(walk.number)
    for acts_of in (BUREAU_ACTS, HOSPITAL_ACTS):
        for event, act in acts_of.items():
            if event in possible(state) or (state, event) == ("RESULT_SENT", Event.APPEAL):
                continue  # the appeal is kept: it may overtake the hospital (test_held_events)
            reply = act(walk)
            assert (reply.status, reply.codes) == ("REJECT", ["MSE-5004"]), event
            (error,) = reply.errors
            assert error.actual == state
            advice = error.how_to_fix or ""
            named = {one for one in acts_of if EVENT_NAMES[one] in advice}
            assert named == possible(state) & acts_of.keys(), event
    assert walk.gateway.row(walk.number) == before


def test_a_referral_on_its_way_is_the_hospitals_alone(walk: Walk) -> None:
    """Before the bureau has it, the bureau finds nothing, and the hospital may only withdraw it."""
    for state in ("SUBMITTED", "REMD_REGISTERED"):
        walk.to(state)
        for act in BUREAU_ACTS.values():
            assert act(walk).codes == ["MSE-5003"]
        reply = correct(walk)
        assert reply.codes == ["MSE-5004"]
        assert reply.errors[0].how_to_fix == f"Сейчас возможно: {EVENT_NAMES[Event.WITHDRAW]}."


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("DUPLICATE", "NOT_ACCEPTED_DUPLICATE"),
        ("LATE", "NOT_ACCEPTED_LATE"),
        ("SIGNATURE", "NOT_ACCEPTED_SIGNATURE"),
        ("REGION", "NOT_ACCEPTED_REGION"),
    ],
)
def test_the_bureau_refuses_on_receipt(walk: Walk, reason: str, state: str) -> None:
    """Each of the four reasons leads to its final state; the hospital is told, and no term runs."""
    walk.to("DELIVERED")
    answer = reject(walk, reason).read(RejectReferralResponse)
    assert (answer.state, answer.deadline) == (state, None)
    assert walk.notices()["STATUS"].state == state


def send_notice(walk: Walk, notice: ReturnNotice, key: str, system: DemoSystem = BUREAU_SYSTEM) -> Reply:
    """Send a return notice signed with a key."""
    signed = walk.gateway.signed(notice, [key])
    request = ReturnReferralRequest(request_id=request_id(), signed_return_notice=signed)
    return walk.gateway.call(system, request)


def send_result(walk: Walk, result: ExaminationResult, key: str = BUREAU.head.key) -> Reply:
    """Send a result signed with a key."""
    signed = walk.gateway.signed(result, [key])
    request = SubmitResultRequest(request_id=request_id(), signed_examination_result=signed)
    return walk.gateway.call(BUREAU_SYSTEM, request)


def notice_on(walk: Walk) -> ReturnNotice:
    """Return the notice that the bureau would send."""
    now = walk.gateway.clock()
    return sample_return_notice(
        walk.referral,
        on=now.date(),
        created_at=now,
        referral_number=walk.number,
        return_id=request_id(),
        signed_by=BUREAU.head.person,
    )


def result_on(walk: Walk) -> ExaminationResult:
    """Return the result that the bureau would send."""
    now = walk.gateway.clock()
    return sample_result(
        walk.referral,
        on=now.date(),
        created_at=now,
        referral_number=walk.number,
        result_id=request_id(),
        bureau_head=BUREAU.head.person,
    )


def test_another_bureau_returns_nothing(walk: Walk) -> None:
    """A bureau that the referral was not sent to does not find it, in its own name or in another's."""
    walk.to("REGISTERED")
    own = replace(
        notice_on(walk),
        bureau=replace(notice_on(walk).bureau, oid=PUSH_BUREAU.oid),
        signed_by=PUSH_BUREAU.head.person.at(PUSH_BUREAU.oid),
    )
    assert send_notice(walk, own, PUSH_BUREAU.head.key, PUSH_SYSTEM).codes == ["MSE-5003"]
    other = send_notice(walk, notice_on(walk), BUREAU.head.key, PUSH_SYSTEM)
    assert (other.codes, other.errors[0].path) == (["MSE-1011"], "ReturnNotice/bureau/oid")
    assert walk.state == "REGISTERED"


def test_a_return_is_signed_by_the_head_that_it_names(walk: Walk) -> None:
    """Somebody else's signature is MSE-2020, and the head's is missing; no signature is MSE-2001."""
    walk.to("REGISTERED")
    assert sorted(send_notice(walk, notice_on(walk), "doctor").codes) == ["MSE-2001", "MSE-2020"]
    assert sorted(send_notice(walk, notice_on(walk), "bureau-push-head").codes) == ["MSE-2001", "MSE-2020"]
    assert send_notice(walk, notice_on(walk), "bureau-seal").codes == ["MSE-2001"]
    assert walk.state == "REGISTERED"


def test_a_head_of_another_bureau_signs_nothing_here(walk: Walk) -> None:
    """MSE-2024 for return and result that name and are signed by the head of another bureau."""
    walk.to("REGISTERED")
    head = PUSH_BUREAU.head
    foreign = replace(notice_on(walk), signed_by=head.person.at(PUSH_BUREAU.oid))
    reply = send_notice(walk, foreign, head.key)
    assert (reply.codes, reply.errors[0].path) == (["MSE-2024"], "ReturnNotice/signedBy/organizationOid")
    walk.to("SCHEDULED")
    result = replace(result_on(walk), bureau_head=head.person.at(PUSH_BUREAU.oid))
    reply = send_result(walk, result, head.key)
    assert (reply.codes, reply.errors[0].path) == (
        ["MSE-2024"],
        "ExaminationResult/bureauHead/organizationOid",
    )
    assert walk.state == "SCHEDULED"


def test_a_changed_return_is_refused(walk: Walk) -> None:
    """MSE-2010 for a notice whose ground was changed after the head signed it."""
    walk.to("REGISTERED")
    signed = walk.gateway.signed(notice_on(walk), [BUREAU.head.key])
    (ground,) = signed.iter("{*}groundCode")
    ground.text = "K1"
    request = ReturnReferralRequest(request_id=request_id(), signed_return_notice=signed)
    assert walk.gateway.call(BUREAU_SYSTEM, request).codes == ["MSE-2010"]
    assert walk.state == "REGISTERED"


def test_a_return_of_another_document_is_refused(walk: Walk) -> None:
    """MSE-5003 for a notice on a document that is not the present version of the referral."""
    walk.to("REGISTERED")
    other = replace(walk.referral.document_id, extension=request_id())
    reply = send_notice(walk, replace(notice_on(walk), document_id=other), BUREAU.head.key)
    assert (reply.codes, reply.errors[0].path) == (["MSE-5003"], "ReturnNotice/documentId")


def test_a_result_on_another_document_is_refused(walk: Walk) -> None:
    """MSE-5003 for a result on a document that is not the present version of the referral."""
    walk.to("SCHEDULED")
    other = replace(walk.referral.document_id, extension=request_id())
    reply = send_result(walk, replace(result_on(walk), document_id=other))
    assert (reply.codes, reply.errors[0].path) == (["MSE-5003"], "ExaminationResult/documentId")


def test_a_result_about_somebody_else_is_refused(walk: Walk) -> None:
    """MSE-1220 for a result whose citizen is not the one who was referred; without a СНИЛС it passes."""
    walk.to("SCHEDULED")
    result = result_on(walk)
    stranger = replace(result, citizen=replace(result.citizen, snils="001-000-099 36"))
    reply = send_result(walk, stranger)
    assert (reply.codes, reply.errors[0].path) == (["MSE-1220"], "ExaminationResult/citizen/snils")
    assert walk.state == "SCHEDULED"
    nameless = replace(result, citizen=replace(result.citizen, snils=None))
    assert send_result(walk, nameless).status == "RESULT"


def test_a_result_of_the_kind_of_a_return_is_refused(walk: Walk) -> None:
    """MSE-1110 for a result that calls itself a return notice."""
    walk.to("SCHEDULED")
    assert send_result(walk, replace(result_on(walk), document_kind="130")).codes == ["MSE-1110"]


def test_a_late_result_after_a_withdrawal_is_refused(walk: Walk) -> None:
    """The hospital has withdrawn: the result that comes late changes nothing and is not handed out."""
    walk.to("SCHEDULED").withdraw()
    reply = walk.send_result()
    assert (reply.codes, reply.errors[0].actual) == (["MSE-5004"], "WITHDRAWN")
    assert "RESULT" not in walk.notices()
    assert walk.state == "WITHDRAWN"


def test_a_withdrawn_referral_leaves_the_queue(walk: Walk) -> None:
    """The bureau is not handed what was withdrawn before it asked."""
    walk.to("REMD_REGISTERED").withdraw()
    assert walk.fetch() == ()


def test_a_new_day_may_be_named_again(walk: Walk) -> None:
    """An appointment may be changed any number of times before the result."""
    walk.to("SCHEDULED")
    assert walk.schedule().status == "RESULT"
    assert walk.history()[-2:] == ["SCHEDULED", "SCHEDULED"]


def test_a_deadline_runs_for_whose_turn_it_is(walk: Walk) -> None:
    """The status names the term of the state, and none while the hospital's document is on its way."""

    def term() -> str | None:
        asked = GetReferralStatusRequest(request_id=request_id(), referral_number=walk.number)
        deadline = walk.gateway.call(MIS, asked).read(GetReferralStatusResponse).deadline
        return deadline.code if deadline else None

    found = {}
    for state in ("SUBMITTED", "DELIVERED", "REGISTERED"):
        walk.to(state)
        found[state] = term()
    walk.send_back()
    found["RETURNED"] = term()
    walk.take_return()
    found["REWORK"] = term()
    assert found["SUBMITTED"] is None
    assert found["DELIVERED"] == "BUREAU_REGISTER"
    assert found["REGISTERED"] == "BUREAU_RETURN"
    assert found["RETURNED"] is None
    assert found["REWORK"] == "MO_REWORK"


def test_words_of_a_partner_are_a_file_and_not_in_the_journal(gateway: Gateway) -> None:
    """What a bureau writes in its own words reaches the hospital by GetDocument, and nobody's journal."""
    walk = Walk(gateway).to("DELIVERED")
    words = "Направление Ивановой уже получено на бумаге"
    refused = RejectReferralRequest(
        request_id=request_id(), referral_number=walk.number, reason="LATE", explanation=words
    )
    assert gateway.call(BUREAU_SYSTEM, refused).read(RejectReferralResponse).state == "NOT_ACCEPTED_LATE"
    fetched = gateway.call(MIS, FetchNoticesRequest(request_id=request_id(), max_items=50))
    last = fetched.read(FetchNoticesResponse).item[-1]
    (descriptor,) = last.documents
    asked = GetDocumentRequest(
        request_id=request_id(), document_id=descriptor.document_id, offset=0, length=1000
    )
    content = gateway.call(MIS, asked).read(GetDocumentResponse).content
    assert base64.b64decode(content).decode() == words
    rows = gateway.runtime.store.read(lambda tx: tx.journal.list(walk.number))
    assert "Иванов" not in repr(rows) + repr(gateway.row(walk.number))
