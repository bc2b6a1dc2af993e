"""The decision after a failed attempt."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.contract.reply import PartnerError
from adapter.delivery.retry import (
    TROUBLES,
    AgainAt,
    Dead,
    End,
    ErrorClass,
    Health,
    Policy,
    ReconcileAt,
    Trouble,
    classify,
    decide,
    delay,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

policies = st.builds(
    Policy,
    attempts=st.integers(1, 1000),
    base=st.floats(0.1, 60),
    cap=st.floats(60, 86400),
    jitter=st.floats(0, 1),
)
chances = st.floats(0, 1, exclude_max=True)
attempts = st.integers(1, 2000)
passing = st.sampled_from([ErrorClass.UNREACHABLE, ErrorClass.UNKNOWN, ErrorClass.TEMPORARY])


@settings(deadline=None, derandomize=True)
@given(policies, attempts, chances)
def test_delay_stays_between_its_floor_and_the_cap(policy: Policy, attempt: int, chance: float) -> None:
    """A delay never exceeds the cap and never loses more than the jitter allows."""
    full = min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 62))
    found = delay(policy, attempt, chance)
    assert full * (1 - policy.jitter) <= found <= full <= policy.cap


@settings(deadline=None, derandomize=True)
@given(policies, st.integers(1, 100), chances)
def test_delay_never_shrinks_with_attempts(policy: Policy, attempt: int, chance: float) -> None:
    """With the same luck a later attempt waits at least as long."""
    assert delay(policy, attempt + 1, chance) >= delay(policy, attempt, chance)


@settings(deadline=None, derandomize=True)
@given(policies, attempts, chances, passing, st.floats(0, 600), st.booleans())
def test_every_failure_ends_some_day(
    policy: Policy, attempt: int, chance: float, error_class: ErrorClass, at_least: float, in_doubt: bool
) -> None:
    """Attempts go on until the last one and then end for good; a wait that was asked for is kept."""
    found = decide(
        policy, error_class, attempt=attempt, now=NOW, chance=chance, at_least=at_least, in_doubt=in_doubt
    )
    if attempt >= policy.attempts:
        assert found == Dead(End.EXHAUSTED)
    else:
        assert not isinstance(found, Dead)
        assert found.moment >= NOW + timedelta(seconds=min(at_least, policy.longest_wait))
        assert isinstance(found, ReconcileAt) == (in_doubt or error_class is ErrorClass.UNKNOWN)


@settings(deadline=None, derandomize=True)
@given(policies, attempts, chances, st.booleans())
def test_a_final_error_is_never_tried_again(
    policy: Policy, attempt: int, chance: float, in_doubt: bool
) -> None:
    """What the partner refuses for good goes to a person at once."""
    found = decide(policy, ErrorClass.FINAL, attempt=attempt, now=NOW, chance=chance, in_doubt=in_doubt)
    assert found == Dead(End.FINAL)


@pytest.mark.parametrize(
    ("error_class", "in_doubt", "expected"),
    [
        (ErrorClass.UNREACHABLE, False, AgainAt),
        (ErrorClass.TEMPORARY, False, AgainAt),
        (ErrorClass.UNKNOWN, False, ReconcileAt),
        (ErrorClass.UNREACHABLE, True, ReconcileAt),
        (ErrorClass.TEMPORARY, True, ReconcileAt),
    ],
)
def test_doubt_is_kept_until_it_is_resolved(
    error_class: ErrorClass, in_doubt: bool, expected: type[object]
) -> None:
    """A message whose earlier outcome is unknown stays so, whatever the later attempt met."""
    found = decide(Policy(), error_class, attempt=1, now=NOW, chance=0.5, in_doubt=in_doubt)
    assert type(found) is expected


@pytest.mark.parametrize(
    ("codes", "error_class", "at_least"),
    [
        (["RATE_LIMIT"], ErrorClass.TEMPORARY, 60.0),
        (["INTERNAL_ERROR"], ErrorClass.TEMPORARY, 30.0),
        (["RUNTIME_ERROR", "RATE_LIMIT"], ErrorClass.TEMPORARY, 60.0),
        (["MIS_NOT_AVAILABLE"], ErrorClass.TEMPORARY, 60.0),
        (["NOT_UNIQUE_PROVIDED_ID"], ErrorClass.FINAL, 0.0),
        (["VALIDATION_ERROR"], ErrorClass.FINAL, 0.0),
        (["RATE_LIMIT", "NO_SNILS"], ErrorClass.FINAL, 0.0),
        (["SOMETHING_NEW"], ErrorClass.FINAL, 0.0),
        (["GET_DOCUMENT_FILE_ERROR", "RATE_LIMIT"], ErrorClass.TEMPORARY, 300.0),
        (["NO_RMIS"], ErrorClass.FINAL, 0.0),
        ([""], ErrorClass.FINAL, 0.0),
        ([], ErrorClass.FINAL, 0.0),
    ],
)
def test_mnemonics_of_remd(codes: list[str], error_class: ErrorClass, at_least: float) -> None:
    """Only errors that all say "not now" are tried again, as late as the most patient of them asks."""
    found = classify(PartnerError(code) for code in codes)
    assert (found.error_class, found.at_least) == (error_class, at_least)


@settings(deadline=None, derandomize=True)
@given(
    policies,
    st.sampled_from(Trouble),
    attempts,
    chances,
    st.floats(0, 10**7),
    st.booleans(),
    st.booleans(),
)
def test_there_is_a_decision_for_everything(
    policy: Policy,
    trouble: Trouble,
    attempt: int,
    chance: float,
    at_least: float,
    in_doubt: bool,
    expired: bool,
) -> None:
    """Whatever goes wrong at whichever attempt, the next step follows from four facts and has bounds."""
    error_class = TROUBLES[trouble].error_class
    found = decide(
        policy,
        error_class,
        attempt=attempt,
        now=NOW,
        chance=chance,
        at_least=at_least,
        in_doubt=in_doubt,
        expired=expired,
    )
    if isinstance(found, Dead):
        final = error_class is ErrorClass.FINAL
        ends = {End.FINAL: final, End.EXPIRED: expired and not final}
        assert ends.get(found.end, not final and not expired and attempt >= policy.attempts)
    else:
        assert error_class is not ErrorClass.FINAL
        assert not expired
        assert attempt < policy.attempts
        assert isinstance(found, ReconcileAt) == (in_doubt or error_class is ErrorClass.UNKNOWN)
        longest = max(policy.cap, policy.longest_wait)
        assert NOW <= found.moment <= NOW + timedelta(seconds=longest, microseconds=1)


def test_every_trouble_has_a_meaning() -> None:
    """The table is whole, and what leaves no doubt is only what cannot have had an effect."""
    assert set(TROUBLES) == set(Trouble)
    doubtful = {one for one, meaning in TROUBLES.items() if meaning.error_class is ErrorClass.UNKNOWN}
    assert doubtful == {Trouble.TIMEOUT, Trouble.UNREADABLE, Trouble.DOWN, Trouble.STORE}


def test_no_refusal_opens_a_breaker() -> None:
    """Towards the breaker counts only that nobody was there; what lies with us says nothing."""
    health = {one: meaning.health for one, meaning in TROUBLES.items()}
    absent = {one for one, said in health.items() if said is Health.ABSENT}
    assert absent == {Trouble.TRANSPORT, Trouble.TIMEOUT, Trouble.DOWN, Trouble.AWAY}
    assert {one for one, said in health.items() if said is Health.OURS} == {Trouble.UNSIGNED, Trouble.STORE}


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(["registerDocument", "StatusPush", "another"]), st.floats(0, 10**8))
def test_a_message_grows_too_old_once(kind: str, seconds: float) -> None:
    """Each kind has a life; what is older stays too old, and the installation may set it."""
    policy, later = Policy(), NOW + timedelta(seconds=seconds)
    assert policy.expired(kind, NOW, later) == ((later - NOW).total_seconds() >= policy.life(kind))
    short = Policy(lives={kind: 60.0})
    assert short.expired(kind, NOW, NOW + timedelta(seconds=60))
    assert not short.expired(kind, NOW, NOW + timedelta(seconds=59))
    assert short.life("ReceiveReferral") == policy.life("ReceiveReferral") > 0
