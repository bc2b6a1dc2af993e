"""Which numbers of a cube outsiders are not shown: the equations between the numbers of a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from adapter.domain.priority import PriorityCategory
from adapter.domain.statistics import Unit
from adapter.reports.counters import Counts, Cube, Key
from adapter.reports.indicators import ALL, INDICATORS
from adapter.reports.lines import Hidden, derive
from adapter.reports.outcomes import NOT_ACCEPTED, Outcome
from adapter.reports.suppression import Equation, hidden_cells

#: One number of one cut.
Cell: TypeAlias = tuple[Key, str]

#: The smallest number that outsiders are shown, apart from zero (facts, E.2).
THRESHOLD = 5

_BUCKETS = ("0_3", "4_30", "31", "error")
#: A number, and the parts it falls into.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (ALL, ("received", "paper")),
    ("received", tuple(f"outcome_{one}" for one in Outcome)),
    ("received", tuple(f"priority_{one}" for one in PriorityCategory)),
    ("received", ("remd", "remd_refused", "remd_pending")),
    ("not_accepted", tuple(f"outcome_{one}" for one in NOT_ACCEPTED)),
    ("delivered", tuple(f"delivered_{one}" for one in _BUCKETS)),
    ("remd", tuple(f"remd_{one}" for one in _BUCKETS)),
)
#: Numbers that are part of another one without a line that says so.
_WITHIN = (
    ("registered", "received"),
    ("delivered", "received"),
    ("remd", "received"),
    ("remd_refused", "received"),
    ("remd_pending", "received"),
    ("result_sent", "outcome_ACCEPTED"),
    ("state_electronic", "received"),
    ("state_all", ALL),
    ("duty_electronic", "received"),
    ("duty_all", ALL),
)
#: What a spread describes.
_DESCRIBED: Mapping[str, str] = MappingProxyType({"rework": "resubmitted"})


def _pairs() -> Iterator[tuple[str, str]]:
    """Return part and whole of every share that outsiders are shown."""
    yield from _WITHIN
    for one in INDICATORS:
        counted = one.public and one.denominator and not one.organizations
        if counted and one.unit is Unit.PERCENT:
            yield one.numerator, one.denominator


_PAIRS = tuple(dict.fromkeys(_pairs()))
_SINGLE = tuple(
    one.numerator for one in INDICATORS if one.public and not one.percentile and not one.organizations
)

#: Every number of a cut that is shown or follows from what is shown.
NAMES = tuple(
    sorted(
        {
            *_SINGLE,
            *(name for whole, parts in PARTS for name in (whole, *parts)),
            *(name for part, whole in _PAIRS for name in (part, whole, f"{whole}-{part}")),
        }
    )
)


def protect(cube: Cube, threshold: int = THRESHOLD) -> Hidden:
    """Return what outsiders are not shown of a cube.

    The whole is judged first and alone, so that it looks the same in every table; then the cuts by the first
    group, and so on: what a table of fewer groups shows cannot be hidden any more.
    """
    cells: dict[Cell, int] = {}
    equations: list[Equation[Cell]] = []
    hidden: set[Cell] = set()
    before: dict[Key, Counter[str]] = {}
    for depth in range(len(cube.groups) + 1):
        level = _level(cube, depth)
        fixed = set(cells) - hidden
        for key, numbers in level.items():
            _within(key, numbers, cells, equations)
        for key in before:
            children = sorted(one for one in level if one[:-1] == key)
            for name in NAMES:
                parts = tuple((one, name) for one in children)
                equations.append(Equation((key, name), parts))
        hidden = hidden_cells(cells, equations, threshold, fixed=fixed, hidden=hidden)
        before = level

    def told(key: Key, name: str) -> bool:
        return (key, _DESCRIBED.get(name, name)) in hidden

    return told


def _level(cube: Cube, depth: int) -> dict[Key, Counter[str]]:
    """Return the numbers of the cuts by the first groups."""
    if depth == 0:
        derive(cube.whole)
        return {(): cube.whole.numbers}
    found: defaultdict[Key, Counts] = defaultdict(Counts)
    for key, counts in cube.cuts.items():
        found[key[:depth]].numbers.update(counts.numbers)
    for counts in found.values():
        derive(counts)
    return {key: counts.numbers for key, counts in found.items()}


def _within(key: Key, numbers: Counter[str], cells: dict[Cell, int], equations: list[Equation[Cell]]) -> None:
    """Add the cells of one cut and the equations between them."""
    for name in _SINGLE:
        cells[key, name] = numbers[name]
    for whole, parts in PARTS:
        for name in (whole, *parts):
            cells[key, name] = numbers[name]
        equations.append(Equation((key, whole), tuple((key, one) for one in parts)))
    for part, whole in _PAIRS:
        rest = f"{whole}-{part}"
        cells[key, part], cells[key, whole] = numbers[part], numbers[whole]
        cells[key, rest] = numbers[whole] - numbers[part]
        equations.append(Equation((key, whole), ((key, part), (key, rest))))
