"""`nsi …`: code lists of the configured database, beside a running server or without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from adapter.app.composition import utc_now
from adapter.app.recognizing import read_file
from adapter.config import load
from adapter.dictionaries.built_in import BUILT_IN, SHORT_LISTS
from adapter.dictionaries.differences import KINDS, Change, differences
from adapter.dictionaries.exports import read_export
from adapter.dictionaries.icd10 import who_icd10
from adapter.dictionaries.importing import Offer, activate, import_offers, is_active, not_loaded, offer
from adapter.dictionaries.lookup import read_version
from adapter.dictionaries.reading import FILE_LIMIT, read_json
from adapter.dictionaries.refusal import DictionaryRefused
from adapter.domain.code_lists import ICD10, IMPORTED, SUCCESSORS, CodeList, Item
from storage import DictionaryVersion, Store, open_beside

T = TypeVar("T")

BUILT_IN_SOURCE = "в составе программы"
LIBRARY_SOURCE = "библиотека, до загрузки МКБ-10"


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as it is listed.

    Attributes:
        source: name of the file, or where else it comes from.
        active: codes are looked up in it today.
        outcome: what the import did, in Russian; empty in a list.
    """

    oid: str
    version: str
    name: str
    rows: int
    source: str
    active: bool
    published_on: date | None = None
    active_from: date | None = None
    closed_on: date | None = None
    outcome: str = ""

    def as_json(self) -> dict[str, object]:
        """Return it for programs; all keys are always there, but `outcome` only after an import."""
        found: dict[str, object] = {
            "oid": self.oid,
            "version": self.version,
            "name": self.name,
            "rows": self.rows,
            "source": self.source,
            "active": self.active,
            "publishedOn": _iso(self.published_on),
            "activeFrom": _iso(self.active_from),
            "closedOn": _iso(self.closed_on),
        }
        return {**found, "outcome": self.outcome} if self.outcome else found


@dataclass(frozen=True, slots=True)
class Listing:
    """The versions, and the lists that documents need and nobody has loaded: OID and what they hold."""

    versions: tuple[VersionLine, ...]
    missing: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "versions": [one.as_json() for one in self.versions],
            "missing": [{"oid": oid, "what": what} for oid, what in self.missing],
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """A version and some of its codes; `total` is how many fit the question."""

    line: VersionLine
    items: tuple[tuple[str, Item], ...]
    total: int

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {**self.line.as_json(), "total": self.total, "codes": [_item_json(*one) for one in self.items]}


@dataclass(frozen=True, slots=True)
class Differing:
    """What changed between two versions."""

    oid: str
    old: str
    new: str
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        changes = [
            {"kind": one.kind, "code": one.code, "before": one.before, "after": one.after}
            for one in self.changes
        ]
        return {"oid": self.oid, "old": self.old, "new": self.new, "changes": changes}


