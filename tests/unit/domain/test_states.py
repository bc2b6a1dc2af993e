"""The table of moves against an expectation written from the facts (C.1, C.2) and the contract."""

import ast
import re
from pathlib import Path

import pytest

from adapter import operations as operations_package
from adapter.domain.deadlines import TERMS
from adapter.domain.state_names import EVENT_NAMES, NOTE_NAMES, STATES
from adapter.domain.states import (
    MOVES,
    Event,
    Party,
    PublicStatus,
    State,
    clock,
    holds_duplicate_key,
    is_final,
    move,
    name_of,
    path,
    possible,
    possible_to,
    public_status,
    refusal,
    state_conflict,
)
from adapter.domain.turns import TURN_OF_STATE, Turn
from tests.unit.domain.state_table import IN_ONE_STEP, TABLE, Cell

PARTY_OF_TURN = {
    Turn.HOSPITAL: Party.MIS,
    Turn.BUREAU: Party.BUREAU,
    Turn.REMD: Party.REMD,
    Turn.AUTHORITY: Party.ADAPTER,
}
FINAL = {
    State.VK_REFUSED,
    State.NOT_ACCEPTED_DUPLICATE,
    State.NOT_ACCEPTED_LATE,
    State.NOT_ACCEPTED_SIGNATURE,
    State.NOT_ACCEPTED_REGION,
    State.REWORK_EXPIRED,
    State.COMPLETED,
    State.WITHDRAWN,
}
CELLS = [(state, event) for state in State for event in Event]


def test_every_cell_of_the_table() -> None:
    """Each pair of state and event leads where the facts say, with its clocks and guards, or nowhere."""
    for state, event in CELLS:
        row = move(state, event)
        made = row and Cell(
            row.next_state,
            frozenset(row.parties),
            frozenset(row.starts),
            frozenset(row.stops),
            frozenset(row.suspends),
            frozenset(row.resumes),
            frozenset(row.guards),
        )
        assert made == TABLE.get((state, event)), (state, event)


def steps_of(state: State, event: Event) -> list[Cell]:
    """Return the cells that an event goes through by the facts; empty: it cannot happen."""
    cells = []
    for step in IN_ONE_STEP.get((state, event), (event,)):
        cell = TABLE.get((state, step))
        if cell is None:
            return []
        cells.append(cell)
        state = cell.next_state
    return cells


def test_every_path() -> None:
    """A request makes one move, two where the contract joins them, or none."""
    for state, event in CELLS:
        expected = [cell.next_state for cell in steps_of(state, event)]
        assert [row.next_state for row in path(state, event)] == expected, (state, event)


@pytest.mark.parametrize("party", list(Party))
def test_every_state_event_and_caller(party: Party) -> None:
    """What the facts do not give to a caller is MSE-5004 and names exactly what they give."""
    mine = {
        state: {
            one for one in Event if (cells := steps_of(state, one)) and all(party in c.parties for c in cells)
        }
        for state in State
    }
    for state, event in CELLS:
        refused = refusal(state, event, party=party)
        if event in mine[state]:
            assert refused is None, (state, event)
            continue
        assert refused is not None, (state, event)
        assert (refused.code, refused.actual) == ("MSE-5004", state)
        assert EVENT_NAMES[event] in refused.message
        assert name_of(state) in refused.message
        named = refused.how_to_fix.removeprefix("Сейчас возможно: ").removesuffix(".").split(", ")
        assert {one for one in Event if EVENT_NAMES[one] in named} == mine[state], (state, event)
        assert set(possible_to(state, party)) == mine[state]


@pytest.mark.parametrize("state", list(State))
def test_possible_events_are_those_with_a_path(state: State) -> None:
    """What is said to be possible is exactly what has a path, without repeats."""
    events = possible(state)
    assert set(events) == {event for event in Event if path(state, event)}
    assert len(events) == len(set(events))


