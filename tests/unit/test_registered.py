"""The local registers behind the doors of others: territories, denominators, contacts."""

from __future__ import annotations

from datetime import date

from adapter.app.registered import RegisteredContacts, RegisteredDenominators, RegisteredTerritories
from adapter.domain.contacts import Contact, ListedContacts
from adapter.domain.escalation import Level
from adapter.domain.registers import NO_REGISTERS
from adapter.stand.actors import BUREAU, HOSPITAL
from tests.registers import agreement, organization, registers, territory

DAY = date(2026, 3, 2)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def test_the_reception_asks_the_registers_for_regions() -> None:
    """Subjects and names are those of the registers; a bureau of all serves everywhere."""
    known = registers(
        organizations=[organization(**{"Субъект РФ": "50"})], territories=[territory(**{"Субъект РФ": "50"})]
    )
    asked = RegisteredTerritories(lambda: known)
    assert set(asked.subjects_of_bureau(BUREAU.oid, DAY)) == {"50"}
    assert asked.subject_of_organization(HOSPITAL.oid, DAY) == "50"
    assert asked.bureau_for(HOSPITAL.oid, "50", DAY) == BUREAU.name
    everywhere = registers(territories=[territory(**{"Субъект РФ": "*"})])
    assert set(RegisteredTerritories(lambda: everywhere).subjects_of_bureau(BUREAU.oid, DAY)) == {"*"}


def test_without_registers_nothing_is_known_of_regions() -> None:
    """Every answer is empty: the check is not made, it does not pass."""
    asked = RegisteredTerritories(lambda: NO_REGISTERS)
    assert not asked.subjects_of_bureau(BUREAU.oid, DAY)
    assert asked.subject_of_organization(HOSPITAL.oid, DAY) == asked.bureau_for(HOSPITAL.oid, "77", DAY) == ""


def test_a_pilot_and_excluded_categories_are_out_of_the_denominators() -> None:
    """Before the switch-on nobody counts, afterwards all but the excluded categories (R103, R119)."""
    rows = [agreement(**{"Дата перехода": "01.06.2026", "Паллиативная помощь": "REFUSE"})]
    known = registers(agreements=rows)
    held = RegisteredDenominators(lambda: known).exclusions(*YEAR)

    def excluded(day: date, category: str) -> bool:
        return any(one.covers("77", day, category) for one in held)

    assert excluded(date(2026, 5, 31), "NONE")
    assert not excluded(date(2026, 6, 1), "NONE")
    assert excluded(date(2026, 6, 1), "PALLIATIVE")
    assert not any(one.covers("50", date(2026, 5, 31), "NONE") for one in held)


def test_a_second_agreement_begins_no_second_pilot() -> None:
    """What was switched on once stays switched on while the next agreement is waited for."""
    rows = [
        agreement(**{"Действует по": "30.06.2026"}),
        agreement(**{"Дата перехода": "01.07.2026"}),
    ]
    known = registers(agreements=rows)
    held = RegisteredDenominators(lambda: known).exclusions(*YEAR)
    assert not any(one.covers("77", DAY, "NONE") for one in held)


def test_state_institutions_are_those_of_the_register() -> None:
    """Only those that the register marks; without a register it is not known (R120)."""
    rows = [organization(), organization(OID=f"{HOSPITAL.oid}1", Государственная="нет")]
    known = registers(organizations=rows)
    assert RegisteredDenominators(lambda: known).state_institutions(DAY) == frozenset({HOSPITAL.oid})
    assert RegisteredDenominators(lambda: NO_REGISTERS).state_institutions(DAY) is None


def test_contacts_of_the_configuration_go_before_the_register() -> None:
    """Whom the configuration does not name is looked up; without either nobody is written to."""
    rows = [
        {
            "Кому": "руководитель организации",
            "OID организации": HOSPITAL.oid,
            "Электронная почта": "head@example.org",
        },
        {"Кому": "оператор", "OID организации": HOSPITAL.oid, "Электронная почта": "register@example.org"},
    ]
    known = registers(contacts=rows)
    configured = ListedContacts((Contact(Level.OPERATOR, "configured@example.org"),))
    asked = RegisteredContacts(configured, lambda: known, lambda: DAY)
    assert asked.of(Level.OPERATOR, HOSPITAL.oid) == ("configured@example.org",)
    assert asked.of(Level.HEAD, HOSPITAL.oid) == ("head@example.org",)
    assert asked.of(Level.MINISTRY, HOSPITAL.oid) == ()
