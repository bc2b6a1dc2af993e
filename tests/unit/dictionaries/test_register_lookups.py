"""Look-ups in registers: days, departments, territories, agreements, contacts, examinations."""

from __future__ import annotations

from datetime import date

import pytest

from adapter.domain.registers import (
    NO_REGISTERS,
    Agreement,
    Area,
    BureauEntry,
    ContactLevel,
    EmploymentEntry,
    Gap,
    OrganizationEntry,
    RegisterKind,
)
from adapter.stand.actors import BUREAU, CHAIRMAN, DOCTOR, HOSPITAL
from tests.registers import agreement, bare, organization, registers, territory, worker

DAY = date(2024, 2, 5)
PREFIX = "1.2.643.5.1.13.13.12.2"
SNILS = DOCTOR.person.snils
CENTRE, MAIN, FEDERAL = f"{PREFIX}.40.1", f"{PREFIX}.40.100", f"{PREFIX}.77.1"


def test_an_organization_is_in_force_between_its_days() -> None:
    """First and last day count; dated rows of one organisation answer each for their days."""
    known = registers(
        organizations=[
            organization(
                **{"Наименование": "Старая", "Действует с": "05.02.2024", "Действует по": "06.02.2024"}
            ),
            organization(**{"Наименование": "Новая", "Действует с": "08.02.2024", "Действует по": ""}),
        ]
    )
    found = [known.organization(HOSPITAL.oid, date(2024, 2, day)) for day in (4, 5, 6, 7, 8)]
    names = [one.name if isinstance(one, OrganizationEntry) else one for one in found]
    assert names == [Gap.CLOSED, "Старая", "Старая", Gap.CLOSED, "Новая"]


def test_a_subject_without_rows_is_not_covered() -> None:
    """Nobody is called unknown by a register that knows no one of that subject."""
    known = registers(organizations=[organization()])
    assert known.organization(f"{PREFIX}.77.1", DAY) is Gap.ABSENT
    assert known.organization(f"{PREFIX}.40.1", DAY) is Gap.NOT_COVERED
    assert NO_REGISTERS.organization(HOSPITAL.oid, DAY) is Gap.NOT_LOADED


def test_all_organizations_are_listed_without_departments() -> None:
    """The list for reports has the organisations of the day, by OID."""
    rows = [
        organization(**{"OID вышестоящей организации": ""}),
        organization(OID=f"{HOSPITAL.oid}.0.1", **{"OID вышестоящей организации": HOSPITAL.oid}),
        organization(OID=f"{PREFIX}.77.1", **{"OID вышестоящей организации": ""}),
    ]
    found = registers(organizations=rows).organizations(DAY)
    assert not isinstance(found, Gap)
    assert [one.oid for one in found] == [f"{PREFIX}.77.1", HOSPITAL.oid]


def test_work_of_a_person_on_a_day() -> None:
    """Posts of the day, roles by order, a closed post, another organisation, nobody, an unknown house."""
    other = f"{PREFIX}.77.9000"
    days = {"Работает с": "01.01.2024", "Работает по": "31.01.2024", "Роль по приказу": ""}
    open_days = dict.fromkeys(days, "")
    known = registers(
        staff=[
            worker(SNILS, "122", **days),
            worker(SNILS, "430", **(open_days | {"Роль по приказу": "председатель ВК"})),
            worker(CHAIRMAN.person.snils, "6", **days),
            worker("001-000-044 19", "45", other, **open_days),
        ]
    )
    doctor, chairman = bare(SNILS), bare(CHAIRMAN.person.snils)
    in_january = known.employment(doctor, HOSPITAL.oid, date(2024, 1, 31))
    assert in_january == EmploymentEntry(frozenset({"122", "430"}), frozenset({"CHAIRMAN"}))
    assert known.employment(doctor, HOSPITAL.oid, DAY) == EmploymentEntry(
        frozenset({"430"}), frozenset({"CHAIRMAN"})
    )
    assert known.employment(chairman, HOSPITAL.oid, DAY) == EmploymentEntry(frozenset())
    assert known.employment(bare("001-000-044 19"), HOSPITAL.oid, DAY) is Gap.ELSEWHERE
    assert known.employment(bare("001-000-055 22"), HOSPITAL.oid, DAY) is Gap.ABSENT
    assert known.employment(doctor, f"{PREFIX}.77.1", DAY) is Gap.NOT_COVERED
    assert known.employment(doctor, "", DAY) is Gap.NOT_COVERED


@pytest.mark.parametrize("asked", [HOSPITAL.oid, f"{HOSPITAL.oid}.0.7", "1.2.643.9.9"])
def test_departments_and_their_organization_are_one_house(asked: str) -> None:
    """Who works in a department works in the organisation: by the arcs of the OID, or by the register."""
    known = registers(
        organizations=[
            organization(**{"OID вышестоящей организации": ""}),
            organization(OID="1.2.643.9.9", **{"OID вышестоящей организации": HOSPITAL.oid}),
        ],
        staff=[worker(SNILS, "122", f"{HOSPITAL.oid}.0.5")],
    )
    assert known.employment(bare(SNILS), asked, DAY) == EmploymentEntry(frozenset({"122"}))


