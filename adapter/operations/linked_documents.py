"""Documents that РЭМД links to a referral: its notice, our order of the file, the file (facts/remd.md, 1.4).

A document associated with ours was registered: РЭМД tells us, we order its file with demandContent, and
the file comes by a call back of its own. Notice and file may come in any order, twice, or before our own
document is registered. What is not ours yet is kept. A return or a result that comes so is a file for the
hospital, never a move: what the bureau decided it says through its own operations, signed.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace

from adapter.domain.document_roles import DocumentRole
from adapter.domain.kinds import KINDS
from adapter.domain.partners import Partner
from adapter.operations.files import decode_base64
from adapter.operations.mail import DEMAND, DOCUMENT, to_mis
from adapter.operations.moves import Origin, note
from storage import NewDelivery, NewDocument, Referral, Transaction
from storage.held_events import HeldEvent

#: Kinds of held events: a notice waits for the document it names, a file for its notice.
HELD_NOTICE, HELD_FILE = "sendNotice", "sendDocumentFile"

_LINK = "linkedDocument"
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Notice:
    """A document was registered that is associated with another one.

    Attributes:
        emdr_id: number of the new document in РЭМД.
        target: number of the document that it is associated with; empty: not told.
        kind: its kind (NSI 11.1520); empty: not told.
        association: kind of the association (NSI 99.2.122); empty: not told.
    """

    emdr_id: str
    target: str = ""
    kind: str = ""
    association: str = ""


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """The file of a document that was ordered.

    Attributes:
        emdr_id: number of the document in РЭМД.
        kind: its kind; empty: not told.
        content: its bytes.
        media_type: as told; empty: not told.
    """

    emdr_id: str
    kind: str
    content: bytes
    media_type: str = ""


def read_file(emdr_id: str, kind: str, data: str, check_sum: str, media_type: str) -> LinkedFile | None:
    """Return a file as it came; None when it is not whole.

    A check sum of the length of SHA-256 has to agree; what others are is not known (facts/remd.md, 4).
    """
    content = decode_base64(data)
    if not emdr_id or not content:
        return None
    expected = check_sum.strip().lower()
    if len(expected) == 64 and hashlib.sha256(content).hexdigest() != expected:
        return None
    return LinkedFile(emdr_id[:_LONGEST], kind[:_LONGEST], content, media_type[:_LONGEST])


def take_notice(tx: Transaction, partner: Partner, notice: Notice, origin: Origin) -> bool:
    """Order the file of a document that is associated with one of ours; a repeated notice changes nothing.

    Returns:
        Whether it is about one of ours; otherwise it is kept until our document is registered.
    """
    referral = _registered_as(tx, partner, notice.target)
    if referral is None:
        _hold_notice(tx, partner, notice, origin)
        return False
    key = _key(partner, notice.emdr_id)
    if tx.claims.owner(_LINK, key) is not None or tx.claims.take(_LINK, key, referral.number) is not None:
        return True
    note(tx, referral.number, "LINKED_DOCUMENT_TOLD", origin)
    early = tx.held_events.list(subject(partner, notice.emdr_id))
    if not _take_early(tx, referral, early, origin):
        tx.outbox.add(_order(tx, partner, referral, notice))
    return True


def take_file(tx: Transaction, partner: Partner, file: LinkedFile, origin: Origin) -> bool:
    """Keep a file that was ordered and tell the hospital; the same one again changes nothing.

    Returns:
        Whether it belongs to a referral; otherwise it is kept until its notice comes.
    """
    number = tx.claims.owner(_LINK, _key(partner, file.emdr_id))
    referral = tx.referrals.lock(number) if number else None
    if referral is None:
        _hold_file(tx, partner, file, origin)
        return False
    _store(tx, referral, file, origin)
    return True


def file_refused(
    tx: Transaction, partner: Partner, emdr_id: str, codes: tuple[str, ...], origin: Origin
) -> None:
    """Write down that РЭМД does not give a file that was ordered."""
    number = tx.claims.owner(_LINK, _key(partner, emdr_id))
    told = replace(origin, details={**origin.details, "codes": [one[:_LONGEST] for one in codes]})
    note(tx, number or subject(partner, emdr_id), "DEMANDCONTENT_REFUSED", told)


def take_held_notices(tx: Transaction, partner: Partner, referral: Referral, origin: Origin) -> None:
    """Take the notices that came before our own document had its number in РЭМД."""
    for held in tx.held_events.list(subject(partner, referral.remd_id or "")):
        if held.kind == HELD_NOTICE and tx.held_events.remove(held.id):
            take_notice(tx, partner, Notice(**_texts(held)), origin)


def subject(partner: Partner, emdr_id: str) -> str:
    """Return under what something about a document of РЭМД is kept and journaled."""
    return f"emdr:{partner.code}:{emdr_id}"


def _order(tx: Transaction, partner: Partner, referral: Referral, notice: Notice) -> NewDelivery:
    return NewDelivery(
        partner=partner.code,
        kind=DEMAND,
        not_before=tx.now(),
        payload={"emdrId": notice.emdr_id},
        referral_number=referral.number,
        version_number=referral.version_number,
        test=referral.test,
    )


def _registered_as(tx: Transaction, partner: Partner, emdr_id: str) -> Referral | None:
    found = tx.referrals.find_by_remd_id(emdr_id) if emdr_id else ()
    return next((one for one in found if one.test == partner.test), None)


def _take_early(tx: Transaction, referral: Referral, events: tuple[HeldEvent, ...], origin: Origin) -> bool:
    """Keep the file that came before its notice; tells whether there was one."""
    for held in events:
        if held.kind != HELD_FILE or not tx.held_events.remove(held.id):
            continue
        facts = _texts(held)
        content = base64.b64decode(facts["content"])
        _store(
            tx, referral, LinkedFile(facts["emdr_id"], facts["kind"], content, facts["media_type"]), origin
        )
        return True
    return False


def _store(tx: Transaction, referral: Referral, file: LinkedFile, origin: Origin) -> None:
    there = tx.documents.list(referral.number)
    if any(one.role == DocumentRole.LINKED_DOCUMENT and one.document_id == file.emdr_id for one in there):
        return
    row = NewDocument(
        referral_number=referral.number,
        version_number=referral.version_number,
        role=str(DocumentRole.LINKED_DOCUMENT),
        name=f"linked-{file.kind}.xml" if file.kind in KINDS else "linked.xml",
        media_type=file.media_type or "application/xml",
        created_at=origin.now,
        content=file.content,
        document_kind=file.kind or None,
        document_id=file.emdr_id,
    )
    tx.documents.add(row)
    note(tx, referral.number, "LINKED_DOCUMENT_RECEIVED", origin)
    to_mis(tx, referral, DOCUMENT, origin.now)


def _hold_notice(tx: Transaction, partner: Partner, notice: Notice, origin: Origin) -> None:
    said = {
        "emdr_id": notice.emdr_id,
        "target": notice.target,
        "kind": notice.kind,
        "association": notice.association,
    }
    _hold(tx, subject(partner, notice.target or notice.emdr_id), HELD_NOTICE, said, origin)


def _hold_file(tx: Transaction, partner: Partner, file: LinkedFile, origin: Origin) -> None:
    said = {
        "emdr_id": file.emdr_id,
        "kind": file.kind,
        "media_type": file.media_type,
        "content": base64.b64encode(file.content).decode(),
    }
    _hold(tx, subject(partner, file.emdr_id), HELD_FILE, said, origin)


def _hold(tx: Transaction, about: str, kind: str, said: dict[str, str], origin: Origin) -> None:
    """Keep an event once, however often it comes."""
    if any(one.kind == kind and one.payload == said for one in tx.held_events.list(about)):
        return
    tx.held_events.add(about, kind, said, origin.now)
    note(tx, about, "REMD_EVENT_HELD", origin)


def _texts(held: HeldEvent) -> dict[str, str]:
    return {name: str(value) for name, value in held.payload.items()}


def _key(partner: Partner, emdr_id: str) -> str:
    return f"{partner.code}:{emdr_id}"
