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
        if not any(state.hide_beside(one) for one in sorted(given_away, key=repr)):
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
    rows: dict[Cell, dict[Cell, int]] = {}
    for one in equations:
        row = {cell: 1 for cell in one.parts if cell in hidden}
        if one.whole in hidden:
            row[one.whole] = row.get(one.whole, 0) - 1
        _insert(rows, row)
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def _insert(rows: dict[Cell, dict[Cell, int]], row: dict[Cell, int]) -> None:
    """Add an equation to a system that is kept fully reduced: a pivot stands in its own row alone."""
    for cell in [one for one in row if one in rows]:
        _subtract(row, rows[cell], row[cell])
    row = {cell: factor for cell, factor in row.items() if factor % _PRIME}
    if not row:
        return
    pivot, factor = next(iter(row.items()))
    inverse = pow(factor, -1, _PRIME)
    row = {cell: one * inverse % _PRIME for cell, one in row.items()}
    for other in rows.values():
        if pivot in other:
            _subtract(other, row, other[pivot])
    rows[pivot] = row


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], times: int) -> None:
    for cell, factor in other.items():
        left = (row.get(cell, 0) - times * factor) % _PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
