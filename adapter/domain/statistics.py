"""Statistics as those who ask for them know them: what is asked, who asks, what a line of the answer says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from adapter.domain.registers import Agreement, CategoryRule


class Group(StrEnum):
    """What lines are told apart by (list StatisticsGroup of the schema)."""

    DAY = "DAY"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"
    REGION = "REGION"
    ORGANIZATION = "ORGANIZATION"
    BUREAU = "BUREAU"
    SYSTEM = "SYSTEM"
    CHANNEL = "CHANNEL"
    REFERRAL_ORDER = "REFERRAL_ORDER"
    PURPOSE = "PURPOSE"
    AGE_GROUP = "AGE_GROUP"
    PRIORITY = "PRIORITY"
    FORM = "FORM"


#: Parts of the calendar; the others are properties of a referral.
PERIODS = (Group.DAY, Group.MONTH, Group.QUARTER, Group.YEAR)


class Unit(StrEnum):
    """Unit of a value."""

    PERCENT = "PERCENT"
    COUNT = "COUNT"
    RATIO = "RATIO"
    DAY = "DAY"
    MILLISECOND = "MS"
    SECOND = "S"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked.

    Attributes:
        first: first day of receipt, in the zone of the organisation that refers.
        last: last day, included.
        groups: what lines are told apart by; none: only the whole.
        indicators: codes, ``I6`` stands for all that begin with it; none: all.
        region: only this subject of the federation, two digits.
        organization_oid: only this organisation.
        bureau_oid: only this bureau.
        cut_off: what happened later is not known yet, UTC; None: everything that is counted.
    """

    first: dt.date
    last: dt.date
    groups: tuple[Group, ...] = ()
    indicators: tuple[str, ...] = ()
    region: str = ""
    organization_oid: str = ""
    bureau_oid: str = ""
    cut_off: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: whose referrals it may count, and whether small numbers are hidden from it.

    Attributes:
        outsider: small numbers are hidden.
        regions: only these subjects; None: any.
        organizations: only these organisations; None: any.
        bureaus: only these bureaus; None: any.
    """

    outsider: bool = True
    regions: frozenset[str] | None = None
    organizations: frozenset[str] | None = None
    bureaus: frozenset[str] | None = None


#: Sees everything: the operator of the installation.
OPERATOR = Viewer(outsider=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator in one cut.

    Attributes:
        dimensions: group and value; empty: the whole.
        numerator: absolute number behind the value; None where there is none or it is hidden.
        denominator: what it is a part of.
        value: in the unit; None where the denominator is zero («нет данных») or the value is hidden.
        target: what the value should be at least, in the unit; None: no target on these days.
        hidden: left out because the number is small.
    """

    indicator: str
    title: str
    unit: Unit
    dimensions: tuple[tuple[Group, str], ...] = ()
    numerator: int | None = None
    denominator: int | None = None
    value: Decimal | None = None
    target: Decimal | None = None
    hidden: bool = False

    @property
    def deviation(self) -> Decimal | None:
        """Value less target, in percentage points."""
        return None if self.value is None or self.target is None else self.value - self.target


@dataclass(frozen=True, slots=True)
class Table:
    """The answer: lines in order of cuts and indicators; nothing after ``cut_off`` was counted."""

    query: Query
    cut_off: dt.datetime
    lines: Sequence[Line]


class NotCountedYet(Exception):  # noqa: N818 - not a failure: a little later there is an answer
    """So much has happened since it was last counted that an answer would tell too little."""


#: Lines of one answer; about ten megabytes of XML.
MOST_LINES = 20_000


class TooManyLines(Exception):  # noqa: N818 - not a failure: fewer groups or a shorter period are answered
    """The answer would have more than `MOST_LINES` lines."""


