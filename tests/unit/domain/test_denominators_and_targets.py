"""What is left out of denominators, which target holds, what the public is told on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from adapter.domain.countable import ADULT_GROUP, CHILD_GROUP, age_group
from adapter.domain.priority import PriorityCategory
from adapter.domain.registers import Agreement, CategoryRule
from adapter.domain.service_conditions import SECTIONS, sections_on, terms_on
from adapter.domain.statistics import (
    MOST_LINES,
    OPERATOR,
    PERIODS,
    TARGETS,
    Exclusion,
    Group,
    Line,
    Query,
    Target,
    Unit,
    Viewer,
    exclusions_of,
    standard_targets,
    target_of,
)
from adapter.domain.terms import TERMS, Term
from adapter.domain.terms import Unit as TermUnit

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 6, 30)
PALLIATIVE, SVO = PriorityCategory.PALLIATIVE, PriorityCategory.SVO
AGREED = Agreement(
    subject="40",
    requisites="№ 1",
    switch_on=FIRST,
    pilot_from=None,
    valid_to=LAST,
    categories=((PALLIATIVE, CategoryRule.REFUSE), (SVO, CategoryRule.ALLOW)),
    counts_excluded=False,
    counts_pilot=False,
)
BEFORE = Exclusion("40", dt.date.min, FIRST - DAY)


@pytest.mark.parametrize(
    ("region", "day", "category", "covered"),
    [
        ("40", FIRST, "PALLIATIVE", True),
        ("40", LAST, "PALLIATIVE", True),
        ("40", FIRST - DAY, "PALLIATIVE", False),
        ("40", LAST + DAY, "PALLIATIVE", False),
        ("40", FIRST, "NONE", False),
        ("39", FIRST, "PALLIATIVE", False),
        ("41", FIRST, "PALLIATIVE", False),
    ],
)
def test_an_exclusion_covers_its_region_days_and_categories(
    region: str, day: dt.date, category: str, covered: bool
) -> None:
    """Both days belong to it; without categories it covers all, without a last day it does not end."""
    one = Exclusion("40", FIRST, LAST, frozenset({"PALLIATIVE"}))
    assert one.covers(region, day, category) is covered
    assert Exclusion("40", FIRST).covers("40", dt.date.max, "NONE")
    assert not Exclusion("40", FIRST).covers("40", FIRST - DAY, "NONE")


@pytest.mark.parametrize(
    ("agreements", "expected"),
    [
        ([AGREED], [BEFORE, Exclusion("40", FIRST, LAST, frozenset({"PALLIATIVE"}))]),
        ([replace(AGREED, counts_excluded=True)], [BEFORE]),
        ([replace(AGREED, counts_pilot=True, counts_excluded=True)], []),
        ([replace(AGREED, categories=((SVO, CategoryRule.ALLOW),))], [BEFORE]),
        (
            [replace(AGREED, pilot_from=FIRST - 30 * DAY, counts_pilot=True)],
            [Exclusion("40", FIRST - 30 * DAY, LAST, frozenset({"PALLIATIVE"}))],
        ),
        (
            [replace(AGREED, switch_on=LAST + DAY, valid_to=None, categories=()), AGREED],
            [BEFORE, Exclusion("40", FIRST, LAST, frozenset({"PALLIATIVE"}))],
        ),
    ],
)
def test_what_agreements_take_out(agreements: list[Agreement], expected: list[Exclusion]) -> None:
    """The time before the first switch-on, and categories that are not allowed, unless they are counted."""
    assert list(exclusions_of(agreements)) == expected


def test_the_targets_of_the_documents() -> None:
    """R91, R92: a hundred per cent in 2021; R29, R30: 20 at once, 50 from the third anniversary on."""
    year = dt.date(2021, 1, 1), dt.date(2021, 12, 31)
    assert [(one.indicator, one.share, one.first, one.last) for one in TARGETS] == [
        ("I1", Decimal(100), *year),
        ("I3", Decimal(100), *year),
    ]
    made = standard_targets(dt.date(2023, 2, 28))
    assert [(one.indicator, one.share, one.first, one.last) for one in made] == [
        ("I1", Decimal(20), dt.date(2023, 2, 28), dt.date(2026, 2, 27)),
        ("I1", Decimal(50), dt.date(2026, 2, 28), None),
    ]
    leap = standard_targets(dt.date(2028, 2, 29))
    assert (leap[0].last, leap[1].first) == (dt.date(2031, 2, 28), dt.date(2031, 3, 1))
    march = standard_targets(dt.date(2024, 3, 29))
    assert march[1].first == dt.date(2027, 3, 29)


def test_which_target_holds() -> None:
    """From first day to last, of its indicator and region; of several the region's, then the later one."""
    common = Target("I1", Decimal(10), FIRST, LAST)
    later = Target("I1", Decimal(20), FIRST + DAY)
    own = Target("I1", Decimal(30), FIRST, region="40")
    other = Target("I2", Decimal(40), FIRST)
    targets = (later, common, own, other)

    def share(indicator: str, day: dt.date, region: str = "") -> Decimal | None:
        found = target_of(targets, indicator, day, region)
        return found.share if found else None

    assert share("I1", FIRST - DAY) is None
    assert share("I1", FIRST) == 10
    assert share("I1", FIRST + DAY) == 20
    assert share("I1", FIRST + DAY, "39") == 20
    assert share("I1", FIRST + DAY, "40") == 30
    assert share("I2", FIRST, "40") == 40
    assert (share("I3", FIRST), share("I0", FIRST)) == (None, None)
    assert target_of((common,), "I1", LAST) is common
    assert target_of((common,), "I1", LAST + DAY) is None


