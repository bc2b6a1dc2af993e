"""Requests and answers of the services that we call: bureau-inbox.wsdl, fund.wsdl (exchange-partner.xsd)."""

from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from adapter.contract.exchange.bureau import ReferralItem
from adapter.contract.exchange.common import File, Organization
from adapter.contract.namespaces import document_tag as _tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReferralRequest:
    """Pushes one referral to the bureau, with the documents inline."""

    request_id: str
    item: ReferralItem
    signed_referral: etree._Element | None = field(default=None, metadata={"tag": _tag("SignedReferral")})
    semd: File | None = None
    file: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReferralResponse:
    """The bureau has the referral."""

    referral_number: str
    received_at: datetime
    inbox_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyReturnRequest:
    """Tells the fund of a return: the least that is needed, no diagnosis."""

    request_id: str
    referral_number: str
    organization: Organization
    returned_at: datetime
    ground_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyReturnResponse:
    """The fund has the notice."""

    referral_number: str
    received_at: datetime
    notice_number: str | None = None
