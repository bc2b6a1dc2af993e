"""РЭМД's verdict on a document: registered, or refused with its codes. The same whoever brings it.

It comes by РЭМД's call back, from the synchronous answer, or from asking the registry after a lost answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapter.contract.reply import PartnerError
from adapter.domain.states import Event, Party, State
from adapter.operations.context import Context
from adapter.operations.linked_documents import take_held_notices
from adapter.operations.mail import ERROR, to_bureau, to_mis
from adapter.operations.moves import Origin, advance, note, origin_of_held, source_of
from storage import Referral, Transaction
from storage.held_events import HeldEvent

#: Kind of an event that came when its turn had not come; it is kept and applied later.
HELD_VERDICT = "REMD_VERDICT"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What РЭМД decided.

    Attributes:
        emdr_id: number in the registry; opaque; empty when refused.
        registered_at: moment of registration, UTC.
        errors: why it was refused.
    """

    emdr_id: str = ""
    registered_at: datetime | None = None
    errors: tuple[PartnerError, ...] = ()


def apply_verdict(
    tx: Transaction, context: Context, number: str, version: int, verdict: Verdict, origin: Origin
) -> bool:
    """Move the referral as the verdict says.

    A repeated verdict changes nothing; one that does not fit the present version or state is kept as a held
    event and journaled, never lost.

    Returns:
        Whether the verdict was applied now.

    Raises:
        Overtaken: somebody else moved the referral; the caller tries again.
    """
    referral = tx.referrals.lock(number)
    if referral is None:
        return False
    if referral.version_number == version and _known(referral, verdict):
        return False
    if referral.version_number != version or referral.state != State.SUBMITTED:
        _hold(tx, referral, version, verdict, origin)
        return False
    if verdict.emdr_id:
        columns: dict[str, Any] = {
            "remd_id": verdict.emdr_id,
            "remd_registered_at": verdict.registered_at or origin.now,
        }
        moved = advance(tx, referral, Event.REGISTER_IN_REMD, origin, **columns)
        registry = context.partners.get(origin.system)
        if registry is not None:
            take_held_notices(tx, context, registry, moved, origin)
        to_bureau(tx, context, moved, origin.now)
    else:
        errors = _codes(verdict.errors)
        moved = advance(tx, referral, Event.REJECT_BY_REMD, origin, details={"remdErrors": errors})
        to_mis(tx, moved, ERROR, origin.now)
    return True


def apply_held_verdict(tx: Transaction, context: Context, referral: Referral, now: Origin) -> bool:
    """Apply the verdict that came on the present version before its turn; it is forgotten then.

    Args:
        tx: the transaction of the move that brought its turn.
        context: ports.
        referral: the row after that move.
        now: origin of that move.

    Returns:
        Whether one was applied.

    Raises:
        Overtaken: somebody else moved the referral; the caller tries again.
    """
    for held in tx.held_events.list(referral.number):
        mine = held.kind == HELD_VERDICT and held.payload["versionNumber"] == referral.version_number
        if mine and tx.held_events.remove(held.id):
            verdict = _held_verdict(held)
            origin = origin_of_held(held, now, Party.REMD, {"emdrId": verdict.emdr_id})
            return apply_verdict(tx, context, referral.number, referral.version_number, verdict, origin)
    return False


def _known(referral: Referral, verdict: Verdict) -> bool:
    """Tell whether this verdict on the present version was applied before."""
    if verdict.emdr_id:
        return referral.remd_id == verdict.emdr_id
    return referral.state == State.REMD_REJECTED


def _hold(tx: Transaction, referral: Referral, version: int, verdict: Verdict, origin: Origin) -> None:
    """Keep a verdict, once however often it comes."""
    said = {
        "versionNumber": version,
        "emdrId": verdict.emdr_id,
        "registeredAt": verdict.registered_at.isoformat() if verdict.registered_at else "",
        "errors": _codes(verdict.errors),
    }
    for one in tx.held_events.list(referral.number):
        if one.kind == HELD_VERDICT and said.items() <= one.payload.items():
            return
    tx.held_events.add(referral.number, HELD_VERDICT, {**said, **source_of(origin)}, origin.now)
    note(tx, referral.number, "REMD_VERDICT_HELD", origin)


def _held_verdict(held: HeldEvent) -> Verdict:
    moment, codes = str(held.payload["registeredAt"]), held.payload["errors"]
    return Verdict(
        emdr_id=str(held.payload["emdrId"]),
        registered_at=datetime.fromisoformat(moment) if moment else held.received_at,
        errors=tuple(PartnerError(str(code)) for code in codes) if isinstance(codes, list) else (),
    )


def _codes(errors: Sequence[PartnerError]) -> list[str]:
    """Return РЭМД's mnemonics; its texts may quote personal data and are not kept."""
    return [error.code for error in errors]
