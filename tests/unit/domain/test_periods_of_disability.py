"""Periods of temporary disability beside each other: which of them overlaps, and with what."""

from __future__ import annotations

import datetime as dt

import pytest

from adapter.domain.checks import check
from tests.unit.domain.changing import changed
from tests.unit.domain.example import CONTEXT
from tests.unit.domain.rule_cases.case import disability

FIRST = dt.date(2023, 12, 1)


@pytest.mark.parametrize(
    ("periods", "told"),
    [
        ([(1, 3), (4, 6)], []),
        ([(1, 4), (4, 6)], [2]),
        ([(1, 10), (2, 3), (5, 6)], [2, 3]),
        ([(1, 10), (2, 3), (11, 12)], [2]),
        ([(1, 3), (2, 10), (5, 6)], [2, 3]),
        ([(5, 6), (1, 5)], [1]),
        ([(1, None), (5, 6)], [2]),
        ([(1, None), (2, 3), (5, 6)], [2, 3]),
        ([(1, 3), (2, None), (5, 6)], [2, 3]),
        ([(5, None), (1, 3)], []),
        ([(1, 3), (1, 3)], [2]),
        ([(3, 1), (1, 6)], []),
    ],
)
def test_periods_that_overlap_are_told(periods: list[tuple[int, int | None]], told: list[int]) -> None:
    """The later one of two that share a day is named; a period without an end meets all that begin later."""
    members = tuple(
        disability(
            FIRST + dt.timedelta(days=begun), None if ended is None else FIRST + dt.timedelta(days=ended)
        )
        for begun, ended in periods
    )
    found = check(changed("temporary_disability", members), CONTEXT)
    overlaps = [one.path for one in found if "окончания другого периода" in one.message]
    paths = [f"Referral/temporaryDisability[{number}]/start" for number in told]
    assert overlaps == paths
