"""Appeals against a decision: in time, once, up to the main bureau, decided (R79)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from adapter.contract.exchange.bureau import ForwardReferralResponse, SubmitResultRequest
from adapter.contract.exchange.bureau_register import RegisterAppealResponse
from adapter.contract.samples import sample_result
from adapter.domain.document_roles import DocumentRole
from adapter.stand.actors import BUREAU_SYSTEM, PUSH_BUREAU, PUSH_SYSTEM
from tests.integration.operations import acts
from tests.integration.operations.gateway import ON_SQLITE, request_id
from tests.integration.operations.walk import Walk

pytestmark = ON_SQLITE


def test_an_appeal_is_reviewed_and_the_decision_stays(walk: Walk) -> None:
    """The review has its term; afterwards court and a further appeal have theirs; all parts are files."""
    walk.to("COMPLETED")
    answer = acts.appeal(walk, files=[acts.file("copy.xml", "OTHER", b"<copy/>")]).read(
        RegisterAppealResponse
    )
    assert (answer.state, answer.deadline and answer.deadline.code) == ("APPEALED", "APPEAL_REVIEW")
    assert acts.status(walk).public_status == "На проверке"
    assert {one.name for one in acts.stored(walk, DocumentRole.APPEAL)} == {"appeal.txt", "copy.xml"}
    assert acts.appeal(walk, number="Ж-2").codes == ["MSE-5004"]
    assert acts.decide(walk, number="Ж-2").codes == ["MSE-5003"]
    assert acts.decide(walk).status == "RESULT"
    told = acts.status(walk)
    assert (told.state, told.public_status) == ("COMPLETED", "Одобрено")
    assert {one.code for one in told.running_deadline} == {"COURT_FILE", "APPEAL_FILE"}
    assert walk.gateway.row(walk.number).details["appeal"]["outcome"] == "UPHELD"
    assert "группой" not in repr(walk.gateway.journal(walk.number)) + repr(walk.gateway.row(walk.number))


def test_a_changed_decision_needs_a_new_result(walk: Walk) -> None:
    """After CHANGED the referral is examined and waits for the result; the hospital takes that one, too."""
    walk.to("COMPLETED")
    acts.appeal(walk)
    assert acts.change_decision(walk).status == "RESULT"
    assert acts.status(walk).deadline.code == "RESULT_SEND"  # type: ignore[union-attr]
    assert walk.send_result().status == "RESULT"
    walk.take_result()
    assert walk.state == "COMPLETED"
    assert len(acts.stored(walk, DocumentRole.RESULT)) == 2


def test_an_appeal_goes_up_with_result_and_appeal(walk: Walk) -> None:
    """Under appeal the state and the review's term stay; the main bureau sees the files and decides."""
    acts.both_poll(walk.gateway)
    walk.to("COMPLETED")
    acts.appeal(walk)
    term = acts.status(walk).deadline
    assert acts.forward(walk).read(ForwardReferralResponse).state == "APPEALED"
    (item,) = acts.fetch(walk.gateway, PUSH_SYSTEM).item
    assert {"RESULT", "APPEAL", "REFERRAL"} <= {one.role for one in item.documents}
    told = acts.status(walk)
    assert (told.deadline, told.registration_number) == (term, "Б-1")
    assert acts.decide(walk).codes == ["MSE-5003"]
    assert acts.decide(walk, "CHANGED", system=PUSH_SYSTEM).status == "RESULT"
    now = walk.gateway.clock()
    result = sample_result(
        walk.referral,
        on=now.date(),
        created_at=now,
        referral_number=walk.number,
        result_id=request_id(),
        bureau_head=PUSH_BUREAU.head.person,
    )
    own = replace(
        result,
        bureau=replace(result.bureau, oid=PUSH_BUREAU.oid),
        bureau_head=PUSH_BUREAU.head.person.at(PUSH_BUREAU.oid),
    )
    signed = walk.gateway.signed(own, [PUSH_BUREAU.head.key])
    request = SubmitResultRequest(request_id=request_id(), signed_examination_result=signed)
    assert walk.gateway.call(PUSH_SYSTEM, request).status == "RESULT"


def test_an_appeal_after_its_month_is_too_late(walk: Walk) -> None:
    """MSE-5005 by the day of filing, not of registering; an extension of the term lets it in."""
    walk.to("COMPLETED")
    walk.gateway.clock.turn(days=45)
    reply = acts.appeal(walk)
    assert (reply.status, reply.codes) == ("REJECT", ["MSE-5005"])
    assert walk.state == "COMPLETED"
    assert acts.extend(walk, "APPEAL_FILE").status == "RESULT"
    assert acts.appeal(walk).status == "RESULT"


def test_an_appeal_filed_in_time_may_be_registered_later(walk: Walk) -> None:
    """The day of filing decides."""
    walk.to("COMPLETED")
    walk.gateway.clock.turn(days=45)
    assert acts.appeal(walk, filed=timedelta(days=20)).status == "RESULT"


def test_days_of_an_appeal_are_judged(walk: Walk) -> None:
    """Filed tomorrow is MSE-1121; decided before it was filed is MSE-1122."""
    walk.to("COMPLETED")
    assert acts.appeal(walk, filed=timedelta(days=-1)).codes == ["MSE-1121"]
    acts.appeal(walk)
    walk.gateway.clock.turn(hours=-1)
    assert acts.decide(walk).codes == ["MSE-1122"]


def test_a_repeated_act_is_done_once(walk: Walk) -> None:
    """The same request in a new message gets the same answer and writes nothing."""
    walk.to("COMPLETED")
    request = acts.appeal_request(walk)
    first = walk.gateway.call(BUREAU_SYSTEM, request)
    before = (walk.gateway.row(walk.number), acts.events(walk), acts.stored(walk, DocumentRole.APPEAL))
    assert walk.gateway.call(BUREAU_SYSTEM, request).business == first.business
    assert (
        walk.gateway.row(walk.number),
        acts.events(walk),
        acts.stored(walk, DocumentRole.APPEAL),
    ) == before
