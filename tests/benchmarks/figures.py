"""Times of repeated calls as the figures that are printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing.

    Attributes:
        p50: milliseconds.
        p99: milliseconds; of less than a hundred rounds it is the slowest.
        ratio: p50 of the ratios to the floor of the same round.
        limit: highest ratio that is wanted; None where nothing is agreed.
    """

    p50: float
    p99: float
    ratio: float
    limit: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        return None if self.limit is None else self.ratio <= self.limit


def figure(times: Sequence[float], floors: Sequence[float], limit: float | None = None) -> Figure:
    """Return the figure of calls whose floors were timed in the same rounds."""
    ratios = [one / floor for one, floor in zip(times, floors, strict=True)]
    return Figure(statistics.median(times), p99(times), statistics.median(ratios), limit)


def p99(times: Sequence[float]) -> float:
    """Return the 99th percentile, by the nearest rank."""
    return sorted(times)[-(len(times) // 100 + 1)]


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """Return the milliseconds of a call, and its value."""
    started = time.perf_counter()
    value = call()
    return (time.perf_counter() - started) * 1000, value
