"""ASN.1 structures of CMS (RFC 5652) and of the ESS attributes (RFC 2634, 5035, 6211), as DER.

Only shapes are here; what they must say is judged in `cms_container` and `cms`. Where a SET OF may come
unsorted, or octets are needed as they were sent, the field is a list of raw elements or one raw element.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from cryptography import x509
from cryptography.hazmat import asn1

from signing.cms.ber import BerError, members

ID_DATA = x509.ObjectIdentifier("1.2.840.113549.1.7.1")
ID_SIGNED_DATA = x509.ObjectIdentifier("1.2.840.113549.1.7.2")

CONTENT_TYPE = x509.ObjectIdentifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = x509.ObjectIdentifier("1.2.840.113549.1.9.4")
SIGNING_TIME = x509.ObjectIdentifier("1.2.840.113549.1.9.5")
ALGORITHM_PROTECTION = x509.ObjectIdentifier("1.2.840.113549.1.9.52")
SIGNING_CERTIFICATE = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.12")
SIGNING_CERTIFICATE_V2 = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.47")

NULL = b"\x05\x00"
SEQUENCE_TAG = 0x30
SET_TAG = 0x31
DIRECTORY_NAME_TAG = 0xA4

T = TypeVar("T")


@asn1.sequence
class ContentInfo:
    """RFC 5652, 3."""

    content_type: x509.ObjectIdentifier
    content: Annotated[asn1.TLV, asn1.Explicit(0)]


@asn1.sequence
class EncapsulatedContent:
    """RFC 5652, 5.2; a detached signature has no content."""

    content_type: x509.ObjectIdentifier
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class SignedData:
    """RFC 5652, 5.1."""

    version: int
    digest_algorithms: asn1.TLV
    encapsulated: EncapsulatedContent
    certificates: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    revocation: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    signers: asn1.TLV


@asn1.sequence
class IssuerAndSerial:
    """RFC 5652, 10.2.4."""

    issuer: asn1.TLV
    serial: int


@asn1.sequence
class SignerInfo:
    """RFC 5652, 5.3; an AlgorithmIdentifier is the list of its one or two elements."""

    version: int
    signer: IssuerAndSerial | Annotated[bytes, asn1.Implicit(0)]
    digest_algorithm: list[asn1.TLV]
    signed_attributes: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    signature_algorithm: list[asn1.TLV]
    signature: bytes
    unsigned_attributes: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]


@asn1.sequence
class Attribute:
    """RFC 5652, 5.3."""

    kind: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class IssuerSerial:
    """RFC 5035, 4: the issuer is a list of general names."""

    issuer: list[asn1.TLV]
    serial: int


@asn1.sequence
class CertificateId:
    """ESSCertID of RFC 2634, 5.4.1: the hash is SHA-1."""

    value: bytes
    issuer_serial: IssuerSerial | None


@asn1.sequence
class SigningCertificate:
    """RFC 2634, 5.4."""

    certificates: list[CertificateId]
    policies: list[asn1.TLV] | None


@asn1.sequence
class CertificateIdV2:
    """ESSCertIDv2 of RFC 5035, 4; no hash algorithm means SHA-256."""

    algorithm: list[asn1.TLV] | None
    value: bytes
    issuer_serial: IssuerSerial | None


@asn1.sequence
class SigningCertificateV2:
    """RFC 5035, 3."""

    certificates: list[CertificateIdV2]
    policies: list[asn1.TLV] | None


@asn1.sequence
class AlgorithmProtection:
    """CMSAlgorithmProtection of RFC 6211, 2."""

    digest_algorithm: list[asn1.TLV]
    signature_algorithm: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    mac_algorithm: Annotated[list[asn1.TLV] | None, asn1.Implicit(2)]


def decode(kind: type[T], der: bytes) -> T:
    """Decode one structure.

    Raises:
        ValueError: The octets are not DER of this structure.
    """
    try:
        return asn1.decode_der(kind, der)
    except (TypeError, OverflowError) as error:
        raise ValueError("not decodable") from error


def encode(value: object) -> bytes:
    """Encode a structure as DER."""
    return asn1.encode_der(value)


def raw(der: bytes) -> asn1.TLV:
    """An already encoded element as a field of a structure."""
    return asn1.decode_der(asn1.TLV, der)


def members_of(element: asn1.TLV, tag: int, maximum: int) -> list[bytes]:
    """The elements of a SEQUENCE or SET, each as its own octets, in the order sent.

    Raises:
        ValueError: Another tag, broken, or more than `maximum`.
    """
    if element.tag_bytes != bytes((tag,)):
        raise BerError("another type is wanted here")
    return members(bytes(element.data), maximum)


def algorithm_of(parts: list[asn1.TLV]) -> tuple[str, bytes]:
    """OID of an AlgorithmIdentifier, dotted, and its parameters as DER, empty where absent.

    Raises:
        ValueError: It is no AlgorithmIdentifier.
    """
    if not 1 <= len(parts) <= 2:
        raise ValueError("no AlgorithmIdentifier")
    oid = decode(x509.ObjectIdentifier, encode(parts[0]))
    return oid.dotted_string, b"".join(encode(one) for one in parts[1:])


def identifier(algorithm: tuple[str, bytes]) -> list[asn1.TLV]:
    """The reverse of `algorithm_of`."""
    oid, parameters = algorithm
    parts = [raw(encode(x509.ObjectIdentifier(oid)))]
    return [*parts, raw(parameters)] if parameters else parts
