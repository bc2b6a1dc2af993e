"""The equations of RFC 7091 section 6.2 in plain integers: a slow judge without code of the backends."""

from __future__ import annotations

from signing.gost import GostPublicKey

_Point = tuple[int, int] | None


def holds(key: GostPublicKey, digest: bytes, signature: bytes) -> bool:
    """Tell whether a signature holds."""
    numbers, size = key.curve.parameters, key.curve.size
    q = numbers.q
    s, r = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if not (0 < s < q and 0 < r < q):
        return False
    inverse = pow(int.from_bytes(digest, "little") % q or 1, -1, q)
    base = times(s * inverse % q, (numbers.x, numbers.y), numbers.a, numbers.p)
    public = times(-r * inverse % q, key.coordinates, numbers.a, numbers.p)
    total = _plus(base, public, numbers.a, numbers.p)
    return total is not None and total[0] % q == r


def _plus(first: _Point, second: _Point, a: int, p: int) -> _Point:
    if first is None or second is None:
        return first or second
    (x1, y1), (x2, y2) = first, second
    if x1 == x2 and (y1 + y2) % p == 0:
        return None
    slope = (3 * x1 * x1 + a) * pow(2 * y1, -1, p) if first == second else (y2 - y1) * pow(x2 - x1, -1, p)
    x = (slope * slope - x1 - x2) % p
    return x, (slope * (x1 - x) - y1) % p


def times(scalar: int, point: tuple[int, int], a: int, p: int) -> _Point:
    """Multiply a point; None is the point at infinity."""
    total: _Point = None
    addend: _Point = point
    while scalar:
        if scalar & 1:
            total = _plus(total, addend, a, p)
        addend = _plus(addend, addend, a, p)
        scalar >>= 1
    return total
