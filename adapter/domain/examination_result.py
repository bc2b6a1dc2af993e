"""The result of the medico-social expertise that a bureau signs.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from adapter.domain.clinical import Complication, Disease
from adapter.domain.history import DisabilityCause
from adapter.domain.requisites import Bureau, DocumentId, StaffPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCitizen:
    """Citizen the result is about."""

    family_name: str
    given_name: str
    patronymic: str | None = None
    snils: str | None = None
    birth_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOrganization:
    """Organisation that referred the citizen."""

    name: str
    ogrn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionImpairment:
    """Impairment of a function of the body; ``degree`` is 1 (slight) to 4 (considerably pronounced)."""

    kind: str
    degree: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeLimitations:
    """Limitations of life activity, degree 1-3 each; an absent one is no limitation."""

    self_care: int | None = None
    moving: int | None = None
    orientation: int | None = None
    communication: int | None = None
    behavior_control: int | None = None
    learning: int | None = None
    work: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishedProfLoss:
    """Loss of professional capacity that the expertise established, in percent."""

    percent: int
    start: date
    end: date | None = None
    permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendations:
    """Recommendations of the bureau."""

    medical: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminationResult:
    """Result of the expertise (СЭМД kind 187, older 35), as the head of the bureau signs it.

    ``created_at`` is an aware datetime in UTC; other dates are calendar days of the bureau.
    """

    id_: str = field(metadata={"attribute": True, "tag": "Id"})
    result_id: str
    referral_number: str
    document_id: DocumentId
    document_kind: str
    created_at: datetime
    act_number: str
    protocol_number: str
    exam_date: date
    exam_form: str
    bureau: Bureau
    citizen: ResultCitizen
    sent_org: SentOrganization
    main_disease: Disease
    main_complications: tuple[Complication, ...] = ()
    concomitant: tuple[Disease, ...] = ()
    concomitant_complications: tuple[Complication, ...] = ()
    function_impairments: tuple[FunctionImpairment, ...] = ()
    life_limitations: LifeLimitations | None = None
    decision: str
    group: str | None = None
    cause: DisabilityCause | None = None
    term: str | None = None
    re_exam_date: date | None = None
    refusal_reason: str | None = None
    prof_loss: tuple[EstablishedProfLoss, ...] = ()
    recommendations: Recommendations | None = None
    bureau_head: StaffPerson
    issue_date: date
