"""What the demo СЭМД is written from."""

from dataclasses import dataclass
from datetime import date, datetime

from adapter.contract.cda import InstanceId


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStaff:
    """A member of the staff: СНИЛС (11 digits), names, post (1.2.643.5.1.13.13.11.1002), local number."""

    snils: str
    family_name: str
    given_name: str
    patronymic: str | None = None
    post_code: str = "122"
    post_name: str = "Врач-хирург"
    local_number: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCitizen:
    """The citizen: СНИЛС, names, sex (1 male, 2 female), date of birth, local number, phone ``+7…``."""

    snils: str
    family_name: str
    given_name: str
    patronymic: str | None = None
    sex: str = "1"
    birth_date: date
    local_number: str = "1"
    phone: str = "+79000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReferral:
    """What the demo document says.

    Attributes:
        document_id: Identifier of this version; its root ends with .51.
        document_set_id: Identifier of the set of versions; its root ends with .50.
        version_number: From 1.
        replaces_document_id: The version that this one replaces.
        created_at: Aware; written with its own offset, which must not be negative.
        organization_oid: OID of the sending organisation; its staff and patients are numbered under it.
        organization_name: Its name.
        organization_ogrn: Its ОГРН.
        citizen: The citizen.
        author: Who wrote the document.
        chair: Chair of the commission.
        members: The other members of the commission.
        legal_authenticator: Who gives the document its legal force; the chair when not given.
        vk_protocol_number: Number of the commission's protocol.
        vk_protocol_date: Its date.
        issue_date: Date of issue.
        bureau_oid: OID of the bureau.
        bureau_name: Its name.
        purposes: Codes of 1.2.643.5.1.13.13.99.2.147.
        referral_order: 1 first, 2 repeated.
        home_examination: Field 4060.
        palliative_care: Field 4061.
        primary_prosthetics: Field 7012.
        icd10: Code of the main disease.
        icd10_name: Its name in the classification.
        diagnosis: The diagnosis in words.
    """

    document_id: InstanceId
    document_set_id: InstanceId
    version_number: int = 1
    replaces_document_id: InstanceId | None = None
    created_at: datetime
    organization_oid: str
    organization_name: str
    organization_ogrn: str
    citizen: DemoCitizen
    author: DemoStaff
    chair: DemoStaff
    members: tuple[DemoStaff, ...] = ()
    legal_authenticator: DemoStaff | None = None
    vk_protocol_number: str
    vk_protocol_date: date
    issue_date: date
    bureau_oid: str
    bureau_name: str
    purposes: tuple[str, ...] = ("1",)
    referral_order: str = "1"
    home_examination: bool = False
    palliative_care: bool = False
    primary_prosthetics: bool = False
    icd10: str = "I69.3"
    icd10_name: str = "Последствия инфаркта мозга"
    diagnosis: str = "Последствия инфаркта мозга, стойкий гемипарез."
