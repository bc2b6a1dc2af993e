"""The pages of states say what the table of moves says, in both languages."""

from __future__ import annotations

import pytest

from tests.unit import state_pages


@pytest.mark.parametrize("language", state_pages.LANGUAGES, ids=["en", "ru"])
def test_pages_are_the_table(language: str) -> None:
    """Every row of the table, every guard and every joined request stands on the page, and nothing else."""
    page = (state_pages.DOCS / f"states{language}.md").read_text(encoding="utf-8")

    assert page.partition(state_pages.mark(language))[2] == state_pages.tables(language)
