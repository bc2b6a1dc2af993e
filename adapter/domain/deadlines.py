"""Deadlines (facts of the domain, C.4): terms as data and the rules of counting.

The day of the event is not counted. A term in days or months that ends on a day off moves to the next working
day. A term ends with its last day, 23:59:59 in the zone of the organisation that must act; what comes after
midnight there came the next day. Days on which the term waited are given back.
"""

import calendar as months
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

from adapter.domain.calendar import STATUTORY, Calendar
from adapter.domain.clocks import Pause
from adapter.domain.priority import PriorityCategory
from adapter.domain.subjects import region
from adapter.domain.subjects import zone as zone_of
from adapter.domain.terms import CODES, TERMS, Side, Term, Unit

__all__ = [
    "CODES",
    "TERMS",
    "Counting",
    "Side",
    "Term",
    "Unit",
    "add_months",
    "deadline",
    "end_of_day",
    "extended_by_pause",
    "overriding",
    "term",
    "term_code",
    "working_days_after",
    "working_days_before",
    "working_days_between",
]

_FARTHEST = 3660  # days; a calendar without working days must not hang a program


_EXAM_BY_CATEGORY = {
    PriorityCategory.PALLIATIVE: "BUREAU_EXAM_PRIORITY",
    PriorityCategory.AMPUTATION: "BUREAU_EXAM_PRIORITY",
    PriorityCategory.SVO: "BUREAU_EXAM_SVO",
}


def term_code(clock: str, category: PriorityCategory) -> str:
    """Return the code of the term behind a clock of the table of moves.

    Only ``BUREAU_EXAM`` depends on the category; any other clock is named by its code already.
    """
    if clock != "BUREAU_EXAM":
        return clock
    return _EXAM_BY_CATEGORY.get(category, "BUREAU_EXAM_GENERAL")


def term(code: str, on: dt.date, terms: Iterable[Term] = TERMS) -> Term:
    """Return the row of a code that holds for an event of the day.

    Raises:
        KeyError: There is no such code, or none on that day.
    """
    found: Term | None = None
    for row in terms:
        if row.code == code and row.since <= on and (found is None or row.since >= found.since):
            found = row
    if found is None:
        raise KeyError(code)
    return found


def deadline(
    code: str,
    start: dt.datetime,
    zone: ZoneInfo,
    calendar: Calendar = STATUTORY,
    *,
    region: str = "",
    terms: Iterable[Term] = TERMS,
    pauses: Iterable[Pause] = (),
) -> dt.datetime:
    """Return the last instant (UTC) that is still in time.

    Args:
        code: Code of the term.
        start: Aware instant of the event.
        zone: Zone of the organisation that must act; the day of the event is its day there.
        calendar: Working days.
        region: Subject of the federation whose holidays count, two digits; empty: only common ones.
        terms: The table, when the configuration changes it.
        pauses: When the term waited, in order. The day on which a pause begins counts, those after it do not,
            up to and with the day on which it ends: that is the day of an event again.

    Raises:
        KeyError: The code is unknown.
        ValueError: `start` has no zone, or the calendar has no working day within ten years.
    """
    if start.tzinfo is None:
        raise ValueError("the start of a term needs a time zone")
    first = start.astimezone(zone).date()
    row = term(code, first, terms)
    if row.unit is Unit.HOUR:
        return _last_hour(start.astimezone(dt.UTC) + dt.timedelta(hours=row.length), pauses)
    waited = [(begun.astimezone(zone).date(), ended.astimezone(zone).date()) for begun, ended in pauses]

    def counts(day: dt.date) -> bool:
        return not waited or not any(begun < day <= ended for begun, ended in waited)

    def works(day: dt.date) -> bool:
        return counts(day) and calendar.is_working(day, region)

    if row.unit is Unit.WORKING_DAY:
        last = _walk(first, row.length, works)
    else:
        days = row.length if row.unit is Unit.CALENDAR_DAY else (add_months(first, row.length) - first).days
        last = _walk(first, days, counts)
    last = _walk(last - dt.timedelta(days=1), 1, works)
    return end_of_day(last, zone)


def extended_by_pause(
    until: dt.datetime, pause: Pause, zone: ZoneInfo, calendar: Calendar = STATUTORY, region: str = ""
) -> dt.datetime:
    """Return the end of an extended term after a pause: the days are given back, the end is a working day.

    An extension names a day, so calendar days are given back; a pause after the end gives nothing.
    """
    last = until.astimezone(zone).date()
    begun, ended = (one.astimezone(zone).date() for one in pause)
    if begun >= last or ended == begun:
        return until
    last += ended - begun
    return end_of_day(
        _walk(last - dt.timedelta(days=1), 1, lambda day: calendar.is_working(day, region)), zone
    )


