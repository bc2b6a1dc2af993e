"""Rates of senders and the depth of the queue: who is refused, and until when."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.contract.call import SoapFault
from adapter.operations.throttle import STRANGER, QueueDepth, Rate, Rates
from storage import Store


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Give the seconds on the clock."""
        return self.now


def refusal(act: Callable[[], None]) -> SoapFault:
    """Return the fault that an act ends with."""
    with pytest.raises(SoapFault) as caught:
        act()
    assert caught.value.problem.code == "MSE-5011"
    return caught.value


def test_a_burst_passes_then_the_rate_counts() -> None:
    """Three at once, then one each half second; the refusal says when to come again, in whole seconds."""
    clock = Hands()
    rates = Rates({"MISA01001": Rate(2.0, 3)}, clock)
    for _ in range(3):
        rates.admit("MISA01001")
    fault = refusal(lambda: rates.admit("MISA01001"))
    assert (fault.http_status, fault.retry_after) == (HTTPStatus.TOO_MANY_REQUESTS, 1)
    clock.now = 0.5
    rates.admit("MISA01001")
    refusal(lambda: rates.admit("MISA01001"))


def test_a_slow_rate_says_how_long() -> None:
    """With a request in ten seconds the wait is told as it is."""
    rates = Rates({"MISA01001": Rate(0.1, 1)}, Hands())
    rates.admit("MISA01001")
    assert refusal(lambda: rates.admit("MISA01001")).retry_after == 10


def test_senders_do_not_use_up_each_other() -> None:
    """A noisy sender and all strangers together leave the bucket of another one full."""
    rates = Rates({"MISA01001": Rate(1.0, 1), "MISB01001": Rate(1.0, 1), STRANGER: Rate(1.0, 1)}, Hands())
    for noisy in ("MISA01001", STRANGER):
        rates.admit(noisy)
        refusal(lambda code=noisy: rates.admit(code))  # type: ignore[misc]
    rates.admit("MISB01001")


def test_who_has_no_rate_is_not_limited() -> None:
    """Without a rate, and for a code that nobody knows, everything passes and nothing is kept."""
    rates = Rates({}, Hands())
    for number in range(1000):
        rates.admit(f"X{number}")


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.floats(0, 2), min_size=1, max_size=200),
    st.floats(0.5, 20),
    st.integers(1, 20),
)
def test_never_more_than_burst_and_rate(pauses: list[float], per_second: float, burst: int) -> None:
    """Over any time as many pass as the burst and the time allow, and who waits as told is let in."""
    clock = Hands()
    rates = Rates({"A": Rate(per_second, burst)}, clock)
    for passed, pause in enumerate(pauses, start=1):
        clock.now += pause
        try:
            rates.admit("A")
        except SoapFault as fault:
            clock.now += max(1, fault.retry_after)
            rates.admit("A")
        assert passed <= burst + clock.now * per_second + passed * 1e-5


class Asked:
    """A store that knows its depth alone, and remembers how far it was asked to count."""

    def __init__(self) -> None:
        self.waiting = 0
        self.asked: list[int] = []
        self.gauges = self

    def read(self, work: Callable[[Any], int]) -> int:
        """Do the work on this very object."""
        return work(self)

    def depth(self, most: int) -> int:
        """Count up to `most`."""
        self.asked.append(most)
        return min(self.waiting, most)


def test_a_full_queue_takes_nothing_new() -> None:
    """Up to the depth all is taken, above it nothing; when it has emptied, all again; 503 and the seconds."""
    clock, queue = Hands(), Asked()
    store = cast("Store", queue)
    depth = QueueDepth(2, 9, clock)
    queue.waiting = 2
    depth.admit(store)
    clock.now, queue.waiting = 10.0, 3
    fault = refusal(lambda: depth.admit(store))
    assert (fault.http_status, fault.retry_after) == (HTTPStatus.SERVICE_UNAVAILABLE, 9)
    clock.now, queue.waiting = 20.0, 0
    depth.admit(store)


def test_the_store_is_asked_now_and_then() -> None:
    """Many submissions in a moment ask the store once, for no more rows than decide."""
    clock, queue = Hands(), Asked()
    depth = QueueDepth(5, 9, clock)
    for _ in range(100):
        depth.admit(cast("Store", queue))
    assert queue.asked == [6]
    clock.now = 1.0
    depth.admit(cast("Store", queue))
    assert queue.asked == [6, 6]


def test_without_a_bound_nobody_asks() -> None:
    """A depth of 0 means no bound."""
    queue = Asked()
    QueueDepth(0).admit(cast("Store", queue))
    assert queue.asked == []
