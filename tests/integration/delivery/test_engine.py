"""The threads of the engine."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapter.delivery.engine import Engine, _Calls
from storage import StoreError
from storage.outbox import DONE, UNKNOWN
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import Partner, silent
from tests.integration.delivery.world import delivery_of

PATIENCE = 30.0


def refuse(_: object) -> None:
    """Stand for a store that cannot be reached."""
    raise StoreError("gone")


def asleep(calls: _Calls, count: int) -> None:
    """Wait until so many sleep."""
    ends = time.monotonic() + PATIENCE
    while len(getattr(calls._changed, "_waiters")) < count:  # noqa: B009 - of the standard library, untyped
        assert time.monotonic() < ends
        time.sleep(0.001)


@pytest.fixture
def engine(world: World) -> Iterator[Engine]:
    """An engine with threads that look by themselves once in ten minutes: only a poke can wake them."""
    made = world.another(poll_seconds=600)
    yield made
    made.stop(PATIENCE)


def test_a_poke_wakes_the_workers(world: World, engine: Engine, remd: Partner) -> None:
    """What is queued while the workers sleep goes out at once when they are poked."""
    engine.start()
    world.queue(delivery_of("registerDocument"))
    engine.poke()
    assert remd.arrived.acquire(timeout=PATIENCE)


def test_who_finds_something_wakes_the_next(world: World, remd: Partner) -> None:
    """One poke is enough for a burst: while one worker waits for its answer, others take the rest."""
    engine = world.another(poll_seconds=600, workers=4, batch=1)
    world.queue(*(delivery_of("registerDocument") for _ in range(3)))
    remd.plan(silent, silent, silent)
    engine.start()
    engine.poke()
    try:
        for _ in range(3):
            assert remd.arrived.acquire(timeout=PATIENCE)
    finally:
        remd.release.set()
        assert engine.stop(PATIENCE)


def test_calls_wake_one_each() -> None:
    """A call wakes one sleeper; calls while nobody sleeps are kept, but no more than there are workers."""
    calls = _Calls(2)
    for _ in range(5):
        calls.call()
    assert [calls.wait(30), calls.wait(30), calls.wait(0.01)] == [True, True, False]
    calls.end()
    assert calls.wait(30)


def test_one_sleeper_alone_looks_often() -> None:
    """While one is on watch the others sleep on; when it is gone, the next one that sleeps is on watch."""
    calls = _Calls(3)
    with ThreadPoolExecutor(2) as threads:
        watching = threads.submit(calls.wait, PATIENCE)
        asleep(calls, 1)
        sleeping = threads.submit(calls.wait, PATIENCE / 10)
        asleep(calls, 2)
        calls.call()
        assert watching.result(PATIENCE)
        assert calls.wait(0.01) is False
        calls.call()
        assert sleeping.result(PATIENCE)


def test_a_stopped_engine_has_finished_its_exchange(world: World, engine: Engine, remd: Partner) -> None:
    """Stopping waits for the answer at hand, writes it down and leaves no lease behind."""
    new = delivery_of("registerDocument")
    world.queue(new)
    engine.start()
    engine.poke()
    assert remd.arrived.acquire(timeout=PATIENCE)
    assert engine.stop(PATIENCE)
    after = world.get(new)
    assert (after.state, after.lease_owner) == (DONE, None)


def test_a_late_worker_loses_its_lease(world: World, engine: Engine, remd: Partner) -> None:
    """A worker that cannot finish in time leaves a delivery in doubt, ready for whoever comes next."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(silent)
    engine.start()
    engine.poke()
    assert remd.arrived.acquire(timeout=PATIENCE)
    assert not engine.stop(0)
    assert (world.get(new).state, world.get(new).lease_owner) == (UNKNOWN, None)
    assert engine.stop(PATIENCE)
    assert world.outcomes.told == []


def test_an_engine_ends_without_its_store(
    world: World, engine: Engine, remd: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leases that cannot be given back run out by themselves; the process goes on ending."""
    world.queue(delivery_of("registerDocument"))
    remd.plan(silent)
    engine.start()
    engine.poke()
    assert remd.arrived.acquire(timeout=PATIENCE)
    with monkeypatch.context() as patch:
        patch.setattr(world.context.store, "transact", refuse)
        assert not engine.stop(0)
    assert engine.stop(PATIENCE)


def test_an_engine_starts_once(engine: Engine) -> None:
    """A second start is a mistake of the caller."""
    engine.start()
    with pytest.raises(RuntimeError):
        engine.start()
