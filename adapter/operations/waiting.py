"""What waits, for whom, since when: referrals, deliveries, descriptors not acknowledged, held events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from adapter.domain.partners import PartnerKind, Partners
from adapter.domain.states import State, name_of
from adapter.domain.turns import TURN_OF_DELIVERY, TURN_OF_STATE, Turn
from adapter.operations.partner_health import BREAKER_STATES, turn_of
from adapter.operations.unknown_verdicts import UNKNOWN_VERDICT
from storage import Delivery, Transaction

#: Russian names of the states of a delivery.
DELIVERY_STATES = {
    "pending": "ждёт отправки",
    "leased": "отправляется",
    "unknown": "исход неизвестен",
    "done": "отправлено",
    "dead": "не доставлено",
    "closed": "закрыто",
}

_HELD_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of what waits.

    Attributes:
        turn: who has to act.
        who: code of the partner, where it is one; else empty.
        what: Russian, what waits.
        count: how many.
        oldest: since when the oldest waits, UTC.
        deadline: when the first term ends, UTC; None: no term runs.
    """

    turn: Turn
    who: str
    what: str
    count: int
    oldest: datetime
    deadline: datetime | None = None


def waiting(tx: Transaction, partners: Partners) -> tuple[Waiting, ...]:
    """Return what waits, the longest wait first."""
    found = (
        *_referrals(tx),
        *_deliveries(tx),
        *_descriptors(tx, partners),
        *_held(tx),
        *_resting(tx, partners),
    )
    return tuple(sorted(found, key=lambda one: (one.oldest, one.turn, one.who, one.what)))


def open_deliveries(
    tx: Transaction, partner: str | None, limit: int, after: str = ""
) -> tuple[Delivery, ...]:
    """Return deliveries that are not done, in the order they were added, not more than `limit`."""
    return tx.outbox.list(states=tuple(TURN_OF_DELIVERY), partner=partner, limit=limit, after=after)


def _referrals(tx: Transaction) -> Iterator[Waiting]:
    for row in tx.referrals.count_by_state(tuple(TURN_OF_STATE)):
        state = State(row.state)
        what = f"направления: {name_of(state)}"
        yield Waiting(TURN_OF_STATE[state], "", what, row.count, row.oldest, row.first_deadline)


def _deliveries(tx: Transaction) -> Iterator[Waiting]:
    for row in tx.outbox.counts():
        what = f"сообщения: {DELIVERY_STATES[row.state]}"
        yield Waiting(TURN_OF_DELIVERY[row.state], row.partner, what, row.count, row.oldest)


def _descriptors(tx: Transaction, partners: Partners) -> Iterator[Waiting]:
    for row in tx.mailbox.counts():
        owner = partners.get(row.owner)
        turn = Turn.BUREAU if owner is not None and owner.kind is PartnerKind.BUREAU else Turn.HOSPITAL
        fetched = f", получены без подтверждения: {row.handed_out}" if row.handed_out else ""
        what = f"очередь получателя: {row.kind}{fetched}"
        yield Waiting(turn, row.owner, what, row.count, row.oldest)


def _held(tx: Transaction) -> Iterator[Waiting]:
    found = tx.held_events.oldest(_HELD_PAGE)
    some = f" (показано не больше {_HELD_PAGE})" if len(found) == _HELD_PAGE else ""
    unknown = [one for one in found if one.kind == UNKNOWN_VERDICT]
    if len(found) > len(unknown):
        rows = [one for one in found if one.kind != UNKNOWN_VERDICT]
        yield Waiting(Turn.ADAPTER, "", f"события не в свою очередь{some}", len(rows), rows[0].received_at)
    for code in sorted({str(one.payload["system"]) for one in unknown}):
        rows = [one for one in unknown if one.payload["system"] == code]
        what = f"решения РЭМД о неизвестных документах{some}"
        yield Waiting(Turn.OPERATOR, code, what, len(rows), rows[0].received_at)


def _resting(tx: Transaction, partners: Partners) -> Iterator[Waiting]:
    for row in tx.breakers.list():
        if row.state != "closed":
            said = f": {row.reason}" if row.reason else ""
            what = f"система {BREAKER_STATES.get(row.state, row.state)}{said}; обменов без ответа"
            since = row.opened_at or tx.now()
            yield Waiting(
                turn_of(partners.get(row.partner)), row.partner, what, row.failures, since, row.next_probe_at
            )
