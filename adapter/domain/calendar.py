"""Working days.

The plain calendar knows weekends and the holidays of ст. 112 ТК РФ. Transferred days, which the government
sets every year, and the holidays of republics come as overrides.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
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


class Calendar(Protocol):
    """Tells working days from days off."""

    def is_working(self, day: dt.date, region: str) -> bool:
        """Whether the day is a working day in the subject of the federation (two digits; empty: any)."""


@dataclass(frozen=True, slots=True)
class StatutoryCalendar:
    """Weekends and holidays of the labour code, corrected by overrides.

    Attributes:
        overrides: Day → whether it is a working day, for the whole country.
        regional: Subject code → the same for that subject; it wins over the country.
    """

    overrides: Mapping[dt.date, bool] = field(default_factory=dict)
    regional: Mapping[str, Mapping[dt.date, bool]] = field(default_factory=dict)

    def is_working(self, day: dt.date, region: str) -> bool:
        """Whether the day is a working day in the subject of the federation."""
        own = self.regional.get(region, {}).get(day)
        if own is not None:
            return own
        common = self.overrides.get(day)
        if common is not None:
            return common
        return day.weekday() < _SATURDAY and (day.month, day.day) not in HOLIDAYS


STATUTORY = StatutoryCalendar()
