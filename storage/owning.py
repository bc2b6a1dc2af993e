"""Who owns a SQLite file: one process, by a lock beside it that the system drops when the process dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from storage.errors import StoreBusy

#: A process that was killed may still be ending, and hold the file so long, seconds; how often we look.
_DYING, _LOOK = 2.0, 0.02


def owned(path: Path) -> AbstractContextManager[None]:
    """Own a database file as the only process that serves it.

    Raises:
        StoreBusy: another process owns it.
    """
    return _locked(path.with_name(path.name + ".lock"), _DYING)


def alone_in_upgrade(path: Path) -> AbstractContextManager[None]:
    """Wait until no other process upgrades a database file."""
    return _locked(path.with_name(path.name + ".upgrade.lock"), float("inf"))


@contextmanager
def _locked(path: Path, patience: float) -> Iterator[None]:
    """Hold an exclusive lock on a file.

    Raises:
        StoreBusy: another process held it for all of the patience, seconds.
    """
    ends = time.monotonic() + patience
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _is_ours(handle):
            if time.monotonic() >= ends:
                raise StoreBusy("another process owns the database")
            time.sleep(_LOOK)
        yield
    finally:
        os.close(handle)


def _is_ours(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
