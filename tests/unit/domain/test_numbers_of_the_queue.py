"""The texts and numbers by which the queue is ordered: they are kept, and two versions compare them."""

from __future__ import annotations

import datetime as dt

import pytest

from adapter.domain.priority import (
    PLACE_OF_LETTERS,
    PLACE_OF_NEWS,
    PriorityCategory,
    place,
    sort_key,
)

RECEIVED = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))
NONE, SVO = PriorityCategory.NONE, PriorityCategory.SVO
UNTIL = dt.date(2026, 4, 1)
#: Days of the calendar that Python knows, and one.
DAYS = 3_652_060


@pytest.mark.parametrize(
    ("category", "until", "key", "number"),
    [
        (PriorityCategory.PALLIATIVE, None, "0/9999-12-31/", 0),
        (PriorityCategory.AMPUTATION, UNTIL, "0/9999-12-31/", 0),
        (SVO, UNTIL, "1/9999-12-31/", DAYS),
        (PriorityCategory.SICK_LEAVE, UNTIL, "2/9999-12-31/", 2 * DAYS),
        (NONE, UNTIL, "3/2026-04-01/", 3 * DAYS + 739_707),
        (NONE, None, "4/9999-12-31/", 4 * DAYS),
    ],
)
def test_keys_and_places_are_those_of_all_versions(
    category: PriorityCategory, until: dt.date | None, key: str, number: int
) -> None:
    """What an older node has put into the queue stands between what a newer one puts there."""
    made = sort_key(category, until, RECEIVED)
    assert made == f"{key}2026-03-02T09:00:00.000000+00:00"
    assert place(made) == number


def test_news_and_letters_have_the_places_of_all_versions() -> None:
    """They are kept as numbers too."""
    assert (PLACE_OF_NEWS, PLACE_OF_LETTERS) == (10 * DAYS, 10 * DAYS + 1)
