"""Counting of days at its edges: how far it looks, and what a pause at the very end gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest

from adapter.domain.calendar import STATUTORY
from adapter.domain.deadlines import (
    add_months,
    deadline,
    end_of_day,
    extended_by_pause,
    working_days_after,
    working_days_before,
    working_days_between,
)

MOSCOW = ZoneInfo("Europe/Moscow")
START = dt.date(2024, 2, 5)
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Only:
    """A calendar with a few working days; without any it has nothing but working days."""

    days: tuple[dt.date, ...] = ()

    def is_working(self, day: dt.date, region: str) -> bool:  # noqa: ARG002 - named by the protocol
        """Whether the day is one of them."""
        return not self.days or day in self.days


def test_a_working_day_is_looked_for_ten_years() -> None:
    """3660 days away it is found, a day farther it is not; the other way it is the same."""
    far = Only((START + 3660 * DAY,))
    assert working_days_after(START, 1, far) == START + 3660 * DAY
    assert working_days_before(START, 1, Only((START - 3660 * DAY,))) == START - 3660 * DAY
    with pytest.raises(ValueError, match="ten years"):
        working_days_after(START - DAY, 1, far)


def test_days_between_are_counted_after_the_first_and_with_the_last() -> None:
    """Not the first day, the last one, nothing backwards, and no more than ten years of them."""
    assert working_days_between(START, START, Only()) == 0
    assert working_days_between(START, START + DAY, Only()) == 1
    assert working_days_between(START + DAY, START, Only()) == 0
    assert working_days_between(START, START + 5000 * DAY, Only()) == 3660
    assert working_days_between(START, START + 9 * DAY, Only((START, START + 3 * DAY, START + 9 * DAY))) == 2


def test_no_days_after_a_day_are_that_day() -> None:
    """Zero working days lead nowhere, a day off too."""
    saturday = dt.date(2024, 2, 10)
    assert working_days_after(saturday, 0) == saturday
    assert working_days_after(saturday, 1) == dt.date(2024, 2, 12)
    assert working_days_before(saturday, 1) == dt.date(2024, 2, 9)


@pytest.mark.parametrize(
    ("begun", "ended", "last"),
    [
        ("2024-02-19", "2024-02-21", "2024-02-19"),  # on the last day: too late
        ("2024-02-16", "2024-02-16", "2024-02-19"),  # no day at all
        ("2024-02-19", "2024-02-20", "2024-02-19"),
        ("2024-02-14", "2024-02-15", "2024-02-20"),
        ("2024-02-14", "2024-02-17", "2024-02-22"),
        ("2024-02-14", "2024-02-18", "2024-02-26"),  # Friday, 23 February, is a holiday
    ],
)
def test_what_a_pause_gives_an_extended_term(begun: str, ended: str, last: str) -> None:
    """The calendar days of a pause before the last day, moved to a working day; the end was the 19th."""
    noon = dt.time(12, 0, tzinfo=MOSCOW)
    pause = tuple(dt.datetime.combine(dt.date.fromisoformat(one), noon) for one in (begun, ended))
    until = end_of_day(dt.date(2024, 2, 19), MOSCOW)
    found = extended_by_pause(until, (pause[0], pause[1]), MOSCOW, STATUTORY)
    assert found.astimezone(MOSCOW).date().isoformat() == last


def test_an_end_on_a_day_off_stays_when_no_day_is_given_back() -> None:
    """An extension may name a Saturday; a pause of hours within one day does not move it."""
    until = end_of_day(dt.date(2024, 2, 17), MOSCOW)
    begun = dt.datetime(2024, 2, 14, 10, 0, tzinfo=MOSCOW)
    assert extended_by_pause(until, (begun, begun + dt.timedelta(hours=3)), MOSCOW) == until


def test_a_pause_that_begins_with_the_last_second_of_hours_counts() -> None:
    """Of a term in hours the last instant is still in time to wait, a second later nothing waits any more."""
    start = dt.datetime(2024, 2, 5, 10, 0, tzinfo=dt.UTC)
    end = start + DAY
    hour = dt.timedelta(hours=1)
    assert deadline("REMD_ANSWER", start, MOSCOW, pauses=[(end, end + hour)]) == end + hour
    assert deadline("REMD_ANSWER", start, MOSCOW, pauses=[(end + SECOND, end + hour)]) == end


def test_months_pass_the_end_of_a_year() -> None:
    """November and three months are February, January less one month is December."""
    assert add_months(dt.date(2023, 11, 30), 3) == dt.date(2024, 2, 29)
    assert add_months(dt.date(2024, 1, 31), -1) == dt.date(2023, 12, 31)
    assert add_months(dt.date(2024, 12, 1), 12) == dt.date(2025, 12, 1)


def test_the_end_of_a_day_is_its_last_second() -> None:
    """23:59:59 of the zone, told in UTC."""
    assert end_of_day(START, MOSCOW) == dt.datetime(2024, 2, 5, 20, 59, 59, tzinfo=dt.UTC)
