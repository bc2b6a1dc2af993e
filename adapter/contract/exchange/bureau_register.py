"""Requests and answers of bureau.wsdl: paper and appeals (exchange-bureau-register.xsd)."""

from dataclasses import dataclass
from datetime import date, datetime

from adapter.contract.exchange.common import ErrorEntry, File, Organization, StateChange


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCitizen:
    """The person of a paper referral, as far as the checks for duplicates need."""

    family_name: str
    given_name: str
    patronymic: str | None = None
    birth_date: date
    snils: str | None = None
    identity_document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VkProtocol:
    """Number and date of the protocol of the medical commission."""

    number: str
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReferral:
    """A referral that came on paper."""

    organization: Organization
    citizen: PaperCitizen
    vk_protocol: VkProtocol
    issue_date: date
    received_at: datetime
    registration_number: str | None = None
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOutcome:
    """What became of one row of a bulk request; ``position`` counts from 1."""

    position: int
    record_id: str | None = None
    error: tuple[ErrorEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPaperReferralsRequest:
    """Paper referrals in bulk, for the statistics and the check for duplicates."""

    request_id: str
    item: tuple[PaperReferral, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPaperReferralsResponse:
    """How many rows were taken, and the rows that were not."""

    registered: int
    item: tuple[PaperOutcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPaperExaminationRequest:
    """An expertise done on a paper referral, for the check of late referrals."""

    request_id: str
    organization: Organization
    citizen: PaperCitizen
    vk_protocol: VkProtocol | None = None
    examination_date: date
    act_number: str | None = None
    bureau: Organization
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPaperExaminationResponse:
    """The record, and the electronic referrals that are late because of it."""

    record_id: str
    registered_at: datetime
    late_referral: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAppealRequest:
    """A citizen appeals against the decision."""

    request_id: str
    referral_number: str
    appeal_number: str
    filed_at: datetime
    appellant: str
    decision_number: str
    decision_date: date
    reason: str
    file: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAppealResponse(StateChange):
    """The state after the appeal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAppealDecisionRequest:
    """The decision about an appeal."""

    request_id: str
    referral_number: str
    appeal_number: str
    decided_at: datetime
    outcome: str
    explanation: str
    file: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAppealDecisionResponse(StateChange):
    """The state after the decision."""
