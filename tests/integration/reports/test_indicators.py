"""Small worlds with hand-computed indicators, on both databases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from adapter.domain.states import Event
from adapter.domain.statistics import Group
from tests.integration.reports.world import (
    ACCEPTED,
    BUREAU_2,
    COMPLETED,
    DELIVERED,
    KALUGA,
    KALUGA_2,
    NOVEMBER,
    OMSK,
    ON_SQLITE,
    RESULT,
    RETURNED,
    World,
    noon,
)


def november_of_the_source(world: World) -> None:
    """Put twelve electronic referrals and eight on paper; the numbers below are counted by hand.

    Of twelve: 5 accepted (1 of them after a return), 1 returned, 1 duplicate, 1 late, 1 withdrawn, 1 refused
    by РЭМД, 2 on the way.
    """
    for _ in range(4):
        world.add(noon(2), ACCEPTED, issued=dt.date(2026, 11, 1))
    again = (*RETURNED, Event.ACKNOWLEDGE_RETURN, Event.CORRECT, *ACCEPTED)
    world.add(noon(3), again, issued=dt.date(2026, 10, 4))
    world.add(noon(4), RETURNED, issued=dt.date(2026, 10, 1), organization=KALUGA_2)
    world.add(noon(5), (Event.REFUSE_DUPLICATE,))
    world.add(noon(6), (*DELIVERED, Event.REFUSE_LATE), issued=dt.date(2026, 11, 7))
    world.add(noon(7), (Event.WITHDRAW,))
    world.add(noon(8), (Event.REJECT_BY_REMD,))
    world.add(noon(9))
    world.add(noon(10), DELIVERED, organization=OMSK, bureau=BUREAU_2)
    for _ in range(7):
        world.paper(noon(11))
    world.paper(noon(12), organization=OMSK, bureau=BUREAU_2)


def test_shares_are_those_of_the_definition(world: World) -> None:
    """I1 to I5 of a month, with their absolute numbers."""
    november_of_the_source(world)

    table = world.table()
    numbers = {key[0]: (one.numerator, one.denominator) for key, one in table.items()}

    assert numbers["R"] == (20, None)
    assert numbers["I1"] == (12, 20)
    assert table["I1",].value == Decimal("60.00")
    assert numbers["I2"] == (5, 12)
    assert table["I2",].value == Decimal("41.67")
    assert numbers["I2.FIRST"] == (4, 5)
    assert numbers["I3"] == (3, 3)  # Калуга, Калуга 2 and Омск have delivered
    assert numbers["I4"] == (2, 6)  # registered: 4 + the corrected one + the returned one
    assert numbers["I4.K3"] == (2, 2)
    assert numbers["I4.K1"] == (0, 2)
    assert numbers["I4.REPEAT"] == (0, 2)
    assert numbers["I5"] == (2, 12)
    assert numbers["I5.DUPLICATE"] == (1, 12)
    assert numbers["I5.LATE"] == (1, 12)
    assert numbers["I5.REGION"] == (0, 12)


@ON_SQLITE
def test_delays_fall_into_the_buckets_of_the_source(world: World) -> None:
    """I6: 0–3, 4–30, 31 and more days from the issue; what is negative is an error of the data (R123)."""
    november_of_the_source(world)

    numbers = {key[0]: found for key, found in world.numbers().items()}

    # delivered: 4 of 1 day, 1 of 30 days, 1 of 34 days, the late one of -1 day, Омск of 0 days
    assert numbers["I6.0-3"] == (5, 8)
    assert numbers["I6.4-30"] == (1, 8)
    assert numbers["I6.31"] == (1, 8)
    assert numbers["I6.ERROR"] == (1, 8)


@ON_SQLITE
def test_edges_of_the_delay_buckets(world: World) -> None:
    """Delays of 0, 3, 4, 30, 31 and -1 days and a referral without a known issue, both bases."""
    for days in (0, 3, 4, 30, 31, -1):
        world.add(noon(20), DELIVERED, issued=dt.date(2026, 11, 20) - dt.timedelta(days=days))

    numbers = {key[0]: found[0] for key, found in world.numbers().items()}

    for base in ("I6", "I6.REMD"):
        found = [numbers[f"{base}.{name}"] for name in ("0-3", "4-30", "31", "ERROR")]
        assert found == [2, 2, 1, 1]


@ON_SQLITE
def test_the_day_of_receipt_is_that_of_the_organisation(world: World) -> None:
    """A referral that comes at 20:00 UTC on 31 October is of November in Омск and of October in Калуга."""
    evening = dt.datetime(2026, 10, 31, 20, tzinfo=dt.UTC)
    world.add(evening, organization=OMSK)
    world.add(evening, organization=KALUGA)
    world.paper(evening, organization=OMSK)
    world.paper(evening, organization=KALUGA)

    numbers = world.numbers()

    assert (numbers["R.ELECTRONIC",], numbers["R.PAPER",]) == ((1, None), (1, None))


def test_cuts_by_organisation_region_bureau_and_channel(world: World) -> None:
    """The lines of the cuts are those of their referrals, and a channel tells electronic from paper."""
    november_of_the_source(world)

    organizations = world.numbers(Group.ORGANIZATION)
    assert organizations["I1", KALUGA] == (10, 17)
    assert organizations["I1", KALUGA_2] == (1, 1)
    assert organizations["I1", OMSK] == (1, 2)
    assert world.numbers(Group.REGION)["I1", "40"] == (11, 18)
    assert world.numbers(Group.BUREAU)["I1", BUREAU_2] == (1, 2)
    channels = world.numbers(Group.CHANNEL)
    assert (channels["R", "ELECTRONIC"], channels["R", "PAPER"]) == ((12, None), (8, None))
    assert ("I1", "PAPER") not in channels
    assert world.numbers(Group.DAY)["R", "2026-11-02"] == (4, None)
    assert world.numbers(Group.MONTH, Group.REGION)["R", "2026-11", "55"] == (2, None)
    assert world.numbers(Group.QUARTER)["R", "2026-Q4"] == (20, None)


@ON_SQLITE
def test_filters_leave_the_others_out(world: World) -> None:
    """A region, an organisation and a bureau that are asked for are counted alone, on both channels."""
    november_of_the_source(world)

    assert world.numbers(region="55")["I1",] == (1, 2)
    assert world.numbers(organization_oid=KALUGA_2)["I1",] == (1, 1)
    assert world.numbers(bureau_oid=BUREAU_2)["R",] == (2, None)


@ON_SQLITE
def test_nothing_is_no_data_and_a_zero_numerator_is_zero(world: World) -> None:
    """Of an empty month nothing has a value; of a month on paper alone the electronic share is 0.00 (R94)."""
    empty = world.table()
    assert (empty["I1",].denominator, empty["I1",].value) == (0, None)

    world.paper(noon(3))
    paper = world.table()
    assert (paper["I1",].numerator, paper["I1",].value) == (0, Decimal("0.00"))
    assert paper["I2",].value is None


@ON_SQLITE
def test_test_referrals_are_never_counted(world: World) -> None:
    """A referral and a paper record of the test contour leave no trace in any number."""
    world.add(noon(2), ACCEPTED, test=True)
    world.paper(noon(2), test=True)

    assert world.numbers()["R",] == (0, None)


def test_a_closed_month_is_counted_as_known_at_a_moment(world: World) -> None:
    """The same month by three cut-offs: before the acceptance, after it, and before the receipt."""
    returned = (
        (Event.REGISTER_IN_REMD, noon(28)),
        (Event.DELIVER, noon(28)),
        (Event.REGISTER, noon(28)),
        (Event.RETURN, noon(30)),
        (Event.ACKNOWLEDGE_RETURN, noon(1, 12)),
        (Event.CORRECT, noon(2, 12)),
        (Event.REGISTER_IN_REMD, noon(2, 12)),
        (Event.DELIVER, noon(2, 12)),
        (Event.REGISTER, noon(3, 12)),
        (Event.ACCEPT, noon(4, 12)),
    )
    world.add(noon(27), returned)
    at = {
        "before": dt.datetime(2026, 11, 27, 8, tzinfo=dt.UTC),
        "checking": dt.datetime(2026, 11, 29, tzinfo=dt.UTC),
        "returned": dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
        "again": dt.datetime(2026, 12, 3, tzinfo=dt.UTC),
        "accepted": dt.datetime(2026, 12, 5, tzinfo=dt.UTC),
    }
    found = {name: world.numbers(cut_off=moment) for name, moment in at.items()}

    shown = {
        name: [numbers[f"B.{one}",][0] for one in ("CHECKING", "RETURNED", "ACCEPTED")]
        for name, numbers in found.items()
    }
    assert shown == {
        "before": [0, 0, 0],
        "checking": [1, 0, 0],
        "returned": [0, 1, 0],
        "again": [1, 0, 0],
        "accepted": [0, 0, 1],
    }
    assert found["checking"]["I4",] == (0, 1)
    assert found["returned"]["I4",] == (1, 1)
    assert found["returned"]["I8",] == (0, 0)
    assert found["accepted"]["I8",] == (1, 1)


def test_rework_in_time_late_and_expired(world: World) -> None:
    """I8: of three reworks one came back in time, one late, one never; the median is of those that came."""
    back = (*RETURNED, Event.ACKNOWLEDGE_RETURN)
    world.add(noon(2), (*back, (Event.CORRECT, noon(6))))
    world.add(noon(2), (*back, (Event.CORRECT, noon(24))))
    world.add(noon(2), (*back, (Event.EXPIRE_REWORK, noon(20))))

    table = world.table()

    assert (table["I8",].numerator, table["I8",].denominator) == (1, 3)
    assert table["I8.RESUBMITTED",].numerator == 2
    assert table["I8.EXPIRED",].numerator == 1
    assert table["I8.P50",].value == Decimal(4)


def test_terms_in_time_and_overdue(world: World) -> None:
    """I7: registration within a working day; one in time, one late, one still not registered."""
    monday = noon(9)
    world.add(monday, (*DELIVERED, (Event.REGISTER, noon(10))))
    world.add(monday, (*DELIVERED, (Event.REGISTER, noon(16))))
    world.add(monday, DELIVERED)

    table = world.table(cut_off=noon(17))

    line = table["I7.BUREAU_REGISTER",]
    assert (line.numerator, line.denominator, line.value) == (1, 3, Decimal("33.33"))
    assert table["I7.BUREAU_REGISTER.OVERDUE",].numerator == 1
    assert table["I7.BUREAU_REGISTER.P50",].value == Decimal(1)
    assert table["I7.BUREAU_REGISTER.P90",].value == Decimal(7)


@ON_SQLITE
def test_a_term_gives_back_the_days_of_the_rework(world: World) -> None:
    """I7: thirty working days from 2 November end on 15 December; fourteen days of rework move that on."""
    returned = (*RETURNED, Event.ACKNOWLEDGE_RETURN, (Event.CORRECT, noon(16)), *ACCEPTED, Event.SCHEDULE)
    world.add(noon(2), (*returned, (Event.EXAMINE, noon(22, 12))))
    world.add(noon(2), (*ACCEPTED, Event.SCHEDULE, (Event.EXAMINE, noon(15, 12))))
    world.add(noon(2), (*ACCEPTED, Event.SCHEDULE, (Event.EXAMINE, noon(16, 12))))

    assert world.numbers()["I7.BUREAU_EXAM_GENERAL",] == (2, 3)


@ON_SQLITE
def test_an_extended_term_ends_where_the_extension_says(world: World) -> None:
    """I7: an expertise on 20 December is in time when the term was extended to the 21st."""
    until = {"deadline": "BUREAU_EXAM_GENERAL", "to": noon(21, 12).isoformat()}
    extended = (*ACCEPTED, (Event.EXTEND_DEADLINE, noon(10, 12), until), Event.SCHEDULE)
    world.add(noon(2), (*extended, (Event.EXAMINE, noon(20, 12))))

    assert world.numbers()["I7.BUREAU_EXAM_GENERAL",] == (1, 1)


@ON_SQLITE
def test_what_is_withdrawn_breaks_no_term(world: World) -> None:
    """I7: a term that a withdrawal ended is neither kept nor broken, however late it was."""
    world.add(noon(2), (*ACCEPTED, (Event.WITHDRAW, noon(30, 12))))

    assert world.numbers()["I7.BUREAU_REGISTER",] == (1, 1)
    assert ("I7.BUREAU_EXAM_GENERAL",) not in world.numbers()


@ON_SQLITE
def test_priority_categories(world: World) -> None:
    """I9: how many of each category, and whether their expertise was in time (three working days)."""
    examined = (*ACCEPTED, Event.SCHEDULE)
    world.add(noon(9), (*examined, (Event.EXAMINE, noon(11))), priority="PALLIATIVE")
    world.add(noon(9), (*examined, (Event.EXAMINE, noon(25))), priority="PALLIATIVE")
    world.add(noon(9), ACCEPTED, priority="SVO")
    world.add(noon(9))

    numbers = world.numbers(cut_off=noon(26))

    assert numbers["I9.PALLIATIVE",] == (2, 4)
    assert numbers["I9.PALLIATIVE.IN_TIME",] == (1, 2)
    assert numbers["I9.SVO",] == (1, 4)
    assert numbers["I9.AMPUTATION",] == (0, 4)


def test_quality_of_messages(world: World) -> None:
    """I10: refused messages by code and system, beside the versions that were accepted."""
    world.add(noon(2), ACCEPTED)
    world.add(noon(2), (*RETURNED, Event.ACKNOWLEDGE_RETURN, Event.CORRECT))
    world.refused(noon(3), "MSE-1101", "MSE-1110")
    world.refused(noon(4), "MSE-1101", sender="MISK01002")
    world.refused(noon(5), "MSE-1101", test=True)
    world.refused(noon(5), "MSE-1101", operation="WithdrawReferral")
    world.refused(noon(5), "MSE-2023", operation="SubmitResult")

    numbers = world.numbers()

    assert numbers["I10",] == (2, 5)
    assert numbers["I10.MSE-1101",] == (2, 2)
    assert numbers["I10.MSE-1110",] == (1, 2)
    assert numbers["I10.FIRST",] == (1, 2)
    assert world.table()["I10.ATTEMPTS",].value == Decimal("2.50")
    assert numbers["I11.POST",] == (1, None)
    assert world.numbers(Group.SYSTEM)["I10", "MISK01002"] == (1, 1)


@ON_SQLITE
def test_results_and_their_delivery(world: World) -> None:
    """I11: of three results one was received, one is fresh, one waits for longer than five days."""
    world.add(noon(2), COMPLETED)
    world.add(noon(2), RESULT)
    world.add(noon(2), (*ACCEPTED, Event.SCHEDULE, Event.EXAMINE, (Event.SEND_RESULT, noon(20))))

    numbers = world.numbers(cut_off=noon(21))

    assert numbers["I11",] == (1, 3)
    assert numbers["I11.UNDELIVERED",] == (1, 3)


def test_an_expertise_on_paper_counts_its_referral_once(world: World) -> None:
    """An expertise without a referral on paper is a paper referral; with one it is not counted again."""
    world.paper(None, kind="EXAMINATION", examination_date=dt.date(2026, 11, 5), citizen_hash="a")
    world.paper(None, kind="EXAMINATION", examination_date=dt.date(2026, 11, 5), citizen_hash="b")
    world.paper(noon(3), citizen_hash="b")
    world.paper(None, issue_date=dt.date(2026, 11, 7))

    assert world.numbers()["R.PAPER",] == (3, None)


@ON_SQLITE
def test_each_line_of_the_month_has_its_unit_and_name(world: World) -> None:
    """No line is without a title, and shares have two decimals."""
    november_of_the_source(world)

    lines = world.table(period=NOVEMBER).values()

    assert all(one.title and one.unit for one in lines)
    shares = [one.value for one in lines if one.unit == "PERCENT" and one.value is not None]
    assert shares
    assert all(one.as_tuple().exponent == -2 for one in shares)
