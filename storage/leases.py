"""Leases: a name that one process holds for a while, with a fencing number that only grows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage.rows import Area, columns, with_conflict
from storage.tables import leases


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease row; it is held while ``expires_at`` is in the future by the clock of the database."""

    name: str
    owner: str
    fence: int
    expires_at: datetime


def _acquire(new: postgresql.Insert) -> sa.Executable:
    ours = leases.c.owner == new.excluded.owner
    return new.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={
            "owner": new.excluded.owner,
            "expires_at": new.excluded.expires_at,
            "fence": sa.case((ours, leases.c.fence), else_=leases.c.fence + 1),
        },
        where=sa.or_(ours, leases.c.expires_at <= sa.bindparam("now", type_=leases.c.expires_at.type)),
    ).returning(leases.c.fence)


_ACQUIRE = with_conflict(lambda insert: _acquire(insert(leases)))
_RELEASE = (
    sa.update(leases)
    .where(leases.c.name == sa.bindparam("this_name"), leases.c.owner == sa.bindparam("this_owner"))
    .values(owner="", expires_at=sa.bindparam("now"))
)
_SELECT = sa.select(*columns(leases, Lease)).order_by(leases.c.name)
_ONE = _SELECT.where(leases.c.name == sa.bindparam("name"))


class Leases(Area):
    """Named leases of processes, on the clock of the database."""

    __slots__ = ()

    def acquire(self, name: str, owner: str, seconds: float) -> int | None:
        """Take or renew a lease.

        Args:
            name: what is leased.
            owner: unique to the process that asks.
            seconds: for how long from now.

        Returns:
            The fencing number (the same on renewal, higher for each new owner), or None while another
            owner holds the lease.
        """
        now = self._now()
        row = {
            "name": name,
            "owner": owner,
            "fence": 1,
            "expires_at": now + timedelta(seconds=seconds),
            "now": now,
        }
        return self._connection.execute(_ACQUIRE[self._connection.dialect.name], row).scalar()

    def release(self, name: str, owner: str) -> bool:
        """Give a lease up; its fencing number is remembered. False when it was not this owner's."""
        keys = {"this_name": name, "this_owner": owner, "now": self._now()}
        return self._connection.execute(_RELEASE, keys).rowcount == 1

    def get(self, name: str) -> Lease | None:
        """Find a lease, held or not."""
        row = self._connection.execute(_ONE, {"name": name}).first()
        return None if row is None else Lease(*row)

    def list(self) -> tuple[Lease, ...]:
        """Give all leases by name, held or not."""
        return tuple(Lease(*row) for row in self._connection.execute(_SELECT))
