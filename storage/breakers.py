"""Breakers: what is known of the health of each partner, shared by all processes."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.rows import Area, columns, values, with_conflict
from storage.tables import breakers


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one partner; ``state`` is opaque."""

    partner: str
    state: str
    failures: int
    opened_at: datetime | None = None
    next_probe_at: datetime | None = None


_SELECT = sa.select(*columns(breakers, Breaker)).order_by(breakers.c.partner)
_ONE = _SELECT.where(breakers.c.partner == sa.bindparam("partner"))
_LOCK = _ONE.with_for_update()
_PUT = with_conflict(
    lambda insert: insert(breakers).on_conflict_do_update(
        index_elements=[breakers.c.partner],
        set_={name: insert(breakers).excluded[name] for name in Breaker.__slots__ if name != "partner"},
    )
)


class Breakers(Area):
    """Breakers by partner."""

    __slots__ = ()

    def get(self, partner: str) -> Breaker | None:
        """Find the breaker of a partner; None when it never had one."""
        row = self._connection.execute(_ONE, {"partner": partner}).first()
        return None if row is None else Breaker(*row)

    def lock(self, partner: str) -> Breaker | None:
        """Find a breaker and hold it until the transaction ends, so that one process alone probes."""
        row = self._connection.execute(_LOCK, {"partner": partner}).first()
        return None if row is None else Breaker(*row)

    def put(self, breaker: Breaker) -> None:
        """Write the breaker of a partner."""
        self._connection.execute(_PUT[self._connection.dialect.name], values(breaker))

    def list(self) -> tuple[Breaker, ...]:
        """Give all breakers by partner."""
        return tuple(Breaker(*row) for row in self._connection.execute(_SELECT))
