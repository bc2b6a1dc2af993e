"""Days off of Russia by the library `holidays`: holidays, transferred days, working Saturdays."""

from __future__ import annotations

import calendar
import datetime as dt
import threading
from functools import lru_cache

from adapter.domain.calendar import STATUTORY

_lock = threading.Lock()
_years: dict[int, frozenset[dt.date]] = {}

#: Before this year the country had other holidays; no referral is that old.
FIRST_YEAR = 2013


@lru_cache(maxsize=1)
def last_known_year() -> int:
    """Return the last year whose transfers of days off the installed library knows."""
    # The library takes a tenth of a second to load: only a program that counts days pays for it.
    from holidays.countries.russia import RussiaStaticHolidays  # noqa: PLC0415

    return max(RussiaStaticHolidays.special_public_holidays)


def knows(year: int) -> bool:
    """Tell whether the library knows the transfers of a year, which the government sets a year ahead."""
    return FIRST_YEAR <= year <= last_known_year()


def is_working(day: dt.date) -> bool:
    """Tell whether a day is a working day of the whole country; by the labour code in a year not known."""
    off = _years.get(day.year)
    return day not in (_build(day.year) if off is None else off)


def prepare(year: int) -> None:
    """Build a year before somebody who must not wait asks for a day of it."""
    _build(year)


def _build(year: int) -> frozenset[dt.date]:
    with _lock:  # two threads must not build the same year at once
        if year not in _years:
            _years[year] = _days_off(year)
        return _years[year]


def _days_off(year: int) -> frozenset[dt.date]:
    first = dt.date(year, 1, 1)
    days = (first + dt.timedelta(days=n) for n in range(365 + calendar.isleap(year)))
    if not knows(year):
        return frozenset(day for day in days if not STATUTORY.is_working(day, ""))
    import holidays  # noqa: PLC0415 - as above

    country = holidays.country_holidays("RU", years=year)
    return frozenset(day for day in days if not country.is_working_day(day))


@lru_cache(maxsize=1)
def version() -> str:
    """Return the version of the library."""
    from importlib.metadata import version as installed  # noqa: PLC0415 - only the counting's mark asks

    return installed("holidays")
