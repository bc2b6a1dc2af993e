"""Previous expertise, education, work and temporary disability: points 20-27 of form 088/у.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

from dataclasses import dataclass
from datetime import date

from adapter.domain.requisites import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabilityCause:
    """Cause of disability (list 1.2.643.5.1.13.13.11.1474); codes 19 and 20 need the text."""

    code: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousProfLoss:
    """Loss of professional capacity by one accident or disease (points 20.5-20.8), in percent."""

    percent: int
    term: str
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """Result of the previous expertise (point 20), for repeat referrals; no ``until`` means for life."""

    group: str
    until: date | None = None
    period_on_disability: str
    term: str
    established_order: str | None = None
    cause: DisabilityCause | None = None
    prof_loss: tuple[PreviousProfLoss, ...] = ()
    act_number: str | None = None
    act_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Education:
    """Education, when the citizen studies (point 21)."""

    organization_name: str
    address: Address | None = None
    course_or_class: str | None = None
    profession: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentJob:
    """Work done at the time of the referral (point 22)."""

    profession: str | None = None
    speciality: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Work (point 22); with status ``NOT_WORKING`` the other fields are absent."""

    status: str
    main_profession: str | None = None
    qualification: str | None = None
    experience: str | None = None
    current_job: CurrentJob | None = None
    conditions: str | None = None
    employer_name: str | None = None
    employer_address: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryDisability:
    """One period of temporary disability (point 26); an open period has no ``end``."""

    start: date
    end: date | None = None
    days: int | None = None
    diagnosis: str
    icd10: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicSickLeave:
    """Electronic sick leave (points 26.1, 26.2)."""

    present: bool
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipra:
    """Programme of rehabilitation of the previous expertise (point 27)."""

    number: str
    protocol_number: str | None = None
    protocol_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RehabResults:
    """Results of the measures of medical rehabilitation (points 27, 27.1, 27.2)."""

    text: str | None = None
    restoration: str | None = None
    compensation: str | None = None
