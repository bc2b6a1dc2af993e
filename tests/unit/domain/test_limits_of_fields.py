"""Values and repeated fields at their limits: the last right one, the first wrong one, in numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from adapter.domain.checks import check
from adapter.domain.checks.fields import FIELDS, field_of
from adapter.domain.citizen import Citizen
from adapter.domain.clinical import Examination, Medication
from adapter.domain.history import Previous, PreviousProfLoss, TemporaryDisability
from adapter.domain.referral import Referral
from tests.unit.domain.changing import REPRESENTATIVE, changed
from tests.unit.domain.example import CONTEXT

DAY = dt.date(2024, 1, 9)
PREVIOUS = Previous(group="3", period_on_disability="1", term="1", act_date=dt.date(2023, 1, 1))
#: Where the parts are whose fields are looked up.
_PLACES = {Referral: "", Citizen: "citizen.", Previous: "previous.", Examination: "examinations."}
LOSS = PreviousProfLoss(percent=60, term="2")


def about(referral: Referral, code: str) -> list[str]:
    """Return where a code was told, without the root."""
    return [one.path.removeprefix("Referral/") for one in check(referral, CONTEXT) if one.code == code]


@pytest.mark.parametrize(
    ("place", "right", "wrong"),
    [
        ("anthropometry.height", ("20", "300", "156.12"), ("19.99", "300.01", "156.123", "NaN", "Infinity")),
        ("anthropometry.weight", ("0.3", "700", "80.123"), ("0.299", "700.001", "80.1234", "-Infinity")),
        ("anthropometry.bmi", ("3", "250", "24.69"), ("2.99", "250.01", "24.691", "NaN")),
        ("anthropometry.daily_output_ml", (0, 30000), (-1, 30001)),
        ("anthropometry.waist_cm", (10, 400), (9, 401)),
        ("anthropometry.hips_cm", (10, 400), (9, 401)),
        ("anthropometry.birth_weight", (200, 9999), (199, 10000)),
        ("version_number", (1, 9999), (0, 10000)),
        ("observed_since_year", (1800, 2199), (1799, 2200)),
        ("citizen.age.value", (0, 150), (-1, 151)),
    ],
)
def test_a_number_has_limits(place: str, right: tuple[str | int, ...], wrong: tuple[str | int, ...]) -> None:
    """The least and the greatest number are right; those beyond and a digit too many are not."""
    *_, last = place.split(".")
    for text in (*right, *wrong):
        value = Decimal(text) if isinstance(text, str) else text
        told = [
            one
            for one in check(changed(place, value), CONTEXT)
            if one.code == "MSE-1102" and one.path.endswith(f"/{_xml(last)}") and "число от" in one.limit
        ]
        assert bool(told) is (text in wrong), text


def _xml(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (dt.date(1800, 1, 1), False),
        (dt.date(1799, 12, 31), True),
        (dt.date(2200, 12, 31), False),
        (dt.date(2201, 1, 1), True),
    ],
)
def test_a_day_has_limits(day: dt.date, told: bool) -> None:
    """The years from 1800 to 2200 are written as days, others are not; the day itself is not repeated."""
    problems = [
        one
        for one in check(changed("citizen.birth_date", day), CONTEXT)
        if (one.code, one.path) == ("MSE-1102", "Referral/citizen/birthDate")
    ]
    assert bool(problems) is told
    assert {one.actual for one in problems} <= {"*" * 10}


@pytest.mark.parametrize(("percent", "told"), [(10, False), (100, False), (0, True), (110, True), (15, True)])
def test_a_loss_is_a_number_of_tens(percent: int, told: bool) -> None:
    """From ten to a hundred in tens."""
    referral = changed("previous", replace(PREVIOUS, prof_loss=(replace(LOSS, percent=percent),)))
    assert ("previous/profLoss[1]/percent" in about(referral, "MSE-1102")) is told


def _period(number: int) -> TemporaryDisability:
    day = DAY - dt.timedelta(days=2 * number)
    return TemporaryDisability(start=day, end=day, days=1, diagnosis="Д", icd10="J06")


@pytest.mark.parametrize(
    ("place", "members"),
    [
        ("examinations", (Examination(date=DAY, name="Осмотр", result="Норма"),) * 501),
        ("medications", (Medication(name="Препарат"),) * 201),
        ("temporary_disability", tuple(_period(number) for number in range(101))),
    ],
    ids=["examinations", "medications", "temporary_disability"],
)
def test_so_many_records_and_no_more(place: str, members: tuple[object, ...]) -> None:
    """The greatest number passes; one more is told with the excess, and that one is not read."""
    path = _xml(place)
    assert path not in about(changed(place, members[:-1]), "MSE-1105")
    (told,) = (one for one in check(changed(place, members), CONTEXT) if one.code == "MSE-1105")
    assert (told.path, told.actual, told.excess) == (f"Referral/{path}", str(len(members)), "1")


def test_a_record_beyond_the_greatest_number_is_not_judged() -> None:
    """The last one that counts is judged by its fields, the first one too many is not."""
    good = Examination(date=DAY, name="Осмотр", result="Норма")
    blank = replace(good, result=" ")
    told = about(changed("examinations", (*(good,) * 499, blank, blank)), "MSE-1101")
    assert told == ["examinations[500]/result"]


def test_a_control_sign_is_told_with_its_place() -> None:
    """Position is counted from one; TAB and LF are plain, CR, DEL, C1 and non-characters are not."""
    assert about(changed("anamnesis_vitae", "Строка\n\tвторая"), "MSE-1005") == []
    for sign in "\x00\x08\x0b\r\x1f\x7f\x80\x9f\ufffe\uffff":
        (told,) = check(changed("anamnesis_vitae", f"Без{sign}того"), CONTEXT)
        assert (told.code, told.actual) == ("MSE-1005", f"U+{ord(sign):04X}")
        assert "в позиции 4" in told.message
    assert check(changed("anamnesis_vitae", "\u00a0и\u2028"), CONTEXT) == ()


def test_signs_that_are_not_composed_are_only_warned_of() -> None:
    """«й» of two signs is a warning, of one it is nothing; a mark that has no composed form is nothing."""
    (told,) = check(changed("anamnesis_vitae", "Обычныи\u0306"), CONTEXT)
    assert (told.code, told.severity, told.path) == ("MSE-1102", "WARNING", "Referral/anamnesisVitae")
    assert check(changed("anamnesis_vitae", "Обычный, а\u0301"), CONTEXT) == ()


def test_what_is_shown_of_a_wrong_number() -> None:
    """A measurement of twelve signs is repeated, a longer one is hidden."""
    for text, shown in (("1234567890.1", "1234567890.1"), ("1234567890.12", "*" * 12)):
        told = [
            one
            for one in check(changed("anthropometry.height", Decimal(text)), CONTEXT)
            if one.code == "MSE-1102"
        ]
        assert [one.actual for one in told] == [shown]


def test_a_part_of_a_repeated_part_is_judged_where_it_stands() -> None:
    """A blank name of the second member of the commission, of a representative: each at its place."""
    assert about(changed("commission.members.1.family_name", " "), "MSE-1101") == [
        "commission/members[2]/familyName"
    ]
    nameless = changed("representative", replace(REPRESENTATIVE, given_name=""))
    assert about(nameless, "MSE-1101") == ["representative/givenName"]


@pytest.mark.parametrize("refused", [1, 2, 3, 4])
def test_a_refused_value_of_a_member_hides_nothing_of_its_neighbours(refused: int) -> None:
    """Of four examinations one has no possible day: the others are still compared with the issue."""
    late = Examination(date=dt.date(2024, 2, 2), name="Осмотр", result="Норма")
    impossible = replace(late, date=dt.date(1799, 12, 31))
    members = tuple(impossible if number == refused else late for number in range(1, 5))
    told = [(one.code, one.path) for one in check(changed("examinations", members), CONTEXT)]
    codes = ["MSE-1102" if number == refused else "MSE-1122" for number in range(1, 5)]
    assert told == [
        (code, f"Referral/examinations[{number}]/date") for number, code in enumerate(codes, start=1)
    ]


def test_a_refused_member_of_simple_values_is_passed_over() -> None:
    """A blank telephone is told where it stands, and the others still count as a way to reach somebody."""
    told = about(changed("citizen.phones", (" ", "+79000000000", "12")), "MSE-1102")
    assert told == ["citizen/phones[3]"]
    assert about(changed("citizen.phones", (" ", "+79000000000")), "MSE-1101") == ["citizen/phones[1]"]


@pytest.mark.parametrize("place", ["examinations", "commission.members", "temporary_disability"])
def test_a_member_that_could_not_be_read_is_passed_over(place: str) -> None:
    """Nothing is said of what is not there; the reading has told of it already."""
    assert [one for one in check(changed(place, (None, None)), CONTEXT) if "[1]" in one.path] == []


def test_a_part_that_could_not_be_read_is_one_finding() -> None:
    """A mandatory part that is absent is told itself, not field by field."""
    told = [one for one in check(changed("anthropometry", None), CONTEXT) if "anthropometry" in one.path]
    assert [(one.code, one.path) for one in told] == [("MSE-1101", "Referral/anthropometry")]


def test_a_finding_bears_the_title_of_its_field() -> None:
    """Field by field the name is looked up and not one near it; a field that the form has not is an error."""
    for cls, rows in FIELDS.items():
        if cls in _PLACES:
            for row in rows:
                assert field_of(f"{_PLACES[cls]}{row.name}") == row
    with pytest.raises(KeyError):
        field_of("citizen.no_such_field")
