"""Known answers: RFC 6986, RFC 7091, OpenSSL's GOST engine; every backend, every curve."""

from __future__ import annotations

import pytest

from signing import gost
from signing.gost import CURVES, GostBackend, GostDigest, GostPublicKey
from signing.gost.gnutls import GnuTls
from signing.gost.known_answers import ANSWERS, DIGESTS
from signing.gost.libgcrypt import Libgcrypt
from tests.unit.signing.gost.vectors import VECTORS, Vector

_VECTORS = [pytest.param(vector, id=vector.name) for vector in VECTORS]
_BY_GNUTLS = {"1.2.643.2.2.35.1", "1.2.643.7.1.2.1.2.1"}

# RFC 6986 section 10.1 prints the digest as one number, the first octet last.
_RFC_6986_M1_512 = (
    "486f64c1917879417fef082b3381a4e211c324f074654c38823a7b76f830ad00"
    "fa1fbae42b1285c0352f227524bc9ab16254288dd6863dccd5b9f54a1ad0541b"
)
_RFC_6986_M1_256 = "00557be5e584fd52a449b16b0251d05d27f94ab76cbaa6da890b59d8ef1e159d"

# RFC 7091 section 7: e, r, s and the public point of both examples.
_RFC_7091 = {
    "1.2.643.2.2.35.0": (
        "2dfbc1b372d89a1188c09c52e0eec61fce52032ab1022e8e67ece6672b043ee5",
        "41aa28d2f1ab148280cd9ed56feda41974053554a42767b83ad043fd39dc0493",
        "01456c64ba4642a1653c235a98a60249bcd6d3f746b631df928014f6c5bf9c40",
        "7f2b49e270db6d90d8595bec458b50c58585ba1d4e9b788f6689dbd8e56fd80b",
        "26f1b489d6701dd185c8413a977b3cbbaf64d1c593d26627dffb101a87ff77da",
    ),
    "1.2.643.7.1.2.1.2.0": (
        (
            "3754f3cfacc9e0615c4f4a7c4d8dab531b09b6f9c170c533a71d147035b0c591"
            "7184ee536593f4414339976c647c5d5a407adedb1d560c4fc6777d2972075b8c"
        ),
        (
            "2f86fa60a081091a23dd795e1e3c689ee512a3c82ee0dcc2643c78eea8fcacd3"
            "5492558486b20f1c9ec197c90699850260c93bcbcd9c5c3317e19344e173ae36"
        ),
        (
            "1081b394696ffe8e6585e7a9362d26b6325f56778aadbc081c0bfbe933d52ff5"
            "823ce288e8c4f362526080df7f70ce406a6eeb1f56919cb92a9853bde73e5b4a"
        ),
        (
            "115dc5bc96760c7b48598d8ab9e740d4c4a85a65be33c1815b5c320c854621dd"
            "5a515856d13314af69bc5b924c8b4ddff75c45415c1d9dd9dd33612cd530efe1"
        ),
        (
            "37c7c90cd40b0f5621dc3ac1b751cfa0e2634fa0503b3d52639f5d7fb72afd61"
            "ea199441d943ffe7f0c70a2759a3cdb84c114e1f9339fdf27f35eca93677beec"
        ),
    ),
}


@pytest.mark.parametrize("kind", list(DIGESTS))
def test_both_libraries_know_the_digests(kind: GostDigest, gnutls: GnuTls, libgcrypt: Libgcrypt) -> None:
    """M1 and M2 of RFC 6986, and "abc" for GOST R 34.11-94, come out right in both."""
    for message, digest in DIGESTS[kind]:
        assert gnutls.digest(kind, message).hex() == digest
        assert libgcrypt.digest(kind, message).hex() == digest
        assert gost.digest(kind, message).hex() == digest


def test_digests_are_those_of_the_standard_reversed() -> None:
    """The table of the probe holds what RFC 6986 prints, with the octets in the order of the wire."""
    for kind, printed in (
        (GostDigest.STREEBOG_512, _RFC_6986_M1_512),
        (GostDigest.STREEBOG_256, _RFC_6986_M1_256),
    ):
        assert bytes.fromhex(DIGESTS[kind][0][1]) == bytes.fromhex(printed)[::-1]


@pytest.mark.parametrize("oid", sorted(_RFC_7091))
def test_examples_of_the_standard_hold(oid: str, libgcrypt: Libgcrypt) -> None:
    """The two signatures of RFC 7091 section 7 hold, and with one bit of e changed do not."""
    curve = CURVES[oid]
    e, r, s, x, y = (bytes.fromhex(number) for number in _RFC_7091[oid])
    key = GostPublicKey(curve, x[::-1] + y[::-1])
    assert key == ANSWERS[oid].public_key()
    assert libgcrypt.verify(key, e[::-1], s + r)
    assert gost.verify(key, e[::-1], s + r)
    assert not gost.verify(key, bytes([e[-1] ^ 1]) + e[-2::-1], s + r)


@pytest.mark.parametrize("vector", _VECTORS)
def test_signatures_of_openssl_hold_on_every_curve(vector: Vector) -> None:
    """Curve, byte order and digest are those of another implementation; a changed message does not pass."""
    key = gost.load_spki(vector.spki)
    assert gost.verify(key, gost.digest(vector.digest, vector.message), vector.signature)
    assert not gost.verify(key, gost.digest(vector.digest, vector.message + b"."), vector.signature)


@pytest.mark.parametrize("vector", _VECTORS)
def test_both_libraries_judge_alike(vector: Vector, gnutls: GnuTls, libgcrypt: Libgcrypt) -> None:
    """Each backend accepts OpenSSL's signature and refuses it with any of some bits changed."""
    key = gost.load_spki(vector.spki)
    backends: list[GostBackend] = [libgcrypt]
    if key.curve.parameters.oid in _BY_GNUTLS:
        backends.append(gnutls)
    digest = gost.digest(vector.digest, vector.message)
    for backend in backends:
        assert backend.verify(key, digest, vector.signature)
        for place in (0, key.curve.size - 1, key.curve.size, len(vector.signature) - 1):
            changed = bytearray(vector.signature)
            changed[place] ^= 1
            assert not backend.verify(key, digest, bytes(changed))


@pytest.mark.parametrize("oid", [oid for oid in CURVES if CURVES[oid].parameters.oid in _BY_GNUTLS])
def test_libraries_accept_each_others_signatures(oid: str, gnutls: GnuTls, libgcrypt: Libgcrypt) -> None:
    """On the curves that both know, what one signs the other accepts."""
    key = gost.generate(CURVES[oid])
    digest = bytes(range(key.curve.size))
    for signer, judge in ((gnutls, libgcrypt), (libgcrypt, gnutls)):
        signature = signer.sign(key, digest)
        assert judge.verify(key.public_key(), digest, signature)
        assert not judge.verify(gost.generate(CURVES[oid]).public_key(), digest, signature)
