"""The threads of the engine and the one leader."""

import logging
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from adapter.delivery import leader as leader_module
from adapter.delivery.engine import Engine
from adapter.delivery.leader import LEASE, Job, Leader
from storage import Store, StoreError, Transaction
from storage.outbox import DONE, UNKNOWN
from tests.databases import TurnedClock
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import Partner, silent
from tests.integration.delivery.world import delivery_of, senders_of

PATIENCE = 30.0


def refuse(_: object) -> None:
    """Stand for a store that cannot be reached."""
    raise StoreError("gone")


@pytest.fixture
def engine(world: World) -> Iterator[Engine]:
    """An engine with threads that look by themselves once in ten minutes: only a poke can wake them."""
    known = {name: getattr(world.settings, name) for name in type(world.settings).__dataclass_fields__}
    settings = type(world.settings)(**{**known, "poll_seconds": 600})
    made = Engine(world.context, senders_of(world.context), settings, world.outcomes)
    yield made
    made.stop(PATIENCE)


def test_a_poke_wakes_the_workers(world: World, engine: Engine, remd: Partner) -> None:
    """What is queued while the workers sleep goes out at once when they are poked."""
    engine.start()
    world.queue(delivery_of("registerDocument"))
    engine.poke()
    assert remd.arrived.acquire(timeout=PATIENCE)


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


def test_one_of_two_leads(store: Store, clock: TurnedClock) -> None:
    """The lease is held by one; the other takes over when it runs out, with a higher fence."""
    first, second = Leader(store, "first", ()), Leader(store, "second", ())
    assert first.tick()
    assert not second.tick()
    assert first.tick()
    clock.turn(16)
    assert second.tick()
    assert not first.tick()
    assert (first.leads, second.leads) == (False, True)
    assert second.fence == 2
    second.stop()
    assert first.tick()
    first.stop()


def test_jobs_run_on_the_leader_only(store: Store) -> None:
    """A job runs as soon as its process leads, and never on the other."""
    ran, idle = threading.Event(), threading.Event()
    first = Leader(store, "first", [Job("job", 3600, ran.set)])
    second = Leader(store, "second", [Job("job", 3600, idle.set)])
    first.tick()
    second.tick()
    assert ran.wait(PATIENCE)
    first.stop()
    second.stop()
    assert not idle.is_set()


def test_a_job_that_fails_does_not_stop_the_next(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """An error of a job is logged by its type alone; other jobs run."""
    failed, ran = threading.Semaphore(0), threading.Event()

    def fail() -> None:
        failed.release()
        raise ValueError("Иванов")

    with caplog.at_level(logging.ERROR):
        leader = Leader(store, "one", [Job("bad", 0.05, fail), Job("good", 3600, ran.set)])
        leader.tick()
        assert all(failed.acquire(timeout=PATIENCE) for _ in range(3))
        assert ran.wait(PATIENCE)
        leader.stop()
    assert "job bad: ValueError" in caplog.text
    assert "Иванов" not in caplog.text


def test_a_leader_that_hangs_begins_no_job(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own watch the lease is over before somebody else can have it: then nothing is begun."""
    moments = [100.0]
    monkeypatch.setattr(leader_module, "time", SimpleNamespace(monotonic=lambda: moments[-1]))
    ran: list[bool] = []
    leader = Leader(store, "one", ())
    work = leader._quietly(Job("job", 1, lambda: ran.append(True)))
    assert leader.tick()
    work()
    moments.append(moments[-1] + leader_module.LEASE_SECONDS)
    assert not leader.leads
    work()
    assert ran == [True]
    assert leader.tick()
    work()
    assert ran == [True, True]
    leader.stop()
    work()
    assert ran == [True, True]


def test_a_leader_that_cannot_renew_steps_down(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the store nobody may go on leading."""
    leader = Leader(store, "one", ())
    assert leader.tick()
    with monkeypatch.context() as patch:
        patch.setattr(store, "transact", refuse)
        assert not leader.tick()
    assert leader.tick()
    leader.stop()


def test_a_leader_ends_without_its_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease that cannot be given up runs out by itself; the process goes on ending."""
    leader = Leader(store, "one", ())
    assert leader.tick()
    with monkeypatch.context() as patch:
        patch.setattr(store, "transact", refuse)
        leader.stop()
    assert not leader.leads


def test_a_candidate_survives_whatever_happens(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody expected does not end the thread that competes for the lead."""
    failed, ran = threading.Event(), threading.Event()
    transact = store.transact

    def fail_once(work: Callable[[Transaction], object]) -> object:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("can't start new thread")
        return transact(work)

    monkeypatch.setattr(store, "transact", fail_once)
    leader = Leader(store, "one", [Job("job", 3600, ran.set)], lease_seconds=0.3)
    leader.start()
    assert ran.wait(PATIENCE)
    leader.stop()


def test_a_started_leader_gives_the_lease_up(store: Store) -> None:
    """A graceful stop frees the lease for the next at once."""
    ran = threading.Event()
    leader = Leader(store, "one", [Job("job", 3600, ran.set)])
    leader.start()
    assert ran.wait(PATIENCE)
    leader.stop()
    lease = store.read(lambda tx: tx.leases.get(LEASE))
    assert lease is not None
    assert lease.owner == ""
