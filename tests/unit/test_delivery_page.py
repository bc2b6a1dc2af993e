"""The page on delivery says what the table of troubles does, in both languages."""

import re

import pytest

from adapter.delivery.retry import LIVES, TROUBLES, ErrorClass, Health, Policy, Trouble
from tests.unit.test_docs import code_words, shape, table, tables, text_of

both_languages = pytest.mark.parametrize("language", ["", ".ru"], ids=["en", "ru"])
_HEALTH = {
    Health.ABSENT: {"failure", "неудача"},
    Health.PRESENT: {"answered", "ответил"},
    Health.BUSY: {"rests as long as asked", "покой, сколько просят"},
    Health.OURS: {"says nothing", "ничего не значит"},
}
_MESSAGE = {
    ErrorClass.UNKNOWN: ("ask first", "сначала спросить"),
    ErrorClass.FINAL: ("dead letter", "verdict", "недоставленное", "решение"),
}


def test_both_languages_have_the_same_tables() -> None:
    """A row that one language has, the other has too, in the same place."""
    english, russian = shape("delivery", ""), shape("delivery", ".ru")
    assert len(english) == 4
    assert [size for size, _ in english] == [size for size, _ in russian]
    assert english[0] == russian[0]


@both_languages
def test_the_troubles_are_those_of_the_code(language: str) -> None:
    """Each trouble has its row with its class, what follows for the message and for the breaker."""
    rows = table("delivery", language, "What follows an exchange", "Что следует за обменом")
    said = {Trouble(row[1].strip("`")): row for row in rows}
    assert set(said) == set(Trouble)
    for trouble, (_, _, error_class, message, breaker) in said.items():
        meaning = TROUBLES[trouble]
        assert error_class == f"`{meaning.error_class}`"
        assert breaker in _HEALTH[meaning.health]
        again = ("again", "снова")
        assert message.startswith(_MESSAGE.get(meaning.error_class, again))


@both_languages
def test_the_numbers_of_the_page_are_those_of_the_code(language: str) -> None:
    """Lives, pauses and the commands that are named."""
    text, policy = re.sub(r"\s+", " ", text_of("delivery", language)), Policy()
    days = {kind: life / 86400 for kind, life in LIVES.items()}
    assert set(days.values()) == {14, 3}
    assert (days["StatusPush"], days["Letter"]) == (3, 3)
    assert re.search(r"\(?14 (days|дней)", text)
    assert f"{policy.base:g}" in text
    assert f"{policy.cap / 60:g} " in text
    assert policy.longest_wait == 3600
    commands = tables("delivery", language)[-1][1]
    assert len(commands) == 6
    assert not code_words(commands)
