"""The rules of codes: lists that are loaded, lists that are not, days, names, nearest codes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest

from adapter.domain.checks import check
from adapter.domain.checks.codes import same_name
from adapter.domain.clinical import Complication, Disease, Examination
from adapter.domain.code_lists import (
    ICD10,
    IMPORTED,
    NO_CODE_LISTS,
    POSTS,
    SERVICES,
    CodeList,
    CodeLists,
    Item,
    ListVersion,
)
from adapter.domain.errors import Problem, Severity
from adapter.domain.history import TemporaryDisability
from adapter.domain.referral import Referral
from tests.unit.domain.changing import changed
from tests.unit.domain.example import CONTEXT, TODAY, example

SEX = "1.2.643.5.1.13.13.11.1040"
GONE = dt.date(2020, 10, 7)
EXAMINED = dt.date(2024, 1, 10)

DISEASES = {
    "I69": Item("Последствия", "I60-I69"),
    "I69.3": Item("Последствия инфаркта", "I69"),
    "I69.4": Item("Последствия инсульта", "I69"),
    "I69.0": Item("Прежний код", "I69", until=GONE, actual=False),
    "I10": Item("Гипертензия", "I10-I15"),
    "I25": Item("Ишемическая болезнь", "I20-I25"),
    "I25.2": Item("Перенесённый инфаркт", "I25"),
    "G81": Item("Гемиплегия", "G80-G83"),
    "G81.1": Item("Спастическая гемиплегия", "G81"),
    "S06": Item("Травма", "S00-S09"),
    "S06.0": Item("Сотрясение", "S06"),
    "S06.00": Item("Сотрясение без раны", "S06.0"),
    "I84": Item("Геморрой", "I80-I89", actual=False),
}


class Lists:
    """Code lists of a test: every code of the example is in them, with what the test adds."""

    def __init__(self, **other: CodeList | None) -> None:
        self._lists: dict[str, CodeList | None] = {
            ICD10: a_list(ICD10, DISEASES),
            POSTS: a_list(POSTS, {"122": Item("Врач-хирург"), "7": Item("Прежний врач", until=GONE)}),
            SERVICES: a_list(SERVICES, {"A06.09.007": Item("Рентгенография лёгких")}),
            **{name.replace("_", "."): one for name, one in other.items()},
        }

    def on(self, oid: str, day: dt.date) -> CodeList | None:
        """Return a list of the test on the day of the example."""
        return self._lists.get(oid) if day == TODAY else None

    def version(self, oid: str, version: str) -> CodeList | None:
        """Return a list of the test by its version."""
        found = self._lists.get(oid)
        return found if found is not None and found.version == version else None

    def versions(self, oid: str) -> tuple[ListVersion, ...]:  # noqa: ARG002 - the protocol's argument
        """Know no versions."""
        return ()


def a_list(oid: str, items: Mapping[str, Item], *, official: bool = True) -> CodeList:
    """Return version 2.24 of a list."""
    return CodeList(oid=oid, version="2.24", name="Список", items=items, official=official)


def judged(referral: Referral, lists: CodeLists | None = None) -> tuple[Problem, ...]:
    """Return what the rules find with lists loaded, but for the order of dates, which codes do not decide."""
    found = check(referral, replace(CONTEXT, code_lists=lists or Lists()))
    return tuple(one for one in found if one.code != "MSE-1122")


def only(referral: Referral, lists: CodeLists | None = None) -> Problem:
    """Return the one problem there is."""
    (found,) = judged(referral, lists)
    return found


def test_a_referral_with_codes_of_the_lists_is_clean() -> None:
    """No alarm where every code is in its list."""
    assert judged(example()) == ()


def test_without_lists_nothing_is_said_of_codes() -> None:
    """The default of a context has no lists at all: rules of one field at a time are tested so."""
    broken = changed("diagnosis.main.icd10", "Z99.9")

    assert CONTEXT.code_lists is NO_CODE_LISTS
    assert check(broken, CONTEXT) == ()


def test_an_unknown_code_names_list_oid_version_and_nearest_code() -> None:
    """MSE-1110 says which list, which version, and what was probably meant, without the name of a disease."""
    found = only(changed("diagnosis.main.icd10", "I69.9"))

    assert (found.code, found.path) == ("MSE-1110", "Referral/diagnosis/main/icd10")
    assert (found.severity, found.actual, found.remd_code) == (
        Severity.ERROR,
        "I69.9",
        "INVALID_ELEMENT_VALUE_CODE",
    )
    assert f"«Список» ({ICD10}, версия 2.24)" in found.message
    assert "I69.4" in found.how_to_fix
    assert "инсульта" not in found.how_to_fix


def test_the_nearest_code_of_a_long_list_has_its_name() -> None:
    """Outside of diseases the nearest code is told with its name, or bare where the list has none."""
    posts = {str(number): Item(f"Должность {number}" if number != 122 else "") for number in range(100, 140)}
    known = Lists(**{POSTS.replace(".", "_"): a_list(POSTS, {**posts, "125": Item("Врач-хирург")})})
    named = only(changed("author.post_code", "1255"), known)
    assert named.how_to_fix.endswith("Ближайший код: 125 – Врач-хирург.")
    bare = only(changed("author.post_code", "1222"), known)
    assert bare.how_to_fix.endswith("Ближайший код: 122.")


PLACES = {
    "author.post_code": ("999", "Referral/author/postCode"),
    "commission.chair.post_code": ("999", "Referral/commission/chair/postCode"),
    "commission.members.1.post_code": ("999", "Referral/commission/members[2]/postCode"),
    "examinations": (
        (Examination(date=EXAMINED, code="A01.01.001", name="а", result="б"),),
        "Referral/examinations[1]/code",
    ),
    "diagnosis.concomitant": ((Disease(text="а", icd10="Z99.9"),), "Referral/diagnosis/concomitant[1]/icd10"),
    "diagnosis.main_complications": (
        (Complication(text="а"), Complication(text="а", icd10="Z99.9")),
        "Referral/diagnosis/mainComplications[2]/icd10",
    ),
    "temporary_disability": (
        (
            TemporaryDisability(
                start=dt.date(2023, 12, 1), end=dt.date(2023, 12, 10), days=10, diagnosis="а", icd10="Z99.9"
            ),
        ),
        "Referral/temporaryDisability[1]/icd10",
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_unknown_codes_are_found_wherever_they_stand(place: str) -> None:
    """Posts of every signer, examinations, all diseases: the path names the very element."""
    value, path = PLACES[place]

    assert [(one.code, one.path) for one in judged(changed(place, value))] == [("MSE-1110", path)]


def test_a_short_list_is_told_whole() -> None:
    """Where a list has few codes, all that may be used are named."""
    lists = Lists(**{SEX.replace(".", "_"): a_list(SEX, {"1": Item("Мужской"), "3": Item("", actual=False)})})

    found = only(changed("citizen.sex", "2"), lists)

    assert (found.code, found.path, found.title) == ("MSE-1110", "Referral/citizen/sex", "Пол")
    assert found.how_to_fix.endswith("Допустимые коды: 1.")


def test_a_code_that_is_no_code_is_not_repeated() -> None:
    """Free text in place of a code may be personal: it is masked."""
    lists = Lists(**{SEX.replace(".", "_"): a_list(SEX, {"1": Item("Мужской")})})

    found = only(changed("citizen.sex", "Образцов Пётр"), lists)

    assert "Образцов" not in found.message + found.actual


def test_a_code_is_judged_on_its_own_day() -> None:
    """A disease of a sick leave of 2020 may bear the code of 2020; the diagnosis of today may not."""
    sick = TemporaryDisability(start=GONE, end=GONE, days=1, diagnosis="а", icd10="I69.0")
    assert judged(changed("temporary_disability", (sick,))) == ()

    late = replace(sick, start=GONE + dt.timedelta(days=1), end=GONE + dt.timedelta(days=1))
    assert only(changed("temporary_disability", (late,))).severity is Severity.ERROR

    found = only(changed("diagnosis.main.icd10", "I69.0"))
    assert (found.code, found.severity) == ("MSE-1110", Severity.ERROR)
    assert "не применяется после 07.10.2020" in found.message
    assert "В рубрике I69 применяются: I69.3, I69.4." in found.how_to_fix


def test_a_code_begins_on_its_first_day() -> None:
    """A code that is in use only later than the day of issue is an error."""
    issued = example().issue_date
    items = {**DISEASES, "I10": Item("Гипертензия", since=issued + dt.timedelta(days=1))}
    lists = Lists(**{ICD10.replace(".", "_"): a_list(ICD10, items)})

    found = only(changed("diagnosis.main.icd10", "I10"), lists)

    assert found.severity is Severity.ERROR
    assert "не применяется до 02.02.2024" in found.message
    assert judged(changed("diagnosis.main.icd10", "I10")) == ()


@pytest.mark.parametrize(("place", "code"), [("diagnosis.main.icd10", "I84"), ("author.post_code", "7")])
def test_a_mark_without_a_day_and_a_former_post_are_warnings(place: str, code: str) -> None:
    """A list that does not say since when, or a post under which somebody is still registered: no refusal."""
    found = only(changed(place, code))

    assert (found.code, found.severity) == ("MSE-1110", Severity.WARNING)


def test_a_rubric_with_sub_rubrics_is_not_enough() -> None:
    """I69 has sub-rubrics and is refused; S06.0 has only fifth characters: a warning; I10 has none."""
    refused = only(changed("diagnosis.main.icd10", "I69"))
    warned = only(changed("diagnosis.main.icd10", "S06.0"))

    assert (refused.code, refused.severity) == ("MSE-1110", Severity.ERROR)
    assert "I69.3, I69.4" in refused.message
    assert "I69.0" not in refused.message
    assert (warned.code, warned.severity) == ("MSE-1110", Severity.WARNING)
    assert judged(changed("diagnosis.main.icd10", "I10")) == ()


@pytest.mark.parametrize(
    ("code", "hint"), [("І69.3", "русская буква"), ("G81.1+", "+ и *"), ("I69,3", ""), ("i69.3", "")]
)
def test_a_code_of_another_form_is_a_fault_of_form(code: str, hint: str) -> None:
    """Look-alike letters, marks and commas are MSE-1102, once, with or without lists."""
    broken = changed("diagnosis.main.icd10", code)

    for context in (CONTEXT, replace(CONTEXT, code_lists=Lists())):
        (found,) = check(broken, context)
        assert (found.code, found.path) == ("MSE-1102", "Referral/diagnosis/main/icd10")
        assert hint in found.how_to_fix


def test_a_stand_in_refuses_no_well_formed_code() -> None:
    """A code that a stand-in lacks may be in the official list: a warning, which names the stand-in."""
    lists = Lists(**{ICD10.replace(".", "_"): a_list(ICD10, DISEASES, official=False)})

    found = only(changed("diagnosis.main.icd10", "Z99.9"), lists)

    assert (found.code, found.severity) == ("MSE-1110", Severity.WARNING)


def test_a_stand_in_divides_categories_only() -> None:
    """The WHO divides B18.1 and the Russian list does not: only categories are judged by it."""
    lists = Lists(**{ICD10.replace(".", "_"): a_list(ICD10, DISEASES, official=False)})

    assert judged(changed("diagnosis.main.icd10", "S06.0"), lists) == ()
    assert only(changed("diagnosis.main.icd10", "I69"), lists).severity is Severity.ERROR


def test_a_list_that_is_not_loaded_is_named_once() -> None:
    """MSE-5013, a warning, once a list however many codes the document has of it; never "valid"."""
    absent = Lists(**{oid.replace(".", "_"): None for oid in IMPORTED})
    examined = Examination(date=EXAMINED, code="A06.09.007", name="а", result="б")
    found = judged(changed("examinations", (examined, examined)), absent)

    assert [(one.code, one.severity, one.path) for one in found] == [("MSE-5013", Severity.WARNING, "")] * 2
    assert [oid in one.message for one, oid in zip(found, (POSTS, SERVICES), strict=True)] == [True, True]


def test_a_list_that_no_code_needs_is_not_missed() -> None:
    """Without coded examinations nobody asks for the list of services."""
    absent = Lists(**{SERVICES.replace(".", "_"): None})
    examined = Examination(date=EXAMINED, name="а", result="б")

    assert judged(changed("examinations", (examined,)), absent) == ()


def test_the_name_of_an_examination_is_compared_with_its_code() -> None:
    """Another name is MSE-1111, a warning that does not repeat it; case, «ё» and punctuation do not count."""
    same = Examination(date=EXAMINED, code="A06.09.007", name=" рентгенография  легких. ", result="б")
    other = replace(same, name="Осмотр гражданина Образцова")

    assert judged(changed("examinations", (same,))) == ()
    found = only(changed("examinations", (other,)))
    assert (found.code, found.severity, found.path) == (
        "MSE-1111",
        Severity.WARNING,
        "Referral/examinations[1]/name",
    )
    assert "Рентгенография лёгких" in found.message
    assert "Образцова" not in found.message + found.actual


def test_names_differ_by_words() -> None:
    """Words in another order, or other words, are another name."""
    assert same_name("Первая группа", "первая  группа")
    assert not same_name("Первая группа", "1 группа")
    assert not same_name("а б", "б а")


def test_the_day_of_receipt_chooses_the_list() -> None:
    """Lists are asked for the day of receipt."""
    later = changed("diagnosis.main.icd10", "Z99.9")
    tomorrow = replace(CONTEXT, today=TODAY + dt.timedelta(days=1), code_lists=Lists())

    assert "MSE-1110" not in {one.code for one in check(later, tomorrow)}
