"""Destroying bytes after the end of their term: only what an act lists, only on the operator's word.

The act is made first, to be read and signed by people: a list of hashes. It is kept in the archive under its
own hash; the rows of the archive, the manifest, the journal and the answers with the receipt stay for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from adapter.operations.archive_cases import Ports, canonical
from adapter.operations.archiving import own_origin
from adapter.operations.moves import note
from storage import ACTS, Transaction

DESTROYED = "DESTROYED"
FORMAT = 1
_PAGE = 500
_MAX_OBJECTS = 1_000_000


class ActRefused(Exception):  # noqa: N818 - an answer to the operator
    """An act cannot be followed; nothing was destroyed. The text is Russian and names hashes only."""


@dataclass(frozen=True, slots=True)
class Expired:
    """Bytes whose every term is over."""

    sha256: str
    keep_until: date


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of an act: its hash, and how many objects and files went."""

    act: str
    objects: int
    files: int


def expired(ports: Ports, today: date) -> Iterator[Expired]:
    """Give everything whose term was over before today, once each."""
    after: tuple[date, str] | None = None
    seen = set[str]()
    while page := ports.store.read(lambda tx: tx.archive.expired(today, _PAGE, after)):  # noqa: B023
        for until, sha256 in page:
            if sha256 not in seen:
                seen.add(sha256)
                yield Expired(sha256, until)
        after = page[-1]


def act_of(ports: Ports, today: date) -> bytes:
    """Return the act that lists everything whose term is over."""
    rows = [{"sha256": one.sha256, "keepUntil": one.keep_until} for one in expired(ports, today)]
    return canonical(
        {
            "format": FORMAT,
            "archive": ports.folder.identity(),
            "made": ports.clock(),
            "termsOverBefore": today,
            "objects": rows,
        }
    )


def destroy(ports: Ports, content: bytes, today: date, reason: str, person: str) -> Ended:
    """Destroy what an act lists; done again it goes on where it was broken off.

    The row says so first, then the file goes: no row promises bytes that are not there.

    Args:
        ports: store and folder.
        content: the act, byte for byte as it was made.
        today: terms that were over before this day count.
        reason: of the operator, for the journal.
        person: keyed hash of the operator.

    Raises:
        ActRefused: this is no act of this archive, or it lists what must be kept; nothing was destroyed.
    """
    hashes = _listed(ports, content)
    act = hashlib.sha256(content).hexdigest()
    kept = [one for one in hashes if not ports.store.read(partial(_may_go, one, act, today))]
    if kept:
        shown = ", ".join(one[:12] for one in kept[:5])
        raise ActRefused(f"в акте есть то, что нужно хранить или чего нет в архиве ({len(kept)}): {shown}…")
    ports.folder.put(ACTS, act, iter((content,)))
    objects = files = 0
    for one in hashes:
        objects += ports.store.transact(partial(_destroy, ports, one, act, today, reason, person))
        files += ports.folder.destroy(one)
    return Ended(act, objects, files)


def _listed(ports: Ports, content: bytes) -> list[str]:
    try:
        told: Any = json.loads(content)
        hashes = [str(one["sha256"]) for one in told["objects"]]
        good = told["format"] == FORMAT and told["archive"] == ports.folder.identity() != ""
        places = [ports.folder.place("objects", one) for one in hashes]
    except (ValueError, KeyError, TypeError):
        raise ActRefused("это не акт: его составляет archive expired --act") from None
    if not good or len(set(places)) != len(hashes) or len(hashes) > _MAX_OBJECTS:
        raise ActRefused("акт составлен для другого архива или повреждён")
    return hashes


def _may_go(sha256: str, act: str, today: date, tx: Transaction) -> bool:
    """Tell whether bytes may be destroyed, or were by this very act."""
    entries = tx.archive.by_hash(sha256)
    if entries and all(one.destroyed_at is not None and one.act == act for one in entries):
        return True
    return tx.archive.is_expired(sha256, today)


def _destroy(
    ports: Ports, sha256: str, act: str, today: date, reason: str, person: str, tx: Transaction
) -> int:
    if not tx.archive.destroy(sha256, act, today, ports.clock()):
        return 0
    details = {"sha256": sha256, "act": act}
    origin = own_origin(ports, "archive destroy", details, reason=reason, person=person)
    for number in tx.archive.owners(sha256):
        note(tx, number, DESTROYED, origin)
    return 1
