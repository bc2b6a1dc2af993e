"""A certification authority's HTTP server on loopback that answers as told, hostile ways included."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answer = Callable[[socket.socket, "AuthorityServer"], None]


class AuthorityServer:
    """Takes each connection in a thread of its own, reads the request, gives the answer of its path.

    Attributes:
        requests: Method and path of every request, in order.
        bodies: Their bodies.
        answers: What each path answers.
        ending: Set when the test ends: whoever hangs must end too.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self.answers: dict[str, Answer] = {}
        self.ending = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._listening.getsockname()[1])

    def url(self, path: str) -> str:
        """Address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, path: str, content: bytes) -> str:
        """Have a path answer with content; returns its address."""
        return self.on(path, plain(content))

    def on(self, path: str, answer: Answer) -> str:
        """Have a path answer in its own way; returns its address."""
        self.answers[path] = answer
        return self.url(path)

    def start(self) -> None:
        """Begin."""
        self._begin(self._accept)

    def stop(self) -> None:
        """End, with everything that hangs."""
        self.ending.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        for thread in self._threads:
            thread.join(10)
        self._listening.close()

    def _begin(self, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connected, _ = self._listening.accept()
            if self.ending.is_set():
                connected.close()
                return
            self._begin(lambda connected=connected: self._answer(connected))  # type: ignore[misc]

    def _answer(self, connected: socket.socket) -> None:
        try:
            with connected, connected.makefile("rb") as reader:
                line = reader.readline().decode("latin-1").split()
                length = 0
                while (header := reader.readline().strip()) != b"":
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                if len(line) < 2:
                    return
                self.requests.append(f"{line[0]} {line[1]}")
                self.bodies.append(reader.read(length))
                self.answers.get(line[1], raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))(
                    connected, self
                )
        except OSError:
            pass


@contextmanager
def serving() -> Iterator[AuthorityServer]:
    """A server that runs for the block."""
    server = AuthorityServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def raw(octets: bytes) -> Answer:
    """Send exactly these octets."""

    def answer(connected: socket.socket, server: AuthorityServer) -> None:
        connected.sendall(octets)

    return answer


def plain(content: bytes) -> Answer:
    """A normal answer with content."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\nContent-Type: application/pkix-crl\r\n\r\n"
    return raw(head.encode() + content)


def redirect(target: str) -> Answer:
    """A redirect."""
    return raw(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())


def computed(function: Callable[[bytes], bytes]) -> Answer:
    """An answer made of the request's body."""

    def answer(connected: socket.socket, server: AuthorityServer) -> None:
        plain(function(server.bodies[-1]))(connected, server)

    return answer


def hang(connected: socket.socket, server: AuthorityServer) -> None:
    """Say nothing until the test ends."""
    server.ending.wait()


def drip(prefix: bytes, drop: bytes) -> Answer:
    """Send a beginning, then drop by drop for ever, so that no single wait is long."""

    def answer(connected: socket.socket, server: AuthorityServer) -> None:
        connected.sendall(prefix)
        while not server.ending.wait(0.01):
            connected.sendall(drop)

    return answer


def endless(prefix: bytes, piece: bytes) -> Answer:
    """Send a beginning, then pieces as fast as they are taken, for ever."""

    def answer(connected: socket.socket, server: AuthorityServer) -> None:
        connected.sendall(prefix)
        while not server.ending.is_set():
            connected.sendall(piece)

    return answer
