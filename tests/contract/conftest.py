"""Loopback server for the published contract."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from adapter.contract.publish import published


class _Files(BaseHTTPRequestHandler):
    """Answers GET with what `published` holds for this server's own address."""

    def do_GET(self) -> None:
        """Answer one file or 404."""
        address = f"http://{self.headers['Host']}"
        data = published(address).get(self.path)
        self.send_response(200 if data is not None else 404)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Keep the test output clean."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Base address of a loopback server that serves the contract."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()