class Statistics(Protocol):
    """Answers questions about indicators."""

    def table(self, query: Query, viewer: Viewer, now: dt.datetime) -> Table:
        """Return the lines that the viewer may see; for an outsider the period becomes whole months.

        Raises:
            NotCountedYet: the journals that grew cannot be counted at once.
            TooManyLines: the groups and the period make too large an answer.
        """

    def catch_up(self) -> int:
        """Count everything that has happened; returns how many journals had grown."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Referrals that a regional agreement takes out of the duty to refer electronically (R103, R119).

    Attributes:
        region: subject of the federation.
        first: first day on which it holds.
        last: last day; None: no end.
        categories: categories of priority that are excluded; empty: all referrals (a pilot, before the
            exchange is switched on).
    """

    region: str
    first: dt.date
    last: dt.date | None = None
    categories: frozenset[str] = frozenset()

    def covers(self, region: str, day: dt.date, category: str) -> bool:
        """Tell whether a referral is taken out; ``category`` is ``NONE`` where it is not known."""
        held = region == self.region and self.first <= day and (self.last is None or day <= self.last)
        return held and (not self.categories or category in self.categories)


def exclusions_of(agreements: Iterable[Agreement]) -> Iterator[Exclusion]:
    """Give what the agreements of one subject take out (R103, R119).

    The time before the first switch-on is a pilot; until a later agreement begins, the exchange goes on.
    """
    known = {one.switch_on: one for one in agreements}
    for place, (switch_on, one) in enumerate(sorted(known.items())):
        if place == 0 and not one.counts_pilot:
            yield Exclusion(one.subject, dt.date.min, switch_on - dt.timedelta(days=1))
        excluded = frozenset(str(name) for name, rule in one.categories if rule is not CategoryRule.ALLOW)
        if excluded and not one.counts_excluded:
            yield Exclusion(one.subject, one.pilot_from or switch_on, one.valid_to, excluded)


class Denominators(Protocol):
    """What registers and agreements say of denominators."""

    def exclusions(self, first: dt.date, last: dt.date) -> Sequence[Exclusion]:
        """Return the exclusions that touch a period."""

    def state_institutions(self, on: dt.date) -> frozenset[str] | None:
        """Return OID of the state institutions on a day (R120); None: no register of organisations."""


class _NoDenominators:
    def exclusions(self, first: dt.date, last: dt.date) -> Sequence[Exclusion]:  # noqa: ARG002 (interface)
        return ()

    def state_institutions(self, on: dt.date) -> frozenset[str] | None:  # noqa: ARG002 (interface)
        return None


#: Nothing is excluded, and which organisations are of the state is not known.
NO_DENOMINATORS: Denominators = _NoDenominators()


@dataclass(frozen=True, slots=True)
class Target:
    """What an indicator should be at least in a period.

    Attributes:
        indicator: code.
        share: per cent.
        first: first day on which it holds.
        last: last day; None: no end.
        basis: act or document.
        region: subject of the federation; empty: any.
    """

    indicator: str
    share: Decimal
    first: dt.date
    last: dt.date | None = None
    basis: str = ""
    region: str = ""


_END_OF_2021 = dt.date(2021, 12, 31)
_2021 = dt.date(2021, 1, 1)
#: Targets that documents name with their year; those counted from the commissioning are `standard_targets`.
TARGETS: tuple[Target, ...] = (
    Target("I1", Decimal(100), _2021, _END_OF_2021, "показатель цифровой трансформации на 2021 год (R91)"),
    Target("I3", Decimal(100), _2021, _END_OF_2021, "приказ Минздрава № 28 от 27.01.2021 (R92)"),
)
#: Years after the commissioning of the register from which half of the referrals are electronic (R30).
_YEARS = 3


def standard_targets(commissioned_on: dt.date) -> tuple[Target, ...]:
    """Return the targets of the standard of the service: 20 % at once, 50 % within three years (R28–R30)."""
    year = commissioned_on.year + _YEARS
    leap = (commissioned_on.month, commissioned_on.day) == (2, 29)
    half = dt.date(year, 3, 1) if leap else commissioned_on.replace(year=year)
    before = half - dt.timedelta(days=1)
    return (
        Target("I1", Decimal(20), commissioned_on, before, "стандарт услуги (R29)"),
        Target("I1", Decimal(50), half, None, "стандарт услуги (R30)"),
    )


def target_of(targets: Sequence[Target], indicator: str, on: dt.date, region: str = "") -> Target | None:
    """Return the target on a day; that of the region goes before the common one, a later one before."""
    held = [
        one
        for one in targets
        if one.indicator == indicator
        and one.first <= on
        and (one.last is None or on <= one.last)
        and one.region in {"", region}
    ]
    return max(held, key=lambda one: (bool(one.region), one.first), default=None)
