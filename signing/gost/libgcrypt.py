"""GOST by libgcrypt (libgcrypt.so.20, 1.8 and later): slower than GnuTLS, but every standard curve.

Thread safety: no handle outlives the call that made it. Keys and values go in as canonical S-expressions,
which libgcrypt copies, so no memory of Python is kept by the library.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from signing.gost.backend import GostDigest
from signing.gost.curves import Curve
from signing.gost.errors import GostBackendError
from signing.gost.keys import GostPrivateKey, GostPublicKey, GostSigningKey
from signing.gost.loading import Loader, Pointer, bind

SONAME = "libgcrypt.so.20"

_DIGESTS: Final = {
    GostDigest.GOST_94: (311, ctypes.c_char * 32),
    GostDigest.STREEBOG_256: (309, ctypes.c_char * 32),
    GostDigest.STREEBOG_512: (310, ctypes.c_char * 64),
}
_CURVES: Final = {
    "1.2.643.2.2.35.0": b"GOST2001-test",
    "1.2.643.2.2.35.1": b"GOST2001-CryptoPro-A",
    "1.2.643.2.2.35.2": b"GOST2001-CryptoPro-B",
    "1.2.643.2.2.35.3": b"GOST2001-CryptoPro-C",
    "1.2.643.7.1.2.1.1.1": b"GOST2012-256-A",
    "1.2.643.7.1.2.1.2.0": b"GOST2012-512-test",
    "1.2.643.7.1.2.1.2.1": b"GOST2012-512-tc26-A",
    "1.2.643.7.1.2.1.2.2": b"GOST2012-512-tc26-B",
    "1.2.643.7.1.2.1.2.3": b"GOST2012-512-tc26-C",
}
"""Parameter set to libgcrypt's own name: 1.10 and 1.11 do not know TC26-256-A by its OID."""

_DISABLE_SECURE_MEMORY: Final = 37
_INITIALIZATION_FINISHED: Final = 38
_IS_INITIALIZED: Final = 39
_TEST_DIGEST: Final = 8
_BAD_SIGNATURE: Final = 8
_CODE_MASK: Final = 0xFFFF
_initialization = threading.Lock()


