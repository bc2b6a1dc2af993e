"""The local registers for what is no rule of a Referral: the signers, and a СЭМД that travels alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from adapter.domain.checks.registers import (
    bureau_problems,
    category_problems,
    gap_problems,
    organization_problems,
    switch_on_problems,
)
from adapter.domain.errors import Problem, problem
from adapter.domain.registers import (
    NO_REGISTERS,
    REGISTER_NAMES,
    UNKNOWN,
    Gap,
    OrganizationEntry,
    RegisterKind,
    Registers,
)
from adapter.domain.subjects import region
from adapter.domain.submission import SubmissionFacts
from signing import Absence, Employment, Organization, Reason

_NAME = REGISTER_NAMES[RegisterKind.STAFF]
#: What is not checked of a signer when a check could not be made.
_CHECKS = {
    Reason.SIGNER_NOT_IN_FRMR: "работают ли подписавшие в организации",
    Reason.SIGNER_POST: "их должности",
    Reason.SIGNER_ROLE: "право должностей на роль",
    Reason.SIGNER_ORG: "организация подписавших",
}


@dataclass(frozen=True, slots=True)
class StaffOf:
    """The port of `signing` to the register of staff."""

    registers: Registers

    def find(self, snils: str, organization: Organization, on: date) -> Employment | Absence:
        """Return the work of a person; a register that says nothing of the organisation does not answer."""
        found = self.registers.employment(snils, organization.oid, on)
        if not isinstance(found, Gap):
            return Employment(found.posts, ordered_roles=found.ordered_roles)
        if found in UNKNOWN:
            return Absence.UNAVAILABLE
        return Absence.ELSEWHERE if found is Gap.ELSEWHERE else Absence.UNKNOWN


def signers_not_checked(
    registers: Registers, reasons: Sequence[Reason], path: str, organization_oid: str, day: date
) -> Iterator[Problem]:
    """Find MSE-5013, once, for the checks of signers that could not be made.

    Args:
        registers: whom to ask; of nobody nothing is said.
        reasons: the checks that could not be made.
        path: where the signatures stand.
        organization_oid: organisation of the document.
        day: day of the document.
    """
    what = ", ".join(text for reason, text in _CHECKS.items() if reason in reasons)
    if not what or registers is NO_REGISTERS:
        return
    loaded = registers.employment("", organization_oid, day) is not Gap.NOT_LOADED
    reason = f"{_NAME} не говорит о ком-то из подписавших" if loaded else f"{_NAME} не загружен"
    yield problem("NOT_CHECKED", path, title="Подпись", what=what, reason=reason)


def semd_problems_of(registers: Registers, facts: SubmissionFacts, day: date) -> Iterator[Problem]:
    """Find what the registers say of a СЭМД that travels alone: its organisation, bureau and category.

    Args:
        registers: whom to ask.
        facts: what identifies and routes it.
        day: day of receipt where the organisation is.
    """
    oid, bureau = facts.organization_oid, facts.bureau_oid
    entry = registers.organization(oid, day)
    subject = entry.subject if isinstance(entry, OrganizationEntry) else region(oid)
    yield from organization_problems(registers, oid, facts.organization_ogrn, facts.organization_name, day)
    yield from bureau_problems(registers, bureau, day)
    yield from category_problems(registers, subject, [facts.priority], day)
    yield from switch_on_problems(registers, subject, oid, day)
    yield from gap_problems(registers, oid, bureau, subject, day)
