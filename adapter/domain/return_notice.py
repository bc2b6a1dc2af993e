"""The notice of the reasons of return that a bureau signs.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from adapter.domain.requisites import Bureau, DocumentId, StaffPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingExamination:
    """Examination that the bureau misses (ground K3)."""

    code: str | None = None
    name: str
    required_validity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReason:
    """One ground of return with its explanation and the fields it concerns."""

    ground_code: str
    sub_code: str | None = None
    explanation: str
    field_path: tuple[str, ...] = ()
    missing_examinations: tuple[MissingExamination, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnNotice:
    """Notice of the reasons of return (СЭМД kind 130, older 108), as the bureau signs it.

    Moments are aware datetimes in UTC; ``rework_deadline`` is the last day of the term.
    """

    id_: str = field(metadata={"attribute": True, "tag": "Id"})
    return_id: str
    referral_number: str
    document_id: DocumentId
    document_kind: str
    created_at: datetime
    received_at: datetime
    returned_at: datetime
    reasons: tuple[ReturnReason, ...]
    legal_basis: tuple[str, ...]
    rework_deadline: date
    bureau: Bureau
    signed_by: StaffPerson
