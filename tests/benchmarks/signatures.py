"""Part (c): signatures beside the bare primitives and beside other libraries, in turns within one process."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks import gost
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.rivals import xmlsec_module
from tests.benchmarks.work import Work, other_works, xml_works

#: How many times faster than another library it is to be.
WANTED = {"signxml": 3.0, "xmlsec": 1.0}

_MOST_ROUNDS, _FEWEST_ROUNDS = 200, 7
_SLOT_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Compared:
    """Another library at the same work.

    Attributes:
        p50: milliseconds.
        times: p50 of how many times longer than ours it took in the same round.
        wanted: least of these times that is wanted.
    """

    p50: float
    times: float
    wanted: float

    @property
    def met(self) -> bool:
        """Whether ours is faster by what is wanted."""
        return self.times >= self.wanted


@dataclass(frozen=True, slots=True)
class Timed:
    """One piece of work.

    Attributes:
        operation: what is done.
        key: name of the kind of the key.
        size: name of the size.
        octets: how long the message is.
        floor_ms: p50 of the bare primitives.
        ours: the project.
        rivals: other libraries by name; one that cannot do this is absent.
    """

    operation: str
    key: str
    size: str
    octets: int
    floor_ms: float
    ours: Figure
    rivals: Mapping[str, Compared] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signatures:
    """Part (c) of a run.

    Attributes:
        xml: WS-Security signatures.
        others: other formats and the chain.
        gost: GOST beside bare calls.
        xmlsec: version of python-xmlsec; empty where it is not installed.
    """

    xml: Sequence[Timed]
    others: Sequence[Timed]
    gost: Sequence[gost.Row]
    xmlsec: str


def measure_signatures(seconds: float, progress: Callable[[str], None] = lambda _: None) -> Signatures:
    """Measure part (c).

    Args:
        seconds: how long each piece of work is measured.
        progress: is told what begins.
    """
    library: Any = xmlsec_module()
    with tempfile.TemporaryDirectory(prefix="mse-bench-") as scratch:
        xml = list(_timed_all(xml_works(library), seconds, progress))
        others = list(_timed_all(other_works(Path(scratch)), seconds, progress))
    progress("GOST beside bare calls")
    return Signatures(xml, others, gost.measure(), library.__version__ if library else "")


def _timed_all(works: Iterator[Work], seconds: float, progress: Callable[[str], None]) -> Iterator[Timed]:
    for work in works:
        progress(f"signatures: {work.operation} {work.key} {work.size}")
        yield _timed(work, seconds)


def _timed(work: Work, seconds: float) -> Timed:
    calls = [work.floor, work.ours, *work.rivals.values()]
    once = [_slot(call, 1) for call in calls]
    repeats = [max(1, round(_SLOT_SECONDS * 1000 / one)) for one in once]
    whole = sum(one * count for one, count in zip(once, repeats, strict=True)) / 1000
    rounds = min(max(round(seconds / whole), _FEWEST_ROUNDS), _MOST_ROUNDS)
    gc.collect()
    floors, ours, *others = _in_turns(list(zip(calls, repeats, strict=True)), rounds)
    rivals = {
        name: Compared(statistics.median(times), figure(times, ours).ratio, WANTED[name])
        for name, times in zip(work.rivals, others, strict=True)
    }
    mine = figure(ours, floors, work.limit)
    return Timed(work.operation, work.key, work.size, work.octets, statistics.median(floors), mine, rivals)


def _in_turns(calls: Sequence[tuple[Callable[[], object], int]], rounds: int) -> list[list[float]]:
    """Time all calls in every round, forwards and backwards by turns: who is next finds warm caches."""
    times: list[list[float]] = [[] for _ in calls]
    for number in range(rounds):
        order = list(zip(times, calls, strict=True))
        for kept, (call, count) in reversed(order) if number % 2 else order:
            kept.append(_slot(call, count))
    return times


def _slot(call: Callable[[], object], count: int) -> float:
    """Milliseconds of the processor for one call, the mean of `count` in a row.

    Nothing here waits, so time of the processor is all there is, without that which others took meanwhile.
    """
    started = time.thread_time()
    for _ in range(count):
        call()
    return (time.thread_time() - started) * 1000 / count
