"""Journaling who was given documents and who was shown what: system, person where known, purpose.

Whatever answers, sends or prints calls one of these before it does; without the journal row nothing leaves.
`adapter.domain.disclosures` says for every operation which of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from adapter.domain.disclosures import (
    DISCLOSED,
    DISCLOSURES,
    SHOWN,
    Purpose,
    Way,
    access_subject,
)
from adapter.domain.document_roles import DocumentRole
from adapter.domain.partners import PartnerKind
from adapter.domain.states import Party
from adapter.operations.access import citizen_hash
from adapter.operations.context import Call, Context
from adapter.operations.descriptors import FOR_BUREAU
from adapter.operations.moves import Origin, entry_of, note, origin_of
from storage import Delivery, JournalRow, Transaction

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_PURPOSE_OF_KIND = {PartnerKind.BUREAU: Purpose.EXAMINATION, PartnerKind.MIS: Purpose.CARE}
_PARTY_OF_DELIVERY = {"registerDocument": Party.REMD, "ReceiveReferral": Party.BUREAU}
_SENT = {
    "registerDocument": frozenset({DocumentRole.SEMD, DocumentRole.SIGNATURE}),
    "ReceiveReferral": FOR_BUREAU,
}


def disclosed(tx: Transaction, referral_number: str, origin: Origin) -> None:
    """Journal that bytes of a document go out, in the chain of the referral."""
    note(tx, referral_number, DISCLOSED, _with_purpose(origin))


def shown(tx: Transaction, origin: Origin, told: Mapping[str, Mapping[str, Any]]) -> None:
    """Journal what somebody is shown of referrals, each in the chain beside it.

    Args:
        tx: the transaction that answers, or the last one before the answer.
        origin: who asks.
        told: details by the number of the referral.
    """
    tx.journal.append_each(
        {
            access_subject(number): entry_of(
                SHOWN, _with_purpose(replace(origin, details={**origin.details, **details}))
            )
            for number, details in told.items()
        }
    )


def origin_of_call(
    context: Context, call: Call[Any], *, snils: str = "", details: Mapping[str, Any] = _NOTHING
) -> Origin:
    """Return who asks by a request: the system, and the person where there is one.

    Args:
        context: ports.
        call: the request.
        snils: of the citizen who asks through the system, digits; else that of the signer counts, if any.
        details: for the journal.
    """
    party = Party.BUREAU if call.partner.kind is PartnerKind.BUREAU else Party.MIS
    known = snils or (call.certificate.snils if call.certificate is not None else "")
    person = citizen_hash(context, known) if known else ""
    purpose = Purpose.CITIZEN if snils else _PURPOSE_OF_KIND.get(call.partner.kind, Purpose.CITIZEN)
    return origin_of(call, party, person=person, details={**details, "purpose": str(purpose)})


def sent(tx: Transaction, context: Context, delivery: Delivery) -> None:
    """Journal that the bytes of a delivery are about to leave for the first time."""
    row = DISCLOSURES.get((Way.DELIVERY, delivery.kind))
    if row is None or not row.event or delivery.referral_number is None:
        return
    wanted = _SENT.get(delivery.kind, frozenset())
    files = tx.documents.list(delivery.referral_number, delivery.version_number) if wanted else ()
    details = {
        "deliveryId": delivery.id,
        "versionNumber": delivery.version_number or 0,
        "documents": [one.id for one in files if one.role in wanted],
        "purpose": str(row.purpose),
    }
    party = _PARTY_OF_DELIVERY.get(delivery.kind, Party.ADAPTER)
    origin = Origin(party, delivery.partner, delivery.kind, delivery.id, context.clock(), details=details)
    if row.event == DISCLOSED:
        disclosed(tx, delivery.referral_number, origin)
    else:
        shown(tx, origin, {delivery.referral_number: {}})


def life(tx: Transaction, referral_number: str) -> tuple[JournalRow, ...]:
    """Return the whole journal of a referral without the hand-outs of its documents."""
    return tuple(row for row in rows_of(tx, referral_number) if row.event != DISCLOSED)


def rows_of(tx: Transaction, subject: str) -> Iterator[JournalRow]:
    """Give every row of a chain, however long it is."""
    page = tx.journal.list(subject)
    while page:
        yield from page
        page = tx.journal.list(subject, after=page[-1].number)


def document_ids(descriptors: Iterable[Any]) -> list[str]:
    """Return the ids in descriptors, for the journal."""
    return [str(one.document_id) for one in descriptors]


def _with_purpose(origin: Origin) -> Origin:
    """Return the origin with the purpose that the table names, where the caller named none."""
    if "purpose" in origin.details:
        return origin
    ways = (Way.SERVICE, Way.CALLBACK, Way.COMMAND)
    rows = (DISCLOSURES.get((way, origin.operation)) for way in ways)
    row = next((one for one in rows if one is not None and one.purpose is not None), None)
    if row is None:
        raise LookupError("an operation that discloses has no purpose in the table")
    return replace(origin, details={**origin.details, "purpose": str(row.purpose)})
