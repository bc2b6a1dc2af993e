"""The terms that bound a referral, as its participants see them (facts, C.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adapter.contract.exchange.referral import GetReferralStatusRequest, GetReferralStatusResponse
from adapter.domain.deadlines import Counting
from adapter.stand.actors import BUREAU, MIS
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.walk import Walk

pytestmark = ON_SQLITE


def status(walk: Walk) -> GetReferralStatusResponse:
    """Return what the hospital is told."""
    asked = GetReferralStatusRequest(request_id=request_id(), referral_number=walk.number)
    return walk.gateway.call(MIS, asked).read(GetReferralStatusResponse)


def shown(walk: Walk) -> tuple[str, datetime] | None:
    """Return code and end of the term that bounds the present state."""
    found = status(walk).deadline
    return (found.code, found.until) if found else None


def counting_of(gateway: Gateway) -> Counting:
    """Return how the adapter under test counts."""
    return gateway.runtime.context.following.counting


def test_each_state_shows_its_own_term(gateway: Gateway) -> None:
    """A working day to register, three to return, fourteen days of rework from its acknowledgement."""
    counting = counting_of(gateway)
    walk = Walk(gateway).to("SUBMITTED")
    assert shown(walk) is None
    walk.to("DELIVERED")
    received = gateway.clock()
    assert shown(walk) == ("BUREAU_REGISTER", counting.until("BUREAU_REGISTER", received, BUREAU.oid))
    gateway.clock.moment += timedelta(hours=5)
    walk.to("REGISTERED")
    assert shown(walk) == ("BUREAU_RETURN", counting.until("BUREAU_RETURN", received, BUREAU.oid))
    walk.send_back()
    assert shown(walk) is None
    gateway.clock.moment += timedelta(days=2)
    walk.take_return()
    assert shown(walk) == ("MO_REWORK", counting.until("MO_REWORK", gateway.clock(), BUREAU.oid))


def test_the_term_of_the_expertise_waits_during_rework(gateway: Gateway) -> None:
    """What passed before the return counts, the days of rework do not (R77)."""
    zone, counting = gateway.runtime.context.own.zone, counting_of(gateway)
    walk = Walk(gateway).to("REGISTERED")
    registered = gateway.clock()
    expected = counting.until("BUREAU_EXAM_GENERAL", registered, BUREAU.oid)
    assert status(walk).expected_completion_date == expected.astimezone(zone).date()
    walk.send_back()
    walk.take_return()
    assert status(walk).expected_completion_date is None
    gateway.clock.moment += timedelta(days=7)
    walk.correct()
    walk.to("IN_WORK")
    later = counting.until("BUREAU_EXAM_GENERAL", registered + timedelta(days=7), BUREAU.oid)
    assert shown(walk) == ("BUREAU_EXAM_GENERAL", later)
    assert later > expected > datetime(2020, 1, 1, tzinfo=UTC)
