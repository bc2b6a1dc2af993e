"""GOST by GnuTLS (libgnutls.so.30, ABI of 3.6.3 and later): the faster backend, for the curves it knows.

Thread safety: a public key is imported for each call, which takes about 3 microseconds, a hundredth of a
verification; its handle is never shared. Importing a private key costs as much as signing, so its handle is
kept as long as the key itself lives, and threads share it: GnuTLS only reads it to sign, as the sessions of a
server do with the key of their common credentials, and its manual ("Thread safety") allows it. A thread that
signs holds the key, so the handle cannot go from under it. The bound functions and tables are read-only.
"""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections.abc import Iterator
from typing import Final

from signing.gost.backend import GostDigest
from signing.gost.curves import Curve
from signing.gost.errors import GostBackendError
from signing.gost.keys import GostPrivateKey, GostPublicKey, GostSigningKey
from signing.gost.loading import Loader, Pointer, bind

SONAME = "libgnutls.so.30"

_DIGESTS: Final = {
    GostDigest.GOST_94: (15, ctypes.c_char * 32),
    GostDigest.STREEBOG_256: (16, ctypes.c_char * 32),
    GostDigest.STREEBOG_512: (17, ctypes.c_char * 64),
}
_CURVES: Final = {
    "1.2.643.2.2.35.1": 8,
    "1.2.643.2.2.35.2": 9,
    "1.2.643.2.2.35.3": 10,
    "1.2.643.7.1.2.1.1.1": 16,
    "1.2.643.7.1.2.1.2.1": 13,
    "1.2.643.7.1.2.1.2.2": 14,
    "1.2.643.7.1.2.1.2.3": 15,
}
"""Parameter set to gnutls_ecc_curve_t; aliases share it. Versions to 3.8.9 implement A and 512-A."""

_DIGEST_OF_KEY: Final = {256: 16, 512: 17}
_SIGNATURE_OF_KEY: Final = {256: 44, 512: 45}
_DEFAULT_PARAMETERS: Final = 0
_BAD_SIGNATURE: Final = -89


class _Input(ctypes.Structure):
    """gnutls_datum_t over octets of Python, which it keeps alive."""

    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_uint)]


class _Output(ctypes.Structure):
    """gnutls_datum_t that the library fills with memory of its own."""

    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_uint)]


