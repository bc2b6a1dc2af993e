"""Registers of the region that rules look things up in: organisations, staff, territories, agreements.

Rules ask the port; who answers (files of the operator today, federal registers on line later) they do not
know. An answer is a row, or a `Gap` that says why there is none. Days are calendar days of the organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from adapter.domain.priority import PriorityCategory
from adapter.domain.required_examinations import RequiredExamination


class Gap(StrEnum):
    """Why a register has no row to show."""

    ABSENT = "ABSENT"
    """The register answers that there is none."""
    CLOSED = "CLOSED"
    """There are rows, and none of them is in force on the day."""
    ELSEWHERE = "ELSEWHERE"
    """Of a person: works on the day, but in another organisation."""
    NOT_COVERED = "NOT_COVERED"
    """The register says nothing of this part of the world: no row for the organisation or the subject."""
    NOT_LOADED = "NOT_LOADED"
    """There is no register."""


#: Answers that prove nothing: what was to be looked up is not checked (MSE-5013).
UNKNOWN = frozenset({Gap.NOT_COVERED, Gap.NOT_LOADED})


class RegisterKind(StrEnum):
    """The local registers."""

    ORGANIZATIONS = "organizations"
    STAFF = "staff"
    TERRITORIES = "territories"
    AGREEMENTS = "agreements"
    CONTACTS = "contacts"
    EXAMINATIONS = "examinations"


#: Name of each register, nominative.
REGISTER_NAMES = {
    RegisterKind.ORGANIZATIONS: "реестр организаций",
    RegisterKind.STAFF: "реестр работников",
    RegisterKind.TERRITORIES: "реестр территорий обслуживания",
    RegisterKind.AGREEMENTS: "реестр региональных соглашений",
    RegisterKind.CONTACTS: "справочник контактов",
    RegisterKind.EXAMINATIONS: "перечень обследований",
}


@dataclass(frozen=True, slots=True)
class OrganizationEntry:
    """An organisation or a department of one.

    Attributes:
        zone: IANA name; empty: that of the subject.
        is_state: state institution (R120).
        electronic_since: first day of its electronic exchange; None: not said.
        parent: OID of the organisation that it is a department of; empty for an organisation.
    """

    oid: str
    ogrn: str
    name: str
    short_name: str
    subject: str
    zone: str
    is_state: bool
    electronic_since: date | None
    valid_from: date | None
    valid_to: date | None
    parent: str


@dataclass(frozen=True, slots=True)
class EmploymentEntry:
    """Work of a person in one organisation on one day.

    Attributes:
        posts: codes of 1.2.643.5.1.13.13.11.1002; empty when every post there is closed on the day.
        ordered_roles: roles that an order of the organisation gives the person on the day.
    """

    posts: frozenset[str]
    ordered_roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BureauEntry:
    """A bureau and those above it.

    Attributes:
        main_oid: OID of the главное бюро; empty when the bureau is one itself or it is not given.
        federal_oid: OID of the Федеральное бюро; empty when it is not given.
        subjects: subjects that it and the bureaus below it serve on the day, whole or in part.
        everywhere: it serves the whole country.
    """

    oid: str
    name: str
    main_oid: str
    main_name: str
    federal_oid: str
    federal_name: str
    subjects: frozenset[str]
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """Where somebody lives or stays, as far as territories ask."""

    subject: str
    district: str = ""
    locality: str = ""


class CategoryRule(StrEnum):
    """What a regional agreement says of a category of citizens."""

    ALLOW = "ALLOW"
    WARN = "WARN"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A regional agreement on electronic referrals (R103, R119).

    Attributes:
        switch_on: first day on which electronic referrals are legally received.
        pilot_from: first day of the pilot before it; None: no pilot was agreed.
        valid_to: last day; None: no end.
        categories: what is said of each category; one that is not named is allowed.
        counts_excluded: excluded categories stay in the denominators of the statistics.
        counts_pilot: referrals before the switch-on are in the denominators of the statistics.
    """

    subject: str
    requisites: str
    switch_on: date
    pilot_from: date | None
    valid_to: date | None
    categories: tuple[tuple[PriorityCategory, CategoryRule], ...]
    counts_excluded: bool
    counts_pilot: bool

    def rule_of(self, category: PriorityCategory) -> CategoryRule:
        """Return what is said of a category."""
        return dict(self.categories).get(category, CategoryRule.ALLOW)

    def is_before_switch_on(self, day: date) -> bool:
        """Whether electronic referrals are not yet legally received on a day."""
        return day < self.switch_on


