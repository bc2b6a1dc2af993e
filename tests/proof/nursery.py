"""Where nodes are born: one process that has loaded everything, and forks a node for each order.

A start from nothing costs seconds of a core for imports alone; a thousand deaths could not be paid for. A
node born here is the leader of a process group of its own, and dies with the nursery, however that one ends.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from adapter.soap.orphans import end_with
from tests.proof.boundaries import Order

_ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """The driver's side: orders nodes, learns of their deaths.

    Attributes:
        groups: process group of each node, the latest one.
    """

    def __init__(self, told: Callable[[str, int], None]) -> None:
        """Start the process.

        Args:
            told: called, by a thread of its own, with the name of a node that ended and its exit status,
                negative for a signal.
        """
        self.groups: dict[str, int] = {}
        self._told = told
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.nursery", str(os.getpid())],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._listen, name="nursery", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def bear(self, order: Order) -> None:
        """Start a node."""
        self._tell({"bear": asdict(order)})

    def kill(self, node: str) -> None:
        """Kill a node, all its processes at once; nothing happens to one that has ended."""
        self._tell({"signal": int(signal.SIGKILL), "node": node})

    def stop(self, node: str) -> None:
        """Ask a node to end, as a supervisor would."""
        self._tell({"signal": int(signal.SIGTERM), "node": node})

    def close(self) -> None:
        """End the nursery and with it every node that is still there."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()
        self._thread.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _tell(self, order: dict[str, Any]) -> None:
        stream = self._process.stdin
        if stream is None:
            raise RuntimeError("the nursery has no ear")
        with self._lock:
            stream.write(json.dumps(order) + "\n")
            stream.flush()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            said = json.loads(line)
            if "pid" in said:
                self.groups[said["node"]] = said["pid"]
            else:
                self._told(said["node"], said["status"])


class _Births:
    """The nursery's side."""

    def __init__(self) -> None:
        self._nodes: dict[int, str] = {}

    def obey(self, order: dict[str, Any]) -> None:
        if "bear" in order:
            self._bear(Order(**order["bear"]))
            return
        for pid, node in self._nodes.items():
            if node == order["node"]:
                _signal(pid, order["signal"])

    def bury(self) -> None:
        """Tell of every node that has ended; what is left of its group ends with it."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            _kill_group(pid)
            node = self._nodes.pop(pid)
            _say({"node": node, "status": os.waitstatus_to_exitcode(status)})

    def close(self) -> None:
        for pid in self._nodes:
            _kill_group(pid)

    def _bear(self, order: Order) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            os.setpgid(pid, pid)
            self._nodes[pid] = order.node
            _say({"node": order.node, "pid": pid})
            return
        try:
            _be_born(order, parent)
        except SystemExit as ended:
            os._exit(ended.code if isinstance(ended.code, int) else 1)
        except BaseException:  # noqa: BLE001 - the edge of the node: it must not go on as a second nursery
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)


def _say(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _be_born(order: Order, parent: int) -> None:
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    end_with(parent, signal.SIGKILL)
    log = os.open(order.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    from tests.proof.node import live

    live(order)


def _signal(pid: int, number: int) -> None:
    """Send a signal: SIGKILL to the whole group, a polite one to the node itself."""
    if number == signal.SIGKILL:
        _kill_group(pid)
    else:
        os.kill(pid, number)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _load() -> None:
    """Import what nodes need, once for all of them."""
    import tests.proof.node  # noqa: F401


def main(parent: int) -> None:
    """Bear nodes until the driver closes our standard input."""
    end_with(parent, signal.SIGKILL)
    _load()
    births = _Births()
    heard, told = os.pipe()
    os.set_blocking(told, False)
    os.set_blocking(heard, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting = b""
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(heard, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                data = os.read(int(key.fd), 65536)
                if key.fd == 0:
                    if not data:
                        births.close()
                        return
                    *lines, waiting = (waiting + data).split(b"\n")
                    for line in lines:
                        births.obey(json.loads(line))
            births.bury()


if __name__ == "__main__":
    main(int(sys.argv[1]))
