"""The life of a referral told again from its journal: where it is and which clocks run (guarantee 8)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from adapter.domain.clocks import Clock, after
from adapter.domain.state_names import Event, State
from adapter.domain.states import move


@dataclass(frozen=True, slots=True)
class Lived:
    """One row of a journal that moved a referral.

    Attributes:
        event: What happened.
        state_from: State before.
        state_to: State after.
        at: Instant from which the clocks count, UTC: when it happened, where it was applied later.
    """

    event: Event
    state_from: State
    state_to: State
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a journal comes to: the last state and its clocks."""

    state: State
    clocks: tuple[Clock, ...]


class BrokenHistoryError(ValueError):
    """The journal tells a life that the table of moves does not allow."""


def replay(rows: Iterable[Lived], first: State = State.SIGNED) -> Replayed:
    """Return state and clocks after all rows of a journal that moved a referral, first to last.

    Args:
        rows: The rows, in their order.
        first: State before the first one; a referral is signed when the adapter gets it.

    Raises:
        BrokenHistoryError: A row does not go on where the one before ended, or is not in the table.
    """
    state, clocks = first, tuple[Clock, ...]()
    for number, row in enumerate(rows, start=1):
        step = move(state, row.event)
        if row.state_from is not state or step is None or step.next_state is not row.state_to:
            raise BrokenHistoryError(f"row {number}: {row.event} leads from {state} not to {row.state_to}")
        state, clocks = step.next_state, after(clocks, step, row.at)
    return Replayed(state, clocks)
