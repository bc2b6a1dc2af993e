"""Rules of purposes and of the previous expertise (points 5, 18, 20)."""

import datetime as dt
from collections.abc import Iterator, Sequence

from adapter.domain.checks.facts import ADULT, ISSUE, age, injured_at_work, is_child, text
from adapter.domain.checks.fields import (
    WARNING,
    contradicts,
    field_of,
    misshaped,
    missing,
    unexpected,
)
from adapter.domain.checks.places import each, failing, value, values
from adapter.domain.checks.registry import FORM, Context, once, rule
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.identifiers import shown_code
from adapter.domain.referral import Referral

_GROUP, _CHILD = "1", "2"  # purposes
_FIRST, _REPEAT = "1", "2"  # order
_CHILD_DISABLED = "4"  # group
_FOR_LIFE = "6"  # term
#: Causes that are named in words: others by law, those of the former law (20.4.17, 20.4.18).
_IN_WORDS = frozenset({"19", "20"})
_STEP_OF_PERCENT = 10
#: Repeated codes: place, the sentence that completes «допускается».
_CODES = (
    ("purposes", "каждая цель один раз"),
    ("consent.notification_methods", "каждый способ один раз"),
)


@rule("MSE-1105", point="5, 19.3")
def no_code_twice(referral: Referral, _: Context) -> Iterator[Problem]:
    """Цели направления и способы уведомления не повторяются."""
    for place, limit in _CODES:
        codes = each(referral, place, str)
        if len(set(codes)) == len(codes):
            continue
        for path, code in _repeats(values(referral, place, str)):
            title = field_of(place).title
            yield problem(
                "CARDINALITY", path, title=title, actual=f"{shown_code(code)} повторно", limit=limit
            )


@rule("MSE-1102", point="5.1, 5.2", severity=Severity.WARNING)
def purpose_of_age(referral: Referral, _: Context) -> Iterator[Problem]:
    """Группу инвалидности устанавливают с 18 лет, категорию «ребёнок-инвалид» – до 18."""
    months = once(age, referral)
    if months is None:
        return
    unfit, why = (
        (_GROUP, "гражданину нет 18 лет, ему устанавливают категорию «ребёнок-инвалид» (5.2)")
        if months < ADULT
        else (_CHILD, "гражданину исполнилось 18 лет, ему устанавливают группу инвалидности (5.1)")
    )
    if unfit not in each(referral, "purposes", str):
        return
    for path, code in values(referral, "purposes", str):
        if code == unfit:
            yield contradicts("purposes", why, path, actual=code, severity=WARNING)


@rule("MSE-1101", point="18, 20")
def previous_of_repeat(referral: Referral, _: Context) -> Iterator[Problem]:
    """Направленный повторно: сведения о предыдущей экспертизе (п. 20) есть."""
    if value(referral, "referral_order", str) == _REPEAT and referral.previous is None:
        yield missing("previous", hint="Гражданин направляется повторно (п. 18).")


@rule("MSE-1101", point="20", basis="проверки МИС перед отправкой, обратный талон", severity=WARNING)
def act_of_repeat(referral: Referral, _: Context) -> Iterator[Problem]:
    """Направленный повторно: номер акта (обратного талона) предыдущей экспертизы указан."""
    repeat = value(referral, "referral_order", str) == _REPEAT
    if repeat and referral.previous is not None and not text(referral, "previous.act_number"):
        yield missing("previous.act_number", severity=WARNING)


@rule("MSE-1102", point="18, 20.2", basis=f"{FORM}, порядок заполнения, п. 10.21.18.1", severity=WARNING)
def first_is_not_disabled(referral: Referral, _: Context) -> Iterator[Problem]:
    """Направленный первично сейчас не инвалид, даже если раньше проходил экспертизу."""
    if value(referral, "referral_order", str) != _FIRST:
        return
    issued, until = value(referral, ISSUE, dt.date), value(referral, "previous.until", dt.date)
    for_life = value(referral, "previous.term", str) == _FOR_LIFE and until is None
    if for_life or (until is not None and issued is not None and until >= issued):
        why = "инвалидность по пункту 20 ещё действует, тогда направление повторное"
        yield contradicts("referral_order", why, actual=_FIRST, limit=_REPEAT, severity=WARNING)


@rule("MSE-1102", point="20.1", severity=Severity.WARNING, when=is_child)
def group_of_child(referral: Referral, _: Context) -> Iterator[Problem]:
    """До 18 лет предыдущая экспертиза устанавливала только категорию «ребёнок-инвалид»."""
    group = value(referral, "previous.group", str)
    if group is not None and group != _CHILD_DISABLED:
        why = "гражданину нет 18 лет, до этого возраста группу не устанавливают"
        yield contradicts("previous.group", why, actual=group, limit=_CHILD_DISABLED, severity=WARNING)


@rule("MSE-1104", point="20.2", severity=Severity.WARNING)
def no_end_for_life(referral: Referral, _: Context) -> Iterator[Problem]:
    """У инвалидности, установленной бессрочно, нет даты окончания."""
    until = value(referral, "previous.until", dt.date)
    if value(referral, "previous.term", str) == _FOR_LIFE and until is not None:
        yield unexpected("previous.until", "инвалидность установлена бессрочно", severity=WARNING)


@rule("MSE-1101", point="20.4.17, 20.4.18")
def cause_in_words(referral: Referral, _: Context) -> Iterator[Problem]:
    """Иная причина инвалидности и причина по прежнему законодательству названы словами."""
    code = value(referral, "previous.cause.code", str)
    if code in _IN_WORDS and not text(referral, "previous.cause.text"):
        yield missing("previous.cause.text")


@rule("MSE-1102", point="20.5–20.8", basis="правила установления степени утраты", severity=Severity.WARNING)
def percent_of_loss(referral: Referral, _: Context) -> Iterator[Problem]:
    """Степень утраты профессиональной трудоспособности кратна 10 %."""
    place = "previous.prof_loss.percent"
    for path, percent, _uneven in failing(referral, place, int, _is_uneven):
        yield misshaped(
            "previous.prof_loss.percent",
            path,
            actual=str(percent),
            format="число от 10 до 100, кратное 10",
            example="60",
            severity=WARNING,
        )


@rule("MSE-1104", point="35.1", severity=Severity.WARNING)
def medications_of_injured(referral: Referral, _: Context) -> Iterator[Problem]:
    """Препараты и изделия (п. 35.1) указывают только пострадавшим на производстве."""
    if each(referral, "medications", object) and not injured_at_work(referral):
        condition = "гражданин не пострадал на производстве (нет целей 5.6, 5.11 и сведений 20.5–20.8)"
        yield unexpected("medications", condition, severity=WARNING)


def _is_uneven(percent: int) -> bool:
    return 0 < percent <= 100 and percent % _STEP_OF_PERCENT != 0


def _repeats(codes: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for path, code in codes:
        if code in seen:
            yield path, code
        seen.add(code)
