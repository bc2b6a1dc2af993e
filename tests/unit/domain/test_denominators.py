"""What an agreement takes out of the denominators of shares (R103, R119)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapter.domain.priority import PriorityCategory
from adapter.domain.registers import Agreement, CategoryRule
from adapter.domain.statistics import Exclusion, exclusions_of

SWITCH_ON = date(2024, 2, 5)
AGREEMENT = Agreement(
    subject="40",
    requisites="",
    switch_on=SWITCH_ON,
    pilot_from=None,
    valid_to=None,
    categories=(
        (PriorityCategory.PALLIATIVE, CategoryRule.REFUSE),
        (PriorityCategory.SVO, CategoryRule.WARN),
    ),
    counts_excluded=True,
    counts_pilot=True,
)
PILOT = Exclusion("40", date.min, date(2024, 2, 4))
CATEGORIES = Exclusion("40", SWITCH_ON, None, frozenset({"PALLIATIVE", "SVO"}))


@pytest.mark.parametrize(
    ("counts_pilot", "counts_excluded", "expected"),
    [
        (True, True, []),
        (True, False, [CATEGORIES]),
        (False, True, [PILOT]),
        (False, False, [PILOT, CATEGORIES]),
    ],
)
def test_what_counts_only_when_the_agreement_says_so(
    counts_pilot: bool, counts_excluded: bool, expected: list[Exclusion]
) -> None:
    """Out go the time before the switch-on and the categories that are refused or warned of."""
    agreement = replace(AGREEMENT, counts_pilot=counts_pilot, counts_excluded=counts_excluded)
    assert list(exclusions_of([agreement])) == expected


def test_excluded_categories_count_from_the_pilot_to_the_last_day() -> None:
    """An agreed pilot is part of the agreement, and nothing of it holds after its end."""
    agreement = replace(
        AGREEMENT, pilot_from=date(2024, 1, 1), valid_to=date(2024, 12, 31), counts_excluded=False
    )
    expected = Exclusion("40", date(2024, 1, 1), date(2024, 12, 31), CATEGORIES.categories)
    assert list(exclusions_of([agreement])) == [expected]


def test_a_later_agreement_is_no_second_pilot() -> None:
    """Only before the first switch-on the exchange was a pilot."""
    later = replace(AGREEMENT, switch_on=date(2025, 1, 1), counts_pilot=False)
    first = replace(AGREEMENT, counts_pilot=False)
    assert list(exclusions_of([later, first])) == [PILOT]
