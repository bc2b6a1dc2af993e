"""Hash chains and Merkle roots, without a database."""

import hashlib
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from storage.chain import GENESIS, Entry, JournalRow, Leaf, entry_hash, first_bad, merkle_root
from storage.outbox import message_key
from storage.rows import new_id
from storage.types import canonical_json, utc_text

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRY = Entry(at=NOW, event="accepted", details={"b": 1, "a": "ё"})


def _chain(length: int) -> list[JournalRow]:
    rows: list[JournalRow] = []
    previous = GENESIS
    for number in range(1, length + 1):
        this = entry_hash("R-1", number, previous, ENTRY)
        content: dict[str, Any] = {field.name: getattr(ENTRY, field.name) for field in fields(Entry)}
        rows.append(JournalRow(subject="R-1", number=number, previous_hash=previous, hash=this, **content))
        previous = this
    return rows


def test_hash_of_a_row_is_that_of_its_canonical_text() -> None:
    """Anyone can recompute the hash from the documented text."""
    text = (
        '{"actor_person":null,"actor_role":null,"actor_system":null,"at":"2026-03-02T09:00:00.000000+00:00",'
        '"correlation_id":null,"details":{"a":"ё","b":1},"event":"accepted","number":1,"operation":null,'
        f'"previous_hash":"{GENESIS}","reason":null,"state_from":null,"state_to":null,"subject":"R-1"}}'
    )
    assert entry_hash("R-1", 1, GENESIS, ENTRY) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", [field.name for field in fields(Entry)])
def test_every_field_counts(name: str) -> None:
    """A change of any field changes the hash."""
    other: dict[str, Any] = {"at": NOW + timedelta(microseconds=1), "details": {"a": "ё", "b": 2}}
    changed = replace(ENTRY, **{name: other.get(name, "changed")})
    assert entry_hash("R-1", 1, GENESIS, changed) != entry_hash("R-1", 1, GENESIS, ENTRY)


def test_hash_does_not_depend_on_the_zone() -> None:
    """The same moment in another zone is the same row."""
    moscow = replace(ENTRY, at=NOW.astimezone(timezone(timedelta(hours=3))))
    assert entry_hash("R-1", 1, GENESIS, moscow) == entry_hash("R-1", 1, GENESIS, ENTRY)


def test_good_chain_is_good() -> None:
    """An untouched chain has no bad row, also when walked from its middle."""
    rows = _chain(5)
    assert first_bad(rows) is None
    assert first_bad(rows[2:], 2, rows[1].hash) is None
    assert first_bad([]) is None


def test_swapped_or_missing_rows_are_found() -> None:
    """Order and completeness are part of the chain."""
    rows = _chain(4)
    assert first_bad([rows[0], rows[2], rows[1], rows[3]]) == 2
    assert first_bad(rows[1:]) == 1
    assert first_bad([*rows[:2], replace(rows[2], subject="R-2"), rows[3]]) == 3


def test_root_depends_on_every_leaf_and_on_the_root_before() -> None:
    """Changing, adding, removing a leaf or the previous root changes the root; their order given does not."""
    leaves = [Leaf(f"R-{number}", number, f"{number:064}") for number in range(1, 8)]
    root = merkle_root(GENESIS, leaves)
    assert root == merkle_root(GENESIS, reversed(leaves))
    others = {merkle_root(GENESIS, [*leaves[:at], *leaves[at + 1 :]]) for at in range(7)}
    others |= {merkle_root(GENESIS, [*leaves, Leaf("R-9", 1, "0" * 64)]), merkle_root("1" * 64, leaves)}
    others |= {merkle_root(GENESIS, [*leaves[1:], replace(leaves[0], count=9)])}
    assert len(others) == 10
    assert root not in others


def test_root_of_two_leaves_follows_the_description() -> None:
    """Leaves, nodes and the binding are hashed with their own first bytes."""

    def node(tag: bytes, content: bytes) -> bytes:
        return hashlib.sha256(tag + content).digest()

    pair = node(b"\x00", b'["A",1,"x"]') + node(b"\x00", b'["B",2,"y"]')
    expected = node(b"\x02", bytes(32) + node(b"\x01", pair)).hex()
    assert merkle_root(GENESIS, [Leaf("B", 2, "y"), Leaf("A", 1, "x")]) == expected


def test_canonical_json_is_one_text() -> None:
    """Key order does not matter, letters stay, NaN is refused."""
    assert canonical_json({"б": [1, None], "a": True}) == '{"a":true,"б":[1,null]}'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": float("nan")})


def test_utc_text_sorts_as_time() -> None:
    """The text has one width, so its order is that of time; a naive time is refused."""
    moments = [NOW + timedelta(microseconds=shift) for shift in (0, 1, 999_999, 1_000_000)]
    texts = [utc_text(moment) for moment in moments]
    assert texts == sorted(texts)
    assert len({len(text) for text in texts}) == 1
    with pytest.raises(ValueError, match="zone"):
        utc_text(NOW.replace(tzinfo=None))


def test_ids_are_uuids_of_version_7() -> None:
    """Ids are well-formed and carry the time they were made at."""
    ids = [new_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert {(UUID(one).version, UUID(one).variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)


@pytest.mark.parametrize(
    "spelling",
    ["urn:uuid:AB-cd", " ab-CD ", "ABCD", "URN:UUID:abcd"],
)
def test_message_key_forgets_the_spelling(spelling: str) -> None:
    """Prefix, dashes, case and spaces around do not make another id."""
    assert message_key(spelling) == "abcd"
