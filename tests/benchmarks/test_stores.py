"""The benchmarks of large stores measure what they say, in the smallest size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import growth
from tests.benchmarks.registers import measure_registers


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_register_is_fetched_from_and_counted(tmp_path: Path, database: str) -> None:
    """A hundred are fetched from a small and from a larger register, and each question has its time."""
    told: list[str] = []
    found = measure_registers(tmp_path, 1200, 1, told.append, database)
    assert (found.size, found.database) == (1200, database)
    assert min(found.fetch_small, found.fetch_large, found.folding) > 0
    assert all(one.seconds > 0 for one in found.asked)


def test_a_store_that_grows_is_asked_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Acceptance, claim, fetch and status are measured of both stores, and the rows are repeated."""
    for name, value in {
        "TEMPLATES": 12,
        "_SMALL_STORE": 12,
        "FETCHED": 6,
        "CLAIMED": 6,
        "_WARM_UP": 0,
    }.items():
        monkeypatch.setattr(growth, name, value)
    told: list[str] = []
    found = growth.measure_growth(tmp_path, 36, 1, told.append)
    assert found.size == 36
    assert found.bytes_per_referral > 1000
    assert [one.what.split()[0] for one in found.rows] == ["accept", "claim", "fetch", "status"]
    assert all(min(one.small, one.large) > 0 for one in found.rows)