def test_no_pair_has_two_rows() -> None:
    """A state and an event lead to one place only."""
    pairs = [(row.state, row.event) for row in MOVES]
    assert len(pairs) == len(set(pairs))


def test_final_states() -> None:
    """Final states are those of the facts; a version refused by РЭМД or technically can be corrected."""
    assert {state for state in State if is_final(state)} == FINAL


def test_every_open_state_reaches_a_final_one() -> None:
    """No referral can be caught for ever."""
    reaching = set(FINAL)
    while True:
        more = {row.state for row in MOVES if row.next_state in reaching} - reaching
        if not more:
            break
        reaching |= more
    assert reaching == set(State)


def test_what_leaves_a_final_state() -> None:
    """A final state is left by an appeal, a right result, or a correction of a wrong signature or region."""
    leaving = {(row.state, row.event) for row in MOVES if is_final(row.state) and row.next_state != row.state}
    assert leaving == {
        (State.COMPLETED, Event.APPEAL),
        (State.COMPLETED, Event.REPLACE_RESULT),
        (State.NOT_ACCEPTED_SIGNATURE, Event.CORRECT),
        (State.NOT_ACCEPTED_REGION, Event.CORRECT),
    }


def test_every_state_is_reached() -> None:
    """Every state but the first is the end of some move."""
    assert {row.next_state for row in MOVES} == set(State) - {State.DRAFT}


def test_every_row_has_a_basis_and_parties() -> None:
    """Each row says who may do it and why it exists."""
    assert all(row.parties and row.basis for row in MOVES)


def test_withdrawal_stops_every_clock_of_the_case() -> None:
    """After a withdrawal nothing runs."""
    running = {clock for row in MOVES for clock in row.starts} - {
        "RESULT_SEND",
        "APPEAL_FILE",
        "APPEAL_REVIEW",
        "COURT_FILE",
    }
    for row in MOVES:
        if row.event is Event.WITHDRAW:
            assert set(row.stops) == running


def test_clocks_of_the_table_are_known() -> None:
    """Every clock named by a move or a state is a term or the family of the expertise."""
    known = {term.code for term in TERMS} | {"BUREAU_EXAM"}
    named = {name for row in MOVES for name in (*row.starts, *row.stops, *row.suspends, *row.resumes)}
    assert named | {clock(state) for state in State} - {""} <= known


@pytest.mark.parametrize(
    ("state", "event", "clock_of_next"),
    [
        (State.RETURNED, Event.ACKNOWLEDGE_RETURN, "MO_REWORK"),
        (State.REMD_REGISTERED, Event.DELIVER, "BUREAU_REGISTER"),
        (State.SCHEDULED, Event.EXAMINE, "RESULT_SEND"),
        (State.COMPLETED, Event.APPEAL, "APPEAL_REVIEW"),
        (State.REGISTERED, Event.ACCEPT, ""),
        (State.SCHEDULED, Event.SCHEDULE, ""),
        (State.SIGNED, Event.SUBMIT, ""),
    ],
)
def test_deadline_started(state: State, event: Event, clock_of_next: str) -> None:
    """A move tells the clock of the next state when it starts it, not when it ran before."""
    row = move(state, event)
    assert row is not None
    assert row.deadline_started == clock_of_next


@pytest.mark.parametrize(
    ("public", "states"),
    [
        (None, "DRAFT VK_APPROVED SIGNED"),
        (PublicStatus.ACCEPTED, "SUBMITTED AWAITING_CERTIFICATE_STATUS REMD_REGISTERED"),
        (
            PublicStatus.CHECKING,
            "DELIVERED REGISTERED REWORK IN_WORK SCHEDULED EXAMINED RESULT_SENT APPEALED",
        ),
        (PublicStatus.APPROVED, "COMPLETED"),
        (
            PublicStatus.REJECTED,
            (
                "VK_REFUSED TECH_REJECTED REMD_REJECTED NOT_ACCEPTED_DUPLICATE NOT_ACCEPTED_LATE "
                "NOT_ACCEPTED_SIGNATURE NOT_ACCEPTED_REGION RETURNED REWORK_EXPIRED WITHDRAWN"
            ),
        ),
    ],
)
def test_public_statuses(public: PublicStatus | None, states: str) -> None:
    """A citizen is shown the status of C.1."""
    shown = {State(one) for one in states.split()}
    assert {state for state in State if public_status(state) is public} == shown
    assert {row.next_state for row in MOVES if row.public is public} == shown - {State.DRAFT}


