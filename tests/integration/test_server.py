"""The server as it runs: granian on loopback, real sockets, real signals."""

from __future__ import annotations

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapter.soap.server import wait_until_listening
from tests.unit.soap.harness import ECHO, NS, STATIC, envelope

GOOD = envelope(ECHO)
HEAD = "POST /ws/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
STOPPED_AFTER = 10.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int

    def connect(self) -> socket.socket:
        """Open a connection that fails after ten seconds of silence."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def post(self, raw: bytes) -> tuple[int, bytes]:
        """Post in a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", "/ws/echo", raw, {"Content-Type": "text/xml"})
            response = connection.getresponse()
            return response.status, response.read()

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text(encoding="ascii").split()]


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[Running]:
    """Start a server with four threads that kills its workers two seconds after a signal."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "tests.integration.server_app", str(port)]) as process:
        try:
            wait_until_listening("127.0.0.1", port, 30)
            yield Running(process, port)
        finally:
            process.terminate()
            try:
                process.wait(STOPPED_AFTER)
            finally:
                process.kill()


def read_all(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_requests_are_answered(server: Running) -> None:
    """Envelopes, static documents and health are served, and the factory got its argument."""
    assert server.post(GOOD)[0] == 200
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/ws/echo?wsdl")
        assert connection.getresponse().read() == STATIC["/wsdl/echo.wsdl"]
        connection.request("HEAD", "/ws/echo?wsdl")
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")
        assert response.headers["Content-Length"] == str(len(STATIC["/wsdl/echo.wsdl"]))
        connection.request("GET", "/health/ready")
        assert connection.getresponse().read() == b"from-the-command-line"


def test_a_taken_port_is_refused(server: Running) -> None:
    """A second server does not share the port of the first, whose callers it would get by chance."""
    second = [sys.executable, "-m", "tests.integration.server_app", str(server.port)]
    done = subprocess.run(second, capture_output=True, timeout=30, check=False)
    assert done.returncode == 1
    assert b"EADDRINUSE" in done.stderr or b"Address already in use" in done.stderr
    assert server.post(GOOD)[0] == 200


def test_one_connection_serves_many_requests(server: Running) -> None:
    """Keep-alive works through successes, faults and refusals whose body was read."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.connect()
        first = connection.sock
        for raw, status in ((GOOD, 200), (b"<", 500), (GOOD, 200)):
            connection.request("POST", "/ws/echo", raw, {"Content-Type": "text/xml"})
            response = connection.getresponse()
            response.read()
            assert response.status == status
        assert connection.sock is first


def test_a_dripping_client_leaves_the_others_served(server: Running) -> None:
    """Three clients that never finish their body do not stop a fourth thread from serving."""
    drips = [server.connect() for _ in range(3)]
    try:
        for drip in drips:
            drip.sendall(f"{HEAD}Content-Length: {len(GOOD)}\r\n\r\n<".encode())
        assert [server.post(GOOD)[0] for _ in range(20)] == [200] * 20
        for drip in drips:
            drip.sendall(GOOD[1:])
            assert drip.recv(12) == b"HTTP/1.1 200"
    finally:
        for drip in drips:
            drip.close()


def test_a_short_body_is_refused(server: Running) -> None:
    """A client that closes its side before the announced length gets 400, and nothing is processed."""
    with server.connect() as connection:
        connection.sendall(
            f"{HEAD}Connection: close\r\nContent-Length: {len(GOOD) + 9}\r\n\r\n".encode() + GOOD
        )
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("Content-Length: abc", b"400"),
        ("Content-Length: -5", b"400"),
        ("Content-Length: 5\r\nContent-Length: 6", b"400"),
        ("Transfer-Encoding: chunked", b"411"),
        ("X-None: 1", b"411"),
        ("Content-Length: 99999999", b"413"),
    ],
)
def test_bad_lengths_are_refused_on_the_wire(server: Running, lines: str, status: bytes) -> None:
    """No length, two, none that is a number or one beyond the limit: refused before any body comes."""
    with server.connect() as connection:
        connection.sendall(f"{HEAD}Connection: close\r\n{lines}\r\n\r\n".encode())
        assert connection.recv(12).partition(b" ")[2] == status


@pytest.mark.parametrize("head", [b"X-Long: " + b"a" * 500_000, b"\r\n".join([b"X-One: 1"] * 101)])
def test_the_head_of_a_request_is_bounded(server: Running, head: bytes) -> None:
    """Long and many headers are refused with 431, a usual number and length pass."""
    with server.connect() as connection:
        usual = b"X-Usual: " + b"a" * 8000
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n" + usual + b"\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
    with server.connect() as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 431"


def test_expect_continue_is_answered(server: Running) -> None:
    """Clients that ask before sending the body (.NET, curl) are told to go on."""
    with server.connect() as connection:
        connection.sendall(f"{HEAD}Expect: 100-continue\r\nContent-Length: {len(GOOD)}\r\n\r\n".encode())
        assert b" 100 " in connection.recv(25)
        connection.sendall(GOOD)
        assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_in_bounded_time(server: Running, signum: signal.Signals) -> None:
    """Neither an unfinished body nor a hanging operation nor an idle connection keeps it from ending."""
    with server.connect() as idle, server.connect() as drip, server.connect() as hanging:
        drip.sendall(f"{HEAD}Content-Length: 99\r\n\r\n<".encode())
        raw = envelope(f'<Echo xmlns="{NS}">hang</Echo>')
        hanging.sendall(f"{HEAD}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        server.process.send_signal(signum)
        server.process.wait(STOPPED_AFTER)


def test_workers_end_when_their_parent_is_killed(server: Running) -> None:
    """A server killed without a chance to clean up leaves no worker behind."""
    (worker,) = server.workers()
    descriptor = os.pidfd_open(worker)
    try:
        server.process.kill()
        ready, _, _ = select.select([descriptor], [], [], STOPPED_AFTER)
        assert ready
    finally:
        os.close(descriptor)


def test_a_failed_worker_ends_the_server(server: Running) -> None:
    """A worker is not replaced in silence: the server ends with an error for its supervisor to see."""
    (worker,) = server.workers()
    os.kill(worker, signal.SIGKILL)
    assert server.process.wait(STOPPED_AFTER) == 1


def test_waiting_for_nobody_ends() -> None:
    """Waiting for a server that does not come ends with an error."""
    with pytest.raises(TimeoutError):
        wait_until_listening("127.0.0.1", free_port(), 0.1)
