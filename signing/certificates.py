"""A signer's X.509 certificate as plain facts, Russian subject attributes included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

from signing import gost
from signing.algorithms import GOST_KEY_OIDS, KeyKind
from signing.extensions import read_extensions
from signing.names import read_name
from signing.primitives import PublicKey, public_key
from signing.reasons import Reason, Refusal

# Russian attributes of a subject (order of the FSB on the form of a qualified certificate).
OGRN = x509.ObjectIdentifier("1.2.643.100.1")
SNILS = x509.ObjectIdentifier("1.2.643.100.3")
INN_LE = x509.ObjectIdentifier("1.2.643.100.4")
OGRNIP = x509.ObjectIdentifier("1.2.643.100.5")
INN = x509.ObjectIdentifier("1.2.643.3.131.1.1")

# A certificate of a person or an organisation takes 1 to 4 KiB; more than this is not one.
MAXIMUM_SIZE = 64 * 1024

# What `cryptography` raises on foreign bytes. A non-positive serial number is a warning today, an error
# tomorrow.
PARSING_ERRORS = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
    CryptographyDeprecationWarning,
)

# Places among the parts of a TBSCertificate that begins with its version.
_ISSUER, _SUBJECT, _SPKI = 3, 5, 6


@asn1.sequence
class _SignedCertificate:
    """Certificate of RFC 5280, 4.1, its TBSCertificate taken apart no further than into its parts."""

    tbs: list[asn1.TLV]
    algorithm: asn1.TLV
    signature: asn1.TLV


@dataclass(frozen=True, slots=True, repr=False)
class Certificate:
    """Facts of one certificate; compared by its bytes, printed without anything personal.

    Texts that the subject does not carry are empty. СНИЛС is 11 digits; the other numbers are as the
    certificate writes them.

    Attributes:
        der: The certificate as it came, DER.
        thumbprint: SHA-256 of `der`, lower-case hex.
        serial: Serial number, lower-case hex without a prefix.
        snils: СНИЛС of the owner, OID 1.2.643.100.3.
        ogrn: ОГРН of the organisation, OID 1.2.643.100.1.
        ogrnip: ОГРНИП, OID 1.2.643.100.5.
        inn: ИНН, OID 1.2.643.3.131.1.1.
        inn_le: ИНН of a legal entity, OID 1.2.643.100.4.
        common_name: CN of the subject.
        surname: Family name.
        given_name: Given name and patronymic.
        title: Post of the owner.
        organization: O of the subject.
        organizational_unit: OU of the subject.
        issuer_common_name: CN of the issuer.
        not_before: First moment of validity, UTC.
        not_after: Last moment of validity, UTC.
        allows_signing: KeyUsage is present and has digitalSignature or nonRepudiation (contentCommitment).
        issuer: Name of the issuer, DER.
        subject: Name of the owner, DER.
        spki: SubjectPublicKeyInfo, DER.
        key: The public key; None when it is of no kind that verifies here.
        x509: The parsed certificate, for cryptographic work.
    """

    der: bytes
    thumbprint: str = field(compare=False)
    serial: str = field(compare=False)
    snils: str = field(compare=False)
    ogrn: str = field(compare=False)
    ogrnip: str = field(compare=False)
    inn: str = field(compare=False)
    inn_le: str = field(compare=False)
    common_name: str = field(compare=False)
    surname: str = field(compare=False)
    given_name: str = field(compare=False)
    title: str = field(compare=False)
    organization: str = field(compare=False)
    organizational_unit: str = field(compare=False)
    issuer_common_name: str = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    allows_signing: bool = field(compare=False)
    issuer: bytes = field(compare=False)
    subject: bytes = field(compare=False)
    spki: bytes = field(compare=False)
    key: PublicKey | None = field(compare=False)
    x509: x509.Certificate = field(compare=False)

    @property
    def is_personal(self) -> bool:
        """Whether it names a person: it carries a СНИЛС, with or without an organisation."""
        return bool(self.snils)

    @property
    def is_organizational(self) -> bool:
        """Whether it is an organisation's own: ОГРН and no person."""
        return bool(self.ogrn) and not self.snils

    def __repr__(self) -> str:
        return f"Certificate(serial={self.serial}, thumbprint={self.thumbprint[:16]})"

    def public_key(self) -> PublicKey:
        """The public key, when it is of a kind that verifies here.

        Raises:
            Refusal: SIG_ALGORITHM when the key is none of RSA of 2048 bits or more, ECDSA P-256 and P-384,
                GOST R 34.10.
        """
        if self.key is None:
            algorithm = self.x509.public_key_algorithm_oid.dotted_string
            raise Refusal(Reason.SIG_ALGORITHM, values={"algorithm": algorithm, "serial": self.serial})
        return self.key

    def key_kind(self) -> KeyKind:
        """The kind of the public key.

        Raises:
            Refusal: SIG_ALGORITHM as `public_key`.
        """
        return self.public_key().kind

    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.x509.public_bytes(Encoding.PEM)


