"""Deadlines (facts of the domain, C.4): terms as data and the rules of counting.

The day of the event is not counted. A term in days or months that ends on a day off moves to the next working
day. A term ends with its last day, 23:59:59 in the zone of the organisation that must act.
"""

import calendar as months
import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from adapter.domain.calendar import STATUTORY, Calendar
from adapter.domain.priority import PriorityCategory

_FARTHEST = 3660  # days; a calendar without working days must not hang a program


class Unit(enum.StrEnum):
    """Unit of a term."""

    HOUR = "HOUR"
    CALENDAR_DAY = "DAY"
    WORKING_DAY = "WORKING_DAY"
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the table.

    Attributes:
        code: Code of the deadline.
        length: How many units.
        unit: What is counted.
        starts_on: What the term is counted from.
        source: Act, source document or ``PROPOSED``.
        since: First day of the event for which this row holds; a later row of the same code replaces it.
    """

    code: str
    length: int
    unit: Unit
    starts_on: str
    source: str
    since: dt.date = dt.date.min


_HOUR, _DAY, _WORKING, _MONTH = Unit
_PP1942 = "ПП РФ № 1942"
_BUREAU_SAYS = "разъяснения бюро МСЭ; сверить с актом"
_PROPOSED = "PROPOSED"

TERMS: tuple[Term, ...] = (
    Term("MO_PALLIATIVE_REFER", 1, _WORKING, "получены результаты обследований", "форма № 088/у, 10.6"),
    Term("MO_AMPUTATION_REFER", 3, _WORKING, "день операции", "форма № 088/у, 10.7"),
    Term("MO_SUBMIT", 3, _WORKING, "решение врачебной комиссии", "C.2, 4"),
    Term("REMD_ANSWER", 24, _HOUR, "отправка в РЭМД", _PROPOSED),
    Term("BUREAU_REGISTER", 1, _WORKING, "получение бюро", _PROPOSED),
    Term("BUREAU_RETURN", 3, _WORKING, "получение бюро", _PP1942),
    Term("MO_REWORK", 14, _DAY, "получение возврата организацией", _PP1942),
    Term("BUREAU_EXAM_GENERAL", 30, _WORKING, "регистрация в бюро", _BUREAU_SAYS),
    Term("BUREAU_EXAM_PRIORITY", 3, _WORKING, "регистрация в бюро", "ПП РФ № 588, п. 37 по форме № 088/у"),
    Term("BUREAU_EXAM_SVO", 10, _WORKING, "регистрация в бюро", _BUREAU_SAYS),
    Term("RESULT_SEND", 3, _WORKING, "проведение экспертизы", "C.2, 16"),
    Term("SLA_STANDARD", 10, _WORKING, "получение полного комплекта", "R76"),
    Term("SLA_PRIORITY", 5, _WORKING, "получение полного комплекта", "R76"),
    Term("SLA_EMERGENCY", 3, _WORKING, "получение полного комплекта", "R76"),
    Term("APPEAL_FILE", 1, _MONTH, "получение решения", _BUREAU_SAYS),
    Term("APPEAL_FILE_SERVICE", 30, _DAY, "получение решения", "R79"),
    Term("APPEAL_REVIEW", 15, _WORKING, "регистрация жалобы", "R79"),
    Term("COURT_FILE", 30, _DAY, "окончательный ответ", "R79"),
    Term("REEXAM_RESULT", 5, _WORKING, "переосвидетельствование", "R84"),
    Term("IPRA_CHANGE", 24, _HOUR, "принятие заявления", "R85"),
    Term("SUPPORT_ANSWER", 1, _WORKING, "обращение в поддержку", "R43"),
)

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
    rows = [row for row in terms if row.code == code and row.since <= on]
    if not rows:
        raise KeyError(code)
    return max(rows, key=lambda row: row.since)


def deadline(
    code: str,
    start: dt.datetime,
    zone: ZoneInfo,
    calendar: Calendar = STATUTORY,
    *,
    region: str = "",
    terms: Iterable[Term] = TERMS,
) -> dt.datetime:
    """Return the last instant (UTC) that is still in time.

    Args:
        code: Code of the term.
        start: Aware instant of the event.
        zone: Zone of the organisation that must act; the day of the event is its day there.
        calendar: Working days.
        region: Subject of the federation whose holidays count, two digits; empty: only common ones.
        terms: The table, when the configuration changes it.

    Raises:
        KeyError: The code is unknown.
        ValueError: `start` has no zone, or the calendar has no working day within ten years.
    """
    if start.tzinfo is None:
        raise ValueError("the start of a term needs a time zone")
    first = start.astimezone(zone).date()
    row = term(code, first, terms)
    if row.unit is Unit.HOUR:
        return start.astimezone(dt.UTC) + dt.timedelta(hours=row.length)
    if row.unit is Unit.WORKING_DAY:
        last = first
        for _ in range(row.length):
            last = _working_day(last + dt.timedelta(days=1), calendar, region)
    else:
        end = (
            first + dt.timedelta(days=row.length)
            if row.unit is Unit.CALENDAR_DAY
            else add_months(first, row.length)
        )
        last = _working_day(end, calendar, region)
    return dt.datetime.combine(last, dt.time(23, 59, 59), zone).astimezone(dt.UTC)


def add_months(day: dt.date, count: int) -> dt.date:
    """Return the same day number `count` months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, months.monthrange(year, month)[1]))


def _working_day(day: dt.date, calendar: Calendar, region: str) -> dt.date:
    """Return the day itself or the next working day."""
    for ahead in range(_FARTHEST):
        candidate = day + dt.timedelta(days=ahead)
        if calendar.is_working(candidate, region):
            return candidate
    raise ValueError(f"no working day within ten years after {day}")
