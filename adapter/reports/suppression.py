"""Hiding small numbers so that no sum or difference gives them away (facts, E.2).

Cells are numbers that a table shows or that follow from it; an equation says that one cell is the sum of
others. A cell from 1 to threshold - 1 is small and hidden (zero tells of nobody). Then further cells are
hidden until, in every equation, what is hidden is more than one cell and not all ones, and until no small
cell is the only solution of all equations together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Cell = TypeVar("Cell", bound=Hashable)

#: Linear algebra is done modulo a prime far above any count.
_PRIME = (1 << 61) - 1


@dataclass(frozen=True, slots=True)
class Equation(Generic[Cell]):
    """``whole`` is the sum of ``parts``."""

    whole: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All its cells, the whole last: parts are hidden before it."""
        return (*self.parts, self.whole)


def hidden_cells(
    cells: Mapping[Cell, int],
    equations: Sequence[Equation[Cell]],
    threshold: int,
    *,
    fixed: Iterable[Cell] = (),
    hidden: Iterable[Cell] = (),
) -> set[Cell]:
    """Return the cells to hide.

    Args:
        cells: every cell with its number.
        equations: sums that hold between them.
        threshold: the smallest number that may be shown, apart from zero.
        fixed: cells that other tables show; they cannot be hidden any more.
        hidden: cells that other tables hide.
    """
    small = {one for one, number in cells.items() if 0 < number < threshold}
    state = _State(cells, equations, threshold, frozenset(fixed), small | set(hidden))
    while True:
        state.balance()
        given_away = determined(equations, state.hidden) & small
        if not given_away:
            return state.hidden
        if not [one for one in sorted(given_away, key=repr) if state.hide_beside(one)]:
            return state.hidden


class _State(Generic[Cell]):
    def __init__(
        self,
        cells: Mapping[Cell, int],
        equations: Sequence[Equation[Cell]],
        threshold: int,
        fixed: frozenset[Cell],
        hidden: set[Cell],
    ) -> None:
        self.cells = cells
        self.threshold = threshold
        self.fixed = fixed
        self.hidden = hidden
        self.equations = equations
        self._of: defaultdict[Cell, list[Equation[Cell]]] = defaultdict(list)
        for one in equations:
            for cell in one.cells:
                self._of[cell].append(one)

    def balance(self) -> None:
        """Hide until no single equation gives anything away."""
        waiting = list(self.equations)
        while waiting:
            one = waiting.pop()
            while self._gives_away(one):
                chosen = self._choice(one)
                if chosen is None:
                    break
                self.hidden.add(chosen)
                waiting.extend(self._of[chosen])

    def hide_beside(self, cell: Cell) -> bool:
        """Hide one more cell of an equation of a cell; False when there is none left."""
        for one in self._of[cell]:
            chosen = self._choice(one)
            if chosen is not None:
                self.hidden.add(chosen)
                return True
        return False

    def _gives_away(self, one: Equation[Cell]) -> bool:
        out = [cell for cell in one.cells if cell in self.hidden]
        if not out:
            return False
        parts = [cell for cell in out if cell != one.whole]
        if len(out) == 1:
            return True
        if one.whole in out:
            return False
        told = sum(self.cells[cell] for cell in parts)  # the visible rest tells this sum
        return told < max(self.threshold, len(parts) + 1)

    def _choice(self, one: Equation[Cell]) -> Cell | None:
        """Return what is hidden next: the smallest part that counts somebody, an empty one, the whole."""
        free = [cell for cell in one.cells if cell not in self.hidden and cell not in self.fixed]
        return min(
            free,
            key=lambda cell: (cell == one.whole, self.cells[cell] == 0, self.cells[cell], repr(cell)),
            default=None,
        )


def determined(equations: Iterable[Equation[Cell]], hidden: set[Cell]) -> set[Cell]:
    """Return the hidden cells that have one solution only, whatever the visible numbers are."""
    system = _System[Cell]()
    for one in equations:
        row = {cell: 1 for cell in one.parts if cell in hidden}
        if one.whole in hidden:
            row[one.whole] = row.get(one.whole, 0) - 1
        system.add(row)
    return system.solved()


class _System(Generic[Cell]):
    """Linear equations, kept fully reduced: the pivot of a row stands in no other row."""

    def __init__(self) -> None:
        self._rows: dict[Cell, dict[Cell, int]] = {}
        self._rows_with: defaultdict[Cell, set[Cell]] = defaultdict(set)

    def solved(self) -> set[Cell]:
        """Return the cells that stand alone in a row."""
        return {pivot for pivot, row in self._rows.items() if len(row) == 1}

    def add(self, row: dict[Cell, int]) -> None:
        """Add an equation: factors by cell; the right side is of no interest."""
        for cell in [one for one in row if one in self._rows]:
            _subtract(row, self._rows[cell], row[cell])
        if not row:
            return
        # The cell that the fewest rows have makes the least work.
        pivot = min(row, key=lambda one: len(self._rows_with[one]))
        inverse = pow(row[pivot], -1, _PRIME)
        row = {cell: factor * inverse % _PRIME for cell, factor in row.items()}
        for name in list(self._rows_with[pivot]):
            other = self._rows[name]
            before = set(other)
            _subtract(other, row, other[pivot])
            for cell in before.symmetric_difference(other):
                (self._rows_with[cell].add if cell in other else self._rows_with[cell].discard)(name)
        self._rows[pivot] = row
        for cell in row:
            self._rows_with[cell].add(pivot)


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], times: int) -> None:
    for cell, factor in other.items():
        left = (row.get(cell, 0) - times * factor) % _PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
