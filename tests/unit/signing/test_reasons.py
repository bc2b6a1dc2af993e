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


def test_a_refusal_keeps_the_place_of_its_signature() -> None:
    """Naming the role does not lose the place, which is part of what makes a refusal."""
    refusal = Refusal(Reason.SIG_INVALID)
    placed = refusal.at(2).with_role("AUTHOR")
    assert (placed.position, placed.role) == (2, "AUTHOR")
    assert refusal.position is None
    assert refusal.at(2) != refusal.at(3)
    assert str(placed) == "SIG_INVALID[2] AUTHOR"


def test_refusals_sort_by_check_and_then_by_place() -> None:
    """What is said of the whole document comes last within a check."""
    invalid, role = Refusal(Reason.SIG_INVALID), Refusal(Reason.SIGNER_ROLE)
    found = [role, role.at(1), invalid, invalid.at(10), invalid.at(2)]
    assert sorted(found, key=lambda refusal: refusal.place) == found[::-1]
