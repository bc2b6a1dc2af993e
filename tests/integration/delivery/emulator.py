"""A partner on loopback that does what a test tells it, also what no HTTP library would do."""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Request:
    """What the partner received."""

    headers: dict[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        """Local name of the element in the Body, by the crudest of means."""
        for name in (
            b"searchRegistryItem",
            b"getRegistryItem",
            b"registerDocument",
            b"ReceiveReferral",
            b"NotifyReturn",
        ):
            if name + b"Request" in self.body:
                return name.decode()
        return ""


Behaviour = Callable[["Handler", Request], None]


@dataclass
class Partner:
    """The state of an emulator: what it received, what it will do next, what it does otherwise."""

    usual: Behaviour
    received: list[Request] = field(default_factory=list)
    script: queue.SimpleQueue[Behaviour] = field(default_factory=queue.SimpleQueue)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    release: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def plan(self, *behaviours: Behaviour) -> None:
        """Do these first, one for each request."""
        for behaviour in behaviours:
            self.script.put(behaviour)

    def bodies(self, operation: str) -> list[bytes]:
        """Give the requests of an operation, byte for byte."""
        return [one.body for one in self.received if one.operation == operation]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the next behaviour."""

    protocol_version = "HTTP/1.1"
    partner: Partner

    def do_POST(self) -> None:
        """Receive a request whole, then behave."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = Request(dict(self.headers), body)
        self.partner.received.append(request)
        self.partner.arrived.release()
        try:
            behaviour = self.partner.script.get_nowait()
        except queue.Empty:
            behaviour = self.partner.usual
        self.close_connection = True
        with contextlib.suppress(OSError):
            behaviour(self, request)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Keep the test output clean."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news here."""


@contextmanager
def serving(usual: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Partner]:
    """Run an emulator on a free port of loopback; with a context it speaks https."""
    partner = Partner(usual)
    handler = type("OneHandler", (Handler,), {"partner": partner})
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    partner.address = f"{scheme}://127.0.0.1:{server.server_address[1]}/service"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield partner
    finally:
        partner.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


def closed_address() -> str:
    """Give an address of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/service"


def answer(
    body: bytes, *, status: int = 200, content_type: str = "application/soap+xml", retry_after: str = ""
) -> Behaviour:
    """Answer properly."""

    def behave(handler: Handler, _: Request) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        if retry_after:
            handler.send_header("Retry-After", retry_after)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def close(handler: Handler, _: Request) -> None:
    """Hang up after the request without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def half(body: bytes) -> Behaviour:
    """Promise the whole answer and hang up in the middle."""

    def behave(handler: Handler, _: Request) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(body)}\r\n\r\n"
        handler.wfile.write(head.encode() + body[: len(body) // 2])
        handler.connection.shutdown(socket.SHUT_RDWR)

    return behave


def silent(handler: Handler, _: Request) -> None:
    """Say nothing until the test is over."""
    handler.partner.release.wait(60)


def dripping(handler: Handler, _: Request) -> None:
    """Send a header byte by byte, each in time, never to an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not handler.partner.release.wait(0.02):
        handler.wfile.write(b"x")


def endless(handler: Handler, _: Request) -> None:
    """Send more than anybody should read."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n")
    for _step in range(12):
        handler.wfile.write(b"x" * 2**20)


def redirect(address: str) -> Behaviour:
    """Point to another address."""

    def behave(handler: Handler, _: Request) -> None:
        handler.send_response(307)
        handler.send_header("Location", address)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return behave
