"""The measurements of whole processes: start, memory, requests over HTTP on loopback with one worker."""

from __future__ import annotations

import http.client
import json
import os
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from adapter.soap.server import wait_until_listening
from adapter.stand.actors import Keyring
from tests.benchmarks.figures import p99
from tests.benchmarks.house import ROOT, SUBMIT_PATH, accepted, key_name, write_config
from tests.benchmarks.in_process import NAMES
from tests.benchmarks.messages import signed_submissions

START_LIMIT_SECONDS = 1.5
IDLE_LIMIT_MB = 150.0

#: Libraries that cost much to load; those that were loaded at the start are named.
HEAVY = (
    *("alembic", "apscheduler", "cryptography", "granian", "hypothesis", "mako", "pydantic", "requests"),
    *("rich", "signxml", "spyne", "sqlalchemy", "stdnum", "typer", "xmlschema", "zeep"),
)

CLIENTS = 8
_START_SECONDS = 30.0
_STOP_SECONDS = 15.0

_BUILD = f"""
import json, sys, time
started = time.perf_counter()
from pathlib import Path
from adapter.app.composition import build_application, open_runtime
from adapter.config import load
imported = time.perf_counter()
runtime = open_runtime(load(Path(sys.argv[1])))
build_application(runtime)
built = time.perf_counter()
runtime.close()
loaded = [name for name in {HEAVY!r} if name in sys.modules]
print(json.dumps([imported - started, built - imported, loaded]))
"""
_SERVE = (
    "import os, sys; from pathlib import Path; from adapter.app.running import serve;"
    " len(sys.argv) > 2 and os.sched_setaffinity(0, {int(sys.argv[2])}); serve(Path(sys.argv[1]))"
)
_WORK = _SERVE.replace("serve", "work")


@dataclass(frozen=True, slots=True)
class Start:
    """Start of the application in a fresh interpreter; medians, seconds.

    Attributes:
        whole: from the start of the process to its end, interpreter and closing included.
        importing: the import of the composition root.
        building: configuration, keys, database and WSGI application.
        loaded: heavy libraries that were loaded.
    """

    whole: float
    importing: float
    building: float
    loaded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Proportional memory (PSS) of a served adapter, all its processes together, MB (10^6 bytes).

    Attributes:
        answering: seconds from the start of the server to its first answer.
    """

    answering: float
    idle: float
    processes: int
    after_load: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests over HTTP; latencies in milliseconds, `ratio` to the floor's requests per second."""

    size: str
    server: str
    message_bytes: int
    requests: int
    per_second: float
    ratio: float
    p50: float
    p99: float


def measure_start(folder: Path, keys: Path, runs: int) -> Start:
    """Import and build the application `runs` times, each in a fresh interpreter."""
    config = write_config(folder / "start", keys, "rsa")
    wholes: list[float] = []
    parts: list[tuple[float, float]] = []
    loaded: tuple[str, ...] = ()
    for _ in range(runs + 1):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(config)], cwd=ROOT, check=True, capture_output=True
        )
        wholes.append(time.perf_counter() - started)
        importing, building, names = json.loads(done.stdout)
        parts.append((importing, building))
        loaded = tuple(names)
    first = slice(1, None)  # the first run may still compile modules
    return Start(
        whole=statistics.median(wholes[first]),
        importing=statistics.median(one for one, _ in parts[first]),
        building=statistics.median(one for _, one in parts[first]),
        loaded=loaded,
    )