@lru_cache(maxsize=256)
def read_certificate(der: bytes) -> Certificate:
    """Read a DER certificate (RFC 5280); the same few come with every message, so the last ones are kept.

    Raises:
        Refusal: CERT_MISSING when there are no bytes; SIG_FORMAT when they are not a usable certificate.
    """
    if not der:
        raise Refusal(Reason.CERT_MISSING)
    if len(der) > MAXIMUM_SIZE:
        raise _unreadable("сертификат слишком велик")
    try:
        return _facts(der, x509.load_der_x509_certificate(der))
    except PARSING_ERRORS as error:
        raise _unreadable("сертификат не читается") from error


def load_certificate(file: Path) -> Certificate:
    """Read the first certificate of a PEM or DER file.

    Raises:
        OSError: The file cannot be read.
        Refusal: SIG_FORMAT or CERT_MISSING when it holds no usable certificate.
    """
    content = file.read_bytes()
    if not content.lstrip().startswith(b"-----BEGIN"):
        return read_certificate(content)
    try:
        return of_x509(x509.load_pem_x509_certificate(content))
    except PARSING_ERRORS as error:
        raise _unreadable("сертификат не читается") from error


def of_x509(certificate: x509.Certificate) -> Certificate:
    """Facts of an already parsed certificate.

    Raises:
        Refusal: SIG_FORMAT when its fields are not usable.
    """
    return read_certificate(certificate.public_bytes(Encoding.DER))


def _facts(der: bytes, certificate: x509.Certificate) -> Certificate:
    parts = _parts(der)
    subject = read_name(parts[_SUBJECT])
    issuer = read_name(parts[_ISSUER])
    spki = asn1.encode_der(parts[_SPKI])
    if certificate.serial_number <= 0:
        raise _unreadable("серийный номер сертификата не положительный")
    if certificate.not_valid_after_utc < certificate.not_valid_before_utc:
        raise _unreadable("срок сертификата кончается раньше начала")
    return Certificate(
        der=der,
        thumbprint=sha256(der).hexdigest(),
        serial=f"{certificate.serial_number:x}",
        snils="".join(c for c in _only(subject, SNILS) if c.isdecimal()),
        ogrn=_only(subject, OGRN),
        ogrnip=_only(subject, OGRNIP),
        inn=_only(subject, INN),
        inn_le=_only(subject, INN_LE),
        common_name=_first(subject, NameOID.COMMON_NAME),
        surname=_first(subject, NameOID.SURNAME),
        given_name=_first(subject, NameOID.GIVEN_NAME),
        title=_first(subject, NameOID.TITLE),
        organization=_first(subject, NameOID.ORGANIZATION_NAME),
        organizational_unit=_first(subject, NameOID.ORGANIZATIONAL_UNIT_NAME),
        issuer_common_name=_first(issuer, NameOID.COMMON_NAME),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        allows_signing=_allows_signing(der, certificate),
        issuer=asn1.encode_der(parts[_ISSUER]),
        subject=asn1.encode_der(parts[_SUBJECT]),
        spki=spki,
        key=_key(spki, certificate),
        x509=certificate,
    )


def _key(spki: bytes, certificate: x509.Certificate) -> PublicKey | None:
    """The public key; `cryptography` reads RSA and ECDSA, GOST is read from its SubjectPublicKeyInfo."""
    kind = GOST_KEY_OIDS.get(certificate.public_key_algorithm_oid.dotted_string)
    try:
        if kind is not None:
            return PublicKey(kind, gost.load_spki(spki))
        return public_key(certificate.public_key())
    except PARSING_ERRORS:
        return None


def _parts(der: bytes) -> list[asn1.TLV]:
    """Parts of the TBSCertificate; the first, the version, is put in where it is left out."""
    parts = asn1.decode_der(_SignedCertificate, der).tbs
    if parts[0].tag_bytes != b"\xa0":
        parts.insert(0, parts[0])
    if len(parts) <= _SPKI:
        raise ValueError("too few parts")
    return parts


def _allows_signing(der: bytes, certificate: x509.Certificate) -> bool:
    try:
        usage = read_extensions(der, certificate).get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature or usage.content_commitment


def _first(name: Sequence[tuple[str, str]], oid: x509.ObjectIdentifier) -> str:
    return next((text for found, text in name if found == oid.dotted_string), "")


def _only(name: Sequence[tuple[str, str]], oid: x509.ObjectIdentifier) -> str:
    """The value of an identifying attribute; two different values name two owners and are refused."""
    values = {text for found, text in name if found == oid.dotted_string}
    if len(values) > 1:
        raise _unreadable("в сертификате два разных значения одного номера владельца")
    return values.pop() if values else ""


def _unreadable(cause: str) -> Refusal:
    return Refusal(Reason.SIG_FORMAT, values={"cause": cause})
