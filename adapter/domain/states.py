"""The life of a referral: where it is, what may happen next, who may do it (facts, C.1 and C.2).

The four states before `State.SUBMITTED` are lived through in the МИС; a referral enters the adapter as
``move(State.SIGNED, Event.SUBMIT)``. Data: `adapter.domain.state_names`, `adapter.domain.state_moves`.
"""

from collections import defaultdict
from types import MappingProxyType

from adapter.domain.errors import Problem, problem
from adapter.domain.state_moves import IN_ONE_STEP, MOVES, Move
from adapter.domain.state_names import EVENT_NAMES, STATES, Event, Party, PublicStatus, State

__all__ = [
    "MOVES",
    "Event",
    "Move",
    "Party",
    "PublicStatus",
    "State",
    "clock",
    "holds_duplicate_key",
    "is_final",
    "move",
    "name_of",
    "path",
    "possible",
    "public_status",
    "state_conflict",
]

_BY_PAIR = MappingProxyType({(row.state, row.event): row for row in MOVES})


def _events_by_state() -> dict[State, tuple[Event, ...]]:
    found: dict[State, set[Event]] = defaultdict(set)
    for state, event in (*_BY_PAIR, *IN_ONE_STEP):
        found[state].add(event)
    return {state: tuple(event for event in Event if event in found[state]) for state in STATES}


_POSSIBLE = MappingProxyType(_events_by_state())


def move(state: State, event: Event) -> Move | None:
    """Return the row of a single move, or None when the event cannot happen in the state."""
    return _BY_PAIR.get((state, event))


def path(state: State, event: Event) -> tuple[Move, ...]:
    """Return the moves that an event makes in one transaction, first to last; empty: it cannot happen.

    A correction of a returned referral also acknowledges the return; a result of a scheduled expertise also
    says that the expertise was done.
    """
    moves = []
    for step in IN_ONE_STEP.get((state, event), (event,)):
        row = move(state, step)
        if row is None:
            return ()
        moves.append(row)
        state = row.next_state
    return tuple(moves)


def possible(state: State) -> tuple[Event, ...]:
    """Return the events that can happen in the state, in the order of `Event`."""
    return _POSSIBLE[state]


def state_conflict(state: State, event: Event, *, party: Party | None = None) -> Problem:
    """Return ``MSE-5004``: the event cannot happen now, and what can (to the party, when one is named)."""
    now = [one for one in possible(state) if party is None or party in path(state, one)[0].parties]
    nothing = "ничего, состояние окончательное" if is_final(state) else "только действие другой стороны"
    return problem(
        "STATE_CONFLICT",
        title="Состояние направления",
        actual=state.value,
        action=EVENT_NAMES[event],
        state=name_of(state),
        possible=", ".join(EVENT_NAMES[one] for one in now) or nothing,
    )


def is_final(state: State) -> bool:
    """Whether nothing more is expected in the state.

    Only an appeal leads out of `COMPLETED`, and only a corrected version out of the refusals for a signature
    or a region (C.1).
    """
    return STATES[state].final


def name_of(state: State) -> str:
    """Return the Russian name of the state."""
    return STATES[state].name


def public_status(state: State) -> PublicStatus | None:
    """Return what a citizen is shown, or None while the referral has not left the МИС."""
    return STATES[state].public


def clock(state: State) -> str:
    """Return the code (or family) of the deadline that bounds the state; empty when none runs."""
    return STATES[state].clock


def holds_duplicate_key(state: State) -> bool:
    """Whether a referral in the state keeps its requisites for itself (MSE-3010).

    Entering a state that does not hold the key gives it back; a correction takes it again.
    """
    return STATES[state].holds_duplicate_key
