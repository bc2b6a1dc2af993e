"""What РЭМД told of documents that nobody here knows: shown, and closed by an operator with a reason.

Each is kept until its document turns up (`unknown_verdicts`, `linked_documents`), which may be never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from adapter.domain.partners import PartnerKind, Partners
from adapter.operations.linked_documents import HELD_FILE, HELD_NOTICE
from adapter.operations.linked_documents import subject as linked_subject
from adapter.operations.moves import Origin, note
from adapter.operations.unknown_verdicts import UNKNOWN_VERDICT
from adapter.operations.unknown_verdicts import subject as unknown_subject
from storage import Transaction
from storage.held_events import HeldEvent

#: Kinds of these events, in Russian.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        UNKNOWN_VERDICT: "решение",
        HELD_NOTICE: "извещение о связанном документе",
        HELD_FILE: "файл связанного документа",
    }
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that РЭМД told; identifiers are as it wrote them, empty where it named none.

    Attributes:
        id: of the held event.
        kind: a key of `KINDS`.
        system: code of the РЭМД partner.
        local_uid: of the document.
        emdr_id: number of the document in РЭМД.
        target: number of the document that it is linked with.
        message_id: of the message that a verdict answers.
        codes: of the errors of a verdict.
        received_at: UTC.
    """

    id: str
    kind: str
    system: str
    local_uid: str
    emdr_id: str
    target: str
    message_id: str
    codes: tuple[str, ...]
    received_at: datetime


def kept_events(tx: Transaction, limit: int, system: str | None = None) -> tuple[Kept, ...]:
    """Return what is kept, the oldest first, of one partner or of all."""
    found = [_kept(one) for kind in KINDS for one in tx.held_events.of_kind(kind, limit)]
    rows = (one for one in found if system in {None, one.system})
    return tuple(sorted(rows, key=lambda one: (one.received_at, one.id))[:limit])


def kept_about(tx: Transaction, identifier: str, partners: Partners) -> Iterator[Kept]:
    """Give what is kept about a document, by its localUid or its number in РЭМД."""
    for subject in subjects_about(identifier, partners):
        yield from (_kept(one) for one in tx.held_events.list(subject) if one.kind in KINDS)


def subjects_about(identifier: str, partners: Partners) -> tuple[str, ...]:
    """Return the subjects under which something about a document is kept and journaled."""
    registries = (one for one in partners if one.kind is PartnerKind.REMD)
    return (unknown_subject(identifier), *(linked_subject(one, identifier) for one in registries))


def close_kept(tx: Transaction, event_id: str, origin: Origin) -> Kept | None:
    """Drop one of them and write down why; None: there is none of this id."""
    held = tx.held_events.get(event_id)
    if held is None or held.kind not in KINDS or not tx.held_events.remove(event_id):
        return None
    note(tx, held.subject, "REMD_EVENT_CLOSED", origin)
    return _kept(held)


def _kept(held: HeldEvent) -> Kept:
    said = held.payload
    codes = said.get("errors")
    # A verdict names its partner; the others have it in their subject.
    system = said.get("system") or held.subject.split(":")[1]
    return Kept(
        id=held.id,
        kind=held.kind,
        system=str(system),
        local_uid=str(said.get("localUid") or ""),
        emdr_id=str(said.get("emdrId") or said.get("emdr_id") or ""),
        target=str(said.get("target") or ""),
        message_id=str(said.get("messageId") or ""),
        codes=tuple(map(str, codes)) if isinstance(codes, list) else (),
        received_at=held.received_at,
    )
