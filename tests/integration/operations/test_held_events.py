"""What comes late or out of its turn: kept, applied when its turn comes, exactly once; on both databases."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapter.contract.exchange.bureau import AcknowledgeReferralsRequest
from adapter.contract.exchange.bureau_register import RegisterAppealResponse
from adapter.contract.exchange.referral import AcknowledgeNoticesRequest, SubmitReferralResponse
from adapter.domain.document_roles import DocumentRole
from adapter.operations.housekeeping import recheck_certificates
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, CHAIRMAN, DOCTOR, HOSPITAL, MEMBERS, MIS
from storage.held_events import HeldEvent
from tests.integration.operations import acts
from tests.integration.operations.authority import Authority
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.registry import call_back, verdict
from tests.integration.operations.walk import Walk, number_in

EMDR_ID = "121.77.26.11.000000001"


def held(walk: Walk) -> tuple[HeldEvent, ...]:
    """Return what is kept for the referral."""
    return walk.gateway.runtime.store.read(lambda tx: tx.held_events.list(walk.number))


def events(walk: Walk) -> list[str]:
    """Return the journal of the referral."""
    return [row.event for row in walk.gateway.journal(walk.number)]


@pytest.fixture
def authority(keys: Path, tmp_path: Path) -> Authority:
    """An authority whose list of revocation the test makes stale and fresh."""
    return Authority(keys, tmp_path)


@pytest.fixture
def awaiting(gateway: Gateway, authority: Authority) -> Walk:
    """A referral that waits for the status of a certificate."""
    walk = Walk(gateway)
    stale: datetime = gateway.clock() - timedelta(days=1)
    gateway.change(trust=authority.trust(until=stale))
    others = [CHAIRMAN.key, *(one.key for one in MEMBERS), HOSPITAL.seal]
    holder = gateway.signed(walk.referral, [authority.key(DOCTOR), *others])
    request = gateway.package(walk.document)
    reply = gateway.call(
        MIS, type(request)(request_id=request_id(), signed_referral=holder, semd=request.semd)
    )
    reply.read(SubmitReferralResponse)
    walk.number = number_in(reply)
    assert walk.state == "AWAITING_CERTIFICATE_STATUS"
    return walk


def test_a_verdict_during_the_check_of_certificates_waits(awaiting: Walk, authority: Authority) -> None:
    """Kept once however often it comes; applied with the confirmation, and nothing is sent to РЭМД then."""
    walk, gateway = awaiting, awaiting.gateway
    message = verdict(walk.referral.document_id.extension, emdr_id=EMDR_ID)
    assert call_back(gateway, message) == call_back(gateway, message) == []
    assert (walk.state, len(held(walk))) == ("AWAITING_CERTIFICATE_STATUS", 1)
    gateway.change(trust=authority.trust())
    assert recheck_certificates(gateway.runtime.context) == 1
    row = gateway.row(walk.number)
    assert (row.state, row.remd_id) == ("REMD_REGISTERED", EMDR_ID)
    assert held(walk) == ()
    assert gateway.runtime.store.read(lambda tx: tx.outbox.list(referral_number=walk.number)) == ()
    assert call_back(gateway, message) == []
    assert events(walk).count("REGISTER_IN_REMD") == events(walk).count("REMD_VERDICT_HELD") == 1
    walk.to("DELIVERED")


@ON_SQLITE
def test_a_refusal_by_the_registry_waits_alike(awaiting: Walk, authority: Authority) -> None:
    """The hospital is told once the certificates are confirmed."""
    walk = awaiting
    call_back(walk.gateway, verdict(walk.referral.document_id.extension, codes=["NO_SNILS"]))
    walk.gateway.change(trust=authority.trust())
    assert recheck_certificates(walk.gateway.runtime.context) == 1
    assert acts.status(walk).state == "REMD_REJECTED"
    assert [one.remd_code for one in acts.status(walk).error] == ["NO_SNILS"]
    assert held(walk) == ()


@ON_SQLITE
def test_an_act_before_the_acknowledgement_counts(walk: Walk) -> None:
    """A bureau that registers what it has fetched has received it; the acknowledgement moves nothing more."""
    walk.to("REMD_REGISTERED")
    (item,) = walk.fetch()
    assert walk.register().status == "RESULT"
    assert walk.state == "REGISTERED"
    assert events(walk)[-2:] == ["DELIVER", "REGISTER"]
    request = AcknowledgeReferralsRequest(request_id=request_id(), token=(item.token,))
    assert walk.gateway.call(BUREAU_SYSTEM, request).status == "RESULT"
    assert events(walk)[-2:] == ["REGISTER", "BUREAU_RECEIVED"]
    walk.to("IN_WORK")


@ON_SQLITE
def test_an_act_that_is_refused_delivers_nothing(walk: Walk) -> None:
    """What is not possible after the delivery either leaves the referral on its way."""
    walk.to("REMD_REGISTERED")
    walk.fetch()
    assert walk.accept().codes == ["MSE-5004"]
    assert walk.state == "REMD_REGISTERED"


def test_an_appeal_before_the_hospital_took_the_result_waits(walk: Walk) -> None:
    """It is applied with the acknowledgement, its review counts from the day that it was registered."""
    walk.to("RESULT_SENT")
    answer = acts.appeal(walk).read(RegisterAppealResponse)
    assert answer.state == "RESULT_SENT"
    registered = walk.gateway.clock()
    assert acts.appeal(walk, number="Ж-2").codes == ["MSE-5004"]
    walk.gateway.clock.turn(days=10)
    walk.take_result()
    assert (walk.state, held(walk)) == ("APPEALED", ())
    assert events(walk)[-2:] == ["ACKNOWLEDGE_RESULT", "APPEAL"]
    row = walk.gateway.row(walk.number)
    clocks = {one["name"]: one["countsFrom"] for one in row.details["clocks"]}
    assert clocks == {"APPEAL_REVIEW": registered.isoformat()}
    last = walk.gateway.journal(walk.number)[-1]
    assert (last.actor_system, last.details["happenedAt"]) == (BUREAU_SYSTEM.code, registered.isoformat())
    assert acts.decide(walk).status == "RESULT"
    assert events(walk).count("APPEAL") == 1


@ON_SQLITE
def test_a_replaced_result_keeps_the_appeal_waiting(walk: Walk) -> None:
    """The appeal is applied when the hospital takes the right result."""
    walk.to("RESULT_SENT")
    acts.appeal(walk)
    acts.replace_result(walk)
    assert len(held(walk)) == 1
    walk.take_result()
    assert (walk.state, held(walk)) == ("APPEALED", ())


@ON_SQLITE
def test_a_result_for_a_withdrawn_referral_is_kept_and_flagged(walk: Walk) -> None:
    """MSE-5004; the signed result is kept once, written down, and never shown as a result."""
    walk.to("SCHEDULED").withdraw()
    before = walk.gateway.row(walk.number)
    result = walk.gateway.clerk.result(walk.referral, walk.number, BUREAU)
    for _ in range(2):
        request = acts.result_request(result)
        reply = walk.gateway.call(BUREAU_SYSTEM, request)
        assert (reply.status, reply.codes) == ("REJECT", ["MSE-5004"])
        assert walk.gateway.call(BUREAU_SYSTEM, request).business == reply.business
    assert walk.gateway.row(walk.number) == before
    assert len(acts.stored(walk, DocumentRole.LATE_RESULT)) == len(held(walk)) == 1
    assert events(walk).count("RESULT_HELD") == 1
    assert not acts.status(walk).result_available
    assert acts.status(walk).history[-1].explanation == "результат пришёл поздно: сохранён, но не применён"


def test_two_acknowledgements_at_once_apply_the_appeal_once(walk: Walk) -> None:
    """Of several threads that acknowledge the same notice one moves the referral, and the appeal with it."""
    walk.to("RESULT_SENT")
    acts.appeal(walk)
    token = walk.notices()["RESULT"].token
    messages = [
        walk.gateway.envelope(MIS, AcknowledgeNoticesRequest(request_id=request_id(), token=(token,)))
        for _ in range(4)
    ]
    threads = [
        threading.Thread(target=walk.gateway.post, args=("/ws/referral", message)) for message in messages
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert (walk.state, held(walk)) == ("APPEALED", ())
    assert events(walk)[-2:] == ["ACKNOWLEDGE_RESULT", "APPEAL"]
    assert events(walk).count("APPEAL") == 1


def test_an_appeal_and_the_acknowledgement_at_once(walk: Walk) -> None:
    """Whichever comes first, the appeal is under review afterwards, and nothing is kept."""
    walk.to("RESULT_SENT")
    token = walk.notices()["RESULT"].token
    taking = AcknowledgeNoticesRequest(request_id=request_id(), token=(token,))
    posts = [
        ("/ws/referral", walk.gateway.envelope(MIS, taking)),
        ("/ws/bureau", walk.gateway.envelope(BUREAU_SYSTEM, acts.appeal_request(walk))),
    ]
    threads = [threading.Thread(target=walk.gateway.post, args=one) for one in posts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert (walk.state, held(walk)) == ("APPEALED", ())
    assert events(walk).count("APPEAL") == 1


def test_two_acts_at_once_are_done_once(walk: Walk) -> None:
    """Of several bureaus' clerks who return and accept at once one wins; the others get MSE-5004."""
    walk.to("REGISTERED")
    answers = []
    lock = threading.Lock()

    def act(message: bytes) -> None:
        http, raw = walk.gateway.post("/ws/bureau", message)
        with lock:
            answers.append((http, raw))

    notice = walk.gateway.clerk.return_notice(walk.referral, walk.number, BUREAU)
    requests = [acts.return_request(notice), acts.accept_request(walk), acts.accept_request(walk)]
    messages = [walk.gateway.envelope(BUREAU_SYSTEM, one) for one in requests]
    threads = [threading.Thread(target=act, args=(message,)) for message in messages]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    replies = [walk.gateway.read(raw, http) for http, raw in answers]
    assert sorted(one.status for one in replies) == ["REJECT", "REJECT", "RESULT"]
    assert walk.state in {"RETURNED", "IN_WORK"}
    assert len([one for one in events(walk) if one in {"RETURN", "ACCEPT"}]) == 1
