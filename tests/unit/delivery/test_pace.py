"""The pace at which a partner is called."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.delivery.pace import Pace

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 300), st.lists(st.floats(0, 20), max_size=200))
def test_no_minute_holds_more_than_it_may(per_minute: int, pauses: list[float]) -> None:
    """However greedily a partner is called, in no minute is it called more often than it bears."""
    pace, now, free_at = Pace(per_minute), NOW, None
    calls: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        while pace.room(free_at, now):
            free_at = pace.after(free_at, now)
            calls.append(now)
    for place, first in enumerate(calls):
        assert sum(one < first + MINUTE for one in calls[place:]) <= per_minute


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(1, 120))
def test_the_pace_is_used(per_minute: int) -> None:
    """A queue without end is served at nine tenths of the pace at least, and at once after a pause."""
    pace, now, free_at, calls = Pace(per_minute), NOW, None, 0
    assert pace.room(None, now) == pace.burst
    while now < NOW + 3 * MINUTE:
        if pace.room(free_at, now):
            free_at = pace.after(free_at, now)
            calls += 1
        else:
            now = free_at - (pace.burst - 1) * pace.interval if free_at else now
    assert calls >= 3 * 0.9 * per_minute


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 300), st.integers(0, 300), st.floats(0, 100))
def test_the_room_is_what_may_be_called(per_minute: int, made: int, later: float) -> None:
    """The room says exactly how many calls are allowed at that moment."""
    pace, free_at = Pace(per_minute), None
    for _ in range(min(made, pace.burst)):
        free_at = pace.after(free_at, NOW)
    now = NOW + timedelta(seconds=later)
    room, made = pace.room(free_at, now), 0
    while pace.room(free_at, now):
        free_at = pace.after(free_at, now)
        made += 1
    assert made == room
