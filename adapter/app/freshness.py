"""An answer that costs something, kept for a moment, and asked for without ever being waited for too long."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question that is being asked, since when, and what is set at its end."""

    since: float
    told: threading.Event


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """An answer and the moment it was given, on the clock of who keeps it."""

    value: T
    at: float


class Fresh(Generic[T]):
    """Asks in a thread of its own, one question at a time; whoever wants to know waits for a bounded time.

    A database that hangs must not hold the threads that tell so.
    """

    def __init__(
        self,
        ask: Callable[[], T],
        *,
        seconds: float,
        patience: float,
        stale: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it; nothing is asked yet.

        Args:
            ask: the question; whatever it raises counts as no answer.
            seconds: for how long an answer is given again without asking.
            patience: how long a question is waited for; who comes later to it does not wait again.
            stale: an older answer is none.
            clock: seconds that only grow.
        """
        self._ask = ask
        self._seconds = seconds
        self._patience = patience
        self._stale = stale
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Kept[T] | None = None
        self._asking: _Asking | None = None

    def get(self) -> T | None:
        """Give an answer that is not stale; None when there is none."""
        with self._lock:
            if self._younger_than(self._seconds):
                return self._kept.value if self._kept else None
            asking = self._asking or self._begin()
        asking.told.wait(max(0.0, asking.since + self._patience - self._clock()))
        with self._lock:
            return self._kept.value if self._kept and self._younger_than(self._stale) else None

    def close(self, timeout: float = 5.0) -> None:
        """Wait for a question that is being asked, so that what it asks may be closed."""
        with self._lock:
            asking = self._asking
        if asking is not None:
            asking.told.wait(timeout)

    def _younger_than(self, seconds: float) -> bool:
        return self._kept is not None and self._clock() - self._kept.at < seconds

    def _begin(self) -> _Asking:
        asking = self._asking = _Asking(self._clock(), threading.Event())
        threading.Thread(target=self._run, args=(asking.told,), name="fresh", daemon=True).start()
        return asking

    def _run(self, told: threading.Event) -> None:
        kept: Kept[T] | None = None
        try:
            kept = Kept(self._ask(), self._clock())
        except Exception as error:  # noqa: BLE001 - edge of the thread: who asks is told "no answer"
            _log.error("not known: %s", type(error).__name__)
        with self._lock:
            self._kept = kept or self._kept
            self._asking = None
        told.set()
