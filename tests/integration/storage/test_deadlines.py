"""Terms that run, what was told of them, and a tool that reads them from beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage import Store as Opened
from storage import StoredDeadline, StoreError, Telling, open_beside, open_store
from tests.integration.storage.samples import NOW, at_once

DAY = timedelta(days=1)


def row(number: str, clock: str = "A", **changes: object) -> StoredDeadline:
    """Return a term."""
    facts: dict[str, object] = {
        "referral_number": number,
        "clock": clock,
        "code": clock,
        "side": "BUREAU",
        "oid": "1.2.3",
        "began": NOW,
        "until_at": NOW + DAY,
        "waits_since": None,
        "next_at": None,
        "counted_by": "m",
    }
    return StoredDeadline(**{**facts, **changes})  # type: ignore[arg-type]


def put(store: Opened, *rows: StoredDeadline) -> None:
    """Keep terms, one referral at a time."""
    for number in {one.referral_number for one in rows}:
        mine = [one for one in rows if one.referral_number == number]
        store.transact(lambda tx, number=number, mine=mine: tx.deadlines.put(number, mine))  # type: ignore[misc]


def listed(store: Opened, **wanted: object) -> list[str]:
    """Return what is listed, as number and name."""
    rows = store.read(lambda tx: tx.deadlines.list(**wanted))  # type: ignore[arg-type]
    return [f"{one.referral_number}{one.clock}" for one in rows]


def test_terms_of_a_referral_are_replaced_whole(store: Opened) -> None:
    """What is not named is dropped, what is named is as it was given; other referrals stay."""
    put(store, row("1", "A"), row("1", "B"), row("2", "A"))
    changed = row("1", "B", until_at=None, waits_since=NOW, next_at=NOW, test=True)
    put(store, changed, row("1", "C"))
    assert store.read(lambda tx: tx.deadlines.of("1")) == (changed, row("1", "C"))
    store.transact(lambda tx: tx.deadlines.put("1", []))
    assert store.read(lambda tx: (tx.deadlines.of("1"), tx.deadlines.of("2"))) == ((), (row("2"),))


def test_terms_are_found_by_their_end(store: Opened) -> None:
    """Ended ones of some names, the earliest first; lists by end, code and organisation, the waiting last."""
    put(
        store,
        row("1", until_at=NOW + 2 * DAY),
        row("2", until_at=NOW),
        row("3", "B", until_at=NOW - DAY),
        row("4", until_at=None, waits_since=NOW, oid="9"),
    )
    ended = store.read(lambda tx: tx.deadlines.ended(NOW + DAY, ["A", "B"], 10))
    assert [one.referral_number for one in ended] == ["3", "2"]
    assert store.read(lambda tx: tx.deadlines.ended(NOW, ["A"], 10)) == ()
    assert listed(store) == ["3B", "2A", "1A"]
    assert listed(store, waiting=True, limit=4) == ["3B", "2A", "1A", "4A"]
    assert listed(store, before=NOW) == ["3B", "2A"]
    assert listed(store, after=NOW, waiting=True) == ["1A", "4A"]
    assert listed(store, codes=["B"], waiting=True) == ["3B"]
    assert listed(store, oid="9", waiting=True) == ["4A"]
    assert listed(store, limit=1, waiting=True) == ["3B"]


def test_a_side_lapses(store: Opened) -> None:
    """Terms of one side that are over go; those that run, and those of others, stay."""
    put(store, row("1", side="CITIZEN"), row("2", side="CITIZEN", until_at=NOW), row("3", until_at=NOW))
    assert store.transact(lambda tx: tx.deadlines.lapse("CITIZEN", NOW + timedelta(seconds=1))) == 1
    assert listed(store) == ["3A", "1A"]


def test_what_is_told_is_told_once(store: Opened) -> None:
    """Of several at once one tells; another end, step or referral is another thing to tell."""
    telling = Telling("1", "A", NOW, "head+1", NOW, None)
    told: list[bool] = []

    def tell() -> None:
        told.append(store.transact(lambda tx: tx.deadlines.tell(telling)))

    at_once(tell, tell, tell)
    assert sorted(told) == [False, False, True]
    for other in (
        replace(telling, until_at=NOW + DAY),
        replace(telling, step="head+2"),
        replace(telling, referral_number="2"),
        replace(telling, clock="B"),
    ):
        assert store.transact(lambda tx, other=other: tx.deadlines.tell(other))  # type: ignore[misc]
    assert len(store.read(lambda tx: tx.deadlines.told("1"))) == 4


def test_the_next_moment_is_set_unless_the_end_has_moved(store: Opened) -> None:
    """Who looked at a former end does not silence the new one."""
    old = row("1", next_at=NOW)
    put(store, old)

    def to_tell(now: datetime) -> int:
        return len(store.read(lambda tx: tx.deadlines.to_tell(now, 10)))

    put(store, replace(old, until_at=NOW + 5 * DAY))
    store.transact(lambda tx: tx.deadlines.set_next([(old, None)]))
    assert to_tell(NOW) == 1
    (current,) = store.read(lambda tx: tx.deadlines.of("1"))
    store.transact(lambda tx: tx.deadlines.set_next([(current, NOW + DAY)]))
    assert (to_tell(NOW), to_tell(NOW + DAY)) == (0, 1)


def test_what_was_counted_otherwise_is_found_page_by_page(store: Opened) -> None:
    """Each referral once, in order of numbers."""
    put(store, row("1"), row("1", "B"), row("2"), row("3", counted_by="n"))
    assert store.read(lambda tx: tx.deadlines.counted_otherwise("n", 1)) == ("1",)
    assert store.read(lambda tx: tx.deadlines.counted_otherwise("n", 9, "1")) == ("2",)


def test_a_tool_from_beside_reads_and_never_writes(store: Opened, database: str) -> None:
    """While the owner has the database, others see what is committed; a reading that writes is refused."""
    put(store, row("1"))
    with open_beside(database) as beside:
        assert beside.read(lambda tx: tx.deadlines.of("1")) == (row("1"),)
        with pytest.raises(StoreError):
            beside.read(lambda tx: tx.deadlines.put("1", []))
    assert store.read(lambda tx: tx.deadlines.of("1")) == (row("1"),)


def test_a_tool_needs_a_database_of_this_program(empty_database: str) -> None:
    """No file, or no schema, is an error of the store."""
    with pytest.raises(StoreError):
        open_beside(empty_database)
    with pytest.raises(StoreError):
        open_store(empty_database)
