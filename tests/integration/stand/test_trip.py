"""The trip through the whole house: server, store, workers, stand, all in this process on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from adapter.app.composition import build_application, open_runtime, utc_now
from adapter.app.running import Workers, upgrade_database
from adapter.app.trip import demo_keys, stand_of
from adapter.config import load
from adapter.stand.actors import ADAPTER, BUREAU
from adapter.stand.server import ThreadedServer
from adapter.stand.stand import Stand, StandSettings
from adapter.stand.steps import Step
from adapter.stand.trip import run_trip

ROOT = Path(__file__).parents[3]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Stand]:
    """A started stand, its adapter beside it, by the shipped configuration on other ports."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    ports = {"8080": str(_free_port()), "8090": str(_free_port())}
    for shipped, free in ports.items():
        text = text.replace(shipped, free)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    config = load(tmp_path / "config.toml")
    demo_keys(config.stand.keys)
    upgrade_database(tmp_path / "config.toml")
    runtime = open_runtime(config)
    application: Any = build_application(runtime)
    server = make_server("127.0.0.1", config.service.port, application, ThreadedServer, _Quiet)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True)
    workers, stand = Workers(runtime), stand_of(config, utc_now)
    thread.start()
    workers.start()
    stand.start()
    yield stand
    stand.stop()
    workers.stop()
    server.shutdown()
    thread.join()
    server.server_close()
    runtime.close()


def test_trip_is_good_by_the_books(house: Stand) -> None:
    """Both referrals go the whole way, twice in a row on one database, and the books agree."""
    for _ in range(2):
        steps: list[Step] = []
        outcome = run_trip(house, steps.append)
        assert outcome.differences == ()
        assert outcome
        assert len(outcome.referral_numbers) == 2
        assert all(step.ok for step in steps)
        states = [step.state for step in steps if step.who == "МИС" and step.operation == "GetReferralStatus"]
        assert states == ["COMPLETED"]
    assert {step.operation for step in steps} >= {
        "SubmitReferral",
        "registerDocument",
        "getDocumentFile",
        "sendRegisterDocumentResult",
        "ReturnReferral",
        "NotifyReturn",
        "SubmitResult",
        "ReceiveReferral",
    }


def test_given_semd_travels_alone(house: Stand) -> None:
    """A СЭМД without a referral of ours is registered in РЭМД and reaches the bureau byte for byte."""
    semd = house.clerk.referral(BUREAU).semd.content
    outcome = run_trip(house, lambda _: None, semd_file=semd)
    assert outcome.differences == ()


def test_refused_semd_ends_the_trip_in_words(house: Stand) -> None:
    """A file that is no document is refused; the step shows the adapter's errors, the outcome is false."""
    steps: list[Step] = []
    outcome = run_trip(house, steps.append, semd_file=b"no document")
    assert not outcome
    assert [step.operation for step in steps] == ["SubmitReferral"]
    assert not steps[0].ok
    assert "MSE-" in steps[0].text
    assert outcome.differences[-1] == "Ни одно направление не принято."


def test_silent_adapter_ends_the_trip_in_words(keys: Path) -> None:
    """Without an adapter the trip ends at once and says who did not answer."""
    stand = Stand(
        StandSettings(
            keys=keys,
            adapter_url="http://127.0.0.1:1",
            adapter_certificate=keys / f"{ADAPTER.key}.cert.pem",
            clock=utc_now,
            port=0,
        )
    )
    stand.start()
    outcome = run_trip(stand, lambda _: None, patience=1)
    stand.stop()
    assert not outcome
    assert outcome.differences[0].startswith("МИС: SubmitReferral: адрес http://127.0.0.1:1")
