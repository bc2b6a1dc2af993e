"""The demo as a newcomer sees it, on both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapter.config import load
from adapter.soap.server import wait_until_listening
from storage import Transaction, open_store

LIMIT = 90


def command(name: str, config: Path, *options: str) -> list[str]:
    """Return the command line of one of the programs."""
    return [sys.executable, "-m", "adapter", name, "--config", str(config), *options]


def wait_until(path: Path, text: str) -> None:
    """Return when a log holds a text; fail after a bounded time."""
    end = time.monotonic() + 30
    while text not in path.read_text(encoding="utf-8"):
        assert time.monotonic() < end, path.read_text(encoding="utf-8")
        time.sleep(0.05)


def chain_fault(number: str, tx: Transaction) -> int | None:
    """Return the first bad row of a journal chain."""
    return tx.journal.verify(number)


@pytest.mark.timeout(LIMIT)
def test_the_trip_ends_well(configured: Path) -> None:
    """`run --once` makes keys and database, completes both referrals and ends with 0."""
    done = subprocess.run(
        command("run", configured, "--once"), capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "книги эмуляторов сошлись" in done.stdout
    store = open_store(load(configured).store.url)
    try:
        rows = store.read(lambda tx: tx.referrals.list_by_state(("COMPLETED", "DELIVERED"), 10))
        assert sorted(row.state for row in rows) == ["COMPLETED", "DELIVERED"]
        assert store.read(lambda tx: tx.outbox.counts()) == ()
        assert [store.read(partial(chain_fault, row.number)) for row in rows] == [None, None]
    finally:
        store.close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.timeout(LIMIT)
def test_a_second_trip_uses_what_is_there(configured: Path) -> None:
    """The demo runs again on the same keys and database."""
    for _ in range(2):
        done = subprocess.run(
            command("run", configured, "--once"), capture_output=True, timeout=LIMIT, check=False
        )
        assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.timeout(LIMIT)
def test_a_served_node_gives_everything_back(configured: Path, tmp_path: Path) -> None:
    """After SIGTERM the lead is free, the database is closed, and the exit status is 0."""
    for name in (["keys", "demo"], ["db", "upgrade"]):
        made = [sys.executable, "-m", "adapter", *name, "--config", str(configured)]
        subprocess.run(made, check=True, capture_output=True, timeout=LIMIT)
    log = tmp_path / "serve.log"
    with log.open("wb") as written:
        process = subprocess.Popen(command("serve", configured), stderr=written, stdout=written)
    try:
        service = load(configured).service
        wait_until_listening(service.address, service.port, LIMIT)
        wait_until(log, "leads")
    finally:
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(LIMIT) == 0
    database = Path(load(configured).store.url.removeprefix("sqlite:///"))
    assert not database.with_name(database.name + "-wal").exists()
    assert database.stat().st_mode & 0o077 == 0
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT owner FROM leases")).scalars().all() == [""]
    engine.dispose()