def region_of_kaluga() -> list[dict[str, object]]:
    """Return the rows of a subject with two bureaus, a main and a federal one."""
    above = {
        "OID главного бюро": MAIN,
        "Наименование главного бюро": "ГБ",
        "OID Федерального бюро": FEDERAL,
        "Наименование Федерального бюро": "ФБ",
        "OID обслуживаемой организации": "",
    }
    rest = territory(**{"OID бюро": CENTRE, "Субъект РФ": "40"}, **above)
    north = {"OID бюро": f"{PREFIX}.40.2", "Наименование бюро": "Север"}
    named = north | {"Субъект РФ": "", "OID обслуживаемой организации": f"{PREFIX}.40.700"}
    return [
        rest,
        rest | north | {"Район": "Боровский район"},
        rest | north | {"Населённый пункт": "г. Обнинск"},
        rest | named,
    ]


def test_the_closest_row_names_the_bureau() -> None:
    """Organisation before locality before district before the rest of the subject; nobody else is served."""
    known = registers(territories=region_of_kaluga())

    def name_for(organization_oid: str, *areas: Area) -> object:
        found = known.bureau_for(organization_oid, areas, DAY)
        return found.name if isinstance(found, BureauEntry) else found

    assert name_for(f"{PREFIX}.40.700", Area("40")) == "Север"
    assert name_for(f"{PREFIX}.40.700.0.1") == "Север"
    assert name_for(f"{PREFIX}.40.5", Area("40", locality="Обнинск")) == "Север"
    assert name_for(f"{PREFIX}.40.5", Area("40", district="Боровский р-н")) == "Север"
    assert name_for(f"{PREFIX}.40.5", Area("40", district="Дзержинский")) == BUREAU.name
    assert name_for(f"{PREFIX}.40.5") == BUREAU.name
    assert name_for(f"{PREFIX}.50.5", Area("50")) is Gap.NOT_COVERED


def test_whether_a_bureau_serves() -> None:
    """Yes for its places, no for another subject, not known in a shared one; those above serve all."""
    known = registers(territories=region_of_kaluga())
    north = f"{PREFIX}.40.2"
    questions = [
        (north, f"{PREFIX}.40.700", [], True),
        (north, f"{PREFIX}.50.1", [Area("40", locality="Обнинск")], True),
        (north, f"{PREFIX}.40.5", [Area("40", locality="Калуга")], None),
        (north, f"{PREFIX}.50.1", [Area("50")], False),
        (CENTRE, f"{PREFIX}.40.5", [Area("40")], True),
        (MAIN, f"{PREFIX}.40.5", [Area("40")], True),
        (FEDERAL, f"{PREFIX}.40.5", [Area("40")], True),
        (f"{PREFIX}.40.999", f"{PREFIX}.40.5", [Area("40")], None),
    ]
    found = [known.serves(bureau, oid, areas, DAY) for bureau, oid, areas, _ in questions]
    assert found == [answer for *_, answer in questions]


def test_a_bureau_of_the_whole_country_serves_everybody() -> None:
    """A row with an asterisk for a subject."""
    known = registers(territories=[territory(**{"Субъект РФ": "*"})])
    assert known.serves(BUREAU.oid, f"{PREFIX}.40.5", [Area("40")], DAY) is True
    found = known.bureau(BUREAU.oid, DAY)
    assert isinstance(found, BureauEntry)
    assert found.everywhere


def test_bureaus_and_those_above_are_found() -> None:
    """A bureau has its chain; a main one the subjects of those below it; a stranger is absent."""
    known = registers(territories=region_of_kaluga())
    main, centre = known.bureau(MAIN, DAY), known.bureau(CENTRE, DAY)
    assert isinstance(main, BureauEntry)
    assert isinstance(centre, BureauEntry)
    assert (main.name, main.federal_name, main.subjects) == ("ГБ", "ФБ", frozenset({"40"}))
    assert (centre.main_oid, centre.federal_oid) == (MAIN, FEDERAL)
    assert known.bureau(f"{PREFIX}.40.999", DAY) is Gap.ABSENT
    assert known.bureau(f"{PREFIX}.50.1", DAY) is Gap.NOT_COVERED


def test_agreements_follow_each_other() -> None:
    """The one in force, else the next to come; after the last one the register says that it has ended."""
    known = registers(
        agreements=[
            agreement(**{"Действует по": "31.12.2023", "Пилот с": ""}),
            agreement(
                **{"Дата перехода": "01.03.2024", "Действует по": "31.12.2024", "Пилот с": "01.02.2024"}
            ),
        ]
    )

    def since(day: date) -> object:
        found = known.agreement("77", day)
        return found.switch_on if isinstance(found, Agreement) else found

    assert since(date(2023, 12, 31)) == date(2021, 1, 1)
    assert since(date(2024, 1, 1)) == since(date(2024, 12, 31)) == date(2024, 3, 1)
    assert since(date(2025, 1, 1)) is Gap.CLOSED
    assert known.agreement("40", DAY) is Gap.NOT_COVERED


