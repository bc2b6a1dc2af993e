"""The decision after a failed attempt."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.contract.reply import PartnerError
from adapter.delivery.retry import (
    AgainAt,
    Dead,
    End,
    ErrorClass,
    Policy,
    ReconcileAt,
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


@given(policies, attempts, chances)
def test_delay_stays_between_its_floor_and_the_cap(policy: Policy, attempt: int, chance: float) -> None:
    """A delay never exceeds the cap and never loses more than the jitter allows."""
    full = min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 62))
    found = delay(policy, attempt, chance)
    assert full * (1 - policy.jitter) <= found <= full <= policy.cap


@given(policies, st.integers(1, 100), chances)
def test_delay_never_shrinks_with_attempts(policy: Policy, attempt: int, chance: float) -> None:
    """With the same luck a later attempt waits at least as long."""
    assert delay(policy, attempt + 1, chance) >= delay(policy, attempt, chance)


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
        ([], ErrorClass.FINAL, 0.0),
    ],
)
def test_mnemonics_of_remd(codes: list[str], error_class: ErrorClass, at_least: float) -> None:
    """Only errors that all say "not now" are tried again, as late as the most patient of them asks."""
    found = classify(PartnerError(code) for code in codes)
    assert (found.error_class, found.at_least) == (error_class, at_least)
