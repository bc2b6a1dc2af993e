"""Whether a partner may be called now: its breaker, its pace, how many exchanges it bears at once.

Asked twice: before a claim, without locks, so that nobody takes what cannot be sent; and in the transaction
in which an attempt begins, holding the row of the partner, so that the limits are exact across all nodes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from adapter.delivery import breaker
from adapter.delivery.pace import Pace
from adapter.domain.partners import Partner, Partners
from storage import Transaction

_SLOW = 1.0


@dataclass(frozen=True, slots=True)
class Opening:
    """A partner that may be called, and how many of its deliveries are worth claiming at once."""

    partner: str
    room: int


def openings(tx: Transaction, partners: Partners, kinds: Collection[str], batch: int) -> tuple[Opening, ...]:
    """Return the partners that something of some kinds is due for and that may be called now."""
    now = tx.now()
    breakers = {one.partner: one for one in tx.breakers.list()}
    busy = tx.outbox.in_flight()
    found = []
    for code in tx.outbox.due_partners(kinds):
        row, partner = breakers.get(code), partners.get(code)
        room = 0 if breaker.rests(row, now) else batch
        if row is not None and row.state != breaker.CLOSED:
            room = min(room, 1)
        if partner is not None and partner.concurrency and busy.get(code, 0) >= partner.concurrency:
            room = 0
        if partner is not None and partner.per_minute:
            room = min(room, Pace(partner.per_minute).room(row.free_at if row else None, now))
        if room:
            found.append(Opening(code, room))
    return tuple(found)


def enter(
    tx: Transaction, partner: Partner, delivery_id: str, probe_seconds: float, *, follows: bool = False
) -> bool:
    """Tell whether an exchange of a delivery may begin now, and count it.

    The caller begins the attempt in the same transaction, or rolls it back.

    Args:
        tx: transaction; it holds the row of the partner until its end.
        partner: whom to call.
        delivery_id: who calls.
        probe_seconds: see `breaker.permit`.
        follows: it goes on where a question about the delivery has just ended; it is counted and not kept
            waiting, for after the wait the question would have to be asked again.
    """
    limited = partner.concurrency or partner.per_minute
    if limited:
        tx.breakers.hold(partner.code, breaker.CLOSED)
    if partner.concurrency and tx.outbox.others_in_flight(partner.code, delivery_id) >= partner.concurrency:
        return False
    if partner.per_minute and not _paid(tx, partner, credit=follows):
        return False
    return breaker.permit(tx, partner.code, delivery_id, probe_seconds)


def _paid(tx: Transaction, partner: Partner, *, credit: bool) -> bool:
    row, now, pace = tx.breakers.hold(partner.code, breaker.CLOSED), tx.now(), Pace(partner.per_minute)
    if not credit and not pace.room(row.free_at, now):
        return False
    tx.breakers.put(replace(row, free_at=pace.after(row.free_at, now)))
    return True


class Seats:
    """The workers of one process and the partners they are busy with.

    Partners that are known to be slow never get the last worker that is free: the others would wait for them.
    """

    def __init__(self, workers: int, slow: float = _SLOW) -> None:
        """Make the seats.

        Args:
            workers: of the process; one alone is never kept back.
            slow: seconds from which on an exchange is a slow one.
        """
        self._spare = max(1, workers - 1)
        self._slow_from = slow
        self._lock = threading.Lock()
        self._taken: dict[str, int] = {}
        self._slow: set[str] = set()

    @contextmanager
    def taken(self, partner: str) -> Iterator[bool]:
        """Take a seat at a partner for a while; False: none is left."""
        with self._lock:
            held = sum(self._taken.get(one, 0) for one in self._slow)
            free = partner not in self._slow or held < self._spare
            if free:
                self._taken[partner] = self._taken.get(partner, 0) + 1
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._taken[partner] -= 1

    @contextmanager
    def timed(self, partner: str) -> Iterator[None]:
        """Learn from one exchange how quick the partner is."""
        began = time.monotonic()
        try:
            yield
        finally:
            slow = time.monotonic() - began >= self._slow_from
            with self._lock:
                (self._slow.add if slow else self._slow.discard)(partner)
