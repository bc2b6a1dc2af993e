"""Plan and fact of organisations, plans by file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from adapter.domain.statistics import OPERATOR, Query
from adapter.reports.plan_fact import plan_and_fact
from adapter.reports.plan_files import read_plans
from tests.integration.reports.world import (
    DELIVERED,
    KALUGA,
    KALUGA_2,
    LATER,
    NOVEMBER,
    OMSK,
    ON_SQLITE,
    World,
    noon,
)

_FILE = f"""OID организации;С;По;План направлений;Доля электронных, %
{KALUGA};01.10.2026;31.12.2026;8;75
{KALUGA_2};2026-11-01;2026-11-30;10;
"""


@pytest.fixture
def planned(world: World) -> World:
    """Three referrals electronically, one on paper, one of October, and two plans."""
    world.store.transact(lambda tx: tx.plans.put(read_plans(_FILE.encode())))
    for day in (2, 3):
        world.add(noon(day), DELIVERED)
    world.add(noon(5, 10))
    world.paper(noon(7))
    return world


def test_the_fact_is_that_of_the_plan_s_own_period(planned: World) -> None:
    """A plan of a quarter is compared with the quarter, whichever day of it is asked for."""
    lines = plan_and_fact(planned.reports, Query(*NOVEMBER), OPERATOR, LATER)

    one, two = lines
    assert (one.organization_oid, one.planned_count, one.received, one.electronic) == (KALUGA, 8, 4, 3)
    assert (one.fulfilment, one.share, one.deviation) == (Decimal("50.00"), Decimal("75.00"), Decimal("0.00"))
    assert (two.received, two.share, two.deviation, two.planned_share) == (0, None, None, None)


@ON_SQLITE
def test_planned_organisations_are_in_the_denominator(planned: World) -> None:
    """I3: of two planned organisations one has delivered; one that is not planned counts beside them."""
    planned.add(noon(9), DELIVERED, organization=OMSK)

    numbers = planned.numbers()

    assert numbers["I3",] == (2, 3)
    assert numbers["I3.PLAN",] == (1, 2)


def test_a_plan_imported_again_replaces_the_former(planned: World) -> None:
    """The same organisation and first day: the new numbers hold, there is still one plan."""
    again = _FILE.replace(";8;75", ";16;50")
    planned.store.transact(lambda tx: tx.plans.put(read_plans(again.encode())))

    rows = planned.store.read(lambda tx: tx.plans.touching(dt.date(2026, 10, 1), dt.date(2026, 10, 1)))

    assert [(one.planned_count, one.planned_share) for one in rows] == [(16, 5000)]
