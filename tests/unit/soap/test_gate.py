"""The gate: how many are let in, who waits, who is refused at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from adapter.soap.gate import Full, Gate, Places, Shed

BOUND = 20.0


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Give the seconds on the clock."""
        return self.now


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, within bounds."""
    pause = threading.Event()
    for _ in range(int(BOUND / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("not in time")


def refused(gate: Gate) -> Shed:
    """Return why the gate lets nobody work."""
    with pytest.raises(Full) as caught, gate.working():
        raise AssertionError("let in")
    return caught.value.why


def test_there_are_threads_for_everybody_and_some_to_spare() -> None:
    """The server needs a thread for each place, and further ones to refuse and to answer health."""
    assert Places(working=8, waiting=32, receiving=32).threads > 8 + 32 + 32


def test_beyond_work_and_waiting_nobody_waits() -> None:
    """With all places taken and no place to wait the refusal comes at once; a free place is given again."""
    gate = Gate(Places(working=2, waiting=0, wait_seconds=BOUND))
    with gate.working(), gate.working():
        assert gate.counts() == {"receiving": 0, "waiting": 0, "working": 2}
        assert refused(gate) is Shed.WAITING
    with gate.working():
        assert gate.counts()["working"] == 1
    assert gate.counts()["working"] == 0


def test_who_waits_too_long_is_refused() -> None:
    """A place that does not come free in time is a refusal; the place in the line is given back."""
    gate = Gate(Places(working=1, waiting=1, wait_seconds=0.01))
    with gate.working():
        assert refused(gate) is Shed.WAITED
        assert gate.counts()["waiting"] == 0


def test_places_go_to_those_who_wait_in_order() -> None:
    """Three wait and get the place in the order in which they came; never more work than may."""
    gate = Gate(Places(working=1, waiting=3, wait_seconds=BOUND))
    order: list[int] = []

    def work(number: int) -> None:
        with gate.working():
            assert gate.counts()["working"] == 1
            order.append(number)

    with ThreadPoolExecutor(3) as pool:
        done: list[Future[None]] = []
        with gate.working():
            for number in range(3):
                done.append(pool.submit(work, number))
                until(lambda waiting=number + 1: gate.counts()["waiting"] == waiting)  # type: ignore[misc]
            assert refused(gate) is Shed.WAITING
        for one in done:
            one.result(BOUND)
    assert order == [0, 1, 2]
    assert gate.counts() == {"receiving": 0, "waiting": 0, "working": 0}


def test_a_place_that_is_given_up_by_a_failure_is_free() -> None:
    """Whatever the work raises, its place is given on."""
    gate = Gate(Places(working=1, waiting=0))
    with pytest.raises(ValueError, match="broken"), gate.working():
        raise ValueError("broken")
    assert gate.counts()["working"] == 0


def test_many_threads_never_exceed_the_places() -> None:
    """Of many at once no more than two work; all others are let in later or refused, none is forgotten."""
    gate = Gate(Places(working=2, waiting=4, wait_seconds=BOUND))
    lock, seen = threading.Lock(), {"now": 0, "most": 0, "done": 0, "refused": 0}

    def work() -> None:
        try:
            with gate.working():
                with lock:
                    seen["now"] += 1
                    seen["most"] = max(seen["most"], seen["now"])
                with lock:
                    seen["now"] -= 1
                    seen["done"] += 1
        except Full:
            with lock:
                seen["refused"] += 1

    with ThreadPoolExecutor(16) as pool:
        for one in [pool.submit(work) for _ in range(2000)]:
            one.result(BOUND)
    assert seen["most"] <= 2
    assert seen["done"] + seen["refused"] == 2000
    assert gate.counts() == {"receiving": 0, "waiting": 0, "working": 0}


def test_one_address_gets_half_of_the_places_to_send() -> None:
    """Slow senders of one address leave half of the places to others; beyond all nobody is received."""
    gate = Gate(Places(receiving=4))
    with gate.receiving("10.0.0.1"), gate.receiving("10.0.0.1"):
        with pytest.raises(Full), gate.receiving("10.0.0.1"):
            pass
        with gate.receiving("10.0.0.2"), gate.receiving("10.0.0.3"):
            assert gate.counts()["receiving"] == 4
            with pytest.raises(Full) as caught, gate.receiving("10.0.0.4"):
                pass
            assert caught.value.why is Shed.RECEIVING
    with gate.receiving("10.0.0.1"):
        assert gate.counts()["receiving"] == 1
    assert gate.counts()["receiving"] == 0


def test_a_body_has_its_time() -> None:
    """A body is late after its seconds and not before."""
    clock = Hands()
    gate = Gate(Places(receive_seconds=60), clock)
    with gate.receiving("10.0.0.1") as end:
        clock.now += 60
        assert not gate.late(end)
        clock.now += 0.1
        assert gate.late(end)