class ContactLevel(StrEnum):
    """Whom a delay is told, step by step (R99)."""

    OPERATOR = "OPERATOR"
    HEAD = "HEAD"
    MIAC = "MIAC"
    MINISTRY = "MINISTRY"
    MAIN_BUREAU = "MAIN_BUREAU"


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """Where a role can be reached; it names no person.

    Attributes:
        organization_oid: of whom; empty: of the whole subject, or of all.
        push: address of a system that takes notices over HTTP.
    """

    level: ContactLevel
    subject: str
    organization_oid: str
    role: str
    email: str
    phone: str
    push: str


class Registers(Protocol):
    """What rules may ask. One value is one state of the registers: the answers of a judgement agree."""

    def organization(self, oid: str, day: date) -> OrganizationEntry | Gap:
        """Return an organisation or department in force on the day."""
        ...

    def organizations(self, day: date) -> tuple[OrganizationEntry, ...] | Gap:
        """Return every organisation in force on the day, by OID; departments are left out."""
        ...

    def employment(self, snils: str, organization_oid: str, day: date) -> EmploymentEntry | Gap:
        """Return the work of a person in an organisation, its departments and what it is a department of.

        Args:
            snils: 11 digits; who answers keeps no plain number.
            organization_oid: where the person is said to work.
            day: day of the document.
        """
        ...

    def bureau(self, oid: str, day: date) -> BureauEntry | Gap:
        """Return a bureau, a главное бюро or the Федеральное бюро in force on the day."""
        ...

    def bureau_for(self, organization_oid: str, areas: Sequence[Area], day: date) -> BureauEntry | Gap:
        """Return the bureau that serves an organisation; else that of the first area that one serves."""
        ...

    def serves(self, bureau_oid: str, organization_oid: str, areas: Sequence[Area], day: date) -> bool | None:
        """Tell whether a bureau serves an organisation or one of the areas; None: not known."""
        ...

    def subject_of(self, fias: str) -> str | Gap:
        """Return the subject of an object of ФИАС, by its GUID."""
        ...

    def agreement(self, subject: str, day: date) -> Agreement | Gap:
        """Return the agreement of a subject that is in force on the day, else the next one to come."""
        ...

    def contacts(
        self, level: ContactLevel, organization_oid: str, subject: str, day: date
    ) -> tuple[ContactEntry, ...] | Gap:
        """Return the contacts of a level: the organisation's own, else the subject's, else those of all."""
        ...

    def required_examinations(
        self, icd10: str, age_months: int, day: date, *, repeat: bool
    ) -> tuple[RequiredExamination, ...] | Gap:
        """Return what the Перечень asks for; an empty tuple: it has no row for the case."""
        ...


class _NoRegisters:
    """Stands where no register is loaded."""

    def _nothing(self, *_: object, **__: object) -> Gap:
        return Gap.NOT_LOADED

    organization = organizations = employment = bureau = bureau_for = _nothing
    subject_of = agreement = contacts = required_examinations = _nothing

    def serves(self, *_: object, **__: object) -> None:
        """Know nothing."""


#: Nobody to ask: for rules that are run by themselves. Nothing is said about registers then.
NO_REGISTERS: Registers = _NoRegisters()
