"""Hostile signatures and digests: an answer or the own error, the same from both libraries."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from signing import gost
from signing.gost import CURVES, Curve, GostBackend, GostKeyError, GostPrivateKey
from signing.gost.gnutls import GnuTls
from signing.gost.known_answers import ANSWERS
from signing.gost.libgcrypt import Libgcrypt
from signing.gost.loading import load_library
from tests.unit.signing.gost.equations import holds

_CURVES = [pytest.param(curve, id=curve.name) for curve in CURVES.values()]
_SHARED = ("1.2.643.2.2.35.1", "1.2.643.7.1.2.1.2.1")


def _libraries(curve: Curve) -> list[GostBackend]:
    both: list[GostBackend] = [Libgcrypt(load_library)]
    if curve.parameters.oid in _SHARED:
        both.append(GnuTls(load_library))
    return both


def _key(curve: Curve) -> GostPrivateKey:
    return ANSWERS[curve.parameters.oid].private_key()


@pytest.mark.parametrize("curve", _CURVES)
def test_halves_out_of_bounds_do_not_hold(curve: Curve) -> None:
    """Zero, the order, more than the order and all ones are refused in either half, without an error."""
    key, digest = _key(curve), bytes(range(1, curve.size + 1))
    size, order = curve.size, curve.parameters.q
    good = gost.sign(key, digest)
    assert gost.verify(key.public_key(), digest, good)
    for number in (0, order, order + 1, 2 ** (8 * size) - 1):
        half = number.to_bytes(size, "big")
        for signature in (half + good[size:], good[:size] + half, half + half):
            assert gost.verify(key.public_key(), digest, signature) is False


@pytest.mark.parametrize("curve", _CURVES)
def test_same_signature_in_another_spelling_does_not_hold(curve: Curve) -> None:
    """A half with the order added, where that fits, or the halves exchanged, is no second signature."""
    key, digest = _key(curve), bytes(range(1, curve.size + 1))
    good = gost.sign(key, digest)
    size = curve.size
    assert not gost.verify(key.public_key(), digest, good[size:] + good[:size])
    more = int.from_bytes(good[:size], "big") + curve.parameters.q
    if more < 2 ** (8 * size):
        assert not gost.verify(key.public_key(), digest, more.to_bytes(size, "big") + good[size:])


@pytest.mark.parametrize("length", [0, 1, 63, 65, 128, 100_000])
def test_signature_of_another_length_does_not_hold(length: int) -> None:
    """A signature that is too short or too long is refused, not read in part."""
    key = _key(CURVES["1.2.643.2.2.35.1"]).public_key()
    assert gost.verify(key, bytes(32), b"\x01" * length) is False


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_digest_of_another_length_is_an_error(length: int) -> None:
    """To mix a key of 256 bits with another digest is a mistake of the caller, not a bad signature."""
    key = _key(CURVES["1.2.643.2.2.35.1"])
    with pytest.raises(GostKeyError, match="Дайджест"):
        gost.verify(key.public_key(), bytes(length), bytes(64))
    with pytest.raises(GostKeyError, match="Дайджест"):
        gost.sign(key, bytes(length))


@pytest.mark.parametrize(
    "curve", [pytest.param(curve, id=curve.name) for curve in dict.fromkeys(CURVES.values())]
)
def test_digest_that_is_zero_counts_as_one(curve: Curve) -> None:
    """RFC 7091 section 6.1: e = 0 becomes 1, for zero octets and for the order itself, with every library."""
    key, size, order = _key(curve), curve.size, curve.parameters.q
    one = (1).to_bytes(size, "little")
    for backend in _libraries(curve):
        signature = backend.sign(key, one)
        for digest in (one, bytes(size), order.to_bytes(size, "little")):
            assert holds(key.public_key(), digest, signature)
            assert backend.verify(key.public_key(), digest, signature), (backend.name, digest)
        assert not backend.verify(key.public_key(), (2).to_bytes(size, "little"), signature)


@pytest.mark.parametrize("oid", _SHARED)
def test_both_libraries_agree_with_the_equations(oid: str) -> None:
    """For edge numbers as r, s and e both libraries say what the equations of RFC 7091 section 6.2 say."""
    curve = CURVES[oid]
    key, size, order = _key(curve).public_key(), curve.size, curve.parameters.q
    edges = (1, 2, order // 2, order - 1)
    for r in edges:
        for s in edges:
            for e in (1, order - 1):
                signature = s.to_bytes(size, "big") + r.to_bytes(size, "big")
                digest = e.to_bytes(size, "little")
                verdicts = [backend.verify(key, digest, signature) for backend in _libraries(curve)]
                assert verdicts == [holds(key, digest, signature)] * 2


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.binary(min_size=64, max_size=64), st.binary(min_size=32, max_size=32))
def test_any_octets_are_judged_without_an_error(signature: bytes, digest: bytes) -> None:
    """A verdict comes for any signature of the right length, and it is that it does not hold."""
    for oid in ("1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.1"):
        assert gost.verify(_key(CURVES[oid]).public_key(), digest, signature) is False


@settings(max_examples=25, derandomize=True, deadline=None)
@given(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 95),
    st.integers(0, 7),
    st.sampled_from(sorted(CURVES)),
)
def test_signed_then_verified_and_no_bit_may_change(digest: bytes, place: int, bit: int, oid: str) -> None:
    """What is signed is accepted on every curve, and refused when a bit of digest or signature differs."""
    curve = CURVES[oid]
    digest = digest * (curve.size // 32)
    assume(any(digest[1:]))  # e = 0 counts as 1, so these two are one digest
    key = _key(curve)
    signature = gost.sign(key, digest)
    assert gost.verify(key.public_key(), digest, signature)
    changed = bytearray(digest + signature)
    changed[place * (curve.size // 32)] ^= 1 << bit
    assert not gost.verify(key.public_key(), bytes(changed[: curve.size]), bytes(changed[curve.size :]))
