"""docs/threats.md: every threat names controls and tests that exist."""

import re

import pytest

from tests.unit.named_places import ROOT, absent, named

ROW = re.compile(r"\| T(\d+) \| .+ \| .+ \| (.+) \| .+ \| (.+) \|")


def rows() -> list[tuple[int, str, str]]:
    """Return number, place and test of each threat."""
    text = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    return [(int(number), where, shown) for number, where, shown in ROW.findall(text)]


def test_threats_are_numbered_in_order() -> None:
    """T1 and so on, none left out and none twice."""
    numbers = [number for number, _, _ in rows()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 30


@pytest.mark.parametrize(("number", "where", "shown"), rows(), ids=[f"T{number}" for number, _, _ in rows()])
def test_what_a_threat_names_exists(number: int, where: str, shown: str) -> None:
    """A control stands in a file, a test shows it, and both are there."""
    assert named(where), number
    assert any(path.startswith("tests/") for path, _ in named(shown)), number
    assert list(absent(f"{where} {shown}")) == [], number
