"""What a delivery means for its referral: delivered, refused by the partner, given up.

Called by the delivery workers in the transaction that ends the delivery.
"""

from __future__ import annotations

from adapter.contract.reply import Reply
from adapter.domain.remd_errors import judge
from adapter.domain.states import Event, Party, State
from adapter.operations.acting import ON_ITS_WAY
from adapter.operations.context import Context
from adapter.operations.moves import Origin, advance, note
from adapter.operations.verdicts import Verdict, apply_held_verdict, apply_verdict, moment_told
from storage import Delivery, Transaction

_PARTIES = {
    "registerDocument": Party.REMD,
    "demandContent": Party.REMD,
    "ReceiveReferral": Party.BUREAU,
    "NotifyReturn": Party.ADAPTER,
}


def delivered(tx: Transaction, context: Context, delivery: Delivery, reply: Reply) -> None:
    """Write down that the partner took the message, and move the referral where that is a move."""
    origin = _origin(context, delivery)
    number, version = delivery.referral_number or "", delivery.version_number or 0
    if delivery.kind == "registerDocument":
        if reply.values.get("emdrId"):
            apply_verdict(tx, context, number, version, _verdict(reply), origin)
        else:
            note(tx, number, "REMD_ACCEPTED", origin)
            _apply_overtaking(tx, context, number, version, origin)
    elif delivery.kind == "ReceiveReferral":
        referral = tx.referrals.lock(number)
        if referral is not None and referral.version_number == version and referral.state in ON_ITS_WAY:
            advance(tx, referral, Event.DELIVER, origin)
        else:
            note(tx, number, "BUREAU_RECEIVED", origin)
    elif delivery.kind == "NotifyReturn":
        note(tx, number, "FUND_NOTIFIED", origin)


def refused(tx: Transaction, context: Context, delivery: Delivery, reply: Reply) -> bool:
    """Write down the partner's final refusal; РЭМД's refusal of a document is its verdict.

    Unless it refuses our system: then the document is right, and the hospital has nothing to correct.

    Returns:
        Whether that settles it; otherwise an operator has to look.
    """
    origin = _origin(context, delivery)
    number, version = delivery.referral_number or "", delivery.version_number or 0
    operators = delivery.kind == "registerDocument" and judge(one.code for one in reply.errors).operators
    if delivery.kind == "registerDocument" and not operators:
        apply_verdict(tx, context, number, version, Verdict(errors=reply.errors, final=True), origin)
        return True
    note(tx, number, f"{delivery.kind.upper()}_REFUSED", origin)
    return False


def given_up(tx: Transaction, context: Context, delivery: Delivery, error_class: str, error: str) -> None:
    """Write down that the delivery waits for an operator now."""
    origin = _origin(context, delivery, error_class, error)
    note(tx, delivery.referral_number or delivery.id, "DELIVERY_GIVEN_UP", origin)


def _apply_overtaking(tx: Transaction, context: Context, number: str, version: int, origin: Origin) -> None:
    """Apply a verdict that came before the answer to the message, and had to wait for it."""
    referral = tx.referrals.lock(number)
    if referral is not None and referral.version_number == version and referral.state == State.SUBMITTED:
        apply_held_verdict(tx, context, referral, origin)


def _origin(context: Context, delivery: Delivery, error_class: str = "", error: str = "") -> Origin:
    details = {
        "deliveryId": delivery.id,
        "messageId": delivery.message_id or "",
        "attempts": delivery.attempts,
    }
    if error_class:
        details |= {"errorClass": error_class, "error": error}
    return Origin(
        party=_PARTIES.get(delivery.kind, Party.ADAPTER),
        system=delivery.partner,
        operation=delivery.kind,
        correlation_id=delivery.id,
        now=context.clock(),
        details=details,
        following=context.following,
    )


def _verdict(reply: Reply) -> Verdict:
    told = moment_told(reply.values.get("registrationDateTime", ""))
    return Verdict(emdr_id=reply.values["emdrId"], registered_at=told)