class CodeListDesk:
    """The code lists of one installation, for its operator."""

    def __init__(self, config_path: Path) -> None:
        config = load(config_path)
        self._url = config.store.url
        self._zone = ZoneInfo(config.service.zone)

    def today(self) -> date:
        """Return the day in the zone of the installation."""
        return utc_now().astimezone(self._zone).date()

    def take(
        self,
        paths: Sequence[Path],
        *,
        passport: Path | None = None,
        oid: str = "",
        active_from: date | None = None,
        replace_known: bool = False,
    ) -> tuple[VersionLine, ...]:
        """Import exports: all of them or nothing.

        Args:
            paths: one file a version; with a passport, the pages of one version.
            passport: answer of ФНСИ that describes the list, where it is a file of its own.
            oid: the list that is expected.
            active_from: first day on which codes are looked up in them.
            replace_known: put other rows into versions that are there already.

        Raises:
            Unreadable: a file cannot be opened.
            DictionaryRefused: all that is wrong with all files.
            ConfigError, StoreError: as everywhere.
        """
        offers = _offers(paths, passport, oid)
        with self._store() as store:
            done = import_offers(
                store,
                offers,
                now=utc_now(),
                today=self.today(),
                active_from=active_from,
                replace_known=replace_known,
            )
            known = store.read(lambda tx: tx.dictionaries.versions())
        return tuple(self._line(one.version, known, one.outcome) for one in done)

    def listing(self) -> Listing:
        """Return all versions: imported ones, and those of the program that they stand beside."""
        with self._store() as store:
            known = store.read(lambda tx: tx.dictionaries.versions())
        today = self.today()
        imported = {one.oid for one in known if is_active(one, known, today)}
        lines = [self._line(one, known) for one in known]
        lines += (one for one in _own_lines() if one.oid not in imported)
        missing = tuple((oid, what) for oid, what in IMPORTED.items() if oid not in imported)
        return Listing(tuple(sorted(lines, key=lambda one: (one.oid, one.version))), missing)

    def show(self, oid: str, version: str = "", *, code: str = "", text: str = "", limit: int = 20) -> Shown:
        """Return a version, by default the one that is active today, with the codes that are asked for.

        Raises:
            DictionaryRefused: there is no such list or version.
        """
        with self._store() as store:
            line, found = self._opened(store, SUCCESSORS.get(oid, oid), version)
        wanted = text.casefold()
        fitting = [
            (one, item)
            for one, item in found.items.items()
            if (not code or one == code)
            and (not wanted or any(wanted in name.casefold() for name in (one, item.name, *item.also)))
        ]
        return Shown(line, tuple(fitting[:limit]), len(fitting))

    def diff(self, oid: str, old: str, new: str) -> Differing:
        """Return what changed between two versions.

        Raises:
            DictionaryRefused: one of them is not there.
        """
        oid = SUCCESSORS.get(oid, oid)
        with self._store() as store:
            before, after = (self._opened(store, oid, one)[1] for one in (old, new))
        return Differing(oid, old, new, differences(before, after))

    def activate(
        self, oid: str, version: str, active_from: date | None, closed_on: date | None
    ) -> VersionLine:
        """Make a version the one in which codes are looked up, by default from today on.

        Raises:
            DictionaryRefused: the version is not there, or its days are in the wrong order.
        """
        oid = SUCCESSORS.get(oid, oid)
        with self._store() as store:
            first = active_from or self.today()
            made = activate(store, oid, version, now=utc_now(), active_from=first, closed_on=closed_on)
            known = store.read(lambda tx: tx.dictionaries.versions(oid))
        return self._line(made, known)

    def _store(self) -> Store:
        return open_beside(self._url)

    def _opened(self, store: Store, oid: str, version: str) -> tuple[VersionLine, CodeList]:
        known = store.read(lambda tx: tx.dictionaries.versions(oid))
        today = self.today()
        for one in known:
            if one.version == version or (not version and is_active(one, known, today)):
                return self._line(one, known), read_version(store, one)
        own = BUILT_IN.on(oid, today)
        if own is None or version not in {"", own.version}:
            raise DictionaryRefused([not_loaded(oid, version)])
        pushed_aside = any(is_active(one, known, today) for one in known)
        line = next(one for one in _own_lines() if one.oid == oid)
        return replace(line, active=not pushed_aside), own

    def _line(
        self, one: DictionaryVersion, known: tuple[DictionaryVersion, ...], outcome: str = ""
    ) -> VersionLine:
        return VersionLine(
            oid=one.oid,
            version=one.version,
            name=one.name,
            rows=one.row_count,
            source=one.source,
            active=is_active(one, known, self.today()),
            published_on=one.published_on,
            active_from=one.active_from,
            closed_on=one.closed_on,
            outcome=outcome,
        )


def kind_name(change: Change) -> str:
    """Return what a change is called in Russian."""
    return KINDS[change.kind]


def _own_lines() -> Iterator[VersionLine]:
    """Yield what the program brings itself; it is in use where no imported version is active."""
    for oid, one in SHORT_LISTS.items():
        rows, published = len(one.rows), one.published_on
        yield VersionLine(oid, one.version, one.name, rows, BUILT_IN_SOURCE, True, published)
    who = who_icd10()
    yield VersionLine(ICD10, who.version, who.name, len(who.items), LIBRARY_SOURCE, True)


def _offers(paths: Sequence[Path], passport: Path | None, oid: str) -> list[Offer]:
    """Read and check files; of all that are wrong, all is told."""
    trying = _Trying()
    documents = [trying(path, _json, path) for path in paths]
    if passport is not None:
        described = trying(passport, _json, passport)
        trying.stop()
        made = [trying(paths[0], _offer, documents, described, oid, paths[0].name)]
    else:
        pairs = zip(paths, documents, strict=True)
        made = [trying(path, _offer, [one], None, oid, path.name) for path, one in pairs if one is not None]
    trying.stop()
    return [one for one in made if one is not None]


class _Trying:
    """Collects the refusals of several files."""

    def __init__(self) -> None:
        self._problems: list[str] = []

    def __call__(self, path: Path, make: Callable[..., T], *arguments: Any) -> T | None:
        """Return what is made, or None when it was refused."""
        try:
            return make(*arguments)
        except DictionaryRefused as refusal:
            self._problems.extend(f"{path.name}: {one}" for one in refusal.problems)
            return None

    def stop(self) -> None:
        """Refuse when anything was refused.

        Raises:
            DictionaryRefused: all that is wrong with all files.
        """
        if self._problems:
            raise DictionaryRefused(self._problems)


def _offer(documents: Sequence[Any], passport: Any, oid: str, source: str) -> Offer:
    return offer(read_export(documents, passport, oid), source)


def _json(path: Path) -> Any:
    return read_json(read_file(path, FILE_LIMIT))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _item_json(code: str, item: Item) -> dict[str, object]:
    return {
        "code": code,
        "name": item.name,
        "otherNames": list(item.also),
        "parent": item.parent,
        "since": _iso(item.since),
        "until": _iso(item.until),
        "actual": item.actual,
    }
