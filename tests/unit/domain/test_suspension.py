"""Terms that wait, are extended, or are otherwise in an installation."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.domain.calendar import STATUTORY
from adapter.domain.clocks import Clock, as_rows, from_rows
from adapter.domain.deadlines import (
    Counting,
    Unit,
    deadline,
    extended_by_pause,
    overriding,
    term,
    working_days_after,
    working_days_before,
    working_days_between,
)
from adapter.domain.state_moves import MOVES
from adapter.domain.state_names import STATES
from adapter.domain.terms import TERMS, Side

MOSCOW = ZoneInfo("Europe/Moscow")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
OID = "1.2.643.5.1.13.13.12.2.77.7973"
COUNTED = ("BUREAU_EXAM_GENERAL", "BUREAU_RETURN", "MO_REWORK")
instants = st.datetimes(
    dt.datetime(2024, 1, 1),  # noqa: DTZ001 - bounds
    dt.datetime(2027, 1, 1),  # noqa: DTZ001 - bounds
    timezones=st.just(dt.UTC),
)


def at(text: str) -> dt.datetime:
    """Return a moment of Moscow."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def last(code: str, start: str, *pauses: tuple[str, str]) -> str:
    """Return the last day of a term in Moscow."""
    waited = [(at(begun), at(ended)) for begun, ended in pauses]
    return deadline(code, at(start), MOSCOW, pauses=waited).astimezone(MOSCOW).date().isoformat()


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ((), "2024-02-19"),
        ((("2024-02-07T10:00", "2024-02-07T18:00"),), "2024-02-19"),
        ((("2024-02-07T10:00", "2024-02-08T09:00"),), "2024-02-20"),
        ((("2024-02-09T18:00", "2024-02-12T09:00"),), "2024-02-20"),
        ((("2024-02-09T18:00", "2024-02-11T09:00"),), "2024-02-19"),
        ((("2024-02-05T11:00", "2024-02-12T09:00"),), "2024-02-27"),
        ((("2024-02-07T10:00", "2024-02-08T09:00"), ("2024-02-13T10:00", "2024-02-15T09:00")), "2024-02-22"),
        ((("2024-02-20T10:00", "2024-02-29T09:00"),), "2024-02-19"),
    ],
)
def test_days_of_waiting_are_given_back(pauses: tuple[tuple[str, str], ...], expected: str) -> None:
    """Ten working days from 5 February; days off within a pause, and a pause after the end, give nothing."""
    assert last("BUREAU_EXAM_SVO", "2024-02-05T10:00", *pauses) == expected


def test_waiting_over_new_year_gives_no_day_that_was_used() -> None:
    """Eight working days were used before the return: they stay used, whatever the holidays add."""
    assert (
        last("BUREAU_EXAM_SVO", "2023-12-15T10:00", ("2023-12-27T12:00", "2024-01-12T09:00")) == "2024-01-16"
    )


def test_hours_of_waiting_are_given_back() -> None:
    """A term in hours grows by what it waited."""
    start = at("2024-02-05T10:00")
    end = deadline("REMD_ANSWER", start, MOSCOW, pauses=[(start + HOUR, start + 4 * HOUR)])
    assert end == start + 27 * HOUR


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.sampled_from(COUNTED),
    instants,
    st.lists(st.tuples(st.integers(1, 200), st.integers(0, 700)), max_size=3),
)
def test_suspension_is_neutral(code: str, start: dt.datetime, waits: list[tuple[int, int]]) -> None:
    """Outside the pauses a term has exactly its days, as without any; more waiting never ends it earlier."""
    pauses, moment = [], start
    for runs, stands in waits:
        begun = moment + runs * HOUR
        moment = begun + stands * HOUR
        pauses.append((begun, moment))
    until = deadline(code, start, MOSCOW, pauses=pauses)
    assert until >= deadline(code, start, MOSCOW, pauses=pauses[:-1])
    days = [(one.astimezone(MOSCOW).date(), two.astimezone(MOSCOW).date()) for one, two in pauses]
    first, end = start.astimezone(MOSCOW).date(), until.astimezone(MOSCOW).date()
    span = [first + n * DAY for n in range(1, (end - first).days + 1)]
    every = code == "MO_REWORK"
    counted = [day for day in span if every or STATUTORY.is_working(day, "")]
    used = [day for day in counted if not any(a < day <= b for a, b in days)]
    length = term(code, first).length
    if every:  # its end moves to a working day
        assert len(used) >= length
        assert len([day for day in used if day < end]) < length or not STATUTORY.is_working(
            used[length - 1], ""
        )
    else:
        assert len(used) == length
        assert used[-1] == end


