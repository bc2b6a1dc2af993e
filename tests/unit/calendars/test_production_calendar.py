"""The production calendar: the library's years, the operator's corrections, years that nobody knows."""

from __future__ import annotations

import datetime as dt
import logging
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.calendars.corrections import CorrectionsUnusableError, read_corrections
from adapter.calendars.library import knows, last_known_year
from adapter.calendars.source import ProductionCalendar
from adapter.domain.calendar import STATUTORY
from adapter.domain.deadlines import Counting

DAY = dt.timedelta(days=1)
MOSCOW, KALININGRAD, KAMCHATKA, TATARSTAN = (
    f"1.2.643.5.1.13.13.12.2.{subject}.7973" for subject in (77, 39, 41, 16)
)


def days_of(year: int) -> list[dt.date]:
    """Return the days of a year."""
    first = dt.date(year, 1, 1)
    return [first + n * DAY for n in range(366) if (first + n * DAY).year == year]


def last_day(counting: Counting, code: str, start: str, oid: str = MOSCOW) -> str:
    """Return the last day of a term whose event is at a local moment."""
    zone = counting.zone(oid)
    until = counting.until(code, dt.datetime.fromisoformat(start).replace(tzinfo=zone), oid)
    local = until.astimezone(zone)
    assert local.time() == dt.time(23, 59, 59)
    return local.date().isoformat()


@pytest.fixture
def counting() -> Counting:
    """Count by the library alone."""
    return Counting(ProductionCalendar())


def written(folder: Path, text: str) -> Path:
    """Write a file of corrections."""
    path = folder / "calendar.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("year", "working"),
    [(2020, 248), (2021, 247), (2022, 247), (2023, 247), (2024, 248), (2025, 247), (2026, 247), (2027, 247)],
)
def test_norms_of_the_years(year: int, working: int) -> None:
    """The number of working days of a year of five-day weeks, as the yearly calendars give it."""
    calendar = ProductionCalendar()
    assert sum(calendar.is_working(day, "77") for day in days_of(year)) == working


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2024-04-27", True),
        ("2024-04-29", False),
        ("2024-12-28", True),
        ("2024-12-30", False),
        ("2025-11-01", True),
        ("2025-11-03", False),
        ("2025-12-31", False),
        ("2026-01-09", False),
        ("2026-01-12", True),
        ("2027-02-20", True),
        ("2027-02-22", False),
    ],
)
def test_transferred_days(day: str, working: bool) -> None:
    """Working Saturdays and the days off for which they stand."""
    assert ProductionCalendar().is_working(dt.date.fromisoformat(day), "77") is working


@pytest.mark.parametrize(
    ("code", "start", "last"),
    [
        ("BUREAU_RETURN", "2025-12-29T10:00", "2026-01-13"),
        ("BUREAU_RETURN", "2025-12-30T23:59:59", "2026-01-14"),
        ("BUREAU_RETURN", "2026-01-03T10:00", "2026-01-14"),
        ("MO_REWORK", "2025-12-22T10:00", "2026-01-12"),
        ("MO_REWORK", "2025-12-20T10:00", "2026-01-12"),
        ("BUREAU_EXAM_SVO", "2025-12-25T10:00", "2026-01-20"),
        ("MO_PALLIATIVE_REFER", "2025-10-31T10:00", "2025-11-01"),
        ("BUREAU_RETURN", "2025-10-31T10:00", "2025-11-06"),
        ("BUREAU_RETURN", "2024-12-27T10:00", "2025-01-10"),
        ("APPEAL_FILE", "2025-01-31T10:00", "2025-02-28"),
        ("APPEAL_FILE", "2027-01-31T10:00", "2027-03-01"),
        ("APPEAL_FILE", "2025-12-09T10:00", "2026-01-12"),
    ],
)
def test_terms_across_new_year_and_working_saturdays(
    counting: Counting, code: str, start: str, last: str
) -> None:
    """New Year's days are passed over, a working Saturday counts, a month ends on its last day or later."""
    assert last_day(counting, code, start) == last


def test_one_instant_has_other_days_from_kaliningrad_to_kamchatka(counting: Counting) -> None:
    """What comes after midnight there came the next day, and the term ends with the day there."""
    start = dt.datetime(2026, 3, 2, 21, 30, tzinfo=dt.UTC)
    ends = {oid: counting.until("BUREAU_RETURN", start, oid) for oid in (KALININGRAD, MOSCOW, KAMCHATKA)}
    assert ends == {
        KALININGRAD: dt.datetime(2026, 3, 5, 21, 59, 59, tzinfo=dt.UTC),
        MOSCOW: dt.datetime(2026, 3, 6, 20, 59, 59, tzinfo=dt.UTC),
        KAMCHATKA: dt.datetime(2026, 3, 6, 11, 59, 59, tzinfo=dt.UTC),
    }


