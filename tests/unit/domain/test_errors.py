"""The catalogue of errors and the problem made from it."""

import re
import string
from typing import Any

import pytest

from adapter.domain.catalogue import CATALOGUE, entry
from adapter.domain.error_entry import Entry, ErrorClass, Reply, Severity
from adapter.domain.errors import Problem, problem, sort_problems, status_of

#: Every code of the facts, D.1 to D.3, D.5, D.6, typed in again from there; ours are
#: 1231, 3041, 3042, 3050, 5010-5013.
CODES = {
    *(1001, 1002, 1003, 1004, 1005, 1010, 1011, 1012, 1020),
    *(1101, 1102, 1103, 1104, 1105, 1110, 1111, 1112, 1120, 1121, 1122, 1123),
    *(1201, 1202, 1203, 1204, 1205, 1206, 1207, 1210, 1211, 1212, 1220, 1221, 1230, 1231),
    *(2001, 2002, 2003, 2004, 2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017),
    *(2020, 2021, 2022, 2023, 2024, 2025, 2026),
    *(3002, 3010, 3011, 3020, 3030, 3040, 3041, 3042, 3050),
    *range(4001, 4013),
    *range(5001, 5014),
}
GIVEN = {"title", "actual", "limit", "excess", "point"}


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _filled(row: Entry) -> Problem:
    names = _names(row.message) | _names(row.how_to_fix)
    values: dict[str, Any] = dict.fromkeys(names - GIVEN, "Значение")
    return problem(row.code, "Referral/issueDate", **values)


def test_catalogue_has_exactly_the_codes_of_the_facts() -> None:
    """No code is missing, none is made up, and a safe repeat (3001) is not an error."""
    assert {row.code for row in CATALOGUE} == {f"MSE-{number}" for number in CODES}


def test_codes_and_mnemonics_are_unique() -> None:
    """A code or a mnemonic leads to one row only."""
    names = [name for row in CATALOGUE for name in (row.code, row.mnemonic)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.mnemonic)
def test_texts_are_whole_russian_sentences(row: Entry) -> None:
    """Both texts of a row can be filled, are Russian and end as a sentence."""
    made = _filled(row)
    for text in (made.message, made.how_to_fix):
        assert re.match(r"[А-ЯЁ]|issueDate", text)
        assert re.search("[а-яё]", text)
        assert text.endswith((".", ". Значение"))
        assert "{" not in text


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.mnemonic)
def test_status_follows_the_part_of_the_facts(row: Entry) -> None:
    """D.1 and D.5 answer INVALID, D.2, D.3 and D.6 REJECT, "try again" FAILURE."""
    try_again = {"MSE-1012", "MSE-2016", "MSE-5007", "MSE-5011", "MSE-5012"}
    expected = "INVALID" if row.code[4] in "14" else "REJECT"
    assert row.reply == ("FAILURE" if row.code in try_again else expected)


def test_only_hints_and_waiting_are_warnings() -> None:
    """A possible duplicate, an unknown revocation status and a check that was not made refuse nothing."""
    assert {row.code for row in CATALOGUE if row.severity is Severity.WARNING} == {
        "MSE-2016",
        "MSE-3011",
        "MSE-3050",
        "MSE-3042",
        "MSE-5013",
    }


def test_problem_fills_the_templates() -> None:
    """A problem has the texts, the class and the code of РЭМД of its row."""
    made = problem("FIELD_REQUIRED", "Referral/citizen/snils", title="СНИЛС", point="15")
    assert made == Problem(
        code="MSE-1101",
        mnemonic="FIELD_REQUIRED",
        class_=ErrorClass.INPUT,
        severity=Severity.ERROR,
        path="Referral/citizen/snils",
        title="СНИЛС",
        message="Не заполнено обязательное поле «СНИЛС» (пункт 15 формы № 088/у). Строка из пробелов "
        "считается незаполненной.",
        how_to_fix="Заполните поле «СНИЛС».",
        remd_code="VALIDATION_ERROR",
    )


def test_problem_without_title_names_the_element() -> None:
    """Without a title the text names the last step of the path."""
    made = problem("MSE-1101", "Referral/issueDate")
    assert "«issueDate»" in made.message
    assert made.title == ""


def test_hint_severity_and_remd_code_may_be_given() -> None:
    """A hint is added to the advice; severity and the code of РЭМД may differ from the row."""
    made = problem(
        "OMS_CHECKSUM", severity=Severity.WARNING, remd_code="SOME", hint="Подсказка.", correlation_id="c1"
    )
    assert made.how_to_fix.endswith(" Подсказка.")
    assert (made.severity, made.remd_code, made.correlation_id) == (Severity.WARNING, "SOME", "c1")


def test_missing_value_and_unknown_code_are_programming_errors() -> None:
    """A template without its value, or a code out of nowhere, raises KeyError."""
    with pytest.raises(KeyError):
        problem("SNILS_CHECKSUM", actual="***")
    with pytest.raises(KeyError):
        problem("MSE-9999")
    with pytest.raises(KeyError):
        entry("MSE-3001")


def test_braces_of_a_sender_are_plain_text() -> None:
    """A value that looks like a template is not expanded."""
    made = problem("NOT_FOUND", actual="{title.__class__}")
    assert made.message == "Не найдено: {title.__class__}."


def test_json_has_the_keys_of_the_contract_without_empty_ones() -> None:
    """The JSON form has camelCase names, `class`, and nothing empty; the mnemonic stays inside."""
    made = problem(
        "MSE-1103", "Referral/complaints", actual="12", limit="10", excess="2", correlation_id="c1"
    )
    assert list(made.as_json()) == [
        "code",
        "class",
        "severity",
        "path",
        "message",
        "actual",
        "limit",
        "excess",
        "howToFix",
        "correlationId",
    ]
    assert made.as_json()["class"] == "INPUT"
    assert problem("MSE-1001", reason="р", line=1, column=2).as_json()["remdCode"] == "INVALID_CONTENT"


def test_problems_are_sorted_by_path_then_code() -> None:
    """The order depends on path and code, not on the order of finding."""
    first = problem("MSE-1101", "Referral/a")
    second = problem("MSE-1120", "Referral/a")
    third = problem("MSE-1101", "Referral/b")
    assert sort_problems([third, second, first]) == (first, second, third)


def test_status_prefers_the_lasting_error() -> None:
    """FAILURE is answered only when repeating could help, INVALID before REJECT."""
    invalid, reject = problem("MSE-1101"), problem("MSE-5003")
    again = problem("MSE-5007", register="ФРМО")
    assert status_of([again]) == Reply.FAILURE
    assert status_of([again, reject]) == Reply.REJECT
    assert status_of([again, reject, invalid]) == Reply.INVALID


def test_status_ignores_warnings() -> None:
    """A warning refuses nothing: alone it has no status, beside an error it does not change it."""
    warning = problem("MSE-1205", severity=Severity.WARNING)
    assert status_of([warning, problem("MSE-5003")]) == Reply.REJECT
    with pytest.raises(ValueError, match="nothing to refuse"):
        status_of([warning])


def test_another_organisations_referral_looks_absent() -> None:
    """The texts for «not yours» and «not there» are the same (D.6)."""
    foreign, absent = problem("NOT_OWNER", actual="1"), problem("NOT_FOUND", actual="1")
    assert (foreign.message, foreign.how_to_fix) == (absent.message, absent.how_to_fix)
