"""What does the mathematics: the interface of every backend, a library's or a certified device's."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol, runtime_checkable

from signing.gost.keys import GostPublicKey, GostSigningKey


class GostDigest(StrEnum):
    """Digests. The octets are in the order that OpenSSL and CryptoPro print; RFC 6986 prints the reverse."""

    STREEBOG_256 = "streebog-256"
    STREEBOG_512 = "streebog-512"
    GOST_94 = "gost-94"
    """GOST R 34.11-94 with the CryptoPro parameter set, for the verification of old signatures only."""

    @property
    def size(self) -> int:
        """Length of the digest in octets."""
        return 64 if self is GostDigest.STREEBOG_512 else 32


@runtime_checkable
class PieceDigester(Protocol):
    """A backend that digests without having all octets in memory."""

    def digest_pieces(self, kind: GostDigest, pieces: Iterator[bytes]) -> bytes:
        """Return the digest of all pieces in order, `kind.size` octets."""


class GostBackend(Protocol):
    """Digest, sign and verify by one means; certified СКЗИ take all three.

    Every method may be called from many threads at once, and raises `GostBackendError`, never another
    exception, where it could not do its work.
    """

    @property
    def name(self) -> str:
        """Short name for reports and messages."""

    def digest(self, kind: GostDigest, data: bytes) -> bytes:
        """Return the digest of `data`, `kind.size` octets."""

    def sign(self, key: GostSigningKey, digest: bytes) -> bytes:
        """Return s, then r, each big-endian and `key.curve.size` octets long (RFC 4491, RFC 9215)."""

    def verify(self, key: GostPublicKey, digest: bytes, signature: bytes) -> bool:
        """Tell whether a signature in the form of `sign` holds; both halves are within 1 .. q - 1."""
