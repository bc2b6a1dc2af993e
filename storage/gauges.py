"""Gauges: what an observer asks of the store; every question is bounded and answered by an index."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.rows import Area, written
from storage.schema import Fit, fit_of
from storage.tables import journal_heads, outbox

_MOST = sa.bindparam("most", type_=sa.Integer)
_OPEN = outbox.c.state.in_(written("pending", "leased", "unknown"))
_LISTED = outbox.c.state.in_(written("pending", "leased", "unknown", "dead"))
_DEPTH = sa.select(sa.func.count()).select_from(
    sa.select(sa.literal(1)).where(_OPEN).limit(_MOST).subquery("open")
)
_QUEUE = (
    sa.select(
        outbox.c.partner, outbox.c.kind, outbox.c.state, sa.func.count(), sa.func.min(outbox.c.created_at)
    )
    .where(_LISTED)
    .group_by(outbox.c.partner, outbox.c.kind, outbox.c.state)
    .order_by(outbox.c.partner, outbox.c.kind, outbox.c.state)
)
_UNANCHORED = sa.select(sa.func.count()).select_from(
    sa.select(sa.literal(1))
    .where(journal_heads.c.count > journal_heads.c.anchored_count)
    .limit(_MOST)
    .subquery("unanchored")
)


@dataclass(frozen=True, slots=True)
class QueueGauge:
    """How many deliveries of a kind to a partner are in a state, and since when the oldest exists."""

    partner: str
    kind: str
    state: str
    count: int
    oldest: datetime


class Gauges(Area):
    """Numbers for health and metrics."""

    __slots__ = ()

    def depth(self, most: int) -> int:
        """Count deliveries that are not done, up to ``most``."""
        return int(self._connection.execute(_DEPTH, {"most": most}).scalar_one())

    def queue(self) -> tuple[QueueGauge, ...]:
        """Count what is not done, dead letters included, by partner, kind and state."""
        return tuple(QueueGauge(*row) for row in self._connection.execute(_QUEUE))

    def unanchored(self, most: int) -> int:
        """Count chains of the journal with rows that no anchor covers yet, up to ``most``."""
        return int(self._connection.execute(_UNANCHORED, {"most": most}).scalar_one())

    def schema_fits(self) -> bool:
        """Whether this program can work with the schema: it is its own, or only more was added since."""
        return fit_of(self._connection) in {Fit.SAME, Fit.LATER}
