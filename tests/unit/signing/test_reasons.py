"""Reasons and refusals."""

from __future__ import annotations

import pytest

from signing.reasons import Reason, Refusal


def test_reasons_stand_in_the_order_of_the_checks() -> None:
    """The mathematics comes before the certificate, the certificate before the signer."""
    ordered = sorted(sorted(Reason), key=lambda reason: reason.order)
    assert ordered == list(Reason)
    assert (ordered[0], ordered[-1]) == (Reason.SIG_MISSING, Reason.AUTHOR_MISMATCH)
    assert Reason.SIG_INVALID.order < Reason.CERT_CHAIN.order < Reason.SIGNER_ROLE.order


def test_a_refusal_is_raised_and_compared_by_its_facts() -> None:
    """Role and values make a refusal; the same ones are equal, in sets too."""
    refusal = Refusal(Reason.SIG_INVALID, values={"serial": "1"})
    with pytest.raises(Refusal, match="SIG_INVALID"):
        raise refusal
    assert refusal == Refusal(Reason.SIG_INVALID, values={"serial": "1"})
    assert refusal != refusal.with_role("AUTHOR")
    assert refusal != Refusal(Reason.SIG_INVALID)
    assert refusal != Reason.SIG_INVALID
    assert (
        len({refusal, refusal.with_role("AUTHOR"), Refusal(Reason.SIG_INVALID, values={"serial": "1"})}) == 2
    )
    assert str(refusal.with_role("AUTHOR")) == "SIG_INVALID AUTHOR (serial=1)"
