"""docs/retention*.md say what the tables of retention and disclosures say."""

from __future__ import annotations

import re

from adapter.domain.disclosures import DISCLOSURES, PURPOSES
from adapter.domain.growth import WINDOWS
from adapter.domain.kinds import KINDS
from adapter.domain.retention import DEFAULT_YEARS
from tests.unit.test_docs import both_languages, tables, text_of

_WAYS = {
    "service": "SERVICE",
    "сервис": "SERVICE",
    "call back": "CALLBACK",
    "обратный вызов": "CALLBACK",
    "delivery": "DELIVERY",
    "доставка": "DELIVERY",
    "command": "COMMAND",
    "команда": "COMMAND",
}


@both_languages
def test_disclosures_are_those_of_the_table(language: str) -> None:
    """Each row that discloses is listed with its event and purpose, and no other."""
    (rows,) = [found for _, found in tables("retention", language) if found[0][0] in _WAYS]
    said = {
        (_WAYS[row[0]], row[1].strip("`"), row[-2].strip("`"), *re.findall(r"`(\w+)`", row[-1]))
        for row in rows
    }
    by_caller = ("CARE", "EXAMINATION", "CITIZEN")
    assert said == {
        (str(row.way), row.operation, row.event, *([str(row.purpose)] if row.purpose else by_caller))
        for row in DISCLOSURES.values()
        if row.event
    }


def test_purposes_are_told_to_operators() -> None:
    """Code, name and basis of every purpose."""
    (rows,) = [found for _, found in tables("retention", ".ru") if found[0][0] == "`EXAMINATION`"]
    assert {tuple(row) for row in rows} == {
        (f"`{code}`", facts.name, facts.basis) for code, facts in PURPOSES.items()
    }


@both_languages
def test_terms_and_windows_are_those_of_the_code(language: str) -> None:
    """Every kind is named under its term, and the forecast looks as far back as the page says."""
    (rows,) = [
        found
        for heading, found in tables("retention", language)
        if heading in {"How long", "Сколько хранится"}
    ]
    assert set(re.findall(r"\b\d{2,3}\b", rows[0][0])) == set(KINDS)
    assert rows[0][1].startswith(f"{DEFAULT_YEARS} ")
    text = re.sub(r"\s+", " ", text_of("retention", language))
    assert {"": "last {} and {} days", ".ru": "последние {} и {} дней"}[language].format(*WINDOWS) in text
