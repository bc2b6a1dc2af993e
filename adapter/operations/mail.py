"""Where news of a referral goes: the bureau's queue or address, РЭМД, the МИС's notices, the fund."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapter.domain.partners import Delivery, Partner, PartnerKind
from adapter.domain.priority import place
from adapter.operations.context import Context
from storage import NewDelivery, Referral, Transaction

#: Kinds of items in mailboxes: a referral for a bureau; notices for a МИС (list NoticeKind of the schema).
REFERRAL = "REFERRAL"
RETURN = "RETURN"
RESULT = "RESULT"
STATUS = "STATUS"
ADDITIONAL_EXAMINATION = "ADDITIONAL_EXAMINATION"
ERROR = "ERROR"
DOCUMENT = "DOCUMENT"
NOTICES = (RETURN, RESULT, STATUS, ADDITIONAL_EXAMINATION, ERROR, DOCUMENT)

#: Kind of the delivery of a referral to the address of its bureau.
PUSH = "ReceiveReferral"
#: Kind of the delivery that orders the file of a linked document in РЭМД.
DEMAND = "demandContent"

#: Order of notices: what needs an answer within a term goes first.
_URGENCY = {RETURN: "0", ADDITIONAL_EXAMINATION: "1", ERROR: "2", RESULT: "3", DOCUMENT: "3", STATUS: "4"}


def partner_of_kind(context: Context, kind: PartnerKind, *, test: bool) -> Partner | None:
    """Return the partner of the referral's contour: a test referral never goes to a production partner."""
    return next((one for one in context.partners.of_kind(kind) if one.test == test), None)


def to_registry_or_bureau(
    tx: Transaction, context: Context, referral: Referral, *, has_semd: bool, now: datetime
) -> None:
    """Queue an accepted referral: РЭМД first where it registers the СЭМД, else straight to the bureau."""
    registry = partner_of_kind(context, PartnerKind.REMD, test=referral.test)
    if registry is None or not has_semd:
        to_bureau(tx, context, referral, now)
    else:
        tx.outbox.add(
            _delivery(tx, registry, "registerDocument", referral, priority=place(referral.sort_key))
        )


def to_bureau(tx: Transaction, context: Context, referral: Referral, now: datetime) -> None:
    """Put a referral into the bureau's queue, or queue it for the bureau's address."""
    bureau = context.partners.get(referral.bureau or "")
    if bureau is None:
        return
    if bureau.delivery is Delivery.PUSH:
        tx.outbox.add(_delivery(tx, bureau, PUSH, referral, priority=place(referral.sort_key)))
    else:
        payload = {"versionNumber": referral.version_number}
        tx.mailbox.post(
            bureau.code,
            REFERRAL,
            referral_number=referral.number,
            sort_key=referral.sort_key,
            payload=payload,
            created_at=now,
        )


def to_fund(tx: Transaction, context: Context, referral: Referral, facts: Mapping[str, Any]) -> None:
    """Queue the notice of a return to ФОМС (requirement R116)."""
    fund = partner_of_kind(context, PartnerKind.FUND, test=referral.test)
    if fund is not None:
        tx.outbox.add(_delivery(tx, fund, "NotifyReturn", referral, facts))


def to_mis(
    tx: Transaction, referral: Referral, kind: str, now: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Put a notice into the queue of the system that submitted the referral."""
    payload = {"versionNumber": referral.version_number, "state": referral.state, **(facts or {})}
    key = f"{_URGENCY[kind]}/{now.isoformat()}"
    tx.mailbox.post(
        referral.sender,
        kind,
        referral_number=referral.number,
        sort_key=key,
        payload=payload,
        created_at=now,
    )


def _delivery(
    tx: Transaction,
    partner: Partner,
    kind: str,
    referral: Referral,
    facts: Mapping[str, Any] | None = None,
    priority: int = 0,
) -> NewDelivery:
    """Return the intent to deliver; its times are those of the database, like leases."""
    return NewDelivery(
        partner=partner.code,
        kind=kind,
        not_before=tx.now(),
        payload=dict(facts or {}),
        referral_number=referral.number,
        version_number=referral.version_number,
        priority=priority,
        test=referral.test,
    )
