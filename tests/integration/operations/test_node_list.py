"""`node list`: who is at the database, who leads, who holds what; and the presence that writes it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from adapter.app import nodes, running
from adapter.app.running import Workers, presence_of
from adapter.cli import app
from adapter.delivery import engine, leader
from adapter.operations.housekeeping import forget_nodes
from storage import NewNode, open_beside, schema
from tests.integration.operations.gateway import ON_SQLITE, Gateway


def test_the_names_of_leases_are_those_of_the_delivery() -> None:
    """The table is made without loading the delivery; what it looks for is what is written there."""
    assert nodes.LEADER_LEASE == leader.LEASE
    assert nodes.WORKER_MARK == engine.WORKER_MARK


@pytest.fixture
def process(gateway: Gateway) -> Iterator[str]:
    """A process that delivers and competes for the lead on the database of the gateway; gives its name."""
    presence = presence_of(gateway.runtime, "host-1-aa", "serve")
    workers = Workers(gateway.runtime, "host-1-aa")
    presence.start()
    yield "host-1-aa"
    workers.stop()
    presence.stop()


def test_the_command_shows_processes_beside_them(gateway: Gateway, process: str) -> None:
    """Name, program, version, schema, state, lead and deliveries held, for people and for programs."""
    gateway.submit()
    store = gateway.runtime.store
    store.transact(lambda tx: tx.leases.acquire(leader.LEASE, process, 60))
    store.transact(lambda tx: tx.outbox.claim(f"{process}{engine.WORKER_MARK}1", (), 10, 60))
    (shown,) = json.loads(listed(gateway, "--json"))
    assert (shown["name"], shown["kind"], shown["schema_known"]) == (process, "serve", schema.HEAD)
    assert (shown["state"], shown["stateName"], shown["leads"]) == ("alive", "работает", True)
    assert shown["leases"] == 1
    assert abs(shown["clock_offset_ms"]) < 5000
    text = listed(gateway)
    assert all(word in text for word in (process, "serve", "работает", "да"))


def test_an_empty_list_is_said(gateway: Gateway) -> None:
    """Before the first process there is a sentence, and an empty list for programs."""
    assert "ни один процесс" in listed(gateway)
    assert json.loads(listed(gateway, "--json")) == []


def listed(gateway: Gateway, *options: str) -> str:
    """Run the command while the gateway has its database open."""
    arguments = ["node", "list", "--config", str(gateway.config), *options]
    ended = CliRunner().invoke(app, arguments, env={"COLUMNS": "250"})
    assert ended.exit_code == 0
    return ended.output


@ON_SQLITE
def test_the_one_process_has_one_writer(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite the process that serves delivers too, by the same store: one thread writes for all of them.

    At its end it says first that it stops, and last, when all is given back, that it has.
    """
    gateway.close()
    ends: list[Callable[[], None]] = []
    monkeypatch.setattr(running, "at_end_of_worker", ends.append)
    monkeypatch.setattr(running, "log_to_stderr", lambda: None)
    before = names_of_threads()
    running.make_application(str(gateway.config), "")
    begun = names_of_threads() - before
    assert begun["store-writer"] == 1
    assert {"presence", "leader", "lease-heartbeat"} <= begun.keys()
    delivering = sum(count for name, count in begun.items() if engine.WORKER_MARK in name)
    assert delivering == gateway.runtime.config.delivery.workers > 1
    states = []
    for end in reversed(ends):
        end()
        if end is not ends[0]:
            with open_beside(gateway.runtime.config.store.url) as store:
                (shown,) = store.read(lambda tx: nodes.shown_nodes(tx, timedelta(seconds=60)))
                states.append((shown.state, shown.leases, shown.leads))
    assert states[0][0] is nodes.NodeState.STOPPING
    assert states[-1] == (nodes.NodeState.STOPPED, 0, False)
    left = names_of_threads() - before
    assert left.keys().isdisjoint({"store-writer", "presence", "leader", "lease-heartbeat"})
    gateway.open()


def names_of_threads() -> Counter[str]:
    """Count the threads of this process by name."""
    return Counter(thread.name for thread in threading.enumerate())


def test_the_long_silent_are_forgotten(gateway: Gateway) -> None:
    """The leader removes rows of processes that nobody has heard of for the configured time."""
    store = gateway.runtime.store
    store.transact(lambda tx: tx.nodes.beat(NewNode("a", "work", "0.1.0", schema.HEAD)))
    assert forget_nodes(gateway.runtime.context, timedelta(days=1)) == 0
    assert forget_nodes(gateway.runtime.context, timedelta(0)) == 1
    assert store.read(lambda tx: tx.nodes.list()) == ()
