"""Signed attributes of CMS: what they must say (RFC 5652, 11; RFC 5035; RFC 6211), read and written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat import asn1

from signing.algorithms import Digest
from signing.certificates import PARSING_ERRORS, Certificate
from signing.cms.algorithms import digest_identifier, digest_of
from signing.cms.ber import tlv
from signing.cms.container import Signer, refusal
from signing.cms.structures import (
    ALGORITHM_PROTECTION,
    CONTENT_TYPE,
    DIRECTORY_NAME_TAG,
    ID_DATA,
    MESSAGE_DIGEST,
    SIGNING_CERTIFICATE,
    SIGNING_CERTIFICATE_V2,
    SIGNING_TIME,
    AlgorithmProtection,
    Attribute,
    CertificateId,
    CertificateIdV2,
    IssuerSerial,
    SigningCertificate,
    SigningCertificateV2,
    algorithm_of,
    decode,
    encode,
    identifier,
    raw,
)
from signing.primitives import digest
from signing.reasons import Reason, Refusal

DIGEST_MISMATCH = "отпечаток файла не совпал с подписанным"
SIGNATURE_MISMATCH = "значение подписи не соответствует ключу и подписанным атрибутам"
CERTIFICATE_MISMATCH = "подписан отпечаток другого сертификата"

_UTC_TIME_TAG = 0x17
_LAST_YEAR_OF_UTC_TIME = 2049
T = TypeVar("T")

_SHA256 = ("2.16.840.1.101.3.4.2.1", b"")


def issuer_of(certificate: Certificate) -> bytes:
    """Name of the issuer, DER; empty when the certificate writes it so that it cannot be written again."""
    try:
        return certificate.x509.issuer.public_bytes()
    except PARSING_ERRORS:
        return b""


def message_digest(signer: Signer) -> bytes:
    """The digest that was signed; the attribute beside it must say that a file was.

    Raises:
        Refusal: SIG_FORMAT.
    """
    content_type = _only(signer, CONTENT_TYPE)
    if content_type != encode(ID_DATA):
        raise refusal("подписан не файл, а данные другого вида")
    value = _only(signer, MESSAGE_DIGEST)
    if not value:
        raise refusal("в подписи нет отпечатка файла")
    return _decoded(bytes, value)


def signing_time(signer: Signer) -> datetime | None:
    """When the signer claims to have signed, UTC; None when nothing is said.

    Raises:
        Refusal: SIG_FORMAT.
    """
    value = _only(signer, SIGNING_TIME)
    if not value:
        return None
    if value[0] == _UTC_TIME_TAG:
        return _decoded(asn1.UTCTime, value).as_datetime()
    return _decoded(asn1.GeneralizedTime, value).as_datetime()


def check_protection(signer: Signer) -> None:
    """CMSAlgorithmProtection, where it is, must repeat the algorithms of the signer.

    Raises:
        Refusal: SIG_FORMAT when it is unreadable, SIG_INVALID when it tells of others.
    """
    value = _only(signer, ALGORITHM_PROTECTION)
    if not value:
        return
    said = _decoded(AlgorithmProtection, value)
    try:
        digest_said = algorithm_of(said.digest_algorithm)
        signature_said = algorithm_of(said.signature_algorithm or [])
    except ValueError as error:
        raise refusal("подписанный атрибут не читается") from error
    if (digest_said, signature_said) != (signer.digest, signer.algorithm):
        raise Refusal(Reason.SIG_INVALID, values={"cause": "алгоритмы подписи подменены"})


def check_certificate(signer: Signer, certificate: Certificate, *, legacy: bool) -> bool:
    """The ESS attributes, where they are, must name the certificate of the signer.

    Returns:
        Whether it is named as CAdES wants: by signing-certificate-v2; the older attribute with its SHA-1
        is enough only where `legacy` says so.

    Raises:
        Refusal: SIG_FORMAT when one is unreadable, SIG_ALGORITHM for its digest, SIG_INVALID when it names
            another certificate.
    """
    second, first = _only(signer, SIGNING_CERTIFICATE_V2), _only(signer, SIGNING_CERTIFICATE)
    if second:
        named = _first(_decoded(SigningCertificateV2, second).certificates)
        try:
            hashed = algorithm_of(named.algorithm) if named.algorithm is not None else _SHA256
        except ValueError as error:
            raise refusal("подписанный атрибут не читается") from error
        _match(named, digest_of(hashed, legacy=legacy), certificate)
    if first:
        _match(_first(_decoded(SigningCertificate, first).certificates), Digest.SHA1, certificate)
    return bool(second or (first and legacy))


def made(
    file_digest: bytes, kind: Digest, certificate: Certificate, *, cades: bool, moment: datetime | None
) -> list[bytes]:
    """Make the signed attributes, each DER, in the order of DER."""
    attributes = [
        _attribute(CONTENT_TYPE, encode(ID_DATA)),
        _attribute(MESSAGE_DIGEST, encode(file_digest)),
    ]
    if moment is not None:
        attributes.append(_attribute(SIGNING_TIME, _time(moment)))
    if cades:
        attributes.append(_attribute(SIGNING_CERTIFICATE_V2, _signing_certificate(kind, certificate)))
    return sorted(attributes)


def _attribute(kind: x509.ObjectIdentifier, value: bytes) -> bytes:
    return encode(Attribute(kind=kind, values=asn1.SetOf([raw(value)])))


def _time(moment: datetime) -> bytes:
    """RFC 5652, 11.3: whole seconds, UTCTime through 2049."""
    if moment.tzinfo is None:
        raise ValueError("the moment of signing must name its time zone")
    whole = moment.astimezone(UTC).replace(microsecond=0)
    if whole.year <= _LAST_YEAR_OF_UTC_TIME:
        return encode(asn1.UTCTime(whole))
    return encode(asn1.GeneralizedTime(whole))


def _signing_certificate(kind: Digest, certificate: Certificate) -> bytes:
    name = tlv(DIRECTORY_NAME_TAG, issuer_of(certificate))
    named = CertificateIdV2(
        algorithm=None if kind is Digest.SHA256 else identifier(digest_identifier(kind)),
        value=digest(kind, certificate.der),
        issuer_serial=IssuerSerial(issuer=[raw(name)], serial=certificate.x509.serial_number),
    )
    return encode(SigningCertificateV2(certificates=[named], policies=None))


def _first(named: list[T]) -> T:
    """The signer's own certificate stands first; those behind it are the authorities."""
    if not named:
        raise refusal("подписанный атрибут не читается")
    return named[0]


def _only(signer: Signer, kind: x509.ObjectIdentifier) -> bytes:
    """The one value of an attribute, DER; empty when the attribute is absent."""
    values = signer.attributes.get(kind.dotted_string)
    if values is None:
        return b""
    if len(values) != 1:
        raise refusal("у подписанного атрибута не одно значение")
    return values[0]


def _decoded(kind: type[T], value: bytes) -> T:
    try:
        return decode(kind, value)
    except ValueError as error:
        raise refusal("подписанный атрибут не читается") from error


def _match(named: CertificateId | CertificateIdV2, kind: Digest, certificate: Certificate) -> None:
    if named.value != digest(kind, certificate.der):
        raise Refusal(Reason.SIG_INVALID, values={"cause": CERTIFICATE_MISMATCH})
    place = named.issuer_serial
    if place is None:
        return
    issuer = tlv(DIRECTORY_NAME_TAG, issuer_of(certificate))
    if place.serial != certificate.x509.serial_number or [encode(one) for one in place.issuer] != [issuer]:
        raise Refusal(Reason.SIG_INVALID, values={"cause": CERTIFICATE_MISMATCH})
