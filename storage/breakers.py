"""Breakers: what is known of the health of each partner, shared by all processes."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.rows import Area, columns, values, with_conflict
from storage.tables import breakers


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one partner, and the pace at which it is called; ``state`` is opaque.

    Attributes:
        failures: of the exchanges since the last one that was answered.
        opened_at: since when it rests.
        next_probe_at: until when nobody may call.
        reason: why it rests, Russian.
        probe: the delivery that probes now.
        free_at: when the calls that were made are paid for, at the pace of the partner.
    """

    partner: str
    state: str
    failures: int
    opened_at: datetime | None = None
    next_probe_at: datetime | None = None
    reason: str | None = None
    probe: str | None = None
    free_at: datetime | None = None


_SELECT = sa.select(*columns(breakers, Breaker)).order_by(breakers.c.partner)
_ONE = _SELECT.where(breakers.c.partner == sa.bindparam("partner"))
_LOCK = _ONE.with_for_update()
_FIRST = with_conflict(
    lambda insert: insert(breakers).on_conflict_do_nothing(index_elements=[breakers.c.partner])
)
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
        row = self._run(_LOCK, {"partner": partner}).first()
        return None if row is None else Breaker(*row)

    def hold(self, partner: str, state: str) -> Breaker:
        """Hold a breaker until the transaction ends; a partner that has none gets one in a state."""
        found = self.lock(partner)
        if found is None:
            self._connection.execute(
                _FIRST[self._connection.dialect.name], values(Breaker(partner, state, 0))
            )
            found = self.lock(partner)
        return found or Breaker(partner, state, 0)

    def put(self, breaker: Breaker) -> None:
        """Write the breaker of a partner."""
        self._run(_PUT[self._connection.dialect.name], values(breaker))

    def list(self) -> tuple[Breaker, ...]:
        """Give all breakers by partner."""
        return tuple(Breaker(*row) for row in self._run(_SELECT, {}))
