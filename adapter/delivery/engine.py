"""The threads that deliver: they sleep until poked or until it is time to look.

A poke wakes one of them, and of those that sleep one alone looks often. Who finds something wakes the next
before it begins: so a burst gets all of them within moments, and the store is not asked by all of them.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Mapping

from adapter.delivery.ending import Outcomes
from adapter.delivery.heartbeat import Heartbeat
from adapter.delivery.senders import Sender
from adapter.delivery.settings import Settings
from adapter.delivery.worker import Worker
from adapter.operations import outcomes as domain_outcomes
from adapter.operations.context import Context
from storage import StoreError

_log = logging.getLogger(__name__)

#: Between the name of a process and the number of its worker, in owners of leases.
WORKER_MARK = "/"

#: How much longer than the one on watch the others sleep.
_OFF_WATCH = 20


class _Calls:
    """Wakes one sleeper for each call; what nobody sleeps for is kept, at most one for each worker.

    One sleeper is on watch and wakes by the clock, too. When it has found something it calls the next one,
    who is on watch after that. The others look much later, for the case that the one on watch hangs.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting = 0
        self._changed = threading.Condition()
        self._watched = False

    def call(self) -> None:
        """Wake one."""
        with self._changed:
            self._waiting = min(self._waiting + 1, self._most)
            self._changed.notify()

    def end(self) -> None:
        """Wake all."""
        with self._changed:
            self._waiting = self._most
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Sleep until called, who is on watch at most so long; tell whether somebody has called."""
        with self._changed:
            watching = not self._watched
            self._watched = True
            patience = seconds if watching else seconds * _OFF_WATCH
            called = self._changed.wait_for(lambda: self._waiting > 0, patience)
            self._waiting = max(0, self._waiting - 1)
            if watching:
                self._watched = False
            return called


class Engine:
    """Delivers what is in the outbox until stopped."""

    def __init__(
        self,
        context: Context,
        senders: Mapping[str, Sender],
        settings: Settings,
        outcomes: Outcomes = domain_outcomes,
        node: str = "",
    ) -> None:
        """Make an engine; it does nothing before `start` or `drain`.

        Args:
            context: ports.
            senders: by kind of delivery.
            settings: tuning.
            outcomes: consequences in the domain.
            node: name of the process, unique among all; empty: one is made.
        """
        self._context = context
        self._settings = settings
        self._calls = _Calls(settings.workers)
        self._stop = threading.Event()
        prefix = node or f"{context.own.code}-{os.getpid()}-{secrets.token_hex(4)}"
        self._workers = [
            Worker(
                f"{prefix}{WORKER_MARK}{number}",
                context,
                senders=senders,
                settings=settings,
                outcomes=outcomes,
                stopping=self._stop.is_set,
                claimed=self._calls.call,
            )
            for number in range(1, settings.workers + 1)
        ]
        self._threads: list[threading.Thread] = []
        self._heartbeat = Heartbeat(context.store, self._alive, settings.lease)

    def start(self) -> None:
        """Begin to deliver.

        Raises:
            RuntimeError: It was started before.
        """
        if self._threads or self._stop.is_set():
            raise RuntimeError("an engine starts once")
        for worker in self._workers:
            thread = threading.Thread(target=self._loop, args=(worker,), name=worker.name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._heartbeat.start()

    def poke(self) -> None:
        """Wake a worker: there is something new to deliver."""
        self._calls.call()

    def stop(self, timeout: float = 30.0) -> bool:
        """Finish the exchanges at hand and give back the rest.

        A worker that does not come to an end in `timeout` seconds loses its leases: its exchange will be
        reconciled by whoever comes next.

        Returns:
            Whether all came to an end.
        """
        self._stop.set()
        self._calls.end()
        ends = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
        late = self._alive()
        self._heartbeat.stop()
        for name in late:
            self._release(name)
        return not late

    def drain(self) -> int:
        """Deliver in the calling thread until nothing can be claimed now; returns how many were claimed."""
        claimed = 0
        while batch := self._workers[0].run_once():
            claimed += batch
        return claimed

    def _alive(self) -> list[str]:
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _release(self, name: str) -> None:
        try:
            self._context.store.transact(lambda tx: tx.outbox.release(name))
        except StoreError as error:
            _log.error("worker %s: left to its leases, %s", name, type(error).__name__)

    def _loop(self, worker: Worker) -> None:
        while not self._stop.is_set():
            if not self._turn(worker) and not self._stop.is_set():
                self._calls.wait(self._settings.poll_seconds)

    def _turn(self, worker: Worker) -> int:
        try:
            return worker.run_once()
        except StoreError as error:
            _log.error("worker %s: %s", worker.name, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - edge of the thread: delivery must go on
            _log.critical("worker %s: %s", worker.name, type(error).__name__)
        return 0
