"""docs/requirements.md: every requirement has its row, and what the rows name exists."""

import re

import pytest

from tests.unit.named_places import ROOT, absent, named

ROW = re.compile(r"\| R(\d+) \| (.+) \| (.+) \| (.+) \|")


def rows() -> list[tuple[int, str, str]]:
    """Return number, place and test of each row."""
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    return [(int(number), where, shown) for number, _, where, shown in ROW.findall(text)]


def test_every_requirement_has_one_row_in_order() -> None:
    """R1 to R142, none left out and none twice."""
    assert [number for number, _, _ in rows()] == list(range(1, 143))


@pytest.mark.parametrize(("number", "where", "shown"), rows(), ids=[f"R{number}" for number, _, _ in rows()])
def test_what_a_row_names_exists(number: int, where: str, shown: str) -> None:
    """Files and tests are there; only what is not ours has no test."""
    assert list(absent(f"{where} {shown}")) == [], number
    if shown == "–":
        assert where.startswith("not ours: ")
    else:
        assert any(path.startswith("tests/") for path, _ in named(shown))
