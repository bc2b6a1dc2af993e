"""РЭМД's verdicts on documents that nobody here knows: kept, shown, applied when the document turns up.

A document turns up after its verdict where the store was restored from a copy and the МИС sends again.
"""

from __future__ import annotations

from datetime import datetime

from adapter.contract.reply import PartnerError
from adapter.domain.identifiers import uid_key
from adapter.domain.partners import Partner
from adapter.domain.states import Party
from adapter.operations.context import Context
from adapter.operations.moves import Origin, Overtaken, note
from adapter.operations.registry_subjects import subject_of
from adapter.operations.verdicts import Verdict, apply_verdict
from storage import Transaction
from storage.held_events import HeldEvent

#: Kind of the kept event, and of its row in the journal.
UNKNOWN_VERDICT = "REMD_VERDICT_UNKNOWN"

_PAGE = 1000


def subject(identifier: str) -> str:
    """Return under what a verdict on an unknown identifier is kept."""
    return f"remd:{uid_key(identifier)}"


def keep(
    tx: Transaction, partner: Partner, message_id: str, local_uid: str, verdict: Verdict, origin: Origin
) -> None:
    """Keep a verdict on what nobody knows, once however often it comes."""
    said = {
        "system": partner.code,
        "messageId": message_id[:100],
        "localUid": local_uid[:100],
        "emdrId": verdict.emdr_id[:100],
        "registeredAt": verdict.registered_at.isoformat() if verdict.registered_at else "",
        "errors": [one.code[:64] for one in verdict.errors],
    }
    about = subject(local_uid or message_id)
    if any(one.kind == UNKNOWN_VERDICT and one.payload == said for one in tx.held_events.list(about)):
        return
    tx.held_events.add(about, UNKNOWN_VERDICT, said, origin.now)


def apply_unknown_verdicts(context: Context) -> int:
    """Apply the kept verdicts whose document has turned up; returns how many."""
    kept = context.store.read(lambda tx: tx.held_events.of_kind(UNKNOWN_VERDICT, _PAGE))
    return sum(_apply(context, one) for one in kept)


def _apply(context: Context, held: HeldEvent) -> int:
    partner = context.partners.get(str(held.payload["system"]))
    if partner is None:
        return 0
    message_id, local_uid = str(held.payload["messageId"]), str(held.payload["localUid"])
    details = {"emdrId": held.payload["emdrId"], "localUid": local_uid}
    origin = Origin(
        Party.REMD,
        partner.code,
        "sendRegisterDocumentResult",
        held.id,
        context.clock(),
        details=details,
        following=context.following,
        happened_at=held.received_at,
    )

    def work(tx: Transaction) -> int:
        about = subject_of(tx, partner, message_id, local_uid)
        if about is None or not tx.held_events.remove(held.id):
            return 0
        if not apply_verdict(tx, context, *about, _verdict(held), origin):
            note(tx, about[0], "REMD_VERDICT_LATE", origin)
        return 1

    try:
        return context.store.transact(work)
    except Overtaken:
        return 0


def _verdict(held: HeldEvent) -> Verdict:
    moment, codes = str(held.payload["registeredAt"]), held.payload["errors"]
    return Verdict(
        emdr_id=str(held.payload["emdrId"]),
        registered_at=datetime.fromisoformat(moment) if moment else held.received_at,
        errors=tuple(PartnerError(str(code)) for code in codes) if isinstance(codes, list) else (),
    )
