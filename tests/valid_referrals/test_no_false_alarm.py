"""Valid referrals of every kind cause no alarm."""

import pytest
from hypothesis import HealthCheck, given, settings

from adapter.domain.checks import check
from tests.valid_referrals.referrals import Valid
from tests.valid_referrals.strategies import referrals
from tests.valid_referrals.traits import KINDS

PER_KIND = 80
#: "Not checked": a list or a register is not loaded. Nothing is said against a referral by that.
ALLOWED = frozenset({"MSE-5013"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_referral_causes_no_alarm(kind: str) -> None:
    """Neither an error nor a warning is found in valid referrals of any kind, the same ones in each run."""
    made = 0

    @settings(
        max_examples=PER_KIND,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(referrals(kind))
    def alarms(valid: Valid) -> None:
        nonlocal made
        made += 1
        found = check(valid.referral, valid.context)
        assert [one for one in found if one.code not in ALLOWED] == []

    alarms()
    assert made >= PER_KIND


def test_there_are_a_thousand_of_them() -> None:
    """All kinds together make at least a thousand referrals."""
    assert len(KINDS) * PER_KIND >= 1_000
