"""Applications that are served in a process of their own; run as ``python -m tests.benchmarks.served``."""

from __future__ import annotations

import io
import sys

from adapter.soap.guard import Environ, StartResponse, WsgiCallable
from adapter.soap.server import serve
from tests.benchmarks.floor import enveloped, floor, server

THREADS = 8


def floor_application() -> WsgiCallable:
    """Make the application that parses and validates, and does nothing else."""

    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            stream: io.BufferedIOBase = environ["wsgi.input"]
            floor(stream.read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", "4")])
        return [b"<a/>"]

    return application


def bare_application() -> WsgiCallable:
    """Make the hardened server with nothing behind it."""
    return server(enveloped)


if __name__ == "__main__":
    serve(
        f"tests.benchmarks.served:{sys.argv[1]}",
        address="127.0.0.1",
        port=int(sys.argv[2]),
        threads=THREADS,
        stop_seconds=2,
    )
