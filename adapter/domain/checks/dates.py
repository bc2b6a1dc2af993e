"""Rules of dates and of the age (facts of the domain, B.3–B.9)."""

import datetime as dt
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adapter.domain.checks.facts import age_months, born
from adapter.domain.checks.fields import field_of, misshaped
from adapter.domain.checks.places import each, path_of, places_of, value, values
from adapter.domain.checks.registry import Check, Context, once, rule
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
    **{
        f"{signer}.authority.issued_at": ("Дата приказа или доверенности", "")
        for signer in ("commission.chair", "commission.members", "author", "legal_authenticator")
    },
}


@dataclass(frozen=True, slots=True)
class _Order:
    """`subject` stands in the `relation` to `other` that must not be."""

    subject: str
    relation: str
    other: str
    severity: Severity = Severity.ERROR


#: What happens to nobody before birth; an issue before birth is told of the birth date, and once.
_AFTER_BIRTH = (
    _PROTOCOL,
    "consent.date",
    "representative.authority_document.issue_date",
    "previous.act_date",
    "ipra.protocol_date",
    "temporary_disability.start",
    "case_events.doctor_visit",
    "case_events.examinations_complete_date",
    "case_events.operation_date",
)
_EARLIER, _LATER = "раньше", "позже"
_WORDS = {_EARLIER: "not_before", _LATER: "not_after"}
_WRONG: dict[str, Callable[[dt.date, dt.date], bool]] = {_EARLIER: operator.lt, _LATER: operator.gt}
_ORDERS = (
    _Order(_ISSUE, _EARLIER, _PROTOCOL),
    _Order("fill_date", _EARLIER, _PROTOCOL),
    _Order("fill_date", _LATER, _ISSUE),
    _Order("consent.date", _LATER, _ISSUE),
    _Order("consent.date", _LATER, _PROTOCOL, Severity.WARNING),
    _Order("citizen.identity_document.issue_date", _EARLIER, _BIRTH),
    _Order("representative.identity_document.issue_date", _EARLIER, _REPRESENTATIVE_BIRTH),
    _Order("representative.authority_document.issue_date", _LATER, _ISSUE),
    _Order("examinations.date", _LATER, _ISSUE),
    _Order("examinations.date", _EARLIER, _BIRTH),
    _Order("previous.act_date", _LATER, _ISSUE),
    _Order("ipra.protocol_date", _LATER, _ISSUE),
    _Order("temporary_disability.start", _LATER, _ISSUE),
    _Order("previous.until", _EARLIER, "previous.act_date"),
    _Order("previous.prof_loss.until", _EARLIER, "previous.act_date", Severity.WARNING),
    *(_Order(subject, _EARLIER, _BIRTH) for subject in _AFTER_BIRTH),
)
_COMPARED = tuple((one, one.subject, _WRONG[one.relation], one.other) for one in _ORDERS)
_PLACES = places_of(
    *sorted({*_TITLES, *(one.subject for one in _ORDERS), *(one.other for one in _ORDERS)}),
)


@rule("MSE-1121", point="1, 7, 16, 17, 19, 20, 26, 27, 30, 40")
def not_in_future(referral: Referral, context: Context) -> Iterator[Problem]:
    """Даты событий не позже дня поступления."""
    days, today = once(_days, referral), context.today
    late = [place for place in _TITLES for day in days[place] if day > today]
    for place in dict.fromkeys(late):
        title, point = _TITLES[place]
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
    for created in each(referral, "created_at", dt.datetime):
        if created.tzinfo is None:
            yield misshaped(
                "created_at",
                actual=created.isoformat(" ", "seconds"),
                format="дата и время с часовым поясом",
                example="2026-11-02T09:30:00+03:00",
            )
        elif created > context.received_at + _CLOCK_DIFFERENCE:
            yield problem(
                "DATE_IN_FUTURE",
                path_of("created_at"),
                title="Дата создания документа",
                actual=_instant(created),
                limit=_instant(context.received_at),
            )


def _rule_of(order: _Order) -> Check:
    """Return the rule of one order of dates."""

    def date_order(referral: Referral, _: Context) -> Iterator[Problem]:
        yield from once(_misorders, referral).get(order, ())

    subject, verb = _titled(order.subject), "не раньше" if order.relation == _EARLIER else "не позже"
    date_order.__name__ = f"{order.subject}_{_WORDS[order.relation]}_{order.other}".replace(".", "_")
    date_order.__doc__ = f"{subject[0]} – {verb}, чем {_inside(_titled(order.other)[0])}."
    return rule("MSE-1122", point=subject[1], severity=order.severity, when=_is_misordered)(date_order)


@rule("MSE-1122", point="7, 40")
def born_before_issue(referral: Referral, _: Context) -> Iterator[Problem]:
    """Гражданин родился не позже дня выдачи направления."""
    birth, issued = value(referral, _BIRTH, dt.date), value(referral, _ISSUE, dt.date)
    if birth is not None and issued is not None and birth > issued:
        yield _misordered(_Order(_BIRTH, _LATER, _ISSUE), path_of(_BIRTH), birth, issued)


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


def _days(referral: Referral) -> dict[str, Sequence[dt.date]]:
    return _PLACES.by_place(referral, dt.date)


def _is_misordered(referral: Referral, _: Context) -> bool:
    return bool(once(_misorders, referral))


def _misorders(referral: Referral) -> dict[_Order, list[Problem]]:
    """Return what is wrong with each order of dates; in a right referral nothing."""
    days, is_born = once(_days, referral), once(born, referral) is not None
    found: dict[_Order, list[Problem]] = {}
    for order, subject, is_wrong, other_place in _COMPARED:
        others = days[other_place]
        if not others or (other_place == _BIRTH and not is_born):
            continue
        other = others[0]
        for day in days[subject]:
            if is_wrong(day, other):
                found[order] = [
                    _misordered(order, path, one, other)
                    for path, one in values(referral, subject, dt.date)
                    if is_wrong(one, other)
                ]
                break
    return found


def _titled(place: str) -> tuple[str, str]:
    """Return title and point of a date."""
    return _TITLES.get(place) or (field_of(place).title, field_of(place).point)


def _inside(title: str) -> str:
    return title[0].lower() + title[1:]


def _misordered(order: _Order, path: str, day: dt.date, other: dt.date) -> Problem:
    title, point = _titled(order.subject)
    return problem(
        "DATE_ORDER",
        path,
        title=title,
        point=point,
        severity=order.severity,
        actual=_shown(day, order.subject),
        limit=_shown(other, order.other),
        relation=order.relation,
        other=_titled(order.other)[0],
    )


def _shown(day: dt.date, place: str = "") -> str:
    """Write a date for people; of a birth date only the year."""
    return day.strftime("**.**.%Y") if place in _PERSONAL else day.strftime("%d.%m.%Y")


def _instant(moment: dt.datetime) -> str:
    try:
        return moment.astimezone(dt.UTC).strftime("%d.%m.%Y %H:%M:%S UTC")
    except OverflowError:  # the last hours of the calendar in another zone
        return moment.isoformat(" ", "seconds")


def _age_text(count: int, unit: str) -> str:
    if unit == "MONTH":
        return f"{count} мес."
    tens, ones = count // 10 % 10, count % 10
    if tens == 1 or ones == 0 or ones >= 5:
        return f"{count} лет"
    return f"{count} год" if ones == 1 else f"{count} года"


for _order in _ORDERS:
    _rule_of(_order)
