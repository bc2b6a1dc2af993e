"""Leaders and laggards of an indicator (R94)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from adapter.domain.statistics import Line


def ranking(lines: Iterable[Line], count: int, least: int) -> tuple[Sequence[Line], Sequence[Line]]:
    """Return the first and the last cuts by value, the best one first in both.

    Args:
        lines: of one indicator; only cuts with a value take part.
        count: how many of each.
        least: cuts with a smaller denominator do not take part: a hundred per cent of a few says nothing.
    """
    taking_part = [
        one
        for one in lines
        if one.dimensions and one.value is not None and (one.denominator or 0) >= max(least, 1)
    ]
    ranked = sorted(taking_part, key=lambda one: (-(one.value or Decimal(0)), one.dimensions))
    return ranked[:count], ranked[count:][-count:]
