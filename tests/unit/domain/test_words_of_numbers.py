"""How ages and measurements are told, and which of them are compared."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from adapter.domain.checks import check
from tests.unit.domain.changing import changed, child
from tests.unit.domain.example import CONTEXT


@pytest.mark.parametrize(
    ("years", "words"),
    [
        *((0, "0 лет"), (1, "1 год"), (2, "2 года"), (4, "4 года"), (5, "5 лет"), (10, "10 лет")),
        *((11, "11 лет"), (12, "12 лет"), (14, "14 лет"), (20, "20 лет"), (21, "21 год"), (24, "24 года")),
        *((25, "25 лет"), (100, "100 лет"), (101, "101 год"), (111, "111 лет"), (122, "122 года")),
    ],
)
def test_years_are_told_in_russian(years: int, words: str) -> None:
    """One год, two to four года, others лет, and from eleven to nineteen always лет."""
    (told,) = (one for one in check(changed("citizen.age.value", years), CONTEXT) if one.code == "MSE-1123")
    assert told.message.startswith(f"Возраст {words} не соответствует")


def test_an_infant_is_told_in_months() -> None:
    """Under a year the age is a number of months."""
    infant = changed("citizen.age.value", 3, child(dt.date(2023, 8, 1)))
    (told,) = (one for one in check(infant, CONTEXT) if one.code == "MSE-1123")
    assert told.message.startswith("Возраст 3 мес. не соответствует")
    assert "6 мес." in told.message


@pytest.mark.parametrize(
    ("height", "weight", "bmi", "told"),
    [
        ("40", "1", "6.25", False),
        ("40", "1", "6.36", True),
        ("40", "0.5", "3.12", False),
        ("40", "0.5", "3.30", True),
        ("300", "700", "77.78", False),
        ("300", "700", "78", True),
        ("20", "3", "75", False),
    ],
)
def test_the_index_is_that_of_height_and_weight(height: str, weight: str, bmi: str, told: bool) -> None:
    """Weight by the square of the height in metres, a tenth either way; of the smallest infants too."""
    referral = child(dt.date(2024, 1, 20))
    assert referral.anthropometry is not None
    measured = replace(
        referral.anthropometry, height=Decimal(height), weight=Decimal(weight), bmi=Decimal(bmi)
    )
    found = [
        one for one in check(replace(referral, anthropometry=measured), CONTEXT) if one.path.endswith("/bmi")
    ]
    assert bool(found) is told
