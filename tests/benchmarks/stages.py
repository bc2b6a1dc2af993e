"""Where the time of one submission goes: timers around the real functions, put on from outside.

The time of a stage is its own: what a timed function inside it takes belongs to that one's stage.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from adapter.app import composition
from adapter.contract import binding, envelope, schemas
from adapter.operations import door, judgement, keeping, reception, submit
from adapter.soap import protocol
from signing import Trust
from storage.sqlite import SqliteStore, _Job

WAITING = "commit: hand-over, fsync"
WRITER = ("commit: statements", "commit: document bytes (c14n)")
"""Stages of the writer's thread, which the caller waits for in the store."""

#: Stage, owner of the function, its name; in the order in which a submission meets them.
POINTS: tuple[tuple[str, object, str], ...] = (
    ("parse and limits", protocol, "parse"),
    ("parse and limits", protocol, "split"),
    ("operation: the rest", door.Door, "__call__"),
    ("parcel (SMEV envelope)", envelope, "read"),
    ("transport signature", door, "authenticate"),
    ("request hash (c14n)", door.Door, "_call"),
    ("reads: repeats, duplicates", SqliteStore, "read"),
    ("schema", schemas, "errors"),
    ("binding", binding, "read"),
    ("files: base64, hashes", reception, "check_files"),
    ("document signatures", judgement, "verify_document"),
    ("trust of the signers", Trust, "vet"),
    ("roles of the signers", judgement, "judge"),
    ("domain checks", reception, "check"),
    ("СЭМД read and compared", reception, "examine_semd"),
    ("СЭМД read and compared", reception, "agree"),
    ("document hash (c14n)", submit, "_content_hash"),
    ("receipt, signed", submit, "signed_receipt"),
    (WAITING, SqliteStore, "transact"),
    (WRITER[0], _Job, "run"),
    (WRITER[1], keeping, "_documents"),
    ("answer: built", envelope, "answer"),
    ("answer: signed", composition, "sign_wss"),
    ("answer: serialized", protocol.ExchangeProtocol, "create_out_string"),
)
REST = "guard and Spyne"
STAGES = (REST, *dict.fromkeys(stage for stage, _, _ in POINTS))


class Stopwatch:
    """Adds up the own time of each stage of one call, over all threads that work for it."""

    def __init__(self) -> None:
        self._inside = threading.local()
        self._own: dict[str, float] = defaultdict(float)

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time added to a stage."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            stack: list[float] = self._inside.__dict__.setdefault("stack", [0.0])
            stack.append(0.0)
            started = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter() - started
                self._own[stage] += took - stack.pop()
                stack[-1] += took

        return timed

    def take(self, whole: float) -> dict[str, float]:
        """Return milliseconds of each stage of the call that took `whole` seconds, and begin anew."""
        own = {stage: self._own.get(stage, 0.0) for stage in STAGES if stage != REST}
        own[WAITING] -= sum(own[stage] for stage in WRITER)
        own = {REST: whole - sum(own.values()), **own}
        self._own.clear()
        return {stage: seconds * 1000 for stage, seconds in own.items()}


@contextmanager
def timers() -> Iterator[Stopwatch]:
    """Put the timers on, and take them off."""
    watch = Stopwatch()
    with ExitStack() as stack:
        for stage, owner, name in POINTS:
            stack.enter_context(patch.object(owner, name, watch.around(stage, getattr(owner, name))))
        yield watch
