"""The outbox: deliveries to partners, claimed by workers under a lease with a fencing number."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.claiming import Claiming
from storage.deliveries import (
    BACK,
    CLOSED,
    DEAD,
    DONE,
    LEASED,
    NOW,
    PENDING,
    SELECT,
    UNKNOWN,
    Delivery,
    NewDelivery,
)
from storage.errors import LeaseLost, Taken
from storage.rows import values, with_conflict, written
from storage.tables import delivery_bytes, outbox

__all__ = [
    "CLOSED",
    "DEAD",
    "DONE",
    "LEASED",
    "PENDING",
    "UNKNOWN",
    "Delivery",
    "NewDelivery",
    "Outbox",
    "QueueCount",
    "message_key",
]


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many deliveries to a partner are in a state, and since when the oldest exists."""

    partner: str
    state: str
    count: int
    oldest: datetime


def message_key(message_id: str) -> str:
    """Give a message id without ``urn:uuid:``, dashes and case, as partners return it in many spellings."""
    return message_id.strip().lower().removeprefix("urn:uuid:").replace("-", "")


_HELD = (
    outbox.c.id == sa.bindparam("this_id"),
    outbox.c.fence == sa.bindparam("this_fence"),
    outbox.c.state == LEASED,
)
_KEEP_UNKNOWN = sa.func.coalesce(
    sa.bindparam("in_doubt", type_=outbox.c.outcome_unknown.type), outbox.c.outcome_unknown
)
_MOVE = (
    sa.update(outbox)
    .where(*_HELD)
    .values(
        state=sa.bindparam("to_state"),
        state_since=NOW,
        lease_owner=None,
        lease_until=None,
        not_before=sa.func.coalesce(
            sa.bindparam("later", type_=outbox.c.not_before.type), outbox.c.not_before
        ),
        outcome_unknown=_KEEP_UNKNOWN,
        error_class=sa.bindparam("why_class"),
        error=sa.bindparam("why"),
        claims=0,
    )
)
_BUILT = (
    sa.update(outbox)
    .where(*_HELD)
    .values(message_id=sa.bindparam("new_id"), message_key=sa.bindparam("new_key"))
)
_FROM_DEAD = sa.update(outbox).where(outbox.c.id == sa.bindparam("this_id"), outbox.c.state == DEAD)
_REPLAY = _FROM_DEAD.values(
    state=BACK,
    state_since=NOW,
    not_before=NOW,
    attempts=0,
    claims=0,
    doubts=0,
    alive_since=NOW,
    note=sa.bindparam("reason"),
)
_CLOSE = _FROM_DEAD.values(state=CLOSED, state_since=NOW, note=sa.bindparam("reason"))
_FROM_DONE = sa.update(outbox).where(
    outbox.c.id == sa.bindparam("this_id"),
    outbox.c.state == DONE,
    outbox.c.state_since <= sa.bindparam("before"),
)
_ASK = _FROM_DONE.values(
    state=UNKNOWN,
    state_since=NOW,
    not_before=NOW,
    outcome_unknown=sa.true(),
    attempts=0,
    claims=0,
    doubts=outbox.c.doubts + 1,
    alive_since=NOW,
    note=sa.bindparam("reason"),
)
_GIVE_UP = _FROM_DONE.values(
    state=DEAD,
    state_since=NOW,
    outcome_unknown=sa.true(),
    error_class=sa.bindparam("why_class"),
    error=sa.bindparam("why"),
)
_AGAIN = _FROM_DONE.values(
    state=PENDING,
    state_since=NOW,
    not_before=sa.bindparam("later"),
    outcome_unknown=sa.false(),
    error_class=sa.bindparam("why_class"),
    error=sa.bindparam("why"),
)
_INSERT = sa.insert(outbox)
_INSERT_BYTES = with_conflict(
    lambda insert: (
        insert(delivery_bytes)
        .on_conflict_do_nothing(index_elements=[delivery_bytes.c.delivery_id])
        .returning(delivery_bytes.c.delivery_id)
    )
)
_SET_RESPONSE = (
    sa.update(delivery_bytes)
    .where(delivery_bytes.c.delivery_id == sa.bindparam("this_id"))
    .values(response=sa.bindparam("received"))
)
_REQUEST = sa.select(delivery_bytes.c.request).where(delivery_bytes.c.delivery_id == sa.bindparam("this_id"))
_RESPONSE = sa.select(delivery_bytes.c.response).where(
    delivery_bytes.c.delivery_id == sa.bindparam("this_id")
)
_BY_ID = SELECT.where(outbox.c.id == sa.bindparam("this_id"))
_BY_KEY = SELECT.where(outbox.c.message_key == sa.bindparam("key"))
_COUNTS = (
    sa.select(outbox.c.partner, outbox.c.state, sa.func.count(), sa.func.min(outbox.c.created_at))
    .where(outbox.c.state.in_(written(PENDING, LEASED, UNKNOWN, DEAD)))
    .group_by(outbox.c.partner, outbox.c.state)
    .order_by(outbox.c.partner, outbox.c.state)
)


