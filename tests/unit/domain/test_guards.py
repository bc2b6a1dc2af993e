"""Guards of the table of moves: when each holds, and what a refusal says of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapter.domain.state_guards import GUARDS, Guard, Judge, Situation
from adapter.domain.states import MOVES, Event, Party, State, path, possible_to, refusal, unmet

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EMPTY = Situation(now=NOW, version_number=2)

#: Guard: situations in which it holds, situations in which it does not.
CASES: dict[Guard, tuple[list[Situation], list[Situation]]] = {
    Guard.COMMISSION_DECIDED: ([Situation()], []),
    Guard.ALL_SIGNED: ([Situation()], []),
    Guard.CHECKS_PASSED: ([Situation()], []),
    Guard.NEXT_VERSION: (
        [replace(EMPTY, next_version=3)],
        [EMPTY, replace(EMPTY, next_version=2), replace(EMPTY, next_version=4)],
    ),
    Guard.REGISTRATION_NUMBER: (
        [replace(EMPTY, registration_number="77/1")],
        [EMPTY, replace(EMPTY, registration_number=" \t")],
    ),
    Guard.GROUND_NAMED: ([replace(EMPTY, grounds=1), replace(EMPTY, grounds=5)], [EMPTY]),
    Guard.SIGNED_BY_HEAD: ([replace(EMPTY, signed_by_head=True)], [EMPTY]),
    Guard.OTHER_BUREAU: (
        [replace(EMPTY, bureau_oid="1.2", to_bureau_oid="1.3")],
        [replace(EMPTY, bureau_oid="1.2", to_bureau_oid="1.2"), replace(EMPTY, bureau_oid="1.2")],
    ),
    Guard.TERM_RUNS: ([replace(EMPTY, term_ends_at=NOW)], [EMPTY]),
    Guard.LATER_END: (
        [
            replace(EMPTY, term_ends_at=NOW, extended_to=NOW + SECOND),
            replace(EMPTY, term_ends_at=NOW - 9 * SECOND, extended_to=NOW + SECOND),
        ],
        [
            EMPTY,
            replace(EMPTY, extended_to=NOW + SECOND),
            replace(EMPTY, term_ends_at=NOW),
            replace(EMPTY, term_ends_at=NOW + SECOND, extended_to=NOW + SECOND),
            replace(EMPTY, term_ends_at=NOW - 9 * SECOND, extended_to=NOW - SECOND),
            replace(EMPTY, term_ends_at=NOW - 9 * SECOND, extended_to=NOW),
            Situation(term_ends_at=NOW, extended_to=NOW + SECOND),
        ],
    ),
    Guard.DOCUMENT_IN_FORCE: (
        [replace(EMPTY, replaced="d-1", in_force="d-1")],
        [EMPTY, replace(EMPTY, replaced="d-1", in_force="d-2"), replace(EMPTY, replaced="d-1")],
    ),
    Guard.APPEAL_IN_TIME: (
        [
            replace(EMPTY, filed_at=NOW),
            replace(EMPTY, filed_at=NOW, appeal_ends_at=NOW),
            replace(EMPTY, filed_at=NOW - SECOND, appeal_ends_at=NOW),
        ],
        [EMPTY, replace(EMPTY, filed_at=NOW + SECOND, appeal_ends_at=NOW)],
    ),
    Guard.SAME_APPEAL: (
        [replace(EMPTY, appeal_number="А-1", decided_appeal="А-1")],
        [
            EMPTY,
            replace(EMPTY, appeal_number="А-1", decided_appeal="А-2"),
            replace(EMPTY, decided_appeal="А-1"),
        ],
    ),
    Guard.EXAMINATION_AWAITED: (
        [replace(EMPTY, examined_version=2), Situation(version_number=1, examined_version=1)],
        [EMPTY, replace(EMPTY, examined_version=1), Situation()],
    ),
    Guard.REWORK_IN_TIME: (
        [EMPTY, replace(EMPTY, rework_ends_at=NOW), replace(EMPTY, rework_ends_at=NOW + SECOND)],
        [replace(EMPTY, rework_ends_at=NOW - SECOND)],
    ),
    Guard.REWORK_OVER: (
        [replace(EMPTY, rework_ends_at=NOW - SECOND)],
        [EMPTY, replace(EMPTY, rework_ends_at=NOW), Situation(rework_ends_at=NOW)],
    ),
}

#: A situation in which every guard holds but that rework is over.
ALL_HOLD = Situation(
    now=NOW,
    version_number=2,
    examined_version=2,
    bureau_oid="1.2",
    appeal_number="А-1",
    next_version=3,
    registration_number="77/1",
    grounds=1,
    signed_by_head=True,
    to_bureau_oid="1.3",
    term_ends_at=NOW,
    extended_to=NOW + SECOND,
    replaced="d-1",
    in_force="d-1",
    filed_at=NOW,
    appeal_ends_at=NOW,
    decided_appeal="А-1",
)


@pytest.mark.parametrize("guard", list(Guard))
def test_when_a_guard_holds(guard: Guard) -> None:
    """Each guard holds in the situations of the facts and in no others."""
    holding, standing_against = CASES[guard]
    assert all(GUARDS[guard].holds(one) for one in holding)
    assert not any(GUARDS[guard].holds(one) for one in standing_against)


def test_a_fact_that_is_not_named_is_absent() -> None:
    """Numbers are zero, marks are not set, texts are empty, moments are unknown."""
    facts = {name: getattr(Situation(), name) for name in Situation.__dataclass_fields__}
    assert {name for name, fact in facts.items() if fact} == set()
    assert {facts[name] for name in ("version_number", "examined_version", "next_version", "grounds")} == {0}


def test_every_guard_is_used_and_explained() -> None:
    """Each guard belongs to a row of the table and has a Russian text of its own and a basis."""
    assert {guard for row in MOVES for guard in row.guards} == set(Guard) == set(GUARDS)
    texts = [row.text for row in GUARDS.values()]
    assert len(set(texts)) == len(texts)
    assert all(re.match("[а-яё]", row.text) and row.basis for row in GUARDS.values())


def test_every_guard_of_every_row_stands_against_its_move() -> None:
    """Where all guards hold nothing stands against a move; where one does not, exactly that one does."""
    for row in MOVES:
        if row.event is Event.EXPIRE_REWORK:
            continue
        assert unmet(row, ALL_HOLD) == ()
        assert path(row.state, row.event, ALL_HOLD)
        for guard in row.guards:
            for situation in CASES[guard][1]:
                assert guard in unmet(row, situation)
                assert path(row.state, row.event, situation) == ()


@pytest.mark.parametrize(
    ("state", "event", "party", "situation", "limit"),
    [
        (
            State.REWORK,
            Event.CORRECT,
            Party.MIS,
            replace(ALL_HOLD, rework_ends_at=NOW - SECOND),
            NOW - SECOND,
        ),
        (State.COMPLETED, Event.APPEAL, Party.BUREAU, replace(ALL_HOLD, filed_at=NOW + SECOND), NOW),
    ],
)
def test_a_term_that_is_over_says_so(
    state: State, event: Event, party: Party, situation: Situation, limit: datetime
) -> None:
    """MSE-5005 with the end of the term, where nothing else stands against the act."""
    refused = refusal(state, event, party=party, situation=situation)
    assert refused is not None
    assert (refused.code, refused.limit) == ("MSE-5005", f"{limit:%d.%m.%Y %H:%M} UTC")


def test_a_term_that_is_over_is_not_all() -> None:
    """MSE-5004 where another guard does not hold either."""
    situation = replace(ALL_HOLD, rework_ends_at=NOW - SECOND, next_version=9)
    refused = refusal(State.REWORK, Event.CORRECT, party=Party.MIS, situation=situation)
    assert refused is not None
    assert refused.code == "MSE-5004"
    assert GUARDS[Guard.NEXT_VERSION].text in refused.how_to_fix
    assert GUARDS[Guard.REWORK_IN_TIME].text in refused.how_to_fix


def test_what_the_register_forbids_is_not_named_as_possible() -> None:
    """A correction during the expertise is named only where it was asked for."""
    asked, not_asked = replace(EMPTY, examined_version=2), replace(EMPTY, examined_version=1)
    for state in (State.IN_WORK, State.SCHEDULED):
        assert Event.CORRECT in possible_to(state, Party.MIS, asked)
        assert Event.CORRECT not in possible_to(state, Party.MIS, not_asked)
        refused = refusal(state, Event.CORRECT, party=Party.MIS, situation=not_asked)
        assert refused is not None
        assert "исправленного" not in refused.how_to_fix.partition("Условие")[0]
        assert GUARDS[Guard.EXAMINATION_AWAITED].text in refused.how_to_fix
    assert Event.RETURN in possible_to(State.REGISTERED, Party.BUREAU, EMPTY)
    late = replace(EMPTY, rework_ends_at=NOW - SECOND)
    assert Event.CORRECT not in possible_to(State.REWORK, Party.MIS, late)
    assert Event.EXPIRE_REWORK in possible_to(State.REWORK, Party.ADAPTER, late)
    assert Event.EXPIRE_REWORK not in possible_to(State.REWORK, None, EMPTY)


def test_who_judges() -> None:
    """What the МИС and the reception see to always holds here; three guards are the register's."""
    before = {guard for guard, row in GUARDS.items() if row.judge is Judge.BEFORE}
    assert before == {Guard.COMMISSION_DECIDED, Guard.ALL_SIGNED, Guard.CHECKS_PASSED}
    register = {guard for guard, row in GUARDS.items() if row.judge is Judge.REGISTER}
    assert register == {Guard.EXAMINATION_AWAITED, Guard.REWORK_IN_TIME, Guard.REWORK_OVER}
