"""What is refused before it is worked on: a partner above its rate, submissions above the depth of the queue.

Each process counts by itself: with N processes a partner gets N times its rate at most. A refusal is a SOAP
fault with MSE-5011 and a `Retry-After`: no answer of the contract that could be stored under the request id.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType

from adapter.contract.call import SoapFault
from adapter.domain.errors import problem
from adapter.operations.metering import Meter
from storage import Store

#: Key of all who have not proven who they are, and of open operations.
STRANGER = ""

#: For how long a depth of the queue that was read is believed, seconds.
_DEPTH_SECONDS = 1.0

#: A token, less what sums of floats lose: who waits as told must find one.
_WHOLE = 1.0 - 1e-6

_SLOWER = "Ваша система обращается чаще, чем позволяет настройка адаптера; распределите запросы по времени."
_QUEUE = "Накопилась очередь недоставленных сообщений; опрос и подтверждения работают."


def overloaded(
    seconds: int, status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE, hint: str = ""
) -> SoapFault:
    """Return the fault that asks to come again (MSE-5011).

    Args:
        seconds: when.
        status: of the HTTP answer.
        hint: Russian, a further sentence on what to do.
    """
    found = problem("OVERLOADED", seconds=seconds, hint=hint)
    return SoapFault(found, "Server", http_status=status, retry_after=seconds)


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `burst` requests at once, then `per_second` of them."""

    per_second: float
    burst: int


class _Bucket:
    __slots__ = ("_rate", "_seen", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._seen = now

    def take(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        gained = max(0.0, now - self._seen) * self._rate.per_second
        self._tokens = min(float(self._rate.burst), self._tokens + gained)
        self._seen = now
        if self._tokens >= _WHOLE:
            self._tokens = max(0.0, self._tokens - 1.0)
            return 0.0
        return (1.0 - self._tokens) / self._rate.per_second


class Rates:
    """Who may send how often; a sender without a rate is not limited."""

    def __init__(
        self,
        rates: Mapping[str, Rate] = MappingProxyType({}),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make full buckets.

        Args:
            rates: by code of the partner, `STRANGER` for the rest: as many buckets as there are rates.
            clock: seconds that only grow.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets = {code: _Bucket(rate, clock()) for code, rate in rates.items()}

    def admit(self, code: str) -> None:
        """Count a request of a sender whose signature was verified, or of a stranger.

        Raises:
            SoapFault: MSE-5011 with status 429, it has to wait.
        """
        bucket = self._buckets.get(code)
        if bucket is None:
            return
        with self._lock:
            wait = bucket.take(self._clock())
        if wait > 0.0:
            raise overloaded(max(1, math.ceil(wait)), HTTPStatus.TOO_MANY_REQUESTS, _SLOWER)


class QueueDepth:
    """Whether too much waits to be delivered; the store is asked now and then, by one request at a time."""

    def __init__(
        self, most: int = 0, retry_after: int = 15, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make it; nothing is asked yet.

        Args:
            most: deliveries not done above which submissions are refused; 0: no bound.
            retry_after: when they may come again, seconds.
            clock: seconds that only grow.
        """
        self.most = most
        self._retry_after = retry_after
        self._clock = clock
        self._lock = threading.Lock()
        self._asked = -math.inf
        self._full = False

    def admit(self, store: Store) -> None:
        """Let a submission through.

        Raises:
            SoapFault: MSE-5011 with status 503.
            StoreError: the store failed.
        """
        if self.most and self._is_full(store):
            raise overloaded(self._retry_after, hint=_QUEUE)

    def _is_full(self, store: Store) -> bool:
        if self._clock() - self._asked >= _DEPTH_SECONDS and self._lock.acquire(blocking=False):
            try:
                depth = store.read(lambda tx: tx.gauges.depth(self.most + 1))
                self._full = depth > self.most
                self._asked = self._clock()
            finally:
                self._lock.release()
        return self._full


@dataclass(frozen=True, slots=True)
class Throttle:
    """Both bounds, and who is told of a refusal; the default lets everything through."""

    rates: Rates = field(default_factory=Rates)
    queue: QueueDepth = field(default_factory=QueueDepth)
    meter: Meter = field(default_factory=Meter)

    def admit(self, code: str) -> None:
        """Count a message of a proven sender, or of all who are not proven (`STRANGER`).

        Raises:
            SoapFault: MSE-5011 with status 429.
        """
        try:
            self.rates.admit(code)
        except SoapFault:
            self.meter.shed("rate")
            raise

    def admit_submission(self, store: Store) -> None:
        """Let a submission through that is not a repeat.

        Raises:
            SoapFault: MSE-5011 with status 503.
            StoreError: the store failed.
        """
        try:
            self.queue.admit(store)
        except SoapFault:
            self.meter.shed("queue")
            raise
