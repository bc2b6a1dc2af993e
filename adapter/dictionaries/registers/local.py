"""One state of the local registers in memory, and what keeps it fresh.

Look-ups go to dictionaries in memory; the store is asked only which versions are in use, at most once a
second. The federal registers (ФРМО, ФРМР) on line will stand behind the same protocol.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from adapter.dictionaries.registers.agreements import Agreements, Contacts, Examinations
from adapter.dictionaries.registers.organizations import Organizations, Staff
from adapter.dictionaries.registers.rows import Fields, Pseudonym, fields_of, person_of
from adapter.dictionaries.registers.territories import Territories
from adapter.domain.registers import (
    NO_REGISTERS,
    Agreement,
    Area,
    BureauEntry,
    ContactEntry,
    ContactLevel,
    EmploymentEntry,
    Gap,
    OrganizationEntry,
    RegisterKind,
    Registers,
)
from adapter.domain.required_examinations import RequiredExamination
from storage import RegisterInUse, Store, Transaction

T = TypeVar("T")

#: Seconds between two looks at which versions are in use.
FRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class LocalRegisters:
    """The registers that are loaded; None: not loaded.

    Attributes:
        pseudonym: gives the keyed hash of a person, as the rows of staff have it.
    """

    pseudonym: Pseudonym
    organizations_: Organizations | None = None
    staff: Staff | None = None
    territories: Territories | None = None
    agreements: Agreements | None = None
    contacts_: Contacts | None = None
    examinations: Examinations | None = None

    def organization(self, oid: str, day: date) -> OrganizationEntry | Gap:
        """See `Registers`."""
        return self.organizations_.find(oid, day) if self.organizations_ else Gap.NOT_LOADED

    def organizations(self, day: date) -> tuple[OrganizationEntry, ...] | Gap:
        """See `Registers`."""
        return self.organizations_.all(day) if self.organizations_ else Gap.NOT_LOADED

    def employment(self, snils: str, organization_oid: str, day: date) -> EmploymentEntry | Gap:
        """See `Registers`."""
        if self.staff is None:
            return Gap.NOT_LOADED
        if not organization_oid:
            return Gap.NOT_COVERED
        known = self.organizations_ or Organizations(())
        return self.staff.find(person_of(snils, self.pseudonym), known.household(organization_oid), day)

    def bureau(self, oid: str, day: date) -> BureauEntry | Gap:
        """See `Registers`."""
        return self.territories.bureau(oid, day) if self.territories else Gap.NOT_LOADED

    def bureau_for(self, organization_oid: str, areas: Sequence[Area], day: date) -> BureauEntry | Gap:
        """See `Registers`."""
        if self.territories is None:
            return Gap.NOT_LOADED
        return self.territories.bureau_for(organization_oid, areas, day)

    def serves(self, bureau_oid: str, organization_oid: str, areas: Sequence[Area], day: date) -> bool | None:
        """See `Registers`."""
        if self.territories is None:
            return None
        return self.territories.serves(bureau_oid, organization_oid, areas, day)

    def subject_of(self, fias: str) -> str | Gap:
        """See `Registers`."""
        return self.territories.subject_of(fias) if self.territories else Gap.NOT_LOADED

    def agreement(self, subject: str, day: date) -> Agreement | Gap:
        """See `Registers`."""
        return self.agreements.find(subject, day) if self.agreements else Gap.NOT_LOADED

    def contacts(
        self, level: ContactLevel, organization_oid: str, subject: str, day: date
    ) -> tuple[ContactEntry, ...] | Gap:
        """See `Registers`."""
        if self.contacts_ is None:
            return Gap.NOT_LOADED
        return self.contacts_.find(level, organization_oid, subject, day)

    def required_examinations(
        self, icd10: str, age_months: int, day: date, *, repeat: bool
    ) -> tuple[RequiredExamination, ...] | Gap:
        """See `Registers`."""
        if self.examinations is None:
            return Gap.NOT_LOADED
        return self.examinations.find(icd10, age_months, day, repeat=repeat)


class RegisterSource:
    """Gives the registers as the store has them now; without a store those that it was given.

    Asked outside of transactions of the store.
    """

    def __init__(
        self,
        store: Store | None = None,
        pseudonym: Pseudonym | None = None,
        *,
        fixed: Registers = NO_REGISTERS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._pseudonym = pseudonym
        self._monotonic = monotonic
        self._current: Registers = fixed
        self._parts: dict[RegisterKind, tuple[RegisterInUse, object]] = {}
        self._looked: float | None = None
        self._lock = threading.Lock()

    @property
    def current(self) -> Registers:
        """The registers of this moment. A change in the store is seen within a second.

        Raises:
            StoreError: the store does not answer.
        """
        if self._store is None or self._is_fresh():
            return self._current
        # While one thread loads a new version the others go on with the old one; for the first all wait.
        if self._lock.acquire(blocking=self._looked is None):
            try:
                if not self._is_fresh():
                    self._load(self._store)
            finally:
                self._lock.release()
        return self._current

    def _is_fresh(self) -> bool:
        return self._looked is not None and self._monotonic() - self._looked < FRESH_SECONDS

    def _load(self, store: Store) -> None:
        """Read the registers whose version in use has changed."""
        looked = self._monotonic()
        # One snapshot: a version that is in use in it cannot be forgotten meanwhile.
        self._parts = store.read(self._read)
        self._current = self._registers({kind: part for kind, (_, part) in self._parts.items()})
        self._looked = looked

    def _read(self, tx: Transaction) -> dict[RegisterKind, tuple[RegisterInUse, object]]:
        parts = {}
        for name, one in tx.registers.in_use().items():
            kind = RegisterKind(name)
            known = self._parts.get(kind)
            if known is None or known[0] != one:
                rows = (fields_of(line) for line in tx.registers.rows(one.version_id))
                known = (one, _INDEXES[kind](rows))
            parts[kind] = known
        return parts

    def _registers(self, parts: Mapping[RegisterKind, object]) -> LocalRegisters:
        if self._pseudonym is None:
            raise TypeError("a store needs the key of its pseudonyms")

        def part(kind: RegisterKind, made: type[T]) -> T | None:
            found = parts.get(kind)
            return found if isinstance(found, made) else None

        return LocalRegisters(
            self._pseudonym,
            part(RegisterKind.ORGANIZATIONS, Organizations),
            part(RegisterKind.STAFF, Staff),
            part(RegisterKind.TERRITORIES, Territories),
            part(RegisterKind.AGREEMENTS, Agreements),
            part(RegisterKind.CONTACTS, Contacts),
            part(RegisterKind.EXAMINATIONS, Examinations),
        )


_INDEXES: Mapping[RegisterKind, Callable[[Iterable[Fields]], object]] = {
    RegisterKind.ORGANIZATIONS: Organizations,
    RegisterKind.STAFF: Staff,
    RegisterKind.TERRITORIES: Territories,
    RegisterKind.AGREEMENTS: Agreements,
    RegisterKind.CONTACTS: Contacts,
    RegisterKind.EXAMINATIONS: Examinations,
}
