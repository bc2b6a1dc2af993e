"""The one leader of all processes: it holds a lease and runs the scheduler, whose jobs only poke."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from adapter.operations.metering import Meter
from storage import Store, StoreError

LEASE = "leader"

#: For how long the lead is taken, seconds.
LEASE_SECONDS = 9.0

#: How often the lead is renewed, and asked for, in the length of its lease.
TICKS = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that the leader does every `seconds`, from the moment it leads; it must be safe to repeat."""

    name: str
    seconds: float
    run: Callable[[], None]


def takeover_seconds(lease_seconds: float) -> float:
    """Return after how long a dead leader is followed at the latest, less the time of one transaction.

    It may die right after it renewed; then the lease lasts on whole, and whoever asked just before its end
    asks again a tick later.
    """
    return lease_seconds + lease_seconds / TICKS


class Running:
    """The jobs that run at this moment; after `close` none begins."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._names: Counter[str] = Counter()
        self._closed = False

    def begin(self, name: str) -> bool:
        """Let a job begin; False: too late."""
        with self._changed:
            if self._closed:
                return False
            self._names[name] += 1
            return True

    def end(self, name: str) -> None:
        """Say that a job has ended."""
        with self._changed:
            self._names -= Counter((name,))
            self._changed.notify_all()

    def close(self, timeout: float) -> tuple[str, ...]:
        """Let no job begin any more and wait for those that run; returns the names of those that still do."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._names, timeout)
            return tuple(sorted(self._names))


class Leader:
    """Competes for the lease; runs the jobs while it has it.

    By its own watch it has the lease a moment less than by the clock of the database: a process that hung, or
    waits for a store that does not answer, begins no job when somebody else may lead already.
    """

    def __init__(
        self,
        store: Store,
        owner: str,
        jobs: Sequence[Job],
        *,
        lease_seconds: float = LEASE_SECONDS,
        meter: Meter | None = None,
    ) -> None:
        """Make a candidate; it does nothing before `start` or `tick`.

        Args:
            store: holds the lease.
            owner: unique to the process.
            jobs: what the leader does.
            lease_seconds: for how long a lease is taken; see `takeover_seconds`.
            meter: is told when the lead is lost; to give it up at `stop` is no loss.
        """
        self._store = store
        self._owner = owner
        self._jobs = tuple(jobs)
        self._lease_seconds = lease_seconds
        self._meter = meter or Meter()
        self._running = Running()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._scheduler: BackgroundScheduler | None = None
        self._held_until = 0.0
        self.fence: int | None = None

    @property
    def leads(self) -> bool:
        """Whether this process is the leader, as far as it knows."""
        return self._scheduler is not None and time.monotonic() < self._held_until

    def start(self) -> None:
        """Begin to compete."""
        self._thread = threading.Thread(target=self._loop, name="leader", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Begin no job any more, wait for those that run, give the lease up: another process leads at once.

        While they run the lease is renewed, so that nobody else leads beside them. Jobs that do not end in
        time keep it: it is left to run out.

        Args:
            timeout: how long to wait in all, seconds.
        """
        end = time.monotonic() + timeout
        left = self._running.close(timeout)
        self._stop.set()
        if self._thread is not None:
            self._thread.join(max(1.0, end - time.monotonic()))
        if not self._step_down():
            return
        if left:
            _log.error("leader: the lease is left to run out, still at work: %s", ", ".join(left))
            return
        self._give_up()

    def tick(self) -> bool:
        """Take or renew the lease; start or stop the jobs accordingly. Tells whether this process leads."""
        asked = time.monotonic()
        try:
            fence = self._store.transact(
                lambda tx: tx.leases.acquire(LEASE, self._owner, self._lease_seconds)
            )
        except StoreError as error:
            _log.error("leader: %s", type(error).__name__)
            fence = None
        led, self.fence = self.fence, fence
        if led is not None and led != fence:
            # Not renewed, or another process has led meanwhile: either way it was not ours throughout.
            self._meter.lost(LEASE)
        if fence is None:
            self._step_down()
            return False
        self._held_until = asked + self._lease_seconds
        if self._scheduler is None:
            self._lead()
        return self.leads

    def _give_up(self) -> None:
        try:
            self._store.transact(lambda tx: tx.leases.release(LEASE, self._owner))
        except StoreError as error:
            _log.error("leader: the lease is left to run out, %s", type(error).__name__)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self.tick()
            except Exception as error:  # noqa: BLE001 - edge of the thread: without it nobody may ever lead again
                _log.critical("leader: %s", type(error).__name__)
            self._stop.wait(self._lease_seconds / TICKS)

    def _lead(self) -> None:
        _log.info("leader: %s leads", self._owner)
        executor = ThreadPoolExecutor(max(1, min(len(self._jobs), 4)))
        scheduler = BackgroundScheduler(executors={"default": executor}, timezone=UTC, daemon=True)
        for job in self._jobs:
            scheduler.add_job(
                self._quietly(job),
                "interval",
                seconds=job.seconds,
                id=job.name,
                name=job.name,
                next_run_time=datetime.now(UTC),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.start()
        self._scheduler = scheduler

    def _step_down(self) -> bool:
        self._held_until = 0.0
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is None:
            return False
        _log.info("leader: %s leads no more", self._owner)
        scheduler.shutdown(wait=False)
        return True

    def _quietly(self, job: Job) -> Callable[[], None]:
        def run() -> None:
            if time.monotonic() >= self._held_until or not self._running.begin(job.name):
                return
            try:
                job.run()
            except Exception as error:  # noqa: BLE001 - edge of the job's thread; APScheduler would log the trace
                _log.error("job %s: %s", job.name, type(error).__name__)
            finally:
                self._running.end(job.name)

        return run
