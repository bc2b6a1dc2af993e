"""The heartbeat of the leases: what a living process works on stays its own, however long it takes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection

from storage import Store, StoreError

_log = logging.getLogger(__name__)

#: How often a lease is renewed in its length: two beats may fail before it runs out.
BEATS = 3


class Heartbeat:
    """Renews what the workers of this process hold, in a thread of its own, until stopped.

    A lease may be shorter than an exchange; it runs out when the process dies, is stopped or cannot reach the
    store. Whoever goes on after that is refused by the fencing number.
    """

    def __init__(self, store: Store, workers: Callable[[], Collection[str]], lease_seconds: float) -> None:
        """Make a heartbeat; it does nothing before `start` or `beat`.

        Args:
            store: holds the leases.
            workers: names of the workers that live, asked at each beat.
            lease_seconds: for how long a lease is renewed.
        """
        self._store = store
        self._workers = workers
        self._lease_seconds = lease_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="lease-heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Renew no more; what is still held then runs out by itself. A store that hangs is not waited for."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def beat(self) -> int:
        """Renew once; returns how many leases.

        Raises:
            StoreError: The store failed.
        """
        workers = self._workers()
        if not workers:
            return 0
        return self._store.transact(lambda tx: tx.outbox.renew(workers, self._lease_seconds))

    def _loop(self) -> None:
        while not self._stop.wait(self._lease_seconds / BEATS):
            try:
                self.beat()
            except StoreError as error:
                _log.error("heartbeat: %s", type(error).__name__)
            except Exception as error:  # noqa: BLE001 - edge of the thread: without it every lease runs out
                _log.critical("heartbeat: %s", type(error).__name__)
