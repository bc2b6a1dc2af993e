"""Which clocks of a referral run: the moves so far, folded (R77, R83)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from adapter.domain.state_move import Move

#: From when to when a clock waited, UTC.
Pause: TypeAlias = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline that runs or waits.

    Attributes:
        name: Code of a term, or a family of codes (``BUREAU_EXAM``).
        began: Instant of the event that the term is counted from, UTC.
        waits_since: Instant since when the clock waits; None: it runs.
        pauses: When it waited before; the term gives those days back.
    """

    name: str
    began: dt.datetime
    waits_since: dt.datetime | None = None
    pauses: tuple[Pause, ...] = ()

    @property
    def counts_from(self) -> dt.datetime:
        """The beginning, later by all the time that the clock has waited."""
        return self.began + sum((ended - begun for begun, ended in self.pauses), dt.timedelta())


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
            pauses = (*kept[name].pauses, (waits_since, at))
            kept[name] = replace(kept[name], waits_since=None, pauses=pauses)
    for name in step.starts:
        kept.setdefault(name, Clock(name, at))
    return tuple(kept.values())


def replay(steps: Iterable[tuple[Move, dt.datetime]]) -> tuple[Clock, ...]:
    """Return the clocks after all moves of a referral, first to last, each with its instant in UTC."""
    clocks: tuple[Clock, ...] = ()
    for step, at in steps:
        clocks = after(clocks, step, at)
    return clocks


def as_rows(clocks: Iterable[Clock]) -> list[dict[str, Any]]:
    """Return clocks as plain data, as the register keeps them."""
    return [
        {
            "name": one.name,
            "countsFrom": one.began.isoformat(),
            "waitsSince": one.waits_since.isoformat() if one.waits_since else None,
            "pauses": [[begun.isoformat(), ended.isoformat()] for begun, ended in one.pauses],
        }
        for one in clocks
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Clock, ...]:
    """Return the clocks that `as_rows` wrote."""
    moment = dt.datetime.fromisoformat
    return tuple(
        Clock(
            row["name"],
            moment(row["countsFrom"]),
            moment(row["waitsSince"]) if row["waitsSince"] else None,
            tuple((moment(begun), moment(ended)) for begun, ended in row.get("pauses", ())),
        )
        for row in rows
    )
