"""Rules of dates and of the age (facts of the domain, B.3–B.9)."""

import datetime as dt
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapter.domain.checks.places import path_of, value, values
from adapter.domain.checks.registry import Context, rule
from adapter.domain.deadlines import add_months
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.referral import Referral

_OLDEST = 120  # years
_CLOCK_DIFFERENCE = dt.timedelta(minutes=5)

_ISSUE, _PROTOCOL, _BIRTH = "issue_date", "vk_protocol.date", "citizen.birth_date"
_REPRESENTATIVE_BIRTH = "representative.birth_date"
_PERSONAL = frozenset({_BIRTH, _REPRESENTATIVE_BIRTH})

#: Place of a date → title and point of the form.
_TITLES = {
    _PROTOCOL: ("Дата протокола врачебной комиссии", "1"),
    _ISSUE: ("Дата выдачи направления", "40"),
    "fill_date": ("Дата заполнения", "40"),
    "consent.date": ("Дата согласия", "19.1"),
    _BIRTH: ("Дата рождения", "7"),
    _REPRESENTATIVE_BIRTH: ("Дата рождения представителя", "17.1"),
    "citizen.identity_document.issue_date": ("Дата выдачи документа, удостоверяющего личность", "16.4"),
    "representative.identity_document.issue_date": (
        "Дата выдачи документа, удостоверяющего личность представителя",
        "17.3",
    ),
    "representative.authority_document.issue_date": ("Дата документа о полномочиях", "17.2"),
    "examinations.date": ("Дата обследования", "30"),
    "previous.act_date": ("Дата акта предыдущей экспертизы", "20"),
    "ipra.protocol_date": ("Дата протокола экспертизы", "27"),
    "temporary_disability.start": ("Начало временной нетрудоспособности", "26"),
    "case_events.doctor_visit": ("Дата приёма врачом", ""),
    "case_events.examinations_complete_date": ("Дата получения результатов обследований", ""),
    "case_events.operation_date": ("Дата операции", ""),
}


@dataclass(frozen=True, slots=True)
class _Order:
    """`subject` stands in the `relation` to `other` that must not be."""

    subject: str
    relation: str
    other: str
    severity: Severity = Severity.ERROR


_EARLIER, _LATER = "раньше", "позже"
_WRONG: dict[str, Callable[[dt.date, dt.date], bool]] = {_EARLIER: operator.lt, _LATER: operator.gt}
_ORDERS = (
    _Order(_ISSUE, _EARLIER, _PROTOCOL),
    _Order("fill_date", _EARLIER, _PROTOCOL),
    _Order("fill_date", _LATER, _ISSUE),
    _Order("consent.date", _LATER, _ISSUE),
    _Order("consent.date", _LATER, _PROTOCOL, Severity.WARNING),
    _Order(_BIRTH, _LATER, _ISSUE),
    _Order("citizen.identity_document.issue_date", _EARLIER, _BIRTH),
    _Order("representative.identity_document.issue_date", _EARLIER, _REPRESENTATIVE_BIRTH),
    _Order("representative.authority_document.issue_date", _LATER, _ISSUE),
    _Order("examinations.date", _LATER, _ISSUE),
    _Order("examinations.date", _EARLIER, _BIRTH),
    _Order("previous.act_date", _LATER, _ISSUE),
    _Order("ipra.protocol_date", _LATER, _ISSUE),
)


@rule("MSE-1121", point="1, 7, 16, 17, 19, 20, 26, 27, 30, 40")
def not_in_future(referral: Referral, context: Context) -> Iterator[Problem]:
    """Даты событий не позже дня поступления."""
    for place, (title, point) in _TITLES.items():
        for path, day in values(referral, place, dt.date):
            if day > context.today:
                yield problem(
                    "DATE_IN_FUTURE",
                    path,
                    title=title,
                    point=point,
                    actual=_shown(day, place),
                    limit=_shown(context.today),
                )


@rule("MSE-1121", basis="НСИ РЭМД, WRONG_CREATION_DATE")
def created_before_receipt(referral: Referral, context: Context) -> Iterator[Problem]:
    """Документ создан не позже поступления (допуск пять минут на ход часов)."""
    for path, created in values(referral, "created_at", dt.datetime):
        if created > context.received_at + _CLOCK_DIFFERENCE:
            yield problem(
                "DATE_IN_FUTURE",
                path,
                title="Дата создания документа",
                actual=_instant(created),
                limit=_instant(context.received_at),
            )


@rule("MSE-1122", point="1, 7, 16, 17, 19, 20, 27, 30, 40")
def date_order(referral: Referral, _: Context) -> Iterator[Problem]:
    """Даты идут в порядке событий: протокол, выдача; согласие, обследования – до выдачи."""
    for order in _ORDERS:
        other = value(referral, order.other, dt.date)
        if other is None:
            continue
        for path, day in values(referral, order.subject, dt.date):
            if _WRONG[order.relation](day, other):
                yield _misordered(order, path, day, other)


