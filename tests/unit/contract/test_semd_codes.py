"""Codes of a СЭМД against the lists that they name: code, name, list, version."""

import datetime as dt
from dataclasses import replace

import pytest
from lxml import etree

from adapter.contract.semd_codes import code_problems
from adapter.dictionaries.built_in import BUILT_IN
from adapter.domain.checks.coded_values import CodedValue, coded_value_problems
from adapter.domain.code_lists import ICD10, POSTS, SUBJECTS, CodeList, Item, ListVersion
from adapter.domain.errors import Severity

DAY = dt.date(2026, 3, 2)
GROUPS = "1.2.643.5.1.13.13.11.1053"
GOOD = CodedValue("value", GROUPS, "3.4", "3", "Третья группа")


class Lists:
    """Groups of disability in two versions, the older one closed, and МКБ-10."""

    def __init__(self) -> None:
        first = {"1": Item("Первая группа"), "3": Item("Третья группа", also=("III группа",))}
        second = {"1": Item("1 группа"), "3": Item("3 группа")}
        self._lists = {
            (GROUPS, "3.3"): made(GROUPS, "3.3", first),
            (GROUPS, "3.4"): made(GROUPS, "3.4", first),
            (GROUPS, "3.5"): made(GROUPS, "3.5", second),
            (ICD10, "2.24"): made(ICD10, "2.24", {"I69.3": Item("Последствия инфаркта")}),
            (SUBJECTS, "6.5"): made(SUBJECTS, "6.5", {"01": Item("Адыгея")}),
        }
        self._active = {GROUPS: "3.5", ICD10: "2.24", SUBJECTS: "6.5"}

    def on(self, oid: str, day: dt.date) -> CodeList | None:
        """Return the list that is active on the day of the tests."""
        return self.version(oid, self._active.get(oid, "")) if day == DAY else None

    def version(self, oid: str, version: str) -> CodeList | None:
        """Return a version."""
        return self._lists.get((oid, version))

    def versions(self, oid: str) -> tuple[ListVersion, ...]:
        """Return the versions with their days."""
        if oid != GROUPS:
            return ()
        return (
            ListVersion("3.3", dt.date(2020, 1, 1), DAY - dt.timedelta(days=1)),
            ListVersion("3.4", dt.date(2022, 1, 1), DAY),
            ListVersion("3.5", DAY),
        )


def made(oid: str, version: str, items: dict[str, Item]) -> CodeList:
    """Return a version of a list."""
    return CodeList(oid=oid, version=version, name="Список", items=items)


def document(content: str) -> etree._Element:
    """Return the tree of a document with this content."""
    return etree.fromstring(f"<ClinicalDocument>{content}</ClinicalDocument>")


def judged(value: CodedValue) -> list[tuple[str, Severity, str]]:
    """Return code, severity and path of what is found."""
    found = coded_value_problems(value, "здесь", Lists(), DAY)
    return [(one.code, one.severity, one.path.removeprefix("здесь/")) for one in found]


