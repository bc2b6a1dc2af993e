"""The bare mathematics over every kind of key: digest, verify, sign. No XML, no certificates.

RSA (PKCS #1 v1.5) and ECDSA by `cryptography`, GOST by `signing.gost`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

from signing import gost
from signing.algorithms import (
    GOST_KINDS,
    LEGACY_SIGNATURE_OIDS,
    SIGNATURE_OIDS,
    Digest,
    KeyKind,
)
from signing.reasons import Reason, Refusal

NativePublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | gost.GostPublicKey
NativePrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | gost.GostPrivateKey | gost.ExternalKey

_HASHLIB: Mapping[Digest, Callable[[bytes], hashlib._Hash]] = {
    Digest.SHA1: lambda data: hashlib.sha1(data, usedforsecurity=False),
    Digest.SHA256: hashlib.sha256,
    Digest.SHA384: hashlib.sha384,
    Digest.SHA512: hashlib.sha512,
}
_GOST_DIGESTS = {
    Digest.STREEBOG_256: gost.GostDigest.STREEBOG_256,
    Digest.STREEBOG_512: gost.GostDigest.STREEBOG_512,
    Digest.GOST_94: gost.GostDigest.GOST_94,
}
_PREHASHED = {
    Digest.SHA1: Prehashed(hashes.SHA1()),  # noqa: S303 - verified only where a profile names it
    Digest.SHA256: Prehashed(hashes.SHA256()),
    Digest.SHA384: Prehashed(hashes.SHA384()),
    Digest.SHA512: Prehashed(hashes.SHA512()),
}
_ECDSA = {kind: ec.ECDSA(prehashed) for kind, prehashed in _PREHASHED.items()}
_PKCS1 = padding.PKCS1v15()
_KIND_OF_CURVE = {"secp256r1": KeyKind.P256, "secp384r1": KeyKind.P384}

MINIMUM_RSA_BITS = 2048
# A larger key costs whoever verifies; nobody uses one.
MAXIMUM_RSA_BITS = 8192


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key of a kind that verifies here.

    Attributes:
        kind: The kind.
        native: The key of the library that does the mathematics.
    """

    kind: KeyKind
    native: NativePublicKey


def public_key(native: object) -> PublicKey | None:
    """The key with its kind; None when it is of no kind that verifies here (RSA under 2048 bits too)."""
    if isinstance(native, rsa.RSAPublicKey):
        fits = MINIMUM_RSA_BITS <= native.key_size <= MAXIMUM_RSA_BITS
        return PublicKey(KeyKind.RSA, native) if fits else None
    if isinstance(native, ec.EllipticCurvePublicKey):
        kind = _KIND_OF_CURVE.get(native.curve.name)
        return PublicKey(kind, native) if kind else None
    return None


class Octets(Protocol):
    """Octets that are too many to be in memory at once."""

    def pieces(self) -> Iterator[bytes]:
        """Give them in order, one piece in memory at a time; asked again, from the beginning."""


def digest(kind: Digest, data: bytes | Octets) -> bytes:
    """Digest of octets, in the order of octets that XMLDSig and CMS carry.

    Raises:
        GostUnavailableError: A GOST digest, and no library computes it.
    """
    function = _HASHLIB.get(kind)
    if isinstance(data, bytes):
        return function(data).digest() if function else gost.digest(_GOST_DIGESTS[kind], data)
    if function is None:
        return gost.digest_pieces(_GOST_DIGESTS[kind], data.pieces())
    whole = function(b"")
    for piece in data.pieces():
        whole.update(piece)
    return whole.digest()


def verify(key: PublicKey, kind: Digest, value: bytes, signature: bytes, *, der: bool) -> bool:
    """Whether a signature of a digest holds.

    Args:
        key: The signer's key.
        kind: The digest function.
        value: The digest.
        signature: The signature; of GOST keys s || r.
        der: An ECDSA signature is a DER SEQUENCE (X.509, CMS) and not r || s (XMLDSig).

    Raises:
        GostUnavailableError: A GOST key, and no library computes with its curve.
    """
    native = key.native
    try:
        if isinstance(native, rsa.RSAPublicKey):
            native.verify(signature, value, _PKCS1, _PREHASHED[kind])
        elif isinstance(native, ec.EllipticCurvePublicKey):
            sequence = signature if der else _dss_of(signature, native)
            native.verify(sequence, value, _ECDSA[kind])
        else:
            return gost.verify(native, value, signature)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign(key: NativePrivateKey, kind: Digest, value: bytes, *, der: bool) -> bytes:
    """Sign a digest; the arguments are those of `verify`.

    Raises:
        GostUnavailableError: A GOST key, and no library computes with its curve.
    """
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(value, _PKCS1, _PREHASHED[kind])
    if isinstance(key, ec.EllipticCurvePrivateKey):
        sequence = key.sign(value, _ECDSA[kind])
        return sequence if der else _raw_of(sequence, key)
    return gost.sign(key, value)


def verify_signed(
    key: PublicKey, algorithm_oid: str, data: bytes, signature: bytes, *, legacy: bool = False
) -> bool:
    """Whether the signature of a certificate, a revocation list or an OCSP answer holds.

    Args:
        key: Key of the issuer.
        algorithm_oid: AlgorithmIdentifier.algorithm, dotted.
        data: The signed octets (TBSCertificate and its kin).
        signature: Octets of the BIT STRING.
        legacy: Whether SHA-1 and GOST 2001/94 are admitted.

    Raises:
        Refusal: SIG_ALGORITHM for an algorithm that is not admitted or does not suit the key.
        GostUnavailableError: As `verify`.
    """
    algorithm = SIGNATURE_OIDS.get(algorithm_oid)
    if algorithm is None and legacy:
        algorithm = LEGACY_SIGNATURE_OIDS.get(algorithm_oid)
    if algorithm is None or key.kind not in algorithm.kinds:
        raise Refusal(Reason.SIG_ALGORITHM, values={"algorithm": algorithm_oid})
    return verify(key, algorithm.digest, digest(algorithm.digest, data), signature, der=True)


def is_gost(key: PublicKey) -> bool:
    """Whether the mathematics of a key is GOST."""
    return key.kind in GOST_KINDS


def _dss_of(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    size = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        raise InvalidSignature
    return encode_dss_signature(
        int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    )


def _raw_of(sequence: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    size = (key.curve.key_size + 7) // 8
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(sequence))
