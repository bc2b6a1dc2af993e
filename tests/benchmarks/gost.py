"""GOST beside the same library called bare.

"Bare" is a loop over the C function with every argument ready: keys imported, structures filled, and results
thrown away. What `signing.gost` adds are its checks, its choice of a backend and the copies in and out.
"""

from __future__ import annotations

import ctypes
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from signing import gost
from signing.gost import CURVES, GostDigest
from signing.gost.gnutls import SONAME as GNUTLS
from signing.gost.known_answers import ANSWERS, Answer
from signing.gost.libgcrypt import SONAME as LIBGCRYPT
from tests.benchmarks.bare import BareGost, datum, public_handle

#: Least part of the bare call that is wanted.
WANTED = 0.85

_ROUNDS = 41
_SECONDS = 0.02
_SIZES = (1_000, 20_000, 500_000)
_SIGNATURES = {256: 44, 512: 45}
_LIBGCRYPT_NAMES = {"1.2.643.7.1.2.1.1.1": b"GOST2012-256-A", "1.2.643.7.1.2.1.2.3": b"GOST2012-512-tc26-C"}


@dataclass(frozen=True, slots=True)
class Row:
    """Operations in a second, medians; the ratio, ours to bare, is the median of those of each round."""

    name: str
    ours: float
    bare: float
    ratio: float

    @property
    def met(self) -> bool:
        """Whether it is as near to the bare call as is wanted."""
        return self.ratio >= WANTED


def measure() -> list[Row]:
    """Measure verification on both libraries and Streebog at three sizes."""
    rows = [_gnutls(oid) for oid in ("1.2.643.2.2.36.0", "1.2.643.7.1.2.1.2.1")]
    rows.append(_signing("1.2.643.2.2.36.0"))
    rows += [_libgcrypt(oid) for oid in _LIBGCRYPT_NAMES]
    return rows + [_streebog(size) for size in _SIZES]


def _gnutls(oid: str) -> Row:
    library, answer, curve = ctypes.CDLL(GNUTLS), _answer(oid), CURVES[oid]
    key = public_handle(library, curve, bytes.fromhex(answer.point))
    digest, signature = datum(bytes.fromhex(answer.digest)), datum(bytes.fromhex(answer.signature))
    arguments = (key, _SIGNATURES[curve.bits], 0, ctypes.byref(digest), ctypes.byref(signature))
    verify = library.gnutls_pubkey_verify_hash2
    return _compared(f"verify GnuTLS {curve.name}", _ours(oid), lambda: verify(*arguments) >= 0)


def _signing(oid: str) -> Row:
    key = gost.generate(CURVES[oid])
    bare, digest = BareGost(key), bytes(range(32))
    return _compared(
        f"sign GnuTLS {CURVES[oid].name}",
        lambda: gost.sign(key, digest) != b"",
        lambda: bare.sign_digest(digest) != b"",
    )


def _libgcrypt(oid: str) -> Row:
    gost.report()  # opens and initializes the library before it is called here
    library, answer, size = ctypes.CDLL(LIBGCRYPT), _answer(oid), CURVES[oid].size
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
    answer = _answer(oid)
    key = answer.public_key()
    digest, signature = bytes.fromhex(answer.digest), bytes.fromhex(answer.signature)
    return lambda: gost.verify(key, digest, signature)


def _compared(name: str, ours: Callable[[], bool], bare: Callable[[], bool]) -> Row:
    """Measure both in turns, so that a slow moment of the machine strikes both."""
    if not (ours() and bare()):
        raise AssertionError(f"{name}: неверный ответ")
    started = time.thread_time()
    bare()
    count = max(3, int(_SECONDS / (time.thread_time() - started)))
    rounds = [(_rate(ours, count), _rate(bare, count)) for _ in range(_ROUNDS)]
    ratio = statistics.median(one / other for one, other in rounds)
    mine, others = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    return Row(name, mine, others, ratio)


def _rate(call: Callable[[], bool], count: int) -> float:
    started = time.thread_time()
    for _ in range(count):
        call()
    return count / (time.thread_time() - started)


def _answer(oid: str) -> Answer:
    """The known answer of a parameter set, whatever its alias."""
    return ANSWERS[CURVES[oid].parameters.oid]


def _atom(octets: bytes) -> bytes:
    return b"%d:%b" % (len(octets), octets)
