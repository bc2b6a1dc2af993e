"""Trials: what would have to be different for a digest or a signature value to hold.

Each trial changes one thing as known mistakes do: white space, line ends, canonicalization, byte order, the
digest function, the encoding, the certificate. What fits names the mistake. All that is found is an
explanation and no verdict.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from signing import primitives
from signing.algorithms import GOST_KINDS, Digest, KeyKind
from signing.certificates import Certificate
from signing.gost import GostKeyError
from signing.inspection.lenient import MAXIMUM_OCTETS
from signing.primitives import PublicKey

# Verifications of one value: with a slow curve of 512 bits they take some seconds.
MAXIMUM_ATTEMPTS = 600
# Octets that one explanation makes and digests.
MAXIMUM_WORK = 256 * 2**20
_MOST_DEVIATIONS = 2

_SIZES = {
    Digest.SHA1: 20,
    Digest.SHA256: 32,
    Digest.SHA384: 48,
    Digest.SHA512: 64,
    Digest.STREEBOG_256: 32,
    Digest.STREEBOG_512: 64,
    Digest.GOST_94: 32,
}
_TWISTS = 3
GOST_DIGESTS = frozenset({Digest.STREEBOG_256, Digest.STREEBOG_512, Digest.GOST_94})


class Deviation(StrEnum):
    """What was different when the signature was made."""

    NO_BLANKS = "no-blanks"
    LINE_BLANKS = "line-blanks"
    CRLF = "crlf"
    LF = "lf"
    OTHER_C14N = "other-c14n"
    COMMENTS = "comments"
    ALONE = "alone"
    NOT_CANONICAL = "not-canonical"
    SMEV_TRANSFORM_MISSING = "smev-transform-missing"
    SMEV_TRANSFORM_NOT_DONE = "smev-transform-not-done"
    ENVELOPED_NOT_DONE = "enveloped-not-done"
    ENVELOPED_MISSING = "enveloped-missing"
    OTHER_TARGET = "other-target"
    BASE64_TEXT = "base64-text"
    BASE64_DECODED = "base64-decoded"
    NO_BOM = "no-bom"
    OTHER_DIGEST = "other-digest"
    DIGEST_REVERSED = "digest-reversed"
    DIGEST_HEX = "digest-hex"
    HALVES_SWAPPED = "halves-swapped"
    VALUE_REVERSED = "value-reversed"
    HALVES_REVERSED = "halves-reversed"
    DER = "der"
    VALUE_HEX = "value-hex"
    VALUE_TWICE_BASE64 = "value-twice-base64"
    DIGESTED_TWICE = "digested-twice"
    CONTENT_SIGNED = "content-signed"
    OTHER_CERTIFICATE = "other-certificate"


Compute = Callable[[], bytes | None]
"""Makes octets; None when they cannot be made."""

Octets = tuple[Deviation | None, str, Compute]
"""A way that octets may have been: the deviation (None: as they should be), a detail, how they are made."""


@dataclass(frozen=True, slots=True)
class Found:
    """What would have to be different.

    Attributes:
        deviations: The mistakes, all of them together.
        detail: The other digest function, the place of the other element, the serial number.
    """

    deviations: tuple[Deviation, ...]
    detail: str = ""


def digest_mistake(octets: Sequence[Octets], kind: Digest | None, text: str) -> Found | None:
    """Find why a digest is another one.

    Args:
        octets: Variants of what is digested: deviation, detail, octets; as it should be first.
        kind: The digest function that is named; None when it is unknown here.
        text: DigestValue, base64.
    """
    wanted = _forms_of_digest(text)
    kinds: list[tuple[Deviation | None, Digest]] = [(None, kind)] if kind else []
    sizes = {len(expected) for _, expected in wanted}
    kinds += [(Deviation.OTHER_DIGEST, one) for one in Digest if one is not kind and _SIZES[one] in sizes]
    made = _Made(octets)
    for first, second in _by_weight([one[0] for one in octets], [one[0] for one in kinds]):
        deviation, detail, _ = octets[first]
        other, function = kinds[second]
        value = made.digest(first, function)
        for form, expected in wanted:
            deviations = tuple(one for one in (deviation, other, form) if one is not None)
            if value == expected and deviations and len(deviations) <= _MOST_DEVIATIONS:
                return Found(deviations, detail or (str(function) if other else ""))
    return None


def value_mistake(
    octets: Sequence[Octets],
    kind: Digest | None,
    value: bytes,
    certificates: Sequence[tuple[Deviation | None, Certificate]],
    *,
    der: bool,
) -> Found | None:
    """Find why a signature value does not hold.

    Args:
        octets: Variants of what is signed, as it should be first.
        kind: The digest function that the algorithm names; None when it is unknown here.
        value: The signature value.
        certificates: The certificate that is named, and others of the file.
        der: Whether an ECDSA signature is a DER SEQUENCE (CMS).
    """
    forms = forms_of_value(value)
    made = _Made(octets)
    attempts = 0
    axes = _by_weight([one[0] for one in octets], [one[0] for one in certificates], [one[0] for one in forms])
    for first, second, third in axes:
        deviation, detail, _ = octets[first]
        stranger, certificate = certificates[second]
        form, signature = forms[third]
        key = certificate.key
        for other, function in _digests_for(key.kind, kind) if key else ():
            attempts += _TWISTS
            right = made.digest(first, function)
            if attempts > MAXIMUM_ATTEMPTS or right is None or key is None:
                break
            twisted = _twist(key, function, right, signature, der=der)
            if twisted is None:
                continue
            deviations = tuple(one for one in (deviation, stranger, form, other, *twisted) if one is not None)
            if deviations and len(deviations) <= _MOST_DEVIATIONS:
                told = certificate.serial if stranger else str(function) if other else ""
                return Found(deviations, detail or told)
    return None


def holds(key: PublicKey, kind: Digest, data: bytes, value: bytes, *, der: bool) -> bool:
    """Whether a signature holds, whatever its URI says; False where key and digest cannot go together."""
    if (key.kind in GOST_KINDS) is not (kind in GOST_DIGESTS):
        return False
    return _verify(key, kind, primitives.digest(kind, data), value, der=der)


def forms_of_value(value: bytes) -> list[tuple[Deviation | None, bytes]]:
    """A signature value as it is, and as mistakes write it, put right."""
    half = len(value) // 2
    left, right = value[:half], value[half:]
    forms: list[tuple[Deviation | None, bytes]] = [
        (None, value),
        (Deviation.HALVES_SWAPPED, right + left),
        (Deviation.VALUE_REVERSED, value[::-1]),
        (Deviation.HALVES_REVERSED, left[::-1] + right[::-1]),
    ]
    text = _unbased(value)
    if text:
        forms.append((Deviation.VALUE_TWICE_BASE64, text))
    raw = _unhexed(value)
    if raw:
        forms.append((Deviation.VALUE_HEX, raw))
    forms += [(Deviation.DER, raw) for raw in _of_der(value)]
    return forms


def _twist(
    key: PublicKey, kind: Digest, right: bytes, value: bytes, *, der: bool
) -> tuple[Deviation, ...] | None:
    """How a digest has to be twisted for a value to hold: not at all, or as named; None: it does not."""
    twists: list[tuple[tuple[Deviation, ...], bytes]] = [
        ((), right),
        ((Deviation.DIGEST_REVERSED,), right[::-1]),
        ((Deviation.DIGESTED_TWICE,), primitives.digest(kind, right)),
    ]
    for deviations, twisted in twists[:_TWISTS]:
        if _verify(key, kind, twisted, value, der=der):
            return deviations
    return None


def _verify(key: PublicKey, kind: Digest, value: bytes, signature: bytes, *, der: bool) -> bool:
    try:
        return primitives.verify(key, kind, value, signature, der=der)
    except GostKeyError:
        return False


def _digests_for(key: KeyKind, named: Digest | None) -> Iterator[tuple[Deviation | None, Digest]]:
    of_gost = key in GOST_KINDS
    if named is not None and (named in GOST_DIGESTS) is of_gost:
        yield None, named
    for one in Digest:
        if one is not named and (one in GOST_DIGESTS) is of_gost:
            yield Deviation.OTHER_DIGEST, one


def _forms_of_digest(text: str) -> list[tuple[Deviation | None, bytes]]:
    """What DigestValue may have been meant to be."""
    forms: list[tuple[Deviation | None, bytes]] = []
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if value:
        forms += [(None, value), (Deviation.DIGEST_REVERSED, value[::-1])]
    for written in (value, text.encode()):
        raw = _unhexed(written)
        if raw:
            forms.append((Deviation.DIGEST_HEX, raw))
    return forms


def _unhexed(value: bytes) -> bytes:
    try:
        return bytes.fromhex(value.decode("ascii"))
    except ValueError:
        return b""


def _unbased(value: bytes) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _of_der(value: bytes) -> Iterator[bytes]:
    """The numbers of a DER signature one after the other, for curves of both sizes."""
    try:
        numbers = decode_dss_signature(value)
    except ValueError:
        return
    for size in (32, 48):
        if all(0 <= number < 256**size for number in numbers):
            yield b"".join(number.to_bytes(size, "big") for number in numbers)


def _by_weight(*axes: Sequence[Deviation | None]) -> list[tuple[int, ...]]:
    """Places on the axes, the fewest deviations first, none with more than may be explained."""
    places = list(product(*(range(len(axis)) for axis in axes)))

    def weight(place: tuple[int, ...]) -> int:
        return sum(axis[at] is not None for axis, at in zip(axes, place, strict=True))

    return sorted((one for one in places if weight(one) <= _MOST_DEVIATIONS), key=weight)


class _Made:
    """Octets and digests of one explanation, each made once."""

    def __init__(self, octets: Sequence[Octets]) -> None:
        self._octets = octets
        self._data: dict[int, bytes | None] = {}
        self._digests: dict[tuple[int, Digest], bytes] = {}
        self._work = 0

    def digest(self, place: int, kind: Digest) -> bytes | None:
        """Digest of a variant; None when it cannot be made or is too long to try."""
        if place not in self._data:
            data = None if self._work > MAXIMUM_WORK else self._octets[place][2]()
            self._work += len(data or b"")
            self._data[place] = data if data is not None and len(data) <= MAXIMUM_OCTETS else None
        data = self._data[place]
        if data is None:
            return None
        if (place, kind) not in self._digests:
            self._work += len(data)
            self._digests[place, kind] = primitives.digest(kind, data)
        return self._digests[place, kind]
