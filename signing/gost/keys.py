"""Keys of GOST R 34.10: the public point, the private number, and a key that never leaves its device."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from signing.gost.arithmetic import is_sound, multiply_base
from signing.gost.curves import Curve
from signing.gost.errors import GostKeyError

_KEY_ID = re.compile(r"[^-\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,254}")


@dataclass(frozen=True, slots=True)
class GostPublicKey:
    """A checked public key; the same for GOST R 34.10-2001 and 2012 of 256 bits, whose mathematics is one.

    Attributes:
        curve: The curve under the OID that the key names.
        point: X, then Y, each little-endian and `curve.size` octets long, as in SubjectPublicKeyInfo.

    Raises:
        GostKeyError: The point has a wrong length, is not on the curve, or lies in the small subgroup.
    """

    curve: Curve
    point: bytes

    def __post_init__(self) -> None:
        size = self.curve.size
        if len(self.point) != 2 * size:
            raise GostKeyError(
                f"Открытый ключ ГОСТ: {len(self.point)} октетов, "
                f"а для кривой {self.curve.oid} нужно {2 * size}."
            )
        x, y = self.coordinates
        if not is_sound(self.curve.parameters, x, y):
            raise GostKeyError(f"Открытый ключ ГОСТ не является точкой кривой {self.curve.oid}.")

    @property
    def coordinates(self) -> tuple[int, int]:
        """The affine coordinates as numbers."""
        size = self.curve.size
        return int.from_bytes(self.point[:size], "little"), int.from_bytes(self.point[size:], "little")


class GostPrivateKey:
    """A private key in memory; its public point is derived once, here.

    Raises:
        GostKeyError: The number is not between 0 and the order of the curve.
    """

    __slots__ = ("__weakref__", "_public", "curve", "scalar")

    def __init__(self, curve: Curve, scalar: int) -> None:
        if not 0 < scalar < curve.parameters.q:
            raise GostKeyError(f"Закрытый ключ ГОСТ вне пределов кривой {curve.oid}.")
        self.curve = curve
        self.scalar = scalar
        x, y = multiply_base(curve.parameters, scalar)
        point = x.to_bytes(curve.size, "little") + y.to_bytes(curve.size, "little")
        self._public = GostPublicKey(curve, point)

    def public_key(self) -> GostPublicKey:
        """Return the public key that belongs to this one."""
        return self._public

    def __repr__(self) -> str:
        return f"GostPrivateKey({self.curve.name})"


@dataclass(frozen=True, slots=True)
class ExternalKey:
    """A private key kept by a certified device or program and known to it by a name.

    Attributes:
        key_id: The name the configured backend knows the key by: a container, a PKCS#11 label, a thumbprint.
            It is no secret: it stands on the command line of the external program.
        public: The public key, from the certificate.

    Raises:
        GostKeyError: The name is empty, longer than 255 characters, begins with a hyphen (a program would
            take it for an option) or holds control characters.
    """

    key_id: str
    public: GostPublicKey

    def __post_init__(self) -> None:
        if not _KEY_ID.fullmatch(self.key_id):
            raise GostKeyError(
                "Имя ключа СКЗИ: от 1 до 255 знаков, без управляющих знаков и без дефиса в начале."
            )

    @property
    def curve(self) -> Curve:
        """The curve of the key."""
        return self.public.curve

    def public_key(self) -> GostPublicKey:
        """Return the public key that belongs to this one."""
        return self.public


GostSigningKey = GostPrivateKey | ExternalKey
"""Anything that can sign."""


def generate(curve: Curve) -> GostPrivateKey:
    """Make a new private key from the system's cryptographically secure random numbers."""
    return GostPrivateKey(curve, 1 + secrets.randbelow(curve.parameters.q - 1))
