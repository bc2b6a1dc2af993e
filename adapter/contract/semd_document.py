"""What the adapter knows of a СЭМД: values only; `adapter.contract.semd` reads them from the file.

Personal data (names, СНИЛС, birth date, sex, local identifiers) never show in a repr.
"""

from dataclasses import dataclass, field
from datetime import date

from adapter.contract.cda import CdaTime, InstanceId
from adapter.domain.errors import Problem

REFERRAL = "34"
"""Type of the referral in 1.2.643.5.1.13.13.11.1522."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """Name of a person; personal data, never shown."""

    family_name: str | None = field(repr=False)
    given_name: str | None = field(repr=False)
    patronymic: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation: OID (ФРМО), name, ОГРН (13 digits) or ОГРНИП (15)."""

    oid: str | None
    name: str | None = None
    ogrn: str | None = None


@dataclass(frozen=True, slots=True)
class Citizen:
    """The citizen (recordTarget); personal data, never shown.

    Attributes:
        snils: 11 digits; as written when it does not look like a СНИЛС.
        birth_date: Date of birth.
        sex: Code of 1.2.643.5.1.13.13.11.1040: 1 male, 2 female.
        name: Names.
        local_id: Identifier in the МИС (root ends with .10).
        snils_path: Path of the СНИЛС, present or not.
        subjects: Codes of the subjects of the federation in the addresses (list 1.2.643.5.1.13.13.99.2.206).
    """

    snils: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: str | None = field(repr=False)
    name: PersonName | None = field(repr=False)
    local_id: InstanceId | None = field(repr=False)
    snils_path: str = field(compare=False, repr=False)
    subjects: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Signer:
    """A person who made or signed the document.

    Attributes:
        snils: 11 digits; as written when it does not look like a СНИЛС.
        post_code: Code of 1.2.643.5.1.13.13.11.1002.
        local_id: Identifier in the МИС (root ends with .70).
        organization_oid: Place of work.
        whose: The role in the genitive, for messages: «автора».
        snils_path: Path of the СНИЛС, present or not.
    """

    snils: str | None = field(repr=False)
    post_code: str | None
    local_id: InstanceId | None = field(repr=False)
    organization_oid: str | None
    whose: str
    snils_path: str = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Performer:
    """A participant of the medical commission: PPRF its chairman, SPRF a member."""

    type_code: str
    signer: Signer


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision to refer: section SCOPORG; everything is absent in a document that is no referral.

    Attributes:
        vk_protocol_number: Number of the commission's protocol (field 4059, п. 1).
        vk_protocol_date: Its date, as written (field 4059, п. 1).
        issue_date: Date of issue, as written (field 4062, п. 40).
        home_examination: Field 4060, п. 2.
        palliative_care: Field 4061, п. 3.
        primary_prosthetics: Field 7012, п. 4.
        purposes: Codes of 1.2.643.5.1.13.13.99.2.147 in the order of the document, п. 5.
        referral_order: Code of 1.2.643.5.1.13.13.11.1007: 1 first, 2 repeated, п. 18.
        receiver_bureau: Where the citizen is sent.
    """

    vk_protocol_number: str | None = None
    vk_protocol_date: date | None = None
    issue_date: date | None = None
    home_examination: bool | None = None
    palliative_care: bool | None = None
    primary_prosthetics: bool | None = None
    purposes: tuple[str, ...] = ()
    referral_order: str | None = None
    receiver_bureau: Organization | None = None


@dataclass(frozen=True, slots=True)
class Semd:
    """What the adapter knows of a СЭМД.

    Attributes:
        document_id: Identifier of this version (root ends with .51).
        document_set_id: Identifier of the set of versions (root ends with .50).
        version_number: From 1.
        replaces_document_id: The version that this one replaces (relatedDocument RPLC).
        type_code: Code of 1.2.643.5.1.13.13.11.1522; 34 is the referral.
        template_id: OID of the template.
        document_kind: Row of 1.2.643.5.1.13.13.11.1520; None when template and type name no document of МСЭ.
        created_at: effectiveTime.
        confidentiality_code: Code of 1.2.643.5.1.13.13.99.2.285.
        organization: The sending organisation (providerOrganization, else custodian).
        citizen: The citizen.
        author: The author.
        legal_authenticator: Who gave the document its legal force.
        performers: The commission, in the order of the document.
        decision: Section SCOPORG.
        problems: What is missing or malformed, sorted by path.
    """

    document_id: InstanceId | None
    document_set_id: InstanceId | None
    version_number: int | None
    replaces_document_id: InstanceId | None
    type_code: str | None
    template_id: str | None
    document_kind: str | None
    created_at: CdaTime | None
    confidentiality_code: str | None
    organization: Organization | None
    citizen: Citizen | None
    author: Signer | None
    legal_authenticator: Signer | None
    performers: tuple[Performer, ...]
    decision: Decision
    problems: tuple[Problem, ...]

    @property
    def is_referral(self) -> bool:
        """Whether the document is a referral, of whatever edition."""
        return self.type_code == REFERRAL
