"""Codes that are right cause no alarm: every code of the lists of the project, and the edition of the WHO."""

from dataclasses import replace

import pytest

from adapter.dictionaries.built_in import BUILT_IN, SHORT_LISTS
from adapter.dictionaries.icd10 import who_icd10
from adapter.domain.checks import check
from adapter.domain.checks.codes import _FIELDS
from adapter.domain.checks.places import values
from adapter.domain.errors import Severity
from adapter.domain.referral import Referral
from tests.unit.domain.changing import changed
from tests.unit.domain.example import CONTEXT, example

WITH_LISTS = replace(CONTEXT, code_lists=BUILT_IN)
#: Fields that the example fills and that have a list of the project.
FILLED = [one for one in _FIELDS if one.oid in SHORT_LISTS and values(example(), one.place, str)]


def codes_of(referral: Referral) -> list[tuple[str, str]]:
    """Return what is said of codes."""
    found = check(referral, WITH_LISTS)
    return [
        (one.code, one.path)
        for one in found
        if one.code in {"MSE-1110", "MSE-1111"} or (one.code == "MSE-1102" and one.path.endswith("icd10"))
    ]


def test_most_coded_fields_are_filled_in_the_example() -> None:
    """The tests below look at more than a few fields."""
    assert len(FILLED) > 10


@pytest.mark.parametrize("place", [one.place for one in FILLED])
def test_every_code_in_use_is_accepted_in_its_field(place: str) -> None:
    """Each code of the list of a field passes the rules of codes; codes that the list marks do not."""
    (field,) = [one for one in FILLED if one.place == place]
    listed = SHORT_LISTS[field.oid]
    for code, *_ in listed.rows:
        value: object = (code,) if place in {"purposes", "consent.notification_methods"} else code
        if place.startswith("citizen.residence"):
            (residence,) = example().citizen.residence
            referral = changed("citizen.residence", (replace(residence, type=code),))
        else:
            referral = changed(place, value)
        expected = code in listed.gone
        assert bool(codes_of(referral)) is expected, code


def test_every_leaf_of_the_who_is_accepted_as_a_diagnosis() -> None:
    """Whatever has nothing under it is a full code; with all of МКБ-10 at hand a few hundred are tried."""
    who = who_icd10()
    leaves = sorted(code for code in who.items if code not in who.under)

    for code in leaves[::35]:
        assert codes_of(changed("diagnosis.main.icd10", code)) == [], code


def test_a_category_with_sub_rubrics_is_always_refused() -> None:
    """What the WHO divides is not enough as a diagnosis, and the path is that of the code."""
    who = who_icd10()

    for code in sorted(one for one in who.under if len(one) == 3)[::15]:
        found = [one for one in check(changed("diagnosis.main.icd10", code), WITH_LISTS) if one.path]
        assert [(one.code, one.severity, one.path) for one in found] == [
            ("MSE-1110", Severity.ERROR, "Referral/diagnosis/main/icd10")
        ]
