"""Valid referrals of every kind cause no alarm."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.domain.checks import check
from adapter.domain.errors import Problem
from tests.valid_referrals.referrals import Valid, referral
from tests.valid_referrals.strategies import referrals
from tests.valid_referrals.traits import KINDS

PER_KIND = 80
#: "Not checked": a list or a register is not loaded. Nothing is said against a referral by that.
ALLOWED = frozenset({"MSE-5013"})


def numbered(kind: str, number: int) -> Valid:
    """Return a referral of a kind; the same number gives the same one."""
    return referral(kind, Random(f"valid {kind} {number}"))  # noqa: S311 - no secret


def alarms(valid: Valid) -> list[Problem]:
    """Return what the checks have against a valid referral."""
    return [one for one in check(valid.referral, valid.context) if one.code not in ALLOWED]


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_referral_causes_no_alarm(kind: str) -> None:
    """Neither an error nor a warning is found in valid referrals of any kind, the same ones in each run."""
    for number in range(PER_KIND):
        assert alarms(numbered(kind, number)) == []


def test_there_are_a_thousand_of_them() -> None:
    """All kinds together make more than a thousand different referrals."""
    everything = ((kind, number) for kind in KINDS for number in range(PER_KIND))
    different = {numbered(kind, number).referral for kind, number in everything}
    assert len(different) == len(KINDS) * PER_KIND > 1_000


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.sampled_from(tuple(KINDS)).flatmap(referrals))
def test_no_choice_of_hypothesis_causes_an_alarm(valid: Valid) -> None:
    """What hypothesis finds at the edges of the choices is as clean; a failure comes out at its smallest."""
    assert alarms(valid) == []
