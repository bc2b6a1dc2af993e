"""One link of a chain of certificates: who issued whom, and whether the issuer may (RFC 5280, 6.1)."""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509
from cryptography.hazmat import asn1

from signing.certificates import PARSING_ERRORS, Certificate
from signing.extensions import read_extensions
from signing.primitives import verify_signed
from signing.reasons import Reason, Refusal

# Proofs that are kept: a region's signers and authorities several times over; an entry is two references.
_KEPT = 4096

_SEQUENCE = b"\x30"

# Critical extensions that are understood; any other critical one makes the chain unusable (RFC 5280, 4.2).
_UNDERSTOOD = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.CertificatePolicies,
    x509.SubjectAlternativeName,
)


@lru_cache(maxsize=_KEPT)
def issued_by(certificate: Certificate, authority: Certificate) -> bool:
    """Whether the authority's name and key fit the certificate, by a strong algorithm.

    The answer depends on the bytes of the two alone, so it is kept: dates and revocation are judged anew.

    Raises:
        GostUnavailableError: The key is GOST and no library serves it; that is not kept.
    """
    if certificate.issuer != authority.subject or not _has_one_algorithm(certificate.der):
        return False
    return is_signed_by(
        authority,
        certificate.x509.signature_algorithm_oid,
        certificate.x509.tbs_certificate_bytes,
        certificate.x509.signature,
    )


def is_signed_by(
    authority: Certificate, algorithm: x509.ObjectIdentifier, content: bytes, signature: bytes
) -> bool:
    """Whether the key of an authority made a signature, by an algorithm that is admitted.

    Raises:
        GostUnavailableError: The key is GOST and no library serves it.
    """
    try:
        return verify_signed(authority.public_key(), algorithm.dotted_string, content, signature)
    except Refusal:
        return False


@asn1.sequence
class _Signed:
    """SIGNED of X.509: what is signed, taken apart into its parts, the algorithm, the signature."""

    content: list[asn1.TLV]
    algorithm: asn1.TLV
    signature: asn1.TLV


def _has_one_algorithm(der: bytes) -> bool:
    """Whether a certificate names one algorithm, inside what is signed and outside (4.1.1.2).

    Before it stand only the version and the serial number, neither of them a SEQUENCE.
    """
    signed = asn1.decode_der(_Signed, der)
    inside = next((part for part in signed.content if part.tag_bytes == _SEQUENCE), None)
    return inside is not None and asn1.encode_der(inside) == asn1.encode_der(signed.algorithm)


@lru_cache(maxsize=_KEPT)
def key_identifiers(certificate: Certificate) -> tuple[bytes | None, bytes | None]:
    """Identifiers of the certificate's own key and of its issuer's key, where it names them."""
    own = issuer = None
    for extension in extensions_of(certificate):
        if isinstance(extension.value, x509.SubjectKeyIdentifier):
            own = extension.value.digest
        elif isinstance(extension.value, x509.AuthorityKeyIdentifier):
            issuer = extension.value.key_identifier
    return own, issuer


@lru_cache(maxsize=_KEPT)
def extensions_of(certificate: Certificate) -> x509.Extensions:
    """The extensions of a certificate.

    Raises:
        Refusal: SIG_FORMAT when they cannot be read.
    """
    try:
        return read_extensions(certificate.der, certificate.x509)
    except PARSING_ERRORS as error:
        raise Refusal(Reason.SIG_FORMAT, values={"cause": "расширения сертификата не читаются"}) from error


@lru_cache(maxsize=_KEPT)
def link_fault(certificate: Certificate, *, authorities_below: int) -> str:
    """What forbids a certificate its place in a chain, in Russian, empty when nothing does.

    Args:
        certificate: Certificate of the chain.
        authorities_below: Number of authorities between it and the signer; -1 for the signer itself.

    Raises:
        Refusal: SIG_FORMAT when the extensions cannot be read.
    """
    extensions = extensions_of(certificate)
    if certificate.x509.version is not x509.Version.v3:
        return "сертификат не версии 3"
    if any(e.critical and not isinstance(e.value, _UNDERSTOOD) for e in extensions):
        return "неизвестное критическое расширение сертификата"
    if authorities_below < 0:
        return ""
    return _authority_fault(extensions, authorities_below)


def _authority_fault(extensions: x509.Extensions, authorities_below: int) -> str:
    try:
        basic = extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return "сертификат издателя не является сертификатом удостоверяющего центра"
    if not basic.ca:
        return "сертификат издателя не является сертификатом удостоверяющего центра"
    if not usage.key_cert_sign:
        return "удостоверяющему центру не разрешено подписывать сертификаты"
    if basic.path_length is not None and authorities_below > basic.path_length:
        return "цепочка длиннее разрешённой удостоверяющим центром"
    return ""
