"""Whatever a referral holds, the checks answer: any values of the right types, absent parts, any texts."""

import datetime as dt
import functools
import types
import typing
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.domain.checks import Context, check
from adapter.domain.checks.facts import age_months
from adapter.domain.errors import Problem
from adapter.domain.history import TemporaryDisability
from adapter.domain.identifiers import snils_control
from adapter.domain.referral import Referral
from tests.unit.domain.changing import changed, changed_all, found
from tests.unit.domain.example import CONTEXT, example

QUIET = settings(
    max_examples=100, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
_WORDS = (
    "",
    " ",
    "\u00a0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "19",
    "121",
    "77",
    "WORKS",
    "NOT_WORKING",
    "нет",
    "-",
)
_NUMBERS = (
    "1.2.643.5.1.13.13.12.2.77.7973",
    "112-233-445 95",
    "1027700132195",
    "304500116000157",
    "\ud800",
    "\x00",
)
_DECIMALS = ("0", "-1", "NaN", "sNaN", "Infinity", "1E+400", "1E-400", "180", "80", "24.7")
_DATES = (dt.date.min, dt.date.max, dt.date(2024, 2, 29), dt.date(2023, 1, 31), dt.date(2024, 2, 1))
_ZONES = (None, dt.UTC, dt.timezone(dt.timedelta(hours=14)), dt.timezone(dt.timedelta(hours=-12)))


def _text(random: Random) -> str:
    if random.random() < 0.7:
        return random.choice((*_WORDS, *_NUMBERS))
    if random.random() < 0.05:
        return "я" * random.choice((61, 501, 4001, 32001))
    return "".join(chr(random.randrange(0x2FFF)) for _ in range(random.randrange(8)))


def _day(random: Random) -> dt.date:
    return random.choice(_DATES) if random.random() < 0.4 else dt.date(random.randint(1900, 2030), 3, 3)


_LEAVES: dict[type, Callable[[Random], Any]] = {
    str: _text,
    int: lambda random: random.choice((-1, 0, 1, 10, 65, 100, 2019, 10**40)),
    bool: lambda random: random.random() < 0.5,
    Decimal: lambda random: Decimal(random.choice(_DECIMALS)),
    dt.date: _day,
    dt.datetime: lambda random: dt.datetime.combine(_day(random), dt.time.max, random.choice(_ZONES)),
}
_fields = functools.cache(
    lambda cls: [(one.name, typing.get_type_hints(cls)[one.name]) for one in fields(cls)]
)


def anything(kind: Any, random: Random) -> Any:
    """Return any value of a type; of a class, any values of its fields, some of them absent."""
    if typing.get_origin(kind) is tuple:
        return tuple(anything(typing.get_args(kind)[0], random) for _ in range(random.randrange(4)))
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return anything(typing.get_args(kind)[0], random) if random.random() < 0.7 else None
    leaf = _LEAVES.get(kind)
    if leaf is not None:
        return leaf(random)
    values = {
        name: anything(hint, random) if typing.get_origin(hint) is tuple or random.random() < 0.95 else None
        for name, hint in _fields(kind)
    }
    return kind(**values)


@pytest.mark.parametrize("part", range(8))
def test_no_referral_breaks_the_checks(part: int) -> None:
    """Any object of the domain is judged: the answer is sorted, the same again, and complete in its words."""
    random = Random(f"any referral {part}")  # noqa: S311 - no secret
    for _ in range(60):
        _is_judged(anything(Referral, random), dt.date(random.choice((1900, 2024, 9998)), 3, 3))


def _is_judged(referral: Referral, today: dt.date) -> None:
    context = Context(today, dt.datetime.combine(today, dt.time(9), dt.UTC))
    made = check(referral, context)
    assert made == check(referral, context)
    assert [(one.path, one.code) for one in made] == sorted((one.path, one.code) for one in made)
    for one in made:
        _is_complete(one)


def _is_complete(one: Problem) -> None:
    assert one.path.startswith("Referral/")
    assert one.title
    assert one.message
    assert one.how_to_fix
    assert "{" not in one.message
    assert len(one.message) < 1_000


@QUIET
@given(st.text(min_size=1, max_size=80))
def test_no_text_of_a_person_is_repeated(secret: str) -> None:
    """Whatever stands in fields of a person, no message, value or advice repeats it."""
    marked = f"Тайна{secret}Тайна"
    referral = changed_all(
        {
            "citizen.family_name": marked,
            "citizen.patronymic": marked,
            "citizen.snils": marked,
            "citizen.phones": (marked,),
            "citizen.email": marked,
            "citizen.identity_document.series": marked,
            "citizen.identity_document.number": marked,
            "citizen.residence.0.postal_code": marked,
            "commission.chair.given_name": marked,
        }
    )
    made = check(referral, CONTEXT)
    assert len(made) >= 5
    assert not any("Тайна" in text for one in made for text in one.as_json().values())


@QUIET
@given(st.integers(1_001_999, 999_999_999), st.integers(0, 99))
def test_a_snils_has_one_check_number(number: int, control: int) -> None:
    """Of the hundred check numbers of a СНИЛС from 001-001-999 exactly the computed one passes."""
    digits = f"{number:09d}"
    if len(set(digits)) > 1:
        right = control == snils_control(digits)
        passed = found(changed("citizen.snils", f"{digits}{control:02d}")) == []
        assert passed is right


@QUIET
@given(st.decimals(100, 220, places=1), st.decimals(20, 200, places=1), st.integers(-30, 30))
def test_the_index_may_differ_by_a_tenth(height: Decimal, weight: Decimal, hundredths: int) -> None:
    """The body mass index passes when it is at most 0.1 from the weight by the square of the height."""
    exact = weight * 10_000 / (height * height)
    stated = round(exact, 2) + Decimal(hundredths) / 100
    sizes: dict[str, object] = {
        "anthropometry.height": height,
        "anthropometry.weight": weight,
        "anthropometry.bmi": stated,
    }
    wrong = [one for one in check(changed_all(sizes), CONTEXT) if "квадрат" in one.message]
    assert bool(wrong) is (abs(stated - exact) > Decimal("0.1"))


@QUIET
@given(st.dates(dt.date(2023, 3, 1), dt.date(2024, 1, 20)), st.integers(0, 9), st.integers(-3, 12))
def test_days_of_a_period_are_counted_with_both_ends(start: dt.date, length: int, stated: int) -> None:
    """Of all numbers of days of a period one passes: the last day less the first one, plus one."""
    end = start + dt.timedelta(days=length)
    period = TemporaryDisability(start=start, end=end, days=stated, diagnosis="Болезнь", icd10="J06.9")
    assert (found(changed("temporary_disability", (period,))) == []) is (stated == length + 1)


@pytest.mark.parametrize("months", range(30))
def test_age_is_told_in_months_under_a_year(months: int) -> None:
    """The age that the rule computes is that of the calendar, in months up to the eleventh."""
    issued = example().issue_date
    years, month = divmod(issued.year * 12 + issued.month - 1 - months, 12)
    assert age_months(dt.date(years, month + 1, issued.day), issued) == months
