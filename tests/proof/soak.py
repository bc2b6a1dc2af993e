"""Mixed load for a long time with faults on: what the nodes hold must not creep, and what waits must not age.

Some nodes live all the time and are measured; the others are killed now and then. Meanwhile every connection
of the database is thrown out, the database breaks off and recovers, and strangers send rubbish.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from adapter.stand import posting
from adapter.stand.posting import Unanswered
from storage import StoreError, open_beside
from tests.proof import kills
from tests.proof.house import House, OwnServer
from tests.proof.nodes import Nodes
from tests.proof.samples import QueueSample, Sample, creep, node_sample, queue_sample
from tests.proof.traffic import Traffic

#: How much a node may hold more in the last third of a run than in the second: bytes, and files and sockets.
MEMORY = 12 * 2**20
HANDLES = 8

#: The longest time that something due may wait in the last third of a run, seconds.
AGE = 60.0

MEASURED = ("serve-1", "work-3")
_MORTAL = ("serve-2", "work-4")
_EVERY = 15.0
_LOOK = 2.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a soak came to.

    Attributes:
        proof: what `kills.run` says of books, journal and leases.
        nodes: samples by node.
        queue: samples of the store.
        faults: how often each happened.
    """

    proof: kills.Report
    nodes: dict[str, tuple[Sample, ...]]
    queue: tuple[QueueSample, ...]
    faults: Counter[str]

    def findings(self) -> Iterator[str]:
        """Yield what is not as it must be."""
        yield from self.proof.findings
        for node, samples in self.nodes.items():
            memory, handles = creep([one.memory for one in samples]), creep([one.handles for one in samples])
            if memory > MEMORY:
                yield f"{node}: its memory crept by {memory / 2**20:.1f} MiB"
            if handles > HANDLES:
                yield f"{node}: its open files and sockets crept by {handles:.0f}"
        oldest = max(one.age for one in self.queue[-len(self.queue) // 3 :])
        if oldest > AGE:
            yield f"something was due for {oldest:.0f} s and was not done"


class Soak:
    """One soak under way; `run` is what happens meanwhile in `kills.run`."""

    def __init__(self, house: House, server: OwnServer, *, minutes: float, seed: int) -> None:
        self._house = house
        self._server = server
        self._seconds = minutes * 60
        self._chance = random.Random(seed)  # noqa: S311 - a plan that repeats, no secret
        self._samples: dict[str, list[Sample]] = {node: [] for node in MEASURED}
        self._queue: list[QueueSample] = []
        self._faults: Counter[str] = Counter()

    def run(self, seed: int) -> Report:
        """Run it and judge."""
        proof = kills.run(self._house, kills=0, seed=seed, hospitals=2, beside=self._meanwhile)
        nodes = {node: tuple(samples) for node, samples in self._samples.items()}
        return Report(proof, nodes, tuple(self._queue), self._faults)

    def _meanwhile(self, traffic: Traffic, nodes: Nodes) -> None:
        begun = time.monotonic()
        faults = self._in_turn(nodes)
        fault_at = _EVERY
        with open_beside(self._house.store) as store:
            while (now := time.monotonic() - begun) < self._seconds and not traffic.broken.is_set():
                for node in MEASURED:
                    found = node_sample(nodes.group(node), now)
                    self._samples[node] += [found] if found else []
                with contextlib.suppress(StoreError):  # the database is just being broken
                    self._queue.append(store.read(lambda tx: queue_sample(tx, now)))
                if now >= fault_at:
                    name, act = next(faults)
                    act()
                    self._faults[name] += 1
                    fault_at = now + _EVERY
                traffic.wait_until(lambda: False, _LOOK)

    def _in_turn(self, nodes: Nodes) -> Iterator[tuple[str, Callable[[], None]]]:
        for turn in itertools.count():
            node = _MORTAL[turn % len(_MORTAL)]
            yield f"{node} killed", lambda node=node: nodes.kill(node)  # type: ignore[misc]
            yield "connections of the database thrown out", self._throw_out
            yield "rubbish sent", self._rubbish
            if turn % 4 == 0:
                yield "database broken off", self._server.restart

    def _throw_out(self) -> None:
        with psycopg.connect(self._house.store.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def _rubbish(self) -> None:
        for path in ("/ws/referral", "/ws/bureau", "/ws/remd-callback", "/nowhere"):
            with contextlib.suppress(Unanswered):
                body = self._chance.randbytes(self._chance.choice((0, 100, 100_000)))
                posting.post(self._house.url + path, body, {"Content-Type": "text/xml"})
