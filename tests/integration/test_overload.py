"""The real adapter under more than it can take: quick refusals, nothing lost, health answers, a clean end."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapter.soap.server import wait_until_listening
from adapter.stand.actors import BUREAU, MIS
from tests.databases import sqlite_template
from tests.integration.operations.conftest import keys
from tests.integration.operations.gateway import ROOT, Gateway
from tests.integration.operations.walk import number_in
from tests.integration.test_server import free_port

__all__ = ["keys", "sqlite_template"]

CLIENTS = 9
#: A refusal under overload; far below any patience of a caller, far above what a busy machine needs.
QUICK = 15.0
BOUND = 60.0
_LOAD = """
[load]
waiting = 2
wait_seconds = 4
receiving = 8
drain_seconds = 120
"""
_SERVE = "import sys, pathlib; from adapter.app.running import serve; serve(pathlib.Path(sys.argv[1]))"


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, within bounds."""
    end, pause = time.monotonic() + BOUND, threading.Event()
    while not condition():
        assert time.monotonic() < end, "not in time"
        pause.wait(0.02)


@dataclass
class Served:
    """A server of the adapter in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int
    refusals: list[float] = field(default_factory=list)

    def get(self, path: str) -> tuple[int, bytes]:
        """Read a page."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=BOUND)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def checks(self) -> dict[str, str]:
        """Return the checks of readiness."""
        found: dict[str, str] = json.loads(self.get("/health/ready")[1])["checks"]
        return found

    def post(self, message: bytes) -> tuple[int, str, bytes]:
        """Post a message; return status, Retry-After and body."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=BOUND)) as connection:
            connection.request("POST", "/ws/referral", message, {"Content-Type": "text/xml"})
            response = connection.getresponse()
            return response.status, response.headers.get("Retry-After", ""), response.read()

    def insist(self, message: bytes) -> bytes:
        """Post a message until it is taken, as a hospital does; remember how quick the refusals were."""
        pause = threading.Event()
        end = time.monotonic() + BOUND
        while time.monotonic() < end:
            begun = time.monotonic()
            status, retry_after, body = self.post(message)
            if status == 200:
                return body
            if status == 503:
                assert (retry_after, b"MSE-5011" in body) == ("1", True)
                self.refusals.append(time.monotonic() - begun)
            pause.wait(0.1)
        raise AssertionError("never accepted")


@contextmanager
def started(config: Path) -> Iterator[Served]:
    """Run `serve`; a port that somebody else has taken meanwhile is chosen anew."""
    text = config.read_text(encoding="utf-8")
    for _ in range(5):
        port = free_port()
        config.write_text(text.replace("port = 8080", f"port = {port}"), encoding="utf-8")
        with subprocess.Popen([sys.executable, "-c", _SERVE, str(config)], cwd=ROOT) as process:
            try:
                wait_until_listening("127.0.0.1", port, BOUND, lambda process=process: process.poll() is None)  # type: ignore[misc]
            except TimeoutError:
                process.kill()
                continue
            try:
                yield Served(process, port)
            finally:
                process.kill()
            return
    raise AssertionError("no server has started")


@pytest.fixture
def gateway(sqlite_template: Path, keys: Path, tmp_path: Path) -> Iterator[Gateway]:
    """An adapter that is configured to take little at once."""
    database = tmp_path / "adapter.db"
    shutil.copyfile(sqlite_template, database)
    folder = tmp_path / "gateway"
    folder.mkdir()
    made = Gateway(folder, keys, f"sqlite:///{database}")
    made.close()
    text = made.config.read_text(encoding="utf-8").replace("threads = 8", "threads = 2")
    text = text.replace("[stand]", f"[limits]\nretry_after_seconds = 1\n{_LOAD}\n[stand]")
    made.config.write_text(text, encoding="utf-8")
    yield made
    made.close()


@contextmanager
def locked(database: Path) -> Iterator[sqlite3.Connection]:
    """Keep everybody else from writing, until the transaction is rolled back; at most for five seconds."""
    with closing(sqlite3.connect(database, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        yield held


def drip(port: int, length: int) -> http.client.HTTPConnection:
    """Begin a message and never end it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND)
    connection.putrequest("POST", "/ws/referral")
    connection.putheader("Content-Type", "text/xml")
    connection.putheader("Content-Length", str(length))
    connection.endheaders(b"<")
    return connection


def test_overload_is_refused_at_once_and_nothing_accepted_is_lost(gateway: Gateway, tmp_path: Path) -> None:
    """The disk stands still, clients drip: callers get 503 quickly, health answers, in the end all is kept.

    Then a signal: the node says that it stops and serves on. A second one ends it, after what has begun.
    """
    database = tmp_path / "adapter.db"
    documents = [gateway.package(gateway.clerk.referral(BUREAU)) for _ in range(CLIENTS + 2)]
    messages = [gateway.envelope(MIS, document) for document in documents]
    with started(gateway.config) as served, ExitStack() as drips, ThreadPoolExecutor(CLIENTS) as pool:
        for _ in range(3):
            drips.enter_context(closing(drip(served.port, len(messages[0]))))
        with locked(database) as held:
            posted = [pool.submit(served.insist, message) for message in messages[:CLIENTS]]
            until(lambda: len(served.refusals) >= CLIENTS)
            assert served.get("/health/live")[0] == 200
            until(lambda: served.get("/health/ready")[0] == 200)
            status, metrics = served.get("/metrics")
            held.execute("ROLLBACK")
        numbers = {number_in(gateway.read(one.result(BOUND))) for one in posted}
        assert status == 200
        assert b'mse_shed_total{reason="waiting"}' in metrics
        assert max(served.refusals) < QUICK

        served.process.send_signal(signal.SIGTERM)
        until(lambda: served.checks().get("stopping") == "fail")
        last = served.insist(messages[CLIENTS])
        numbers.add(number_in(gateway.read(last)))
        drips.close()
        with locked(database) as held:
            begun = pool.submit(served.post, messages[CLIENTS + 1])
            until(lambda: b'mse_requests_in_progress{stage="working"} 1.0' in served.get("/metrics")[1])
            served.process.send_signal(signal.SIGTERM)
            held.execute("ROLLBACK")
        status, _, body = begun.result(BOUND)
        if status == 200:
            numbers.add(number_in(gateway.read(body)))
        else:  # the machine was so busy that the database has given up waiting for the lock
            assert (status, b"MSE-5012" in body) == (503, True)
        assert served.process.wait(BOUND) == 0
    gateway.open()
    assert {one.number for one in gateway.referrals()} == numbers
    assert len(numbers) >= CLIENTS + 1
