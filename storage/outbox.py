"""The outbox: deliveries to partners, claimed by workers under a lease with a fencing number."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.attempts import Attempts
from storage.errors import LeaseLost, Taken
from storage.rows import columns, new_id, values, with_conflict, written
from storage.tables import delivery_bytes, outbox
from storage.types import JsonObject

PENDING = "pending"
LEASED = "leased"
UNKNOWN = "unknown"
DONE = "done"
DEAD = "dead"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """The intent to deliver something to a partner; a lower ``priority`` goes first."""

    partner: str
    kind: str
    not_before: datetime
    payload: JsonObject
    referral_number: str | None = None
    version_number: int | None = None
    priority: int = 100
    test: bool = False
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands.

    ``attempts`` counts since the delivery was added or replayed, ``attempts_total`` since ever.
    ``outcome_unknown`` says that bytes may have reached the partner and nobody learned what came of it (an
    attempt began and its end was not recorded, or it ended in `UNKNOWN`): reconcile before sending again.
    """

    id: str
    partner: str
    kind: str
    referral_number: str | None
    version_number: int | None
    priority: int
    not_before: datetime
    payload: JsonObject
    test: bool
    created_at: datetime
    state: str
    state_since: datetime
    lease_owner: str | None
    lease_until: datetime | None
    fence: int
    attempts: int
    attempts_total: int
    outcome_unknown: bool
    message_id: str | None
    error_class: str | None
    error: str | None
    note: str | None

    @property
    def built(self) -> bool:
        """Whether the bytes to send were built and stored."""
        return self.message_id is not None


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


_ROW = columns(outbox, Delivery)
_SELECT = sa.select(*_ROW)
_NOW = sa.bindparam("now", type_=outbox.c.not_before.type)
_OPEN = outbox.c.state.in_(written(PENDING, LEASED, UNKNOWN))
_CLAIMABLE = (
    sa.select(outbox.c.id)
    .where(
        _OPEN,
        outbox.c.not_before <= _NOW,
        sa.or_(outbox.c.state.in_(written(PENDING, UNKNOWN)), outbox.c.lease_until <= _NOW),
        outbox.c.partner.not_in(sa.bindparam("excluded", expanding=True)),
    )
    .order_by(outbox.c.priority, outbox.c.not_before)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_CLAIMABLE_KINDS = _CLAIMABLE.where(outbox.c.kind.in_(sa.bindparam("kinds", expanding=True)))


def _claim(picked: sa.Select[Any]) -> sa.Executable:
    chosen = picked.cte("chosen")
    return (
        sa.update(outbox)
        .where(outbox.c.id.in_(sa.select(chosen.c.id)))
        .values(
            state=LEASED,
            state_since=_NOW,
            lease_owner=sa.bindparam("worker"),
            lease_until=sa.bindparam("until"),
            fence=outbox.c.fence + 1,
        )
        .returning(*_ROW)
    )


_CLAIM = _claim(_CLAIMABLE)
_CLAIM_KINDS = _claim(_CLAIMABLE_KINDS)
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
        state_since=_NOW,
        lease_owner=None,
        lease_until=None,
        not_before=sa.func.coalesce(
            sa.bindparam("later", type_=outbox.c.not_before.type), outbox.c.not_before
        ),
        outcome_unknown=_KEEP_UNKNOWN,
        error_class=sa.bindparam("why_class"),
        error=sa.bindparam("why"),
    )
)
_EXTEND = sa.update(outbox).where(*_HELD).values(lease_until=sa.bindparam("until"))
_BUILT = (
    sa.update(outbox)
    .where(*_HELD)
    .values(message_id=sa.bindparam("new_id"), message_key=sa.bindparam("new_key"))
)
_BACK = sa.case((outbox.c.outcome_unknown, UNKNOWN), else_=PENDING)
_LEASED = outbox.c.state == written(LEASED)[0]
_RELEASE = (
    sa.update(outbox)
    .where(_LEASED, outbox.c.lease_owner == sa.bindparam("worker"))
    .values(state=_BACK, state_since=_NOW, lease_owner=None, lease_until=None)
)
# A row that its worker is writing now is passed over: it is held for a while yet, and the next beat finds it.
_RENEWED = (
    sa.select(outbox.c.id)
    .where(_LEASED, outbox.c.lease_owner.in_(sa.bindparam("workers", expanding=True)))
    .with_for_update(skip_locked=True)
)
_RENEW = sa.update(outbox).where(outbox.c.id.in_(_RENEWED)).values(lease_until=sa.bindparam("until"))
_HOLDERS = sa.select(outbox.c.lease_owner, sa.func.count()).where(_LEASED).group_by(outbox.c.lease_owner)
_FROM_DEAD = sa.update(outbox).where(outbox.c.id == sa.bindparam("this_id"), outbox.c.state == DEAD)
_REPLAY = _FROM_DEAD.values(
    state=_BACK, state_since=_NOW, not_before=_NOW, attempts=0, note=sa.bindparam("reason")
)
_CLOSE = _FROM_DEAD.values(state=CLOSED, state_since=_NOW, note=sa.bindparam("reason"))
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
_BY_ID = _SELECT.where(outbox.c.id == sa.bindparam("this_id"))
_BY_KEY = _SELECT.where(outbox.c.message_key == sa.bindparam("key"))
_COUNTS = (
    sa.select(outbox.c.partner, outbox.c.state, sa.func.count(), sa.func.min(outbox.c.created_at))
    .where(outbox.c.state.in_(written(PENDING, LEASED, UNKNOWN, DEAD)))
    .group_by(outbox.c.partner, outbox.c.state)
    .order_by(outbox.c.partner, outbox.c.state)
)