class Outbox(Claiming):
    """Deliveries to partners. Every write after a claim names the fencing number of that claim."""

    __slots__ = ()

    def add(self, *new: NewDelivery) -> None:
        """Queue deliveries."""
        now = self._now()
        fresh = {
            "created_at": now,
            "state": PENDING,
            "state_since": now,
            "fence": 0,
            "attempts": 0,
            "attempts_total": 0,
            "outcome_unknown": False,
        }
        if new:
            self._run_all(_INSERT, [{**values(delivery), **fresh} for delivery in new])

    def store_request(self, delivery_id: str, fence: int, message_id: str, request: bytes) -> None:
        """Keep the bytes to send, once and for all.

        Raises:
            LeaseLost: the fence is not current.
            Taken: the bytes were built before.
        """
        keys = {"new_id": message_id, "new_key": message_key(message_id)}
        self._held(_BUILT, delivery_id, fence, keys)
        row = {"delivery_id": delivery_id, "request": request}
        if self._run(_INSERT_BYTES[self._connection.dialect.name], row).first() is None:
            raise Taken("outbox.request", delivery_id)

    def request(self, delivery_id: str) -> bytes | None:
        """Give the bytes to send, or None when they are not built."""
        found: bytes | None = self._run(_REQUEST, {"this_id": delivery_id}).scalar()
        return found

    def response(self, delivery_id: str) -> bytes | None:
        """Give the bytes that the partner answered, or None."""
        return self._connection.execute(_RESPONSE, {"this_id": delivery_id}).scalar()

    def finish(self, delivery_id: str, fence: int, state: str = DONE, response: bytes | None = None) -> None:
        """End a delivery.

        Raises:
            LeaseLost: the fence is not current.
        """
        self._move(delivery_id, fence, state, in_doubt=False)
        if response is not None:
            self._run(_SET_RESPONSE, {"this_id": delivery_id, "received": response})

    def retry(self, delivery_id: str, fence: int, not_before: datetime, error_class: str, error: str) -> None:
        """Put a delivery back that certainly had no effect.

        Raises:
            LeaseLost: the fence is not current.
        """
        failed = {"error_class": error_class, "error": error}
        self._move(delivery_id, fence, PENDING, not_before=not_before, **failed, in_doubt=False)

    def set_unknown(
        self, delivery_id: str, fence: int, not_before: datetime, error_class: str, error: str
    ) -> None:
        """Put a delivery back whose outcome nobody knows: it is reconciled before it is sent again.

        Raises:
            LeaseLost: the fence is not current.
        """
        failed = {"error_class": error_class, "error": error}
        self._move(delivery_id, fence, UNKNOWN, not_before=not_before, **failed, in_doubt=True)

    def dead(self, delivery_id: str, fence: int, error_class: str, error: str) -> None:
        """Lay a delivery aside for an operator; what is in doubt stays in doubt.

        Raises:
            LeaseLost: the fence is not current.
        """
        self._move(delivery_id, fence, DEAD, error_class=error_class, error=error)

    def replay(self, delivery_id: str, reason: str) -> bool:
        """Try a dead delivery again from now, its attempts counted afresh; False when it is not dead."""
        keys = {"this_id": delivery_id, "reason": reason, "now": self._now()}
        return self._connection.execute(_REPLAY, keys).rowcount == 1

    def close(self, delivery_id: str, reason: str) -> bool:
        """Close a dead delivery for good; False when it is not dead."""
        keys = {"this_id": delivery_id, "reason": reason, "now": self._now()}
        return self._connection.execute(_CLOSE, keys).rowcount == 1

    def doubt(self, delivery_id: str, before: datetime, reason: str) -> bool:
        """Put a delivery that was done before a time back as one in doubt: what it was to bring never came.

        Returns:
            False when it is not done, or was done later.
        """
        keys = {"this_id": delivery_id, "before": before, "now": self._now(), "reason": reason}
        return self._connection.execute(_ASK, keys).rowcount == 1

    def give_up_done(self, delivery_id: str, before: datetime, error_class: str, error: str) -> bool:
        """Lay a delivery aside, in doubt, that was done before a time; False when it was not."""
        keys = {"this_id": delivery_id, "before": before, "now": self._now()}
        failed = {"why_class": error_class, "why": error}
        return self._connection.execute(_GIVE_UP, {**keys, **failed}).rowcount == 1

    def again(self, delivery_id: str, not_before: datetime, error_class: str, error: str) -> bool:
        """Queue a delivery anew that was done and, as the partner says later, had no effect.

        Its attempts go on being counted; False when it is not done.
        """
        now = self._now()
        keys = {"this_id": delivery_id, "before": now, "now": now, "later": not_before}
        failed = {"why_class": error_class, "why": error}
        return self._connection.execute(_AGAIN, {**keys, **failed}).rowcount == 1

    def get(self, delivery_id: str) -> Delivery | None:
        """Find a delivery."""
        row = self._run(_BY_ID, {"this_id": delivery_id}).first()
        return None if row is None else Delivery(*row)

    def find_by_message_id(self, message_id: str) -> Delivery | None:
        """Find a delivery by the id of its message, in any spelling of the UUID."""
        row = self._connection.execute(_BY_KEY, {"key": message_key(message_id)}).first()
        return None if row is None else Delivery(*row)

    def list(
        self,
        *,
        states: Collection[str] | None = None,
        partner: str | None = None,
        referral_number: str | None = None,
        limit: int = 100,
        after: str = "",
    ) -> tuple[Delivery, ...]:
        """Give deliveries in the order they were added; ``after`` is the last id of the page before."""
        statement = SELECT.where(outbox.c.id > after).order_by(outbox.c.id).limit(limit)
        if states is not None:
            statement = statement.where(outbox.c.state.in_(written(*_known(states))))
        if partner is not None:
            statement = statement.where(outbox.c.partner == partner)
        if referral_number is not None:
            statement = statement.where(outbox.c.referral_number == referral_number)
        return tuple(Delivery(*row) for row in self._connection.execute(statement))

    def counts(self) -> tuple[QueueCount, ...]:
        """Count what is not done, by partner and state (done and closed are left out)."""
        return tuple(QueueCount(*row) for row in self._connection.execute(_COUNTS))

    def _move(
        self,
        delivery_id: str,
        fence: int,
        state: str,
        *,
        not_before: datetime | None = None,
        error_class: str | None = None,
        error: str | None = None,
        in_doubt: bool | None = None,
    ) -> None:
        keys = {
            "to_state": state,
            "now": self._now(),
            "later": not_before,
            "in_doubt": in_doubt,
            "why_class": error_class,
            "why": error,
        }
        self._held(_MOVE, delivery_id, fence, keys)

    def _held(self, statement: sa.Executable, delivery_id: str, fence: int, keys: dict[str, Any]) -> None:
        changed = self._run(statement, {**keys, "this_id": delivery_id, "this_fence": fence})
        if changed.rowcount != 1:
            raise LeaseLost(delivery_id, fence)


def _known(states: Collection[str]) -> Collection[str]:
    unknown = set(states) - {PENDING, LEASED, UNKNOWN, DONE, DEAD, CLOSED}
    if unknown:
        raise ValueError(f"no such states of a delivery: {sorted(unknown)}")
    return sorted(states)
