"""The fuzz of envelopes in a small size, and that its judge can find something; `make prove` runs 200,000."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from storage import upgrade
from tests.integration.operations.gateway import Gateway
from tests.proof import fuzz
from tests.proof.envelopes import Sent, mutated, seeds_of
from tests.proof.fuzz_report import page
from tests.proof.mutations import BYTES, CANARY, INSIDE, OUTSIDE

CASES = 800

SENT = Sent("/ws/referral", "text/xml", b"", ())


@pytest.fixture
def gateway(tmp_path: Path, demo_keys: Path) -> Iterator[Gateway]:
    """An adapter on an empty SQLite store."""
    (tmp_path / "house").mkdir()
    url = f"sqlite:///{tmp_path / 'adapter.db'}"
    upgrade(url)
    made = Gateway(tmp_path / "house", demo_keys, url)
    yield made
    made.close()


@pytest.mark.timeout(1200)
def test_every_broken_envelope_gets_a_defined_answer(gateway: Gateway) -> None:
    """Changed by structure, by bytes, before and after signing: known codes, nothing told, memory flat."""
    report = fuzz.run(gateway, cases=CASES, seed=5)
    assert report.findings == (), page(report)
    assert report.growth < fuzz.GROWTH, page(report)
    assert report.cases == CASES
    assert set(report.changes) == {one.__name__ for one in (*INSIDE, *OUTSIDE, *BYTES)}
    # Refused at the door, by the schema and behind it: the changes reach every depth.
    assert len(report.answers) > 20


def test_a_good_message_is_no_finding(gateway: Gateway) -> None:
    """What is accepted has a signed answer that fits its schema."""
    raw = gateway.submit().raw
    assert list(fuzz.wrong(SENT, "200", raw, [])) == []


@pytest.mark.parametrize(
    ("status", "answer", "logged", "said"),
    [
        ("502", b"<a>MSE-1001</a>", "", "HTTP 502"),
        ("500", b"<a>MSE-0000</a>", "", "unknown code MSE-0000"),
        ("500", b"<a>MSE-5012</a>", "", "internal error"),
        ("500", b"<a/>", "", "HTTP 500 without a code"),
        ("500", b"<a>MSE-1001", "", "the answer is not XML"),
        ("400", f"<a>MSE-1001<error>{CANARY}</error></a>".encode(), "", "told"),
        ("400", "<a>MSE-1001<error>Иванова</error></a>".encode(), "", ""),
        ("400", b"<a>MSE-1001</a>", f"refused {CANARY}", "logged"),
        ("400", b"<a>MSE-1001</a>", f"refused {CANARY.encode('unicode_escape').decode()}", "logged"),
    ],
)
def test_the_judge_sees(status: str, answer: bytes, logged: str, said: str) -> None:
    """A status or a code that nobody knows, an internal error, half an answer, words of the request."""
    found = list(fuzz.wrong(SENT, status, answer, [logged] if logged else []))
    assert bool(found) is bool(said)
    assert not said or any(said in one for one in found)


def test_the_same_seed_makes_the_same_changes(gateway: Gateway) -> None:
    """A case that found something can be made again by its number alone."""
    seeds = seeds_of(gateway)

    def changes() -> list[tuple[str, ...]]:
        chances = [Random(f"9:{number}") for number in range(15)]  # noqa: S311 - a case that repeats, no secret
        return [mutated(one.choice(seeds), gateway, one).changes for one in chances]

    assert changes() == changes()
