"""Hash chains and Merkle roots: pure functions over journal rows, usable offline."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime

from storage.types import JsonObject, canonical_json, utc_text

GENESIS = "0" * 64
"""What the first row of a chain, and the first anchor, name as their predecessor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened to a subject. Persons appear only as keyed hashes (``actor_person``)."""

    at: datetime
    event: str
    state_from: str | None = None
    state_to: str | None = None
    actor_system: str | None = None
    actor_role: str | None = None
    actor_person: str | None = None
    operation: str | None = None
    correlation_id: str | None = None
    reason: str | None = None
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow(Entry):
    """A row of the journal; ``number`` counts from 1 within its subject."""

    subject: str
    number: int
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """The head of one chain at the time of an anchor."""

    subject: str
    count: int
    head: str


_ENTRY = tuple(one.name for one in fields(Entry) if one.name != "at")


def entry_hash(subject: str, number: int, previous_hash: str, entry: Entry) -> str:
    """Give the SHA-256 (hex) over the canonical JSON of a row: every field, and the hash before it."""
    content: dict[str, object] = {name: getattr(entry, name) for name in _ENTRY}
    content |= {
        "at": utc_text(entry.at),
        "subject": subject,
        "number": number,
        "previous_hash": previous_hash,
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def first_bad(rows: Iterable[JournalRow], number: int = 0, previous_hash: str = GENESIS) -> int | None:
    """Find the first row that does not follow from the one before it.

    Args:
        rows: of one subject, in order of number.
        number: of the row before the first given.
        previous_hash: of that row.

    Returns:
        The number of the row that is missing, moved or changed; None when all are good.
    """
    for row in rows:
        number += 1
        sound = row.number == number and row.previous_hash == previous_hash
        if not sound or row.hash != entry_hash(row.subject, number, previous_hash, row):
            return number
        previous_hash = row.hash
    return None


def _node(tag: bytes, *parts: bytes) -> bytes:
    return hashlib.sha256(tag + b"".join(parts)).digest()


def merkle_root(previous_root: str, leaves: Iterable[Leaf]) -> str:
    """Give the root (hex) over chain heads in order of subject, bound to the root before it.

    Leaves, inner nodes and the binding are hashed with different first bytes (as RFC 6962, 2.1, does), so
    none can stand for another; an odd node moves up unchanged.
    """
    level = [
        _node(b"\x00", canonical_json([leaf.subject, leaf.count, leaf.head]).encode())
        for leaf in sorted(leaves, key=lambda leaf: leaf.subject)
    ]
    while len(level) > 1:
        pairs = [_node(b"\x01", *level[index : index + 2]) for index in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return _node(b"\x02", bytes.fromhex(previous_root), *level).hex()
