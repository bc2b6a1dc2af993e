"""The life of a referral told again from its journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapter.domain.clocks import Clock
from adapter.domain.replay import BrokenHistoryError, Lived, replay
from adapter.domain.states import Event, State

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def lived(*events: str) -> list[Lived]:
    """Return rows an hour apart from ``EVENT:FROM>TO``."""
    rows = []
    for hour, text in enumerate(events):
        event, _, states = text.partition(":")
        before, _, after = states.partition(">")
        rows.append(Lived(Event(event), State(before), State(after), START + timedelta(hours=hour)))
    return rows


WAY = (
    "SUBMIT:SIGNED>SUBMITTED",
    "DELIVER:SUBMITTED>DELIVERED",
    "REGISTER:DELIVERED>REGISTERED",
)


def test_a_journal_comes_to_its_last_state_and_clocks() -> None:
    """State and clocks are those of the moves, each clock from the instant of its move."""
    told = replay(lived(*WAY))
    assert told.state is State.REGISTERED
    assert set(told.clocks) == {
        Clock("BUREAU_RETURN", START + timedelta(hours=1)),
        Clock("BUREAU_EXAM", START + timedelta(hours=2)),
    }


def test_no_journal_is_no_life() -> None:
    """Without rows the referral is where it began."""
    assert replay([]).state is State.SIGNED
    assert replay([], State.DRAFT).state is State.DRAFT


@pytest.mark.parametrize(
    "rows",
    [
        WAY[1:],
        (*WAY[:1], WAY[2]),
        (*WAY, "RETURN:REGISTERED>REWORK"),
        (*WAY, "SCHEDULE:REGISTERED>SCHEDULED"),
        (*WAY, "ACCEPT:IN_WORK>IN_WORK"),
    ],
    ids=["no beginning", "a gap", "wrong end", "not in the table", "another state"],
)
def test_a_life_that_the_table_does_not_allow_is_broken(rows: tuple[str, ...]) -> None:
    """A gap, a move that is not in the table and a wrong end are told apart from a journal."""
    with pytest.raises(BrokenHistoryError):
        replay(lived(*rows))


def test_a_broken_row_is_named_by_its_number() -> None:
    """Rows are counted from one, the present state and the named one are told."""
    with pytest.raises(BrokenHistoryError, match=r"^row 2: REGISTER leads from SUBMITTED not to REGISTERED$"):
        replay(lived(WAY[0], WAY[2]))
