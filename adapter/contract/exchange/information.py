"""Requests and answers of information.wsdl (exchange-information.xsd)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from adapter.contract.exchange.common import Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSection:
    """One section of the conditions of the service, with its dates of validity."""

    code: str
    title: str
    text: str
    legal_basis: tuple[str, ...] = ()
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTerm:
    """One term of the service."""

    code: str
    title: str
    length: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """One step that the citizen sees."""

    at: datetime
    public_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsDimension:
    """One cut of a statistics row."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsRow:
    """One indicator in one cut; no ``value`` where the denominator is zero or the number is hidden."""

    indicator: str
    title: str
    dimensions: tuple[StatisticsDimension, ...] = ()
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    unit: str
    hidden: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetServiceInformationRequest:
    """Asks for the conditions of the service; open to all."""

    request_id: str
    on_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetServiceInformationResponse:
    """The conditions of the service on a date."""

    on_date: date
    section: tuple[ServiceSection, ...] = ()
    term: tuple[ServiceTerm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GetProgressRequest:
    """Asks how far a referral is; the number and the СНИЛС together."""

    request_id: str
    referral_number: str
    snils: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetProgressResponse:
    """How far a referral is, in words for the citizen."""

    referral_number: str
    service_type: str
    public_status: str
    since: datetime
    responsible_organization: Organization
    expected_completion_date: date | None = None
    examination_at: datetime | None = None
    examination_place: str | None = None
    appeal_until: date | None = None
    event: tuple[ProgressEvent, ...] = ()
    result_available: bool | None = None
    result_document_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetStatisticsRequest:
    """Asks for indicators over a period, both days included."""

    request_id: str
    from_: date
    to: date
    indicator: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    region: str | None = None
    organization_oid: str | None = None
    bureau_oid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetStatisticsResponse:
    """Indicators over a period and the moment up to which events were counted."""

    from_: date
    to: date
    cut_off_at: datetime
    row: tuple[StatisticsRow, ...] = ()
