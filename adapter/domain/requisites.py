"""Requisites of documents: identifiers, addresses, organisations and the persons who sign.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentId:
    """Identifier of one version of a document: a root that ends with ``.51`` and an extension."""

    root: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSetId:
    """Identifier of the set of versions of a document: a root that ends with ``.50`` and an extension."""

    root: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientId:
    """Identifier of the citizen in the hospital's system: a root that ends with ``.10`` and an extension."""

    root: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffId:
    """Identifier of an employee in the system of the organisation: a root that ends with ``.70``."""

    root: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Postal address; ``subject_code`` is two digits, leading zero kept (list 1.2.643.5.1.13.13.99.2.206)."""

    country: str | None = None
    postal_code: str | None = None
    subject_code: str
    district: str | None = None
    locality: str | None = None
    street: str | None = None
    house: str | None = None
    building: str | None = None
    apartment: str | None = None
    text: str
    fias_object_guid: str | None = None
    fias_house_guid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Ground on which a signer acts for another: an order of an acting head or a power of attorney.

    All dates are calendar days of the organisation.
    """

    kind: str
    number: str
    issued_at: date
    valid_from: date
    valid_until: date | None = None
    issuer_name: str
    issuer_ogrn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPerson:
    """Person of staff (point 40, signers); the post is a code of list 1.2.643.5.1.13.13.11.1002."""

    mis_staff_id: StaffId
    snils: str
    post_code: str
    family_name: str
    given_name: str
    patronymic: str | None = None
    organization_oid: str
    authority: Authority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Medical organisation that refers the citizen (header of the form)."""

    oid: str
    department_oid: str | None = None
    name: str
    address: Address
    ogrn: str
    inn: str | None = None
    kpp: str | None = None
    okpo: str | None = None
    okato: str | None = None
    license_number: str | None = None
    license_issuer: str | None = None
    phone: tuple[str, ...]
    is_state: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverBureau:
    """Bureau the citizen is referred to; ``eaviias_code`` is its code in ЕАВИИАС."""

    oid: str
    name: str
    phone: str
    address: Address
    eaviias_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bureau:
    """Bureau that issued a return or a result."""

    code: str | None = None
    name: str
    oid: str
