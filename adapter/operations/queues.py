"""What partners poll: FetchReferrals and FetchNotices, and their acknowledgements (contract, "Fetch").

Fetch is at least once and safe to repeat: what is not acknowledged in time is handed out again. It hands out
descriptors, never file bytes. An acknowledgement is idempotent and moves the referral once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adapter.contract.exchange.bureau import (
    AcknowledgeReferralsRequest,
    AcknowledgeReferralsResponse,
    FetchReferralsRequest,
    FetchReferralsResponse,
    ReferralItem,
)
from adapter.contract.exchange.common import Organization
from adapter.contract.exchange.referral import (
    AcknowledgeNoticesRequest,
    AcknowledgeNoticesResponse,
    FetchNoticesRequest,
    FetchNoticesResponse,
    NoticeItem,
)
from adapter.domain.document_roles import DocumentRole
from adapter.domain.states import Event, Party, State
from adapter.operations.acting import ON_ITS_WAY
from adapter.operations.answers import ATTEMPTS, busy
from adapter.operations.appeals import apply_held_appeal
from adapter.operations.context import Answer, Call, Context, answer
from adapter.operations.descriptors import FOR_BUREAU, FOR_REVIEW, descriptors
from adapter.operations.disclosing import document_ids, origin_of_call, shown
from adapter.operations.mail import (
    ADDITIONAL_EXAMINATION,
    DOCUMENT,
    NOTICES,
    REFERRAL,
    RESULT,
    RETURN,
    STATUS,
)
from adapter.operations.moves import Overtaken, advance, note, origin_of
from storage import Item, Referral, Transaction

_FILES_OF_NOTICE = {
    RETURN: (DocumentRole.RETURN_NOTICE, DocumentRole.SEMD_OF_BUREAU),
    RESULT: (DocumentRole.RESULT, DocumentRole.SEMD_OF_BUREAU),
    ADDITIONAL_EXAMINATION: (DocumentRole.ADDITIONAL_EXAMINATION, DocumentRole.SEMD_OF_BUREAU),
    STATUS: (DocumentRole.EXPLANATION,),
    DOCUMENT: (DocumentRole.LINKED_DOCUMENT,),
}

#: Which move an acknowledged notice makes, and in which state; in any other it makes none.
_MOVE_OF_NOTICE = {
    RETURN: (State.RETURNED, Event.ACKNOWLEDGE_RETURN),
    RESULT: (State.RESULT_SENT, Event.ACKNOWLEDGE_RESULT),
}


def fetch_referrals(context: Context, call: Call[FetchReferralsRequest]) -> Answer:
    """Hand out the referrals that wait for the bureau, in the order of its queue."""

    def work(tx: Transaction) -> FetchReferralsResponse:
        items, more = _handed_out(tx, context, call, (REFERRAL,), call.request.max_items)
        handed = tuple(one for item in items if (one := _referral_item(tx, item)) is not None)
        _journaled(tx, context, call, handed)
        return FetchReferralsResponse(
            item=handed,
            retry_after_seconds=0 if more else context.limits.retry_after_seconds,
            more_available=more,
        )

    return answer(context.store.transact(work))


def fetch_notices(context: Context, call: Call[FetchNoticesRequest]) -> Answer:
    """Hand out the notices that wait for the hospital's system, the urgent ones first."""

    def work(tx: Transaction) -> FetchNoticesResponse:
        items, more = _handed_out(tx, context, call, NOTICES, call.request.max_items)
        handed = tuple(_notice_item(tx, item) for item in items)
        _journaled(tx, context, call, handed)
        return FetchNoticesResponse(
            item=handed,
            retry_after_seconds=0 if more else context.limits.retry_after_seconds,
            more_available=more,
        )

    return answer(context.store.transact(work))


def acknowledge_referrals(context: Context, call: Call[AcknowledgeReferralsRequest]) -> Answer:
    """Take referrals out of the bureau's queue: they are delivered."""

    def moved(tx: Transaction, item: Item) -> None:
        deliver(tx, call, item.referral_number or "", int(str(item.payload["versionNumber"])))

    known, unknown = _acknowledged(context, call, call.request.token, moved)
    return answer(AcknowledgeReferralsResponse(acknowledged=known, unknown=unknown))