class Outbox(Attempts):
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
            self._connection.execute(_INSERT, [{**values(delivery), **fresh} for delivery in new])

    def claim(
        self,
        worker: str,
        partners_excluded: Collection[str],
        limit: int,
        lease_seconds: float,
        kinds: Collection[str] | None = None,
    ) -> list[Delivery]:
        """Lease up to ``limit`` deliveries whose time has come, in one statement.

        Taken are those pending or unknown with ``not_before`` passed, and those whose lease ran out.
        Times are of the database.

        Returns:
            By priority, then by time, each with a new fencing number.
        """
        now = self._now()
        keys = {
            "worker": worker,
            "excluded": list(partners_excluded),
            "limit": limit,
            "now": now,
            "until": now + timedelta(seconds=lease_seconds),
        }
        if kinds is None:
            rows = self._connection.execute(_CLAIM, keys)
        else:
            rows = self._connection.execute(_CLAIM_KINDS, {**keys, "kinds": list(kinds)})
        return sorted(
            (Delivery(*row) for row in rows), key=lambda one: (one.priority, one.not_before, one.id)
        )

    def store_request(self, delivery_id: str, fence: int, message_id: str, request: bytes) -> None:
        """Keep the bytes to send, once and for all.

        Raises:
            LeaseLost: the fence is not current.
            Taken: the bytes were built before.
        """
        keys = {"new_id": message_id, "new_key": message_key(message_id)}
        self._held(_BUILT, delivery_id, fence, keys)
        row = {"delivery_id": delivery_id, "request": request}
        if self._connection.execute(_INSERT_BYTES[self._connection.dialect.name], row).first() is None:
            raise Taken("outbox.request", delivery_id)

    def request(self, delivery_id: str) -> bytes | None:
        """Give the bytes to send, or None when they are not built."""
        return self._connection.execute(_REQUEST, {"this_id": delivery_id}).scalar()

    def response(self, delivery_id: str) -> bytes | None:
        """Give the bytes that the partner answered, or None."""
        return self._connection.execute(_RESPONSE, {"this_id": delivery_id}).scalar()

    def extend(self, delivery_id: str, fence: int, seconds: float) -> None:
        """Hold a lease for ``seconds`` from now.

        Raises:
            LeaseLost: the fence is not current.
        """
        self._held(_EXTEND, delivery_id, fence, {"until": self._now() + timedelta(seconds=seconds)})

    def finish(self, delivery_id: str, fence: int, state: str = DONE, response: bytes | None = None) -> None:
        """End a delivery.

        Raises:
            LeaseLost: the fence is not current.
        """
        self._move(delivery_id, fence, state, in_doubt=False)
        if response is not None:
            self._connection.execute(_SET_RESPONSE, {"this_id": delivery_id, "received": response})

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

    def release(self, worker: str) -> int:
        """Give back everything that a worker still holds, for a graceful stop; returns how many."""
        keys = {"worker": worker, "now": self._now()}
        return self._connection.execute(_RELEASE, keys).rowcount

    def renew(self, workers: Collection[str], seconds: float) -> int:
        """Hold everything that workers still hold for ``seconds`` from now; returns how many.

        What somebody else took meanwhile stays his: its owner is another.
        """
        keys = {"workers": list(workers), "until": self._now() + timedelta(seconds=seconds)}
        return self._connection.execute(_RENEW, keys).rowcount

    def holders(self) -> dict[str, int]:
        """Count the leased deliveries of each worker, those whose lease ran out included."""
        return {str(owner): int(count) for owner, count in self._connection.execute(_HOLDERS)}

    def replay(self, delivery_id: str, reason: str) -> bool:
        """Try a dead delivery again from now, its attempts counted afresh; False when it is not dead."""
        keys = {"this_id": delivery_id, "reason": reason, "now": self._now()}
        return self._connection.execute(_REPLAY, keys).rowcount == 1

    def close(self, delivery_id: str, reason: str) -> bool:
        """Close a dead delivery for good; False when it is not dead."""
        keys = {"this_id": delivery_id, "reason": reason, "now": self._now()}
        return self._connection.execute(_CLOSE, keys).rowcount == 1

    def get(self, delivery_id: str) -> Delivery | None:
        """Find a delivery."""
        row = self._connection.execute(_BY_ID, {"this_id": delivery_id}).first()
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
        statement = _SELECT.where(outbox.c.id > after).order_by(outbox.c.id).limit(limit)
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
        changed = self._connection.execute(statement, {**keys, "this_id": delivery_id, "this_fence": fence})
        if changed.rowcount != 1:
            raise LeaseLost(delivery_id, fence)


def _known(states: Collection[str]) -> Collection[str]:
    unknown = set(states) - {PENDING, LEASED, UNKNOWN, DONE, DEAD, CLOSED}
    if unknown:
        raise ValueError(f"no such states of a delivery: {sorted(unknown)}")
    return sorted(states)
