"""Odd extensions of certificates: what does not matter is left out, what matters is never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.certificates import Certificate, read_certificate
from signing.pki.authority import extensions_of, key_identifiers
from signing.pki.trust import Trust
from signing.reasons import Reason, Refusal
from tests.unit.signing.gost_pki import (
    _tlv,
    as_pem,
    authority,
    leaf,
    rebuilt,
    revocations,
    with_extensions,
)
from tests.unit.signing.pki import AT, NOW, write

ROOT = authority()
SIGNER = leaf(ROOT)

POSTAL = _tlv(0x30, _tlv(0x31, _tlv(0x30, bytes.fromhex("0603550410"), _tlv(0x30, _tlv(0x0C, b"x")))))
ODD = {
    "CA:FALSE written out": ("2.5.29.19", bytes.fromhex("3003010100")),
    "a postal address": ("2.5.29.18", _tlv(0x30, _tlv(0xA4, POSTAL))),
    "no purposes": ("2.5.29.37", bytes.fromhex("3000")),
    "no DER": ("2.5.29.31", b"\xff\xff"),
}


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Trust in the root, with its list."""
    folder: Path = tmp_path_factory.mktemp("t")
    return Trust([write(folder, ROOT.pem, as_pem(revocations(ROOT)))])


def encoded(oid: str, value: bytes, critical: bytes = b"") -> bytes:
    """An extension, DER."""
    return _tlv(0x30, asn1.encode_der(x509.ObjectIdentifier(oid)), critical, _tlv(0x04, value))


def carrying(*extra: bytes, without: str = "") -> Certificate:
    """The signer's certificate with more extensions, and without one kind of them."""
    dropped = asn1.encode_der(x509.ObjectIdentifier(without)) if without else None

    def change(found: list[bytes]) -> list[bytes]:
        return [*(one for one in found if dropped is None or dropped not in one), *extra]

    return read_certificate(rebuilt(SIGNER, ROOT, lambda parts: with_extensions(parts, change)))


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_extension_spoils_nothing(trust: Trust, odd: str) -> None:
    """The certificate passes, and the other extensions are read."""
    certificate = carrying(encoded(*ODD[odd]))
    with pytest.raises(ValueError, match="asn1"):
        _ = certificate.x509.extensions
    trust.check(certificate, at=AT, now=NOW)
    assert certificate.allows_signing
    assert key_identifiers(certificate) == key_identifiers(SIGNER)


def test_the_written_out_default_is_read_as_it_is_meant() -> None:
    """It says that the owner is no authority, critical or not."""
    for critical in (b"", b"\x01\x01\xff"):
        certificate = carrying(encoded("2.5.29.19", bytes.fromhex("3003010100"), critical))
        basic = extensions_of(certificate).get_extension_for_class(x509.BasicConstraints)
        assert (basic.value.ca, basic.critical) == (False, critical != b"")


def test_a_critical_one_must_be_readable() -> None:
    """It is not left out."""
    with pytest.raises(Refusal) as caught:
        carrying(encoded("2.5.29.37", bytes.fromhex("3000"), b"\x01\x01\xff"))
    assert caught.value.reason is Reason.SIG_FORMAT


def test_one_that_is_there_twice_is_refused_beside_an_odd_one() -> None:
    """Two of a kind are never chosen from."""
    twice = encoded("1.2.643.100.111", _tlv(0x0C, b"x"))
    with pytest.raises(Refusal):
        carrying(encoded("2.5.29.37", bytes.fromhex("3000")), twice, twice)


def test_a_key_usage_that_cannot_be_read_allows_nothing(trust: Trust) -> None:
    """Left out is not allowed."""
    certificate = carrying(encoded("2.5.29.15", b"\x05\x00"), without="2.5.29.15")
    assert not certificate.allows_signing
    with pytest.raises(Refusal) as caught:
        trust.check(certificate, at=AT, now=NOW)
    assert caught.value.reason is Reason.CERT_KEY_USAGE


def test_an_unknown_critical_one_is_seen_beside_an_odd_one(trust: Trust) -> None:
    """Leniency hides nothing critical."""
    unknown = encoded("1.2.3.4", b"\x05\x00", b"\x01\x01\xff")
    with pytest.raises(Refusal) as caught:
        trust.check(carrying(encoded(*ODD["no purposes"]), unknown), at=AT, now=NOW)
    assert caught.value.reason is Reason.CERT_CHAIN


def test_too_many_are_refused() -> None:
    """One by one is for a dozen, not for thousands."""
    many = [encoded(f"1.2.3.{number}", b"\x05\x00") for number in range(101)]
    with pytest.raises(Refusal):
        carrying(encoded(*ODD["no purposes"]), *many)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    oid=st.sampled_from(["2.5.29.19", "2.5.29.37", "2.5.29.31", "1.3.6.1.5.5.7.1.1"]),
    value=st.binary(max_size=40),
)
def test_whatever_an_authority_writes_is_judged(trust: Trust, oid: str, value: bytes) -> None:
    """Any octets in an extension that is not critical: a certificate that passes, or a refusal."""
    try:
        trust.check(carrying(encoded(oid, value), without=oid), at=AT, now=NOW)
        refused = None
    except Refusal as refusal:
        refused = refusal.reason
    assert refused in {None, Reason.SIG_FORMAT, Reason.CERT_CHAIN}
