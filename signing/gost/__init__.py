"""GOST R 34.10-2012, Streebog and their predecessors over system libraries, or over a certified device.

The functions here use one `Gost`, which the composition root may replace once at start with `configure`.
Importing this package opens no library and never fails; without a library the calls raise
`GostUnavailableError`.
"""

from __future__ import annotations

from collections.abc import Iterator

from signing.gost.backend import GostBackend, GostDigest
from signing.gost.curves import CURVES, Curve
from signing.gost.encoding import load_pkcs8, load_spki, spki
from signing.gost.errors import GostBackendError, GostError, GostKeyError, GostUnavailableError
from signing.gost.keys import ExternalKey, GostPrivateKey, GostPublicKey, GostSigningKey, generate
from signing.gost.report import BackendReport, GostReport
from signing.gost.service import Gost

__all__ = [
    "CURVES",
    "BackendReport",
    "Curve",
    "ExternalKey",
    "Gost",
    "GostBackend",
    "GostBackendError",
    "GostDigest",
    "GostError",
    "GostKeyError",
    "GostPrivateKey",
    "GostPublicKey",
    "GostReport",
    "GostSigningKey",
    "GostUnavailableError",
    "configure",
    "digest",
    "digest_pieces",
    "generate",
    "load_pkcs8",
    "load_spki",
    "report",
    "sign",
    "spki",
    "verify",
]


class _Holder:
    """The one `Gost` in use; replacing it is one assignment, so a thread sees the old one or the new one."""

    def __init__(self) -> None:
        self.current = Gost()


_holder = _Holder()


def configure(external: GostBackend | None) -> None:
    """Give all GOST work of this process to an external backend, or with None back to the libraries."""
    _holder.current = Gost(external)


def digest(kind: GostDigest, data: bytes) -> bytes:
    """Return the digest of `data`; see `Gost.digest`."""
    return _holder.current.digest(kind, data)


def digest_pieces(kind: GostDigest, pieces: Iterator[bytes]) -> bytes:
    """Return the digest of what comes in pieces; see `Gost.digest_pieces`."""
    return _holder.current.digest_pieces(kind, pieces)


def verify(key: GostPublicKey, digest: bytes, signature: bytes) -> bool:
    """Tell whether a signature holds; see `Gost.verify`."""
    return _holder.current.verify(key, digest, signature)


def sign(key: GostSigningKey, digest: bytes) -> bytes:
    """Sign a digest; see `Gost.sign`."""
    return _holder.current.sign(key, digest)


def report() -> GostReport:
    """Tell what works here and who serves it; see `Gost.report`."""
    return _holder.current.report()
