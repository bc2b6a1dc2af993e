"""Attempts: each try to send a delivery, from before its bytes leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.errors import LeaseLost
from storage.rows import Area, columns, values
from storage.tables import attempts, outbox


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """How an attempt ended; ``duration_ms`` in milliseconds."""

    outcome: str
    http_status: int | None = None
    error_class: str | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try; without ``finished_at`` it runs still, or its worker died."""

    delivery_id: str
    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    http_status: int | None
    error_class: str | None
    duration_ms: int | None


_COUNT = (
    sa.update(outbox)
    .where(
        outbox.c.id == sa.bindparam("this_id"),
        outbox.c.fence == sa.bindparam("this_fence"),
        outbox.c.state == "leased",
    )
    .values(
        attempts=outbox.c.attempts + 1,
        attempts_total=outbox.c.attempts_total + 1,
        outcome_unknown=sa.true(),
        claims=0,
        begun_fence=outbox.c.fence,
        lease_until=sa.func.coalesce(
            sa.bindparam("until", type_=outbox.c.lease_until.type), outbox.c.lease_until
        ),
    )
    .returning(outbox.c.attempts_total)
)
_START = sa.insert(attempts)
_END = (
    sa.update(attempts)
    .where(
        attempts.c.delivery_id == sa.bindparam("this_id"),
        attempts.c.number == sa.bindparam("this_number"),
    )
    .values(finished_at=sa.bindparam("now"))
)
_END_COLUMNS = ("outcome", "http_status", "error_class", "duration_ms")
_END = _END.values({name: sa.bindparam(f"end_{name}") for name in _END_COLUMNS})
_LIST = (
    sa.select(*columns(attempts, Attempt))
    .where(attempts.c.delivery_id == sa.bindparam("this_id"))
    .order_by(attempts.c.number)
)


class Attempts(Area):
    """The attempts of a delivery."""

    __slots__ = ()

    def started_attempt(self, delivery_id: str, fence: int, lease_seconds: float | None = None) -> int:
        """Note that bytes are about to leave; until an end is recorded the outcome counts as unknown.

        Args:
            delivery_id: the delivery.
            fence: of the claim.
            lease_seconds: for how long from now the lease is held; None: it stays as it is.

        Returns:
            The number of the attempt, from 1.

        Raises:
            LeaseLost: the fence is not current.
        """
        now = self._now()
        until = None if lease_seconds is None else now + timedelta(seconds=lease_seconds)
        keys = {"this_id": delivery_id, "this_fence": fence, "until": until}
        number = self._run(_COUNT, keys).scalar()
        if number is None:
            raise LeaseLost(delivery_id, fence)
        row = {"delivery_id": delivery_id, "number": number, "started_at": now}
        self._run(_START, row)
        return int(number)

    def ended_attempt(self, delivery_id: str, number: int, end: AttemptEnd) -> None:
        """Note how an attempt ended. Not fenced: it says what happened, and moves no state."""
        keys = {"this_id": delivery_id, "this_number": number, "now": self._now()}
        self._run(_END, {**keys, **{f"end_{key}": value for key, value in values(end).items()}})

    def attempts(self, delivery_id: str) -> tuple[Attempt, ...]:
        """Give the attempts of a delivery in order."""
        return tuple(Attempt(*row) for row in self._connection.execute(_LIST, {"this_id": delivery_id}))
