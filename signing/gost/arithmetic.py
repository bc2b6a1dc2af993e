"""Points of a curve in plain integers: is a point on it, and a multiple of the base point.

Signatures are never made or verified here, that is the work of the libraries. These few lines check foreign
public keys, the same for every backend, and derive the public point of a private key once, when it is loaded.
Python's integers do not take constant time, so a derivation should not be offered to a stranger as a service.
"""

from __future__ import annotations

from signing.gost.curves import Parameters

_Projective = tuple[int, int, int]
_INFINITY: _Projective = (0, 1, 0)


def is_sound(parameters: Parameters, x: int, y: int) -> bool:
    """Tell whether (x, y) is a point of the curve that is no trivial one of the small subgroup."""
    p = parameters.p
    if not (0 <= x < p and 0 <= y < p and (y * y - (x * x + parameters.a) * x - parameters.b) % p == 0):
        return False
    point = (x, y, 1)
    for _ in range(parameters.cofactor.bit_length() - 1):
        point = _add(parameters, point, point)
    return point[2] != 0


def multiply_base(parameters: Parameters, scalar: int) -> tuple[int, int]:
    """Return the affine point `scalar` times the base point, for 0 < scalar < q."""
    low, high = _INFINITY, (parameters.x, parameters.y, 1)
    for place in reversed(range(parameters.q.bit_length())):
        total = _add(parameters, low, high)
        if scalar >> place & 1:
            low, high = total, _add(parameters, high, high)
        else:
            low, high = _add(parameters, low, low), total
    inverse = pow(low[2], -1, parameters.p)
    return low[0] * inverse % parameters.p, low[1] * inverse % parameters.p


def _add(parameters: Parameters, first: _Projective, second: _Projective) -> _Projective:
    """Add by the complete formulas of Renes, Costello and Batina (eprint 2015/1060, algorithm 1).

    They hold for any two points whose difference is not of order 2: for every doubling, and for every sum in
    the subgroup of the base point.
    """
    p, a, b3 = parameters.p, parameters.a, 3 * parameters.b
    (x1, y1, z1), (x2, y2, z2) = first, second
    xx, yy, zz = x1 * x2 % p, y1 * y2 % p, z1 * z2 % p
    xy = ((x1 + y1) * (x2 + y2) - xx - yy) % p
    xz = ((x1 + z1) * (x2 + z2) - xx - zz) % p
    yz = ((y1 + z1) * (y2 + z2) - yy - zz) % p
    side = (b3 * zz + a * xz) % p
    less, more = yy - side, yy + side
    slope = (3 * xx + a * zz) % p
    cross = (b3 * xz + a * (xx - a * zz)) % p
    return (
        (xy * less - yz * cross) % p,
        (less * more + slope * cross) % p,
        (yz * more + xy * slope) % p,
    )