def test_a_line_knows_how_far_it_is_from_its_target() -> None:
    """Value less target; none where one of them is not known."""
    line = Line("I1", "t", Unit.PERCENT, value=Decimal("59.90"), target=Decimal(20))
    assert line.deviation == Decimal("39.90")
    assert replace(line, target=Decimal(100)).deviation == Decimal("-40.10")
    assert replace(line, value=None).deviation is None
    assert replace(line, target=None).deviation is None
    assert line.hidden is False


def test_who_asks_without_saying_more() -> None:
    """A viewer is an outsider, the operator is none; nothing narrows a bare question; answers have an end."""
    assert (Viewer().outsider, OPERATOR.outsider) == (True, False)
    assert (Viewer().regions, Viewer().organizations, Viewer().bureaus) == (None, None, None)
    bare = Query(FIRST, LAST)
    assert (bare.groups, bare.indicators, bare.cut_off) == ((), (), None)
    assert PERIODS == (Group.DAY, Group.MONTH, Group.QUARTER, Group.YEAR)
    assert MOST_LINES == 20_000


def _acts(code: str, day: dt.date) -> str:
    (found,) = [one for one in sections_on(day) if one.code == code]
    return " ".join(found.legal_basis)


@pytest.mark.parametrize(
    ("code", "first", "before", "after"),
    [
        ("SUBJECT", dt.date(2022, 7, 1), "ПП РФ № 95", "ПП РФ № 588"),
        ("DOCUMENTS", dt.date(2022, 11, 21), "27н", "488н"),
        ("RESULT", dt.date(2026, 3, 1), "ПП РФ № 588", "ПП РФ № 91"),
    ],
)
def test_editions_change_on_the_days_of_the_acts(code: str, first: dt.date, before: str, after: str) -> None:
    """ПП № 588 from 01.07.2022, the form of 488н/551н from 21.11.2022, ПП № 91 from 01.03.2026."""
    assert before in _acts(code, first - DAY)
    assert after in _acts(code, first)
    assert after not in _acts(code, first - DAY)


def test_sections_begin_with_their_acts() -> None:
    """Before the rules of 2006 there is nothing; what came with an act begins with it."""
    assert sections_on(dt.date(2006, 2, 28)) == ()
    assert {one.code for one in sections_on(dt.date(2006, 3, 1))} == {"SUBJECT", "COST", "DATA"}
    assert {one.valid_from for one in SECTIONS} == {
        dt.date(2006, 3, 1),
        dt.date(2021, 2, 1),
        dt.date(2022, 7, 1),
        dt.date(2022, 11, 21),
        dt.date(2026, 3, 1),
    }
    closed = replace(SECTIONS[0], valid_to=LAST)
    assert sections_on(LAST, (closed,)) == (closed,)
    assert sections_on(LAST + DAY, (closed,)) == ()


def test_the_public_is_told_the_terms_of_the_day() -> None:
    """A term of a later act is not told before its day, and on it in place of the older one."""
    new = Term("MO_REWORK", 20, TermUnit.CALENDAR_DAY, "", "", since=FIRST)
    assert terms_on(FIRST)[0][0].code == "MO_PALLIATIVE_REFER"

    def length(day: dt.date, terms: tuple[Term, ...]) -> list[int]:
        return [row.length for row, _ in terms_on(day, terms) if row.code == "MO_REWORK"]

    assert length(FIRST - DAY, (*TERMS, new)) == [14]
    assert length(FIRST, (*TERMS, new)) == [20]
    assert length(FIRST, (new,)) == [20]
    assert terms_on(FIRST - DAY, (new,)) == ()


@pytest.mark.parametrize(
    ("born", "group"),
    [
        (dt.date(2008, 6, 30), ADULT_GROUP),
        (dt.date(2008, 7, 1), CHILD_GROUP),
        (dt.date(1996, 7, 1), ADULT_GROUP),
        (dt.date(1930, 12, 31), ADULT_GROUP),
        (LAST, CHILD_GROUP),
    ],
)
def test_the_age_group_of_a_day(born: dt.date, group: str) -> None:
    """Full years on the day: eighteen and more are of age, the birthday of the year come or not."""
    assert age_group(born, LAST) == group
