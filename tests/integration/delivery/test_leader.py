"""The one leader: who leads, what runs where, how the lead is lost and how it is given up."""

import logging
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from adapter.delivery import leader as leader_module
from adapter.delivery.leader import LEASE, Job, Leader
from adapter.operations.metering import Meter
from storage import Store, StoreError, Transaction
from tests.databases import TurnedClock

PATIENCE = 30.0
#: In this time a stop that does not wait would have ended, seconds; one that waits lasts longer anyway.
MOMENT = 0.2


class Losses(Meter):
    """Remembers what was lost."""

    def __init__(self) -> None:
        self.of: list[str] = []

    def lost(self, lease: str) -> None:
        """See `Meter.lost`."""
        self.of.append(lease)


class Long:
    """A job that runs until it is let go."""

    def __init__(self) -> None:
        self.began, self.free, self.ended = threading.Event(), threading.Event(), threading.Event()

    def run(self) -> None:
        """Say that it runs, wait, say that it has ended."""
        self.began.set()
        assert self.free.wait(PATIENCE)
        self.ended.set()


def refuse(_: object) -> None:
    """Stand for a store that cannot be reached."""
    raise StoreError("gone")


def owner_of(store: Store) -> str:
    """Return who has the lease of the leader."""
    lease = store.read(lambda tx: tx.leases.get(LEASE))
    assert lease is not None
    return lease.owner


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
    leader = Leader(store, "one", [Job("job", 3600, ran.set)], lease_seconds=3.0)
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


def test_a_lost_lead_is_counted(store: Store, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken by another process, or not renewed for want of the store: a loss each; to stop is none."""
    losses = Losses()
    first, second = Leader(store, "first", (), meter=losses), Leader(store, "second", ())
    assert first.tick()
    assert first.tick()
    assert losses.of == []
    clock.turn(16)
    assert second.tick()
    assert not first.tick()
    assert not first.tick()
    assert losses.of == ["leader"]
    second.stop()
    assert first.tick()
    with monkeypatch.context() as patch:
        patch.setattr(store, "transact", refuse)
        assert not first.tick()
        assert not first.tick()
    assert losses.of == ["leader"] * 2
    assert first.tick()
    first.stop()
    assert losses.of == ["leader"] * 2


def test_a_lead_that_another_had_meanwhile_is_counted(store: Store, clock: TurnedClock) -> None:
    """Who slept while another process led and stopped has the lead again, and lost it once."""
    losses = Losses()
    first, second = Leader(store, "first", (), meter=losses), Leader(store, "second", ())
    assert first.tick()
    clock.turn(16)
    assert second.tick()
    second.stop()
    assert first.tick()
    assert losses.of == ["leader"]
    first.stop()


def test_a_stop_waits_for_what_runs(store: Store) -> None:
    """Until the job has ended nobody else leads, and nothing new begins; then the lease is free at once."""
    long, late = Long(), threading.Event()
    leader = Leader(store, "one", [Job("long", 3600, long.run)])
    leader.start()
    assert long.began.wait(PATIENCE)
    stopping = threading.Thread(target=leader.stop, args=(PATIENCE,))
    stopping.start()
    stopping.join(MOMENT)
    assert stopping.is_alive()
    leader._quietly(Job("late", 1, late.set))()
    assert not Leader(store, "other", ()).tick()
    assert owner_of(store) == "one"
    long.free.set()
    stopping.join(PATIENCE)
    assert long.ended.is_set()
    assert not late.is_set()
    assert owner_of(store) == ""


def test_a_job_without_end_keeps_the_lease(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """The wait is bounded; what still runs then is named, and its lease is left to run out."""
    long = Long()
    leader = Leader(store, "one", [Job("long", 3600, long.run)])
    leader.tick()
    assert long.began.wait(PATIENCE)
    with caplog.at_level(logging.ERROR):
        leader.stop(0.01)
    assert not long.ended.is_set()
    assert owner_of(store) == "one"
    assert "still at work: long" in caplog.text
    long.free.set()
    assert long.ended.wait(PATIENCE)
