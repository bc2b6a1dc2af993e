"""Requests and answers of referral.wsdl (exchange-referral.xsd)."""

from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree

from adapter.contract.exchange.common import (
    Deadline,
    DocumentDescriptor,
    ErrorEntry,
    File,
    Organization,
    StateChange,
)
from adapter.contract.namespaces import document_tag as _tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedReferral:
    """Names the referral that a correction belongs to."""

    referral_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralPackage:
    """What a referral arrives as: the signed document of ours, the signed СЭМД, or both, with files."""

    request_id: str
    replaces: ReplacedReferral | None = None
    signed_referral: etree._Element | None = field(default=None, metadata={"tag": _tag("SignedReferral")})
    semd: File | None = None
    file: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenIdentity:
    """Identity of the citizen who asks about himself."""

    snils: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One event in the life of a referral."""

    number: int
    at: datetime
    event: str
    from_: str | None = None
    to: str | None = None
    actor: str
    explanation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleAction:
    """What the asker can do with a referral now; ``name`` is Russian."""

    event: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """The expertise as it was named last: first date, new date or no-show."""

    at: datetime
    form: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeItem:
    """One notice handed out; to be acknowledged by its token."""

    token: str
    notice_id: str
    kind: str
    referral_number: str
    created_at: datetime
    state: str
    documents: tuple[DocumentDescriptor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitReferralRequest(ReferralPackage):
    """A new referral, or a correction that names what it replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitReferralResponse:
    """The signed receipt, with warnings if there are any."""

    receipt: etree._Element = field(metadata={"tag": _tag("Receipt")})
    warning: tuple[ErrorEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateReferralRequest(ReferralPackage):
    """The same content as a submission; nothing is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateReferralResponse:
    """What a submission of the same content would be told."""

    accepted: bool
    error: tuple[ErrorEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawReferralRequest:
    """Withdraws a referral before the examination."""

    request_id: str
    referral_number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawReferralResponse(StateChange):
    """The state after the withdrawal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadAttachmentPartRequest:
    """A part of a large file; ``content`` is base64 text, sizes in bytes."""

    request_id: str
    upload_id: str
    offset: int
    total_size: int
    sha256: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadAttachmentPartResponse:
    """How many bytes of an upload are there without a gap."""

    upload_id: str
    received: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GetReferralStatusRequest:
    """Asks for the state of one referral; the asker is its sender, its receiver or the citizen."""

    request_id: str
    referral_number: str
    citizen: CitizenIdentity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetReferralStatusResponse:
    """Everything the asker may know about a referral, with its history."""

    referral_number: str
    citizen_snils_masked: str | None = None
    service_type: str
    public_status: str
    state: str
    since: datetime
    version_number: int
    responsible_organization: Organization
    expected_completion_date: date | None = None
    deadline: Deadline | None = None
    registration_number: str | None = None
    emdr_id: str | None = None
    grounds: tuple[str, ...] = ()
    error: tuple[ErrorEntry, ...] = ()
    result_available: bool
    result_document_id: str | None = None
    history: tuple[HistoryEntry, ...] = ()
    running_deadline: tuple[Deadline, ...] = ()
    waiting_deadline: tuple[str, ...] = ()
    possible_action: tuple[PossibleAction, ...] = ()
    appointment: Appointment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchNoticesRequest:
    """Asks for the waiting notices of the caller."""

    request_id: str
    max_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchNoticesResponse:
    """Waiting notices and when to ask again, in seconds."""

    item: tuple[NoticeItem, ...] = ()
    retry_after_seconds: int
    more_available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeNoticesRequest:
    """Confirms that notices are safe with the caller."""

    request_id: str
    token: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeNoticesResponse:
    """Which tokens were known."""

    acknowledged: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