ERROR, WARNING = Severity.ERROR, Severity.WARNING
VALUES: dict[str, tuple[CodedValue, list[tuple[str, Severity, str]]]] = {
    "good": (GOOD, []),
    "another name of the list": (replace(GOOD, name="iii  группа"), []),
    "the name of another version": (replace(GOOD, name="3 группа"), [("MSE-1111", WARNING, "@displayName")]),
    "that name in its version": (replace(GOOD, name="3 группа", version="3.5"), []),
    "no name": (replace(GOOD, name=""), []),
    "unknown code": (replace(GOOD, code="9"), [("MSE-1110", ERROR, "@code")]),
    "unknown code of an unknown version": (
        replace(GOOD, code="9", version="3.6"),
        [("MSE-1110", WARNING, "@code")],
    ),
    "known code of an unknown version": (replace(GOOD, version="3.6", name="что угодно"), []),
    "unknown code of no version": (replace(GOOD, code="9", version=""), [("MSE-1110", ERROR, "@code")]),
    "closed version": (replace(GOOD, version="3.3"), [("MSE-1112", ERROR, "@codeSystemVersion")]),
    "version that is none": (
        replace(GOOD, version="10.1_old"),
        [("MSE-1112", ERROR, "@codeSystemVersion")],
    ),
    "mark in a code of a disease": (
        CodedValue("value", ICD10, "2.24", "I69.3+", "а"),
        [("MSE-1110", ERROR, "@code")],
    ),
    "words of the doctor beside a disease": (
        CodedValue("value", ICD10, "2.24", "I69.3", "Инфаркт в 2019"),
        [],
    ),
    "subject without its zero": (CodedValue("stateCode", SUBJECTS, "6.5", "1", "Адыгея"), []),
    "subject": (CodedValue("stateCode", SUBJECTS, "6.5", "01", "Адыгея"), []),
    "list that nobody needs": (CodedValue("value", "1.2.3.4", "1.0", "1", "а"), []),
    "list that is not loaded": (
        CodedValue("code", POSTS, "9.6", "1", "а"),
        [("MSE-5013", WARNING, "")],
    ),
    "list of another field": (
        CodedValue("confidentialityCode", GROUPS, "3.4", "3", "а"),
        [("MSE-1112", ERROR, "@codeSystem")],
    ),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_value_is_judged_by_what_is_known_of_its_list(case: str) -> None:
    """Of the named version all can be said, of another one only a warning, of no list nothing."""
    value, expected = VALUES[case]

    assert judged(value) == expected


def test_the_answer_names_list_version_and_what_would_do() -> None:
    """Code, OID, version and nearest code for a wrong code; the version that is active for a closed one."""
    (unknown,) = coded_value_problems(replace(GOOD, code="9"), "здесь", Lists(), DAY)
    (closed,) = coded_value_problems(replace(GOOD, version="3.3"), "здесь", Lists(), DAY)
    (other,) = coded_value_problems(
        replace(GOOD, oid=ICD10, element="administrativeGenderCode"), "", Lists(), DAY
    )

    assert f"({GROUPS}, версия 3.4)" in unknown.message
    assert unknown.remd_code == "INVALID_ELEMENT_VALUE_CODE"
    assert "Нужна версия 3.5." in closed.message
    assert (closed.remd_code, other.remd_code) == ("INVALID_DICTIONARY_VERSION", "INVALID_DICTIONARY_OID")
    assert "1.2.643.5.1.13.13.11.1040" in other.message


def test_a_name_that_was_sent_is_not_repeated() -> None:
    """DisplayName may hold the doctor's words about the citizen."""
    (found,) = coded_value_problems(replace(GOOD, name="Образцов Пётр"), "", Lists(), DAY)

    assert "Образцов" not in str(found.as_json())


def test_a_value_is_judged_once_at_its_first_place() -> None:
    """Paths lead to the element; the same fault again is the same fault; a list not loaded is named once."""
    post = f'<code code="1" codeSystem="{POSTS}"/>'
    group = f'<value code="9" codeSystem="{GROUPS}" codeSystemVersion="3.4" displayName="а"/>'
    tree = etree.fromstring(
        f"<ClinicalDocument><a>{post}{group}</a><a>{group}{post}</a><!--a--></ClinicalDocument>"
    )

    found = [(one.code, one.path) for one in code_problems(tree, Lists(), DAY)]

    assert found == [("MSE-5013", ""), ("MSE-1110", "ClinicalDocument/a[1]/value/@code")]


def test_a_flood_of_codes_is_cut() -> None:
    """A document of nothing but wrong codes costs a bounded answer."""
    values = "".join(f'<value code="x{number}" codeSystem="{GROUPS}"/>' for number in range(20_000))
    tree = document(values)

    assert len(code_problems(tree, Lists(), DAY)) == 50


def test_the_lists_of_the_project_raise_no_alarm_on_a_null() -> None:
    """An element without a code, or with nothing but a reason for that, is left alone."""
    tree = etree.fromstring(
        f'<ClinicalDocument><value nullFlavor="NA" codeSystem="{GROUPS}"/></ClinicalDocument>'
    )

    assert code_problems(tree, BUILT_IN, DAY) == ()
