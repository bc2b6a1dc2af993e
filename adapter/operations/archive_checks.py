"""Is everything there: the archive against the store, or a folder by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from storage import (
    ACTS,
    MANIFESTS,
    OBJECTS,
    ArchiveEntry,
    ArchiveFolder,
    Damaged,
    NewManifest,
    OutOfReach,
    Store,
    Transaction,
)

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found; each fault is an area and a hash.

    Attributes:
        manifests: manifests that were read.
        objects: objects that were read in full.
        missing: what should be there and is not, or is something else.
        unknown: files that no manifest names: left by a run that was broken off, harmless.
    """

    manifests: int
    objects: int
    missing: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...] = ()


def check_store(store: Store, folder: ArchiveFolder, step: Callable[[], None] = lambda: None) -> Checked:
    """Read back everything that the store says is in the archive."""
    missing: list[tuple[str, str]] = []
    manifests, seen = 0, set[str]()
    for row in manifests_of(store):
        manifests += 1
        if not folder.holds(MANIFESTS, row.sha256):
            missing.append((MANIFESTS, row.sha256))
        entries = store.read(partial(_entries, row.referral_number))
        for sha256 in {one.sha256 for one in entries if one.destroyed_at is None} - seen:
            seen.add(sha256)
            if not folder.holds(OBJECTS, sha256):
                missing.append((OBJECTS, sha256))
        step()
    return Checked(manifests, len(seen), tuple(missing))


def _entries(number: str, tx: Transaction) -> tuple[ArchiveEntry, ...]:
    return tx.archive.of_referral(number)


def check_folder(folder: ArchiveFolder, step: Callable[[], None] = lambda: None) -> Checked:
    """Check a folder by itself: names are hashes; what manifests name is here, or was destroyed by an act."""
    missing: list[tuple[str, str]] = []
    gone = {one for name in folder.names(ACTS) for one in _destroyed(folder, name, missing)}
    named, manifests = set[str](), 0
    for name in folder.names(MANIFESTS):
        manifests += 1
        told = _read(folder, MANIFESTS, name, missing)
        named |= set(_objects(told))
        step()
    here = set[str]()
    for name in folder.names(OBJECTS):
        here.add(name)
        if not folder.holds(OBJECTS, name):
            missing.append((OBJECTS, name))
        step()
    missing += [(OBJECTS, name) for name in sorted(named - here - gone)]
    return Checked(manifests, len(here), tuple(missing), tuple(sorted(here - named)))


def manifests_of(store: Store) -> Iterator[NewManifest]:
    """Give every manifest, the oldest first."""
    last: NewManifest | None = None
    while page := store.read(lambda tx: tx.archive.list(_PAGE, last)):  # noqa: B023 - read at once
        yield from page
        last = page[-1]


def _read(folder: ArchiveFolder, area: str, name: str, missing: list[tuple[str, str]]) -> dict[str, Any]:
    try:
        told = json.loads(folder.text(area, name))
    except (OutOfReach, Damaged, ValueError):
        missing.append((area, name))
        return {}
    return told if isinstance(told, dict) else {}


def _destroyed(folder: ArchiveFolder, name: str, missing: list[tuple[str, str]]) -> list[str]:
    rows = _read(folder, ACTS, name, missing).get("objects", [])
    return [str(one.get("sha256")) for one in rows]


def _objects(told: dict[str, Any]) -> Iterator[str]:
    """Give the hashes that a manifest names."""
    yield from (str(one["sha256"]) for one in told.get("documents", ()))
    for row in told.get("messages", ()):
        yield from (str(row[name]) for name in ("answer", "raw") if row[name])
    for row in told.get("deliveries", ()):
        yield from (str(row[name]) for name in ("request", "response") if row[name])
    if told.get("journal"):
        yield str(told["journal"]["sha256"])
