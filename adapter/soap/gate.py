"""How many requests one process takes at once; whoever finds no place is told so at once.

Three bounds, one behind the other: bodies that are being received, requests that wait for a place to
work, requests that are being worked on. Places go to those who wait in the order in which they came.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

#: Threads beyond all places: they answer health, metrics and those who are refused.
_SPARE = 8


class Shed(StrEnum):
    """Why a request was not taken; the values are those of the metric.

    Attributes:
        RECEIVING: too many bodies are being received.
        WAITING: too many requests wait for a place.
        WAITED: no place came free in time.
        SLOW: the body did not come in time.
    """

    RECEIVING = "receiving"
    WAITING = "waiting"
    WAITED = "waited"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Places:
    """The bounds of one process. Times in seconds.

    Attributes:
        working: requests that are worked on at once.
        waiting: further ones that wait for a place.
        receiving: bodies that are received at once; half of them at most from one address.
        wait_seconds: how long a request waits for a place.
        receive_seconds: how long a body may take to come.
        retry_after: when a refused caller is told to come again.
    """

    working: int = 8
    waiting: int = 32
    receiving: int = 32
    wait_seconds: float = 5.0
    receive_seconds: float = 60.0
    retry_after: int = 15

    @property
    def threads(self) -> int:
        """Threads that the server needs, so that one is free for whoever is refused."""
        return self.working + self.waiting + self.receiving + _SPARE


class Full(Exception):  # noqa: N818 - a refusal, not a failure
    """There is no place for a request."""

    def __init__(self, why: Shed) -> None:
        super().__init__(why)
        self.why = why


class Gate:
    """Lets requests in as far as there are places. Safe to use from any number of threads."""

    def __init__(self, places: Places, clock: Callable[[], float] = time.monotonic) -> None:
        """Make a gate with all places free.

        Args:
            places: the bounds.
            clock: seconds that only grow.
        """
        self.places = places
        self._clock = clock
        self._lock = threading.Lock()
        self._receiving: Counter[str] = Counter()
        self._working = 0
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def receiving(self, address: str) -> Iterator[float]:
        """Hold a place to receive a body; gives the moment by which it has to be here, on the gate's clock.

        Raises:
            Full: all places are taken, or half of them by this address.
        """
        most = self.places.receiving
        with self._lock:
            if self._receiving.total() >= most or self._receiving[address] >= max(1, most // 2):
                raise Full(Shed.RECEIVING)
            self._receiving[address] += 1
        try:
            yield self._clock() + self.places.receive_seconds
        finally:
            with self._lock:
                self._receiving[address] -= 1
                if not self._receiving[address]:
                    del self._receiving[address]

    def late(self, until: float) -> bool:
        """Whether a body should have been here by now."""
        return self._clock() > until

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold a place to work, after waiting for it where that is needed.

        Raises:
            Full: too many wait already, or no place came free in time.
        """
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def counts(self) -> dict[str, int]:
        """Return how many requests there are at each stage."""
        with self._lock:
            return {
                "receiving": self._receiving.total(),
                "waiting": len(self._waiting),
                "working": self._working,
            }

    def _enter(self) -> None:
        with self._lock:
            if self._working < self.places.working:
                self._working += 1
                return
            if len(self._waiting) >= self.places.waiting:
                raise Full(Shed.WAITING)
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(self.places.wait_seconds):
            return
        with self._lock:
            if turn.is_set():  # the place was handed over at the last moment
                return
            self._waiting.remove(turn)
        raise Full(Shed.WAITED)

    def _leave(self) -> None:
        """Hand the place to whoever has waited longest: nobody who comes later gets before him."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._working -= 1
