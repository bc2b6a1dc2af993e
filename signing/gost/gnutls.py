"""GOST by GnuTLS (libgnutls.so.30, ABI of 3.6.3 and later): the faster backend, for the curves it knows.

Thread safety: no handle outlives the call that made it, so none is ever shared; importing a raw key costs
about 3 microseconds, a hundredth of a verification. The bound functions and tables are read-only.
"""

from __future__ import annotations

import ctypes
from typing import Final

from signing.gost.backend import GostDigest
from signing.gost.curves import Curve
from signing.gost.errors import GostBackendError
from signing.gost.keys import GostPrivateKey, GostPublicKey, GostSigningKey
from signing.gost.loading import Loader, Pointer, bind

SONAME = "libgnutls.so.30"

_DIGESTS: Final = {GostDigest.GOST_94: 15, GostDigest.STREEBOG_256: 16, GostDigest.STREEBOG_512: 17}
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
        self.version: str = version.decode("ascii", "replace")

    def digest(self, kind: GostDigest, data: bytes) -> bytes:
        """Return the digest of `data`."""
        result = ctypes.create_string_buffer(kind.size)
        self._check(self._hash(_DIGESTS[kind], data, len(data), result))
        return result.raw

    def sign(self, key: GostSigningKey, digest: bytes) -> bytes:
        """Sign with a key in memory; the copy of it inside the library ends with the call."""
        if not isinstance(key, GostPrivateKey):
            raise GostBackendError("GnuTLS подписывает только ключом в памяти, а этот ключ хранится в СКЗИ.")
        curve, point = key.curve, key.public_key().point
        secret = key.scalar.to_bytes(curve.size, "little")
        handle, result = ctypes.c_void_p(), _Output()
        self._check(self._private_init(ctypes.byref(handle)))
        try:
            x, y = _halves(point)
            self._check(self._private_import(handle, *_kind(curve), x, y, _input(secret)))
            self._check(
                self._sign(handle, _SIGNATURE_OF_KEY[curve.bits], 0, _input(digest), ctypes.byref(result))
            )
            signature = ctypes.string_at(result.data, result.size)
        finally:
            self._free(result.data)
            self._private_free(handle)
        return signature

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
            code = self._verify(handle, _SIGNATURE_OF_KEY[curve.bits], 0, _input(digest), _input(signature))
        finally:
            self._public_free(handle)
        if code == _BAD_SIGNATURE:
            return False
        self._check(code)
        return True

    def _check(self, code: int) -> None:
        if code < 0:
            text = self._strerror(code).decode("ascii", "replace")
            raise GostBackendError(f"GnuTLS {self.version}: ошибка {code} ({text}).")


def _input(octets: bytes) -> _Input:
    return _Input(octets, len(octets))


def _halves(point: bytes) -> tuple[_Input, _Input]:
    middle = len(point) // 2
    return _input(point[:middle]), _input(point[middle:])


def _kind(curve: Curve) -> tuple[int, int, int]:
    """Name the curve, the digest and the default cipher parameters (which a signature does not use)."""
    number = _CURVES.get(curve.parameters.oid)
    if number is None:
        raise GostBackendError(f"GnuTLS не знает кривую {curve.oid}.")
    return number, _DIGEST_OF_KEY[curve.bits], _DEFAULT_PARAMETERS
