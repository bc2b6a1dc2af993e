"""The journal and its anchors: what happened cannot be changed unseen."""

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage import Store, Transaction
from storage.tables import anchor_leaves, anchors, journal, journal_heads
from tests.integration.storage.samples import NOW, at_once, entry


def _sign(root: str) -> bytes:
    return hashlib.sha256(b"key" + root.encode()).digest()


def _check(root: str, signature: bytes) -> bool:
    return signature == _sign(root)


def _append(store: Store, subject: str, *events: str) -> None:
    def work(tx: Transaction) -> None:
        for number, event in enumerate(events):
            tx.journal.append(subject, entry(event, at=NOW + timedelta(microseconds=number)))

    store.transact(work)


def _change(store: Store, statement: sa.Executable) -> None:
    store.transact(lambda tx: tx.journal._connection.execute(statement))


def test_rows_form_a_chain(store: Store) -> None:
    """Numbers count from 1 and each row names the hash of the one before; details survive."""
    _append(store, "R-1", "accepted", "sent", "registered")
    rows = store.read(lambda tx: tx.journal.list("R-1"))
    assert [(row.number, row.event) for row in rows] == [(1, "accepted"), (2, "sent"), (3, "registered")]
    assert [row.previous_hash for row in rows] == ["0" * 64, rows[0].hash, rows[1].hash]
    assert rows[0].details == {"hash": "aa"}
    assert store.read(lambda tx: tx.journal.list("R-1", after=1, limit=1)) == rows[1:2]
    assert store.read(lambda tx: tx.journal.verify("R-1")) is None
    assert store.read(lambda tx: tx.journal.verify("R-unknown")) is None


def test_rows_are_found_by_correlation(store: Store) -> None:
    """One correlation id shows rows of all subjects in order of time."""
    later = entry("b", correlation_id="c-1", at=NOW + timedelta(1))
    store.transact(lambda tx: tx.journal.append("R-1", later))
    store.transact(lambda tx: tx.journal.append("R-2", entry("a", correlation_id="c-1")))
    store.transact(lambda tx: tx.journal.append("R-2", entry("x")))
    found = store.read(lambda tx: tx.journal.find_by_correlation("c-1"))
    assert [row.event for row in found] == ["a", "b"]


_SECOND = (journal.c.subject == "R-1", journal.c.number == 2)


@pytest.mark.parametrize(
    ("tampering", "first_bad"),
    [
        (sa.update(journal).where(*_SECOND).values(event="other"), 2),
        (sa.update(journal).where(*_SECOND).values(details={"hash": "bb"}), 2),
        (sa.update(journal).where(*_SECOND).values(at=NOW + timedelta(1)), 2),
        (sa.update(journal).where(*_SECOND).values(previous_hash="1" * 64), 2),
        (sa.update(journal).where(*_SECOND).values(hash="1" * 64), 2),
        (sa.delete(journal).where(*_SECOND), 2),
        (sa.delete(journal).where(journal.c.subject == "R-1", journal.c.number == 1), 1),
        (sa.delete(journal).where(journal.c.subject == "R-1", journal.c.number == 3), 3),
        (sa.delete(journal).where(journal.c.subject == "R-1"), 1),
        (sa.delete(journal_heads).where(journal_heads.c.subject == "R-1"), 1),
        (sa.update(journal_heads).where(journal_heads.c.subject == "R-1").values(head="1" * 64), 3),
    ],
)
def test_tampering_is_found(store: Store, tampering: sa.Executable, first_bad: int) -> None:
    """A row that was changed, removed or moved is named, and other chains stay good."""
    _append(store, "R-1", "accepted", "sent", "registered")
    _append(store, "R-2", "accepted", "sent", "registered")
    _change(store, tampering)
    assert store.read(lambda tx: tx.journal.verify("R-1")) == first_bad
    assert store.read(lambda tx: tx.journal.verify("R-2")) is None


