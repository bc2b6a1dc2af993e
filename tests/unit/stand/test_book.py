"""The books of the emulators."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from adapter.stand.book import Book


@pytest.fixture
def book(clock: Callable[[], datetime]) -> Book:
    """An empty book."""
    return Book("test", clock)


def test_entries_are_found_by_their_facts(book: Book) -> None:
    """A line is found by its kind and by facts, numbers as text."""
    book.write("received", number="N-1", version=1)
    book.write("received", number="N-1", version=2)
    book.write("file", number="N-1")
    assert [one.number for one in book.entries("received", number="N-1", version=2)] == [2]
    assert len(book.entries("received")) == 2
    assert book.entries("received", number="N-2") == ()


def test_waiting_ends_with_the_line(book: Book) -> None:
    """Who waits gets the line that another thread writes."""
    writer = threading.Thread(target=book.write, args=("verdict",), kwargs={"uid": "1"})
    writer.start()
    found = book.wait("verdict", 10, uid="1")
    writer.join()
    assert [one.facts["uid"] for one in found] == ["1"]


def test_waiting_ends_without_the_line(book: Book) -> None:
    """Who waits in vain gets nothing when the time is over."""
    book.write("other")
    assert book.wait("verdict", 0.01) == ()


def test_shown_for_people(book: Book) -> None:
    """Counts and lines are shown as plain values."""
    book.write("file", size=3)
    book.write("file", size=4)
    shown = book.shown()
    assert shown["counts"] == {"file": 2}
    moment = datetime(2026, 11, 21, 9, 0, tzinfo=UTC).isoformat()
    assert shown["entries"][0] == {"number": 1, "at": moment, "kind": "file", "size": "3"}
