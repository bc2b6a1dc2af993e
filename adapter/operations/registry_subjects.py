"""What РЭМД means by a localUid, a number of its own, or the id of our message."""

from __future__ import annotations

from adapter.domain.document_roles import DocumentRole
from adapter.domain.partners import Partner
from storage import Document, Transaction


def registered(tx: Transaction, partner: Partner, local_uid: str, emdr_id: str) -> Document | None:
    """Return a СЭМД of the contour of the registry that asks."""
    if local_uid:
        found = tx.documents.find_by_local_uid(local_uid)
        semd = next((one for one in found if one.role == DocumentRole.SEMD), None)
        owner = tx.referrals.get(semd.referral_number) if semd else None
        return semd if owner is not None and owner.test == partner.test else None
    for referral in tx.referrals.find_by_remd_id(emdr_id) if emdr_id else ():
        if referral.test != partner.test:
            continue
        for document in tx.documents.list(referral.number, referral.version_number):
            if document.role == DocumentRole.SEMD:
                return document
    return None


def subject_of(tx: Transaction, partner: Partner, message_id: str, local_uid: str) -> tuple[str, int] | None:
    """Return number and version of the referral that a verdict is about."""
    delivery = tx.outbox.find_by_message_id(message_id) if message_id else None
    if delivery is not None and delivery.referral_number and delivery.test == partner.test:
        return delivery.referral_number, delivery.version_number or 0
    document = registered(tx, partner, local_uid, "") if local_uid else None
    return (document.referral_number, document.version_number) if document else None
