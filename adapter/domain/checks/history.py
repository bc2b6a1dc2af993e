"""Rules of work, temporary disability and the electronic sick leave (points 22, 23, 26)."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from adapter.domain.checks.facts import ISSUE, YEAR, born, text
from adapter.domain.checks.fields import WARNING, field_of, misshaped, missing, unexpected
from adapter.domain.checks.places import each, path_of, value
from adapter.domain.checks.registry import FORM, Context, once, rule
from adapter.domain.deadlines import add_months
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.referral import Referral

_WORKS, _NOT_WORKING = "WORKS", "NOT_WORKING"
_OF_WORK = (
    "main_profession",
    "qualification",
    "experience",
    "current_job",
    "conditions",
    "employer_name",
    "employer_address",
)
_OF_WORKING = ("main_profession", "employer_name")
_PERIODS = "temporary_disability"
_START, _DAYS = "temporary_disability.start", "temporary_disability.days"
_SICK_LEAVE = "electronic_sick_leave"

T = TypeVar("T")


class _Period(NamedTuple):
    """A period of temporary disability whose dates can be read; without `end` it goes on."""

    start: dt.date
    end: dt.date | None
    days: int | None
    path: str


@rule("MSE-1101", point="22")
def work_of_working(referral: Referral, _: Context) -> Iterator[Problem]:
    """У работающего указаны основная профессия и место работы."""
    if value(referral, "work.status", str) != _WORKS:
        return
    for name in _OF_WORKING:
        if not text(referral, f"work.{name}"):
            yield missing(f"work.{name}")


@rule("MSE-1104", point="22", basis=f"{FORM}, порядок заполнения, п. 10.25")
def work_of_not_working(referral: Referral, _: Context) -> Iterator[Problem]:
    """У неработающего сведений о работе, кроме отметки «не работает», нет."""
    if value(referral, "work.status", str) != _NOT_WORKING:
        return
    for name in _OF_WORK:
        if value(referral, f"work.{name}", object) is not None:
            yield unexpected(f"work.{name}", "гражданин не работает")


@rule("MSE-1122", point="23")
def observed_since(referral: Referral, _: Context) -> Iterator[Problem]:
    """Год начала наблюдения – между годом рождения и годом выдачи направления."""
    year, issued = value(referral, "observed_since_year", int), value(referral, ISSUE, dt.date)
    birth = once(born, referral)
    if year is None:
        return
    bounds = (
        ("позже", ISSUE, issued, issued is not None and year > issued.year),
        ("раньше", "citizen.birth_date", birth, birth is not None and year < birth.year),
    )
    for relation, place, bound, wrong in bounds:
        if bound is not None and wrong:
            yield problem(
                "DATE_ORDER",
                path_of("observed_since_year"),
                title="Наблюдается с года",
                point="23",
                actual=str(year),
                limit=str(bound.year),
                relation=relation,
                other=field_of(place).title,
            )


@rule("MSE-1122", point="26")
def temporary_disability(referral: Referral, _: Context) -> Iterator[Problem]:
    """Период временной нетрудоспособности начинается не позже, чем заканчивается."""
    for one in once(_periods, referral):
        if one.end is not None and one.end < one.start:
            yield _order(one, "end", one.end, one.start, "раньше", field_of(_START).title)


@rule("MSE-1102", point="26")
def days_of_disability(referral: Referral, _: Context) -> Iterator[Problem]:
    """Число дней нетрудоспособности – от первого дня до последнего включительно."""
    for one in once(_periods, referral):
        if one.days is None or one.end is None or one.end < one.start:
            continue
        right = (one.end - one.start).days + 1
        if one.days != right:
            yield misshaped(
                _DAYS,
                f"{one.path}/days",
                actual=str(one.days),
                format=f"число дней с {_day(one.start)} по {_day(one.end)} включительно",
                example=str(right),
            )


@rule("MSE-1122", point="26")
def periods_apart(referral: Referral, _: Context) -> Iterator[Problem]:
    """Периоды временной нетрудоспособности не пересекаются."""
    sound = [one for one in once(_periods, referral) if one.end is None or one.end >= one.start]
    sound.sort(key=lambda one: (one.start, one.end or dt.date.max, one.path))
    latest: _Period | None = None
    for one in sound:
        if latest is not None and (latest.end is None or one.start <= latest.end):
            limit = latest.end or latest.start
            yield _order(one, "start", one.start, limit, "раньше", "окончания другого периода")
        if latest is None or (latest.end is not None and (one.end is None or one.end > latest.end)):
            latest = one


@rule("MSE-1122", point="26", severity=Severity.WARNING)
def periods_of_last_year(referral: Referral, _: Context) -> Iterator[Problem]:
    """Временная нетрудоспособность указана за последние 12 месяцев."""
    issued = value(referral, ISSUE, dt.date)
    if issued is None or issued.year <= 1:
        return
    earliest = add_months(issued, -YEAR)
    for one in once(_periods, referral):
        if one.end is not None and one.start <= one.end < earliest:
            words = "12 месяцев до выдачи направления"
            yield _order(one, "end", one.end, earliest, "раньше", words, WARNING)


@rule("MSE-1101", point="26.1, 26.2")
def number_of_sick_leave(referral: Referral, _: Context) -> Iterator[Problem]:
    """У электронного листка нетрудоспособности указан номер."""
    if value(referral, f"{_SICK_LEAVE}.present", bool) and not text(referral, f"{_SICK_LEAVE}.number"):
        yield missing(f"{_SICK_LEAVE}.number")


@rule("MSE-1104", point="26.1, 26.2")
def no_sick_leave(referral: Referral, _: Context) -> Iterator[Problem]:
    """Номера нет, если нет электронного листка нетрудоспособности."""
    if value(referral, f"{_SICK_LEAVE}.present", bool) is False and text(referral, f"{_SICK_LEAVE}.number"):
        yield unexpected(f"{_SICK_LEAVE}.number", "электронного листка нетрудоспособности нет")


def _periods(referral: Referral) -> tuple[_Period, ...]:
    periods = enumerate(each(referral, _PERIODS, object), 1)
    starts = ((number, one, getattr(one, "start", None)) for number, one in periods)
    return tuple(
        _Period(start, _of(dt.date, one, "end"), _of(int, one, "days"), f"{path_of(_PERIODS)}[{number}]")
        for number, one, start in starts
        if isinstance(start, dt.date)
    )


def _of(kind: type[T], period: object, name: str) -> T | None:
    one = getattr(period, name, None)
    return one if isinstance(one, kind) else None


def _order(
    period: _Period,
    name: str,
    day: dt.date,
    limit: dt.date,
    relation: str,
    other: str,
    severity: Severity = Severity.ERROR,
) -> Problem:
    return problem(
        "DATE_ORDER",
        f"{period.path}/{name}",
        title=field_of(f"temporary_disability.{name}").title,
        point="26",
        severity=severity,
        actual=_day(day),
        limit=_day(limit),
        relation=relation,
        other=other,
    )


def _day(day: dt.date) -> str:
    return day.strftime("%d.%m.%Y")
