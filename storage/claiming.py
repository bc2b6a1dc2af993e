"""Claims: deliveries leased to workers, for all partners or for one, within what each partner can bear."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.attempts import Attempts
from storage.deliveries import BACK, LEASED, NOW, OPEN, PENDING, ROW, UNKNOWN, Delivery
from storage.rows import written
from storage.tables import outbox

_FREE = sa.or_(outbox.c.state.in_(written(PENDING, UNKNOWN)), outbox.c.lease_until <= NOW)
_BORN = sa.func.coalesce(outbox.c.alive_since, outbox.c.created_at)
_CLAIMABLE = (
    sa.select(outbox.c.id)
    .where(
        OPEN,
        outbox.c.not_before <= NOW,
        _FREE,
        outbox.c.partner.not_in(sa.bindparam("excluded", expanding=True)),
    )
    .order_by(outbox.c.priority, outbox.c.not_before)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_KINDS = outbox.c.kind.in_(sa.bindparam("kinds", expanding=True))
_FOR_ONE = (
    sa.select(outbox.c.id)
    .where(OPEN, outbox.c.partner == sa.bindparam("one_partner"), outbox.c.not_before <= NOW, _FREE, _KINDS)
    .order_by(outbox.c.priority, outbox.c.not_before)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_TOO_OLD = (
    sa.select(outbox.c.id)
    .where(
        OPEN,
        _FREE,
        outbox.c.kind == sa.bindparam("one_kind"),
        sa.bindparam("before", type_=outbox.c.created_at.type) >= _BORN,
    )
    .order_by(outbox.c.id)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)


def _claim(picked: sa.Select[Any]) -> sa.Executable:
    chosen = picked.cte("chosen")
    return (
        sa.update(outbox)
        .where(outbox.c.id.in_(sa.select(chosen.c.id)))
        .values(
            state=LEASED,
            state_since=NOW,
            lease_owner=sa.bindparam("worker"),
            lease_until=sa.bindparam("until"),
            fence=outbox.c.fence + 1,
            claims=outbox.c.claims + 1,
        )
        .returning(*ROW)
    )


_CLAIM = _claim(_CLAIMABLE)
_CLAIM_KINDS = _claim(_CLAIMABLE.where(_KINDS))
_CLAIM_ONE = _claim(_FOR_ONE)
_CLAIM_OLD = _claim(_TOO_OLD)
_LEASED = outbox.c.state == written(LEASED)[0]
_RELEASE = (
    sa.update(outbox)
    .where(_LEASED, outbox.c.lease_owner == sa.bindparam("worker"))
    .values(
        state=BACK,
        state_since=NOW,
        lease_owner=None,
        lease_until=None,
        claims=sa.case((outbox.c.claims > 0, outbox.c.claims - 1), else_=0),
    )
)
_RELEASE_OTHERS = _RELEASE.where(outbox.c.id != sa.bindparam("kept"))
# A row that its worker is writing now is passed over: it is held for a while yet, and the next beat finds it.
_RENEWED = (
    sa.select(outbox.c.id)
    .where(_LEASED, outbox.c.lease_owner.in_(sa.bindparam("workers", expanding=True)))
    .with_for_update(skip_locked=True)
)
_RENEW = sa.update(outbox).where(outbox.c.id.in_(_RENEWED)).values(lease_until=sa.bindparam("until"))
_HOLDERS = sa.select(outbox.c.lease_owner, sa.func.count()).where(_LEASED).group_by(outbox.c.lease_owner)
_FIRST_PARTNER = sa.select(sa.func.min(outbox.c.partner).label("partner")).where(OPEN)
_PARTNERS = _FIRST_PARTNER.cte("partners", recursive=True)
_PARTNERS = _PARTNERS.union_all(
    sa.select(
        sa.select(sa.func.min(outbox.c.partner))
        .where(OPEN, outbox.c.partner > _PARTNERS.c.partner)
        .scalar_subquery()
    ).where(_PARTNERS.c.partner.is_not(None))
)
_DUE = outbox.alias("due")
_IS_DUE = sa.exists().where(
    _DUE.c.state.in_(written(PENDING, LEASED, UNKNOWN)),
    _DUE.c.partner == _PARTNERS.c.partner,
    _DUE.c.not_before <= NOW,
    sa.or_(_DUE.c.state.in_(written(PENDING, UNKNOWN)), _DUE.c.lease_until <= NOW),
    _DUE.c.kind.in_(sa.bindparam("kinds", expanding=True)),
)
_DUE_PARTNERS = sa.select(_PARTNERS.c.partner).where(_PARTNERS.c.partner.is_not(None), _IS_DUE)
_IN_FLIGHT = (
    sa.select(outbox.c.partner, sa.func.count())
    .where(
        outbox.c.state.in_(written(LEASED)),
        outbox.c.begun_fence == outbox.c.fence,
        outbox.c.lease_until > NOW,
    )
    .group_by(outbox.c.partner)
)
_OTHERS = _IN_FLIGHT.where(
    outbox.c.partner == sa.bindparam("one_partner"), outbox.c.id != sa.bindparam("kept")
)


class Claiming(Attempts):
    """Leases of deliveries. Times are of the database."""

    __slots__ = ()

    def claim(
        self,
        worker: str,
        partners_excluded: Collection[str],
        limit: int,
        lease_seconds: float,
        kinds: Collection[str] | None = None,
    ) -> list[Delivery]:
        """Lease up to ``limit`` deliveries whose time has come, of any partner, in one statement.

        Taken are those pending or unknown with ``not_before`` passed, and those whose lease ran out.

        Returns:
            By priority, then by time, each with a new fencing number.
        """
        keys = {"excluded": list(partners_excluded)}
        if kinds is None:
            return self._leased(_CLAIM, keys, worker, limit, lease_seconds)
        return self._leased(_CLAIM_KINDS, {**keys, "kinds": list(kinds)}, worker, limit, lease_seconds)

    def claim_for(
        self, worker: str, partner: str, limit: int, lease_seconds: float, kinds: Collection[str]
    ) -> list[Delivery]:
        """Lease up to ``limit`` deliveries to one partner, as `claim` does."""
        keys = {"one_partner": partner, "kinds": list(kinds)}
        return self._leased(_CLAIM_ONE, keys, worker, limit, lease_seconds)

    def claim_too_old(
        self, worker: str, kind: str, before: datetime, limit: int, lease_seconds: float
    ) -> list[Delivery]:
        """Lease deliveries of a kind that were added, or replayed, before a time, due or not."""
        keys = {"one_kind": kind, "before": before}
        return self._leased(_CLAIM_OLD, keys, worker, limit, lease_seconds)

    def release(self, worker: str) -> int:
        """Give back everything that a worker still holds, for a graceful stop; returns how many."""
        keys = {"worker": worker, "now": self._now()}
        return self._run(_RELEASE, keys).rowcount

    def release_others(self, worker: str, kept: str) -> int:
        """Give back everything that a worker holds but for one; returns how many."""
        keys = {"worker": worker, "now": self._now(), "kept": kept}
        return self._run(_RELEASE_OTHERS, keys).rowcount

    def renew(self, workers: Collection[str], seconds: float) -> int:
        """Hold everything that workers still hold for ``seconds`` from now; returns how many.

        What somebody else took meanwhile stays his: its owner is another.
        """
        keys = {"workers": list(workers), "until": self._now() + timedelta(seconds=seconds)}
        return self._connection.execute(_RENEW, keys).rowcount

    def holders(self) -> dict[str, int]:
        """Count the leased deliveries of each worker, those whose lease ran out included."""
        return {str(owner): int(count) for owner, count in self._connection.execute(_HOLDERS)}

    def due_partners(self, kinds: Collection[str]) -> tuple[str, ...]:
        """Give the partners for which something can be claimed now, by code."""
        keys = {"now": self._now(), "kinds": list(kinds)}
        return tuple(str(row[0]) for row in self._run(_DUE_PARTNERS, keys))

    def in_flight(self) -> Mapping[str, int]:
        """Count by partner the exchanges that go on in all processes."""
        return {row[0]: row[1] for row in self._run(_IN_FLIGHT, {"now": self._now()})}

    def others_in_flight(self, partner: str, delivery_id: str) -> int:
        """Count the exchanges with a partner that go on, but for that of one delivery."""
        keys = {"now": self._now(), "one_partner": partner, "kept": delivery_id}
        row = self._run(_OTHERS, keys).first()
        return 0 if row is None else int(row[1])

    def _leased(
        self, statement: sa.Executable, keys: dict[str, Any], worker: str, limit: int, lease_seconds: float
    ) -> list[Delivery]:
        now = self._now()
        until = now + timedelta(seconds=lease_seconds)
        rows = self._run(statement, {**keys, "worker": worker, "limit": limit, "now": now, "until": until})
        return sorted(
            (Delivery(*row) for row in rows), key=lambda one: (one.priority, one.not_before, one.id)
        )
