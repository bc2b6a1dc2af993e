"""SQLite fails under a request: locked, full, unwritable; what the caller is told, and that it goes on.

The disk is full in two ways: by SQLite's own limit of pages (SQLITE_FULL), and by the system's limit on the
size of a file, which refuses the very write as a full disk does.
"""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from storage import Transaction
from storage.sqlite import SqliteStore
from tests.faults.asking import NOT_NOW, Asking
from tests.integration.operations.gateway import ON_SQLITE, Gateway

T = TypeVar("T")

pytestmark = ON_SQLITE

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
connection.close()
"""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Have another process hold the right to write."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            assert holder.stdout.readline() == "held\n"
            yield
        finally:
            holder.stdin.close()
            holder.wait()


def writer(gateway: Gateway) -> sqlite3.Connection:
    """Return the driver's connection of the writing thread; it is idle when no request is at work."""
    store: Any = gateway.runtime.store
    found: sqlite3.Connection = store._writer._driver
    return found


def pages(connection: sqlite3.Connection) -> int:
    """Return how many pages the database has."""
    return int(connection.execute("PRAGMA page_count").fetchone()[0])


@contextmanager
def small_files(largest: int) -> Iterator[None]:
    """Let the system refuse every write beyond a size; Python ignores the signal that comes with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def path_of(url: str) -> Path:
    """Return the file of the database."""
    return Path(url.removeprefix("sqlite:///"))


def test_locked_by_another_process(gateway: Gateway, database: str) -> None:
    """Another process writes for longer than we wait: the caller is told to repeat; then all is once."""
    asking = Asking(gateway, database)
    before = asking.rows()
    writer(gateway).execute("PRAGMA busy_timeout = 200")
    with locked(path_of(database)):
        assert asking.fault() == NOT_NOW
        assert asking.rows() == before
    asking.accepted_once()


def test_a_lock_that_ends_in_time_is_not_noticed(
    gateway: Gateway, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process lets go before our patience ends: the request has waited, nothing else."""
    asking = Asking(gateway, database)
    transact, begun = SqliteStore.transact, threading.Event()

    def told(store: SqliteStore, work: Callable[[Transaction], T]) -> T:
        begun.set()
        return transact(store, work)

    monkeypatch.setattr(SqliteStore, "transact", told)
    with ThreadPoolExecutor(1) as pool:
        with locked(path_of(database)):
            writer(gateway).execute("PRAGMA busy_timeout = 60000")
            answer = pool.submit(asking.reply)
            assert begun.wait(60)
            assert not answer.done()
        assert answer.result(60).status == "ACCEPT"
    asking.accepted_once()


def test_a_full_database(gateway: Gateway, database: str) -> None:
    """No page is left: the caller is told to repeat and nothing is kept; with room again it goes on."""
    first, second = Asking(gateway, database), Asking(gateway, database)
    assert first.reply().status == "ACCEPT"
    before, connection = first.rows(), writer(gateway)
    connection.execute(f"PRAGMA max_page_count = {pages(connection)}")
    assert second.fault() == NOT_NOW
    assert second.fault() == NOT_NOW
    assert second.rows() == before
    assert first.reply().status == "ACCEPT"  # what was accepted can still be asked for
    connection.execute("PRAGMA max_page_count = 1073741823")
    assert second.reply().status == "ACCEPT"
    assert len(gateway.referrals()) == 2


def test_a_full_disk(gateway: Gateway, database: str) -> None:
    """The system refuses the write of the log: the caller is told to repeat, nothing is kept, it goes on."""
    asking = Asking(gateway, database)
    before = asking.rows()
    writer(gateway).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with small_files(16 * 1024):
        assert asking.fault() == NOT_NOW
        assert asking.fault() == NOT_NOW
    assert asking.rows() == before
    asking.accepted_once()
