"""Which referrals a partner may see: its own as the sender's, those handed to it as the bureau's."""

from __future__ import annotations

from typing import Any

from adapter.domain.errors import problem
from adapter.domain.partners import Partner, PartnerKind
from adapter.operations.context import Call, Context, Refused
from adapter.operations.mail import PUSH, REFERRAL
from storage import Referral, Transaction
from storage.mailbox import WITHDRAWN


def not_found(number: str, path: str) -> Refused:
    """Return MSE-5003; the same for what is not there and for what is somebody else's (facts, D.6)."""
    return Refused([problem("NOT_FOUND", path, title="Номер направления", actual=number)])


def may_see(tx: Transaction, partner: Partner, referral: Referral, version: int | None = None) -> bool:
    """Tell whether a partner is the sender, or the bureau that the (present) version was handed to."""
    if partner.kind is PartnerKind.BUREAU:
        return _handed_over(tx, partner, referral, version or referral.version_number)
    return referral.sender == partner.code


def visible(tx: Transaction, call: Call[Any], number: str, path: str) -> Referral:
    """Return a referral of the caller, held until the transaction ends; a test message sees test ones only.

    Raises:
        Refused: MSE-5003.
    """
    referral = tx.referrals.lock(number)
    if referral is None or not may_see(tx, call.partner, referral) or (call.test and not referral.test):
        raise not_found(number, path)
    return referral


def citizen_hash(context: Context, snils: str) -> str:
    """Return the keyed hash that stands for a citizen in the register."""
    return context.pseudonym(f"snils:{snils}")


def _handed_over(tx: Transaction, partner: Partner, referral: Referral, version: int) -> bool:
    """Tell whether the bureau has fetched the version from its queue, or bytes of it have left to it.

    The state does not say it: a referral is withdrawn or refused before its bureau hears of it, or after.
    """
    if referral.bureau != partner.code:
        return False
    if any(
        item.owner == partner.code
        and item.kind == REFERRAL
        and item.handed_out
        and item.state != WITHDRAWN
        and item.payload["versionNumber"] == version
        for item in tx.mailbox.list(referral.number)
    ):
        return True
    sent = tx.outbox.list(partner=partner.code, referral_number=referral.number)
    return any(one.kind == PUSH and one.version_number == version and one.attempts_total for one in sent)
