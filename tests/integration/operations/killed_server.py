"""A server for one test: the real application, killed right after the commit of a message.

Run as ``python -m tests.integration.operations.killed_server CONFIG PORT MOMENT``; MOMENT is "commit" (killed
before the answer is signed), "answer" (killed when the signed answer is made, before a byte of it leaves) or
"never".
"""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar
from wsgiref.simple_server import WSGIRequestHandler, make_server

from adapter.app.composition import build_application, open_runtime
from adapter.config import load
from storage import Transaction

T = TypeVar("T")


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class EndsAfterCommit:
    """The store of the process, whose first transaction is the last thing that happens."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Commit, and end the process as a power cut would."""
        self._store.transact(work)
        _end()
        raise AssertionError("unreachable")


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def main(config: str, port: str, moment: str) -> None:
    """Serve until killed."""
    runtime = open_runtime(load(Path(config)))
    if moment == "commit":
        store: Any = EndsAfterCommit(runtime.store)
        runtime = dataclasses.replace(runtime, context=dataclasses.replace(runtime.context, store=store))
    application: Any = build_application(runtime)

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = b"".join(application(environ, start_response))
        if moment == "answer" and environ["REQUEST_METHOD"] == "POST":
            _end()
        return [answer]

    with make_server("127.0.0.1", int(port), serve, handler_class=Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