def test_contacts_from_the_nearest_to_the_farthest() -> None:
    """The organisation's own, else the subject's, else those of all; each once, and only on its days."""
    columns = ("Кому", "OID организации", "Субъект РФ", "Электронная почта", "Телефон", "Действует по")
    cells = [
        ("оператор", HOSPITAL.oid, "77", "own@example.org", "8 (495) 750-39-71", ""),
        ("оператор", HOSPITAL.oid, "77", "old@example.org", "", "31.12.2023"),
        ("оператор", "", "77", "subject@example.org", "", ""),
        ("OPERATOR", "", "", "all@example.org", "", ""),
        ("OPERATOR", "", "", "all@example.org", "", ""),
    ]
    known = registers(contacts=[dict(zip(columns, row, strict=True)) for row in cells])

    def emails(oid: str, subject: str, level: ContactLevel = ContactLevel.OPERATOR) -> object:
        found = known.contacts(level, oid, subject, DAY)
        return found if isinstance(found, Gap) else [(one.email, one.phone) for one in found]

    assert emails(HOSPITAL.oid, "77") == [("own@example.org", "+74957503971")]
    assert emails("1.2.3", "77") == [("subject@example.org", "")]
    assert emails("1.2.3", "40") == [("all@example.org", "")]
    assert emails(HOSPITAL.oid, "77", ContactLevel.MINISTRY) is Gap.ABSENT


def examinations() -> list[dict[str, object]]:
    """Return rows of a Перечень."""
    first = ("МКБ-10 с", "МКБ-10 по", "Возраст с", "Возраст по", "Порядок", "Код услуги", "Обследование")
    columns = (*first, "Срок, дней", "Заменяется услугами", "По показаниям")
    cells = [
        ("I20", "I25", "18", "", "", "A05.10.006", "ЭКГ", "30", "A05.10.004, A05.10.008", "нет"),
        ("I20", "I25", "", "17", "", "B01.015.003", "Кардиолог", "", "", "да"),
        ("I20.1", "", "", "", "повторно", "A04.10.002", "ЭхоКГ", "60", "", ""),
        ("H90", "I21", "6 мес", "11 мес", "", "", "Осмотр", "", "", ""),
    ]
    return [dict(zip(columns, row, strict=True)) for row in cells]


@pytest.mark.parametrize(
    ("icd10", "age_months", "repeat", "names"),
    [
        ("I20.0", 18 * 12, False, ["ЭКГ"]),
        ("I25.9", 18 * 12 - 1, False, ["Кардиолог"]),
        ("I26.0", 18 * 12, False, []),
        ("I19", 18 * 12, False, []),
        ("I20.1", 40 * 12, False, ["ЭКГ"]),
        ("I20.1", 40 * 12, True, ["ЭКГ", "ЭхоКГ"]),
        ("H95.1", 6, False, ["Осмотр"]),
        ("I21.0", 11, False, ["Кардиолог", "Осмотр"]),
        ("H95.1", 12, False, []),
        ("H95.1", 5, False, []),
        ("", 12, False, []),
    ],
)
def test_required_examinations(icd10: str, age_months: int, repeat: bool, names: list[str]) -> None:
    """Ranges of diagnoses and ages include both ends; a row may be for repeat referrals only."""
    found = registers(examinations=examinations()).required_examinations(
        icd10, age_months, DAY, repeat=repeat
    )
    assert not isinstance(found, Gap)
    assert [one.name for one in found] == names


def test_a_required_examination_says_what_hints_need() -> None:
    """Code, term of validity, what does as well, and whether indications decide."""
    found = registers(examinations=examinations()).required_examinations("I20.0", 300, DAY, repeat=False)
    assert not isinstance(found, Gap)
    (row,) = found
    assert (row.code, row.valid_days, row.by_indication) == ("A05.10.006", 30, False)
    assert row.replaced_by == ("A05.10.004", "A05.10.008")


def test_what_is_not_loaded_says_so() -> None:
    """Each question to a register that is not there is answered so, and none is answered by another one."""
    known = registers(organizations=[organization()])
    answers = [
        known.employment("", HOSPITAL.oid, DAY),
        known.bureau(BUREAU.oid, DAY),
        known.bureau_for(HOSPITAL.oid, (), DAY),
        known.subject_of("x"),
        known.agreement("77", DAY),
        known.contacts(ContactLevel.HEAD, HOSPITAL.oid, "77", DAY),
        known.required_examinations("I20", 1, DAY, repeat=False),
    ]
    assert answers == [Gap.NOT_LOADED] * 7
    assert known.serves(BUREAU.oid, HOSPITAL.oid, (), DAY) is None
    assert registers(staff=[worker(SNILS, "122")]).organizations(DAY) is Gap.NOT_LOADED
    assert len(RegisterKind) == 6