@pytest.mark.parametrize(
    ("begun", "ended", "expected"),
    [
        ("2024-02-05T10:00", "2024-02-05T18:00", "2024-02-15"),
        ("2024-02-05T10:00", "2024-02-06T09:00", "2024-02-16"),
        ("2024-02-05T10:00", "2024-02-07T09:00", "2024-02-19"),
        ("2024-02-15T10:00", "2024-02-20T09:00", "2024-02-15"),
    ],
)
def test_an_extended_term_gives_back_the_days_it_waited(begun: str, ended: str, expected: str) -> None:
    """Calendar days, to a working day; a pause from the last day on gives nothing."""
    moved = extended_by_pause(at("2024-02-15T23:59:59"), (at(begun), at(ended)), MOSCOW)
    assert moved == at(f"{expected}T23:59:59")


@given(st.dates(dt.date(2020, 1, 1), dt.date(2027, 1, 1)), st.integers(0, 40))
def test_working_days_there_and_back(day: dt.date, count: int) -> None:
    """So many working days later there are so many between; going back never lands after the start."""
    later = working_days_after(day, count)
    assert working_days_between(day, later) == count
    assert working_days_before(later, count) <= max(day, later)
    assert working_days_between(later, day) == 0


def test_an_installation_changes_a_term_from_a_day_on() -> None:
    """Length and unit of a further row hold from its day; the rest stays."""
    row = overriding("MO_REWORK", length=10, unit=Unit.WORKING_DAY, since=dt.date(2024, 2, 6), source="акт")
    counting = Counting(terms=(*TERMS, row))
    assert (row.side, row.name, row.source) == (Side.ORGANIZATION, "доработка направления", "акт")
    assert counting.until("MO_REWORK", at("2024-02-05T10:00"), OID) == at("2024-02-19T23:59:59")
    assert counting.until("MO_REWORK", at("2024-02-06T10:00"), OID) == at("2024-02-20T23:59:59")
    same = overriding("MO_REWORK", length=None, unit=None)
    assert (same.length, same.unit, same.since) == (14, Unit.CALENDAR_DAY, dt.date.min)
    with pytest.raises(KeyError):
        overriding("NONE", length=1, unit=None)


def test_an_organisation_may_have_a_zone_of_its_own() -> None:
    """The zone of the configuration wins over that of the subject's capital."""
    oid = "1.2.643.5.1.13.13.12.2.14.100"
    start = dt.datetime(2024, 2, 5, 14, 30, tzinfo=dt.UTC)
    assert Counting().zone(oid).key == "Asia/Yakutsk"
    far = Counting(zones={oid: ZoneInfo("Asia/Srednekolymsk")})
    assert far.until("BUREAU_RETURN", start, oid) == dt.datetime(2024, 2, 9, 12, 59, 59, tzinfo=dt.UTC)
    assert far.is_working(dt.date(2024, 2, 9), oid)


def test_every_clock_of_the_tables_has_a_term() -> None:
    """No move starts, and no state is bounded by, a clock whose end nobody can count."""
    codes = {row.code for row in TERMS}
    names = {name for row in MOVES for name in (*row.starts, *row.stops, *row.suspends, *row.resumes)}
    names |= {row.clock for row in STATES.values() if row.clock}
    names.discard("BUREAU_EXAM")
    assert names <= codes
    assert {f"BUREAU_EXAM_{one}" for one in ("GENERAL", "PRIORITY", "SVO")} <= codes


def test_every_term_says_who_must_act_and_what_ends_it() -> None:
    """Rows of the table are complete."""
    for row in TERMS:
        assert all((row.name, row.starts_on, row.stops_on, row.source)), row.code
        assert row.length > 0


def test_clocks_are_kept_as_plain_data() -> None:
    """What is read back is what was written, pauses too; rows without pauses are read as they were."""
    start = at("2024-02-05T10:00")
    clocks = (
        Clock("A", start),
        Clock("B", start, start + DAY, ((start + HOUR, start + 2 * HOUR),)),
    )
    assert from_rows(as_rows(clocks)) == clocks
    old = {"name": "A", "countsFrom": start.isoformat(), "waitsSince": None}
    assert from_rows([old]) == clocks[:1]
