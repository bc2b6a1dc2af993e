"""The bare primitives: what no signature can do without, with keys loaded and nothing checked."""

from __future__ import annotations

import ctypes
import hashlib
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from signing.gost import Curve, GostPrivateKey
from signing.gost.gnutls import SONAME
from signing.keys import SigningKey

_KEYS_OF_GNUTLS = {256: (8, 16, 44), 512: (13, 17, 45)}
_STREEBOG_256 = 16


class Bare(Protocol):
    """One key with its digest."""

    def prepared(self, value: bytes) -> bytes:
        """Return the value of an XML signature as the library wants it."""

    def digest(self, data: bytes) -> bytes:
        """Return the digest of the signed element."""

    def verify(self, info: bytes, prepared: bytes) -> None:
        """Verify a signature of octets."""

    def sign(self, info: bytes) -> bytes:
        """Sign octets."""


class Datum(ctypes.Structure):
    """gnutls_datum_t over octets of Python."""

    _fields_ = (("data", ctypes.c_char_p), ("size", ctypes.c_uint))


class _Made(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("size", ctypes.c_uint))


class BareRsa:
    """RSA with SHA-256 by `cryptography`."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._private, self._public = key, key.public_key()
        self._padding, self._hash = padding.PKCS1v15(), hashes.SHA256()

    def prepared(self, value: bytes) -> bytes:
        """Return it as it is."""
        return value

    def digest(self, data: bytes) -> bytes:
        """SHA-256."""
        return hashlib.sha256(data).digest()

    def verify(self, info: bytes, prepared: bytes) -> None:
        """One public-key operation."""
        self._public.verify(prepared, info, self._padding, self._hash)

    def sign(self, info: bytes) -> bytes:
        """One private-key operation."""
        return self._private.sign(info, self._padding, self._hash)


class BareEcdsa:
    """ECDSA with SHA-256 by `cryptography`."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._private, self._public = key, key.public_key()
        self._algorithm = ec.ECDSA(hashes.SHA256())

    def prepared(self, value: bytes) -> bytes:
        """Return the two numbers as DER."""
        half = len(value) // 2
        return encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))

    def digest(self, data: bytes) -> bytes:
        """SHA-256."""
        return hashlib.sha256(data).digest()

    def verify(self, info: bytes, prepared: bytes) -> None:
        """One public-key operation."""
        self._public.verify(prepared, info, self._algorithm)

    def sign(self, info: bytes) -> bytes:
        """One private-key operation."""
        return self._private.sign(info, self._algorithm)


class BareGost:
    """GOST R 34.10-2012 with Streebog-256 by ctypes over GnuTLS; both handles of the key are ready."""

    def __init__(self, key: GostPrivateKey) -> None:
        library = ctypes.CDLL(SONAME)
        self._hash, self._verify = library.gnutls_hash_fast, library.gnutls_pubkey_verify_hash2
        self._sign = library.gnutls_privkey_sign_hash2
        release = ctypes.c_void_p.in_dll(library, "gnutls_free").value
        self._free = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(release or 0)
        self._public = public_handle(library, key.curve, key.public_key().point)
        self._private = _private_handle(library, key)
        self._algorithm = _KEYS_OF_GNUTLS[key.curve.bits][2]

    def prepared(self, value: bytes) -> bytes:
        """Return it as it is."""
        return value

    def digest(self, data: bytes) -> bytes:
        """Streebog-256."""
        result = ctypes.create_string_buffer(32)
        self._hash(_STREEBOG_256, data, ctypes.c_size_t(len(data)), result)
        return result.raw

    def verify(self, info: bytes, prepared: bytes) -> None:
        """One public-key operation."""
        digest, signature = datum(self.digest(info)), datum(prepared)
        code = self._verify(self._public, self._algorithm, 0, ctypes.byref(digest), ctypes.byref(signature))
        if code < 0:
            raise AssertionError(f"GnuTLS: {code}")

    def sign(self, info: bytes) -> bytes:
        """One private-key operation."""
        return self.sign_digest(self.digest(info))

    def sign_digest(self, digest: bytes) -> bytes:
        """One private-key operation over a digest."""
        made, hashed = _Made(), datum(digest)
        self._sign(self._private, self._algorithm, 0, ctypes.byref(hashed), ctypes.byref(made))
        value = ctypes.string_at(made.data, made.size)
        self._free(made.data)
        return value


def bare_of(key: SigningKey) -> Bare:
    """Return the bare primitives of a key."""
    if isinstance(key.private_key, rsa.RSAPrivateKey):
        return BareRsa(key.private_key)
    if isinstance(key.private_key, ec.EllipticCurvePrivateKey):
        return BareEcdsa(key.private_key)
    if isinstance(key.private_key, GostPrivateKey):
        return BareGost(key.private_key)
    raise TypeError("a key of an external program has no bare primitives")


def datum(octets: bytes) -> Datum:
    """Return octets as the library takes them."""
    return Datum(octets, len(octets))


def public_handle(library: ctypes.CDLL, curve: Curve, point: bytes) -> ctypes.c_void_p:
    """Import a public key; the handle lives as long as the process."""
    handle, (number, digest, _) = ctypes.c_void_p(), _KEYS_OF_GNUTLS[curve.bits]
    library.gnutls_pubkey_init(ctypes.byref(handle))
    x, y = datum(point[: curve.size]), datum(point[curve.size :])
    library.gnutls_pubkey_import_gost_raw(handle, number, digest, 0, ctypes.byref(x), ctypes.byref(y))
    return handle


def _private_handle(library: ctypes.CDLL, key: GostPrivateKey) -> ctypes.c_void_p:
    handle, (number, digest, _) = ctypes.c_void_p(), _KEYS_OF_GNUTLS[key.curve.bits]
    library.gnutls_privkey_init(ctypes.byref(handle))
    size, point = key.curve.size, key.public_key().point
    parts = [datum(one) for one in (point[:size], point[size:], key.scalar.to_bytes(size, "little"))]
    library.gnutls_privkey_import_gost_raw(handle, number, digest, 0, *(ctypes.byref(one) for one in parts))
    return handle
