"""The measurements without sockets: floor, bare server and accept path in turn, in one process."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from adapter.stand.actors import Keyring
from tests.benchmarks.figures import Figure, figure, timed
from tests.benchmarks.floor import enveloped, floor, server, validated
from tests.benchmarks.house import KEY_KINDS, House, KeyKind, demand_accepted, house, key_name, post
from tests.benchmarks.messages import (
    LARGE,
    SMALL,
    Submission,
    demo_submissions,
    signed_submissions,
    unsigned_message,
)
from tests.benchmarks.stages import STAGES, Stopwatch, timers

#: Targets of the bare server: times the floor (issue "Speed and memory").
BARE_LIMITS = {SMALL: 1.8, LARGE: 1.1}
NAMES = {SMALL: "16 KB", LARGE: "240 KB"}

SUBMISSIONS: dict[str, Callable[[Keyring, int], Iterator[Submission]]] = {
    NAMES[SMALL]: partial(signed_submissions, SMALL),
    "demo with СЭМД": demo_submissions,
    NAMES[LARGE]: partial(signed_submissions, LARGE),
}
"""What is submitted; signatures make the messages some 12 KB longer than their names say."""

_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Bare:
    """Bare server at one size.

    Attributes:
        size: what the message is called.
        message_bytes: how long it is.
        floor_ms: p50 of the floor.
        figures: what was measured, by its name.
    """

    size: str
    message_bytes: int
    floor_ms: float
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The whole accept path for one message and one kind of transport keys.

    Attributes:
        key_kind: of the hospital's transport signature and of the adapter's key.
        whole: the submission from bytes to bytes.
        stages: own time of each stage.
    """

    size: str
    key_kind: str
    message_bytes: int
    floor_ms: float
    whole: Figure
    stages: dict[str, Figure]


def measure_bare(rounds: dict[int, int]) -> Iterator[Bare]:
    """Time the bare server `rounds` times for each size."""
    servers = {
        "guard and protocol": server(validated),
        "guard, protocol and SMEV envelope": server(enveloped),
    }
    for size, count in rounds.items():
        raw = unsigned_message(size)
        calls: list[Callable[[], object]] = [partial(floor, raw)]
        calls += [partial(post, one, raw) for one in servers.values()]
        floors, *others = _in_turn(calls, count)
        found = {
            name: figure(times, floors, BARE_LIMITS[size])
            for name, times in zip(servers, others, strict=True)
        }
        yield Bare(NAMES[size], len(raw), statistics.median(floors), found)


def _in_turn(calls: list[Callable[[], object]], count: int) -> list[list[float]]:
    gc.collect()
    rounds = [[timed(call)[0] for call in calls] for _ in range(count + _WARM_UP)]
    return [list(column) for column in zip(*rounds[_WARM_UP:], strict=True)]


def measure_accept(
    folder: Path, keys: Path, rounds: dict[str, int], progress: Callable[[str], None]
) -> Iterator[Accepted]:
    """Submit fresh signed referrals to real adapters, one with RSA and one with ECDSA transport keys.

    Args:
        folder: for the databases.
        keys: of the demo.
        rounds: how many submissions of each message of `SUBMISSIONS`.
        progress: is told what begins.
    """
    keyring = Keyring(keys)
    with ExitStack() as stack:
        houses = [stack.enter_context(house(folder / kind, keys, kind)) for kind in KEY_KINDS]
        watch = stack.enter_context(timers())
        for size, count in rounds.items():
            progress(f"signing {count} submissions, {size}")
            made = SUBMISSIONS[size](keyring, count + _WARM_UP)
            messages = [_messages(one, keyring) for one in made]
            progress(f"submitting them, {size}")
            yield from _accept(size, houses, watch, messages)


@dataclass(frozen=True, slots=True)
class _Rounds:
    """Milliseconds of every round of one house."""

    floors: list[float] = field(default_factory=list)
    wholes: list[float] = field(default_factory=list)
    stages: list[dict[str, float]] = field(default_factory=list)


def _accept(
    size: str, houses: list[House], watch: Stopwatch, messages: list[dict[KeyKind, bytes]]
) -> Iterator[Accepted]:
    rounds = {one.kind: _Rounds() for one in houses}
    gc.collect()
    for number, kinds in enumerate(messages):
        for one in houses:
            raw = kinds[one.kind]
            floor_ms, _ = timed(partial(floor, raw))
            whole_ms, answer = timed(partial(post, one.application, raw))
            own = watch.take(whole_ms / 1000)
            demand_accepted(answer)
            if number >= _WARM_UP:
                found = rounds[one.kind]
                found.floors.append(floor_ms)
                found.wholes.append(whole_ms)
                found.stages.append(own)
    for kind, found in rounds.items():
        yield Accepted(
            size=size,
            key_kind=kind,
            message_bytes=len(messages[-1][kind]),
            floor_ms=statistics.median(found.floors),
            whole=figure(found.wholes, found.floors),
            stages={stage: figure([one[stage] for one in found.stages], found.floors) for stage in STAGES},
        )


def _messages(submission: Submission, keyring: Keyring) -> dict[KeyKind, bytes]:
    """Return one document under a transport signature of each kind."""
    return {kind: submission.message(keyring.key(key_name("mis", kind))) for kind in KEY_KINDS}
