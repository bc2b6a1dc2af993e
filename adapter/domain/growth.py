"""When the disk will be full: pure arithmetic over the sizes that were recorded day by day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

#: The forecast takes the faster of the growth of the last week and of the last four: whole weeks, because
#: hospitals send on working days.
WINDOWS = (7, 28)


@dataclass(frozen=True, slots=True)
class DaySize:
    """Bytes of one place at the end of a day; `free` None: nobody can tell."""

    day: dt.date
    used: int
    free: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the recorded sizes say of one place.

    Attributes:
        place: `store` or `archive`.
        day: Of the last size.
        used: Bytes then.
        free: Bytes that were left; None: nobody can tell.
        per_day: Bytes that it grows by a day; None: there are not two days to compare.
        days: Whole days until it is full; None: it does not grow, or nobody can tell.
        known_days: Over how many days the sizes reach.
    """

    place: str
    day: dt.date
    used: int
    free: int | None
    per_day: int | None
    days: int | None
    known_days: int

    @property
    def full_on(self) -> dt.date | None:
        """The day on which it will be full."""
        return None if self.days is None else self.day + dt.timedelta(days=min(self.days, 36_500))

    def warns(self, within_days: int) -> bool:
        """Whether it is to be told: full within so many days."""
        return self.days is not None and self.days <= within_days


def forecast(place: str, sizes: Sequence[DaySize]) -> Forecast | None:
    """Return what the sizes say; None without any.

    Args:
        place: What was measured.
        sizes: By day, the oldest first; days may be missing.
    """
    if not sizes:
        return None
    last = sizes[-1]
    rates = [rate for window in WINDOWS if (rate := _rate(sizes, window)) is not None]
    per_day = max(rates, default=None)
    days = None
    if per_day is not None and per_day > 0 and last.free is not None:
        days = max(0, last.free) // per_day
    elif last.free is not None and last.free <= 0:
        days = 0
    known = (last.day - sizes[0].day).days
    return Forecast(place, last.day, last.used, last.free, per_day, days, known)


def _rate(sizes: Sequence[DaySize], window: int) -> int | None:
    """Return bytes a day over the last days of a window, rounded up; None: there is one size only."""
    last = sizes[-1]
    begun = next(one for one in sizes if (last.day - one.day).days <= window)
    days = (last.day - begun.day).days
    return None if days == 0 else -((begun.used - last.used) // days)
