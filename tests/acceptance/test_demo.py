"""The demo as a newcomer sees it, on both databases."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapter.config import load
from adapter.soap.server import refuse_taken, wait_until_listening
from storage import StoreBusy, Transaction, open_store, upgrade

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


def wait_until_given_back(url: str) -> None:
    """Return when no process owns the database; fail after a bounded time."""
    end = time.monotonic() + 45
    while True:
        try:
            return open_store(url).close()
        except StoreBusy:
            assert time.monotonic() < end, "somebody still owns the database"
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


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.timeout(LIMIT)
def test_a_killed_demo_leaves_no_server_behind(configured: Path) -> None:
    """After SIGKILL of `run` its server ends by itself and gives port and database back."""
    config = load(configured)
    service = config.service
    with subprocess.Popen(command("run", configured), stdout=subprocess.DEVNULL) as demo:
        try:
            wait_until_listening(service.address, service.port, LIMIT)
            children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text(encoding="ascii").split()
        finally:
            demo.kill()
    try:
        wait_until_given_back(config.store.url)
        refuse_taken(service.address, service.port)
        children.clear()
    finally:
        for child in children:
            os.kill(int(child), signal.SIGKILL)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.timeout(LIMIT)
def test_the_demo_does_not_talk_to_a_foreign_server(configured: Path) -> None:
    """Where somebody else listens already, `run` says so and begins nothing."""
    service = load(configured).service
    with socket.create_server((service.address, service.port)):
        done = subprocess.run(
            command("run", configured, "--once"), capture_output=True, text=True, timeout=LIMIT, check=False
        )
    assert done.returncode == 1
    assert "Адрес и порт уже заняты" in done.stdout + done.stderr
    assert not (configured.parent / "var" / "serve.log").exists()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.timeout(LIMIT)
def test_a_server_that_cannot_start_is_not_waited_for(configured: Path) -> None:
    """When the server ends at once, for instance on a database in use, `run` ends too and names its log."""
    url = load(configured).store.url
    upgrade(url)
    with open_store(url):
        done = subprocess.run(
            command("run", configured, "--once"), capture_output=True, text=True, timeout=LIMIT, check=False
        )
    assert done.returncode == 1
    assert "serve.log" in (done.stdout + done.stderr).replace("\n", "")