def test_names_are_russian_and_distinct() -> None:
    """Every state and event has its own Russian name."""
    for names in ([name_of(state) for state in State], [EVENT_NAMES[event] for event in Event]):
        assert len(set(names)) == len(names)
        assert all(re.match("[а-яё]", name) for name in names)
    assert set(STATES) == set(State)


def test_key_of_a_duplicate_is_given_back() -> None:
    """Rejected, withdrawn and expired referrals make no duplicates of later ones; open and done ones do."""
    held = "SUBMITTED AWAITING_CERTIFICATE_STATUS REMD_REGISTERED DELIVERED REGISTERED RETURNED REWORK "
    held += "IN_WORK SCHEDULED EXAMINED RESULT_SENT COMPLETED APPEALED"
    assert {state for state in State if holds_duplicate_key(state)} == {State(one) for one in held.split()}


def test_conflict_names_what_is_possible() -> None:
    """The refusal of an act says in which state the referral is and what can be done now."""
    made = state_conflict(State.DELIVERED, Event.RETURN, party=Party.BUREAU)
    assert made.code == "MSE-5004"
    assert made.message == "Действие «возврат направления» недоступно в состоянии «доставлено в бюро»."
    assert "регистрация в бюро" in made.how_to_fix
    assert "отзыв" not in made.how_to_fix
    assert "отзыв направления" in state_conflict(State.DELIVERED, Event.RETURN).how_to_fix


def test_conflict_for_a_party_that_has_to_wait() -> None:
    """Where the act is another party's, the answer says so."""
    made = state_conflict(State.EXAMINED, Event.WITHDRAW, party=Party.MIS)
    assert made.how_to_fix == "Сейчас возможно: только действие другой стороны."


def test_conflict_in_a_final_state_says_so() -> None:
    """Where nothing is possible the answer says that the state is final."""
    assert state_conflict(State.WITHDRAWN, Event.ACCEPT).how_to_fix == (
        "Сейчас возможно: ничего, состояние окончательное."
    )


def test_whose_turn_it_is() -> None:
    """In an open state somebody is waited for who can indeed move the referral on."""
    for state in State:
        if not is_final(state):
            onward = {row.event for row in MOVES if row.state == state and row.next_state != state}
            acts = {
                one
                for one in possible_to(state, PARTY_OF_TURN[TURN_OF_STATE[state]])
                if one is not Event.WITHDRAW
            }
            assert acts & onward, state


def test_what_only_is_written_down_has_a_name() -> None:
    """Every row of a journal of a referral that moves nothing is told in Russian by the history."""
    operations = Path(operations_package.__file__).parent
    written = {
        node.args[2].value
        for source in sorted(operations.glob("*.py"))
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "note"
        and isinstance(node.args[2], ast.Constant)
    }
    of_messages = {
        "REMD_VERDICT_UNREADABLE",
        "REMD_VERDICT_UNKNOWN",
        "REMD_EVENT_HELD",
        "REMD_EVENT_CLOSED",
    }
    assert len(written) > 5
    assert written - of_messages <= set(NOTE_NAMES)
    assert all(re.match("[а-яёА-ЯЁ]", name) for name in NOTE_NAMES.values())


def test_every_open_state_is_somebodys_turn() -> None:
    """An operator is told whom to ask about each state that is not final."""
    assert set(TURN_OF_STATE) == {row.state for row in STATES.values() if not row.final}
