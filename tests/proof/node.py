"""One life of a node: the real `serve` or `work`, with tripwires around store, sending and the application.

The product has no hook for this: the classes are wrapped here, in the process of the test. At which step a
thread is, is told by what it did last: a worker claims, commits the bytes, sends, receives, commits the end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import urllib3.connection

import adapter.soap.server
from adapter.app import delivering, running
from adapter.delivery import senders
from adapter.delivery.leader import Job, Leader
from adapter.delivery.worker import Worker
from storage.postgresql import PostgresStore
from storage.sqlite import SqliteStore
from tests.proof.boundaries import Order, Tripwire

#: Shorter than in the shipped program, so that a thousand deaths fit into an hour. Seconds.

T = TypeVar("T")

_NOTICES = ("FetchNotices", "AcknowledgeNotices", "GetDocument", "GetReferralStatus")
_POLLS = (*_NOTICES, "FetchReferrals", "AcknowledgeReferrals")


class _Step(threading.local):
    """The step that the transactions of this thread belong to; empty: none that has a name."""

    name = ""


_step = _Step()


def live(order: Order) -> None:
    """Be a node until killed or told to end."""
    wire = Tripwire(order)
    _watch_store(wire)
    _watch_delivery(wire)
    _watch_leader()
    if order.role == "work":
        running.work(Path(order.config))
        return
    _watch_application(wire)
    # Two nodes share one port: the kernel gives each connection to one of them.
    adapter.soap.server.refuse_taken = lambda *_: None
    running.serve(Path(order.config))


def _watch_store(wire: Tripwire) -> None:
    kinds: tuple[Any, ...] = (SqliteStore, PostgresStore)
    for kind in kinds:
        kind.transact = _watched_transact(kind.transact, wire)


def _watched_transact(transact: Callable[..., Any], wire: Tripwire) -> Callable[..., Any]:
    def watched(store: Any, work: Callable[[Any], Any]) -> Any:
        step = _step.name
        if not step:
            return transact(store, work)

        def until_the_end(tx: Any) -> Any:
            result = work(tx)
            wire.at(f"{step}.before-commit")
            return result

        result = transact(store, until_the_end)
        wire.at(f"{step}.after-commit")
        _step.name = {"work.claim": "work.bytes", "work.end": "work.bytes"}.get(step, step)
        return result

    return watched


def _watch_delivery(wire: Tripwire) -> None:
    # Modules and classes that are changed are `Any` here: nothing of this is meant for them.
    sending: Any = senders
    run_once, send = Worker.run_once, sending.send
    getresponse = urllib3.connection.HTTPConnection.getresponse
    worker_class: Any = Worker
    connection_class: Any = urllib3.connection.HTTPConnection

    def watched_run(worker: Worker) -> int:
        return _within("work.claim", lambda: run_once(worker))

    def watched_send(*args: Any, **kwargs: Any) -> Any:
        wire.at("work.before-send")
        result = send(*args, **kwargs)
        wire.at("work.received")
        _step.name = "work.end"
        return result

    def watched_response(connection: Any, *args: Any, **kwargs: Any) -> Any:
        if _step.name.startswith("work"):
            wire.at("work.sent")
        return getresponse(connection, *args, **kwargs)

    worker_class.run_once = watched_run
    sending.send = watched_send
    connection_class.getresponse = watched_response


def _watch_leader() -> None:
    tick = Leader.tick
    leader_class: Any = Leader
    module: Any = delivering

    def watched_tick(leader: Leader) -> bool:
        return _within("lead.lease", lambda: tick(leader))

    def watched_job(name: str, seconds: float, run: Callable[[], None]) -> Job:
        return Job(name, seconds, lambda: _within("lead.job", run))

    leader_class.tick = watched_tick
    module.Job = watched_job


def _watch_application(wire: Tripwire) -> None:
    module: Any = running
    build = module.build_application

    def watched_build(*arguments: Any, **named: Any) -> Callable[..., object]:
        application: Any = build(*arguments, **named)

        def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            kind = _kind(environ)
            if not kind:
                return application(environ, start_response)  # type: ignore[no-any-return]
            environ["wsgi.input"] = _Input(environ["wsgi.input"], lambda: wire.at(f"{kind}.reading"))
            answer: Iterable[bytes] = _within(kind, lambda: application(environ, start_response))
            wire.at(f"{kind}.before-answer")
            return answer

        return watched

    module.build_application = watched_build


def _within(step: str, act: Callable[[], T]) -> T:
    _step.name = step
    try:
        return act()
    finally:
        _step.name = ""


def _kind(environ: dict[str, Any]) -> str:
    """Return which kind of request this is; empty: one that breaks nothing, as a question for the health."""
    if environ["REQUEST_METHOD"] != "POST":
        return ""
    path, action = environ["PATH_INFO"], environ.get("HTTP_SOAPACTION", "").strip('"').removeprefix("urn:")
    if path == "/ws/remd-callback":
        return "serve.callback"
    if action == "SubmitReferral":
        return "serve.accept"
    return "serve.poll" if action in _POLLS else "serve.act"


class _Input:
    """The body of a request; after its first part something happens."""

    def __init__(self, stream: Any, after_first: Callable[[], None]) -> None:
        self._stream = stream
        self._after_first = after_first
        self._read = False

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes."""
        part: bytes = self._stream.read(size)
        if not self._read:
            self._read = True
            self._after_first()
        return part
