"""Rules that ask the local registers: what is found, what is not, and what is said of a silent register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest

from adapter.domain.checks import check
from adapter.domain.checks.registers import required_of
from adapter.domain.errors import Problem, Severity
from adapter.domain.referral import CaseEvents, Referral
from adapter.domain.registers import NO_REGISTERS, RegisterKind, Registers
from tests.registers import agreement, csv_file, organization, registers, registers_of, territory
from tests.unit.domain.example import CONTEXT, ORGANIZATION, TODAY, example

GUID = "6e9eda8d-22d9-481a-bb4f-a5c221c194a4"


def files(**changed: object) -> dict[RegisterKind, bytes]:
    """Return registers that fit the example; ``organization``, ``territory``, ``agreement`` change a row."""
    referral = example()
    own = {
        "OID": ORGANIZATION,
        "ОГРН": referral.organization.ogrn,
        "Наименование": referral.organization.name,
        "Действует с": "",
        "Действует по": "",
        "Электронно с": "",
    }
    bureau = {"OID бюро": referral.receiver_bureau.oid, "ФИАС": GUID}
    rows = {
        RegisterKind.ORGANIZATIONS: organization(**own),
        RegisterKind.TERRITORIES: territory(**bureau),
        RegisterKind.AGREEMENTS: agreement(),
    }
    for name, cells in changed.items():
        assert isinstance(cells, Mapping)
        rows[RegisterKind(f"{name[:-1]}ies" if name.endswith("y") else f"{name}s")].update(cells)
    return {kind: csv_file([row]) for kind, row in rows.items()}


#: What rules say that look into the registers; another rule may object to the same change.
OF_REGISTERS = {
    *("MSE-1111", "MSE-1210", "MSE-1211", "MSE-1212", "MSE-1221", "MSE-3041", "MSE-3042", "MSE-5013"),
}


def judged(referral: Referral, known: Registers | None = None, **changed: object) -> tuple[Problem, ...]:
    """Return what the rules that ask the registers find."""
    found = check(referral, replace(CONTEXT, registers=known or registers_of(files(**changed))))
    return tuple(one for one in found if one.code in OF_REGISTERS)


def codes(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    """Return code and path of each problem."""
    return [(one.code, one.path) for one in problems]


def at(place: str, **changed: object) -> Referral:
    """Return the example with fields of a part changed."""
    referral = example()
    return replace(referral, **{place: replace(getattr(referral, place), **changed)})


def test_registers_find_no_fault_with_a_good_referral() -> None:
    """No false alarm: neither an error nor a warning."""
    assert judged(example()) == ()


def test_nobody_is_asked_without_registers() -> None:
    """Rules that are run by themselves say nothing of registers."""
    assert judged(example(), NO_REGISTERS) == ()


def test_empty_registers_are_named_once_each() -> None:
    """Organisations, agreements and territories: one warning each, which refuses nothing."""
    found = judged(example(), registers())
    assert [one.code for one in found] == ["MSE-5013"] * 3
    assert {one.severity for one in found} == {Severity.WARNING}
    assert sorted(one.message.split("Причина: ")[1] for one in found) == [
        "реестр организаций не загружен.",
        "реестр региональных соглашений не загружен.",
        "реестр территорий обслуживания не загружен.",
    ]


def test_an_unknown_organization_is_refused() -> None:
    """MSE-1210 with the code of РЭМД; where the register knows nobody of the subject: not checked."""
    stranger = at("organization", oid="1.2.643.5.1.13.13.12.2.77.9999")
    assert codes(judged(stranger)) == [("MSE-1210", "Referral/organization/oid")]
    assert judged(stranger)[0].remd_code == "ORG_NOT_FOUND_IN_FRMO"
    far = at("organization", oid="1.2.643.5.1.13.13.12.2.40.9999")
    assert ("MSE-5013", "Referral/organization/oid") in codes(judged(far))


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("01.02.2024", "", []),
        ("02.02.2024", "", ["MSE-1210"]),
        ("", "01.02.2024", []),
        ("", "31.01.2024", ["MSE-1210"]),
    ],
)
def test_an_organization_must_be_in_force_on_the_day_of_the_document(
    first: str, last: str, found: list[str]
) -> None:
    """The document is of 01.02.2024; the day of its receipt does not matter."""
    problems = judged(example(), organization={"Действует с": first, "Действует по": last})
    assert [one.code for one in problems] == found
    assert [one.remd_code for one in problems] == ["NO_ORG_ON_DATE"] * len(found)


def test_another_ogrn_is_refused_and_the_right_one_named() -> None:
    """MSE-1211 shows both numbers."""
    (found,) = judged(example(), organization={"ОГРН": "1037734008575"})
    assert (found.code, found.path) == ("MSE-1211", "Referral/organization/ogrn")
    assert (found.actual, found.limit) == (example().organization.ogrn, "1037734008575")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ПРИМЕРНАЯ  «больница»", []),
        ('"Примерная больница"', []),
        ("Другая больница", ["MSE-1111"]),
    ],
)
def test_another_name_is_a_warning(name: str, found: list[str]) -> None:
    """Case, quotes and blanks do not make another name; another name refuses nothing."""
    problems = judged(example(), organization={"Наименование": name.replace('"', "'")})
    assert [one.code for one in problems] == found
    assert all(one.severity is Severity.WARNING for one in problems)


def test_the_system_is_of_the_region_of_the_organization() -> None:
    """MSE-1212: the register says 50, the identifiers of the document are numbered in 77."""
    (found,) = judged(example(), organization={"Субъект РФ": "50"}, agreement={"Субъект РФ": "50"})
    assert (found.code, found.path) == ("MSE-1212", "Referral/documentId/root")
    assert (found.actual, found.limit) == ("50", "77")


def test_a_department_belongs_to_its_organization() -> None:
    """By the arcs of its OID or by the register; a department of somebody else is refused."""
    foreign = "1.2.643.5.1.13.13.12.2.77.8000"
    own = {"ОГРН": example().organization.ogrn, "Наименование": "Примерная больница"}
    rows = [
        organization(OID=ORGANIZATION, **own, **{"OID вышестоящей организации": ""}),
        organization(OID="1.2.643.7.1", **own, **{"OID вышестоящей организации": ORGANIZATION}),
        organization(OID=foreign, **own, **{"OID вышестоящей организации": ""}),
        organization(OID="1.2.643.7.2", **own, **{"OID вышестоящей организации": foreign}),
    ]
    known = registers_of({**files(), RegisterKind.ORGANIZATIONS: csv_file(rows)})
    answers = {
        one: codes(judged(at("organization", department_oid=one), known))
        for one in (f"{ORGANIZATION}.0.1", "1.2.643.7.1", "1.2.643.7.2", foreign, f"{foreign}.1")
    }
    wrong = [("MSE-1210", "Referral/organization/departmentOid")]
    assert list(answers.values()) == [[], [], wrong, wrong, wrong]
    far = judged(at("organization", department_oid="1.2.643.5.1.13.13.12.2.40.1"), known)
    assert codes(far) == [("MSE-5013", "Referral/organization/departmentOid")]


def test_a_department_that_is_closed_is_refused() -> None:
    """By its arcs it is of the organisation, and the register says that it is no more."""
    own = {"ОГРН": example().organization.ogrn, "Наименование": "Примерная больница"}
    below = f"{ORGANIZATION}.0.1"
    days = ("Действует с", "Действует по")
    rows = [
        organization(OID=ORGANIZATION, **own, **dict.fromkeys(days, "")),
        organization(OID=below, **own, **dict(zip(days, ("", "31.01.2024"), strict=True))),
    ]
    known = registers_of({**files(), RegisterKind.ORGANIZATIONS: csv_file(rows)})
    found = judged(at("organization", department_oid=below), known)
    assert codes(found) == [("MSE-1210", "Referral/organization/departmentOid")]


def test_a_subject_is_told_with_its_name() -> None:
    """An agreement that begins later names the subject by code and name."""
    (found,) = judged(example(), agreement={"Дата перехода": "01.03.2024"})
    assert "субъект РФ 77 " in found.message
    assert "Москва" in found.message


def test_an_unknown_bureau_is_refused() -> None:
    """MSE-1210 where the territories know bureaus of the subject; not checked where they know none."""
    stranger = "1.2.643.5.1.13.13.12.2.77.4444"
    assert codes(judged(at("receiver_bureau", oid=stranger))) == [("MSE-1210", "Referral/receiverBureau/oid")]
    far = "1.2.643.5.1.13.13.12.2.40.4444"
    assert codes(judged(at("receiver_bureau", oid=far))) == [("MSE-5013", "Referral/receiverBureau/oid")]


def with_guid(subject: str, guid: str) -> Referral:
    """Return the example with an object of ФИАС in the first address of the citizen."""
    referral = example()
    address = replace(referral.citizen.residence[0], subject_code=subject, fias_object_guid=guid)
    return replace(referral, citizen=replace(referral.citizen, residence=(address,)))


def test_the_subject_of_an_address_is_that_of_fias() -> None:
    """MSE-1221 for another subject; an object that nobody knows is not checked, once."""
    assert judged(with_guid("77", GUID.upper())) == ()
    (found,) = judged(with_guid("50", GUID))
    assert (found.code, found.path) == ("MSE-1221", "Referral/citizen/residence[1]/subjectCode")
    assert (found.actual, found.limit) == ("50", "77")
    unknown = judged(with_guid("77", GUID.replace("6", "7")))
    assert codes(unknown) == [("MSE-5013", "Referral/receiverBureau/oid")]


MARKS: dict[str, tuple[Callable[[Referral], Referral], str]] = {
    "Паллиативная помощь": (lambda one: replace(one, palliative_care=True), "palliativeCare"),
    "Ампутация": (lambda one: replace(one, primary_prosthetics=True), "primaryProsthetics"),
    "Листок нетрудоспособности": (
        lambda one: replace(one, electronic_sick_leave=replace(one.electronic_sick_leave, present=True)),
        "electronicSickLeave/present",
    ),
    "Участник СВО": (
        lambda one: replace(one, case_events=CaseEvents(svo_participant=True)),
        "caseEvents/svoParticipant",
    ),
}


@pytest.mark.parametrize("column", MARKS)
@pytest.mark.parametrize(
    ("said", "severity"),
    [("отказывать", Severity.ERROR), ("предупреждать", Severity.WARNING), ("принимать", None)],
)
def test_an_agreement_excludes_a_category(column: str, said: str, severity: Severity | None) -> None:
    """Refuse, warn or allow, at the mark that makes the category; other citizens are not touched."""
    mark, place = MARKS[column]
    before = set(judged(mark(example())))
    found = [one for one in judged(mark(example()), agreement={column: said}) if one not in before]
    expected = [] if severity is None else [("MSE-3041", f"Referral/{place}", severity)]
    assert [(one.code, one.path, one.severity) for one in found] == expected
    assert judged(example(), agreement={column: said}) == ()


def test_before_the_switch_on_there_is_a_warning() -> None:
    """Up to the eve of the day of the region or the organisation; on the day nothing is said."""
    for place, column in (("agreement", "Дата перехода"), ("organization", "Электронно с")):
        eve, day = (TODAY + dt.timedelta(days=1)).strftime("%d.%m.%Y"), TODAY.strftime("%d.%m.%Y")
        (found,) = judged(example(), None, **{place: {column: eve}})
        assert (found.code, found.severity, found.limit) == ("MSE-3042", Severity.WARNING, eve)
        assert judged(example(), None, **{place: {column: day}}) == ()


def test_parts_that_could_not_be_read_are_passed_over() -> None:
    """A document without organisation, bureau, citizen or moment is looked up as far as it goes."""
    known = replace(CONTEXT, registers=registers())
    for part in ("organization", "receiver_bureau", "citizen", "created_at", "document_id"):
        partial: dict[str, Any] = {part: None}
        found = check(replace(example(), **partial), known)
        assert {one.code for one in found} & OF_REGISTERS == {"MSE-5013"}


def test_the_list_is_asked_for_the_case_of_the_referral() -> None:
    """Diagnosis, age and order of the referral choose the rows; without the list there is no answer."""
    referral = example()
    code = referral.diagnosis.main.icd10
    row = {"МКБ-10 с": code, "Порядок": "первично", "Обследование": "Для первичных", "Возраст с": "18"}
    repeat = row | {"Порядок": "повторно", "Обследование": "Для повторных"}
    child = row | {"Возраст с": "", "Возраст по": "17", "Обследование": "Для детей"}
    known = registers(examinations=[row | {"Возраст по": ""}, repeat | {"Возраст по": ""}, child])

    def names(one: Referral) -> list[str]:
        return [required.name for required in required_of(known, one) or ()]

    young = replace(referral.citizen, birth_date=referral.issue_date - dt.timedelta(days=3650))
    assert names(replace(referral, referral_order="1")) == ["Для первичных"]
    assert names(replace(referral, referral_order="2")) == ["Для повторных"]
    assert names(replace(referral, referral_order="1", citizen=young)) == ["Для детей"]
    assert required_of(NO_REGISTERS, referral) is None


def test_a_look_up_costs_little() -> None:
    """All rules of registers together cost a referral less than half a millisecond beside 5,000 rows."""
    known = registers_of(files())
    rows = [organization(OID=f"1.2.643.5.1.13.13.12.2.77.{number}") for number in range(10_000, 15_000)]
    own = organization(OID=ORGANIZATION, ОГРН=example().organization.ogrn, Наименование="Примерная больница")
    many = registers_of({**files(), RegisterKind.ORGANIZATIONS: csv_file([own, *rows])})

    def cost(registers_: Registers) -> float:
        context, referral = replace(CONTEXT, registers=registers_), example()
        times = []
        for _ in range(30):
            begun = perf_counter()
            check(referral, context)
            times.append(perf_counter() - begun)
        return min(times)

    assert known is not many
    assert cost(many) - cost(NO_REGISTERS) < 0.0005
