"""The whole trip: accept, РЭМД, the bureau, its return or result, and the hospital has it.

The adapter (`serve`, on PostgreSQL with `work`, and the database) is on one core, its partners on another.
The emulators alone are what they take of the processor in the same run: their core could make so many trips
if the adapter cost nothing at all, and one core of ours makes so many if the partners cost nothing.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from adapter.stand.actors import make_keys
from tests.benchmarks.emulators import emulators
from tests.benchmarks.figures import p99
from tests.benchmarks.house import database_of, server_of, write_config
from tests.benchmarks.one_core import on_core
from tests.benchmarks.processes import processor_seconds, serving, working
from tests.benchmarks.trip_partners import POLL_SECONDS
from tests.ports import held_port

__all__ = ["POLL_SECONDS", "Trips", "measure_trips"]

_WARM_UP = 8
#: The clerk of the stand writes the referral of one citizen over and over.
ONE_CITIZEN = "\n[reception]\nduplicate = false\npossible_duplicate = false\n"


@dataclass(frozen=True, slots=True)
class Trips:
    """Trips with so many under way; a half is returned, a half examined; a half polled, a half pushed.

    Attributes:
        per_second: trips, the adapter on one core.
        p50: milliseconds from the submission until the hospital has the bureau's document.
        p99: the same; of less than a hundred trips it is the slowest.
        adapter_ms: of the processor for one trip, all processes of the adapter.
        database_ms: the same of the server of PostgreSQL.
        emulators_ms: the same of all partners.
    """

    database: str
    under_way: int
    trips: int
    per_second: float
    p50: float
    p99: float
    adapter_ms: float
    database_ms: float
    emulators_ms: float

    @property
    def per_core(self) -> float:
        """Trips in a second for which the adapter and its database take a whole core."""
        return 1000 / (self.adapter_ms + self.database_ms)

    @property
    def alone(self) -> float:
        """Trips in a second that the emulators alone could make on a core."""
        return 1000 / self.emulators_ms

    @property
    def ratio(self) -> float:
        """How many trips of ours a core makes for one of the emulators."""
        return self.per_core / self.alone


def measure_trips(
    folder: Path,
    counts: dict[int, int],
    databases: Sequence[str],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Trips, ...]:
    """Make trips through a real adapter.

    Args:
        folder: for keys and databases.
        counts: how many trips, by how many are under way at once.
        databases: "sqlite", "postgresql".
        progress: is told what begins.
    """
    keys = folder / "demo-keys"
    make_keys(keys)
    cores = sorted(os.sched_getaffinity(0))
    found: list[Trips] = []
    for database in databases:
        progress(f"whole trip, {database}")
        place = folder / f"trip-{database}"
        place.mkdir()
        with on_core(cores[0]):
            found += _measured(place, keys, database, counts, (cores[0], cores[-1]))
    return tuple(found)


def _measured(
    folder: Path, keys: Path, database: str, counts: dict[int, int], cores: tuple[int, int]
) -> list[Trips]:
    with ExitStack() as stack:
        url = stack.enter_context(database_of(folder, database))
        port = stack.enter_context(held_port())
        address = f"http://127.0.0.1:{port}"
        partners = stack.enter_context(emulators(keys, address, cores[1], calls_back=True))
        config = write_config(folder / "adapter", keys, None, url=url)
        text = config.read_text(encoding="utf-8").replace("http://127.0.0.1:8090", partners.urls[0])
        text = text.replace("http://127.0.0.1:8080", address).replace("port = 8080", f"port = {port}")
        config.write_text(text + ONE_CITIZEN, encoding="utf-8")
        nodes = [stack.enter_context(serving(config, port, core=cores[0]))]
        if database != "sqlite":
            nodes.append(stack.enter_context(working(config, cores[0])))
        servers = server_of(folder, database)
        partners.travel(_WARM_UP, min(_WARM_UP, *counts))
        found = []
        for under_way, trips in counts.items():
            before = [sum(map(processor_seconds, group)) for group in (nodes, servers)]
            travel = partners.travel(trips, under_way)
            after = [sum(map(processor_seconds, group)) for group in (nodes, servers)]
            ours, theirs = ((late - early) / trips * 1000 for early, late in zip(before, after, strict=True))
            found.append(
                Trips(
                    database=database,
                    under_way=under_way,
                    trips=trips,
                    per_second=trips / travel.seconds,
                    p50=statistics.median(travel.times),
                    p99=p99(travel.times),
                    adapter_ms=ours,
                    database_ms=theirs,
                    emulators_ms=travel.processor / trips * 1000,
                )
            )
        return found
