"""The local registers behind the doors of others: territories, denominators of statistics, contacts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from adapter.domain.contacts import Contacts
from adapter.domain.escalation import Level
from adapter.domain.reception import EVERYWHERE
from adapter.domain.registers import Area, ContactLevel, Gap, Registers
from adapter.domain.statistics import Exclusion, exclusions_of
from adapter.domain.subjects import SUBJECTS, region

#: Gives the registers as they are now.
Current = Callable[[], Registers]


@dataclass(frozen=True, slots=True)
class RegisteredTerritories:
    """Who serves whom, by the registers of organisations and territories; empty: not known."""

    registers: Current

    def subjects_of_bureau(self, oid: str, day: dt.date) -> Collection[str]:
        """Return the subjects that a bureau serves on the day; `EVERYWHERE` for all."""
        bureau = self.registers().bureau(oid, day)
        if isinstance(bureau, Gap):
            return ()
        return (EVERYWHERE,) if bureau.everywhere else bureau.subjects

    def subject_of_organization(self, oid: str, day: dt.date) -> str:
        """Return the subject of a medical organisation on the day."""
        found = self.registers().organization(oid, day)
        return "" if isinstance(found, Gap) else found.subject

    def bureau_for(self, organization_oid: str, subject: str, day: dt.date) -> str:
        """Return the name of the bureau that serves an organisation of a subject on the day."""
        areas = [Area(subject)] if subject else []
        found = self.registers().bureau_for(organization_oid, areas, day)
        return "" if isinstance(found, Gap) else found.name


@dataclass(frozen=True, slots=True)
class RegisteredDenominators:
    """What counts in shares, by agreements and the register of organisations (R103, R119, R120)."""

    registers: Current

    def exclusions(self, first: dt.date, last: dt.date) -> Sequence[Exclusion]:
        """Return the exclusions that touch a period."""
        registers = self.registers()
        found: list[Exclusion] = []
        for subject in SUBJECTS:
            answers = (registers.agreement(subject, day) for day in (first, last))
            found += exclusions_of(one for one in answers if not isinstance(one, Gap))
        return tuple(found)

    def state_institutions(self, on: dt.date) -> frozenset[str] | None:
        """Return OID of the state institutions on a day; None: no register of organisations."""
        found = self.registers().organizations(on)
        return None if isinstance(found, Gap) else frozenset(one.oid for one in found if one.is_state)


@dataclass(frozen=True, slots=True)
class RegisteredContacts:
    """Contacts of the configuration; whom it does not name, by the register of contacts.

    Attributes:
        configured: what the configuration says.
        registers: the registers as they are now.
        today: gives the day on which a contact has to be in force.
    """

    configured: Contacts
    registers: Current
    today: Callable[[], dt.date]

    def now(self) -> Contacts:
        """Return the contacts as they are at this moment."""
        registers, today = self.registers(), self.today()
        return replace(self, registers=lambda: registers, today=lambda: today)

    def of(self, level: Level, organization_oid: str) -> tuple[str, ...]:
        """Return the e-mail addresses of a level for an organisation; empty: there are none."""
        named = self.configured.of(level, organization_oid)
        if named:
            return named
        subject, asked = region(organization_oid), ContactLevel[level.name]
        found = self.registers().contacts(asked, organization_oid, subject, self.today())
        return () if isinstance(found, Gap) else tuple(dict.fromkeys(one.email for one in found if one.email))
