"""The life of a referral: where it is, what may happen next, who may do it (facts, C.1 and C.2).

The four states before `State.SUBMITTED` are lived through in the МИС; a referral enters the adapter as
``move(State.SIGNED, Event.SUBMIT)``. Data: `adapter.domain.state_names`, `adapter.domain.state_moves`.
"""

from collections import defaultdict
from types import MappingProxyType

from adapter.domain.errors import Problem, problem
from adapter.domain.state_guards import GUARDS, Guard, Judge, Situation
from adapter.domain.state_move import Move
from adapter.domain.state_moves import IN_ONE_STEP, MOVES
from adapter.domain.state_names import EVENT_NAMES, STATES, Event, Party, PublicStatus, State

__all__ = [
    "MOVES",
    "Event",
    "Guard",
    "Move",
    "Party",
    "PublicStatus",
    "Situation",
    "State",
    "clock",
    "holds_duplicate_key",
    "is_final",
    "move",
    "name_of",
    "path",
    "possible",
    "possible_to",
    "public_status",
    "refusal",
    "state_conflict",
    "unmet",
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


def path(state: State, event: Event, situation: Situation | None = None) -> tuple[Move, ...]:
    """Return the moves that an event makes in one transaction, first to last; empty: it cannot happen.

    A correction of a returned referral also acknowledges the return; a result of a scheduled expertise also
    says that the expertise was done.

    Args:
        state: State before.
        event: What happens.
        situation: What the guards look at; None: only the table is asked.
    """
    moves = []
    for step in IN_ONE_STEP.get((state, event), (event,)):
        row = move(state, step)
        if row is None or (situation is not None and unmet(row, situation)):
            return ()
        moves.append(row)
        state = row.next_state
    return tuple(moves)


def unmet(row: Move, situation: Situation) -> tuple[Guard, ...]:
    """Return the guards of a move that do not hold."""
    return tuple(guard for guard in row.guards if not GUARDS[guard].holds(situation))


def possible(state: State) -> tuple[Event, ...]:
    """Return the events that can happen in the state, in the order of `Event`."""
    return _POSSIBLE[state]


def possible_to(state: State, party: Party | None, situation: Situation | None = None) -> tuple[Event, ...]:
    """Return the events that a party can cause now; guards that need a request are not asked.

    Args:
        state: Present state.
        party: Who acts; None: anybody.
        situation: What the register says; None: only the table is asked.
    """
    return tuple(
        event
        for event in possible(state)
        if all(
            (party is None or party in row.parties)
            and (situation is None or not _against(row, situation, Judge.REGISTER))
            for row in path(state, event)
        )
    )


def refusal(
    state: State, event: Event, *, party: Party | None = None, situation: Situation | None = None
) -> Problem | None:
    """Return why an event cannot happen now; None when it can.

    ``MSE-5005`` where a term that is over is all that stands against it, else ``MSE-5004`` with what the
    party can do.

    Args:
        state: Present state.
        event: What was asked for.
        party: Who asked; None: anybody.
        situation: What the guards look at; None: only the table is asked.
    """
    steps = path(state, event)
    if not steps or (party is not None and not all(party in row.parties for row in steps)):
        return state_conflict(state, event, party=party, situation=situation)
    if situation is None:
        return None
    against = [guard for row in steps for guard in unmet(row, situation)]
    if not against:
        return None
    late = situation.appeal_ends_at if event is Event.APPEAL else situation.rework_ends_at
    if late is not None and all(GUARDS[guard].refusal == "DEADLINE_PASSED" for guard in against):
        limit = f"{late:%d.%m.%Y %H:%M} UTC"
        return problem("DEADLINE_PASSED", title="Срок", action=EVENT_NAMES[event], limit=limit)
    return state_conflict(state, event, party=party, situation=situation)


def state_conflict(
    state: State, event: Event, *, party: Party | None = None, situation: Situation | None = None
) -> Problem:
    """Return ``MSE-5004``: the event cannot happen now, and what can (to the party, when one is named).

    Args:
        state: Present state.
        event: What was asked for.
        party: Who asked; what others can do is not named then.
        situation: What the guards look at; an act that the register forbids is not named, and the conditions
            of the event that do not hold are.
    """
    now = [EVENT_NAMES[one] for one in possible_to(state, party, situation)]
    missing = [
        GUARDS[guard].text
        for row in path(state, event)
        for guard in (unmet(row, situation) if situation is not None else ())
    ]
    nothing = "ничего, состояние окончательное" if is_final(state) else "только действие другой стороны"
    return problem(
        "STATE_CONFLICT",
        title="Состояние направления",
        actual=state.value,
        action=EVENT_NAMES[event],
        state=name_of(state),
        possible=", ".join(now) or nothing,
        hint=f"Условие действия: {'; '.join(missing)}." if missing else "",
    )


def _against(row: Move, situation: Situation, judge: Judge) -> tuple[Guard, ...]:
    return tuple(guard for guard in unmet(row, situation) if GUARDS[guard].judge is judge)


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
