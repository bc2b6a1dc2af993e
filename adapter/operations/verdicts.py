"""РЭМД's verdict on a document: registered, or refused with its codes. The same whoever brings it.

It comes by РЭМД's call back, from the synchronous answer, or from asking the registry after a lost answer.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapter.contract.reply import PartnerError
from adapter.domain.remd_errors import judge, pause
from adapter.domain.states import Event, Party, State
from adapter.operations.context import Context
from adapter.operations.linked_documents import take_held_notices
from adapter.operations.mail import ERROR, to_bureau, to_mis
from adapter.operations.moves import Origin, advance, note, origin_of_held, source_of
from storage import Delivery, Referral, Transaction
from storage.held_events import HeldEvent
from storage.outbox import CLOSED, DEAD, LEASED

#: More than any referral has: each move may add news.
_DELIVERIES = 10_000

_log = logging.getLogger(__name__)

#: Kind of an event that came when its turn had not come; it is kept and applied later.
HELD_VERDICT = "REMD_VERDICT"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What РЭМД decided.

    Attributes:
        emdr_id: number in the registry; opaque; empty when refused.
        registered_at: moment of registration, UTC.
        errors: why it was refused.
        final: it is a refusal whatever its codes say: РЭМД gave none.
    """

    emdr_id: str = ""
    registered_at: datetime | None = None
    errors: tuple[PartnerError, ...] = ()
    final: bool = False


def moment_told(text: str) -> datetime | None:
    """Return a moment that РЭМД names, UTC also where it names no zone; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # the last hours of the calendar in another zone
        return None


def apply_verdict(
    tx: Transaction, context: Context, number: str, version: int, verdict: Verdict, origin: Origin
) -> bool:
    """Move the referral as the verdict says.

    A repeated verdict changes nothing; one that does not fit the present version or state is kept as a held
    event and journaled, never lost. After a refusal for a reason that passes the same bytes go again; after
    one that an operator removes he gets the message as a dead letter: the hospital has nothing to correct.

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
            take_held_notices(tx, registry, moved, origin)
        to_bureau(tx, context, moved, origin.now)
    elif _postponed(tx, referral, verdict, origin):
        return False
    else:
        errors = _codes(verdict.errors)
        moved = advance(tx, referral, Event.REJECT_BY_REMD, origin, details={"remdErrors": errors})
        to_mis(tx, moved, ERROR, origin.now)
    _close_letters(tx, number, version, origin)
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


def _postponed(tx: Transaction, referral: Referral, verdict: Verdict, origin: Origin) -> bool:
    """Deal with a refusal that wants nothing of the hospital; tells whether it is one."""
    codes = _codes(verdict.errors)
    judged = judge(codes)
    if judged.unknown:
        _log.warning("correlation=%s: РЭМД: unknown codes: %d", origin.correlation_id, len(judged.unknown))
    if verdict.final:
        return False
    sent = _delivery(tx, referral.number, referral.version_number)
    if sent is None or not sent.built or not (judged.passes or judged.operators):
        return False
    if sent.state == CLOSED:  # an operator decided that it does not go again: the hospital has to know
        return False
    said = ", ".join(codes)
    if sent.state == LEASED:
        _hold(tx, referral, referral.version_number, verdict, origin)
    elif judged.operators and tx.outbox.give_up_done(sent.id, tx.now(), "FINAL", said):
        note(tx, referral.number, "DELIVERY_GIVEN_UP", origin)
    elif judged.passes:
        moment = tx.now() + timedelta(seconds=pause(judged.wait, sent.attempts))
        if tx.outbox.again(sent.id, moment, "TEMPORARY", said):
            note(tx, referral.number, "REMD_TRIES_LATER", origin)
    return True


def _delivery(tx: Transaction, number: str, version: int) -> Delivery | None:
    """Return the delivery that brought a version to the registry."""
    found = tx.outbox.list(referral_number=number, limit=_DELIVERIES)
    mine = (one for one in found if one.kind == "registerDocument" and one.version_number == version)
    return max(mine, key=lambda one: one.id, default=None)


def _close_letters(tx: Transaction, number: str, version: int, origin: Origin) -> None:
    """Close a dead letter whose verdict has come after all."""
    sent = _delivery(tx, number, version)
    if sent is not None and sent.state == DEAD and tx.outbox.close(sent.id, "решение РЭМД получено"):
        note(tx, number, "DELIVERY_CLOSED", origin)


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
    return [error.code[:64] for error in errors]
