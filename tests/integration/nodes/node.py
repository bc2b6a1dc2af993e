"""A node for tests: the real programs, of this version or the next, with a stop point where one is asked for.

Run as ``python -m tests.integration.nodes.node serve|work CONFIG VERSION STOP``; VERSION is "present" or
"later", STOP is "never" or "accepted" (killed between the commit of an accepted message and its answer).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from adapter.app import running
from adapter.soap import server
from storage import Store, Transaction
from storage.messages import Messages
from storage.postgresql import PostgresStore
from storage.sqlite import SqliteStore
from tests.integration.nodes.later import become_later

T = TypeVar("T")


def end_after_acceptance() -> None:
    """Have this process killed right after the commit of the first transaction that stored a message."""
    stored = threading.local()
    insert = Messages.insert

    def noting(messages: Messages, *arguments: Any, **named: Any) -> Any:
        done = insert(messages, *arguments, **named)
        stored.one = True
        return done

    Messages.insert = noting  # type: ignore[method-assign, assignment]
    for kind in (SqliteStore, PostgresStore):
        kind.transact = _ending(kind.transact, stored)  # type: ignore[method-assign]


def _ending(transact: Callable[..., Any], stored: threading.local) -> Callable[..., Any]:
    def until(store: Store, work: Callable[[Transaction], T]) -> T:
        accepted: list[bool] = []

        def watched(tx: Transaction) -> T:
            stored.one = False
            result = work(tx)
            accepted[:] = [stored.one]
            return result

        result: T = transact(store, watched)
        if accepted == [True]:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return until


def prepare(version: str, stop: str) -> None:
    """Make this process what the test wants."""
    if version == "later":
        become_later()
    if stop == "accepted":
        end_after_acceptance()


def make_application(config: str, on_date: str, version: str, stop: str) -> Callable[..., object]:
    """Make the application of a worker process of the server."""
    prepare(version, stop)
    return running.make_application(config, on_date)


def main(kind: str, config: str, version: str, stop: str) -> None:
    """Run a program until it is told to stop."""
    prepare(version, "never")
    if kind == "work":
        running.work(Path(config))
        return
    serve = server.serve

    def serve_here(_: str, *, arguments: Sequence[str], **options: Any) -> None:
        target = "tests.integration.nodes.node:make_application"
        serve(target, arguments=(*arguments, version, stop), **options)

    server.serve = serve_here  # type: ignore[assignment]
    running.serve(Path(config))


if __name__ == "__main__":
    main(*sys.argv[1:])
