"""Working days.

The plain calendar knows weekends and the holidays of ст. 112 ТК РФ. Transferred days, which the government
sets every year, and the holidays of republics come as corrections of a calendar below.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

#: (month, day) of the non-working holidays of ст. 112 ТК РФ.
HOLIDAYS = frozenset(
    {
        *((1, day) for day in range(1, 9)),
        (2, 23),
        (3, 8),
        (5, 1),
        (5, 9),
        (6, 12),
        (11, 4),
    }
)
_SATURDAY = 5
_JANUARY = 1


class Calendar(Protocol):
    """Tells working days from days off."""

    def is_working(self, day: dt.date, region: str) -> bool:
        """Whether the day is a working day in the subject of the federation (two digits; empty: any)."""


@dataclass(frozen=True, slots=True)
class StatutoryCalendar:
    """Weekends and holidays of the labour code, for years whose transfers nobody knows."""

    def is_working(self, day: dt.date, region: str) -> bool:  # noqa: ARG002 - the labour code is the same everywhere
        """Whether the day is a working day by the code alone."""
        return _ordinary(day) and day not in _moved_days(day.year)


STATUTORY = StatutoryCalendar()


def _ordinary(day: dt.date) -> bool:
    return day.weekday() < _SATURDAY and (day.month, day.day) not in HOLIDAYS


@lru_cache(maxsize=64)
def _moved_days(year: int) -> frozenset[dt.date]:
    """Return the days off for holidays that fall on a weekend (ст. 112, часть 2).

    Those of January are moved by the government's order only.
    """
    moved: set[dt.date] = set()
    for month, number in sorted(HOLIDAYS):
        day = dt.date(year, month, number)
        if month == _JANUARY or day.weekday() < _SATURDAY:
            continue
        while not _ordinary(day) or day in moved:
            day += dt.timedelta(days=1)
        moved.add(day)
    return frozenset(moved)


@dataclass(frozen=True, slots=True)
class CorrectedCalendar:
    """A calendar with days that somebody set otherwise.

    Attributes:
        base: What holds on any other day.
        country: Day → whether it is a working day, for the whole country.
        regional: Subject code → the same for that subject; it wins over the country.
    """

    base: Calendar = STATUTORY
    country: Mapping[dt.date, bool] = field(default_factory=lambda: MappingProxyType({}))
    regional: Mapping[str, Mapping[dt.date, bool]] = field(default_factory=lambda: MappingProxyType({}))

    def is_working(self, day: dt.date, region: str) -> bool:
        """Whether the day is a working day in the subject of the federation."""
        own = self.regional.get(region, {}).get(day)
        if own is not None:
            return own
        common = self.country.get(day)
        return self.base.is_working(day, region) if common is None else common
