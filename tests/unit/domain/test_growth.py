"""When the disk will be full, from recorded sizes only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapter.domain.growth import DaySize, Forecast, forecast

DAY = date(2026, 11, 2)
GIB = 1 << 30


def sizes(*used: int, room: int = 100 * GIB, step: int = 1) -> list[DaySize]:
    """Return one size for each `step` days, on a disk of fixed room."""
    return [DaySize(DAY + timedelta(days=step * at), one, room - one) for at, one in enumerate(used)]


def told(found: list[DaySize]) -> Forecast:
    """Return the forecast of a place that has sizes."""
    one = forecast("store", found)
    assert one is not None
    return one


def test_nothing_is_guessed() -> None:
    """Without sizes there is no forecast, with those of one day no growth and no warning."""
    assert forecast("store", []) is None
    one = told(sizes(5 * GIB))
    assert (one.per_day, one.days, one.warns(36_500)) == (None, None, False)


def test_even_growth_ends_when_the_room_does() -> None:
    """A gibibyte a day and ninety left: ninety days, and the day is named."""
    one = told(sizes(*(at * GIB for at in range(11))))
    assert (one.per_day, one.days) == (GIB, 90)
    assert one.full_on == DAY + timedelta(days=100)
    assert (one.warns(90), one.warns(89)) == (True, False)


def test_the_faster_of_week_and_month_counts() -> None:
    """Growth that quickened this week is not hidden by a quiet month, nor a busy month by a quiet week."""
    quiet, busy = [GIB // 100 * at for at in range(28)], [GIB * at for at in range(1, 8)]
    quickened = told(sizes(*quiet, *(quiet[-1] + one for one in busy)))
    assert quickened.per_day == GIB
    slowed = told(sizes(*(GIB * at for at in range(22)), *[21 * GIB] * 7))
    assert slowed.per_day is not None
    assert slowed.per_day == -(-21 * GIB // 28)


def test_missing_days_do_not_make_growth_faster() -> None:
    """A standstill of days is counted as time, not as one day."""
    assert told(sizes(0, 6 * GIB, step=6)).per_day == GIB


@pytest.mark.parametrize("used", [(5 * GIB, 5 * GIB), (6 * GIB, 5 * GIB)], ids=["still", "shrinks"])
def test_what_does_not_grow_never_fills(used: tuple[int, int]) -> None:
    """No days are told of a disk that does not fill."""
    one = told(sizes(*used))
    assert (one.days, one.full_on, one.warns(36_500)) == (None, None, False)


def test_a_full_disk_is_full_today() -> None:
    """Without room there is no day left, growing or not."""
    assert told([DaySize(DAY, 10, 0)]).days == 0
    assert told(sizes(GIB, 2 * GIB, room=GIB)).days == 0


def test_room_that_nobody_knows_is_not_told() -> None:
    """Where the disk of the database cannot be seen the growth is told and no end of it."""
    one = told([DaySize(DAY, 1, None), DaySize(DAY + timedelta(days=1), 3, None)])
    assert (one.per_day, one.days) == (2, None)