def test_the_file_corrects_the_library(tmp_path: Path) -> None:
    """Days of the country, days of a subject that win over them, and a year that the file makes known."""
    year = last_known_year() + 1
    path = written(
        tmp_path,
        f"known_years = [{year}]\n[country]\nworking = [2026-03-07]\noff = [2026-03-06]\n"
        "[regions.16]\noff = [2026-05-27]\nworking = [2026-03-06]\n",
    )
    counting = Counting(ProductionCalendar(path))
    assert last_day(counting, "MO_PALLIATIVE_REFER", "2026-03-05T10:00") == "2026-03-07"
    assert last_day(counting, "MO_PALLIATIVE_REFER", "2026-03-05T10:00", TATARSTAN) == "2026-03-06"
    assert last_day(counting, "MO_PALLIATIVE_REFER", "2026-05-26T10:00") == "2026-05-27"
    assert last_day(counting, "MO_PALLIATIVE_REFER", "2026-05-26T10:00", TATARSTAN) == "2026-05-28"
    assert ProductionCalendar(path).unknown([year - 1, year, year + 1]) == (year + 1,)


def test_a_year_that_nobody_knows_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """Its days are those of the labour code; the log says so once, and the calendar remembers."""
    calendar, year = ProductionCalendar(), last_known_year() + 1
    with caplog.at_level(logging.WARNING):
        judged = [calendar.is_working(day, "77") for day in days_of(year)]
    assert judged == [STATUTORY.is_working(day, "77") for day in days_of(year)]
    assert [record.message.count(str(year)) for record in caplog.records] == [1]
    assert calendar.guessed == (year,)
    assert not knows(2012)


def test_a_changed_file_is_in_force_without_restart(tmp_path: Path) -> None:
    """A good change counts at once and changes the mark; a bad one leaves what was, and says why."""
    path = written(tmp_path, "[country]\noff = [2026-03-03]\n")
    calendar = ProductionCalendar(path)
    mark, day = calendar.mark, dt.date(2026, 3, 3)
    assert (calendar.is_working(day, ""), calendar.reload_if_changed()) == (False, False)
    written(tmp_path, "[country]\noff = [2026-03-04]\n")
    os.utime(path, (1, 1))
    assert calendar.reload_if_changed()
    assert (calendar.is_working(day, ""), calendar.mark != mark) == (True, True)
    written(tmp_path, "[country]\noff = [1]\n")
    with pytest.raises(CorrectionsUnusableError):
        calendar.reload_if_changed()
    assert calendar.fault
    assert not calendar.is_working(dt.date(2026, 3, 4), "")
    path.unlink()
    with pytest.raises(CorrectionsUnusableError, match="файл"):
        calendar.reload_if_changed()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('[country]\noff = ["2026-03-03"]', ["country.off[1]"]),
        ("[country]\noff = [2026-03-03T10:00:00]", ["country.off[1]"]),
        ("[country]\noff = [2026-03-03]\nworking = [2026-03-03]", ["country.off[1]"]),
        ("[country]\noff = [1999-12-31, 2101-01-01]", ["country.off[1]", "country.off[2]"]),
        ("[country]\nof = [2026-03-03]", ["country.of"]),
        ("off = [2026-03-03]", ["off"]),
        ("country = 1", ["country"]),
        ("regions = 1", ["regions"]),
        ("[regions.00]\noff = []", ["regions.00"]),
        ("[regions]\n16 = 1", ["regions.16"]),
        ("known_years = [2028, 2028]", ["known_years"]),
        ("known_years = [true]", ["known_years"]),
        ("known_years = 2028\n[country]\noff = 1", ["country.off", "known_years"]),
        ("=", ["файл"]),
        ("#" * (256 * 1024 + 1), ["файл"]),
    ],
)
def test_every_fault_of_the_file_is_named(tmp_path: Path, text: str, places: list[str]) -> None:
    """A wrong key, type, day, subject or year refuses the file; all faults are told at once."""
    with pytest.raises(CorrectionsUnusableError) as caught:
        read_corrections(written(tmp_path, text))
    assert [fault.place for fault in caught.value.faults] == places


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    """Wrong encoding, no such file, a folder."""
    path = tmp_path / "calendar.toml"
    path.write_bytes("# день".encode("utf-16"))
    for one in (path, tmp_path / "none.toml", tmp_path):
        with pytest.raises(CorrectionsUnusableError):
            read_corrections(one)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(["BUREAU_RETURN", "MO_REWORK", "BUREAU_EXAM_GENERAL", "APPEAL_FILE"]),
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2027, 6, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001 - bounds
    st.integers(0, 40 * 24 * 60),
    st.sampled_from([MOSCOW, KALININGRAD, KAMCHATKA]),
)
def test_a_later_event_never_ends_earlier(code: str, start: dt.datetime, minutes: int, oid: str) -> None:
    """Terms are monotone: who begins later has until the same day or a later one."""
    counting = Counting(_CALENDAR)
    earlier = counting.until(code, start, oid)
    assert start < earlier <= counting.until(code, start + dt.timedelta(minutes=minutes), oid)


_CALENDAR = ProductionCalendar()
