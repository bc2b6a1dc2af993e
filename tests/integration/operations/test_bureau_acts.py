"""Forward, assign, extend, additional examination, replacement, appeal, new day and no-show, end to end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from adapter.contract.exchange.bureau import (
    AcknowledgeReferralsRequest,
    AssignExecutorResponse,
    ExtendDeadlineResponse,
    ForwardReferralRequest,
    ForwardReferralResponse,
    RegisterReferralRequest,
    ReplaceDocumentResponse,
    RequestAdditionalExaminationResponse,
)
from adapter.contract.exchange.common import Organization
from adapter.domain.document_roles import DocumentRole
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, FUND, PUSH_BUREAU, PUSH_SYSTEM, DemoSystem
from tests.integration.operations import acts
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import Walk, number_in

pytestmark = ON_SQLITE


def acknowledge(gateway: Gateway, system: DemoSystem, token: str) -> None:
    """Acknowledge one referral."""
    assert gateway.call(system, AcknowledgeReferralsRequest(request_id=request_id(), token=(token,)))


def register_at(walk: Walk, system: DemoSystem, number: str) -> Reply:
    """Register at a bureau."""
    request = RegisterReferralRequest(
        request_id=request_id(),
        referral_number=walk.number,
        registration_number=number,
        registered_at=walk.gateway.clock(),
    )
    return walk.gateway.call(system, request)


def test_a_forwarded_referral_is_the_other_bureaus(walk: Walk) -> None:
    """It waits in the other queue, is registered anew there, and the first bureau finds it no more."""
    acts.both_poll(walk.gateway)
    walk.to("IN_WORK")
    (exam,) = [one for one in acts.status(walk).running_deadline if one.code.startswith("BUREAU_EXAM")]
    answer = acts.forward(walk).read(ForwardReferralResponse)
    assert (answer.state, answer.deadline and answer.deadline.code) == ("DELIVERED", "BUREAU_REGISTER")
    row = walk.gateway.row(walk.number)
    assert (row.bureau, row.bureau_oid) == (PUSH_SYSTEM.code, PUSH_BUREAU.oid)
    assert (row.registration_number, row.registered_at) == (None, None)
    assert walk.accept().codes == walk.register().codes == ["MSE-5003"]
    assert register_at(walk, PUSH_SYSTEM, "Г-7").codes == ["MSE-5003"]
    (item,) = acts.fetch(walk.gateway, PUSH_SYSTEM).item
    assert item.referral_number == walk.number
    acknowledge(walk.gateway, PUSH_SYSTEM, item.token)
    assert register_at(walk, PUSH_SYSTEM, "Г-7").status == "RESULT"
    told = acts.status(walk)
    assert (told.registration_number, told.responsible_organization.oid) == ("Г-7", PUSH_BUREAU.oid)
    assert exam in told.running_deadline
    assert acts.events(walk)[-3:] == ["FORWARD", "BUREAU_RECEIVED", "REGISTER"]
    assert acts.fetch(walk.gateway, BUREAU_SYSTEM).item == ()


def test_a_referral_is_forwarded_before_it_was_acknowledged(walk: Walk) -> None:
    """The first bureau that sends it on has received it; its own item is taken back."""
    acts.both_poll(walk.gateway)
    walk.to("REMD_REGISTERED")
    (item,) = walk.fetch()
    assert acts.forward(walk).status == "RESULT"
    walk.gateway.clock.turn(hours=1)
    assert walk.fetch() == ()
    acknowledge(walk.gateway, BUREAU_SYSTEM, item.token)
    assert walk.state == "DELIVERED"
    assert acts.events(walk)[-2:] == ["DELIVER", "FORWARD"]


def test_a_bureau_with_an_address_is_pushed_the_forwarded_referral(walk: Walk) -> None:
    """The delivery to its address is queued in the transaction of the act, the hospital is told."""
    walk.to("REGISTERED")
    acts.forward(walk)
    outbox = walk.gateway.runtime.store.read(lambda tx: tx.outbox.list(referral_number=walk.number))
    (sent,) = [one for one in outbox if one.kind == "ReceiveReferral"]
    assert (sent.partner, sent.version_number) == (PUSH_SYSTEM.code, 1)
    assert walk.notices()["STATUS"].state == "DELIVERED"


@pytest.mark.parametrize(
    ("oid", "codes"),
    [(BUREAU.oid, ["MSE-5004"]), ("1.2.643.5.1.13.13.12.2.77.9999", ["MSE-1210"])],
    ids=["to itself", "to nobody"],
)
def test_a_referral_is_forwarded_to_another_known_bureau_only(walk: Walk, oid: str, codes: list[str]) -> None:
    """MSE-5004 with the condition for the same bureau, MSE-1210 for one that nobody serves."""
    walk.to("REGISTERED")
    request = ForwardReferralRequest(
        request_id=request_id(), referral_number=walk.number, bureau=Organization(oid=oid), reason="Причина"
    )
    before = walk.gateway.row(walk.number)
    reply = walk.gateway.call(BUREAU_SYSTEM, request)
    assert reply.codes == codes
    assert ("Условие действия: названо другое бюро" in (reply.errors[0].how_to_fix or "")) == (
        oid == BUREAU.oid
    )
    assert walk.gateway.row(walk.number) == before


def test_an_executor_is_named_and_named_again(walk: Walk) -> None:
    """The journal has a keyed hash, the name is a file; the second one is marked as a change."""
    walk.to("REGISTERED")
    first = acts.assign(walk).read(AssignExecutorResponse)
    assert (first.state, first.document_id) == ("REGISTERED", acts.last_id(walk, DocumentRole.EXECUTOR))
    assert acts.assign(walk, snils=None).status == "RESULT"
    rows = [row for row in walk.gateway.journal(walk.number) if row.event == "ASSIGN_EXECUTOR"]
    assert [row.details["again"] for row in rows] == [False, True]
    context = walk.gateway.runtime.context
    assert [row.details["executor"] for row in rows] == [context.pseudonym("snils:00100009934"), ""]
    named, _ = acts.stored(walk, DocumentRole.EXECUTOR)
    assert "Исполняев Олег" in acts.content(walk, named)
    assert "Исполняев" not in repr(walk.gateway.journal(walk.number)) + repr(walk.gateway.row(walk.number))


def test_an_executor_with_a_wrong_number_is_refused(walk: Walk) -> None:
    """MSE-1202 for a СНИЛС with a wrong check number, MSE-1121 for a day that has not come."""
    walk.to("REGISTERED")
    reply = acts.assign(walk, snils="112-233-445 96")
    assert (reply.codes, reply.errors[0].path) == (["MSE-1202"], "AssignExecutorRequest/executor/snils")
    tomorrow = walk.gateway.clock() + timedelta(days=1)
    assert acts.assign(walk, assigned_at=tomorrow).codes == ["MSE-1121"]


def test_another_day_and_a_no_show(walk: Walk) -> None:
    """Each is a move of its own in the journal, is told to the hospital; the status shows the last one."""
    walk.to("SCHEDULED")
    assert acts.reschedule(walk).status == "RESULT"
    shown = acts.status(walk).appointment
    assert shown is not None
    assert (shown.kind, shown.form, shown.at) == (
        "RESCHEDULE",
        "IN_PERSON",
        walk.gateway.clock() + timedelta(days=3),
    )
    assert acts.no_show(walk).status == "RESULT"
    assert acts.reschedule(walk).status == "RESULT"
    assert acts.events(walk)[-4:] == ["SCHEDULE", "RESCHEDULE", "NO_SHOW", "RESCHEDULE"]
    texts = [acts.content(walk, one) for one in acts.stored(walk, DocumentRole.EXPLANATION)]
    assert "Причина: Гражданин заболел" in texts[-1]
    assert walk.notices()["STATUS"].state == "SCHEDULED"


def test_a_term_is_extended_in_writing(walk: Walk) -> None:
    """Answer, register and status show the new day; the hospital gets it with the reason."""
    walk.to("IN_WORK")
    day = (walk.gateway.clock() + timedelta(days=100)).date()
    answer = acts.extend(walk, until=day).read(ExtendDeadlineResponse)
    assert answer.state == "IN_WORK"
    assert answer.deadline is not None
    assert answer.deadline.code == "BUREAU_EXAM_GENERAL"
    assert (answer.deadline.until + timedelta(hours=3)).date() == day
    told = acts.status(walk)
    assert told.deadline == answer.deadline
    assert told.expected_completion_date == day
    text = acts.content(walk, acts.stored(walk, DocumentRole.EXPLANATION)[-1])
    assert (
        text == f"Продлён срок проведения экспертизы: до {day:%d.%m.%Y} включительно.\n"
        "Причина: Ожидается ответ другой организации"
    )
    assert walk.notices()["STATUS"].documents[-1].document_id == answer.document_id
    row = walk.gateway.journal(walk.number)[-1]
    assert row.details["deadline"] == "BUREAU_EXAM_GENERAL"
    assert datetime.fromisoformat(str(row.details["to"])) == answer.deadline.until


def test_an_extension_lives_as_long_as_its_clock(walk: Walk) -> None:
    """It waits with its clock, and one of rework ends with the rework."""
    walk.to("REGISTERED")
    day = (walk.gateway.clock() + timedelta(days=100)).date()
    assert acts.extend(walk, "BUREAU_EXAM_GENERAL", day).status == "RESULT"
    end = {one.code: one.until for one in acts.status(walk).running_deadline}["BUREAU_EXAM_GENERAL"]
    walk.send_back()
    walk.take_return()
    assert acts.status(walk).waiting_deadline == ("BUREAU_EXAM_GENERAL",)
    assert acts.extend(walk, "BUREAU_EXAM_GENERAL", day + timedelta(days=1)).codes == ["MSE-5004"]
    assert acts.extend(walk, "MO_REWORK").status == "RESULT"
    walk.gateway.clock.turn(days=2)
    walk.correct()
    running = {one.code: one.until for one in acts.status(walk).running_deadline}
    assert running["BUREAU_EXAM_GENERAL"] - end >= timedelta(days=2)
    assert "MO_REWORK" not in walk.gateway.row(walk.number).details["extended"]


def test_what_cannot_be_extended_is_refused(walk: Walk) -> None:
    """An unknown code, a term that does not run, a day that is not later: each by its own code."""
    walk.to("REGISTERED")
    assert acts.extend(walk, "COURT_FILE").codes == ["MSE-1110"]
    reply = acts.extend(walk, "MO_REWORK")
    assert reply.codes == ["MSE-5004"]
    assert "BUREAU_RETURN, BUREAU_EXAM_GENERAL" in (reply.errors[0].how_to_fix or "")
    row = walk.gateway.row(walk.number)
    assert row.deadline_at is not None
    same = (row.deadline_at + timedelta(hours=3)).date()
    assert acts.extend(walk, "BUREAU_RETURN", same).codes == ["MSE-1122"]
    assert acts.extend(walk, "BUREAU_RETURN", same + timedelta(days=1)).status == "RESULT"


def test_an_overdue_term_may_be_extended_to_a_day_to_come(walk: Walk) -> None:
    """A new day that is over, too, is MSE-1122."""
    walk.to("IN_WORK")
    walk.gateway.clock.turn(days=60)
    today = walk.gateway.clock().date()
    assert acts.extend(walk, until=today - timedelta(days=1)).codes == ["MSE-1122"]
    assert acts.extend(walk, until=today + timedelta(days=1)).status == "RESULT"


def test_an_additional_examination_suspends_and_is_answered_by_a_version(walk: Walk) -> None:
    """The hospital gets programme and СЭМД; the term waits; the next version goes the whole way again."""
    walk.to("SCHEDULED")
    assert walk.gateway.submit(walk.gateway.clerk.correction(walk.referral), replaces=walk.number).codes == [
        "MSE-5004"
    ]
    semd = acts.file("programme.xml", "138", b"<ClinicalDocument/>")
    answer = acts.ask_for_more(walk, semd=semd).read(RequestAdditionalExaminationResponse)
    assert (answer.state, answer.deadline) == ("SCHEDULED", None)
    notice = walk.notices()["ADDITIONAL_EXAMINATION"]
    assert {one.role for one in notice.documents} == {"ADDITIONAL_EXAMINATION", "SEMD_OF_BUREAU"}
    text = acts.content(walk, acts.stored(walk, DocumentRole.ADDITIONAL_EXAMINATION)[0])
    assert "1. A04.10.002 Эхокардиография — с нагрузкой" in text
    told = acts.status(walk)
    assert (told.waiting_deadline, told.expected_completion_date) == (("BUREAU_EXAM_GENERAL",), None)
    assert {one.event for one in told.possible_action} == {"CORRECT", "WITHDRAW"}
    assert number_in(walk.correct()) == walk.number
    assert acts.status(walk).waiting_deadline == ()
    walk.to("RESULT_SENT")
    assert walk.gateway.row(walk.number).version_number == 2


def test_a_day_named_ends_the_waiting_for_documents(walk: Walk) -> None:
    """A bureau that goes on without the documents has its term running again."""
    walk.to("IN_WORK")
    acts.ask_for_more(walk)
    walk.schedule()
    assert acts.status(walk).waiting_deadline == ()


def test_a_wrong_programme_is_refused(walk: Walk) -> None:
    """A day that is over is MSE-1122, a file of another kind MSE-1020; nothing is suspended."""
    walk.to("IN_WORK")
    yesterday = (walk.gateway.clock() - timedelta(days=2)).date()
    reply = acts.ask_for_more(walk, until=yesterday, semd=acts.file("x.xml", "187", b"<ClinicalDocument/>"))
    assert sorted(reply.codes) == ["MSE-1020", "MSE-1122"]
    assert acts.status(walk).waiting_deadline == ()


@pytest.mark.parametrize("taken", [False, True], ids=["not taken", "taken"])
def test_a_wrong_return_is_replaced(walk: Walk, taken: bool) -> None:
    """The hospital takes the new notice, its term begins anew, and the fund is told twice."""
    walk.to("REGISTERED").send_back()
    if taken:
        walk.take_return()
    walk.gateway.clock.turn(days=3)
    answer = acts.replace_notice(walk).read(ReplaceDocumentResponse)
    assert (answer.state, answer.deadline) == ("RETURNED", None)
    assert answer.document_id == acts.last_id(walk, DocumentRole.RETURN_NOTICE)
    assert len(acts.stored(walk, DocumentRole.RETURN_NOTICE)) == 2
    outbox = walk.gateway.runtime.store.read(lambda tx: tx.outbox.list(partner=FUND.code))
    assert [one.kind for one in outbox] == ["NotifyReturn"] * 2
    walk.take_return()
    assert "RETURN" not in walk.notices()
    clocks = {row["name"]: row["countsFrom"] for row in walk.gateway.row(walk.number).details["clocks"]}
    assert clocks["MO_REWORK"] == walk.gateway.clock().isoformat()
    assert number_in(walk.correct()) == walk.number


@pytest.mark.parametrize("state", ["RESULT_SENT", "COMPLETED"])
def test_a_wrong_result_is_replaced(walk: Walk, state: str) -> None:
    """The hospital takes the new result, and only that one; the referral is completed then."""
    walk.to(state)
    answer = acts.replace_result(walk).read(ReplaceDocumentResponse)
    assert answer.state == "RESULT_SENT"
    told = acts.status(walk)
    assert (told.result_document_id, told.running_deadline) == (answer.document_id, ())
    walk.take_result()
    assert walk.state == "COMPLETED"
    assert "RESULT" not in walk.notices()
    assert [one.code for one in acts.status(walk).running_deadline] == ["APPEAL_FILE"]
    assert walk.gateway.journal(walk.number)[-2].details["replacedDocumentId"] != answer.document_id


def test_only_the_document_in_force_is_replaced(walk: Walk) -> None:
    """MSE-5003 for what is no document of the referral, MSE-5004 for one that was replaced before."""
    walk.to("RESULT_SENT")
    first = acts.last_id(walk, DocumentRole.RESULT)
    assert acts.replace_result(walk, acts.NOBODYS_DOCUMENT).codes == ["MSE-5003"]
    assert acts.replace_result(walk, acts.last_id(walk, DocumentRole.REFERRAL)).codes == ["MSE-5003"]
    assert acts.replace_result(walk, first).status == "RESULT"
    reply = acts.replace_result(walk, first)
    assert reply.codes == ["MSE-5004"]
    assert "заменяемый документ действует" in (reply.errors[0].how_to_fix or "")


def test_after_the_term_of_rework_a_correction_is_too_late(walk: Walk) -> None:
    """MSE-5005 whether or not the timer has fired; an extension lets the version in."""
    walk.to("REGISTERED").send_back()
    walk.take_return()
    end = walk.gateway.row(walk.number).deadline_at
    assert end is not None
    walk.gateway.clock.moment = end + timedelta(seconds=1)
    late = walk.gateway.clerk.correction(walk.referral)
    reply = walk.gateway.submit(late, replaces=walk.number)
    assert (reply.status, reply.codes) == ("REJECT", ["MSE-5005"])
    assert acts.extend(walk, "MO_REWORK").status == "RESULT"
    assert walk.gateway.submit(late, replaces=walk.number).status == "ACCEPT"


def test_the_status_names_what_the_asker_can_do(walk: Walk) -> None:
    """The hospital is told its own acts with their Russian names; the history tells what happened."""
    walk.to("REGISTERED")
    mine = {one.event: one.name for one in acts.status(walk).possible_action}
    assert mine == {"WITHDRAW": "отзыв направления"}
    assert acts.status(walk).history[-1].explanation == "регистрация в бюро"
