"""The disks of an installation: where the database and the archive lie, and how much room is left there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapter.config import Config
from adapter.domain.growth import Forecast
from adapter.operations.sizing import ARCHIVE, STORE, Measure
from storage import StoreSize
from storage.sizes import Measured

_SQLITE = "sqlite:///"
#: Temporary files that need not be in memory, as /tmp often is (Filesystem Hierarchy Standard 5.15).
_LASTING = Path("/var/tmp")  # noqa: S108 - files there have no name


def measure_of(config: Config) -> Measure:
    """Return what measures the disks of an installation.

    Of SQLite the whole disk of its file counts: what else grows there fills it as well. The disk of a
    PostgreSQL server cannot be seen from here: `retention.disk_bytes` says how large it is.
    """
    zone = ZoneInfo(config.service.zone)

    def measure(database: Measured, now: datetime) -> Sequence[StoreSize]:
        day = now.astimezone(zone).date()
        used, free = _store(config, database)
        found = [StoreSize(STORE, day, now, used, free)]
        folder = config.retention.archive_folder
        if folder is not None and folder.is_dir() and not _same_disk(config, folder):
            disk = shutil.disk_usage(folder)
            found.append(StoreSize(ARCHIVE, day, now, disk.used, disk.free))
        return found

    return measure


def room_condition(found: Sequence[Forecast], config: Config) -> dict[str, list[dict[str, object]]]:
    """Return what health tells of disks: each place with the days it will last, and those that warn."""
    limit = config.retention.disk_warning_days
    rows: list[dict[str, object]] = [
        {"place": one.place, "free_bytes": one.free, "bytes_per_day": one.per_day, "days": one.days}
        for one in found
    ]
    soon = [row for row, one in zip(rows, found, strict=True) if one.warns(limit)]
    return {"places": rows, "warnings": soon}


def _store(config: Config, database: Measured) -> tuple[int, int | None]:
    """Return used and free bytes; empty pages of a SQLite file are free."""
    full = database.total - database.empty
    allowed = config.retention.disk_bytes
    if allowed is not None:
        return full, allowed - full
    path = _file(config)
    if path is None:
        return full, None
    disk = shutil.disk_usage(path.parent)
    return disk.used - database.empty, disk.free + database.empty


def _same_disk(config: Config, folder: Path) -> bool:
    path = _file(config)
    return path is not None and path.parent.stat().st_dev == folder.stat().st_dev


def temporary_folder(config: Config) -> Path | None:
    """Return where large files lie while they are checked; None: where the system has its own."""
    beside = _file(config)
    chosen = config.files.temporary_folder or (beside.parent if beside else _LASTING)
    return chosen if chosen != _LASTING or os.access(_LASTING, os.W_OK) else None


def _file(config: Config) -> Path | None:
    url = config.store.url
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None
