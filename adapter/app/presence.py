"""The presence of a process: it writes itself into the store, and that it is still there, until it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from adapter.app.readiness import CLOCK_TOLERANCE
from storage import NewNode, Store, StoreError

_log = logging.getLogger(__name__)


class Presence:
    """Tells everybody at the database that this process lives.

    Attributes:
        clock_offset: how far the clock of the database is from ours, as last measured.
    """

    def __init__(self, store: Store, node: NewNode, beat_seconds: float) -> None:
        """Make a presence; nothing is written before `start` or `beat`.

        Args:
            store: the store of the process.
            node: the process.
            beat_seconds: how often it writes.
        """
        self._store = store
        self._node = node
        self._beat_seconds = beat_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="presence", daemon=True)
        self.clock_offset = timedelta(0)

    def start(self) -> None:
        """Write this process down and go on writing that it lives.

        Raises:
            StoreError: The store failed.
        """
        self.beat()
        self._thread.start()

    def stopping(self) -> None:
        """Write that this process takes on nothing new."""
        self._tell("stopping", lambda: self._store.transact(lambda tx: tx.nodes.stopping(self._node.name)))

    def stop(self, timeout: float = 5.0) -> None:
        """Write that this process has ended by itself; nothing more is written."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)
        self._tell("stopped", lambda: self._store.transact(lambda tx: tx.nodes.stopped(self._node.name)))

    def beat(self) -> None:
        """Write once that this process lives, and measure its clock.

        Raises:
            StoreError: The store failed.
        """
        self.clock_offset = self._store.transact(lambda tx: tx.nodes.beat(self._node))
        if abs(self.clock_offset) > CLOCK_TOLERANCE:
            _log.warning("node %s: the clock is off by %s", self._node.name, self.clock_offset)

    def _loop(self) -> None:
        while not self._stop.wait(self._beat_seconds):
            self._tell("beat", self.beat)

    def _tell(self, what: str, write: Callable[[], object]) -> None:
        try:
            write()
        except StoreError as error:
            _log.error("node %s: %s was not written, %s", self._node.name, what, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - edge of the thread: a process that works must not look dead
            _log.critical("node %s: %s was not written, %s", self._node.name, what, type(error).__name__)
