"""The breaker of a partner: after some failures to reach it nobody tries, but for one probe now and then.

The state is a row of the store, so that all workers of all processes know. Times are of the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from storage import Transaction
from storage.breakers import Breaker

CLOSED = "closed"
OPEN = "open"
HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a breaker opens and how long it rests.

    Attributes:
        failures: failures to reach the partner, one after another, that open it.
        rest: seconds before a probe, and before the next one should the prober die.
    """

    failures: int = 5
    rest: float = 30.0


def resting(tx: Transaction) -> tuple[str, ...]:
    """Return the partners that nobody may call now."""
    now = tx.now()
    return tuple(
        one.partner
        for one in tx.breakers.list()
        if one.state != CLOSED and one.next_probe_at is not None and now < one.next_probe_at
    )


def permit(tx: Transaction, partner: str, policy: BreakerPolicy) -> bool:
    """Tell whether the partner may be called; a caller of a resting one becomes its only probe."""
    breaker = tx.breakers.lock(partner)
    if breaker is None or breaker.state == CLOSED:
        return True
    now = tx.now()
    if breaker.next_probe_at is not None and now < breaker.next_probe_at:
        return False
    probe = Breaker(
        partner, HALF_OPEN, breaker.failures, breaker.opened_at, now + timedelta(seconds=policy.rest)
    )
    tx.breakers.put(probe)
    return True


def reached(tx: Transaction, partner: str) -> None:
    """Note that the partner answered."""
    breaker = tx.breakers.lock(partner)
    if breaker is not None and (breaker.state != CLOSED or breaker.failures):
        tx.breakers.put(Breaker(partner, CLOSED, 0))


def missed(tx: Transaction, partner: str, policy: BreakerPolicy) -> None:
    """Note that the partner did not answer."""
    breaker = tx.breakers.lock(partner) or Breaker(partner, CLOSED, 0)
    failures = breaker.failures + 1
    if breaker.state == CLOSED and failures < policy.failures:
        tx.breakers.put(Breaker(partner, CLOSED, failures))
        return
    now = tx.now()
    opened_at = breaker.opened_at or now
    tx.breakers.put(Breaker(partner, OPEN, failures, opened_at, now + timedelta(seconds=policy.rest)))
