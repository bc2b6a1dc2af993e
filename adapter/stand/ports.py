"""A port that one partner has to itself: it can be closed, and stays taken meanwhile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from socketserver import TCPServer

_STOP_SECONDS = 0.02


class OwnPort:
    """A port that listens, or refuses connections.

    A second socket that never listens holds the port meanwhile, so that nobody else can take it.
    """

    def __init__(self, address: str, port: int, server: Callable[[socket.socket], TCPServer]) -> None:
        """Take the port; it refuses connections before `serve`.

        Args:
            address: a loopback address.
            port: TCP port; 0: any that is free.
            server: makes a server that listens on a bound socket.

        Raises:
            OSError: The port is taken.
        """
        self._address = address
        self._make = server
        self._lock = threading.RLock()
        self._closed = False
        self._timer: threading.Timer | None = None
        self._serving: tuple[TCPServer, threading.Thread] | None = None
        self._holder = self._bound(port)
        self.port = int(self._holder.getsockname()[1])

    def serve(self, wanted: bool) -> None:
        """Begin to listen, or to refuse; nothing happens where it is so already."""
        with self._lock:
            if wanted and self._serving is None and not self._closed:
                server = self._make(self._bound(self.port))
                thread = threading.Thread(
                    target=lambda: server.serve_forever(poll_interval=_STOP_SECONDS),
                    name=f"stand-{self.port}",
                    daemon=True,
                )
                thread.start()
                self._serving = (server, thread)
            elif not wanted and self._serving is not None:
                server, thread = self._serving
                self._serving = None
                server.shutdown()
                thread.join()
                server.server_close()

    def look_again(self, seconds: float | None, look: Callable[[], None]) -> None:
        """Have somebody look after a while whether the port is to be opened; None: nobody."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if seconds is not None and not self._closed:
                self._timer = threading.Timer(seconds, look)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Stop listening and free the port."""
        with self._lock:
            self._closed = True
            self.look_again(None, lambda: None)
            self.serve(False)
            self._holder.close()

    def _bound(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            made.bind((self._address, port))
        except OSError:
            made.close()
            raise
        return made
