"""One link of a chain of certificates: who issued whom, and whether the issuer may (RFC 5280, 6.1)."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.primitives import MINIMUM_RSA_BITS
from signing.reasons import Reason, Refusal

STRONG_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)

# Critical extensions that are understood; any other critical one makes the chain unusable (RFC 5280, 4.2).
_UNDERSTOOD = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.CertificatePolicies,
    x509.SubjectAlternativeName,
)


def issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the authority's name and key fit the certificate, by a strong algorithm."""
    try:
        if not isinstance(certificate.signature_hash_algorithm, STRONG_HASHES) or not _strong_key(authority):
            return False
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def link_fault(certificate: x509.Certificate, *, authorities_below: int) -> str:
    """What forbids a certificate its place in a chain, in Russian, empty when nothing does.

    Args:
        certificate: Certificate of the chain.
        authorities_below: Number of authorities between it and the signer; -1 for the signer itself.

    Raises:
        Refusal: SIG_FORMAT when the extensions cannot be read.
    """
    try:
        extensions = certificate.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise Refusal(Reason.SIG_FORMAT, values={"cause": "расширения сертификата не читаются"}) from error
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


def _strong_key(authority: x509.Certificate) -> bool:
    key = authority.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= MINIMUM_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= 256
