"""Orders of dates: what is told beside a wrong birth date, and how the rules call themselves."""

from __future__ import annotations

import datetime as dt

from adapter.domain.checks import check, rules
from tests.unit.domain.changing import changed, changed_all
from tests.unit.domain.example import CONTEXT, example

DAY = dt.timedelta(days=1)


def test_a_birth_after_the_issue_hides_no_other_order() -> None:
    """The birth date is told once and compared with nothing else; consent and protocol still are compared."""
    referral = example()
    broken = changed_all(
        {
            "citizen.birth_date": referral.issue_date + DAY,
            "consent.date": referral.vk_protocol.date + DAY,
            "fill_date": referral.issue_date + DAY,
        }
    )
    told = [one.path for one in check(broken, CONTEXT) if one.code == "MSE-1122"]
    assert told == ["Referral/citizen/birthDate", "Referral/consent/date", "Referral/fillDate"]


def test_a_rule_says_which_way_its_dates_go() -> None:
    """«Не раньше» and «не позже» in the description are those of the rule's name."""
    words = {"_not_before_": "не раньше, чем", "_not_after_": "не позже, чем"}
    for name, said in words.items():
        chosen = [one for one in rules() if name in one.name]
        assert chosen
        assert all(said in one.description for one in chosen)


def test_the_oldest_citizen_is_a_hundred_and_twenty() -> None:
    """On the day before the birthday of 121 years still, on the birthday no more."""
    issued = example().issue_date
    for born, told in (
        (issued.replace(year=issued.year - 121) + DAY, False),
        (issued.replace(year=issued.year - 121), True),
    ):
        found = [
            one
            for one in check(changed("citizen.birth_date", born), CONTEXT)
            if "120 лет до выдачи" in one.message
        ]
        assert bool(found) is told