class GnuTls:
    """The backend over one loaded GnuTLS.

    Raises:
        OSError: The library is not there.
        AttributeError: It is too old to know GOST.
    """

    name = "GnuTLS"

    def __init__(self, load: Loader) -> None:
        lib = load(SONAME)
        handle, number, datum = ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Input)
        flags = ctypes.c_uint
        self._strerror = bind(lib, "gnutls_strerror", ctypes.c_char_p, number)
        self._hash = bind(
            lib, "gnutls_hash_fast", number, number, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p
        )
        self._hash_init = bind(lib, "gnutls_hash_init", number, Pointer, number)
        self._hash_more = bind(lib, "gnutls_hash", number, handle, ctypes.c_char_p, ctypes.c_size_t)
        self._hash_end = bind(lib, "gnutls_hash_deinit", None, handle, ctypes.c_char_p)
        self._public_init = bind(lib, "gnutls_pubkey_init", number, Pointer)
        self._public_free = bind(lib, "gnutls_pubkey_deinit", None, handle)
        self._public_import = bind(
            lib, "gnutls_pubkey_import_gost_raw", number, handle, number, number, number, datum, datum
        )
        self._verify = bind(lib, "gnutls_pubkey_verify_hash2", number, handle, number, flags, datum, datum)
        self._private_init = bind(lib, "gnutls_privkey_init", number, Pointer)
        self._private_free = bind(lib, "gnutls_privkey_deinit", None, handle)
        self._private_import = bind(
            lib, "gnutls_privkey_import_gost_raw", number, handle, number, number, number, datum, datum, datum
        )
        self._sign = bind(
            lib,
            "gnutls_privkey_sign_hash2",
            number,
            handle,
            number,
            flags,
            datum,
            ctypes.POINTER(_Output),
        )
        release = ctypes.c_void_p.in_dll(lib, "gnutls_free").value
        if release is None:
            raise AttributeError("gnutls_free")
        self._free = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(release)
        version = bind(lib, "gnutls_check_version", ctypes.c_char_p, ctypes.c_char_p)(None)
        self._lock = threading.Lock()
        self._handles: weakref.WeakKeyDictionary[GostPrivateKey, ctypes.c_void_p] = (
            weakref.WeakKeyDictionary()
        )
        self.version: str = version.decode("ascii", "replace")

    def digest(self, kind: GostDigest, data: bytes) -> bytes:
        """Return the digest of `data`."""
        number, buffer = _DIGESTS[kind]
        result = buffer()
        code = self._hash(number, data, len(data), result)
        if code:
            self._check(code)
        return result.raw

    def digest_pieces(self, kind: GostDigest, pieces: Iterator[bytes]) -> bytes:
        """Return the digest of all pieces."""
        number, buffer = _DIGESTS[kind]
        handle, result = ctypes.c_void_p(), buffer()
        self._check(self._hash_init(ctypes.byref(handle), number))
        try:
            for piece in pieces:
                self._check(self._hash_more(handle, piece, len(piece)))
        finally:
            self._hash_end(handle, result)
        return result.raw

    def sign(self, key: GostSigningKey, digest: bytes) -> bytes:
        """Sign with a key in memory; the library's copy of it ends with the key."""
        if not isinstance(key, GostPrivateKey):
            raise GostBackendError("GnuTLS подписывает только ключом в памяти, а этот ключ хранится в СКЗИ.")
        result = _Output()
        handle = self._private(key)
        try:
            self._check(
                self._sign(
                    handle,
                    _SIGNATURE_OF_KEY[key.curve.bits],
                    0,
                    _hashed(key.curve, digest),
                    ctypes.byref(result),
                )
            )
            return ctypes.string_at(result.data, result.size)
        finally:
            self._free(result.data)

    def verify(self, key: GostPublicKey, digest: bytes, signature: bytes) -> bool:
        """Tell whether the signature holds.

        GnuTLS reports a curve it does not implement, or a point not on it, as a bad signature too; the probe
        keeps the former away from here, and `GostPublicKey` the latter.
        """
        curve = key.curve
        handle = ctypes.c_void_p()
        self._check(self._public_init(ctypes.byref(handle)))
        try:
            self._check(self._public_import(handle, *_kind(curve), *_halves(key.point)))
            code = self._verify(
                handle, _SIGNATURE_OF_KEY[curve.bits], 0, _hashed(curve, digest), _input(signature)
            )
        finally:
            self._public_free(handle)
        if code == _BAD_SIGNATURE:
            return False
        self._check(code)
        return True

    def _private(self, key: GostPrivateKey) -> ctypes.c_void_p:
        """Return the handle of a private key, importing it when it is first used."""
        with self._lock:
            handle = self._handles.get(key)
            if handle is None:
                handle = self._imported(key)
                self._handles[key] = handle
                weakref.finalize(key, self._private_free, handle).atexit = False
            return handle

    def _imported(self, key: GostPrivateKey) -> ctypes.c_void_p:
        secret = key.scalar.to_bytes(key.curve.size, "little")
        handle = ctypes.c_void_p()
        self._check(self._private_init(ctypes.byref(handle)))
        halves = _halves(key.public_key().point)
        code = self._private_import(handle, *_kind(key.curve), *halves, _input(secret))
        if code < 0:
            self._private_free(handle)
            self._check(code)
        return handle

    def _check(self, code: int) -> None:
        if code < 0:
            text = self._strerror(code).decode("ascii", "replace")
            raise GostBackendError(f"GnuTLS {self.version}: ошибка {code} ({text}).")


def _input(octets: bytes) -> _Input:
    return _Input(octets, len(octets))


def _hashed(curve: Curve, digest: bytes) -> _Input:
    """Give e of RFC 7091 section 6.1 already reduced: GnuTLS takes the order itself for 0 and not for 1."""
    number = int.from_bytes(digest, "little") % curve.parameters.q or 1
    return _input(number.to_bytes(curve.size, "little"))


def _halves(point: bytes) -> tuple[_Input, _Input]:
    middle = len(point) // 2
    return _input(point[:middle]), _input(point[middle:])


def _kind(curve: Curve) -> tuple[int, int, int]:
    """Name the curve, the digest and the default cipher parameters (which a signature does not use)."""
    number = _CURVES.get(curve.parameters.oid)
    if number is None:
        raise GostBackendError(f"GnuTLS не знает кривую {curve.oid}.")
    return number, _DIGEST_OF_KEY[curve.bits], _DEFAULT_PARAMETERS
