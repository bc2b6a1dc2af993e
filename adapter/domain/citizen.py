"""The citizen and the representative: section I of form 088/у, points 6-17.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

from dataclasses import dataclass
from datetime import date

from adapter.domain.requisites import Address, PatientId


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """Age on the date of issue: full years, or full months under one year (point 7)."""

    value: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidenceAddress(Address):
    """Address of residence, of stay or of the pension file (point 11); kinds: list …11.1504."""

    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Where the citizen is (points 13.1-13.5); address and ОГРН belong to types 1-4."""

    type: str
    address: Address | None = None
    ogrn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OmsPolicy:
    """Policy of compulsory medical insurance (point 15); the number of a uniform policy is 16 digits."""

    type: str
    series: str | None = None
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDocument:
    """Identity document (points 16.1-16.4, 17.3); series and number are text, leading zeros kept."""

    type: str
    series: str | None = None
    number: str
    issued_by: str
    issuer_code: str | None = None
    issue_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """Citizen referred to the expertise (section I, points 6-16)."""

    family_name: str
    given_name: str
    patronymic: str | None = None
    birth_date: date
    age: Age
    sex: str
    citizenship: str
    military_status: str
    residence: tuple[ResidenceAddress, ...]
    no_fixed_address: bool
    stay: Stay
    phones: tuple[str, ...] = ()
    email: str | None = None
    snils: str | None = None
    snils_absence_reason: str | None = None
    oms_policy: OmsPolicy | None = None
    identity_document: IdentityDocument
    mis_patient_id: PatientId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityDocument:
    """Document that gives the representative the right to act (point 17.2)."""

    type: str
    series: str | None = None
    number: str
    issued_by: str
    issue_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianOrganization:
    """Legal entity on which guardianship lies (point 17.6)."""

    name: str
    address: Address
    ogrn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """Representative of the citizen (point 17): a person, or a legal entity in ``guardian_organization``."""

    family_name: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    birth_date: date | None = None
    authority_document: AuthorityDocument
    identity_document: IdentityDocument | None = None
    phones: tuple[str, ...] = ()
    email: str | None = None
    snils: str | None = None
    guardian_organization: GuardianOrganization | None = None
