"""The builder as a hypothesis strategy: every choice is hypothesis's own, so examples shrink."""

from hypothesis import strategies as st

from tests.valid_referrals.referrals import Valid, referral
from tests.valid_referrals.traits import KINDS


def referrals(kind: str) -> st.SearchStrategy[Valid]:
    """Return valid referrals of a kind.

    Args:
        kind: One of `KINDS`.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    return st.randoms(use_true_random=False).map(lambda random: referral(kind, random))
