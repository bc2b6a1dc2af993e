"""Nothing personal in logs, journal, register and errors (design, guarantee 11).

Every test of this folder ends with the same look at its logs, tables and refusals: the fixture `gateway`.
"""

from __future__ import annotations

import logging

import pytest
from lxml import etree

from adapter.stand.actors import MIS
from tests.integration.operations import privacy
from tests.integration.operations.gateway import ON_SQLITE
from tests.integration.operations.walk import Walk


def test_a_whole_trip_leaves_nothing_personal(walk: Walk, database: str) -> None:
    """Return, correction, delivery, result and notices: rows in every table, none with a person in it."""
    walk.to("REGISTERED").send_back()
    walk.correct()
    walk.to("COMPLETED")
    facts = privacy.stored_facts(database)
    for table in ("messages", "referrals", "journal", "claims", "outbox", "mailbox", "documents"):
        assert any(one.startswith(f"{table}: ") for one in facts), table
    assert privacy.leaks(facts) == []


def test_the_documents_are_what_must_not_leak(walk: Walk) -> None:
    """The search finds the sample's data where it belongs: in the referral and the СЭМД themselves."""
    assert walk.document.signed is not None
    holder = walk.document.holder()
    assert holder is not None
    found = set(privacy.leaks([etree.tostring(holder, encoding="unicode")]))
    assert len(found) > 30
    assert found <= set(privacy.PERSONAL)
    assert privacy.leaks([walk.document.semd.content.decode()]) != []


@pytest.mark.parametrize(
    "text",
    [
        "Не найдено: 001-000-055 22",
        "snils=00100005522",
        "Поле «Фамилия»: Примерова",
        "Поле «Диагноз»: Ожирение I степени",
        repr("Примерова".encode()),
        "passport 000123",
    ],
)
def test_the_search_finds_each_form(text: str) -> None:
    """СНИЛС in both spellings, names, diagnoses, passports and bytes as Python shows them are all found."""
    assert privacy.leaks([text]) != []


def test_hashes_are_not_taken_for_numbers() -> None:
    """Digits inside longer numbers and hashes are nobody's passport."""
    assert privacy.leaks(["9f000123ab", "20000123", "sha256=ab000123"]) == []


def test_logs_are_listened_to_at_every_level() -> None:
    """A line at DEBUG of any logger is heard, with its values and its traceback."""
    with privacy.overhearing() as overheard:
        try:
            int("Примерова")
        except ValueError:
            logging.getLogger("adapter.test").debug("heard %s", "too", exc_info=True)
    assert overheard.lines[-1].startswith("adapter.test heard too")
    assert privacy.leaks(overheard.lines) != []


@ON_SQLITE
def test_faults_and_their_logs_hold_nothing_personal(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When an operation fails with the whole referral in hand, the fault and the log name only where."""

    def broken(*_: object) -> None:
        raise ValueError(str(walk.referral))

    monkeypatch.setattr("adapter.operations.submit.commit_once", broken)
    message = walk.gateway.envelope(MIS, walk.gateway.package(walk.document))
    with caplog.at_level(logging.DEBUG):
        http, answer = walk.gateway.post("/ws/referral", message)
    assert http.startswith("500")
    assert privacy.leaks([answer.decode(), caplog.text]) == []
    assert "ValueError" in caplog.text
