"""The referral to medico-social expertise: form 088/у, points 1-40.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from adapter.domain.citizen import Citizen, Representative
from adapter.domain.clinical import Anthropometry, Diagnosis, Examination, Medication
from adapter.domain.history import (
    Education,
    ElectronicSickLeave,
    Ipra,
    Previous,
    RehabResults,
    TemporaryDisability,
    Work,
)
from adapter.domain.requisites import DocumentId, DocumentSetId, Organization, ReceiverBureau, StaffPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class VkProtocol:
    """Protocol of the medical commission (point 1)."""

    number: str
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Consent of the citizen (point 19)."""

    date: date
    preferred_form: str
    notification_methods: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """Medical commission that refers the citizen (point 40, signatures)."""

    chair: StaffPerson
    members: tuple[StaffPerson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvents:
    """Events that terms and priorities count from; calendar days of the organisation."""

    doctor_visit: date | None = None
    examinations_complete_date: date | None = None
    operation_date: date | None = None
    svo_participant: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Referral to medico-social expertise, form 088/у, points 1-40, as it is signed.

    ``id_`` is the anchor of the signatures; ``created_at`` is an aware datetime in UTC.
    """

    id_: str = field(metadata={"attribute": True, "tag": "Id"})
    document_id: DocumentId
    document_set_id: DocumentSetId
    version_number: int
    replaces_document_id: DocumentId | None = None
    document_kind: str
    created_at: datetime
    confidentiality_code: str
    organization: Organization
    vk_protocol: VkProtocol
    issue_date: date
    home_examination: bool
    palliative_care: bool
    primary_prosthetics: bool
    purposes: tuple[str, ...]
    referral_order: str
    consent: Consent
    receiver_bureau: ReceiverBureau
    eaviias_guid: str | None = None
    citizen: Citizen
    representative: Representative | None = None
    previous: Previous | None = None
    education: Education | None = None
    work: Work
    observed_since_year: int
    anamnesis_morbi: str
    anamnesis_vitae: str
    temporary_disability: tuple[TemporaryDisability, ...] = ()
    electronic_sick_leave: ElectronicSickLeave
    ipra: Ipra | None = None
    rehab_results: RehabResults | None = None
    anthropometry: Anthropometry
    health_state: str
    complaints: str | None = None
    examinations: tuple[Examination, ...] = ()
    diagnosis: Diagnosis
    clinical_prognosis: str
    rehab_potential: str
    rehab_prognosis: str
    recommended_rehabilitation: str | None = None
    rehabilitation_not_needed: bool | None = None
    medications: tuple[Medication, ...] = ()
    reconstructive_surgery: str | None = None
    prosthetics_and_aids: str | None = None
    sanatorium: str | None = None
    special_care: str | None = None
    fill_date: date
    commission: Commission
    author: StaffPerson
    legal_authenticator: StaffPerson
    case_events: CaseEvents | None = None
