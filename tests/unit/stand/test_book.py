"""The books of the emulators."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter.stand.book import Book
from adapter.stand.tallies import tallies


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


def test_a_book_in_a_file_outlives_the_stand(tmp_path: Path, clock: Callable[[], datetime]) -> None:
    """What was written is there after a restart, and the numbers go on."""
    first = Book("fund", clock, tmp_path / "books")
    first.write("return", referralNumber="N-1", grounds="K1, K2")
    first.close()
    second = Book("fund", clock, tmp_path / "books")
    assert second.entries("return", referralNumber="N-1")[0].facts["grounds"] == "K1, K2"
    assert second.write("return", referralNumber="N-2").number == 2
    second.close()
    third = Book("fund", clock, tmp_path / "books")
    assert [one.number for one in third.entries("return")] == [1, 2]
    assert third.entries("return")[0].at == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    third.close()


def test_a_line_that_was_not_finished_is_cut_off(tmp_path: Path, clock: Callable[[], datetime]) -> None:
    """A stand that was killed while it wrote leaves whole lines only."""
    first = Book("fund", clock, tmp_path)
    first.write("return", referralNumber="N-1")
    first.close()
    file = tmp_path / "fund.jsonl"
    file.write_bytes(file.read_bytes() + b'{"number": 2, "at": "2026')
    second = Book("fund", clock, tmp_path)
    second.write("return", referralNumber="N-2")
    second.close()
    third = Book("fund", clock, tmp_path)
    assert [one.facts["referralNumber"] for one in third.entries("return")] == ["N-1", "N-2"]
    third.close()


def test_many_threads_write_whole_lines(tmp_path: Path, clock: Callable[[], datetime]) -> None:
    """Numbers have no gap and lines are not mixed, however many write at once."""
    book = Book("remd", clock, tmp_path)

    def write() -> None:
        for number in range(50):
            book.write("request", number_in_thread=number, text="я" * 100)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    book.close()
    again = Book("remd", clock, tmp_path)
    assert [one.number for one in again.entries("request")] == list(range(1, 201))
    again.close()


def test_the_tally_of_a_book(clock: Callable[[], datetime]) -> None:
    """Received, effects and doubles are counted by kinds of lines; other lines are shown only."""
    inbox, other = Book("bureau-push", clock), Book("of nobody", clock)
    for kind in ("received", "repeated", "repeated", "doubled", "refused", "misbehaved"):
        inbox.write(kind)
    other.write("received")
    found = tallies([inbox, other])
    assert {name: found["bureau-push"][name] for name in ("received", "effects", "doubles")} == {
        "received": 4,
        "effects": 1,
        "doubles": 1,
    }
    assert found["bureau-push"]["counts"]["misbehaved"] == 1
    assert (found["of nobody"]["received"], found["of nobody"]["counts"]) == (0, {"received": 1})