def acknowledge_notices(context: Context, call: Call[AcknowledgeNoticesRequest]) -> Answer:
    """Take notices out of the queue: a return is received (rework starts), a result is received (the end)."""

    def moved(tx: Transaction, item: Item) -> None:
        state, event = _MOVE_OF_NOTICE.get(item.kind, (None, None))
        referral = tx.referrals.lock(item.referral_number or "")
        if event is not None and referral is not None and referral.state == state:
            origin = origin_of(call, Party.MIS)
            apply_held_appeal(tx, advance(tx, referral, event, origin), origin)

    known, unknown = _acknowledged(context, call, call.request.token, moved)
    return answer(AcknowledgeNoticesResponse(acknowledged=known, unknown=unknown))


def deliver(tx: Transaction, call: Call[Any], number: str, version: int) -> None:
    """Move a referral to DELIVERED if this version of it is on its way to the bureau.

    Where it has been moved on already, or was handed to this bureau by another one, it is only written down.
    """
    referral = tx.referrals.lock(number)
    if referral is None:
        return
    origin = origin_of(call, Party.BUREAU)
    if referral.version_number == version and State(referral.state) in ON_ITS_WAY:
        advance(tx, referral, Event.DELIVER, origin)
    else:
        note(tx, number, "BUREAU_RECEIVED", origin)


def _journaled(
    tx: Transaction, context: Context, call: Call[Any], handed: Sequence[ReferralItem | NoticeItem]
) -> None:
    """Journal which documents of which referrals the caller learns of."""
    told: dict[str, list[str]] = {}
    for one in handed:
        told.setdefault(one.referral_number, []).extend(document_ids(one.documents))
    origin = origin_of_call(context, call)
    shown(tx, origin, {number: {"documents": ids} for number, ids in told.items() if number})


def _handed_out(
    tx: Transaction, context: Context, call: Call[Any], kinds: tuple[str, ...], wanted: int
) -> tuple[list[Item], bool]:
    limit = min(wanted, context.limits.fetch_items)
    seconds = context.limits.visible_seconds
    items = tx.mailbox.fetch(call.partner.code, kinds, limit, seconds, call.now)
    return items, len(items) == limit


def _referral_item(tx: Transaction, item: Item) -> ReferralItem | None:
    referral = tx.referrals.get(item.referral_number or "")
    if referral is None:
        return None
    return referral_item(tx, referral, item.token)


def referral_item(tx: Transaction, referral: Referral, token: str) -> ReferralItem:
    """Return what a bureau is told of a referral before it asks for the files."""
    name = referral.details.get("organizationName")
    return ReferralItem(
        token=token,
        referral_number=referral.number,
        version_number=referral.version_number,
        priority_category=referral.priority,
        received_at=referral.received_at,
        emdr_id=referral.remd_id,
        document_kind=referral.document_kind,
        organization=Organization(oid=referral.organization_oid, name=str(name) if name else None),
        issue_date=referral.issue_date or referral.received_at.date(),
        documents=descriptors(tx, referral.number, referral.version_number, _files_for_bureau(referral)),
    )


def _files_for_bureau(referral: Referral) -> frozenset[DocumentRole]:
    """Return what a bureau gets; one that reviews an appeal gets the appeal and the decision, too."""
    return FOR_BUREAU | FOR_REVIEW if referral.state == State.APPEALED else FOR_BUREAU


def _notice_item(tx: Transaction, item: Item) -> NoticeItem:
    number, version = item.referral_number or "", int(str(item.payload["versionNumber"]))
    return NoticeItem(
        token=item.token,
        notice_id=item.id,
        kind=item.kind,
        referral_number=number,
        created_at=item.created_at,
        state=str(item.payload["state"]),
        documents=descriptors(tx, number, version, _FILES_OF_NOTICE.get(item.kind, ())),
    )


def _acknowledged(
    context: Context, call: Call[Any], tokens: tuple[str, ...], moved: Callable[[Transaction, Item], None]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Acknowledge tokens in one transaction; return those known and those unknown."""

    def work(tx: Transaction) -> tuple[list[str], list[str]]:
        known: list[str] = []
        unknown: list[str] = []
        for token in dict.fromkeys(tokens):
            item = tx.mailbox.acknowledge(call.partner.code, token, call.now)
            (unknown if item is None else known).append(token)
            if item is not None and not item.repeated:
                moved(tx, item)
        return known, unknown

    for _ in range(ATTEMPTS):
        try:
            known, unknown = context.store.transact(work)
        except Overtaken:
            continue
        return tuple(known), tuple(unknown)
    raise busy()
