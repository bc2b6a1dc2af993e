"""Answers kept for a moment: asked once, waited for within bounds, dropped when stale."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapter.app.freshness import Fresh

BOUND = 20.0


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Give the seconds on the clock."""
        return self.now


class Question:
    """Counts how often it is asked; may hang or fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.free = threading.Event()
        self.free.set()
        self.fails = False

    def __call__(self) -> int:
        """Answer with the number of the question."""
        self.asked += 1
        assert self.free.wait(BOUND)
        if self.fails:
            raise OSError("away")
        return self.asked


def test_an_answer_serves_for_a_moment() -> None:
    """Within its seconds the answer is given again, after them it is asked for anew."""
    clock, question = Hands(), Question()
    fresh = Fresh(question, seconds=1.0, patience=BOUND, clock=clock)
    assert [fresh.get() for _ in range(5)] == [1] * 5
    clock.now = 1.0
    assert fresh.get() == 2


def test_many_ask_one_question() -> None:
    """Whoever comes while the question is asked waits for the same answer."""
    question = Question()
    question.free.clear()
    fresh = Fresh(question, seconds=100.0, patience=BOUND)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(fresh.get) for _ in range(4)]
        question.free.set()
        assert [one.result(BOUND) for one in waiting] == [1] * 4
    assert question.asked == 1


def test_a_hanging_question_holds_nobody() -> None:
    """With patience over the last answer is given while it is not stale, then none; no second question."""
    clock, question = Hands(), Question()
    fresh = Fresh(question, seconds=1.0, patience=BOUND, stale=15.0, clock=clock)
    assert fresh.get() == 1
    question.free.clear()
    impatient = Fresh(question, seconds=1.0, patience=0.0, clock=clock)
    assert impatient.get() is None
    assert impatient.get() is None
    question.free.set()
    impatient.close(BOUND)
    assert impatient.get() == 2
    assert question.asked == 2


def test_who_comes_late_to_a_hanging_question_does_not_wait() -> None:
    """The patience is that of the question: once it is over, every caller is answered at once."""
    clock, question = Hands(), Question()
    question.free.clear()
    fresh = Fresh(question, seconds=1.0, patience=0.05, clock=clock)
    assert fresh.get() is None
    patient = Fresh(question, seconds=1.0, patience=BOUND, clock=clock)
    first = threading.Thread(target=patient.get)
    first.start()
    while question.asked < 2:
        threading.Event().wait(0.005)
    clock.now = BOUND
    begun = time.monotonic()
    assert patient.get() is None
    assert time.monotonic() - begun < BOUND / 2
    question.free.set()
    first.join(BOUND)
    fresh.close(BOUND)


def test_the_last_answer_bridges_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    """A question that fails leaves the former answer until it is stale, and its text out of the log."""
    clock, question = Hands(), Question()
    fresh = Fresh(question, seconds=1.0, patience=BOUND, stale=15.0, clock=clock)
    assert fresh.get() == 1
    question.fails = True
    clock.now = 10.0
    assert fresh.get() == 1
    clock.now = 15.0
    assert fresh.get() is None
    assert "OSError" in caplog.text
    assert "away" not in caplog.text
