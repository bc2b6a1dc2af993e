"""`node list`: who is at the database, who leads, who holds what; and the presence that writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from adapter.app import nodes
from adapter.app.running import Workers, presence_of
from adapter.cli import app
from adapter.delivery import engine, leader
from adapter.operations.housekeeping import forget_nodes
from storage import NewNode, schema
from tests.integration.operations.gateway import Gateway


def test_the_names_of_leases_are_those_of_the_delivery() -> None:
    """The table is made without loading the delivery; what it looks for is what is written there."""
    assert nodes.LEADER_LEASE == leader.LEASE
    assert nodes.WORKER_MARK == engine.WORKER_MARK


@pytest.fixture
def running(gateway: Gateway) -> Iterator[str]:
    """A process that delivers and competes for the lead on the database of the gateway; gives its name."""
    presence = presence_of(gateway.runtime, "host-1-aa", "serve")
    workers = Workers(gateway.runtime, "host-1-aa")
    presence.start()
    yield "host-1-aa"
    workers.stop()
    presence.stop()


def test_the_command_shows_processes_beside_them(gateway: Gateway, running: str) -> None:
    """Name, program, version, schema, state, lead and deliveries held, for people and for programs."""
    gateway.submit()
    store = gateway.runtime.store
    store.transact(lambda tx: tx.leases.acquire(leader.LEASE, running, 60))
    store.transact(lambda tx: tx.outbox.claim(f"{running}{engine.WORKER_MARK}1", (), 10, 60))
    (shown,) = json.loads(listed(gateway, "--json"))
    assert (shown["name"], shown["kind"], shown["schema_known"]) == (running, "serve", schema.HEAD)
    assert (shown["state"], shown["stateName"], shown["leads"]) == ("alive", "работает", True)
    assert shown["leases"] == 1
    assert abs(shown["clock_offset_ms"]) < 5000
    text = listed(gateway)
    assert all(word in text for word in (running, "serve", "работает", "да"))


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


def test_the_long_silent_are_forgotten(gateway: Gateway) -> None:
    """The leader removes rows of processes that nobody has heard of for the configured time."""
    store = gateway.runtime.store
    store.transact(lambda tx: tx.nodes.beat(NewNode("a", "work", "0.1.0", schema.HEAD)))
    assert forget_nodes(gateway.runtime.context, timedelta(days=1)) == 0
    assert forget_nodes(gateway.runtime.context, timedelta(0)) == 1
    assert store.read(lambda tx: tx.nodes.list()) == ()
