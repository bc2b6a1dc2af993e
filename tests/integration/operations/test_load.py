"""Bounds of load at the door: who is refused, who goes on, what stays true of the refused."""

from __future__ import annotations

from itertools import count
from typing import Any

from lxml import etree

from adapter.contract.exchange.bureau import FetchReferralsRequest
from adapter.contract.exchange.referral import (
    FetchNoticesRequest,
    GetReferralStatusRequest,
    GetReferralStatusResponse,
)
from adapter.contract.namespaces import EXCHANGE
from adapter.operations.throttle import STRANGER, QueueDepth, Rate, Rates, Throttle
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS, MIS_OTHER
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.walk import number_in

#: No second token comes while a test runs.
NEVER = 0.0001


def code_of(raw: bytes) -> str:
    """Return the code in the fault of an answer."""
    return etree.fromstring(raw).findtext(f".//{{{EXCHANGE}}}code") or ""


def limited(gateway: Gateway, **rates: int) -> None:
    """Give senders a burst and hardly anything after it; `stranger` is everybody unproven."""
    named = {STRANGER if code == "stranger" else code: Rate(NEVER, burst) for code, burst in rates.items()}
    gateway.change(throttle=Throttle(Rates(named)))


@ON_SQLITE
def test_a_partner_above_its_rate_waits_alone(gateway: Gateway) -> None:
    """429 for the noisy hospital, answers for the others; its refused message is taken later."""
    limited(gateway, **{MIS.code: 1})
    message = gateway.envelope(MIS, gateway.package(gateway.clerk.referral(BUREAU)))
    first = gateway.envelope(MIS, FetchNoticesRequest(request_id=request_id(), max_items=1))
    assert gateway.answer("/ws/referral", first).status == "RESULT"

    http, raw = gateway.post("/ws/referral", message)

    assert (http, code_of(raw)) == ("429 Too Many Requests", "MSE-5011")
    assert gateway.referrals() == ()
    polled = gateway.call(BUREAU_SYSTEM, FetchReferralsRequest(request_id=request_id(), max_items=1))
    assert polled.status == "RESULT"
    other = gateway.call(MIS_OTHER, FetchNoticesRequest(request_id=request_id(), max_items=1))
    assert other.status == "RESULT"
    gateway.change(throttle=Throttle())
    assert gateway.answer("/ws/referral", message).status == "ACCEPT"


@ON_SQLITE
def test_strangers_above_their_rate_fill_no_journal(gateway: Gateway) -> None:
    """Unproven messages are refused and journaled up to their rate; above it they leave no row."""
    limited(gateway, stranger=2, **{MIS.code: 1})
    message = gateway.envelope(MIS, FetchNoticesRequest(request_id=request_id(), max_items=1))
    broken = message.replace(b"maxItems>1<", b"maxItems>2<")
    assert broken != message

    answers = [gateway.post("/ws/referral", broken) for _ in range(4)]

    assert [http[:3] for http, _ in answers] == ["200", "200", "429", "429"]
    assert len(gateway.refusals("")) == 2
    assert gateway.answer("/ws/referral", message).status == "RESULT"


class Ticking:
    """A clock on which every look is a minute after the one before."""

    def __init__(self) -> None:
        self._minutes = count()

    def __call__(self) -> float:
        """Give the seconds."""
        return next(self._minutes) * 60.0


def test_a_full_queue_refuses_new_referrals_and_nothing_else(gateway: Gateway) -> None:
    """Above the depth: 503 for what is new; repeats, status, polls go on; below it all is taken again."""
    throttle = Throttle(queue=QueueDepth(1, 15, Ticking()))
    gateway.change(throttle=throttle)
    packages = [gateway.package(gateway.clerk.referral(BUREAU)) for _ in range(3)]
    messages = [gateway.envelope(MIS, package) for package in packages]
    accepted = [gateway.answer("/ws/referral", message) for message in messages[:2]]
    assert [one.status for one in accepted] == ["ACCEPT", "ACCEPT"]

    http, raw = gateway.post("/ws/referral", messages[2])

    assert (http, code_of(raw)) == ("503 Service Unavailable", "MSE-5011")
    assert len(gateway.referrals()) == 2
    again = gateway.answer("/ws/referral", messages[0])
    assert (again.status, again.business) == ("ACCEPT", accepted[0].business)
    asked = GetReferralStatusRequest(request_id=request_id(), referral_number=number_in(accepted[0]))
    assert gateway.call(MIS, asked).read(GetReferralStatusResponse).state == "SUBMITTED"
    polled = gateway.call(BUREAU_SYSTEM, FetchReferralsRequest(request_id=request_id(), max_items=1))
    assert polled.status == "RESULT"
    deliver_all(gateway)
    assert gateway.answer("/ws/referral", messages[2]).status == "ACCEPT"


def deliver_all(gateway: Gateway) -> None:
    """Empty the outbox."""

    def finish(tx: Any) -> None:
        for one in tx.outbox.claim("test", (), 100, 60):
            tx.outbox.finish(one.id, one.fence)

    gateway.runtime.store.transact(finish)
