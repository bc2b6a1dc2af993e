"""The pace at which a partner is called: at most so many exchanges in any minute, evenly with short bursts.

Pure: a moment in the future until which the calls made so far are paid for (generic cell rate algorithm,
ITU-T I.371). It is kept in the store, so that it holds for all processes together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_MINUTE = timedelta(minutes=1)
_BURSTS = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a partner may be called.

    Attributes:
        per_minute: exchanges in any minute, from 1; a tenth of them may go at once.
    """

    per_minute: int

    @property
    def burst(self) -> int:
        """How many may go at once after a pause."""
        return max(1, self.per_minute // _BURSTS)

    @property
    def interval(self) -> timedelta:
        """What each call costs: with the burst no minute holds more than `per_minute`."""
        whole = _MINUTE / (self.per_minute - self.burst + 1)
        return whole + timedelta(microseconds=1)

    def room(self, free_at: datetime | None, now: datetime) -> int:
        """Return how many calls may be made now."""
        if free_at is None or free_at <= now:
            return self.burst
        owed = -((now - free_at) // self.interval)
        return max(0, self.burst - owed)

    def after(self, free_at: datetime | None, now: datetime) -> datetime:
        """Return what `free_at` is after one more call now."""
        return max(free_at or now, now) + self.interval
