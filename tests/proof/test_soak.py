"""The judge of a soak: what creeps and what ages is found. `make prove` runs an hour of it."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.proof import kills
from tests.proof.samples import QueueSample, Sample, creep, node_sample
from tests.proof.soak import Report
from tests.proof.soak_report import page

_GOOD = kills.Report("postgresql", 1, 60.0, Counter(), Counter(), 9, Counter(), "9 chains", 0.0, 0.0)
_MIB = 2**20


def report(*, memory: int = 0, handles: int = 0, age: float = 0.0) -> Report:
    """Return thirty samples of one node; in the last third each value is higher by this much."""
    late = [number >= 20 for number in range(30)]
    samples = tuple(
        Sample(number, 100 * _MIB + memory * above, 20 + handles * above) for number, above in enumerate(late)
    )
    queue = tuple(QueueSample(number, 1, age if above else 0.0) for number, above in enumerate(late))
    return Report(_GOOD, {"serve-1": samples}, queue, Counter())


def test_what_stays_is_no_finding() -> None:
    """A node that held all along what it holds at the end, and a queue that empties, are fine."""
    assert list(report(memory=_MIB, handles=1, age=5.0).findings()) == []
    assert "findings: 0" in page(report())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"memory": 40 * _MIB}, "memory crept"),
        ({"handles": 50}, "sockets crept"),
        ({"age": 300.0}, "was due"),
    ],
)
def test_what_creeps_is_found(given: dict[str, int], said: str) -> None:
    """Memory, handles and age above their bounds are findings, and the page shows them."""
    (found,) = report(**given).findings()
    assert said in found
    assert said in page(report(**given))


def test_a_burst_that_ends_is_no_creep() -> None:
    """What was as high in the second third is no growth; fewer than three samples are no judgement."""
    assert creep([1, 1, 9, 1, 1, 9]) == 0
    with pytest.raises(ValueError, match="too few"):
        creep([1, 2])


def test_a_sample_sees_this_process() -> None:
    """The memory and the handles of a living group are there; a group that is none has no sample."""
    found = node_sample(os.getpgrp(), 1.0)
    assert found is not None
    assert found.memory > _MIB
    assert found.handles > 2
    assert node_sample(2**30, 1.0) is None
    assert node_sample(0, 1.0) is None