class Served:
    """Measures servers, each a process tree of its own, one after the other."""

    def __init__(self, folder: Path, keys: Path) -> None:
        self._folder = folder
        self._keys = keys
        self._keyring = Keyring(keys)

    def measure(self, counts: dict[int, tuple[int, int]]) -> tuple[Memory, list[Throughput]]:
        """Measure memory, and requests per second of floor, bare server and whole adapter.

        Args:
            counts: for each size, requests to floor and bare server, and to the whole adapter.
        """
        accept = {size: self._signed(size, count) for size, (_, count) in counts.items()}
        floors: dict[int, float] = {}
        found: list[Throughput] = []
        for name, factory in (("floor", "floor_application"), ("bare server", "bare_application")):
            port = free_port()
            command = [sys.executable, "-m", "tests.benchmarks.served", factory, str(port)]
            with _running(command, port):
                for size, (count, _) in counts.items():
                    one = post_all(name, size, port, [accept[size][0]] * count, floors.get(size))
                    floors.setdefault(size, one.per_second)
                    found.append(one)
        port = free_port()
        config = write_config(self._folder / "served", self._keys, "rsa")
        config.write_text(
            config.read_text(encoding="utf-8").replace("port = 8080", f"port = {port}"), encoding="utf-8"
        )
        started = time.perf_counter()
        with serving(config, port) as pid:
            answering = time.perf_counter() - started
            idle, processes = proportional_memory(pid)
            for size, messages in accept.items():
                found.append(post_all("whole adapter", size, port, messages, floors[size], stored=True))
            after, _ = proportional_memory(pid)
        return Memory(answering, idle, processes, after), found

    def _signed(self, size: int, count: int) -> list[bytes]:
        key = self._keyring.key(key_name("mis", "rsa"))
        return [one.message(key) for one in signed_submissions(size, self._keyring, count)]


def proportional_memory(pid: int) -> tuple[float, int]:
    """Return PSS of a process with all its descendants in MB, and how many processes these are."""
    pids = family(pid)
    total = 0
    for one in pids:
        lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total / 1e6, len(pids)


def processor_seconds(pid: int) -> float:
    """Return what a process, its descendants, and those of them that have ended took of the processor."""
    ticks = 0
    for one in family(pid):
        # A process of a database that ends meanwhile is counted with its parent the next time.
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += sum(int(value) for value in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all that it has started, and they."""
    pids = [pid]
    for one in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            for task in Path(f"/proc/{one}/task").iterdir():
                pids += map(int, (task / "children").read_text(encoding="ascii").split())
    return pids


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[int]:
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as process,
    ):
        try:
            if port:
                wait_until_listening("127.0.0.1", port, _START_SECONDS)
            yield process.pid
        except (OSError, ValueError) as error:
            log.seek(0)
            error.add_note(log.read().decode())
            raise
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            finally:
                process.kill()


@contextmanager
def serving(config: Path, port: int, core: int | None = None) -> Iterator[int]:
    """Serve the whole adapter, on one core when it is named; gives the process."""
    command = [sys.executable, "-c", _SERVE, str(config), *([] if core is None else [str(core)])]
    with _running(command, port) as pid:
        yield pid


@contextmanager
def working(config: Path, core: int) -> Iterator[int]:
    """Run delivery workers in a process beside, on a core; gives the process."""
    with _running([sys.executable, "-c", _WORK, str(config), str(core)], 0) as pid:
        yield pid


def post_all(
    server: str,
    size: int,
    port: int,
    messages: Sequence[bytes],
    floor_per_second: float | None,
    *,
    stored: bool = False,
) -> Throughput:
    """Post messages from eight clients, each to be answered 200; where `stored`, with a receipt."""
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for message in messages:
        waiting.put(message)
    times: list[float] = []
    failures: list[str] = []

    def client() -> None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)) as connection:
                while True:
                    message = waiting.get_nowait()
                    started = time.perf_counter()
                    connection.request("POST", SUBMIT_PATH, message, {"Content-Type": "text/xml"})
                    response = connection.getresponse()
                    body = response.read()
                    times.append((time.perf_counter() - started) * 1000)
                    if response.status != http.HTTPStatus.OK or (stored and not accepted(body)):
                        failures.append(f"{response.status} {body[:500].decode()}")
                        return
        except queue.Empty:
            return

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    started = time.perf_counter()
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    seconds = time.perf_counter() - started
    if failures or len(times) != len(messages):
        raise ValueError(f"{server}: {len(times)} of {len(messages)} answered; {failures[:1]}")
    per_second = len(times) / seconds
    ratio = per_second / (floor_per_second or per_second)
    return Throughput(
        size=NAMES[size],
        server=server,
        message_bytes=len(messages[0]),
        requests=len(times),
        per_second=per_second,
        ratio=ratio,
        p50=statistics.median(times),
        p99=p99(times),
    )


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
