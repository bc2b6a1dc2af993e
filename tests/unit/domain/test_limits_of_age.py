"""What changes on a birthday: the day before it and the day itself, one rule at a time."""

from __future__ import annotations

import datetime as dt

import pytest

from adapter.domain.checks import check
from adapter.domain.history import Previous
from tests.unit.domain.changing import changed, changed_all
from tests.unit.domain.example import CONTEXT, example

ISSUED = example().issue_date


def aged(years: int, days: int = 0) -> dt.date:
    """Return the birth date of somebody whose birthday is so many days after the issue."""
    return ISSUED.replace(year=ISSUED.year - years) + dt.timedelta(days=days)


def told(born: dt.date, path: str, **changes: object) -> bool:
    """Tell whether the example of somebody born then has a finding at a path."""
    referral = changed_all(changes, changed("citizen.birth_date", born))
    return any(one.path == f"Referral/{path}" for one in check(referral, CONTEXT))


@pytest.mark.parametrize(
    ("purpose", "born", "found"),
    [
        ("1", aged(18, 1), True),
        ("1", aged(18), False),
        ("2", aged(18, 1), False),
        ("2", aged(18), True),
    ],
)
def test_the_purpose_changes_with_eighteen(purpose: str, born: dt.date, found: bool) -> None:
    """A group is established from the eighteenth birthday on, the category of a child before it."""
    assert told(born, "purposes[1]", purposes=(purpose, "10")) is found


@pytest.mark.parametrize(
    ("group", "born", "found"),
    [
        *(("3", aged(18, 1), True), ("3", aged(18), False)),
        *(("4", aged(18, 1), False), ("5", aged(18, 1), True)),
    ],
)
def test_the_group_before_changes_with_eighteen(group: str, born: dt.date, found: bool) -> None:
    """A child had no group before; on the eighteenth birthday nothing is said of it any more."""
    previous = Previous(group=group, period_on_disability="1", term="1", act_date=dt.date(2023, 1, 1))
    assert told(born, "previous/group", previous=previous) is found


@pytest.mark.parametrize(("born", "found"), [(aged(18, 1), True), (aged(18), False)])
def test_a_child_has_a_representative(born: dt.date, found: bool) -> None:
    """Up to the day before the eighteenth birthday."""
    assert told(born, "representative") is found


@pytest.mark.parametrize(("born", "found"), [(aged(14, 1), True), (aged(14), False)])
def test_a_passport_is_given_from_fourteen(born: dt.date, found: bool) -> None:
    """A passport before the fourteenth birthday is told, on it no more."""
    assert told(born, "citizen/identityDocument/type") is found
