"""The table of curves and the arithmetic that checks keys."""

from __future__ import annotations

import pytest

from signing.gost import CURVES, Curve
from signing.gost.arithmetic import is_sound, multiply_base
from signing.gost.curves import TEST_CURVES
from signing.gost.known_answers import ANSWERS
from tests.unit.signing.gost.equations import times

_CURVES = [pytest.param(curve, id=curve.name) for curve in CURVES.values()]


@pytest.mark.parametrize("curve", _CURVES)
def test_numbers_make_a_group_of_the_stated_order(curve: Curve) -> None:
    """The base point lies on the curve, and q - 1 times it is its negative, so that q times it is nothing."""
    parameters = curve.parameters
    assert is_sound(parameters, parameters.x, parameters.y)
    assert multiply_base(parameters, parameters.q - 1) == (parameters.x, parameters.p - parameters.y)
    assert multiply_base(parameters, 1) == (parameters.x, parameters.y)


@pytest.mark.parametrize("curve", _CURVES)
def test_order_fits_the_length_of_the_field(curve: Curve) -> None:
    """The order times the cofactor lies within Hasse's bound around the field."""
    parameters = curve.parameters
    points = parameters.q * parameters.cofactor
    assert (points - parameters.p - 1) ** 2 <= 4 * parameters.p
    assert parameters.p.bit_length() in {curve.bits, curve.bits - 1}


@pytest.mark.parametrize("oid", sorted(ANSWERS))
def test_known_private_numbers_give_their_public_points(oid: str) -> None:
    """The public points of RFC 7091 and of OpenSSL come out of the private numbers."""
    answer = ANSWERS[oid]
    assert answer.private_key().public_key() == answer.public_key()


def test_aliases_share_one_set_of_numbers() -> None:
    """XchA and TC26-256-B are CryptoPro-A, TC26-256-C is B, XchB and TC26-256-D are C."""
    for main, *aliases in (
        ("1.2.643.2.2.35.1", "1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.2"),
        ("1.2.643.2.2.35.2", "1.2.643.7.1.2.1.1.3"),
        ("1.2.643.2.2.35.3", "1.2.643.2.2.36.1", "1.2.643.7.1.2.1.1.4"),
    ):
        assert all(CURVES[alias].parameters is CURVES[main].parameters for alias in aliases)
    assert len({curve.parameters for curve in CURVES.values()}) == len(ANSWERS) == 9
    assert len(CURVES.keys() - TEST_CURVES) == 12


def test_points_of_the_small_subgroup_are_not_sound() -> None:
    """On a curve with cofactor 4 the point of order 2, which is on the curve, is refused."""
    parameters = CURVES["1.2.643.7.1.2.1.1.1"].parameters
    p, a, b = parameters.p, parameters.a, parameters.b
    # RFC 7836 gives the Edwards form of the curve, e = 1 and this d; the point is ((e + d) / 6, 0).
    d = 0x0605F6B7C183FA81578BC39CFAD518132B9DF62897009AF7E522C32D6DC7BFFB
    x = (1 + d) * pow(6, -1, p) % p
    assert (x**3 + a * x + b) % p == 0
    assert not is_sound(parameters, x, 0)


@pytest.mark.parametrize("oid", ["1.2.643.7.1.2.1.1.1", "1.2.643.7.1.2.1.2.3"])
def test_points_of_order_four_are_not_sound(oid: str) -> None:
    """Order times any point of a curve with cofactor 4 lands in the small subgroup, where no key may be."""
    numbers = CURVES[oid].parameters
    p = numbers.p
    found = 0
    for x in range(1, 40):
        square = (x**3 + numbers.a * x + numbers.b) % p
        y = pow(square, (p + 1) // 4, p)
        if y * y % p != square:
            continue
        assert is_sound(numbers, x, y)
        small = times(numbers.q, (x, y), numbers.a, p)
        if small is not None:
            found += 1
            assert not is_sound(numbers, *small)
    assert found > 4
