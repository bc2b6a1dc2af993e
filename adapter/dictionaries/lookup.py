"""Code lists as the store has them, for the checks of a running process.

An import or an activation by another process is noticed within a second, without a restart: the store counts
changes, and the number is compared at most once a second. Lists are read when they are first asked for.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapter.dictionaries.built_in import BUILT_IN
from adapter.dictionaries.contents import code_list, unpack
from adapter.domain.code_lists import SUCCESSORS, CodeList, CodeLists, ListVersion
from storage import DictionaryVersion, Store, StoreError, Transaction

#: How long a process may go on with what it knows of versions, seconds.
LOOK_AGAIN = 1.0

_LOG = logging.getLogger(__name__)
_NEVER = -1
_DAYS_KEPT = 1000
_BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)

Versions = Mapping[str, tuple[DictionaryVersion, ...]]
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the versions at one revision, and the lists that were found to be active."""

    versions: Versions
    active: dict[tuple[str, dt.date], CodeList | None] = field(default_factory=dict)


class StoredCodeLists:
    """The imported lists, and below them those that come with the project."""

    def __init__(self, store: Store, *, base: CodeLists = BUILT_IN, look_again: float = LOOK_AGAIN) -> None:
        self._store, self._base, self._look_again = store, base, look_again
        self._looking = threading.Lock()
        self._loading = threading.Lock()
        self._revision = _NEVER
        self._looked_at = float("-inf")
        self._known = _Known({})
        self._lists: dict[_Key, CodeList] = {}

    def on(self, oid: str, day: dt.date) -> CodeList | None:
        """Return the version that is active on the day, or what the project has instead."""
        known, key = self._current(), (oid, day)
        try:
            return known.active[key]
        except KeyError:
            oid = SUCCESSORS.get(oid, oid)
            active = active_on(known.versions.get(oid, ()), day)
            found = self._base.on(oid, day) if active is None else self._loaded(active)
            if len(known.active) >= _DAYS_KEPT:
                known.active.clear()
            known.active[key] = found
            return found

    def version(self, oid: str, version: str) -> CodeList | None:
        """Return a certain version, imported or of the project."""
        oid = SUCCESSORS.get(oid, oid)
        found = next((one for one in self._current().versions.get(oid, ()) if one.version == version), None)
        return self._base.version(oid, version) if found is None else self._loaded(found)

    def versions(self, oid: str) -> tuple[ListVersion, ...]:
        """Return the imported versions of a list."""
        found = self._current().versions.get(SUCCESSORS.get(oid, oid), ())
        return tuple(ListVersion(one.version, one.active_from, one.closed_on) for one in found)

    def _current(self) -> _Known:
        """Return the versions as of a moment ago; one thread looks, the others go on with what is known."""
        if time.monotonic() - self._looked_at < self._look_again:
            return self._known
        if self._looking.acquire(blocking=self._revision == _NEVER):
            try:
                if time.monotonic() - self._looked_at >= self._look_again:
                    self._look()
            finally:
                self._looking.release()
        return self._known

    def _look(self) -> None:
        try:
            revision = self._store.read(lambda tx: tx.dictionaries.revision())
            if revision != self._revision:
                revision, versions = self._store.read(_versions)
                keys = {_key(one) for several in versions.values() for one in several}
                self._lists = {key: one for key, one in self._lists.items() if key in keys}
                self._known, self._revision = _Known(versions), revision
        except StoreError:
            # Whoever asks fails at the store by itself; what is known of lists stays true.
            _LOG.warning("versions of code lists could not be looked up")
        self._looked_at = time.monotonic()

    def _loaded(self, version: DictionaryVersion) -> CodeList:
        key = _key(version)
        found = self._lists.get(key)
        if found is None:
            with self._loading:
                found = self._lists.get(key) or self._load(version)
                self._lists = {**self._lists, key: found}
        return found

    def _load(self, version: DictionaryVersion) -> CodeList:
        began = time.perf_counter()
        made = read_version(self._store, version)
        took = (time.perf_counter() - began) * 1000
        _LOG.info(
            "code list %s version %s: %d codes in %.0f ms",
            version.oid,
            version.version,
            len(made.items),
            took,
        )
        return made


def read_version(store: Store, version: DictionaryVersion) -> CodeList:
    """Return a version as the store has it.

    Raises:
        StoreError: the database cannot be used, or the version has gone.
    """
    content = store.read(lambda tx: tx.dictionaries.content(version.oid, version.version))
    if content is None:
        raise StoreError("a version of a code list has gone")
    return code_list(version.oid, version.version, version.name, unpack(content))


def _key(version: DictionaryVersion) -> _Key:
    return version.oid, version.version, version.content_hash


def active_on(versions: tuple[DictionaryVersion, ...], day: dt.date) -> DictionaryVersion | None:
    """Return the version in which codes are looked up on a day: the last that became active."""
    usable = [
        (one.active_from, one.activated_at or _BEFORE_ALL, one)
        for one in versions
        if one.active_from is not None
        and one.active_from <= day
        and (one.closed_on is None or day <= one.closed_on)
    ]
    return max(usable, key=lambda three: three[:2])[2] if usable else None


def _versions(tx: Transaction) -> tuple[int, Versions]:
    found: dict[str, tuple[DictionaryVersion, ...]] = {}
    for one in tx.dictionaries.versions():
        found[one.oid] = (*found.get(one.oid, ()), one)
    return tx.dictionaries.revision(), found