def working_days_before(
    day: dt.date, count: int, calendar: Calendar = STATUTORY, region: str = ""
) -> dt.date:
    """Return the day that lies `count` working days before a day."""
    return _walk(day, count, lambda one: calendar.is_working(one, region), -1)


def working_days_after(day: dt.date, count: int, calendar: Calendar = STATUTORY, region: str = "") -> dt.date:
    """Return the day that lies `count` working days after a day."""
    return _walk(day, count, lambda one: calendar.is_working(one, region))


def working_days_between(
    first: dt.date, last: dt.date, calendar: Calendar = STATUTORY, region: str = ""
) -> int:
    """Return how many working days lie after one day up to and with a later one; 0 when it is not later."""
    days = min((last - first).days, _FARTHEST)
    return sum(calendar.is_working(first + dt.timedelta(days=n), region) for n in range(1, days + 1))


def add_months(day: dt.date, count: int) -> dt.date:
    """Return the same day number `count` months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, months.monthrange(year, month)[1]))


def end_of_day(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the last second of a day of a zone, UTC."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), zone).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Counting:
    """How an installation counts.

    Attributes:
        calendar: Working days.
        terms: The table of terms.
        zones: Zones of organisations by OID, where they are not that of their subject's capital.
    """

    calendar: Calendar = STATUTORY
    terms: tuple[Term, ...] = TERMS
    zones: Mapping[str, ZoneInfo] = field(default_factory=lambda: MappingProxyType({}))

    def zone(self, oid: str) -> ZoneInfo:
        """Return the zone in which an organisation has its days."""
        return self.zones.get(oid) or zone_of(region(oid))

    def term(self, code: str, start: dt.datetime, oid: str) -> Term:
        """Return the row that holds for an event at an organisation.

        Raises:
            KeyError: The code is unknown.
        """
        return term(code, start.astimezone(self.zone(oid)).date(), self.terms)

    def until(self, code: str, start: dt.datetime, oid: str, pauses: Iterable[Pause] = ()) -> dt.datetime:
        """Return the last instant (UTC) of a term of an organisation; see `deadline`."""
        subject = region(oid)
        zone = self.zone(oid)
        return deadline(
            code, start, zone, self.calendar, region=subject, terms=self.terms, pauses=tuple(pauses)
        )

    def last_instant(self, day: dt.date, oid: str) -> dt.datetime:
        """Return the last second of a day, UTC, where an organisation is."""
        return end_of_day(day, self.zone(oid))

    def given_back(self, until: dt.datetime, pause: Pause, oid: str) -> dt.datetime:
        """Return the end of an extended term after a pause; see `extended_by_pause`."""
        return extended_by_pause(until, pause, self.zone(oid), self.calendar, region(oid))

    def is_working(self, day: dt.date, oid: str) -> bool:
        """Tell whether a day is a working day where an organisation is."""
        return self.calendar.is_working(day, region(oid))


def overriding(
    code: str, *, length: int | None, unit: Unit | None, since: dt.date | None = None, source: str = ""
) -> Term:
    """Return a further row of a code: what an installation says otherwise, the rest as in the table.

    Args:
        code: Code of the deadline.
        length: New length; None: as in the table.
        unit: New unit; None: as in the table.
        since: First day of the event for which it holds; None: any day.
        source: Act that says so.

    Raises:
        KeyError: The code is unknown.
    """
    row = next((one for one in TERMS if one.code == code), None)
    if row is None:
        raise KeyError(code)
    return replace(
        row,
        length=row.length if length is None else length,
        unit=unit or row.unit,
        since=since or dt.date.min,
        source=source or row.source,
    )


def _last_hour(end: dt.datetime, pauses: Iterable[Pause]) -> dt.datetime:
    for begun, ended in pauses:
        if begun <= end:
            end += ended - begun
    return end


def _walk(day: dt.date, count: int, counts: Callable[[dt.date], bool], step: int = 1) -> dt.date:
    """Return the day on which `count` days that count have passed since a day."""
    for _ in range(_FARTHEST + count):
        if count == 0:
            return day
        day += dt.timedelta(days=step)
        if counts(day):
            count -= 1
    raise ValueError(f"no working day within ten years after {day}")
