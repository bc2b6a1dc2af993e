"""The benchmarks of delivery and of the whole trip measure what they say, in the smallest size."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from adapter.stand.actors import make_keys
from tests.benchmarks.deliveries import CARGOES, Delivered, measure_deliveries
from tests.benchmarks.delivery_report import Exchange, show_exchange
from tests.benchmarks.trip_partners import travel
from tests.benchmarks.trips import ONE_CITIZEN, Trips
from tests.integration.stand.house import house_in

_DELIVERED = Delivered("sqlite", "push", 16_384, 2, 10, 90.0, 100.0, 0.9, 10.0, 0.0, 1.0, 8.0)
_TRIPS = Trips("postgresql", 8, 20, 9.0, 500.0, 900.0, 60.0, 20.0, 40.0)


@pytest.fixture(scope="module")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo keys, made once."""
    folder = tmp_path_factory.mktemp("benchmarks") / "keys"
    make_keys(folder)
    return folder


def test_a_delivery_is_measured_beside_the_emulator_alone(tmp_path: Path, demo_keys: Path) -> None:
    """The engine delivers what waits, the client posts the same bytes elsewhere, and both have a rate."""
    (tmp_path / "demo-keys").symlink_to(demo_keys)
    (found,) = measure_deliveries(tmp_path, 1, {CARGOES[0].name: 2}, ["sqlite"])
    assert (found.deliveries, found.database) == (2, "sqlite")
    assert found.message_bytes > 16_384
    assert found.per_second > 0
    assert abs(found.ratio - found.per_second / found.alone) < 0.01
    assert found.ours_ms > found.client_ms > 0
    assert found.emulator_ms > 0


def test_trips_come_to_their_end(tmp_path: Path, demo_keys: Path) -> None:
    """A referral of each kind of bureau travels to its answer; its time and the processor are told."""
    changes = ('"var/keys', f'"{demo_keys}'), ("\n[stand]", f"{ONE_CITIZEN}\n[stand]")
    with house_in(tmp_path, *changes) as house:
        travelled = travel(house.stand, 2, 2)
    assert len(travelled.times) == 2
    assert 0 < min(travelled.times) <= max(travelled.times) <= travelled.seconds * 1000
    assert travelled.processor > 0


def test_the_busier_core_sets_the_pace() -> None:
    """Of the processor alone the ratio is that of the busier cores; a trip costs adapter and database."""
    assert _DELIVERED.of_processor == 0.8
    assert _DELIVERED.met
    assert (_TRIPS.per_core, _TRIPS.alone, _TRIPS.ratio) == (12.5, 25.0, 0.5)


def test_the_tables_can_be_pasted() -> None:
    """Every line of a table has as many cells as its head."""
    console = Console(width=80, file=StringIO(), record=True)
    show_exchange(Exchange([_DELIVERED], [_TRIPS]), console)
    lines = [one for one in console.export_text().splitlines() if one.startswith("|")]
    assert len(lines) == 6
    assert {one.count("|") for one in lines[:3]} == {lines[0].count("|")}
    assert {one.count("|") for one in lines[3:]} == {lines[3].count("|")}