@rule("MSE-1122", point="26")
def temporary_disability(referral: Referral, _: Context) -> Iterator[Problem]:
    """Период временной нетрудоспособности начинается не позже, чем заканчивается."""
    starts = dict(values(referral, "temporary_disability.start", dt.date))
    for path, end in values(referral, "temporary_disability.end", dt.date):
        start = starts.get(f"{path.rpartition('/')[0]}/start")
        if start is not None and end < start:
            yield problem(
                "DATE_ORDER",
                path,
                title="Окончание временной нетрудоспособности",
                point="26",
                actual=_shown(end),
                limit=_shown(start),
                relation=_EARLIER,
                other="Начало временной нетрудоспособности",
            )


@rule("MSE-1122", point="23")
def observed_since(referral: Referral, _: Context) -> Iterator[Problem]:
    """Год начала наблюдения – между годом рождения и годом выдачи направления."""
    year = value(referral, "observed_since_year", int)
    issued, born = value(referral, _ISSUE, dt.date), value(referral, _BIRTH, dt.date)
    if year is None:
        return
    bounds = (
        (_LATER, issued, _ISSUE, issued is not None and year > issued.year),
        (_EARLIER, born, _BIRTH, born is not None and year < born.year),
    )
    for relation, bound, place, wrong in bounds:
        if bound is not None and wrong:
            yield problem(
                "DATE_ORDER",
                path_of("observed_since_year"),
                title="Наблюдается с года",
                point="23",
                actual=str(year),
                limit=str(bound.year),
                relation=relation,
                other=_TITLES[place][0],
            )


@rule("MSE-1122", point="7")
def oldest(referral: Referral, _: Context) -> Iterator[Problem]:
    """Гражданину не больше 120 лет на день выдачи направления."""
    issued, born = value(referral, _ISSUE, dt.date), value(referral, _BIRTH, dt.date)
    if issued is not None and born is not None and age_months(born, issued) // 12 > _OLDEST:
        yield problem(
            "DATE_ORDER",
            path_of(_BIRTH),
            title="Дата рождения",
            point="7",
            actual=_shown(born, _BIRTH),
            limit=_shown(add_months(issued, -12 * _OLDEST)),
            relation=_EARLIER,
            other=f"{_OLDEST} лет до выдачи направления",
        )


@rule("MSE-1123", point="7")
def age(referral: Referral, _: Context) -> Iterator[Problem]:
    """Возраст – полные годы на день выдачи, до года – полные месяцы."""
    issued, born = value(referral, _ISSUE, dt.date), value(referral, _BIRTH, dt.date)
    stated, unit = value(referral, "citizen.age.value", int), value(referral, "citizen.age.unit", str)
    if issued is None or born is None or stated is None or unit is None or born > issued:
        return
    months = age_months(born, issued)
    right, right_unit = (months, "MONTH") if months < 12 else (months // 12, "YEAR")
    if (stated, unit) != (right, right_unit):
        yield problem(
            "AGE_MISMATCH",
            path_of("citizen.age"),
            title="Возраст",
            point="7",
            actual=_age_text(stated, unit),
            limit=_age_text(right, right_unit),
            birth_date=_shown(born, _BIRTH),
            on_date=_shown(issued),
        )


def age_months(born: dt.date, on: dt.date) -> int:
    """Return the full months from a birth to a day.

    A month is full on the same day number, so a child of 29 February is a year older on 1 March. Negative
    before birth.
    """
    months = (on.year - born.year) * 12 + on.month - born.month
    return months - 1 if on.day < born.day else months


def _misordered(order: _Order, path: str, day: dt.date, other: dt.date) -> Problem:
    title, point = _TITLES[order.subject]
    return problem(
        "DATE_ORDER",
        path,
        title=title,
        point=point,
        severity=order.severity,
        actual=_shown(day, order.subject),
        limit=_shown(other, order.other),
        relation=order.relation,
        other=_TITLES[order.other][0],
    )


def _shown(day: dt.date, place: str = "") -> str:
    """Write a date for people; of a birth date only the year."""
    return day.strftime("**.**.%Y") if place in _PERSONAL else day.strftime("%d.%m.%Y")


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%d.%m.%Y %H:%M:%S UTC")


def _age_text(count: int, unit: str) -> str:
    if unit == "MONTH":
        return f"{count} мес."
    tens, ones = count // 10 % 10, count % 10
    if tens == 1 or ones == 0 or ones >= 5:
        return f"{count} лет"
    return f"{count} год" if ones == 1 else f"{count} года"
