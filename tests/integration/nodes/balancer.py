"""What stands before several nodes: a small HTTP proxy that asks the next node when one does not answer."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 90.0
_PAUSE = 0.05


class NoAnswer(Exception):  # noqa: N818 - says what came of the call
    """A node could not be reached, or went away in the middle of its answer."""


def ask(port: int, path: str, body: bytes, content_type: str) -> tuple[int, str, bytes]:
    """Post a message to one node; return status, content type and body.

    Raises:
        NoAnswer: no whole answer came.
    """
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        try:
            connection.request("POST", path, body, {"Content-Type": content_type})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer from error


def ask_until_answered(
    ports: Callable[[], Sequence[int]],
    path: str,
    body: bytes,
    content_type: str,
    over: Callable[[], bool] = lambda: False,
) -> tuple[int, str, bytes]:
    """Post the same message to one node after the other until one answers or the test is over.

    Raises:
        TimeoutError: none did in time.
    """
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and not over():
        for port in ports():
            try:
                return ask(port, path, body, content_type)
            except NoAnswer:
                continue
        time.sleep(_PAUSE)
    raise TimeoutError(path)


class Balancer:
    """Listens on a free port of loopback and passes messages on."""

    def __init__(self, ports: Callable[[], Sequence[int]]) -> None:
        self._over = over = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kind = self.headers["Content-Type"]
                status, answered, content = ask_until_answered(ports, self.path, body, kind, over.is_set)
                self.send_response(status)
                self.send_header("Content-Type", answered)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Keep the test output clean."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A caller that went away, or nodes that are all gone, show in the books."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def start(self) -> None:
        """Begin to pass on."""
        self._thread.start()

    def give_up(self) -> None:
        """Look no more for a node that answers."""
        self._over.set()

    def stop(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def half_sent(port: int, path: str, body: bytes, content_type: str) -> Iterator[Callable[[], bytes]]:
    """Send the first half of a message; gives what sends the rest and returns the body of the answer."""
    half = len(body) // 2
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", content_type)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:half])

        def finish() -> bytes:
            connection.send(body[half:])
            return connection.getresponse().read()

        yield finish
