"""The trip through the whole house: server, store, workers, stand, all in this process on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.app.composition import utc_now
from adapter.stand.actors import ADAPTER, BUREAU
from adapter.stand.stand import Stand, StandSettings
from adapter.stand.steps import Step
from adapter.stand.trip import run_trip
from tests.integration.stand.house import house_in


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Stand]:
    """A started stand, its adapter beside it."""
    with house_in(tmp_path) as started:
        yield started.stand


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
