"""Plan and fact of organisations (R101, R102): what was planned for a period, and what came in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from adapter.domain.statistics import Group, Query, Viewer
from adapter.domain.subjects import region
from adapter.reports.lines import derive, ratio, share
from adapter.reports.service import Reports
from storage import PlanRow


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan; the fact is that of the whole period of the plan, as far as it is known.

    Attributes:
        received: all referrals, electronic and on paper.
        planned_share: share of electronic referrals, per cent; None: none was planned.
        share: the share that was reached; None: no referral came.
    """

    organization_oid: str
    period_from: dt.date
    period_to: dt.date
    planned_count: int
    received: int
    electronic: int
    planned_share: Decimal | None
    share: Decimal | None

    @property
    def fulfilment(self) -> Decimal | None:
        """Referrals that came, per cent of those planned; None where none was planned."""
        return share(self.received, self.planned_count)

    @property
    def deviation(self) -> Decimal | None:
        """Reached share less the planned one, percentage points."""
        return None if self.share is None or self.planned_share is None else self.share - self.planned_share


def plan_and_fact(reports: Reports, query: Query, viewer: Viewer, now: dt.datetime) -> tuple[PlanLine, ...]:
    """Return the plans whose period shares a day with the one asked for, by organisation and first day."""
    reports.catch_up()
    plans = reports.store.read(lambda tx: tx.plans.touching(query.first, query.last))
    found: list[PlanLine] = []
    for first, last in sorted({(one.period_from, one.period_to) for one in plans}):
        asked = replace(query, first=first, last=last, groups=(Group.ORGANIZATION,), bureau_oid="")
        cube = reports.cube(asked, viewer, now)
        for plan in plans:
            if (plan.period_from, plan.period_to) == (first, last) and _seen(plan, query, viewer):
                counts = cube.cuts[plan.organization_oid,]
                derive(counts)
                found.append(_line(plan, counts.numbers["all"], counts.numbers["received"]))
    return tuple(sorted(found, key=lambda one: (one.organization_oid, one.period_from)))


def _seen(plan: PlanRow, query: Query, viewer: Viewer) -> bool:
    subject = region(plan.organization_oid)
    asked = query.region in {"", subject} and query.organization_oid in {"", plan.organization_oid}
    by_region = viewer.regions is None or subject in viewer.regions
    return (
        asked
        and by_region
        and (viewer.organizations is None or plan.organization_oid in viewer.organizations)
    )


def _line(plan: PlanRow, received: int, electronic: int) -> PlanLine:
    planned = None if plan.planned_share is None else ratio(plan.planned_share, 100)
    return PlanLine(
        plan.organization_oid,
        plan.period_from,
        plan.period_to,
        plan.planned_count,
        received,
        electronic,
        planned,
        share(electronic, received),
    )
