"""What belongs to a closed referral, read from the tables for the archive, and the manifest that lists it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapter.domain.retention import CLOSED, Term, term_of
from adapter.operations.disclosing import rows_of
from storage import ArchiveFolder, Document, Message, Referral, Store, Transaction
from storage.archive import ANSWER, CONTENT, JOURNAL, MESSAGE, REQUEST, RESPONSE
from storage.documents import PART_SIZE

#: Edition of the manifest.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Ports:
    """What the archive works with.

    Attributes:
        store: the tables.
        folder: the files.
        clock: the business clock, aware UTC.
        system: code of the adapter, for the journal.
        zone: gives the zone of an organisation, by its OID.
        extra_years: by how many years more than the lists say everything is kept.
    """

    store: Store
    folder: ArchiveFolder
    clock: Callable[[], datetime]
    system: str
    zone: Callable[[str], ZoneInfo]
    extra_years: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to be archived: where they are in the tables, and how they are read."""

    kind: str
    key: str
    sha256: str
    size: int
    chunks: Callable[[], Iterator[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Case:
    """One referral as it was read: what belongs to it."""

    referral: Referral
    documents: tuple[Document, ...]
    pieces: tuple[Piece, ...]
    told: dict[str, Any]


def term_of_case(ports: Ports, case: Case) -> Term:
    """Return how long what belongs to a referral is kept."""
    kinds = [name for one in case.documents for name in (one.document_kind, one.role) if name]
    zone = ports.zone(case.referral.organization_oid)
    return term_of(kinds, case.referral.state_since, zone, extra_years=ports.extra_years)


def read_case(ports: Ports, tx: Transaction, number: str) -> Case | None:
    """Read what belongs to a referral; None: it was opened again meanwhile."""
    referral = tx.referrals.get(number)
    if referral is None or referral.state not in CLOSED:
        return None
    documents = tx.documents.list(number)
    rows = tx.messages.list_by_referral(number)
    raw = {one: tx.messages.raw(one) or b"" for one in tx.archive.raw_messages(number)}
    sent = {one: _sent(tx, one) for one in tx.archive.deliveries_with_bytes(number)}
    journal = _journal(tx, number)
    pieces = [
        *{one.sha256: _content(ports, one) for one in documents}.values(),
        *(_bytes(MESSAGE, one, content) for one, content in raw.items()),
        *(_bytes(ANSWER, one.id, one.answer) for one in rows),
        *(_bytes(REQUEST, one, request) for one, (request, _) in sent.items()),
        *(_bytes(RESPONSE, one, answer) for one, (_, answer) in sent.items() if answer is not None),
        _bytes(JOURNAL, _hash(journal), journal),
    ]
    told = {
        "messages": [_message(one, raw.get(one.id)) for one in rows],
        "deliveries": [_delivery(tx, one, *pair) for one, pair in sent.items()],
        "journal": {"sha256": _hash(journal), "size": len(journal)},
    }
    return Case(referral, documents, tuple(pieces), told)


def _sent(tx: Transaction, delivery_id: str) -> tuple[bytes, bytes | None]:
    return tx.outbox.request(delivery_id) or b"", tx.outbox.response(delivery_id)


def _content(ports: Ports, document: Document) -> Piece:
    """Return the content of a document, read part by part, each in a transaction of its own."""

    def chunks() -> Iterator[bytes]:
        for offset in range(0, document.size, PART_SIZE):
            yield ports.store.read(
                lambda tx, start=offset: tx.documents.read(document.id, start, PART_SIZE)  # type: ignore[misc]
            )

    return Piece(CONTENT, document.sha256, document.sha256, document.size, chunks)


def _bytes(kind: str, key: str, content: bytes) -> Piece:
    return Piece(kind, key, _hash(content), len(content), lambda: iter((content,)))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _journal(tx: Transaction, number: str) -> bytes:
    """Return the chain of a referral as lines of JSON: it can be verified without the store."""
    lines = (canonical({**asdict(row), "at": row.at}) for row in rows_of(tx, number))
    return b"".join(line + b"\n" for line in lines)


def manifest_of(case: Case, term: Term, identity: str, now: datetime) -> bytes:
    """Return the manifest of a referral, the one text of its content."""
    referral = case.referral
    return canonical(
        {
            "format": FORMAT,
            "archive": identity,
            "made": now,
            "referral": {
                "number": referral.number,
                "state": referral.state,
                "closed": referral.state_since,
                "received": referral.received_at,
                "version": referral.version_number,
                "documentId": referral.document_id,
                "documentSetId": referral.document_set_id,
                "contentHash": referral.content_hash,
                "sender": referral.sender,
                "organizationOid": referral.organization_oid,
                "bureauOid": referral.bureau_oid,
                "emdrId": referral.remd_id,
                "registrationNumber": referral.registration_number,
                "test": referral.test,
            },
            "retention": {
                "years": term.years,
                "begins": term.begins,
                "until": term.until,
                "basis": term.basis,
            },
            "documents": [_document(one) for one in case.documents],
            **case.told,
        }
    )


def _document(one: Document) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version_number,
        "role": one.role,
        "parent": one.parent_id,
        "kind": one.document_kind,
        "documentId": one.document_id,
        "name": one.name,
        "mediaType": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "created": one.created_at,
    }


def _message(one: Message, raw: bytes | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "operation": one.operation,
        "sender": one.sender,
        "received": one.received_at,
        "contentHash": one.content_hash,
        "status": one.answer_status,
        "answer": _hash(one.answer),
        "raw": None if raw is None else _hash(raw),
    }


def _delivery(tx: Transaction, delivery_id: str, request: bytes, response: bytes | None) -> dict[str, Any]:
    row = tx.outbox.get(delivery_id)
    return {
        "id": delivery_id,
        "partner": row.partner if row else "",
        "kind": row.kind if row else "",
        "messageId": row.message_id if row else None,
        "request": _hash(request),
        "response": None if response is None else _hash(response),
    }


def canonical(value: object) -> bytes:
    """Return the one text of a JSON value; times and days in ISO 8601."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_told)
    return text.encode()


def _told(value: Any) -> str:
    return str(value.isoformat())
