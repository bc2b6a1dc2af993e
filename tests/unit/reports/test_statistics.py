"""Targets with periods, percentiles, leaders and laggards, age groups, conditions of the service."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.domain.countable import age_group
from adapter.domain.service_conditions import SECTIONS, TERM_TITLES, sections_on, terms_on
from adapter.domain.statistics import TARGETS, Group, Line, Target, Unit, standard_targets, target_of
from adapter.reports.counters import Spread
from adapter.reports.indicators import INDICATORS
from adapter.reports.lines import share
from adapter.reports.ranking import ranking


def test_targets_follow_the_commissioning() -> None:
    """20 per cent from the first day, 50 from the third anniversary on; before it there is none (R28–R30)."""
    targets = standard_targets(dt.date(2024, 3, 15))

    found = [
        target_of(targets, "I1", day)
        for day in (dt.date(2024, 3, 14), dt.date(2024, 3, 15), dt.date(2027, 3, 14), dt.date(2027, 3, 15))
    ]

    assert [one and one.share for one in found] == [None, 20, 20, 50]


def test_a_leap_day_has_its_anniversary_on_the_first_of_march() -> None:
    """A register commissioned on 29 February reaches its third year on 1 March."""
    targets = standard_targets(dt.date(2024, 2, 29))

    assert [one.first for one in targets] == [dt.date(2024, 2, 29), dt.date(2027, 3, 1)]


def test_the_targets_of_2021_hold_in_2021() -> None:
    """A hundred per cent of referrals and of organisations (R91, R92), and no longer than the year."""
    for indicator in ("I1", "I3"):
        found = target_of(TARGETS, indicator, dt.date(2021, 12, 31))
        assert found is not None
        assert found.share == 100
        assert target_of(TARGETS, indicator, dt.date(2022, 1, 1)) is None


def test_the_target_of_the_region_goes_before_the_common_one() -> None:
    """The region's own target holds there, the common one elsewhere."""
    day = dt.date(2026, 1, 1)
    targets = (Target("I1", Decimal(80), day, region="40"), Target("I1", Decimal(60), dt.date(2026, 6, 1)))

    shares = [target_of(targets, "I1", dt.date(2026, 7, 1), region) for region in ("40", "55")]

    assert [one and one.share for one in shares] == [80, 60]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.sampled_from([50, 90, 95]))
def test_percentiles_are_the_nearest_rank(lengths: list[int], hundredths: int) -> None:
    """The smallest length that at least so many of a hundred do not exceed."""
    spread = Spread(Counter(lengths))

    enough = [
        one for one in sorted(lengths) if sum(x <= one for x in lengths) * 100 >= hundredths * len(lengths)
    ]

    assert spread.percentile(hundredths) == enough[0]


def test_shares_are_rounded_half_up() -> None:
    """Two decimals as in the source: 599 of 1000 is 59.90, 1 of 800 is 0.13, 0 of 0 is nothing."""
    assert [str(share(*one)) for one in ((599, 1000), (1, 800), (2, 3), (0, 7), (0, 0))] == [
        "59.90",
        "0.13",
        "66.67",
        "0.00",
        "None",
    ]


def test_leaders_need_a_volume() -> None:
    """A hundred per cent of a few (Курганская) does not lead; neither list repeats a cut."""

    def line(region: str, value: int, denominator: int) -> Line:
        return Line(
            "I2", "t", Unit.PERCENT, ((Group.REGION, region),), value=Decimal(value), denominator=denominator
        )

    lines = [
        line("45", 100, 3),
        line("02", 98, 500),
        line("11", 96, 300),
        line("10", 50, 90),
        line("99", 1, 10),
    ]

    leaders, laggards = ranking(lines, 2, 10)

    assert [one.dimensions[0][1] for one in leaders] == ["02", "11"]
    assert [one.dimensions[0][1] for one in laggards] == ["10", "99"]


@pytest.mark.parametrize(
    ("born", "on", "group"),
    [
        (dt.date(2008, 11, 21), dt.date(2026, 11, 21), "18+"),
        (dt.date(2008, 11, 22), dt.date(2026, 11, 21), "0-17"),
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28), "0-17"),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1), "18+"),
    ],
)
def test_age_groups(born: dt.date, on: dt.date, group: str) -> None:
    """Of age on the eighteenth birthday, one of 29 February on 1 March."""
    assert age_group(born, on) == group


def test_codes_of_indicators_are_unique_and_complete() -> None:
    """I1 to I13 are all there, each code once."""
    codes = [one.code for one in INDICATORS]

    assert len(codes) == len(set(codes))
    assert {f"I{number}" for number in range(1, 14)} <= {one.partition(".")[0] for one in codes}


def test_on_any_day_a_section_has_one_edition() -> None:
    """Editions of a section never overlap and never leave a gap between them."""
    for code in {one.code for one in SECTIONS}:
        rows = sorted((one for one in SECTIONS if one.code == code), key=lambda one: one.valid_from)
        for before, after in pairwise(rows):
            assert before.valid_to is not None
            assert before.valid_to + dt.timedelta(days=1) == after.valid_from
        assert rows[-1].valid_to is None


def test_terms_of_the_service_are_those_of_the_table() -> None:
    """Every term that the public is told of is in the table of deadlines."""
    assert len(terms_on(dt.date(2026, 11, 21))) == len(TERM_TITLES)
    assert len(sections_on(dt.date(2026, 11, 21))) == len({one.code for one in SECTIONS})
