"""The table of moves against an expectation written from the facts (C.1, C.2) and the contract."""

import re

import pytest

from adapter.domain.deadlines import TERMS
from adapter.domain.state_names import EVENT_NAMES, STATES
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
    public_status,
    state_conflict,
)
from adapter.domain.turns import TURN_OF_STATE

#: state: event>next, in words of the facts; written independently of the table under test.
EXPECTED_TEXT = """
DRAFT: APPROVE_BY_COMMISSION>VK_APPROVED REFUSE_BY_COMMISSION>VK_REFUSED WITHDRAW>WITHDRAWN
VK_REFUSED:
VK_APPROVED: SIGN>SIGNED WITHDRAW>WITHDRAWN
SIGNED: SUBMIT>SUBMITTED WITHDRAW>WITHDRAWN
SUBMITTED: AWAIT_CERTIFICATE_STATUS>AWAITING_CERTIFICATE_STATUS REJECT_TECHNICALLY>TECH_REJECTED
SUBMITTED: REGISTER_IN_REMD>REMD_REGISTERED REJECT_BY_REMD>REMD_REJECTED DELIVER>DELIVERED
SUBMITTED: REFUSE_DUPLICATE>NOT_ACCEPTED_DUPLICATE REFUSE_LATE>NOT_ACCEPTED_LATE
SUBMITTED: REFUSE_SIGNATURE>NOT_ACCEPTED_SIGNATURE REFUSE_REGION>NOT_ACCEPTED_REGION WITHDRAW>WITHDRAWN
AWAITING_CERTIFICATE_STATUS: CONFIRM_CERTIFICATE_STATUS>SUBMITTED
AWAITING_CERTIFICATE_STATUS: REFUSE_SIGNATURE>NOT_ACCEPTED_SIGNATURE WITHDRAW>WITHDRAWN
TECH_REJECTED: CORRECT>SUBMITTED WITHDRAW>WITHDRAWN
REMD_REGISTERED: DELIVER>DELIVERED WITHDRAW>WITHDRAWN
REMD_REJECTED: CORRECT>SUBMITTED WITHDRAW>WITHDRAWN
DELIVERED: REGISTER>REGISTERED WITHDRAW>WITHDRAWN
DELIVERED: REFUSE_DUPLICATE>NOT_ACCEPTED_DUPLICATE REFUSE_LATE>NOT_ACCEPTED_LATE
DELIVERED: REFUSE_SIGNATURE>NOT_ACCEPTED_SIGNATURE REFUSE_REGION>NOT_ACCEPTED_REGION
NOT_ACCEPTED_DUPLICATE:
NOT_ACCEPTED_LATE:
NOT_ACCEPTED_SIGNATURE: CORRECT>SUBMITTED
NOT_ACCEPTED_REGION: CORRECT>SUBMITTED
REGISTERED: RETURN>RETURNED ACCEPT>IN_WORK WITHDRAW>WITHDRAWN
REGISTERED: ASSIGN_EXECUTOR>REGISTERED EXTEND_DEADLINE>REGISTERED
RETURNED: ACKNOWLEDGE_RETURN>REWORK WITHDRAW>WITHDRAWN
REWORK: CORRECT>SUBMITTED EXPIRE_REWORK>REWORK_EXPIRED EXTEND_DEADLINE>REWORK WITHDRAW>WITHDRAWN
REWORK_EXPIRED:
IN_WORK: SCHEDULE>SCHEDULED ASSIGN_EXECUTOR>IN_WORK EXTEND_DEADLINE>IN_WORK WITHDRAW>WITHDRAWN
SCHEDULED: EXAMINE>EXAMINED SCHEDULE>SCHEDULED ASSIGN_EXECUTOR>SCHEDULED EXTEND_DEADLINE>SCHEDULED
SCHEDULED: WITHDRAW>WITHDRAWN
EXAMINED: SEND_RESULT>RESULT_SENT EXTEND_DEADLINE>EXAMINED
RESULT_SENT: ACKNOWLEDGE_RESULT>COMPLETED
COMPLETED: APPEAL>APPEALED
WITHDRAWN:
APPEALED: DECIDE_APPEAL>COMPLETED EXTEND_DEADLINE>APPEALED
"""
#: Requests that make two moves in one transaction.
IN_ONE_STEP = {
    (State.RETURNED, Event.CORRECT): [State.REWORK, State.SUBMITTED],
    (State.SCHEDULED, Event.SEND_RESULT): [State.EXAMINED, State.RESULT_SENT],
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
PARTY_OF_EVENT = {
    Party.MIS: "APPROVE_BY_COMMISSION REFUSE_BY_COMMISSION SIGN SUBMIT CORRECT WITHDRAW ACKNOWLEDGE_RETURN "
    "ACKNOWLEDGE_RESULT",
    Party.BUREAU: "REGISTER RETURN ACCEPT ASSIGN_EXECUTOR SCHEDULE EXTEND_DEADLINE EXAMINE SEND_RESULT "
    "APPEAL DECIDE_APPEAL",
    Party.REMD: "REGISTER_IN_REMD REJECT_BY_REMD",
    Party.ADAPTER: "AWAIT_CERTIFICATE_STATUS CONFIRM_CERTIFICATE_STATUS REJECT_TECHNICALLY EXPIRE_REWORK",
}


def _expected() -> dict[tuple[State, Event], State]:
    found = {}
    for line in EXPECTED_TEXT.strip().splitlines():
        state, _, cells = line.partition(":")
        for cell in cells.split():
            event, _, following = cell.partition(">")
            found[State(state), Event(event)] = State(following)
    return found


EXPECTED = _expected()


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_every_cell_of_the_table(state: State, event: Event) -> None:
    """Each pair of state and event leads where the facts say, or nowhere."""
    row = move(state, event)
    assert (row.next_state if row else None) == EXPECTED.get((state, event))


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_every_path(state: State, event: Event) -> None:
    """A request makes one move, two where the contract joins them, or none."""
    one = EXPECTED.get((state, event))
    expected = IN_ONE_STEP.get((state, event), [one] if one else [])
    assert [row.next_state for row in path(state, event)] == expected


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


def test_only_appeal_and_a_corrected_version_leave_a_final_state() -> None:
    """A final state is left by an appeal, or by a correction after a refusal for a signature or a region."""
    assert {(row.state, row.event) for row in MOVES if is_final(row.state)} == {
        (State.COMPLETED, Event.APPEAL),
        (State.NOT_ACCEPTED_SIGNATURE, Event.CORRECT),
        (State.NOT_ACCEPTED_REGION, Event.CORRECT),
    }


def test_every_state_is_reached() -> None:
    """Every state but the first is the end of some move."""
    assert {row.next_state for row in MOVES} == set(State) - {State.DRAFT}


def test_every_row_has_a_basis_and_parties() -> None:
    """Each row says who may do it and why it exists."""
    assert all(row.parties and row.basis for row in MOVES)


@pytest.mark.parametrize(("party", "events"), PARTY_OF_EVENT.items())
def test_who_may(party: Party, events: str) -> None:
    """Each event belongs to one party wherever it happens."""
    for event in events.split():
        assert {row.parties for row in MOVES if row.event == event} == {(party,)}


def test_refusals_on_receipt_belong_to_adapter_and_then_to_the_bureau() -> None:
    """Before delivery the adapter refuses, after it the bureau does; delivery itself may come from both."""
    refusals = [row for row in MOVES if row.event.value.startswith("REFUSE_") and row.state != State.DRAFT]
    for row in refusals:
        assert row.parties == ((Party.BUREAU,) if row.state is State.DELIVERED else (Party.ADAPTER,))
    assert {row.parties for row in MOVES if row.event is Event.DELIVER} == {(Party.BUREAU, Party.ADAPTER)}


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
    assert {state for state in State if public_status(state) is public} == {
        State(one) for one in states.split()
    }


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
    made = state_conflict(State.RESULT_SENT, Event.SEND_RESULT, party=Party.BUREAU)
    assert made.how_to_fix == "Сейчас возможно: только действие другой стороны."


def test_conflict_in_a_final_state_says_so() -> None:
    """Where nothing is possible the answer says that the state is final."""
    assert state_conflict(State.WITHDRAWN, Event.ACCEPT).how_to_fix == (
        "Сейчас возможно: ничего, состояние окончательное."
    )


def test_every_open_state_is_somebodys_turn() -> None:
    """An operator is told whom to ask about each state that is not final."""
    assert set(TURN_OF_STATE) == {row.state for row in STATES.values() if not row.final}
