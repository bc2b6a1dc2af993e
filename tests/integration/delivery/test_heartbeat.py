"""The heartbeat: what a living process works on stays its own, what a dead one held does not."""

import logging
import threading
import time
from collections.abc import Callable

import pytest

from adapter.delivery.heartbeat import Heartbeat
from storage import StoreError
from storage.outbox import DONE, LEASED
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import Partner, silent
from tests.integration.delivery.world import delivery_of

PATIENCE = 60.0
LEASE = 0.6


def test_a_long_exchange_keeps_its_lease(world: World, remd: Partner) -> None:
    """A lease shorter than the exchange is renewed while the exchange lasts, and nobody else claims it."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(silent)
    engine = world.another(lease_seconds=LEASE)
    engine.start()
    engine.poke()
    assert remd.arrived.acquire(timeout=PATIENCE)
    for _ in range(3):
        until = world.get(new).lease_until
        assert until is not None
        world.clock.turn(LEASE / 2)
        wait_for(lambda: (world.get(new).lease_until or until) > until)  # noqa: B023
    assert world.drain() == 0
    assert (world.get(new).state, world.get(new).fence) == (LEASED, 1)
    remd.release.set()
    assert engine.stop(PATIENCE)


def test_a_lease_without_a_heart_runs_out(world: World, remd: Partner) -> None:
    """Where nothing beats any more the lease runs out: the next worker asks, sends and ends the delivery."""
    new = delivery_of("registerDocument")
    world.queue(new)
    world.store.transact(lambda tx: tx.outbox.claim("dead/1", (), 10, LEASE))
    heart = Heartbeat(world.store, lambda: ["dead/1"], LEASE)
    world.clock.turn(LEASE / 2)
    assert heart.beat() == 1
    world.clock.turn(LEASE / 2)
    assert world.drain() == 0
    world.clock.turn(LEASE)
    assert world.drain() == 1
    assert (world.get(new).state, world.get(new).fence) == (DONE, 2)


def test_no_worker_no_beat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose workers are gone writes nothing."""

    def refuse(_: object) -> None:
        raise AssertionError("the store was asked")

    monkeypatch.setattr(world.store, "transact", refuse)
    assert Heartbeat(world.store, list, 60).beat() == 0


def test_a_beat_that_fails_is_not_the_last(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The store may be away for a while, and anything may go wrong once: the thread goes on."""
    beats = threading.Semaphore(0)
    errors = iter([StoreError("gone"), RuntimeError("Иванов")])

    def fail(_: object) -> int:
        beats.release()
        raise next(errors, StoreError("gone"))

    monkeypatch.setattr(world.store, "transact", fail)
    heart = Heartbeat(world.store, lambda: ["w"], 0.03)
    with caplog.at_level(logging.ERROR):
        heart.start()
        assert all(beats.acquire(timeout=PATIENCE) for _ in range(4))
        heart.stop()
    assert "heartbeat: RuntimeError" in caplog.text
    assert "Иванов" not in caplog.text


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)
