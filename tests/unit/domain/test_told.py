"""What a finding tells: the age in words, the limit, the lengths allowed, the code of РЭМД."""

import datetime as dt
from dataclasses import replace

import pytest

from adapter.domain.checks import check
from adapter.domain.citizen import Age, Stay
from adapter.domain.errors import Problem, problem
from adapter.domain.referral import Referral
from adapter.domain.requisites import Address, Authority
from tests.unit.domain.example import CONTEXT, example

_ADDRESS = Address(subject_code="77", text="г. Москва")


def told(referral: Referral, code: str) -> Problem:
    """Return the one problem of a code."""
    (found,) = (one for one in check(referral, CONTEXT) if one.code == code)
    return found


def of_age(years: int) -> Referral:
    """Return a referral of somebody so many years old who is said to be three."""
    issued = example().issue_date
    born = issued.replace(year=issued.year - years)
    citizen = replace(example().citizen, birth_date=born, age=Age(value=3, unit="YEAR"))
    return replace(example(), citizen=citizen)


@pytest.mark.parametrize(
    ("years", "words"),
    [
        (1, "1 год"),
        (2, "2 года"),
        (4, "4 года"),
        (5, "5 лет"),
        (10, "10 лет"),
        (11, "11 лет"),
        (12, "12 лет"),
        (14, "14 лет"),
        (20, "20 лет"),
        (21, "21 год"),
        (24, "24 года"),
        (25, "25 лет"),
        (101, "101 год"),
        (112, "112 лет"),
        (120, "120 лет"),
    ],
)
def test_an_age_is_told_in_right_words(years: int, words: str) -> None:
    """One year, two years and five years are three words in Russian; eleven to fourteen go with five."""
    assert told(of_age(years), "MSE-1123").limit == words


def test_a_month_is_told_as_such() -> None:
    """An age under a year is told in months."""
    born = example().issue_date.replace(year=2023, month=11)
    citizen = replace(example().citizen, birth_date=born, age=Age(value=1, unit="YEAR"))
    found = told(replace(example(), citizen=citizen), "MSE-1123")
    assert (found.actual, found.limit) == ("1 год", "3 мес.")


def test_the_oldest_birth_date_is_told() -> None:
    """Somebody of 121 years is told the day a hundred and twenty years before the issue."""
    born = dt.date(1903, 1, 31)
    citizen = replace(example().citizen, birth_date=born, age=Age(value=121, unit="YEAR"))
    found = next(
        one
        for one in check(replace(example(), citizen=citizen), CONTEXT)
        if (one.code, one.path) == ("MSE-1122", "Referral/citizen/birthDate")
    )
    assert found.limit == "01.02.1904"
    assert "120 лет" in found.message


@pytest.mark.parametrize("number", ["10277001321950", "123"])
def test_an_ogrn_tells_both_lengths(number: str) -> None:
    """Where an organisation or an entrepreneur may stand both lengths are told, with the number that came."""
    at_hospital = replace(example().citizen, stay=Stay(type="1", address=_ADDRESS, ogrn=number))
    found = told(replace(example(), citizen=at_hospital), "MSE-1102")
    assert (found.path, found.actual) == ("Referral/citizen/stay/ogrn", number)
    assert "13 или 15 цифр" in found.limit


@pytest.mark.parametrize("signer", ["author", "legal_authenticator"])
def test_an_issuer_of_a_power_of_attorney_tells_both_lengths(signer: str) -> None:
    """An entrepreneur may issue one as well as an organisation."""
    day = dt.date(2024, 1, 10)
    authority = Authority(
        kind="POWER_OF_ATTORNEY",
        number="1",
        issued_at=day,
        valid_from=day,
        issuer_name="Больница",
        issuer_ogrn="123",
    )
    person = replace(getattr(example(), signer), authority=authority)
    assert "13 или 15 цифр" in told(replace(example(), **{signer: person}), "MSE-1102").limit


def test_the_nearest_code_of_remd_is_told() -> None:
    """Of several codes of РЭМД with the same meaning the first is the nearest; a caller may name another."""
    found = problem("SENDER_UNKNOWN", system="МИС", contact="обмен")
    assert found.remd_code == "NO_RMIS"
    named = problem("SENDER_UNKNOWN", remd_code="DISABLED_RMIS", system="МИС", contact="обмен")
    assert named.remd_code == "DISABLED_RMIS"
