"""A mail server made of a socket: does what no library of mail would do, and keeps what it has read."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from adapter.stand.wire import reset
from tests.faults.wire.letters import RESET, SILENCE

_USUAL = {
    "HELLO": b"220 mail.example\r\n",
    "EHLO": b"250 mail.example\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    "TEXT": b"250 kept\r\n",
    "QUIT": b"221 bye\r\n",
    "RSET": b"250 ok\r\n",
}


class PostOffice:
    """What the server does next and what it has kept.

    Attributes:
        port: where it listens.
        letters: texts that it has read to their end.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.letters: list[bytes] = []
        self._odd: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self.over = threading.Event()

    def plan(self, answers: dict[str, bytes]) -> None:
        """Answer so the first time."""
        with self._lock:
            self._odd = dict(answers)

    def answer(self, verb: str) -> bytes:
        """Return what is answered to a verb now."""
        with self._lock:
            return self._odd.pop(verb, b"") or _USUAL.get(verb, b"502 what\r\n")


class _Handler(StreamRequestHandler):
    office: PostOffice
    connection: socket.socket

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self._talk()

    def _talk(self) -> None:
        if not self._say("HELLO"):
            return
        while line := self.rfile.readline():
            verb = line[:4].decode("ascii", "replace").upper()
            if not self._say(verb) or verb == "QUIT":
                return
            if verb == "DATA" and not self._text():
                return

    def _text(self) -> bool:
        """Read a letter after a go-on; without one there is nothing to read."""
        if self.said != _USUAL["DATA"]:
            return True
        lines = []
        while (line := self.rfile.readline()) not in {b"", b".\r\n"}:
            lines.append(line)
        self.office.letters.append(b"".join(lines))
        return self._say("TEXT")

    def _say(self, verb: str) -> bool:
        """Answer a verb; tell whether the talk goes on."""
        self.said = self.office.answer(verb)
        if self.said == RESET:
            reset(self.connection)
        elif self.said == SILENCE:
            self.office.over.wait(60)
        else:
            self.wfile.write(self.said)
            if self.said.endswith(b"\n"):
                return True
            self.connection.shutdown(socket.SHUT_RDWR)
        return False


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news here."""


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Run a mail server on a free port of loopback."""
    handler = type("OneHandler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    office = PostOffice(int(server.server_address[1]))
    handler.office = office  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield office
    finally:
        office.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
