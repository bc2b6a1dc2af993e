"""Containers made wrong on purpose, and signed so that only the wrong thing can be the cause of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signing import gost, primitives
from signing.algorithms import Digest
from signing.certificates import read_certificate
from signing.cms.ber import tlv
from signing.cms.structures import (
    CONTENT_TYPE,
    ID_DATA,
    MESSAGE_DIGEST,
    SET_TAG,
    SIGNING_CERTIFICATE_V2,
    Attribute,
    CertificateIdV2,
    ContentInfo,
    IssuerSerial,
    SignedData,
    SignerInfo,
    SigningCertificateV2,
    decode,
    encode,
    identifier,
    raw,
)
from signing.keys import SigningKey
from tests.unit.signing.cms.cms_vectors import KEYS


def signing_key(name: str) -> SigningKey:
    """One of the test keys of the vectors."""
    private, certificate = KEYS[name]
    read = read_certificate(certificate)
    return SigningKey(_private(private), read, (), read.key_kind())


def attribute(kind: x509.ObjectIdentifier, *values: bytes) -> bytes:
    """A signed attribute with values, DER."""
    return encode(Attribute(kind=kind, values=asn1.SetOf([raw(one) for one in values])))


def usual(content: bytes, digest: Digest = Digest.SHA256) -> list[bytes]:
    """The two attributes that every signature has."""
    return [
        attribute(CONTENT_TYPE, encode(ID_DATA)),
        attribute(MESSAGE_DIGEST, encode(primitives.digest(digest, content))),
    ]


def ess(
    certificate: bytes,
    *,
    kind: Digest = Digest.SHA256,
    algorithm: tuple[str, bytes] | None = None,
    place: IssuerSerial | None = None,
) -> bytes:
    """A signing-certificate-v2 attribute."""
    named = CertificateIdV2(
        algorithm=identifier(algorithm) if algorithm else None,
        value=primitives.digest(kind, certificate),
        issuer_serial=place,
    )
    value = SigningCertificateV2(certificates=[named], policies=None)
    return attribute(SIGNING_CERTIFICATE_V2, encode(value))


def signed_anew(container: bytes, key: SigningKey, attributes: list[bytes]) -> bytes:
    """The container with other signed attributes, in this order, rightly signed with SHA-256."""

    def change(info: SignerInfo) -> None:
        value = primitives.digest(Digest.SHA256, tlv(SET_TAG, b"".join(attributes)))
        info.signed_attributes = [raw(one) for one in attributes]
        info.signature = primitives.sign(key.private_key, Digest.SHA256, value, der=True)

    return changed_signer(container, change)


def changed_signer(container: bytes, change: Callable[[SignerInfo], None]) -> bytes:
    """The container with its SignerInfo changed; the signature value stays unless `change` makes another."""

    def within(data: SignedData) -> None:
        info = decode(SignerInfo, bytes(data.signers.data))
        change(info)
        data.signers = raw(tlv(SET_TAG, encode(info)))

    return changed(container, within)


def changed(container: bytes, change: Callable[[SignedData], None]) -> bytes:
    """The container with its SignedData changed."""
    outer = decode(ContentInfo, container)
    data = decode(SignedData, encode(outer.content))
    change(data)
    outer.content = raw(encode(data))
    return encode(outer)


def with_chain(key: SigningKey, *others: str) -> SigningKey:
    """The key with certificates of other test keys as if they stood above it."""
    return replace(key, chain=tuple(read_certificate(KEYS[name][1]) for name in others))


def _private(pkcs8: bytes) -> primitives.NativePrivateKey:
    try:
        key = load_der_private_key(pkcs8, None)
    except (UnsupportedAlgorithm, ValueError):
        return gost.load_pkcs8(pkcs8)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key
