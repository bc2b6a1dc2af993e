"""The table of terms beside its source: the numbers are those of the facts (C.2, C.4), not of the code."""

from __future__ import annotations

import datetime as dt

import pytest

from adapter.domain.deadlines import TERMS, Side, Term, Unit, term, term_code
from adapter.domain.priority import PriorityCategory

TODAY = dt.date(2026, 11, 20)
HOURS, DAYS, WORKING, MONTHS = Unit.HOUR, Unit.CALENDAR_DAY, Unit.WORKING_DAY, Unit.MONTH
HOSPITAL, BUREAU, CITIZEN, ADAPTER = Side.ORGANIZATION, Side.BUREAU, Side.CITIZEN, Side.ADAPTER

#: code, length, unit, who must act; `SUPPORT_ANSWER` is a working day or 24 hours, the day was chosen.
SOURCE = (
    ("MO_PALLIATIVE_REFER", 1, WORKING, HOSPITAL),
    ("MO_AMPUTATION_REFER", 3, WORKING, HOSPITAL),
    ("MO_SUBMIT", 3, WORKING, HOSPITAL),
    ("REMD_ANSWER", 24, HOURS, ADAPTER),
    ("BUREAU_RECEIVE", 1, WORKING, BUREAU),
    ("BUREAU_REGISTER", 1, WORKING, BUREAU),
    ("BUREAU_RETURN", 3, WORKING, BUREAU),
    ("MO_TAKE_RETURN", 1, WORKING, HOSPITAL),
    ("MO_REWORK", 14, DAYS, HOSPITAL),
    ("BUREAU_EXAM_GENERAL", 30, WORKING, BUREAU),
    ("BUREAU_EXAM_PRIORITY", 3, WORKING, BUREAU),
    ("BUREAU_EXAM_SVO", 10, WORKING, BUREAU),
    ("RESULT_SEND", 3, WORKING, BUREAU),
    ("SLA_STANDARD", 10, WORKING, BUREAU),
    ("SLA_PRIORITY", 5, WORKING, BUREAU),
    ("SLA_EMERGENCY", 3, WORKING, BUREAU),
    ("APPEAL_FILE", 1, MONTHS, CITIZEN),
    ("APPEAL_FILE_SERVICE", 30, DAYS, CITIZEN),
    ("APPEAL_REVIEW", 15, WORKING, BUREAU),
    ("COURT_FILE", 30, DAYS, CITIZEN),
    ("REEXAM_RESULT", 5, WORKING, BUREAU),
    ("IPRA_CHANGE", 24, HOURS, BUREAU),
    ("SUPPORT_ANSWER", 1, WORKING, ADAPTER),
)
#: R77: these wait while the referral is away; C.2, 19: these the bureau or the hospital may extend.
WAIT = {
    *("BUREAU_EXAM_GENERAL", "BUREAU_EXAM_PRIORITY", "BUREAU_EXAM_SVO"),
    *("SLA_STANDARD", "SLA_PRIORITY", "SLA_EMERGENCY"),
}
EXTENDABLE = {
    *("BUREAU_EXAM_GENERAL", "BUREAU_EXAM_PRIORITY", "BUREAU_EXAM_SVO", "BUREAU_REGISTER", "BUREAU_RETURN"),
    *("MO_REWORK", "RESULT_SEND", "APPEAL_FILE", "APPEAL_REVIEW"),
}


@pytest.mark.parametrize("row", SOURCE, ids=lambda row: row[0])
def test_a_term_is_as_long_as_its_source_says(row: tuple[str, int, Unit, Side]) -> None:
    """Length, unit and side of each term; whether it waits and may be extended."""
    code, length, unit, side = row
    found = term(code, TODAY)
    assert (found.length, found.unit, found.side) == (length, unit, side)
    assert bool(found.waits) is (code in WAIT)
    assert found.extendable is (code in EXTENDABLE)


def test_the_source_knows_every_term() -> None:
    """No term of the table is without its line here, none has a first day but that of a newer act."""
    assert [row.code for row in TERMS] == [code for code, *_ in SOURCE]
    assert {row.since for row in TERMS} == {dt.date.min}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("MO_PALLIATIVE_REFER", "результаты обследований"),
        ("MO_AMPUTATION_REFER", "операции"),
        ("BUREAU_RETURN", "получение бюро"),
        ("MO_REWORK", "получение возврата"),
        ("BUREAU_EXAM_GENERAL", "регистрация в бюро"),
        ("BUREAU_EXAM_PRIORITY", "регистрация в бюро"),
        ("BUREAU_EXAM_SVO", "регистрация в бюро"),
        ("SLA_STANDARD", "полного комплекта"),
        ("SLA_PRIORITY", "полного комплекта"),
        ("SLA_EMERGENCY", "полного комплекта"),
        ("APPEAL_FILE", "получение решения"),
        ("APPEAL_REVIEW", "регистрация жалобы"),
        ("COURT_FILE", "окончательный ответ"),
        ("IPRA_CHANGE", "принятие заявления"),
    ],
)
def test_a_term_says_what_it_is_counted_from(code: str, words: str) -> None:
    """The start of a term is that of the table of the source."""
    assert words in term(code, TODAY).starts_on


def test_a_bare_term_is_the_bureaus_and_holds_for_ever() -> None:
    """What an installation adds without saying more is of the bureau, waits never and is not extended."""
    row = Term("X", 1, Unit.CALENDAR_DAY, "событие", "приказ")
    assert (row.since, row.side, row.name, row.stops_on, row.waits) == (dt.date.min, Side.BUREAU, "", "", "")
    assert row.extendable is False


def test_the_short_terms_of_the_expertise_are_those_of_their_categories() -> None:
    """3 days in palliative care and after an amputation, 10 for СВО, 30 else."""
    lengths = {one: term(term_code("BUREAU_EXAM", one), TODAY).length for one in PriorityCategory}
    assert lengths == {
        PriorityCategory.NONE: 30,
        PriorityCategory.SICK_LEAVE: 30,
        PriorityCategory.SVO: 10,
        PriorityCategory.PALLIATIVE: 3,
        PriorityCategory.AMPUTATION: 3,
    }