def test_subjects_are_listed_even_without_head(store: Store) -> None:
    """A chain whose head was removed is still walked, and so is a head whose rows were removed."""
    for subject in ("R-1", "R-2", "R-3"):
        _append(store, subject, "accepted")
    _change(store, sa.delete(journal_heads).where(journal_heads.c.subject == "R-1"))
    _change(store, sa.delete(journal).where(journal.c.subject == "R-2"))
    assert store.read(lambda tx: tx.journal.subjects()) == ("R-1", "R-2", "R-3")
    assert store.read(lambda tx: tx.journal.subjects("R-1", 1)) == ("R-2",)


def test_long_chain_is_verified_in_pages(store: Store) -> None:
    """A chain longer than one page is walked to its end."""
    _append(store, "R-1", *["event"] * 1203)
    assert store.read(lambda tx: tx.journal.verify("R-1")) is None
    last = sa.update(journal).where(journal.c.number == 1203).values(reason="other")
    _change(store, last)
    assert store.read(lambda tx: tx.journal.verify("R-1")) == 1203


def test_anchor_binds_what_changed_since_the_last(store: Store) -> None:
    """The first anchor binds all chains, the next only those that grew, and none is made for nothing."""
    _append(store, "R-1", "accepted")
    _append(store, "R-2", "accepted", "sent")
    first = store.transact(lambda tx: tx.anchors.append(NOW, _sign))
    assert store.transact(lambda tx: tx.anchors.append(NOW, _sign)) is None
    _append(store, "R-2", "registered")
    second = store.transact(lambda tx: tx.anchors.append(NOW, _sign))
    assert first is not None
    assert second is not None
    assert (first.number, first.leaves, second.number, second.leaves) == (1, 2, 2, 1)
    assert second.previous_root == first.root
    leaves = store.read(lambda tx: tx.anchors.leaves(2))
    assert [(leaf.subject, leaf.count) for leaf in leaves] == [("R-2", 3)]
    assert store.read(lambda tx: tx.anchors.verify(_check)) is None
    assert store.read(lambda tx: tx.anchors.last()) == second


@pytest.mark.parametrize(
    ("tampering", "first_bad"),
    [
        ([sa.delete(journal).where(journal.c.subject == "R-1")], 1),
        ([sa.update(journal).where(journal.c.subject == "R-2").values(hash="1" * 64)], 2),
        ([sa.update(anchor_leaves).where(anchor_leaves.c.subject == "R-1").values(head="1" * 64)], 1),
        ([sa.delete(anchor_leaves).where(anchor_leaves.c.subject == "R-2")], 2),
        ([sa.update(anchors).where(anchors.c.number == 1).values(signature=b"0")], 1),
        ([sa.update(anchors).where(anchors.c.number == 2).values(root="1" * 64)], 2),
        ([sa.delete(anchor_leaves), sa.delete(anchors).where(anchors.c.number == 1)], 1),
    ],
)
def test_tampering_with_anchored_rows_is_found(
    store: Store, tampering: list[sa.Executable], first_bad: int
) -> None:
    """Even a chain that is removed whole, head and all, is missed by its anchor."""
    for subject in ("R-1", "R-2"):
        _append(store, subject, "accepted")
        store.transact(lambda tx: tx.anchors.append(NOW, _sign))
    for statement in tampering:
        _change(store, statement)
    assert store.read(lambda tx: tx.anchors.verify(_check)) == first_bad


def test_two_anchors_at_once_bind_each_chain_once(store: Store) -> None:
    """Processes that anchor at the same moment make a good sequence, with no chain bound twice."""
    for number in range(20):
        _append(store, f"R-{number}", "accepted")
    made = at_once(*[lambda: store.transact(lambda tx: tx.anchors.append(NOW, _sign))] * 3)
    assert sum(anchor.leaves for anchor in made if anchor is not None) == 20
    assert store.read(lambda tx: tx.anchors.verify(_check)) is None
