"""Keys as DER: what is read, what is written, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.gost import (
    CURVES,
    Curve,
    ExternalKey,
    GostDigest,
    GostKeyError,
    GostPrivateKey,
    GostPublicKey,
    generate,
    load_pkcs8,
    load_spki,
    spki,
)
from signing.gost.curves import TEST_CURVES
from tests.unit.signing.gost.vectors import VECTORS, Vector

_VECTORS = [pytest.param(vector, id=vector.name) for vector in VECTORS]

_CRYPTOPRO_2012 = [
    pytest.param(vector, id=vector.name)
    for vector in VECTORS
    if vector.curve.startswith("1.2.643.2.2.") and vector.digest is GostDigest.STREEBOG_256
]

# Made by `certtool --generate-privkey`; the number is an OCTET STRING within the OCTET STRING.
_GNUTLS_256 = (
    "3048020100301f06082a85030701010101301306072a85030202230106082a850307010102020422"
    "04208ee3e27460cc34c6dbde0191cf0f08e39ec875956822ffba5850e4411ece3087"
)
_GNUTLS_256_PUBLIC = (
    "3066301f06082a85030701010101301306072a85030202230106082a850307010102020343000440"
    "8162d2152b5a709e846635e3ef381ef9c98d46e2b971d656fb3bc210456b0038"
    "bbc38b0215df279803511b23cfe1e72662b83f3e2d06584f2dfbefbfae9d6379"
)


@pytest.mark.parametrize("vector", _VECTORS)
def test_private_key_of_openssl_gives_its_public_key(vector: Vector) -> None:
    """What OpenSSL writes as PKCS #8 and as SubjectPublicKeyInfo is one pair on the named curve."""
    key = load_pkcs8(vector.pkcs8)
    assert key.public_key() == load_spki(vector.spki)
    assert key.curve is CURVES[vector.curve]


def test_private_key_of_gnutls_gives_its_public_key() -> None:
    """A key of certtool is read too."""
    assert load_pkcs8(bytes.fromhex(_GNUTLS_256)).public_key() == load_spki(bytes.fromhex(_GNUTLS_256_PUBLIC))


def test_private_key_as_integer_is_the_same_key() -> None:
    """The older encoding, a big-endian INTEGER, gives the key that the little-endian octets give."""
    plain = bytes.fromhex(_GNUTLS_256)
    number = plain[-32:][::-1]
    assert number[0] & 0x80
    integer = b"\x02\x21\x00" + number
    changed = bytes([0x30, plain[1] + 1]) + plain[2:-35] + bytes([len(integer)]) + integer
    assert load_pkcs8(changed).scalar == load_pkcs8(plain).scalar


@pytest.mark.parametrize("curve", [pytest.param(curve, id=curve.name) for curve in CURVES.values()])
def test_written_public_key_is_read_back(curve: Curve) -> None:
    """A generated key survives writing and reading on every curve, under the same OID."""
    key = generate(curve).public_key()
    assert load_spki(spki(key)) == key
    assert load_spki(spki(key)).curve.oid == curve.oid


@pytest.mark.parametrize("vector", _CRYPTOPRO_2012)
def test_public_key_is_written_as_openssl_writes_it(vector: Vector) -> None:
    """On a CryptoPro curve our SubjectPublicKeyInfo is OpenSSL's, octet for octet."""
    assert spki(load_spki(vector.spki)) == vector.spki


def test_private_key_shows_no_secret() -> None:
    """Neither the number nor a part of it stands in the text of a key or of an error."""
    key = load_pkcs8(VECTORS[0].pkcs8)
    assert repr(key) == str(key) == "GostPrivateKey(CryptoPro-A)"
    with pytest.raises(GostKeyError) as caught:
        GostPrivateKey(key.curve, key.scalar + key.curve.parameters.q)
    assert str(key.scalar)[:8] not in str(caught.value)


@pytest.mark.parametrize("scalar", [0, -1, CURVES["1.2.643.2.2.35.1"].parameters.q])
def test_private_number_out_of_bounds_is_refused(scalar: int) -> None:
    """Zero, a negative number and the order of the curve are no keys."""
    with pytest.raises(GostKeyError, match="вне пределов"):
        GostPrivateKey(CURVES["1.2.643.2.2.35.1"], scalar)


@pytest.mark.parametrize("curve", [pytest.param(curve, id=curve.name) for curve in CURVES.values()])
@pytest.mark.parametrize("fill", [0, 255])
def test_points_of_zeros_and_ones_are_refused(curve: Curve, fill: int) -> None:
    """All zero octets and all ones are no points of any curve."""
    with pytest.raises(GostKeyError, match="не является точкой"):
        GostPublicKey(curve, bytes([fill]) * (2 * curve.size))


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 128])
def test_point_of_another_length_is_refused(length: int) -> None:
    """A point must have the length of its curve."""
    with pytest.raises(GostKeyError, match="октетов"):
        GostPublicKey(CURVES["1.2.643.2.2.35.1"], bytes(length))


def test_coordinate_not_reduced_is_refused() -> None:
    """X plus p names the same point again and would give a key a second spelling."""
    curve = next(CURVES[oid] for oid in TEST_CURVES if CURVES[oid].bits == 256)
    x, y = curve.parameters.x + curve.parameters.p, curve.parameters.y
    with pytest.raises(GostKeyError):
        GostPublicKey(curve, x.to_bytes(32, "little") + y.to_bytes(32, "little"))


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=200))
def test_any_octets_give_a_key_or_the_own_error(octets: bytes) -> None:
    """Nothing but GostKeyError leaves the readers."""
    for load in (load_spki, load_pkcs8):
        with pytest.raises(GostKeyError):
            load(octets)


@settings(derandomize=True, deadline=None)
@given(st.sampled_from(VECTORS), st.data())
def test_any_changed_octet_gives_a_key_or_the_own_error(vector: Vector, data: st.DataObject) -> None:
    """A changed SubjectPublicKeyInfo is refused or gives a key, and a changed point never the same key."""
    place = data.draw(st.integers(0, len(vector.spki) - 1))
    changed = bytearray(vector.spki)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        key = load_spki(bytes(changed))
    except GostKeyError:
        return
    assert key.curve.oid in CURVES
    assert key != load_spki(vector.spki) or place < len(vector.spki) - 2 * key.curve.size


def test_algorithm_and_curve_must_agree() -> None:
    """An algorithm of another length or kind than the curve, and an unknown curve, are refused."""
    der = bytes.fromhex(_GNUTLS_256_PUBLIC)
    for old, new, message in (
        ("2a85030701010101", "2a85030701010102", "512 бит"),
        ("2a85030701010101", "2a85030701010107", "не ГОСТ"),
        ("2a850302022301", "2a850302022309", "Неизвестная кривая"),
    ):
        changed = der.replace(bytes.fromhex(old), bytes.fromhex(new))
        assert changed != der
        with pytest.raises(GostKeyError, match=message):
            load_spki(changed)


def test_huge_key_is_refused_unread() -> None:
    """A megabyte is no key, and is not decoded to find that out."""
    with pytest.raises(GostKeyError, match="больше 4096"):
        load_spki(b"\x30" * 1_000_000)


@pytest.mark.parametrize("key_id", ["", "-rf", "--pin", "a\0b", "a\nb", "я" * 256])
def test_name_of_an_external_key_cannot_be_taken_for_an_option(key_id: str) -> None:
    """Names that a program would read as an option, or that cannot stand on a command line, are refused."""
    with pytest.raises(GostKeyError, match="Имя ключа"):
        ExternalKey(key_id, load_spki(VECTORS[0].spki))