class Libgcrypt:
    """The backend over one loaded libgcrypt.

    Raises:
        OSError: The library is not there.
        AttributeError: It lacks a function.
    """

    name = "libgcrypt"

    def __init__(self, load: Loader) -> None:
        lib = load(SONAME)
        handle, number, code = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint
        version = bind(lib, "gcry_check_version", ctypes.c_char_p, ctypes.c_char_p)
        control = bind(lib, "gcry_control", code, number)
        with _initialization:
            self.version: str = version(None).decode("ascii", "replace")
            if not control(_IS_INITIALIZED):
                control(_DISABLE_SECURE_MEMORY, 0)
                control(_INITIALIZATION_FINISHED, 0)
        self._strerror = bind(lib, "gcry_strerror", ctypes.c_char_p, code)
        self._digest_info = bind(lib, "gcry_md_algo_info", code, number, number, handle, handle)
        self._hash = bind(
            lib, "gcry_md_hash_buffer", None, number, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t
        )
        self._open_digest = bind(lib, "gcry_md_open", code, Pointer, number, ctypes.c_uint)
        self._write_digest = bind(lib, "gcry_md_write", None, handle, ctypes.c_char_p, ctypes.c_size_t)
        self._read_digest = bind(lib, "gcry_md_read", handle, handle, number)
        self._close_digest = bind(lib, "gcry_md_close", None, handle)
        self._read = bind(lib, "gcry_sexp_new", code, Pointer, ctypes.c_char_p, ctypes.c_size_t, number)
        self._release = bind(lib, "gcry_sexp_release", None, handle)
        self._find = bind(lib, "gcry_sexp_find_token", handle, handle, ctypes.c_char_p, ctypes.c_size_t)
        self._nth = bind(lib, "gcry_sexp_nth_data", handle, handle, number, ctypes.POINTER(ctypes.c_size_t))
        self._sign = bind(lib, "gcry_pk_sign", code, Pointer, handle, handle)
        self._verify = bind(lib, "gcry_pk_verify", code, handle, handle, handle)

    def digest(self, kind: GostDigest, data: bytes) -> bytes:
        """Return the digest of `data`.

        The algorithm is asked for first: libgcrypt ends the process when told to use one it has switched off.
        """
        number, buffer = _DIGESTS[kind]
        self._check(self._digest_info(number, _TEST_DIGEST, None, None))
        result = buffer()
        self._hash(number, result, data, len(data))
        return result.raw

    def digest_pieces(self, kind: GostDigest, pieces: Iterator[bytes]) -> bytes:
        """Return the digest of all pieces."""
        number, buffer = _DIGESTS[kind]
        context = ctypes.c_void_p()
        self._check(self._open_digest(ctypes.byref(context), number, 0))
        try:
            for piece in pieces:
                self._write_digest(context, piece, len(piece))
            return ctypes.string_at(self._read_digest(context, number), ctypes.sizeof(buffer))
        finally:
            self._close_digest(context)

    def sign(self, key: GostSigningKey, digest: bytes) -> bytes:
        """Sign with a key in memory; the copies of it inside the library end with the call."""
        if not isinstance(key, GostPrivateKey):
            raise GostBackendError(
                "libgcrypt подписывает только ключом в памяти, а этот ключ хранится в СКЗИ."
            )
        curve = key.curve
        secret = _atom(key.scalar.to_bytes(curve.size, "big"))
        result = ctypes.c_void_p()
        with (
            self._expression(_key(b"private-key", key.public_key(), b"(1:d" + secret + b")")) as private,
            self._expression(_data(digest)) as data,
        ):
            self._check(self._sign(ctypes.byref(result), data, private))
        try:
            return self._number(result, b"s", curve.size) + self._number(result, b"r", curve.size)
        finally:
            self._release(result)

    def verify(self, key: GostPublicKey, digest: bytes, signature: bytes) -> bool:
        """Tell whether the signature holds."""
        size = key.curve.size
        values = b"(7:sig-val(4:gost(1:r%b)(1:s%b)))" % (_atom(signature[size:]), _atom(signature[:size]))
        with (
            self._expression(_key(b"public-key", key, b"")) as public,
            self._expression(_data(digest)) as data,
            self._expression(values) as value,
        ):
            code = self._verify(value, data, public)
        if code & _CODE_MASK == _BAD_SIGNATURE:
            return False
        self._check(code)
        return True

    @contextmanager
    def _expression(self, canonical: bytes) -> Iterator[ctypes.c_void_p]:
        """Hold an S-expression for the time of a call."""
        handle = ctypes.c_void_p()
        self._check(self._read(ctypes.byref(handle), canonical, len(canonical), 0))
        try:
            yield handle
        finally:
            self._release(handle)

    def _number(self, result: ctypes.c_void_p, name: bytes, size: int) -> bytes:
        """Read a number of a result as `size` octets, big-endian."""
        found = ctypes.c_void_p(self._find(result, name, 1))
        length = ctypes.c_size_t()
        try:
            start = self._nth(found, 1, ctypes.byref(length))
            octets = ctypes.string_at(start, length.value) if start else b""
        finally:
            self._release(found)
        value = int.from_bytes(octets, "big")
        if not octets or value.bit_length() > 8 * size:
            raise GostBackendError(f"libgcrypt {self.version}: подпись без числа {name.decode('ascii')}.")
        return value.to_bytes(size, "big")

    def _check(self, code: int) -> None:
        if code:
            text = self._strerror(code).decode("ascii", "replace")
            raise GostBackendError(f"libgcrypt {self.version}: ошибка {code & _CODE_MASK} ({text}).")


def _atom(octets: bytes) -> bytes:
    return b"%d:%b" % (len(octets), octets)


def _data(digest: bytes) -> bytes:
    """Write the digest as the number libgcrypt wants: GOST reads it little-endian, libgcrypt big-endian."""
    return b"(4:data(5:flags4:gost)(5:value" + _atom(digest[::-1]) + b"))"


def _key(kind: bytes, key: GostPublicKey, secret: bytes) -> bytes:
    size = key.curve.size
    point = b"\4" + key.point[:size][::-1] + key.point[size:][::-1]
    return b"(%b(3:ecc(5:curve%b)(1:q%b)%b))" % (_atom(kind), _atom(_name(key.curve)), _atom(point), secret)


def _name(curve: Curve) -> bytes:
    name = _CURVES.get(curve.parameters.oid)
    if name is None:
        raise GostBackendError(f"libgcrypt не знает кривую {curve.oid}.")
    return name
