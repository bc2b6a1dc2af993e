"""A line to PostgreSQL that breaks at a chosen message: the server's own socket behind a socket of ours."""

from __future__ import annotations

import contextlib
import select
import shutil
import socket
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import make_url

_SOCKET = ".s.PGSQL.5432"
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the line breaks, once.

    Attributes:
        at: what the client sends then.
        after: what the same connection must have sent before; empty: nothing.
        answered: the server still gets the message and does it; only its answer is lost.
    """

    at: bytes
    after: bytes = b""
    answered: bool = False


class Line:
    """Carries every connection to the server until it is told to break."""

    def __init__(self, url: str) -> None:
        """Make a line.

        Args:
            url: of a database, its server on a Unix socket.
        """
        parsed = make_url(url)
        self._server = str(Path(str(parsed.query["host"])) / _SOCKET)
        self._folder = Path(tempfile.mkdtemp(prefix="line-"))  # the path of a socket has at most 107 bytes
        self.url = parsed.set(query={"host": str(self._folder)}).render_as_string(hide_password=False)
        self.cuts: list[Cut] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.disconnect()
        shutil.rmtree(self._folder)

    def connect(self) -> None:
        """Begin to carry."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._folder / _SOCKET))
        listener.listen()
        self._listener = listener
        self._begin(self._accept, listener)

    def disconnect(self) -> None:
        """Break every connection and take no new one."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            (self._folder / _SOCKET).unlink()
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _begin(self, work: object, *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # disconnected
                return
            self._begin(self._carry, client)

    def _carry(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            with self._lock:
                self._open |= {client, server}
            try:
                server.connect(self._server)
                self._pump(client, server)
            except OSError:
                return
            finally:
                with self._lock:
                    self._open -= {client, server}

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        said = b""
        while True:
            ready, _, _ = select.select([client, server], [], [])
            for one in ready:
                part = one.recv(_CHUNK)
                if not part:
                    return
                if one is server:
                    client.sendall(part)
                    continue
                cut = self._cut(said, part)
                if cut is not None:
                    if cut.answered:
                        server.sendall(part)
                        server.recv(_CHUNK)
                    return
                said += part
                server.sendall(part)

    def _cut(self, said: bytes, part: bytes) -> Cut | None:
        with self._lock:
            for cut in self.cuts:
                if cut.at in part and cut.after in said + part:
                    self.cuts.remove(cut)
                    return cut
        return None
