"""The named step boundaries at which a node is killed, and what counts the visits to them inside a node."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass

#: Kinds of requests, by what a kill there can break.
REQUESTS = ("accept", "callback", "poll", "act")

#: Steps of one request, in the order of their time.
REQUEST_STEPS = ("reading", "before-commit", "after-commit", "before-answer")

SERVE = tuple(f"serve.{kind}.{step}" for kind in REQUESTS for step in REQUEST_STEPS)

#: Steps of one delivery, in the order of their time. "sent": all bytes have left, no answer was read.
WORK = (
    "work.claim.before-commit",
    "work.claim.after-commit",
    "work.bytes.before-commit",
    "work.bytes.after-commit",
    "work.before-send",
    "work.sent",
    "work.received",
    "work.end.before-commit",
    "work.end.after-commit",
)

#: The lease of the leader, and what the leader does by the clock.
LEAD = (
    "lead.lease.before-commit",
    "lead.lease.after-commit",
    "lead.job.before-commit",
    "lead.job.after-commit",
)

#: Killed from outside, at any moment.
ANY_MOMENT = "any-moment"

ALL = (*SERVE, *WORK, *LEAD)


def of_role(role: str, *, alone: bool) -> tuple[str, ...]:
    """Return the boundaries that a process passes.

    Args:
        role: "serve" or "work".
        alone: one process does everything (SQLite).
    """
    if alone:
        return ALL
    return SERVE if role == "serve" else (*WORK, *LEAD)


@dataclass(frozen=True, slots=True)
class Order:
    """How one life of a node is to go.

    Attributes:
        node: its name.
        role: "serve" or "work".
        config: the configuration.
        events: file to which it writes what it passed.
        log: file of its standard output and error.
        boundary: where it kills itself; empty: nowhere.
        visit: at which visit to that boundary, from 1.
    """

    node: str
    role: str
    config: str
    events: str
    log: str
    boundary: str = ""
    visit: int = 1


class Tripwire:
    """Counts the visits of one node to the boundaries; kills it, with all its processes, at the chosen one.

    What it writes survives the kill: each line is one write to a file opened for appending.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._visits: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._events = os.open(order.events, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def at(self, boundary: str) -> None:
        """Note a visit; it is the last thing that happens where the order says so."""
        with self._lock:
            self._visits[boundary] += 1
            visit = self._visits[boundary]
            if visit == 1:
                os.write(self._events, f"seen {boundary}\n".encode())
            if boundary == self._order.boundary and visit == self._order.visit:
                os.write(self._events, f"killed {boundary}\n".encode())
                os.killpg(0, signal.SIGKILL)
