"""Which clocks of a referral run: the moves so far, folded (R77, R83)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from adapter.domain.state_moves import Move


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline that runs or waits.

    Attributes:
        name: Code of a term, or a family of codes (``BUREAU_EXAM``).
        counts_from: Instant to count the term from, UTC: the start, moved later by the time the clock waited.
        waits_since: Instant since when the clock waits; None: it runs.
    """

    name: str
    counts_from: dt.datetime
    waits_since: dt.datetime | None = None


def after(clocks: Iterable[Clock], step: Move, at: dt.datetime) -> tuple[Clock, ...]:
    """Return the clocks of a referral after one more move.

    Args:
        clocks: The clocks before the move.
        step: The move.
        at: Instant of the move, UTC.
    """
    kept = {one.name: one for one in clocks if one.name not in step.stops}
    for name in step.suspends:
        if name in kept and kept[name].waits_since is None:
            kept[name] = replace(kept[name], waits_since=at)
    for name in step.resumes:
        waits_since = kept[name].waits_since if name in kept else None
        if waits_since is not None:
            kept[name] = Clock(name, kept[name].counts_from + (at - waits_since))
    for name in step.starts:
        kept.setdefault(name, Clock(name, at))
    return tuple(kept.values())


def replay(steps: Iterable[tuple[Move, dt.datetime]]) -> tuple[Clock, ...]:
    """Return the clocks after all moves of a referral, first to last, each with its instant in UTC."""
    clocks: tuple[Clock, ...] = ()
    for step, at in steps:
        clocks = after(clocks, step, at)
    return clocks
