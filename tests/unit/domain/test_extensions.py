"""Extensions of terms: which may be extended; what becomes of one when its clock stops, waits or goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from adapter.domain.clocks import Clock, Pause
from adapter.domain.deadlines import TERMS, Counting
from adapter.domain.extensions import EXTENDABLE, EXTENDABLE_CODES, carried, extendable_now
from adapter.domain.priority import PriorityCategory
from adapter.domain.states import Event, Move, State, move

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(days=40)
DAY = timedelta(days=1)


def step(state: State, event: Event) -> Move:
    """Return a row of the table of moves."""
    row = move(state, event)
    assert row is not None
    return row


def test_terms_that_may_be_extended() -> None:
    """Every term of the bureau, of rework and of the appeal, by the codes of partners; never the court's."""
    assert set(EXTENDABLE_CODES) == {
        "BUREAU_REGISTER",
        "BUREAU_RETURN",
        "BUREAU_EXAM_GENERAL",
        "BUREAU_EXAM_PRIORITY",
        "BUREAU_EXAM_SVO",
        "MO_REWORK",
        "RESULT_SEND",
        "APPEAL_FILE",
        "APPEAL_REVIEW",
    }
    assert len(EXTENDABLE_CODES) == len(set(EXTENDABLE_CODES))
    assert set(EXTENDABLE_CODES) <= {term.code for term in TERMS}
    assert all(row.name.startswith("срок ") and row.basis for row in EXTENDABLE.values())


def later(_: Clock, until: datetime, pause: Pause) -> datetime:
    """Give back the time that a clock waited."""
    return until + (pause[1] - pause[0])


def test_what_can_be_extended_now() -> None:
    """A clock that runs, by the code of its category; not one that waits, not the court's."""
    clocks = (
        Clock("BUREAU_EXAM", NOW),
        Clock("BUREAU_RETURN", NOW, waits_since=NOW),
        Clock("COURT_FILE", NOW),
    )
    assert extendable_now(clocks, PriorityCategory.SVO) == {"BUREAU_EXAM_SVO": clocks[0]}
    assert extendable_now(clocks, PriorityCategory.NONE) == {"BUREAU_EXAM_GENERAL": clocks[0]}
    assert extendable_now((), PriorityCategory.NONE) == {}


def test_an_extension_stays_while_its_clock_runs() -> None:
    """A move that does nothing to the clock leaves the end alone."""
    row = step(State.IN_WORK, Event.SCHEDULE)
    clocks = (Clock("BUREAU_EXAM", NOW),)
    assert carried({"BUREAU_EXAM": UNTIL}, clocks, row, NOW + DAY, later) == {"BUREAU_EXAM": UNTIL}


def test_an_extension_ends_with_its_clock() -> None:
    """Where the clock stops, also to begin anew, nothing of the extension is left."""
    clocks = (Clock("BUREAU_REGISTER", NOW), Clock("BUREAU_EXAM", NOW))
    extended = {"BUREAU_REGISTER": UNTIL, "BUREAU_EXAM": UNTIL}
    forwarded = step(State.DELIVERED, Event.FORWARD)
    assert carried(extended, clocks, forwarded, NOW + DAY, later) == {"BUREAU_EXAM": UNTIL}
    assert carried(extended, clocks, step(State.DELIVERED, Event.WITHDRAW), NOW + DAY, later) == {}


@pytest.mark.parametrize(("begun", "shift"), [(NOW, timedelta(days=3)), (NOW + 2 * DAY, timedelta(days=1))])
def test_an_extension_waits_with_its_clock(begun: datetime, shift: timedelta) -> None:
    """Where the clock goes on, the end moves by the time that it waited; before, it stays."""
    waiting = (Clock("BUREAU_EXAM", NOW - DAY, waits_since=begun),)
    extended = {"BUREAU_EXAM": UNTIL, "MO_REWORK": UNTIL}
    corrected = step(State.REWORK, Event.CORRECT)
    assert carried(extended, waiting, corrected, NOW + 3 * DAY, later) == {"BUREAU_EXAM": UNTIL + shift}
    taken = step(State.RETURNED, Event.ACKNOWLEDGE_RETURN)
    assert carried(extended, waiting, taken, NOW + 3 * DAY, later) == extended


def test_the_last_instant_of_a_day() -> None:
    """It is the end of the day where the organisation is: Moscow, Kamchatka, and Moscow for a federal one."""
    day, counting = date(2026, 3, 2), Counting()
    moscow = datetime(2026, 3, 2, 20, 59, 59, tzinfo=UTC)
    assert counting.last_instant(day, "1.2.643.5.1.13.13.12.2.77.7973") == moscow
    assert counting.last_instant(day, "1.2.643.5.1.13.13.12.2.41.1") == datetime(
        2026, 3, 2, 11, 59, 59, tzinfo=UTC
    )
    assert counting.last_instant(day, "1.2.643.1") == moscow


def test_days_are_given_back_where_the_organisation_works() -> None:
    """The end after a pause is a working day of the organisation, by its last second."""
    friday = datetime(2026, 3, 13, 20, 59, 59, tzinfo=UTC)
    pause = (datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 11, 9, tzinfo=UTC))
    monday = datetime(2026, 3, 16, 20, 59, 59, tzinfo=UTC)
    assert Counting().given_back(friday, pause, "1.2.643.5.1.13.13.12.2.77.7973") == monday
