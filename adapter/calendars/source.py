"""The calendar in force: the library and the operator's file, which may change while the program runs."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType

from adapter.calendars import library
from adapter.calendars.corrections import Corrections, CorrectionsUnusableError, read_corrections
from signing.watched import Watched

_log = logging.getLogger(__name__)


class ProductionCalendar:
    """Tells working days from days off; safe for threads: the corrections are replaced whole.

    A day of a year whose transfers nobody knows is judged by the labour code alone, and the year is told:
    once in the log, and by `unknown` to whoever asks.

    Args:
        path: The operator's file of corrections; None: there is none.

    Raises:
        CorrectionsUnusableError: The file cannot be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._file = Watched(path, read_corrections, Corrections(), CorrectionsUnusableError)
        self._mark = _mark_of(self._file.current)
        self._guessed: set[int] = set()
        self._seen: set[int] = set()

    @property
    def fault(self) -> str:
        """Why the present file could not be taken, Russian; empty while it is in use."""
        return self._file.fault

    @property
    def guessed(self) -> tuple[int, ...]:
        """Years that were counted by the labour code alone since the start, and still are."""
        return tuple(year for year in sorted(self._guessed) if not self.knows(year))

    @property
    def mark(self) -> str:
        """A short text that is another one whenever other days may be working days."""
        return self._mark

    def is_working(self, day: dt.date, region: str) -> bool:
        """Whether the day is a working day in the subject of the federation (two digits; empty: any)."""
        current = self._file.current
        own = current.regional.get(region, _NOTHING).get(day)
        if own is not None:
            return own
        common = current.country.get(day)
        if common is not None:
            return common
        if day.year not in self._seen:
            self._look_at(day.year)
        return library.is_working(day)

    def knows(self, year: int) -> bool:
        """Tell whether all transfers of a year are known, by the library or by the file."""
        return year in self._file.current.known_years or library.knows(year)

    def unknown(self, years: Iterable[int]) -> tuple[int, ...]:
        """Return those of the years whose transfers nobody knows."""
        return tuple(year for year in sorted(set(years)) if not self.knows(year))

    def prepare(self, years: Iterable[int]) -> None:
        """Build years in the calling thread: the first look at one takes a tenth of a second."""
        for year in years:
            library.prepare(year)

    def reload_if_changed(self) -> bool:
        """Read the file again if it has changed, come or gone; returns whether others are in force.

        Raises:
            CorrectionsUnusableError: The file cannot be used: the former corrections stay, and the file is
                tried again at the next call.
        """
        if not self._file.reload_if_changed():
            return False
        self._mark, self._seen = _mark_of(self._file.current), set()
        return True

    def _look_at(self, year: int) -> None:
        """Remember, and say once, that a year is counted by the labour code alone."""
        self._seen.add(year)
        if not self.knows(year) and year not in self._guessed:
            self._guessed.add(year)
            _log.warning("the production calendar does not know %d: the labour code alone is used", year)


_NOTHING: MappingProxyType[dt.date, bool] = MappingProxyType({})


def _mark_of(corrections: Corrections) -> str:
    facts = (
        library.version(),
        sorted(corrections.known_years),
        sorted(corrections.country.items()),
        sorted((subject, sorted(days.items())) for subject, days in corrections.regional.items()),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
