"""Which referrals a partner may see: its own as the sender's, those handed to it as the bureau's."""

from __future__ import annotations

from typing import Any

from adapter.domain.errors import problem
from adapter.domain.partners import Partner, PartnerKind
from adapter.domain.states import State
from adapter.operations.context import Call, Context, Refused
from storage import Referral, Transaction

#: States in which a referral has not been handed to its bureau yet.
_BEFORE_BUREAU = frozenset(
    {
        State.SUBMITTED,
        State.AWAITING_CERTIFICATE_STATUS,
        State.TECH_REJECTED,
        State.REMD_REJECTED,
        State.NOT_ACCEPTED_DUPLICATE,
        State.NOT_ACCEPTED_LATE,
        State.NOT_ACCEPTED_SIGNATURE,
        State.NOT_ACCEPTED_REGION,
    }
)


def not_found(number: str, path: str) -> Refused:
    """Return MSE-5003; the same for what is not there and for what is somebody else's (facts, D.6)."""
    return Refused([problem("NOT_FOUND", path, title="Номер направления", actual=number)])


def may_see(partner: Partner, referral: Referral) -> bool:
    """Tell whether a partner is the sender, or the bureau that the referral was handed to."""
    if partner.kind is PartnerKind.BUREAU:
        return referral.bureau == partner.code and State(referral.state) not in _BEFORE_BUREAU
    return referral.sender == partner.code


def visible(tx: Transaction, call: Call[Any], number: str, path: str) -> Referral:
    """Return a referral of the caller, held until the transaction ends.

    Raises:
        Refused: MSE-5003.
    """
    referral = tx.referrals.lock(number)
    if referral is None or not may_see(call.partner, referral):
        raise not_found(number, path)
    return referral


def citizen_hash(context: Context, snils: str) -> str:
    """Return the keyed hash that stands for a citizen in the register."""
    return context.pseudonym(f"snils:{snils}")
