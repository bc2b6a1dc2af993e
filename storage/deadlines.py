"""Terms that run or wait for a referral, and what was told of them: each thing once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.deadline_tables import deadlines, tellings
from storage.rows import Area, columns, values, with_conflict


@dataclass(frozen=True, slots=True)
class StoredDeadline:
    """A term of a referral; all codes are opaque texts, all times UTC.

    Attributes:
        clock: what it is kept under; one of a name for each referral.
        oid: who must act.
        until_at: its end; None while it waits.
        next_at: when the next thing is to be told of it; None: nothing more.
        counted_by: mark of the calendar and the table that it was counted by.
    """

    referral_number: str
    clock: str
    code: str
    side: str
    oid: str
    began: datetime
    until_at: datetime | None
    waits_since: datetime | None
    next_at: datetime | None
    counted_by: str
    test: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """What was told of a term: a step of the chain for one end of it."""

    referral_number: str
    clock: str
    until_at: datetime
    step: str
    told_at: datetime
    delivery_id: str | None = None


_SELECT = sa.select(*columns(deadlines, StoredDeadline))
_OF = _SELECT.where(deadlines.c.referral_number == sa.bindparam("number")).order_by(deadlines.c.clock)
_DROP = sa.delete(deadlines).where(
    deadlines.c.referral_number == sa.bindparam("number"),
    deadlines.c.clock.not_in(sa.bindparam("kept", expanding=True)),
)
_CHANGEABLE = [one.name for one in deadlines.columns if not one.primary_key]
_PUT = with_conflict(
    lambda insert: (made := insert(deadlines)).on_conflict_do_update(
        index_elements=[deadlines.c.referral_number, deadlines.c.clock],
        set_={name: made.excluded[name] for name in _CHANGEABLE},
    )
)
_ENDED = (
    _SELECT.where(
        deadlines.c.until_at < sa.bindparam("now"),
        deadlines.c.clock.in_(sa.bindparam("clocks", expanding=True)),
    )
    .order_by(deadlines.c.until_at, deadlines.c.referral_number, deadlines.c.clock)
    .limit(sa.bindparam("limit"))
)
_LAPSE = sa.delete(deadlines).where(
    deadlines.c.until_at < sa.bindparam("now"), deadlines.c.side == sa.bindparam("this_side")
)
_TO_TELL = (
    _SELECT.where(deadlines.c.next_at <= sa.bindparam("now"))
    .order_by(deadlines.c.next_at)
    .limit(sa.bindparam("limit"))
)
_SET_NEXT = (
    sa.update(deadlines)
    .where(
        deadlines.c.referral_number == sa.bindparam("number"),
        deadlines.c.clock == sa.bindparam("this_clock"),
        deadlines.c.until_at == sa.bindparam("this_until"),
    )
    .values(next_at=sa.bindparam("later"))
)
_OTHERWISE = (
    sa.select(deadlines.c.referral_number)
    .distinct()
    .where(
        deadlines.c.counted_by != sa.bindparam("mark"), deadlines.c.referral_number > sa.bindparam("after")
    )
    .order_by(deadlines.c.referral_number)
    .limit(sa.bindparam("limit"))
)
_TELL = with_conflict(
    lambda insert: insert(tellings).on_conflict_do_nothing().returning(tellings.c.referral_number)
)
_TOLD = sa.select(*columns(tellings, Telling)).where(tellings.c.referral_number == sa.bindparam("number"))


class Deadlines(Area):
    """Terms that run or wait."""

    __slots__ = ()

    def put(self, number: str, rows: Collection[StoredDeadline]) -> None:
        """Make these the terms of a referral; others that it had are dropped."""
        self._run(_DROP, {"number": number, "kept": [one.clock for one in rows]})
        if rows:
            self._run_all(_PUT[self._connection.dialect.name], [values(one) for one in rows])

    def of(self, number: str) -> tuple[StoredDeadline, ...]:
        """Give the terms of a referral by name."""
        return tuple(StoredDeadline(*row) for row in self._run(_OF, {"number": number}))

    def ended(self, now: datetime, clocks: Collection[str], limit: int) -> tuple[StoredDeadline, ...]:
        """Give terms of these names that ended before ``now``, the earliest first."""
        keys = {"now": now, "clocks": list(clocks), "limit": limit}
        return tuple(StoredDeadline(*row) for row in self._connection.execute(_ENDED, keys))

    def lapse(self, side: str, now: datetime) -> int:
        """Drop the terms of a side that ended before ``now``; returns how many."""
        return self._connection.execute(_LAPSE, {"now": now, "this_side": side}).rowcount

    def to_tell(self, now: datetime, limit: int) -> tuple[StoredDeadline, ...]:
        """Give terms of which something is to be told by ``now``, the earliest first."""
        rows = self._connection.execute(_TO_TELL, {"now": now, "limit": limit})
        return tuple(StoredDeadline(*row) for row in rows)

    def tell(self, telling: Telling) -> bool:
        """Note that something is told; False when it was told before."""
        statement = _TELL[self._connection.dialect.name]
        return self._connection.execute(statement, values(telling)).first() is not None

    def told(self, number: str) -> tuple[Telling, ...]:
        """Give what was told of the terms of a referral."""
        return tuple(Telling(*row) for row in self._connection.execute(_TOLD, {"number": number}))

    def set_next(self, moments: Iterable[tuple[StoredDeadline, datetime | None]]) -> None:
        """Set when the next thing is to be told of terms, unless their end has moved meanwhile."""
        rows = [
            {
                "number": one.referral_number,
                "this_clock": one.clock,
                "this_until": one.until_at,
                "later": later,
            }
            for one, later in moments
        ]
        if rows:
            self._connection.execute(_SET_NEXT, rows)

    def counted_otherwise(self, mark: str, limit: int, after: str = "") -> tuple[str, ...]:
        """Give numbers of referrals with a term that was counted by another mark, in order."""
        keys = {"mark": mark, "after": after, "limit": limit}
        return tuple(self._connection.execute(_OTHERWISE, keys).scalars())

    def list(
        self,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        waiting: bool = False,
        codes: Collection[str] = (),
        oid: str = "",
        limit: int = 1000,
    ) -> tuple[StoredDeadline, ...]:
        """Give terms by their end, the earliest first; those that wait come last, and only when asked for.

        Args:
            before: only those that end not later.
            after: only those that end later.
            waiting: also those that wait; they have no end.
            codes: only these codes; empty: all.
            oid: only those of this organisation.
            limit: at most so many.
        """
        statement = _SELECT.where(deadlines.c.until_at.is_not(None))
        if before is not None:
            statement = statement.where(deadlines.c.until_at <= before)
        if after is not None:
            statement = statement.where(deadlines.c.until_at > after)
        found = self._listed(statement, codes, oid, limit)
        if waiting and len(found) < limit:
            asleep = _SELECT.where(deadlines.c.until_at.is_(None))
            found += self._listed(asleep, codes, oid, limit - len(found))
        return found

    def _listed(
        self, statement: sa.Select[Any], codes: Collection[str], oid: str, limit: int
    ) -> tuple[StoredDeadline, ...]:
        if codes:
            statement = statement.where(deadlines.c.code.in_(sorted(codes)))
        if oid:
            statement = statement.where(deadlines.c.oid == oid)
        order = (deadlines.c.until_at, deadlines.c.referral_number, deadlines.c.clock)
        rows = self._connection.execute(statement.order_by(*order).limit(limit))
        return tuple(StoredDeadline(*row) for row in rows)
