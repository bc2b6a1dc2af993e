"""Versions of lists come into the store, all or nothing, and become active on a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from adapter.dictionaries.contents import Table, code_list, pack
from adapter.dictionaries.exports import Export
from adapter.dictionaries.lookup import active_on
from adapter.dictionaries.refusal import DictionaryRefused, shown
from storage import DictionaryVersion, Store, Transaction

_OTHER_ROWS = (
    "Версия {version} справочника {oid} уже загружена с другими строками. Изданная версия ФНСИ не меняется: "
    "проверьте файл. Заменить её – параметр --replace."
)


class Outcome(StrEnum):
    """What became of an export, in Russian."""

    ADDED = "загружена"
    REPLACED = "заменена"
    KNOWN = "уже загружена, ничего не изменено"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an export, and whether the version is active now or later."""

    outcome: Outcome
    version: DictionaryVersion


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked export, ready for the store.

    Attributes:
        export: the version.
        content: what the store keeps of it.
        content_hash: SHA-256, hex, of what is in it.
        source: name of the file that it came in.
    """

    export: Export
    content: bytes
    content_hash: str
    source: str


def offer(export: Export, source: str) -> Offer:
    """Check an export.

    Raises:
        DictionaryRefused: columns are missing, codes repeat, dates cannot be read; with rows and columns.
    """
    code_list(export.oid, export.version, export.name, Table(export.columns, export.rows, export.keys))
    content, digest = pack(export)
    return Offer(export, content, digest, source)


def import_offers(
    store: Store,
    offers: Sequence[Offer],
    *,
    now: dt.datetime,
    today: dt.date,
    active_from: dt.date | None = None,
    replace_known: bool = False,
) -> tuple[Imported, ...]:
    """Put versions into the store, all of them in one transaction.

    The first versions of a list become active at once, each from its publication, for there is nothing that
    they could push aside; a further one waits for `activate`, unless a day is given.

    Args:
        store: the store.
        offers: checked exports.
        now: aware UTC.
        today: day in the zone of the installation.
        active_from: first day on which codes are looked up in them.
        replace_known: put other rows into a version that is in the store already.

    Raises:
        DictionaryRefused: the store has a version with other rows; nothing was imported.
        StoreError: the database cannot be used.
    """

    def work(tx: Transaction) -> tuple[Imported, ...]:
        tx.dictionaries.hold()
        settled = {one.oid for one in tx.dictionaries.versions() if one.active_from is not None}

        def day(export: Export) -> dt.date | None:
            first = None if export.oid in settled else min(export.published_on or today, today)
            return active_from or first

        return tuple(_keep(tx, one, now, day(one.export), active_from, replace_known) for one in offers)

    return store.transact(work)


def _keep(
    tx: Transaction,
    offered: Offer,
    now: dt.datetime,
    first_day: dt.date | None,
    active_from: dt.date | None,
    replace_known: bool,
) -> Imported:
    export = offered.export
    known = tx.dictionaries.get(export.oid, export.version)
    if known is not None and known.content_hash == offered.content_hash:
        return Imported(Outcome.KNOWN, _with_day(tx, known, active_from, now))
    if known is not None and not replace_known:
        raise DictionaryRefused([_OTHER_ROWS.format(version=export.version, oid=export.oid)])
    day = active_from or (known.active_from if known else first_day)
    made = DictionaryVersion(
        oid=export.oid,
        version=export.version,
        name=export.name,
        content_hash=offered.content_hash,
        row_count=len(export.rows),
        published_on=export.published_on,
        imported_at=now,
        source=offered.source,
        active_from=day,
        closed_on=known.closed_on if known else None,
        activated_at=now if day else None,
    )
    tx.dictionaries.insert(made, offered.content)
    return Imported(Outcome.REPLACED if known else Outcome.ADDED, made)


def _with_day(
    tx: Transaction, known: DictionaryVersion, active_from: dt.date | None, now: dt.datetime
) -> DictionaryVersion:
    if active_from is None:
        return known
    return _set_days(tx, replace(known, active_from=active_from, activated_at=now))


def activate(
    store: Store,
    oid: str,
    version: str,
    *,
    now: dt.datetime,
    active_from: dt.date,
    closed_on: dt.date | None = None,
) -> DictionaryVersion:
    """Make a version the one in which codes are looked up from a day on; an earlier one likewise.

    Args:
        store: the store.
        oid: OID of the list.
        version: its version.
        now: aware UTC; of several versions with one day the one activated last holds.
        active_from: first day.
        closed_on: last day on which it may be used; None: not closed.

    Raises:
        DictionaryRefused: the version is not in the store, or its days are in the wrong order.
        StoreError: the database cannot be used.
    """
    if closed_on is not None and closed_on < active_from:
        raise DictionaryRefused(["Последний день применения раньше первого."])

    def work(tx: Transaction) -> DictionaryVersion:
        tx.dictionaries.hold()
        known = tx.dictionaries.get(oid, version)
        if known is None:
            raise DictionaryRefused([not_loaded(oid, version)])
        return _set_days(tx, replace(known, active_from=active_from, closed_on=closed_on, activated_at=now))

    return store.transact(work)


def not_loaded(oid: str, version: str = "") -> str:
    """Return what is said of a list, or a version, that is not in the store."""
    which = f"Версия {shown(version)} справочника" if version else "Справочник"
    return f"{which} {shown(oid)} не загружен{'а' if version else ''}."


def _set_days(tx: Transaction, made: DictionaryVersion) -> DictionaryVersion:
    tx.dictionaries.set_days(
        made.oid,
        made.version,
        active_from=made.active_from,
        closed_on=made.closed_on,
        activated_at=made.activated_at or made.imported_at,
    )
    return made


def is_active(version: DictionaryVersion, versions: tuple[DictionaryVersion, ...], day: dt.date) -> bool:
    """Tell whether codes are looked up in this version on a day."""
    found = active_on(tuple(one for one in versions if one.oid == version.oid), day)
    return found is not None and found.version == version.version
