"""Watches the leases while nodes die: how long one that ran out stays unclaimed, how long nobody leads."""

from __future__ import annotations

import contextlib
import threading
from datetime import datetime
from types import TracebackType
from typing import Self

from adapter.delivery.leader import LEASE
from storage import StoreError, Transaction, open_beside

_LOOK = 0.5


class LeaseWatch:
    """Looks twice a second from beside; times are the database's.

    Attributes:
        looks: how often it looked.
        overdue: the longest time that the lease of a delivery had run out and nobody took it over, seconds.
        leaderless: the longest time without a leader that holds its lease, seconds.
    """

    def __init__(self, store: str) -> None:
        self.looks = 0
        self.overdue = 0.0
        self.leaderless = 0.0
        self._store = store
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        with open_beside(self._store) as store:
            while not self._over.wait(_LOOK):
                with contextlib.suppress(StoreError):  # a look that did not succeed is not counted
                    overdue, leaderless = store.read(_late)
                    self.overdue = max(self.overdue, overdue)
                    self.leaderless = max(self.leaderless, leaderless)
                    self.looks += 1


def _late(tx: Transaction) -> tuple[float, float]:
    now = tx.now()
    held = [one.lease_until for one in tx.outbox.list(states=("leased",), limit=1000) if one.lease_until]
    leader = tx.leases.get(LEASE)
    return max((_since(one, now) for one in held), default=0.0), _since(
        leader.expires_at, now
    ) if leader else 0.0


def _since(until: datetime, now: datetime) -> float:
    return max(0.0, (now - until).total_seconds())
