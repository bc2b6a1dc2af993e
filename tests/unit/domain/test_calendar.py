"""Working days by the labour code alone, and corrections of a calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from adapter.domain.calendar import STATUTORY, CorrectedCalendar


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2025-03-08", False),  # Saturday, a holiday
        ("2025-03-10", False),  # its day off
        ("2025-03-11", True),
        ("2027-05-03", False),  # for Saturday, 1 May
        ("2027-05-10", False),  # for Sunday, 9 May
        ("2027-05-11", True),
        ("2028-01-10", True),  # holidays of January are moved by an order only
        ("2028-11-06", False),  # for Saturday, 4 November
        ("2026-06-12", False),
        ("2026-06-15", True),
        ("2026-12-31", True),  # a day off by an order, which the code does not know
        ("2026-02-28", False),
        ("2026-03-01", False),
        ("2026-03-02", True),
    ],
)
def test_days_by_the_labour_code(day: str, working: bool) -> None:
    """Weekends, holidays, the working day after a holiday on a weekend (ст. 112 ТК РФ)."""
    assert STATUTORY.is_working(dt.date.fromisoformat(day), "77") is working


def test_corrections_go_from_the_narrow_to_the_wide() -> None:
    """A day of the subject, else of the country, else of the calendar below; other subjects keep theirs."""
    saturday, monday, friday = (dt.date(2026, 3, 7), dt.date(2026, 3, 2), dt.date(2026, 3, 6))
    calendar = CorrectedCalendar(
        country={saturday: True, monday: False}, regional={"16": {saturday: False, friday: False}}
    )
    days = (saturday, monday, friday)
    assert [calendar.is_working(day, "77") for day in days] == [True, False, True]
    assert [calendar.is_working(day, "16") for day in days] == [False, False, False]
    assert [CorrectedCalendar().is_working(day, "") for day in days] == [False, True, True]
    above = CorrectedCalendar(base=calendar, country={friday: False})
    assert [above.is_working(day, "77") for day in days] == [True, False, False]
