"""docs/threats.md: every threat names controls and tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"\| T(\d+) \| .+ \| .+ \| (.+) \| .+ \| (.+) \|")
NAMED = re.compile(r"`((?:adapter|signing|storage|tests)/[\w./-]+)(?:::(\w+))?`")


def rows() -> list[tuple[str, str, str]]:
    """Return number, place and test of each threat."""
    text = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    return ROW.findall(text)


@cache
def functions_of(path: str) -> frozenset[str]:
    """Return the names of the functions of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_threats_are_numbered_in_order() -> None:
    """T1 and so on, none left out and none twice."""
    numbers = [int(number) for number, _, _ in rows()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 30


@pytest.mark.parametrize(("number", "where", "tests"), rows(), ids=lambda one: one if one.isdigit() else "")
def test_what_a_threat_names_exists(number: str, where: str, tests: str) -> None:
    """A control stands in a file, a test shows it, and both are there."""
    places, shown = NAMED.findall(where), NAMED.findall(tests)
    assert places, f"T{number}"
    assert shown, f"T{number}"
    for path, function in (*places, *shown):
        assert (ROOT / path).exists(), f"T{number}: {path}"
        assert not function or function in functions_of(path), f"T{number}: {path}::{function}"
