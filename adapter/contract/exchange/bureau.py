"""Requests and answers of bureau.wsdl: the way of one referral (exchange-bureau.xsd)."""

from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree

from adapter.contract.exchange.common import DocumentDescriptor, File, Organization, StateChange
from adapter.contract.namespaces import document_tag as _tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralItem:
    """One referral handed out to the bureau; to be acknowledged by its token."""

    token: str
    referral_number: str
    version_number: int
    priority_category: str
    received_at: datetime
    emdr_id: str | None = None
    document_kind: str
    organization: Organization
    issue_date: date
    documents: tuple[DocumentDescriptor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """The specialist of the bureau who works on a referral."""

    family_name: str
    given_name: str
    patronymic: str | None = None
    snils: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """An appointment for the expertise."""

    at: datetime
    place: str
    form: str
    kind: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalExamination:
    """One examination of the additional programme."""

    code: str | None = None
    name: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReferralsRequest:
    """Asks for waiting referrals in order of priority."""

    request_id: str
    max_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReferralsResponse:
    """Waiting referrals and when to ask again, in seconds."""

    item: tuple[ReferralItem, ...] = ()
    retry_after_seconds: int
    more_available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeReferralsRequest:
    """Confirms that referrals are safe with the bureau."""

    request_id: str
    token: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeReferralsResponse:
    """Which tokens were known."""

    acknowledged: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReferralRequest:
    """The bureau registered a referral under its own number."""

    request_id: str
    referral_number: str
    registration_number: str
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReferralResponse(StateChange):
    """The state after the registration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectReferralRequest:
    """The bureau refuses a referral on receipt."""

    request_id: str
    referral_number: str
    reason: str
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectReferralResponse(StateChange):
    """The state after the refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReferralRequest:
    """Returns a referral on one or more of the five grounds."""

    request_id: str
    signed_return_notice: etree._Element = field(metadata={"tag": _tag("SignedReturnNotice")})
    semd: File | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReferralResponse(StateChange):
    """The state after the return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReferralRequest:
    """The bureau takes a referral to work."""

    request_id: str
    referral_number: str
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReferralResponse(StateChange):
    """The state after the acceptance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardReferralRequest:
    """Hands a referral to another bureau or up to the main or federal one."""

    request_id: str
    referral_number: str
    bureau: Organization
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardReferralResponse(StateChange):
    """The state after the forwarding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignExecutorRequest:
    """Names the specialist who works on a referral."""

    request_id: str
    referral_number: str
    executor: Executor
    assigned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignExecutorResponse(StateChange):
    """The state after the assignment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleExaminationRequest:
    """An appointment, its change, or a no-show."""

    request_id: str
    referral_number: str
    examination: Examination


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleExaminationResponse(StateChange):
    """The state after the appointment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendDeadlineRequest:
    """Prolongs a running deadline with a reason and a new date."""

    request_id: str
    referral_number: str
    deadline_code: str
    until: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendDeadlineResponse(StateChange):
    """The state with the new deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAdditionalExaminationRequest:
    """A programme of additional examination (СЭМД kind 138)."""

    request_id: str
    referral_number: str
    explanation: str
    examinations: tuple[AdditionalExamination, ...] = ()
    until: date | None = None
    semd: File | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAdditionalExaminationResponse(StateChange):
    """The state after the programme was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitResultRequest:
    """The signed result of the expertise (СЭМД kind 187)."""

    request_id: str
    signed_examination_result: etree._Element = field(metadata={"tag": _tag("SignedExaminationResult")})
    semd: File | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitResultResponse(StateChange):
    """The state after the result was stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceDocumentRequest:
    """Replaces a wrong return notice or a wrong result; exactly one of the two."""

    request_id: str
    referral_number: str
    document_id: str
    reason: str
    signed_return_notice: etree._Element | None = field(
        default=None, metadata={"tag": _tag("SignedReturnNotice")}
    )
    signed_examination_result: etree._Element | None = field(
        default=None, metadata={"tag": _tag("SignedExaminationResult")}
    )
    semd: File | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceDocumentResponse(StateChange):
    """The state after the replacement."""
