"""What an operator does with a message that the adapter gave up: sends it again, or closes it, with a reason.

Both are allowed from the state `dead` only, and both are journaled with the referral.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adapter.domain.states import Party
from adapter.operations.moves import Origin, note
from storage import Delivery, Transaction

#: Journal subject of messages that belong to no referral.
OPERATOR = "operator"


class Act(StrEnum):
    """What is done with a dead letter; the value is the operation in the journal."""

    REPLAY = "dead replay"
    CLOSE = "dead close"


_EVENTS = {Act.REPLAY: "DELIVERY_REPLAYED", Act.CLOSE: "DELIVERY_CLOSED"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter.

    Attributes:
        delivery: as it stood before; None: there is none of this id.
        done: whether it was dead, so that the act took place.
    """

    delivery_id: str
    delivery: Delivery | None
    done: bool


@dataclass(frozen=True, slots=True)
class Order:
    """What the operator wants.

    Attributes:
        act: send again or close.
        reason: why, Russian, without personal data; kept with the message and in the journal.
        system: code of this adapter.
        correlation_id: of this order; one for all its letters.
        now: aware UTC.
    """

    act: Act
    reason: str
    system: str
    correlation_id: str
    now: datetime


def settle(tx: Transaction, delivery_id: str, order: Order) -> Outcome:
    """Do with one letter what the operator wants, and write it down."""
    found = tx.outbox.get(delivery_id)
    act = tx.outbox.replay if order.act is Act.REPLAY else tx.outbox.close
    if found is None or not act(delivery_id, order.reason):
        return Outcome(delivery_id, found, done=False)
    origin = Origin(
        Party.ADAPTER,
        order.system,
        str(order.act),
        order.correlation_id,
        order.now,
        reason=order.reason,
        details={"delivery": delivery_id, "kind": found.kind, "partner": found.partner},
    )
    note(tx, found.referral_number or OPERATOR, _EVENTS[order.act], origin)
    return Outcome(delivery_id, found, done=True)
