"""The cube as lines: every indicator of every cut, with its target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from adapter.domain.statistics import PERIODS, Group, Line, Query, Target, Unit, target_of
from adapter.reports.counters import ELECTRONIC, Counts, Cube, Key
from adapter.reports.indicators import ALL, INDICATORS, Indicator

_HUNDREDTH = Decimal("0.01")
#: Groups that paper records know.
OF_PAPER = frozenset({Group.REGION, Group.ORGANIZATION, Group.BUREAU, Group.CHANNEL, *PERIODS})
_NEED_PAPER = ("R", "I1", "I3")

#: Whether a number of a cut is left out; of a spread, whether what it describes is.
Hidden = Callable[[Key, str], bool]


def share(numerator: int, denominator: int) -> Decimal | None:
    """Return per cent with two decimals, half up; None without a denominator («нет данных»)."""
    return None if denominator == 0 else ratio(numerator * 100, denominator)


def ratio(numerator: int, denominator: int) -> Decimal:
    """Return a quotient with two decimals, half up."""
    return (Decimal(numerator) / Decimal(denominator)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def derive(counts: Counts) -> None:
    """Add the numbers that follow from others; doing it twice changes nothing."""
    numbers, sets = counts.numbers, counts.organizations
    numbers[ALL] = numbers["received"] + numbers["paper"]
    numbers["excluded"] = numbers["excluded_electronic"] + numbers["excluded_paper"]
    numbers["duty_electronic"] = numbers["received"] - numbers["excluded_electronic"]
    numbers["duty_all"] = numbers[ALL] - numbers["excluded"]
    numbers["referring"] = len(sets["referring"] | sets["planned"])
    numbers["delivering"] = len(sets["delivering"])
    numbers["planned"] = len(sets["planned"])
    numbers["planned_delivering"] = len(sets["planned"] & sets["delivering"])


@dataclass(frozen=True, slots=True)
class Lines:
    """Makes the lines of one table.

    Attributes:
        query: what was asked.
        targets: what indicators should be.
        public: only lines for outsiders.
        hidden: tells which numbers are left out.
    """

    query: Query
    targets: Sequence[Target] = ()
    public: bool = False
    hidden: Hidden = lambda _key, _name: False

    def whole(self, counts: Counts) -> Iterator[Line]:
        """Return the lines of the whole."""
        derive(counts)
        yield from self._lines((), (), counts)

    def cut(self, groups: tuple[Group, ...], key: Key, counts: Counts) -> Iterator[Line]:
        """Return the lines of a cut."""
        derive(counts)
        yield from self._lines(tuple(zip(groups, key, strict=True)), key, counts)

    def all(self, cube: Cube) -> Iterator[Line]:
        """Return the lines of the whole, then of the cuts in order."""
        yield from self.whole(cube.whole)
        for key in sorted(cube.cuts):
            yield from self.cut(cube.groups, key, cube.cuts[key])

    def _lines(self, dimensions: tuple[tuple[Group, str], ...], key: Key, counts: Counts) -> Iterator[Line]:
        for one in INDICATORS:
            if self._shown(one, dimensions, counts):
                yield self._line(one, dimensions, key, counts)
            if one.code == "I10" and not self.public:
                yield from self._codes(dimensions, counts)

    def _shown(self, one: Indicator, dimensions: tuple[tuple[Group, str], ...], counts: Counts) -> bool:
        groups = {group for group, _ in dimensions}
        head = one.code.partition(".")[0]
        if not one.wanted(self.query.indicators) or (self.public and not one.public):
            return False
        if one.only_when and not counts.numbers[one.only_when]:
            return False
        if Group.CHANNEL in groups:
            electronic = dict(dimensions)[Group.CHANNEL] == ELECTRONIC
            return head not in {"I1", "I3"} and (electronic or head == "R")
        return head not in _NEED_PAPER or groups <= OF_PAPER

    def _line(
        self, one: Indicator, dimensions: tuple[tuple[Group, str], ...], key: Key, counts: Counts
    ) -> Line:
        if one.percentile:
            return self._percentile(one, dimensions, key, counts)
        no_top = self.hidden(key, one.numerator) and not one.organizations
        no_base = bool(one.denominator) and self.hidden(key, one.denominator) and not one.organizations
        top = counts.numbers[one.numerator]
        base = counts.numbers[one.denominator] if one.denominator else None
        value: Decimal | None = Decimal(top)
        if base is not None:
            value = share(top, base) if one.unit is Unit.PERCENT else (ratio(top, base) if base else None)
        hidden = no_top or no_base
        return Line(
            one.code,
            one.title,
            one.unit,
            dimensions,
            None if no_top else top,
            None if no_base else base,
            None if hidden else value,
            self._target(one, dimensions),
            hidden,
        )

    def _percentile(
        self, one: Indicator, dimensions: tuple[tuple[Group, str], ...], key: Key, counts: Counts
    ) -> Line:
        hidden = self.hidden(key, one.numerator)
        found = counts.spreads[one.numerator].percentile(one.percentile)
        value = None if hidden or found is None else Decimal(found)
        return Line(one.code, one.title, one.unit, dimensions, value=value, hidden=hidden)

    def _codes(self, dimensions: tuple[tuple[Group, str], ...], counts: Counts) -> Iterator[Line]:
        """Return one line for each code of a refused message: how many of them name it."""
        base = counts.numbers["refused_messages"]
        for name in sorted(counts.numbers):
            code = name.removeprefix("refused_")
            if code.startswith("MSE-"):
                one = Indicator(
                    f"I10.{code}", f"отказ с кодом {code}", name, "refused_messages", public=False
                )
                if one.wanted(self.query.indicators) and base:
                    yield self._line(one, dimensions, (), counts)

    def _target(self, one: Indicator, dimensions: tuple[tuple[Group, str], ...]) -> Decimal | None:
        region = dict(dimensions).get(Group.REGION, self.query.region)
        found = target_of(self.targets, one.code, self.query.last, region)
        return None if found is None else found.share
