"""Whatever happens to referrals, the sums balance, at any moment, and counting again changes nothing."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from adapter.domain.states import Event, State, path, possible
from adapter.domain.statistics import OPERATOR, Exclusion, Group, NotCountedYet, Query, Viewer
from adapter.reports import service
from adapter.reports.catching_up import catch_up
from adapter.reports.service import Reports
from storage.report_tables import counted_referrals, counted_returns, counted_terms, former_outcomes
from tests.integration.reports.world import (
    ACCEPTED,
    BUREAU_1,
    BUREAU_2,
    KALUGA,
    KALUGA_2,
    LATER,
    NOVEMBER,
    OMSK,
    ON_SQLITE,
    RETURNED,
    World,
    noon,
)

_TABLES = (counted_referrals, former_outcomes, counted_returns, counted_terms)


def wander(world: World, chance: random.Random) -> None:
    """Put a referral that goes a random way by the table of moves."""
    at = noon(chance.randint(1, 30)) + dt.timedelta(hours=chance.randint(-9, 14))
    state, events, moment = State.SUBMITTED, [], at
    for _ in range(chance.randint(0, 12)):
        choices = [one for one in possible(state) if path(state, one)]
        if not choices:
            break
        event = chance.choice(choices)
        moment += dt.timedelta(hours=chance.choice([0, 1, 30, 200]))
        details = {"grounds": chance.sample(["K1", "K2", "K3"], 2)} if event is Event.RETURN else {}
        events.append((event, moment, details))
        state = path(state, event)[-1].next_state
    world.add(
        at,
        events,
        issued=at.date() - dt.timedelta(days=chance.choice([-1, 0, 3, 4, 30, 31])),
        organization=chance.choice([KALUGA, KALUGA_2, OMSK]),
        bureau=chance.choice([BUREAU_1, BUREAU_2]),
        priority=chance.choice(["NONE", "PALLIATIVE", "SVO"]),
        test=chance.random() < 0.1,
    )


@pytest.mark.parametrize("seed", [1])
def test_sums_balance_at_any_moment_in_any_cut(world: World, seed: int) -> None:
    """Random lives: at every cut-off received is the sum of the outcomes, and cuts add up to the whole."""
    chance = random.Random(seed)  # noqa: S311 - a fixed seed, no secret
    for _ in range(30):
        wander(world, chance)
        world.paper(noon(chance.randint(1, 30)), organization=chance.choice([KALUGA, OMSK]))
    world.refused(noon(3), "MSE-1101")

    for groups in ((), (Group.ORGANIZATION,), (Group.DAY, Group.BUREAU), (Group.PRIORITY,), (Group.CHANNEL,)):
        for cut_off in (noon(1), noon(15), noon(15, 12), LATER):
            query = Query(*NOVEMBER, groups=groups, cut_off=cut_off)
            assert world.reports.imbalances(query, OPERATOR, LATER) == ()


@ON_SQLITE
def test_an_imbalance_would_be_told(world: World) -> None:
    """A row that says an outcome nobody knows of makes the sums differ, and the check says which."""
    number = world.add(noon(2), ACCEPTED)
    catch_up(world.store)
    (row,) = (world.store.read(lambda tx: tx.counting.read(number))["counted_referrals"],)
    broken = {**row[0], "delivery_delay": None, "remd_rejected_at": noon(2)}
    broken["accepted_version"], broken["accepted_at"] = 1, noon(2)
    broken["outcome"] = "CHECKING"

    world.store.transact(lambda tx: tx.counting.write([number], {"counted_referrals": [broken]}))

    found = world.reports.imbalances(Query(*NOVEMBER), OPERATOR, LATER)
    assert [one.title for one in found] == ["принято с первой версии не больше принятых"]


@ON_SQLITE
def test_counting_anew_gives_the_same(world: World) -> None:
    """All facts follow from the journal: thrown away and counted again they are equal, row by row."""
    chance = random.Random(3)  # noqa: S311 - a fixed seed, no secret
    for _ in range(25):
        wander(world, chance)
    catch_up(world.store)
    numbers = [f"R-{number:06}" for number in range(1, 26)]
    before = world.store.read(lambda tx: [tx.counting.read(one) for one in numbers])

    world.store.transact(lambda tx: tx.counting.write(numbers, {}))
    world.store.transact(lambda tx: tx.counting.again())
    assert catch_up(world.store) >= 25

    assert world.store.read(lambda tx: [tx.counting.read(one) for one in numbers]) == before
    assert any(one["former_outcomes"] for one in before)
    assert any(one["counted_terms"] for one in before)


def test_only_what_grew_is_counted(world: World) -> None:
    """A journal that was counted is counted again only when it has a further row."""
    world.add(noon(2), ACCEPTED)
    world.add(noon(2))
    assert catch_up(world.store) == 2
    assert catch_up(world.store) == 0

    world.refused(noon(2), "MSE-1101")

    assert catch_up(world.store) == 1
    assert not world.store.read(lambda tx: tx.counting.behind())


@ON_SQLITE
def test_outsiders_see_nothing_small(world: World) -> None:
    """Of 12 referrals with 2 returned, an outsider sees the sum and neither part of it."""
    for _ in range(10):
        world.add(noon(3), ACCEPTED)
    for _ in range(2):
        world.add(noon(4), RETURNED, organization=KALUGA_2)

    table = world.table(viewer=Viewer())

    assert table["B.RECEIVED",].numerator == 12
    assert table["B.RETURNED",].hidden
    assert table["B.ACCEPTED",].hidden
    assert table["I2",].value is None
    assert not any(
        one.numerator in {1, 2, 3, 4} and one.unit != "DAY"
        for one in table.values()
        if one.indicator[:2] != "I3"
    )
    inside = world.table()
    assert inside["B.RETURNED",].numerator == 2


@ON_SQLITE
def test_two_tables_of_an_outsider_tell_no_more_than_one(world: World) -> None:
    """What is hidden in the table of organisations is not the difference to the table of regions."""
    for organization, count in ((KALUGA, 9), (KALUGA_2, 3), (OMSK, 20)):
        for _ in range(count):
            world.add(noon(3), organization=organization)

    regions = world.table(Group.REGION, viewer=Viewer())
    organizations = world.table(Group.ORGANIZATION, viewer=Viewer())
    one = world.table(viewer=Viewer(), organization_oid=KALUGA)

    assert regions["R", "40"].numerator == 12
    assert organizations["R", KALUGA_2].hidden
    assert organizations["R", KALUGA].hidden
    assert organizations["R", OMSK].numerator == 20
    assert one["R",].hidden


@ON_SQLITE
def test_an_outsider_gets_whole_months(world: World) -> None:
    """Two periods that differ by a day are answered alike."""
    for day in (1, 2, 3, 4, 5, 30):
        world.add(noon(day))
    short = (dt.date(2026, 11, 2), dt.date(2026, 11, 29))

    assert world.table(period=short, viewer=Viewer()) == world.table(viewer=Viewer())


@ON_SQLITE
def test_exclusions_and_state_institutions_change_the_denominators(world: World) -> None:
    """I1.DUTY leaves out a category (R103) and the pilot (R119), I1.STATE the others (R120)."""

    class Agreed:
        def exclusions(self, first: dt.date, last: dt.date) -> tuple[Exclusion, ...]:
            assert (first, last) == NOVEMBER
            return (
                Exclusion("40", dt.date(2026, 1, 1), None, frozenset({"PALLIATIVE"})),
                Exclusion("55", dt.date(2026, 1, 1), dt.date(2026, 11, 10)),
            )

        def state_institutions(self, on: dt.date) -> frozenset[str]:
            assert on == NOVEMBER[1]
            return frozenset({KALUGA})

    world.add(noon(2))
    world.add(noon(2), priority="PALLIATIVE")
    world.add(noon(2), organization=OMSK)
    world.add(noon(20), organization=OMSK)
    world.paper(noon(2))
    world.paper(noon(5), organization=OMSK)
    world.paper(noon(11), organization=OMSK)
    world.reports = Reports(world.store, Agreed())

    numbers = world.numbers()

    assert numbers["I1",] == (4, 7)
    assert numbers["I1.DUTY",] == (2, 4)  # Калуга 1 of 2, Омск from 11 November 1 of 2
    assert numbers["I1.STATE",] == (2, 3)


@ON_SQLITE
def test_an_answer_that_would_tell_too_little_is_not_given(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where more journals grew than are counted at once, only the next question is answered."""
    monkeypatch.setattr(service, "AT_ONCE", 25)
    for _ in range(40):
        world.add(noon(2))

    with pytest.raises(NotCountedYet):
        world.table()

    assert world.numbers()["R",] == (40, None)
