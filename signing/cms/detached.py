"""Detached signatures of files: CMS and CAdES-BES (RFC 5652, ETSI EN 319 122-1), made and verified.

РЭМД takes CAdES-BES only, one signer in a container, the signer's certificate inside. Chains, revocation and
roles are judged elsewhere: here a signature holds by mathematics and by its form.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from signing import primitives
from signing.algorithms import DIGESTS, PREFERRED, Digest, SignatureAlgorithm
from signing.certificates import PARSING_ERRORS, Certificate, read_certificate
from signing.cms.algorithms import digest_identifier, digest_of, signature_identifier, signature_of
from signing.cms.attributes import (
    DIGEST_MISMATCH,
    SIGNATURE_MISMATCH,
    check_certificate,
    check_protection,
    issuer_of,
    made,
    message_digest,
    signing_time,
)
from signing.cms.ber import tlv
from signing.cms.container import Container, Signer, read_container, read_signer, refusal
from signing.cms.structures import (
    ID_DATA,
    ID_SIGNED_DATA,
    SEQUENCE_TAG,
    SET_TAG,
    ContentInfo,
    EncapsulatedContent,
    IssuerAndSerial,
    SignedData,
    SignerInfo,
    encode,
    identifier,
    raw,
)
from signing.keys import SigningKey
from signing.primitives import Octets
from signing.reasons import Reason, Refusal

_VERSION = 1


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """A detached signature that holds mathematically and by its form; the certificate is not yet trusted.

    Attributes:
        certificate: Certificate of the signer.
        certificates: All readable certificates of the container, the signer's first.
        algorithm: OID of the signature algorithm as the container writes it.
        digest: The digest function.
        signing_time: The moment that the signer claims, UTC; None when nothing is claimed.
        cades: Whether the signed attributes name the certificate (CAdES-BES) or this is plain CMS.
    """

    certificate: Certificate
    certificates: tuple[Certificate, ...]
    algorithm: str
    digest: Digest
    signing_time: datetime | None
    cades: bool


def verify_detached(
    container: bytes, content: bytes | Octets, *, cades: bool = True, legacy: bool = False
) -> VerifiedFile:
    """Verify the detached signature of a file.

    Args:
        container: CMS SignedData, DER or BER, with one signer and without the file.
        content: The bytes of the file, or what gives them piece by piece.
        cades: Whether plain CMS is refused: the signed attributes must name the certificate.
        legacy: Whether SHA-1 and GOST R 34.10-2001 are admitted.

    Raises:
        Refusal: SIG_FORMAT for the container; SIG_ALGORITHM; SIG_INVALID, whose `cause` tells a changed file
            (`cms_attributes.DIGEST_MISMATCH`) from a signature that does not hold; CERT_MISSING when the
            signer's certificate is not inside.
        GostUnavailableError: A GOST signature, and no library verifies it.
    """
    box = read_container(container)
    _refuse_enclosed(box, content)
    signer = _only_signer(box)
    certificates = _certificates(box, (signer,))
    try:
        return _verified(box, signer, certificates, content, cades=cades, legacy=legacy)
    except Refusal as refused:
        if certificates and _names(signer, certificates[0]):
            raise refused.claimed_by(certificates[0]) from refused
        raise


def certificates_in(data: bytes) -> tuple[Certificate, ...]:
    """Read the certificates that a CMS container carries, those of signers first; nothing is verified.

    Raises:
        Refusal: SIG_FORMAT when it is no readable container.
    """
    box = read_container(data)
    signers: list[Signer] = []
    for one in box.signers:
        with suppress(Refusal):
            signers.append(read_signer(one))
    return _certificates(box, signers)


def sign_detached(
    key: SigningKey, data: bytes, *, cades: bool = True, signing_time: datetime | None = None
) -> bytes:
    """Sign a file as it is, byte for byte.

    Args:
        key: The signer's key.
        data: The bytes of the file.
        cades: Whether the signed attributes name the certificate (CAdES-BES).
        signing_time: The moment to claim, with its time zone; none is claimed without.

    Returns:
        CMS SignedData, DER: one signer, the signer's certificate and those above it.

    Raises:
        GostUnavailableError: A GOST key, and no library signs with it.
        ValueError: The moment has no time zone.
    """
    digest = DIGESTS[PREFERRED[key.kind][1]]
    own = key.certificate
    attributes = made(primitives.digest(digest, data), digest, own, cades=cades, moment=signing_time)
    value = primitives.digest(digest, tlv(SET_TAG, b"".join(attributes)))
    signer = SignerInfo(
        version=_VERSION,
        signer=IssuerAndSerial(issuer=raw(issuer_of(own)), serial=own.x509.serial_number),
        digest_algorithm=identifier(digest_identifier(digest)),
        signed_attributes=[raw(one) for one in attributes],
        signature_algorithm=identifier(signature_identifier(key.kind, digest)),
        signature=primitives.sign(key.private_key, digest, value, der=True),
        unsigned_attributes=None,
    )
    algorithm = b"".join(encode(part) for part in identifier(digest_identifier(digest)))
    signed = SignedData(
        version=_VERSION,
        digest_algorithms=raw(tlv(SET_TAG, tlv(SEQUENCE_TAG, algorithm))),
        encapsulated=EncapsulatedContent(content_type=ID_DATA, content=None),
        certificates=[raw(one) for one in sorted({own.der, *(above.der for above in key.chain)})],
        revocation=None,
        signers=raw(tlv(SET_TAG, encode(signer))),
    )
    return encode(ContentInfo(content_type=ID_SIGNED_DATA, content=raw(encode(signed))))


def _verified(
    box: Container,
    signer: Signer,
    certificates: tuple[Certificate, ...],
    content: bytes | Octets,
    *,
    cades: bool,
    legacy: bool,
) -> VerifiedFile:
    digest = digest_of(signer.digest, legacy=legacy)
    algorithm = signature_of(signer.algorithm, digest, legacy=legacy)
    claimed = message_digest(signer)
    moment = signing_time(signer)
    check_protection(signer)
    if primitives.digest(digest, content) != claimed:
        raise Refusal(Reason.SIG_INVALID, values={"cause": DIGEST_MISMATCH})
    certificate = _own(box, signer, certificates)
    is_cades = check_certificate(signer, certificate, legacy=legacy)
    if cades and not is_cades:
        raise refusal("подпись не CAdES-BES: подписанные атрибуты не называют сертификат")
    _check_value(signer, algorithm, certificate)
    return VerifiedFile(certificate, certificates, signer.algorithm[0], digest, moment, is_cades)


def _check_value(signer: Signer, algorithm: SignatureAlgorithm, certificate: Certificate) -> None:
    key = certificate.public_key()
    if key.kind not in algorithm.kinds:
        values = {"algorithm": signer.algorithm[0], "cause": f"ключ сертификата: {key.kind}"}
        raise Refusal(Reason.SIG_ALGORITHM, values=values)
    value = primitives.digest(algorithm.digest, signer.signed)
    if not primitives.verify(key, algorithm.digest, value, signer.signature, der=True):
        raise Refusal(Reason.SIG_INVALID, values={"cause": SIGNATURE_MISMATCH})


def _refuse_enclosed(box: Container, content: bytes | Octets) -> None:
    if box.content is not None:
        same = primitives.digest(Digest.SHA256, box.content) == primitives.digest(Digest.SHA256, content)
        which = "подписанный файл" if same else "другой файл"
        raise refusal(f"нужна открепленная подпись, а в контейнер вложен {which}")


def _only_signer(box: Container) -> Signer:
    if not box.signers:
        raise refusal("в контейнере CMS нет подписи")
    if len(box.signers) > 1:
        raise refusal("больше одного подписавшего")
    return read_signer(box.signers[0])


def _certificates(box: Container, signers: Sequence[Signer]) -> tuple[Certificate, ...]:
    """Readable certificates, those of signers first; unreadable ones of authorities are passed over."""
    found: dict[bytes, Certificate] = {}
    for der in box.certificates:
        with suppress(Refusal):
            found[der] = read_certificate(der)
    return tuple(sorted(found.values(), key=lambda one: not any(_names(signer, one) for signer in signers)))


def _own(box: Container, signer: Signer, certificates: tuple[Certificate, ...]) -> Certificate:
    own = [one for one in certificates if _names(signer, one)]
    if len(own) > 1:
        raise refusal("сертификат подписавшего определяется неоднозначно")
    if own:
        return own[0]
    for der in box.certificates:
        read_certificate(der)
    raise Refusal(Reason.CERT_MISSING)


def _names(signer: Signer, certificate: Certificate) -> bool:
    """Whether the signer names this certificate as the own one."""
    if not signer.key_identifier:
        return signer.serial == certificate.x509.serial_number and signer.issuer == issuer_of(certificate)
    try:
        extension = certificate.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, *PARSING_ERRORS):
        return False
    return extension.value.digest == signer.key_identifier
