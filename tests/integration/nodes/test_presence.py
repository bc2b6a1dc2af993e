"""The presence of a process: what it writes of itself, and what others see in it."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from adapter.app.nodes import NodeState, shown_nodes
from adapter.app.presence import Presence
from adapter.delivery import leader
from storage import NewNode, Store, StoreError, schema
from tests.databases import TurnedClock

PATIENCE = 60.0
SILENCE = timedelta(seconds=15)


def node(name: str) -> NewNode:
    """Return a process."""
    return NewNode(name, "work", "0.1.0", schema.HEAD)


def states(store: Store) -> dict[str, NodeState]:
    """Return the state of each process."""
    return {one.name: one.state for one in store.read(lambda tx: shown_nodes(tx, SILENCE))}


def test_a_process_is_alive_silent_stopping_or_stopped(store: Store, clock: TurnedClock) -> None:
    """What it wrote last decides; silence counts by the clock of the database."""
    for name in ("a", "b", "c", "d"):
        store.transact(lambda tx: tx.nodes.beat(node(name)))  # noqa: B023
    store.transact(lambda tx: tx.nodes.stopped("d"))
    clock.turn(15)
    store.transact(lambda tx: tx.nodes.beat(node("a")))
    store.transact(lambda tx: tx.nodes.beat(node("b")))
    store.transact(lambda tx: tx.nodes.stopping("b"))
    assert states(store)["c"] is NodeState.ALIVE
    clock.turn(1)
    expected = (NodeState.ALIVE, NodeState.STOPPING, NodeState.SILENT, NodeState.STOPPED)
    assert states(store) == dict(zip("abcd", expected, strict=True))


def test_the_leader_is_who_holds_the_lease_now(store: Store, clock: TurnedClock) -> None:
    """A lease that has run out leads nobody."""
    store.transact(lambda tx: tx.nodes.beat(node("a")))
    store.transact(lambda tx: tx.leases.acquire(leader.LEASE, "a", 9))
    assert [one.leads for one in store.read(lambda tx: shown_nodes(tx, SILENCE))] == [True]
    clock.turn(9)
    assert [one.leads for one in store.read(lambda tx: shown_nodes(tx, SILENCE))] == [False]


def test_a_clock_that_is_off_is_measured_and_warned_of(
    store: Store, clock: TurnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The offset is that of the database's clock to ours; beyond five seconds each beat says so."""
    presence = Presence(store, node("a"), 60)
    clock.moment = datetime.now(UTC) + timedelta(seconds=60)
    with caplog.at_level(logging.WARNING):
        presence.beat()
    assert timedelta(seconds=50) < presence.clock_offset < timedelta(seconds=61)
    assert "the clock is off" in caplog.text
    caplog.clear()
    clock.moment = datetime.now(UTC)
    presence.beat()
    assert abs(presence.clock_offset) < timedelta(seconds=5)
    assert "the clock is off" not in caplog.text


def test_a_beat_that_fails_is_not_the_last(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The store may be away for a while, and anything may go wrong once: the process is heard of again."""
    heard, errors = threading.Event(), iter([StoreError("gone"), RuntimeError("Иванов")])
    presence = Presence(store, node("a"), 0.02)
    presence.start()
    transact = store.transact

    def fail_at_first(work: object) -> object:
        for error in errors:
            raise error
        heard.set()
        return transact(work)  # type: ignore[arg-type]

    with caplog.at_level(logging.ERROR):
        monkeypatch.setattr(store, "transact", fail_at_first)
        assert heard.wait(PATIENCE)
        presence.stop()
    assert "RuntimeError" in caplog.text
    assert "Иванов" not in caplog.text
    assert states(store) == {"a": NodeState.STOPPED}


def test_a_process_that_cannot_say_goodbye_ends_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the store it is silent to others, and ends."""
    presence = Presence(store, node("a"), 60)
    presence.start()

    def refuse(_: object) -> None:
        raise StoreError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(store, "transact", refuse)
        presence.stopping()
        presence.stop()
    assert states(store) == {"a": NodeState.ALIVE}
