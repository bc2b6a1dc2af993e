"""The archive for the leader's clock and for the operator's commands, beside running programs."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from adapter.app.composition import load_installation_key, load_partners, utc_now
from adapter.app.counting import following_of, load_calendar
from adapter.app.operating import opened
from adapter.app.recognizing import read_file
from adapter.app.sizing import measure_of
from adapter.config import Config, load
from adapter.config_problems import ConfigError
from adapter.config_retention import RetentionSection
from adapter.domain.disclosures import Purpose
from adapter.domain.growth import DaySize, Forecast
from adapter.domain.wrong_values import WrongValue
from adapter.operations import archive_checks, archiving, destruction, sizing
from adapter.operations.archive_cases import Ports
from adapter.operations.archiving import Run, own_origin
from adapter.operations.context import Context, pseudonyms
from adapter.operations.disclosing import disclosed, shown
from storage import ArchiveEntry, ArchiveFolder, Document, NewManifest, Store, Transaction, compact
from storage.documents import PART_SIZE

ACT_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is in the archive of one referral."""

    number: str
    manifests: tuple[NewManifest, ...]
    documents: tuple[Document, ...]
    entries: tuple[ArchiveEntry, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """Sizes of the days and what they say of one place."""

    place: str
    sizes: tuple[DaySize, ...]
    forecast: Forecast


def archive(context: Context, retention: RetentionSection) -> Run:
    """Archive what is due, where this installation has an archive."""
    ports = archiving.ports_of(context, retention.extra_years)
    if ports is None:
        return Run()
    return archiving.run(ports, timedelta(days=retention.hot_days), retention.archive_batch)


def run_once(config_path: Path, *, everything: bool, told: Callable[[], None] = lambda: None) -> Run:
    """Archive one batch, or everything that is due.

    Raises:
        ConfigError: the installation names no archive folder.
        OutOfReach: the folder cannot be used.
    """
    total = Run()
    with _ports(config_path) as (config, ports):
        hot = timedelta(days=config.retention.hot_days)
        while True:
            done = archiving.run(ports, hot, config.retention.archive_batch)
            total.add(done)
            told()
            if not everything or done.referrals == 0:
                return total


def list_manifests(config_path: Path, limit: int) -> tuple[NewManifest, ...]:
    """Return manifests, the oldest first."""
    with opened(config_path) as (_, store):
        return store.read(lambda tx: tx.archive.list(limit))


def show(config_path: Path, number: str, reason: str) -> Shelf | None:
    """Return what is in the archive of a referral; that it was shown is journaled. None: nothing is."""
    with opened(config_path) as (config, store):
        found = store.read(partial(_shelf, number))
        if found is None:
            return None
        origin = own_origin(
            _no_folder(config, store), "archive show", {}, reason=reason, person=operator_of(config)
        )
        documents = [one.id for one in found.documents]
        store.transact(lambda tx: shown(tx, origin, {number: {"documents": documents}}))
        return found


def export(config_path: Path, document_id: str, target: Path, reason: str) -> Document | None:
    """Write a document into a file, wherever it lies; the disclosure is journaled first. None: unknown.

    Raises:
        OutOfReach: the archive cannot be read.
        Destroyed: it was destroyed by an act.
        FileExistsError: the file is there already.
    """
    with opened(config_path) as (config, store):
        found = store.read(lambda tx: tx.documents.get(document_id))
        if found is None:
            return None
        store.read(lambda tx: tx.documents.read(found.id, 0, 1))
        details = {"documentId": found.id, "length": found.size, "purpose": str(Purpose.OPERATION)}
        origin = own_origin(
            _no_folder(config, store), "archive show", details, reason=reason, person=operator_of(config)
        )
        store.transact(lambda tx: disclosed(tx, found.referral_number, origin))
        with target.open("xb") as file:
            target.chmod(0o600)
            for offset in range(0, found.size, PART_SIZE):
                file.write(
                    store.read(lambda tx, start=offset: tx.documents.read(found.id, start, PART_SIZE))  # type: ignore[misc]
                )
        return found


def verify(config_path: Path, step: Callable[[], None]) -> archive_checks.Checked:
    """Read back everything that the store says is in the archive."""
    with _ports(config_path) as (_, ports):
        return archive_checks.check_store(ports.store, ports.folder, step)


def verify_folder(folder: Path, step: Callable[[], None]) -> archive_checks.Checked:
    """Check a folder by itself, without configuration and database."""
    return archive_checks.check_folder(ArchiveFolder(folder), step)


def expired(config_path: Path, act: Path | None) -> tuple[destruction.Expired, ...]:
    """Return what may be destroyed; written as an act where a file is named.

    Raises:
        FileExistsError: the file of the act is there already.
    """
    with _ports(config_path) as (config, ports):
        today = _today(config)
        if act is not None:
            with act.open("xb") as file:
                file.write(destruction.act_of(ports, today))
        return tuple(destruction.expired(ports, today))


def destroy(config_path: Path, act: Path, reason: str) -> destruction.Ended:
    """Destroy what an act lists.

    Raises:
        ActRefused: it is not to be followed; nothing was destroyed.
    """
    content = read_file(act, ACT_BYTES)
    with _ports(config_path) as (config, ports):
        return destruction.destroy(ports, content, _today(config), reason, operator_of(config))


def rooms(config_path: Path) -> tuple[Room, ...]:
    """Measure the disks now, and return the sizes of the days with the forecast."""
    with opened(config_path) as (config, store):
        measured = store.read(lambda tx: tx.sizes.measure())
        sizes = measure_of(config)(measured, utc_now())
        store.transact(lambda tx: tx.sizes.put(*sizes))
        return store.read(_rooms)


def compact_database(config_path: Path) -> tuple[int, int]:
    """Write the SQLite file anew; returns its size before and after.

    Raises:
        StoreError: a process serves it, or it is PostgreSQL.
    """
    return compact(load(config_path).store.url)


def operator_of(config: Config) -> str:
    """Return the keyed hash of whoever runs the command: the login in the operating system."""
    try:
        login = getpass.getuser()
    except (OSError, KeyError):
        return ""
    return pseudonyms(load_installation_key(config))(f"login:{login}")


@contextmanager
def _ports(config_path: Path) -> Iterator[tuple[Config, Ports]]:
    with opened(config_path) as (config, store):
        if store.archive is None:
            raise ConfigError(
                config_path, [WrongValue("retention.archive_folder", "", "папка архива: без неё его нет")]
            )
        yield config, _no_folder(config, store)


def _no_folder(config: Config, store: Store) -> Ports:
    """Return the ports; commands that read only may do without a folder."""
    following = following_of(config, load_calendar(config), load_partners(config))
    return Ports(
        store=store,
        folder=store.archive or ArchiveFolder(Path()),
        clock=utc_now,
        system=config.service.system_code,
        zone=following.counting.zone,
        extra_years=config.retention.extra_years,
    )


def _shelf(number: str, tx: Transaction) -> Shelf | None:
    manifests = tx.archive.manifests_of(number)
    if not manifests:
        return None
    return Shelf(number, manifests, tx.documents.list(number), tx.archive.of_referral(number))


def _rooms(tx: Transaction) -> tuple[Room, ...]:
    return tuple(Room(one.place, sizing.recent(tx, one.place), one) for one in sizing.forecasts(tx))


def _today(config: Config) -> date:
    return utc_now().astimezone(ZoneInfo(config.service.zone)).date()
