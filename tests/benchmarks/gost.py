"""GOST beside the same library called bare: `python -m tests.benchmarks.gost`; no time makes it fail.

"Bare" is a loop over the C function with every argument ready: keys imported, structures filled, and results
thrown away. What `signing.gost` adds are its checks, its choice of a backend and the copies in and out.
"""

from __future__ import annotations

import ctypes
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from signing import gost
from signing.gost import CURVES, GostDigest
from signing.gost.gnutls import SONAME as GNUTLS
from signing.gost.known_answers import ANSWERS
from signing.gost.libgcrypt import SONAME as LIBGCRYPT

_ROUNDS = 7
_SECONDS = 0.15
_SIZES = (1_000, 20_000, 500_000)
_GNUTLS_KEYS = {256: (8, 16, 44), 512: (13, 17, 45)}
_LIBGCRYPT_NAMES = {"1.2.643.7.1.2.1.1.1": b"GOST2012-256-A", "1.2.643.7.1.2.1.2.3": b"GOST2012-512-tc26-C"}


@dataclass(frozen=True, slots=True)
class Row:
    """Operations in a second, medians of the same rounds."""

    name: str
    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        """Ours as a part of the bare call; the aim is at least 0.85."""
        return self.ours / self.bare


class _Datum(ctypes.Structure):
    _fields_ = (("data", ctypes.c_char_p), ("size", ctypes.c_uint))


def measure() -> list[Row]:
    """Measure verification on both libraries and Streebog at three sizes."""
    rows = [_gnutls(oid) for oid in ("1.2.643.2.2.35.1", "1.2.643.7.1.2.1.2.1")]
    rows += [_libgcrypt(oid) for oid in _LIBGCRYPT_NAMES]
    return rows + [_streebog(size) for size in _SIZES]


def main() -> None:
    """Print what was measured."""
    for row in measure():
        sys.stdout.write(
            f"{row.name:34} {row.ours:10.0f}/s  bare {row.bare:10.0f}/s  ratio {row.ratio:.3f}\n"
        )


def _gnutls(oid: str) -> Row:
    library, answer, curve = ctypes.CDLL(GNUTLS), ANSWERS[oid], CURVES[oid]
    key, (number, digest_number, algorithm) = ctypes.c_void_p(), _GNUTLS_KEYS[curve.bits]
    library.gnutls_pubkey_init(ctypes.byref(key))
    point = bytes.fromhex(answer.point)
    x, y = (_datum(half) for half in (point[: curve.size], point[curve.size :]))
    library.gnutls_pubkey_import_gost_raw(key, number, digest_number, 0, ctypes.byref(x), ctypes.byref(y))
    digest, signature = _datum(bytes.fromhex(answer.digest)), _datum(bytes.fromhex(answer.signature))
    arguments = (key, algorithm, 0, ctypes.byref(digest), ctypes.byref(signature))
    verify = library.gnutls_pubkey_verify_hash2
    return _compared(f"verify GnuTLS {curve.name}", _ours(oid), lambda: verify(*arguments) >= 0)


def _libgcrypt(oid: str) -> Row:
    gost.report()  # opens and initializes the library before it is called here
    library, answer, size = ctypes.CDLL(LIBGCRYPT), ANSWERS[oid], CURVES[oid].size
    point, signature = bytes.fromhex(answer.point), bytes.fromhex(answer.signature)
    name, q = _LIBGCRYPT_NAMES[oid], b"\4" + point[:size][::-1] + point[size:][::-1]
    expressions = (
        b"(7:sig-val(4:gost(1:r%b)(1:s%b)))" % (_atom(signature[size:]), _atom(signature[:size])),
        b"(4:data(5:flags4:gost)(5:value%b))" % _atom(bytes.fromhex(answer.digest)[::-1]),
        b"(10:public-key(3:ecc(5:curve%b)(1:q%b)))" % (_atom(name), _atom(q)),
    )
    handles = [ctypes.c_void_p() for _ in expressions]
    for handle, text in zip(handles, expressions, strict=True):
        library.gcry_sexp_new(ctypes.byref(handle), text, ctypes.c_size_t(len(text)), 0)
    verify = library.gcry_pk_verify
    return _compared(f"verify libgcrypt {CURVES[oid].name}", _ours(oid), lambda: verify(*handles) == 0)


def _streebog(size: int) -> Row:
    data, result, length = bytes(size), ctypes.create_string_buffer(32), ctypes.c_size_t(size)
    digest = ctypes.CDLL(GNUTLS).gnutls_hash_fast
    return _compared(
        f"Streebog-256 of {size} octets",
        lambda: gost.digest(GostDigest.STREEBOG_256, data) != b"",
        lambda: digest(16, data, length, result) == 0,
    )


def _ours(oid: str) -> Callable[[], bool]:
    answer = ANSWERS[oid]
    key = answer.public_key()
    digest, signature = bytes.fromhex(answer.digest), bytes.fromhex(answer.signature)
    return lambda: gost.verify(key, digest, signature)


def _compared(name: str, ours: Callable[[], bool], bare: Callable[[], bool]) -> Row:
    """Measure both in turns, so that a slow moment of the machine strikes both."""
    if not (ours() and bare()):
        raise AssertionError(f"{name}: неверный ответ")
    started = time.perf_counter()
    bare()
    count = max(10, int(_SECONDS / (time.perf_counter() - started)))
    rounds = [(_rate(ours, count), _rate(bare, count)) for _ in range(_ROUNDS)]
    return Row(name, *(statistics.median(rates) for rates in zip(*rounds, strict=True)))


def _rate(call: Callable[[], bool], count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        call()
    return count / (time.perf_counter() - started)


def _datum(octets: bytes) -> _Datum:
    return _Datum(octets, len(octets))


def _atom(octets: bytes) -> bytes:
    return b"%d:%b" % (len(octets), octets)


if __name__ == "__main__":
    main()
