"""The pages on the stand say what its tables say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapter.stand.misbehaviours import MISBEHAVIOURS, PARTNERS_OF, Misbehaviour, Value
from adapter.stand.tallies import TALLIES

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("stand.md", "stand.ru.md")


def rows_of(page: str) -> dict[str, list[str]]:
    """Return the rows of all tables of a page by the first word of code in them."""
    found: dict[str, list[str]] = {}
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else [""]
        named = re.match(r"`([^`]+)`", cells[0])
        if named:
            found[named[1]] = cells[1:]
    return found


def shown(value: Value) -> str:
    """Return a default as the pages write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value) or "–"


def parameters_of(row: Misbehaviour) -> str:
    """Return the parameters as the pages write them."""
    return ", ".join(f"`{one.name}` {shown(one.default)}" for one in row.parameters) or "–"


@pytest.mark.parametrize("page", PAGES)
def test_every_misbehaviour_is_on_the_page(page: str) -> None:
    """Name, partners and parameters with their defaults; the Russian page has the meaning of the program."""
    rows = rows_of(page)
    for name, row in MISBEHAVIOURS.items():
        text, who, parameters = rows[name]
        assert who == ", ".join(row.who)
        assert parameters == parameters_of(row)
        meaning = row.meaning.rstrip(".").lower()
        assert page == "stand.md" or text.partition(": ")[2].lower() == meaning


def test_both_languages_have_the_same_rows() -> None:
    """What one page names in its tables the other names, too."""
    assert list(rows_of(PAGES[0])) == list(rows_of(PAGES[1]))


def test_every_partner_has_a_tally() -> None:
    """Whoever can misbehave has a book that is counted."""
    assert set(TALLIES) == {one for names in PARTNERS_OF.values() for one in names}
