"""Who is told of a term, and when: reminders before its end, alarms after it (R81). A chain as data.

Moments are nine in the morning of a working day, in the zone of the organisation that must act.
"""

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass

from adapter.domain.deadlines import Counting, Side, working_days_after, working_days_before
from adapter.domain.subjects import region

MORNING = dt.time(9)


class Level(enum.StrEnum):
    """Who is told."""

    OPERATOR = "operator"
    HEAD = "head"
    MINISTRY = "ministry"


LEVEL_NAMES = {
    Level.OPERATOR: "ответственный за обмен",
    Level.HEAD: "руководитель организации",
    Level.MINISTRY: "орган управления",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain.

    Attributes:
        level: Who is told.
        days: Working days from the last day of the term: 0 on that day, -1 the working day before it
            (reminders); 1 the first working day after it (alarms).
        terms: Codes of the terms that it is for; empty: all.
    """

    level: Level
    days: int
    terms: frozenset[str] = frozenset()

    @property
    def is_alarm(self) -> bool:
        """Whether it tells of a term that is over."""
        return self.days > 0

    @property
    def name(self) -> str:
        """The name under which it is noted what was told."""
        return f"{self.level}{self.days:+d}"


DEFAULT_CHAIN = (
    Step(Level.OPERATOR, -1),
    Step(Level.OPERATOR, 1),
    Step(Level.HEAD, 2),
    Step(Level.MINISTRY, 5),
)

#: Nobody is pressed for what a citizen may do or leave.
PRESSED = frozenset({Side.ORGANIZATION, Side.BUREAU})


@dataclass(frozen=True, slots=True)
class Planned:
    """A step with its moment, UTC."""

    moment: dt.datetime
    step: Step


def planned(
    chain: Iterable[Step], code: str, began: dt.datetime, until: dt.datetime, oid: str, counting: Counting
) -> tuple[Planned, ...]:
    """Return when who is told of a term, in order of time.

    A reminder whose moment lies before the term began is left out: nobody is reminded of what he just got.

    Args:
        chain: The links.
        code: Code of the term.
        began: What it is counted from, aware.
        until: Its end, aware.
        oid: Organisation that must act.
        counting: Calendar and zones.
    """
    zone, subject = counting.zone(oid), region(oid)
    last = until.astimezone(zone).date()
    found = []
    for step in chain:
        if step.terms and code not in step.terms:
            continue
        if step.days > 0:
            day = working_days_after(last, step.days, counting.calendar, subject)
        else:
            day = working_days_before(last, -step.days, counting.calendar, subject)
        moment = dt.datetime.combine(day, MORNING, zone).astimezone(dt.UTC)
        if step.is_alarm or moment > began:
            found.append(Planned(moment, step))
    return tuple(sorted(found, key=lambda one: (one.moment, one.step.name)))


def due(plan: Iterable[Planned], until: dt.datetime, now: dt.datetime) -> tuple[Step, ...]:
    """Return the steps to be told now, of those whose moment has come.

    After a long standstill several steps of one level may have come together: the last of them says all that
    the others would. A reminder of a term that is over says nothing any more.
    """
    last: dict[Level, Step] = {}
    for one in plan:
        if one.moment <= now and (one.step.is_alarm or now <= until):
            last[one.step.level] = one.step
    return tuple(last.values())


def next_moment(plan: Iterable[Planned], now: dt.datetime) -> dt.datetime | None:
    """Return when the next step comes; None: there is none."""
    return next((one.moment for one in plan if one.moment > now), None)
