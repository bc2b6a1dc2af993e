"""Keys as DER: SubjectPublicKeyInfo and PKCS #8 (RFC 4491, RFC 9215; X.509 and RFC 5958).

Declared with the strict DER reader of `cryptography`, which itself refuses GOST keys.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from signing.gost.curves import CURVES, Curve
from signing.gost.errors import GostKeyError
from signing.gost.keys import GostPrivateKey, GostPublicKey

ALGORITHMS: Final = {"1.2.643.7.1.1.1.1": 256, "1.2.643.7.1.1.1.2": 512, "1.2.643.2.2.19": 256}
"""OID of a key's algorithm and its length: GOST R 34.10-2012 of 256 and 512 bits, GOST R 34.10-2001."""

_ALGORITHM_OF_LENGTH: Final = {256: "1.2.643.7.1.1.1.1", 512: "1.2.643.7.1.1.1.2"}
_STREEBOG_256: Final = "1.2.643.7.1.1.2.2"
_CRYPTOPRO: Final = "1.2.643.2.2."
_MAXIMUM: Final = 4096
_INTEGER: Final = 0x02

_Structure = TypeVar("_Structure")


@asn1.sequence
class _Parameters:
    curve: ObjectIdentifier
    digest: ObjectIdentifier | None
    cipher: ObjectIdentifier | None


@asn1.sequence
class _Algorithm:
    oid: ObjectIdentifier
    parameters: _Parameters


@asn1.sequence
class _PublicKeyInfo:
    algorithm: _Algorithm
    key: asn1.BitString


@asn1.sequence
class _PrivateKeyInfo:
    version: int
    algorithm: _Algorithm
    key: bytes
    attributes: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(0)]
    public: Annotated[asn1.BitString | None, asn1.Implicit(1)]


def load_spki(der: bytes) -> GostPublicKey:
    """Read a SubjectPublicKeyInfo of GOST R 34.10-2012 or 2001.

    Raises:
        GostKeyError: It is not DER, names no known algorithm or curve, or its point is not sound.
    """
    info = _decoded(_PublicKeyInfo, der, "Открытый ключ ГОСТ (SubjectPublicKeyInfo)")
    curve = _curve(info.algorithm)
    if info.key.padding_bits():
        raise GostKeyError("Открытый ключ ГОСТ: неполный октет в BIT STRING.")
    return GostPublicKey(curve, _decoded(bytes, info.key.as_bytes(), "Открытый ключ ГОСТ (OCTET STRING)"))


def spki(key: GostPublicKey) -> bytes:
    """Write the SubjectPublicKeyInfo of GOST R 34.10-2012; it names a digest for CryptoPro's sets only."""
    digest = ObjectIdentifier(_STREEBOG_256) if key.curve.oid.startswith(_CRYPTOPRO) else None
    algorithm = _Algorithm(
        oid=ObjectIdentifier(_ALGORITHM_OF_LENGTH[key.curve.bits]),
        parameters=_Parameters(curve=ObjectIdentifier(key.curve.oid), digest=digest, cipher=None),
    )
    return asn1.encode_der(
        _PublicKeyInfo(algorithm=algorithm, key=asn1.BitString(asn1.encode_der(key.point), 0))
    )


def load_pkcs8(der: bytes) -> GostPrivateKey:
    """Read an unencrypted PKCS #8 private key in any of the encodings in use.

    The octets of the key are the number itself, little-endian (OpenSSL's engine, RFC 9215), or an OCTET
    STRING of the same (GnuTLS), or an INTEGER (older engines).

    Raises:
        GostKeyError: It is not such a key, or the number does not suit the curve; no part of it is told.
    """
    info = _decoded(_PrivateKeyInfo, der, "Закрытый ключ ГОСТ (PKCS #8, без шифрования)")
    curve = _curve(info.algorithm)
    return GostPrivateKey(curve, _scalar(info.key, curve.size))


def _scalar(octets: bytes, size: int) -> int:
    if len(octets) == size:
        return int.from_bytes(octets, "little")
    what = "Закрытый ключ ГОСТ (число)"
    if octets[:1] == bytes([_INTEGER]):
        return _decoded(int, octets, what)
    inner = _decoded(bytes, octets, what)
    if len(inner) != size:
        raise GostKeyError(f"Закрытый ключ ГОСТ: {len(inner)} октетов, а нужно {size}.")
    return int.from_bytes(inner, "little")


def _curve(algorithm: _Algorithm) -> Curve:
    """Find the curve; its length must be that of the algorithm."""
    bits = ALGORITHMS.get(algorithm.oid.dotted_string)
    if bits is None:
        raise GostKeyError(f"Алгоритм ключа {algorithm.oid.dotted_string} — не ГОСТ Р 34.10.")
    oid = algorithm.parameters.curve.dotted_string
    curve = CURVES.get(oid)
    if curve is None:
        raise GostKeyError(f"Неизвестная кривая ГОСТ: {oid}.")
    if curve.bits != bits:
        raise GostKeyError(f"Кривая {oid} — {curve.bits} бит, а алгоритм ключа — {bits} бит.")
    return curve


def _decoded(structure: type[_Structure], der: bytes, what: str) -> _Structure:
    if len(der) > _MAXIMUM:
        raise GostKeyError(f"{what}: {len(der)} октетов, больше {_MAXIMUM}.")
    try:
        return asn1.decode_der(structure, der)
    except ValueError as error:
        raise GostKeyError(f"{what}: не DER или другая структура.") from error
