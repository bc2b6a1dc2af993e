"""Numbers by cut: what is counted, and for whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TypeAlias

from adapter.domain.statistics import Group

#: Values of the groups, in the order of the question; empty: the whole.
Key: TypeAlias = tuple[str, ...]

ELECTRONIC, PAPER = "ELECTRONIC", "PAPER"


@dataclass(slots=True)
class Spread:
    """How often each length was seen; gives the median and the 90th percentile by the nearest rank."""

    seen: Counter[int] = field(default_factory=Counter)

    def percentile(self, hundredths: int) -> int | None:
        """Return the smallest length that so many of a hundred do not exceed; None of nothing."""
        total = self.seen.total()
        rank = -(-total * hundredths // 100)
        passed = 0
        for length in sorted(self.seen):
            passed += self.seen[length]
            if passed >= rank and passed:
                return length
        return None


@dataclass(slots=True)
class Counts:
    """What was counted in one cut."""

    numbers: Counter[str] = field(default_factory=Counter)
    spreads: defaultdict[str, Spread] = field(default_factory=lambda: defaultdict(Spread))
    organizations: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, name: str, amount: int = 1) -> None:
        """Count something."""
        if amount:
            self.numbers[name] += amount


@dataclass(slots=True)
class Cube:
    """All cuts of one question, and the whole."""

    groups: tuple[Group, ...]
    whole: Counts = field(default_factory=Counts)
    cuts: defaultdict[Key, Counts] = field(default_factory=lambda: defaultdict(Counts))

    def at(self, key: Key) -> tuple[Counts, ...]:
        """Return where a number of a cut is added: the whole and, where there are groups, the cut."""
        return (self.whole, self.cuts[key]) if self.groups else (self.whole,)
