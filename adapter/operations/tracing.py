"""The whole story behind one identifier, of whichever kind: messages, moves, deliveries, attempts, hand-outs.

Nothing personal is in it: the journal has none, and documents are not opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from adapter.domain.partners import Partners
from adapter.operations.kept_events import Kept, kept_about, subjects_about
from adapter.operations.waiting import DELIVERY_STATES
from storage import Delivery, Item, JournalRow, Message, Referral, Transaction

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    Attributes:
        at: aware UTC.
        kind: `message`, `journal`, `delivery`, `attempt`, `mailbox`, `held`.
        what: Russian or a name of the contract: what happened.
        who: system that did it or that it went to; empty: nobody in particular.
        subject: number of the referral, or of the chain of the journal.
        id: id of the row, or number in its chain.
        details: states, codes, outcome, reason.
    """

    at: datetime
    kind: str
    what: str
    who: str
    subject: str
    id: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What is known.

    Attributes:
        found_as: Russian names of what the identifier is; empty: it is unknown.
        referrals: the rows of the register it leads to.
        steps: by time.
    """

    found_as: tuple[str, ...]
    referrals: tuple[Referral, ...]
    steps: tuple[Step, ...]


def trace(tx: Transaction, identifier: str, partners: Partners) -> Story:
    """Return the story behind an identifier.

    Args:
        tx: a reading transaction.
        identifier: number of a referral, id of a document or its set, number in РЭМД or at the bureau,
            requestId, correlationId, id of a message, a delivery or a descriptor.
        partners: whose requestIds are looked for.
    """
    wanted = identifier.strip()
    messages = tuple(_messages(tx, wanted, partners))
    deliveries = tuple(one for one in (tx.outbox.get(wanted), tx.outbox.find_by_message_id(wanted)) if one)
    item = tx.mailbox.get(wanted.partition(".")[0])
    rows = tx.journal.find_by_correlation(wanted)
    told = tuple(row for subject in subjects_about(wanted, partners) for row in _chain(tx, subject))
    named = _named(tx, wanted)
    kept = tuple(kept_about(tx, wanted, partners))
    found_as = (
        *named,
        *(["запрос или сообщение"] if messages else []),
        *(["доставка"] if deliveries else []),
        *(["запись очереди получателя"] if item else []),
        *(["correlationId"] if rows else []),
        *(["документ, о котором сообщил РЭМД"] if kept or told else []),
    )
    numbers = dict.fromkeys(
        [
            *(one.number for found in named.values() for one in found),
            *(one.referral_number for one in messages if one.referral_number),
            *(one.referral_number for one in deliveries if one.referral_number),
            *([item.referral_number] if item and item.referral_number else []),
            *(one.subject for one in rows if tx.referrals.get(one.subject)),
        ]
    )
    referrals = tuple(one for number in numbers if (one := tx.referrals.get(number)) is not None)
    steps = {
        *(_of_message(one) for one in messages),
        *(_of_journal(one) for one in (*rows, *told)),
        *(step for one in deliveries for step in _of_delivery(tx, one)),
        *([_of_item(item)] if item else []),
        *(_of_kept(one) for one in kept),
        *(step for one in referrals for step in _life(tx, one.number)),
    }
    return Story(found_as, referrals, tuple(sorted(steps, key=lambda one: (one.at, one.kind, one.id))))


def _named(tx: Transaction, wanted: str) -> dict[str, tuple[Referral, ...]]:
    """Return the referrals that bear the identifier, by what it is to them."""
    own = tx.referrals.get(wanted)
    found = {
        "номер направления": (own,) if own else (),
        "идентификатор документа": tx.referrals.find_by_document(wanted),
        "идентификатор набора версий": tx.referrals.find_by_document_set(wanted),
        "номер в РЭМД": tx.referrals.find_by_remd_id(wanted),
        "регистрационный номер бюро": tx.referrals.find_by_registration_number(wanted),
    }
    return {name: rows for name, rows in found.items() if rows}


def _messages(tx: Transaction, wanted: str, partners: Partners) -> Iterator[Message]:
    own = tx.messages.get(wanted)
    asked = (tx.messages.find(one.code, wanted) for one in partners)
    yield from {
        one.id: one for one in (own, *asked, *tx.messages.find_by_correlation(wanted)) if one
    }.values()


def _life(tx: Transaction, number: str) -> Iterator[Step]:
    """Give everything that is kept of one referral."""
    yield from (_of_message(one) for one in tx.messages.list_by_referral(number))
    yield from (_of_journal(one) for one in _chain(tx, number))
    for delivery in _deliveries(tx, number):
        yield from _of_delivery(tx, delivery)
    yield from (_of_item(one) for one in tx.mailbox.list(number))
    for held in tx.held_events.list(number):
        yield Step(held.received_at, "held", held.kind, "", number, held.id, "ждёт своей очереди")


def _chain(tx: Transaction, subject: str) -> Iterator[JournalRow]:
    page = tx.journal.list(subject)
    while page:
        yield from page
        page = tx.journal.list(subject, after=page[-1].number)


def _deliveries(tx: Transaction, number: str) -> Iterator[Delivery]:
    page = tx.outbox.list(referral_number=number, limit=_PAGE)
    while page:
        yield from page
        page = tx.outbox.list(referral_number=number, limit=_PAGE, after=page[-1].id)


def _of_message(one: Message) -> Step:
    details = _joined(f"ответ {one.answer_status}", *one.codes, f"requestId {one.request_id}")
    return Step(
        one.received_at, "message", one.operation, one.sender, one.referral_number or "", one.id, details
    )


def _of_journal(one: JournalRow) -> Step:
    moved = f"{one.state_from} → {one.state_to}" if one.state_to else ""
    details = _joined(moved, one.operation, one.reason, f"correlationId {one.correlation_id}")
    return Step(
        one.at,
        "journal",
        one.event,
        one.actor_system or "",
        one.subject,
        f"{one.subject}#{one.number}",
        details,
    )


def _of_delivery(tx: Transaction, one: Delivery) -> Iterator[Step]:
    number = one.referral_number or ""
    lines = _joined(
        DELIVERY_STATES[one.state],
        f"попыток {one.attempts_total}",
        "исход под вопросом" if one.outcome_unknown else "",
        one.error_class,
        one.note,
        f"сообщение {one.message_id}" if one.message_id else "",
    )
    yield Step(one.created_at, "delivery", one.kind, one.partner, number, one.id, lines)
    for attempt in tx.outbox.attempts(one.id):
        ended = _joined(
            attempt.outcome or "не окончена",
            f"HTTP {attempt.http_status}" if attempt.http_status else "",
            attempt.error_class,
            f"{attempt.duration_ms} мс" if attempt.duration_ms is not None else "",
        )
        name = f"{one.id}#{attempt.number}"
        yield Step(attempt.started_at, "attempt", one.kind, one.partner, number, name, ended)


def _of_item(one: Item) -> Step:
    ended = f"подтверждено {one.acknowledged_at.isoformat()}" if one.acknowledged_at else one.state
    details = _joined(ended, f"выдано раз: {one.handed_out}")
    return Step(one.created_at, "mailbox", one.kind, one.owner, one.referral_number or "", one.id, details)


def _of_kept(one: Kept) -> Step:
    details = _joined(
        f"номер в РЭМД {one.emdr_id}" if one.emdr_id else "",
        *one.codes,
        f"связан с {one.target}" if one.target else "",
        f"сообщение {one.message_id}" if one.message_id else "",
        f"localUid {one.local_uid}" if one.local_uid else "",
        "хранится, пока документ не появится",
    )
    return Step(one.received_at, "held", one.kind, one.system, "", one.id, details)


def _joined(*parts: str | None) -> str:
    kept: Iterable[str] = (one for one in parts if one)
    return ", ".join(kept)
