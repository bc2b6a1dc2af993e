"""Delivery beside the partner's emulator alone: the same bytes, by the same client, from as many threads.

The adapter's side (workers, SQLite or PostgreSQL) is on one core, the emulators on another. In each round so
many deliveries wait in the outbox; the engine of the product claims, builds, signs, commits, sends, reads the
answer, commits the end. Then the bytes that it sent are posted to another emulator of the same kind in the
same process by the same function, with nothing before it and nothing behind it.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast

from adapter.app.composition import Runtime, build_application, open_runtime
from adapter.app.delivering import engine_of
from adapter.clients.sending import Sent, Timeouts, send
from adapter.config import load
from adapter.soap.guard import WsgiCallable
from adapter.stand.actors import PUSH_BUREAU, Keyring, make_keys
from adapter.stand.bureau_inbox import PATH as INBOX
from adapter.stand.remd import PATH as REMD
from storage import Transaction
from storage.outbox import DONE, Delivery
from tests.benchmarks.emulators import Emulators, emulators
from tests.benchmarks.house import database_of, demand_accepted, post, server_of, write_config
from tests.benchmarks.messages import LARGE, SMALL, Submission, demo_submissions, signed_submissions
from tests.benchmarks.one_core import on_core
from tests.benchmarks.processes import processor_seconds

#: Least share of what the emulator alone takes (issue "Nothing lost, nothing doubled, fast").
WANTED = 0.7
DATABASES = ("sqlite", "postgresql")
_NOWHERE = "http://127.0.0.1:9"
_LOOK = 0.025
_PATIENCE = 120.0
_WARM_UP = 4


@dataclass(frozen=True, slots=True)
class Cargo:
    """What is delivered.

    Attributes:
        name: for people.
        kind: of the delivery.
        path: of the service that takes it.
        headers: of HTTP.
        make: submissions of which each leaves one delivery of the kind.
    """

    name: str
    kind: str
    path: str
    headers: Mapping[str, str]
    make: Callable[[Keyring, int], Iterator[Submission]]


_PUSH = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"urn:ReceiveReferral"'}
_REGISTER = {"Content-Type": "application/soap+xml;charset=UTF-8"}


def _pushed(size: int, keyring: Keyring, count: int) -> Iterator[Submission]:
    return signed_submissions(size, keyring, count, PUSH_BUREAU)


def _registered(size: int, keyring: Keyring, count: int) -> Iterator[Submission]:
    return demo_submissions(keyring, count, size)


CARGOES = (
    Cargo("push to the bureau, 16 KB", "ReceiveReferral", INBOX, _PUSH, partial(_pushed, SMALL)),
    Cargo("push to the bureau, 240 KB", "ReceiveReferral", INBOX, _PUSH, partial(_pushed, LARGE)),
    Cargo("РЭМД, СЭМД of 30 KB", "registerDocument", REMD, _REGISTER, partial(_registered, 0)),
    Cargo("РЭМД, СЭМД of 240 KB", "registerDocument", REMD, _REGISTER, partial(_registered, LARGE)),
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """Deliveries of one cargo out of one database; medians over rounds.

    Attributes:
        message_bytes: how long a message is.
        workers: threads that deliver, and threads that post.
        per_second: deliveries, from the first claim to the last commit.
        alone: what the emulator alone takes.
        ratio: median of the ratios of each round.
        ours_ms: of the processor that the adapter takes for one.
        database_ms: the same of the server of PostgreSQL.
        client_ms: the same of the client alone.
        emulator_ms: the same of the emulator.
    """

    database: str
    cargo: str
    message_bytes: int
    workers: int
    deliveries: int
    per_second: float
    alone: float
    ratio: float
    ours_ms: float
    database_ms: float
    client_ms: float
    emulator_ms: float

    @property
    def of_processor(self) -> float:
        """What the ratio would be of the processor alone: the busier core of each side sets its pace."""
        ours = max(self.ours_ms + self.database_ms, self.emulator_ms)
        return max(self.client_ms, self.emulator_ms) / ours

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.ratio >= WANTED


@dataclass(frozen=True, slots=True)
class _Round:
    """One side of a round: how many a second; milliseconds of the processor for one."""

    per_second: float
    ours_ms: float
    database_ms: float
    emulator_ms: float


@dataclass(frozen=True, slots=True)
class _Adapter:
    """An adapter without sockets, and the emulators of its partner and of the client alone."""

    runtime: Runtime
    application: WsgiCallable
    partners: Emulators
    servers: tuple[int, ...]
    workers: int
    sizes: list[int] = field(default_factory=list)

    def round(self, cargo: Cargo, messages: Sequence[bytes]) -> tuple[_Round, _Round]:
        """Let some deliveries wait, deliver them, and post what was sent once more elsewhere."""
        before = {one.id for one in self._of(cargo)}
        for message in messages:
            demand_accepted(post(self.application, message))
        waiting = [one.id for one in self._of(cargo) if one.id not in before]
        if len(waiting) != len(messages):
            raise RuntimeError(f"{len(waiting)} deliveries wait, not {len(messages)}")
        ours = self._measured(len(waiting), partial(self._deliver, cargo, waiting))
        bodies = self.runtime.store.read(lambda tx: [tx.outbox.request(one) or b"" for one in waiting])
        self.sizes.append(len(bodies[0]))
        alone = self._measured(len(bodies), partial(self._post, cargo, bodies))
        return ours, alone

    def _of(self, cargo: Cargo) -> list[Delivery]:
        def read(tx: Transaction) -> list[Delivery]:
            return [one for one in tx.outbox.list(limit=10**6) if one.kind == cargo.kind]

        return self.runtime.store.read(read)

    def _measured(self, count: int, work: Callable[[], float]) -> _Round:
        before = self._processor()
        seconds = work()
        took = (after - earlier for earlier, after in zip(before, self._processor(), strict=True))
        ours, database, theirs = (one / count * 1000 for one in took)
        return _Round(count / seconds, ours, database, theirs)

    def _processor(self) -> tuple[float, float, float]:
        """Return what we, the database and the emulators took of the processor so far, seconds."""
        database = sum(map(processor_seconds, self.servers))
        return time.process_time(), database, self.partners.processor_seconds()

    def _deliver(self, cargo: Cargo, waiting: Sequence[str]) -> float:
        """Let the engine of the product work until nothing waits; return the seconds it took."""
        engine = engine_of(self.runtime)
        ends = time.monotonic() + _PATIENCE
        started = time.perf_counter()
        engine.start()
        try:
            while any(one.state != "dead" for one in self.runtime.store.read(lambda tx: tx.outbox.counts())):
                if time.monotonic() > ends:
                    raise RuntimeError("the deliveries did not end")
                time.sleep(_LOOK)
            seconds = time.perf_counter() - started
        finally:
            engine.stop()
        done = {one.id for one in self._of(cargo) if one.state == DONE and one.attempts_total == 1}
        if not done >= set(waiting):
            raise RuntimeError(f"{len(set(waiting) - done)} of {len(waiting)} were not delivered at once")
        return seconds

    def _post(self, cargo: Cargo, bodies: Sequence[bytes]) -> float:
        address = self.partners.urls[1] + cargo.path
        headers = {name: value for name, value in cargo.headers.items() if name != "Content-Type"}
        one = partial(
            send,
            address=address,
            content_type=cargo.headers["Content-Type"],
            headers=headers,
            timeouts=Timeouts(),
        )
        with ThreadPoolExecutor(self.workers) as threads:
            started = time.perf_counter()
            results = list(threads.map(one, bodies))
            seconds = time.perf_counter() - started
        if not all(isinstance(result, Sent) and result.status == 200 for result in results):
            raise RuntimeError("the emulator alone has refused a message")
        return seconds


def measure_deliveries(
    folder: Path,
    rounds: int,
    waiting: Mapping[str, int],
    databases: Sequence[str],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Delivered, ...]:
    """Deliver each cargo out of each database.

    Args:
        folder: for keys and databases.
        rounds: of each.
        waiting: how many deliveries wait at the beginning of a round, by the name of the cargo.
        databases: of `DATABASES`.
        progress: is told what begins.
    """
    keys = folder / "demo-keys"
    make_keys(keys)
    cores = sorted(os.sched_getaffinity(0))
    found: list[Delivered] = []
    for database in databases:
        for cargo in CARGOES:
            if cargo.name not in waiting:
                continue
            progress(f"{database}: {cargo.name}")
            place = folder / f"{database}-{len(found)}"
            place.mkdir()
            with on_core(cores[0]):
                found.append(_delivered(place, keys, database, cargo, rounds, waiting[cargo.name], cores[-1]))
    return tuple(found)


def _delivered(
    folder: Path, keys: Path, database: str, cargo: Cargo, rounds: int, waiting: int, core: int
) -> Delivered:
    keyring = Keyring(keys)
    key = keyring.key("mis")
    messages = (one.message(key) for one in cargo.make(keyring, _WARM_UP + rounds * waiting))
    with ExitStack() as stack:
        url = stack.enter_context(database_of(folder, database))
        partners = stack.enter_context(emulators(keys, _NOWHERE, core))
        config = write_config(folder / "adapter", keys, None, url=url)
        text = config.read_text(encoding="utf-8").replace("http://127.0.0.1:8090", partners.urls[0])
        config.write_text(text, encoding="utf-8")
        runtime = open_runtime(load(config))
        stack.callback(runtime.close)
        application = cast("WsgiCallable", build_application(runtime))
        servers, workers = server_of(folder, database), runtime.config.delivery.workers
        adapter = _Adapter(runtime, application, partners, servers, workers)
        adapter.round(cargo, list(islice(messages, _WARM_UP)))
        measured = [adapter.round(cargo, list(islice(messages, waiting))) for _ in range(rounds)]
    ours, alone = zip(*measured, strict=True)
    return Delivered(
        database=database,
        cargo=cargo.name,
        message_bytes=adapter.sizes[-1],
        workers=adapter.workers,
        deliveries=rounds * waiting,
        per_second=statistics.median(one.per_second for one in ours),
        alone=statistics.median(one.per_second for one in alone),
        ratio=statistics.median(one.per_second / other.per_second for one, other in measured),
        ours_ms=statistics.median(one.ours_ms for one in ours),
        database_ms=statistics.median(one.database_ms for one in ours),
        client_ms=statistics.median(one.ours_ms for one in alone),
        emulator_ms=statistics.median(one.emulator_ms for one in alone),
    )
