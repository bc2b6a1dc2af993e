"""Small numbers are hidden, and no sum or difference of the shown ones gives them away."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.domain.priority import PriorityCategory
from adapter.domain.statistics import Group
from adapter.reports.counters import Cube
from adapter.reports.lines import derive
from adapter.reports.outcomes import Outcome
from adapter.reports.protection import protect
from adapter.reports.suppression import Equation, determined, hidden_cells

THRESHOLD = 5


def table(rows: list[list[int]]) -> tuple[dict[str, int], list[Equation[str]]]:
    """Return the cells and equations of a table with a total row and a total column."""
    cells: dict[str, int] = {}
    equations = []
    width = len(rows[0])
    for i, row in enumerate(rows):
        cells |= {f"{i},{j}": number for j, number in enumerate(row)}
        cells[f"{i},*"] = sum(row)
        equations.append(Equation(f"{i},*", tuple(f"{i},{j}" for j in range(width))))
    for j in [*range(width), "*"]:
        parts = tuple(f"{i},{j}" for i in range(len(rows)))
        cells[f"*,{j}"] = sum(cells[one] for one in parts)
        equations.append(Equation(f"*,{j}", parts))
    equations.append(Equation("*,*", tuple(f"*,{j}" for j in range(width))))
    return cells, equations


def known_to_an_attacker(equations: list[Equation[str]], hidden: set[str]) -> set[str]:
    """Return the hidden cells that linear algebra over rational numbers gives, by a way of its own."""
    order = sorted(hidden)
    matrix = []
    for one in equations:
        row = [Fraction(0)] * len(order)
        for cell in one.parts:
            if cell in hidden:
                row[order.index(cell)] += 1
        if one.whole in hidden:
            row[order.index(one.whole)] -= 1
        matrix.append(row)
    rank = 0
    for column in range(len(order)):
        pivot = next((i for i in range(rank, len(matrix)) if matrix[i][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        matrix[rank] = [one / matrix[rank][column] for one in matrix[rank]]
        for i, row in enumerate(matrix):
            if i != rank and row[column]:
                matrix[i] = [a - row[column] * b for a, b in zip(row, matrix[rank], strict=True)]
        rank += 1
    alone = [row for row in matrix if sum(one != 0 for one in row) == 1]
    return {order[next(i for i, one in enumerate(row) if one)] for row in alone}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 12), min_size=width, max_size=width), min_size=1, max_size=4
        )
    )
)
def test_no_small_number_is_shown_or_can_be_computed(rows: list[list[int]]) -> None:
    """In a table with totals every number from 1 to 4 is hidden and stays unknown to linear algebra."""
    cells, equations = table(rows)

    hidden = hidden_cells(cells, equations, THRESHOLD)

    small = {cell for cell, number in cells.items() if 0 < number < THRESHOLD}
    assert small <= hidden
    assert not small & known_to_an_attacker(equations, hidden)
    assert determined(equations, hidden) == known_to_an_attacker(equations, hidden)


def test_one_small_number_takes_a_neighbour_along() -> None:
    """Of 2 + 8 + 20 = 30 the 2 is hidden, and the 8, or the 2 would be what is left."""
    hidden = hidden_cells({"a": 2, "b": 8, "c": 20, "all": 30}, [Equation("all", ("a", "b", "c"))], THRESHOLD)

    assert hidden == {"a", "b"}


def test_two_ones_would_be_told_by_their_sum() -> None:
    """Of 1 + 1 + 9 = 11 all parts are hidden: zero is shown, so the rest of 2 can only be twice 1."""
    hidden = hidden_cells({"a": 1, "b": 1, "c": 9, "all": 11}, [Equation("all", ("a", "b", "c"))], THRESHOLD)

    assert hidden == {"a", "b", "c"}


def test_nothing_is_hidden_of_large_numbers_and_zeros() -> None:
    """Numbers from 5 on and zeros are shown."""
    hidden = hidden_cells({"a": 5, "b": 0, "c": 7, "all": 12}, [Equation("all", ("a", "b", "c"))], THRESHOLD)

    assert hidden == set()


def test_what_another_table_shows_stays_shown() -> None:
    """A fixed whole is not hidden for its parts."""
    cells = {"a": 3, "b": 9, "all": 12}

    hidden = hidden_cells(cells, [Equation("all", ("a", "b"))], THRESHOLD, fixed=["all"])

    assert hidden == {"a", "b"}


outcomes = st.dictionaries(st.sampled_from(list(Outcome)), st.integers(0, 14), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.tuples(outcomes, st.integers(0, 9)), min_size=1, max_size=4))
def test_a_cube_hides_every_small_outcome_in_every_cut(cuts: list[tuple[dict[Outcome, int], int]]) -> None:
    """Whatever the cuts are, no outcome, no share and no rest below five is shown."""
    cube = Cube((Group.REGION,))
    for number, (found, paper) in enumerate(cuts):
        for counts in cube.at((f"{number:02}",)):
            for outcome, amount in found.items():
                counts.add(f"outcome_{outcome}", amount)
                counts.add("received", amount)
                counts.add("remd_pending", amount)
                counts.add(f"priority_{PriorityCategory.NONE}", amount)
            counts.add("paper", paper)

    hidden = protect(cube, THRESHOLD)

    for key, counts in [((), cube.whole), *cube.cuts.items()]:
        derive(counts)
        for name in ("all", "received", "paper", *(f"outcome_{one}" for one in Outcome)):
            if 0 < counts.numbers[name] < THRESHOLD:
                assert hidden(key, name), (key, name)
        shown = [one for one in Outcome if not hidden(key, f"outcome_{one}")]
        out = [one for one in Outcome if one not in shown]
        if out and not hidden(key, "received"):
            assert len(out) > 1
            assert sum(counts.numbers[f"outcome_{one}"] for one in out) >= THRESHOLD
