"""The breaker of a partner: after some failures to reach it nobody tries, but for one probe now and then.

The state is a row of the store, so that all workers of all processes know. Times are of the database. A
refusal of a message is an answer and opens nothing; what counts is in `adapter.delivery.retry.TROUBLES`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapter.delivery.retry import Health
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
        rest: seconds before a probe.
    """

    failures: int = 5
    rest: float = 30.0


def rests(breaker: Breaker | None, now: datetime) -> bool:
    """Tell whether nobody may call the partner of a breaker now."""
    if breaker is None or breaker.state == CLOSED:
        return False
    return breaker.next_probe_at is not None and now < breaker.next_probe_at


def resting(tx: Transaction) -> tuple[str, ...]:
    """Return the partners that nobody may call now."""
    now = tx.now()
    return tuple(one.partner for one in tx.breakers.list() if rests(one, now))


def permit(tx: Transaction, partner: str, delivery_id: str, probe_seconds: float) -> bool:
    """Tell whether the partner may be called; a caller of a resting one becomes its only probe.

    Args:
        tx: transaction; the row of the partner is held until its end.
        partner: whom to call.
        delivery_id: who calls; the exchanges of one delivery follow each other, so it may go on probing.
        probe_seconds: how long a prober may be silent before the next one tries; longer than one exchange.
    """
    breaker = tx.breakers.lock(partner)
    if breaker is None or breaker.state == CLOSED:
        return True
    now = tx.now()
    mine = breaker.state == HALF_OPEN and breaker.probe == delivery_id
    if not mine and rests(breaker, now):
        return False
    until = now + timedelta(seconds=probe_seconds)
    tx.breakers.put(replace(breaker, state=HALF_OPEN, next_probe_at=until, probe=delivery_id))
    return True


def tell(
    tx: Transaction,
    partner: str,
    delivery_id: str,
    health: Health,
    policy: BreakerPolicy,
    *,
    reason: str = "",
    at_least: float = 0.0,
) -> None:
    """Write down what an exchange says of the partner.

    Args:
        tx: transaction that ends the exchange.
        partner: whom was called.
        delivery_id: whose exchange it was.
        health: what it says.
        policy: when the breaker opens.
        reason: what went wrong, Russian.
        at_least: seconds for which a busy partner asks to be left alone.
    """
    match health:
        case Health.ABSENT:
            missed(tx, partner, policy, delivery_id, reason)
        case Health.BUSY if at_least > 0:
            busy(tx, partner, at_least, reason)
        case Health.PRESENT | Health.BUSY:
            reached(tx, partner)
        case Health.OURS:
            _unproven(tx, partner, delivery_id)


def reached(tx: Transaction, partner: str) -> None:
    """Note that the partner answered: the breaker closes, unless the partner has asked for its rest."""
    breaker = tx.breakers.lock(partner)
    if breaker is None or (breaker.state == CLOSED and not breaker.failures):
        return
    if breaker.state == OPEN and not breaker.failures and rests(breaker, tx.now()):
        return
    tx.breakers.put(_closed(breaker))


def missed(
    tx: Transaction, partner: str, policy: BreakerPolicy, delivery_id: str = "", reason: str = ""
) -> None:
    """Note that the partner did not answer."""
    breaker = tx.breakers.hold(partner, CLOSED)
    failures = breaker.failures + 1
    if breaker.state == CLOSED and failures < policy.failures:
        tx.breakers.put(replace(breaker, failures=failures))
        return
    now = tx.now()
    if breaker.state == HALF_OPEN and breaker.probe != delivery_id and rests(breaker, now):
        # An exchange that began before the probe: the probe itself is still out.
        tx.breakers.put(replace(breaker, failures=failures))
        return
    tx.breakers.put(_open(breaker, now, policy.rest, reason, failures))


def busy(tx: Transaction, partner: str, seconds: float, reason: str) -> None:
    """Leave a partner alone for as long as it asks; then one probe goes."""
    breaker = tx.breakers.hold(partner, CLOSED)
    tx.breakers.put(_open(breaker, tx.now(), seconds, reason, 0))


def _unproven(tx: Transaction, partner: str, delivery_id: str) -> None:
    """Let the next one probe at once: this probe never reached the partner, for a reason of ours."""
    breaker = tx.breakers.lock(partner)
    if breaker is not None and breaker.state == HALF_OPEN and breaker.probe == delivery_id:
        tx.breakers.put(replace(breaker, state=OPEN, next_probe_at=tx.now(), probe=None))


def _open(breaker: Breaker, now: datetime, seconds: float, reason: str, failures: int) -> Breaker:
    until = now + timedelta(seconds=seconds)
    if breaker.state == OPEN and breaker.next_probe_at is not None:
        until = max(until, breaker.next_probe_at)
    return replace(
        breaker,
        state=OPEN,
        failures=failures,
        opened_at=breaker.opened_at or now,
        next_probe_at=until,
        reason=reason or breaker.reason,
        probe=None,
    )


def _closed(breaker: Breaker) -> Breaker:
    return replace(
        breaker, state=CLOSED, failures=0, opened_at=None, next_probe_at=None, reason=None, probe=None
    )
