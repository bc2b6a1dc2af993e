"""Plans of organisations: how many referrals, what share of them electronically, in which period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from storage.report_tables import plans
from storage.rows import Area, columns, values, with_conflict


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The plan of an organisation; days inclusive, ``planned_share`` in hundredths of a per cent."""

    organization_oid: str
    period_from: date
    period_to: date
    planned_count: int
    planned_share: int | None = None


_TOUCHING = (
    sa.select(*columns(plans, PlanRow))
    .where(plans.c.period_from <= sa.bindparam("last"), plans.c.period_to >= sa.bindparam("first"))
    .order_by(plans.c.organization_oid, plans.c.period_from)
)
_PUT = with_conflict(
    lambda insert: insert(plans).on_conflict_do_update(
        index_elements=[plans.c.organization_oid, plans.c.period_from],
        set_={name: insert(plans).excluded[name] for name in ("period_to", "planned_count", "planned_share")},
    )
)


class Plans(Area):
    """The plans that reports compare with."""

    __slots__ = ()

    def put(self, rows: Iterable[PlanRow]) -> int:
        """Keep plans; one of the same organisation and first day is replaced. Returns how many."""
        statement, count = _PUT[self._connection.dialect.name], 0
        for row in rows:
            self._connection.execute(statement, values(row))
            count += 1
        return count

    def touching(self, first: date, last: date) -> tuple[PlanRow, ...]:
        """Give the plans whose period shares a day with the one asked for."""
        rows = self._connection.execute(_TOUCHING, {"first": first, "last": last})
        return tuple(PlanRow(*row) for row in rows)
