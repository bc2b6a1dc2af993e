"""Who was given documents of a citizen, and who was shown that they exist: told from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapter.domain.disclosures import (
    DISCLOSED,
    DISCLOSURES,
    NOBODYS_ACCESS,
    PURPOSES,
    SHOWN,
    Purpose,
    Way,
    access_subject,
)
from adapter.domain.document_roles import ROLE_NAMES, DocumentRole
from adapter.domain.kinds import KINDS
from adapter.domain.partners import Partners
from adapter.operations.disclosing import rows_of, shown
from adapter.operations.moves import Origin, note
from storage import Document, JournalRow, Referral, Transaction

OPERATION = "access report"
_REFERRALS = 10_000
_PURPOSE_OF_ROLE = {"BUREAU": Purpose.EXAMINATION, "MIS": Purpose.CARE, "REMD": Purpose.REGISTRATION}
_DONE = {DISCLOSED: "выдано", SHOWN: "показано"}


@dataclass(frozen=True, slots=True)
class Access:
    """One access.

    Attributes:
        at: aware UTC.
        number: number of the referral.
        system: code of the system.
        system_name: its name, where it is still listed.
        person: Russian: the citizen, somebody known by a pseudonym, or nobody.
        operation: by what.
        done: Russian: given or shown.
        document: Russian: which document; empty: none in particular.
        size: bytes that were given; None: none.
        purpose: Russian.
        basis: what the purpose rests on.
        reason: what the operator named.
    """

    at: datetime
    number: str
    system: str
    system_name: str
    person: str
    operation: str
    done: str
    document: str
    size: int | None
    purpose: str
    basis: str
    reason: str


def of_citizen(tx: Transaction, citizen_hash: str) -> tuple[Referral, ...]:
    """Return the referrals of a citizen, the oldest first."""
    found = tx.referrals.find_by_citizen(citizen_hash, _REFERRALS)
    return tuple(sorted(found, key=lambda one: one.number))


def accesses(
    tx: Transaction,
    referrals: Iterable[Referral],
    partners: Partners,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Access, ...]:
    """Return every access to documents of referrals, in order of time.

    Args:
        tx: a reading transaction.
        referrals: whose documents.
        partners: for the names of systems.
        since: the first moment; None: from the beginning.
        until: the first moment that does not count any more; None: up to now.
    """
    found: list[Access] = []
    for referral in referrals:
        documents = {one.id: one for one in tx.documents.list(referral.number)}
        found.extend(
            _access(row, referral, documents, partners)
            for row in _rows(tx, referral.number)
            if (since is None or row.at >= since) and (until is None or row.at < until)
        )
    return tuple(sorted(found, key=lambda one: (one.at, one.number, one.operation)))


def journal_report(
    tx: Transaction, origin: Origin, referrals: Sequence[Referral], found: Sequence[Access]
) -> None:
    """Journal that a report was made, before anybody sees it."""
    counts = {one.number: {"rows": sum(row.number == one.number for row in found)} for one in referrals}
    if counts:
        shown(tx, origin, counts)
    else:
        note(tx, NOBODYS_ACCESS, SHOWN, origin)


def _rows(tx: Transaction, number: str) -> Iterator[JournalRow]:
    yield from (row for row in rows_of(tx, number) if row.event == DISCLOSED)
    yield from rows_of(tx, access_subject(number))


def _access(
    row: JournalRow, referral: Referral, documents: dict[str, Document], partners: Partners
) -> Access:
    partner = partners.get(row.actor_system or "")
    purpose = _purpose(row)
    facts = PURPOSES.get(purpose) if purpose else None
    size = row.details.get("length")
    return Access(
        at=row.at,
        number=referral.number,
        system=row.actor_system or "",
        system_name=partner.name if partner else "",
        person=_person(row, referral),
        operation=row.operation or "",
        done=_DONE.get(row.event, row.event),
        document="; ".join(dict.fromkeys(_documents(row, documents))),
        size=size if isinstance(size, int) else None,
        purpose=facts.name if facts else "не записана",
        basis=facts.basis if facts else "",
        reason=row.reason or "",
    )


def _purpose(row: JournalRow) -> Purpose | None:
    """Return the purpose that was journaled; of rows of earlier versions what follows from who asked."""
    named = row.details.get("purpose")
    if named in set(Purpose):
        return Purpose(str(named))
    for way in Way:
        known = DISCLOSURES.get((way, row.operation or ""))
        if known is not None and known.purpose is not None:
            return known.purpose
    return _PURPOSE_OF_ROLE.get(row.actor_role or "")


def _person(row: JournalRow, referral: Referral) -> str:
    if not row.actor_person:
        return ""
    if row.actor_person == referral.citizen_hash:
        return "гражданин"
    return f"известно, псевдоним {row.actor_person[:12]}"


def _documents(row: JournalRow, documents: dict[str, Document]) -> Iterator[str]:
    named: Any = row.details.get("documents") or [row.details.get("documentId")]
    for one in named:
        document = documents.get(str(one))
        if document is None:
            continue
        kind = KINDS.get(document.document_kind or "")
        role = ROLE_NAMES[DocumentRole(document.role)] if document.role in set(DocumentRole) else ""
        name = f"{role}, вид {kind.code}" if kind else role
        yield f"{name or document.role}, версия {document.version_number}"
