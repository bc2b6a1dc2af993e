"""PostgreSQL breaks off and recovers under real traffic: the nodes go on, nothing is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof import kills
from tests.proof.house import house_in, own_postgresql
from tests.proof.kills_report import page
from tests.proof.nodes import Nodes
from tests.proof.traffic import Traffic

PATIENCE = 300.0


@pytest.mark.timeout(1200)
def test_a_server_restarted_under_load(tmp_path: Path, keys: Path) -> None:
    """The server crashes twice while hospitals submit: no node ends, every referral arrives once."""
    folder = tmp_path / "run"
    folder.mkdir()
    with own_postgresql() as server, house_in(folder, server.url, keys) as house:

        def restarts(traffic: Traffic, _: Nodes) -> None:
            for wanted in (3, 6):
                assert traffic.wait_until(lambda: len(traffic.accepted()) >= wanted, PATIENCE)  # noqa: B023 - at once
                server.restart()

        report = kills.run(house, kills=0, seed=7, hospitals=2, beside=restarts, roles=("serve", "work"))
    assert report.findings == (), page(report)
    assert report.accepted >= kills.LEAST
    assert not report.kills
