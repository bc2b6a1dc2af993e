"""Facts of certificates, and bytes that are none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.certificates import INN, OGRNIP, SNILS, of_x509, read_certificate
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from tests.unit.signing.conftest import AUTHOR
from tests.unit.signing.pki import BEGIN, authority, issue, leaf, name_of, usage

EC_KEY = ec.generate_private_key(ec.SECP256R1())
DER = issue(name_of("Кто-то"), EC_KEY).public_bytes(Encoding.DER)


def named(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Certificate:
    """A certificate with this subject."""
    return issue(x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes]), EC_KEY)


def test_numbers_are_read_by_their_oids() -> None:
    """СНИЛС is told from ОГРНИП and ИНН, and loses its separators."""
    certificate = of_x509(
        named((SNILS, "112-233-445 95"), (OGRNIP, "304500116000157"), (INN, "500100732259"))
    )
    assert (certificate.snils, certificate.ogrnip, certificate.inn) == (
        AUTHOR,
        "304500116000157",
        "500100732259",
    )
    assert (certificate.ogrn, certificate.common_name, certificate.surname) == ("", "", "")


def test_two_values_of_one_number_are_refused() -> None:
    """A certificate that names two persons names none; the same value twice is one."""
    assert of_x509(named((SNILS, AUTHOR), (SNILS, AUTHOR))).snils == AUTHOR
    with pytest.raises(Refusal) as caught:
        of_x509(named((SNILS, AUTHOR), (SNILS, "00000000101")))
    assert caught.value.reason is Reason.SIG_FORMAT


@pytest.mark.parametrize(
    ("extensions", "allowed"),
    [
        ((), False),
        (((usage(digital_signature=True), True),), True),
        (((usage(content_commitment=True), False),), True),
        (((usage(key_encipherment=True), True),), False),
    ],
)
def test_signing_must_be_allowed_by_key_usage(
    extensions: tuple[tuple[x509.ExtensionType, bool], ...], allowed: bool
) -> None:
    """Without KeyUsage, or with other purposes only, a key does not sign documents."""
    assert of_x509(issue(name_of("Кто-то"), EC_KEY, extensions=extensions)).allows_signing is allowed


def test_only_strong_keys_sign() -> None:
    """Weak RSA, other curves and other kinds of keys parse, but do not sign."""
    issuer = authority("УЦ")
    for key in (
        rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 - it is to be refused
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ):
        certificate = of_x509(issue(name_of("Кто-то"), key, issuer))  # type: ignore[arg-type]
        with pytest.raises(Refusal) as caught:
            certificate.key_kind()
        assert caught.value.reason is Reason.SIG_ALGORITHM


def test_nothing_is_a_missing_certificate() -> None:
    """No bytes are a missing certificate, too many are none."""
    with pytest.raises(Refusal) as caught:
        read_certificate(b"")
    assert caught.value.reason is Reason.CERT_MISSING
    with pytest.raises(Refusal) as caught:
        read_certificate(DER + bytes(70_000))
    assert caught.value.reason is Reason.SIG_FORMAT


@pytest.mark.parametrize("serial", [b"\x85", b"\x00"])
def test_a_serial_number_that_is_not_positive_is_refused(serial: bytes) -> None:
    """RFC 5280 wants a positive one; the library only warns."""
    number = x509.load_der_x509_certificate(DER).serial_number
    octets = number.to_bytes(number.bit_length() // 8 + 1, "big")
    changed = DER.replace(octets, serial + bytes(len(octets) - 1), 1)
    assert changed != DER
    with pytest.raises(Refusal) as caught:
        read_certificate(changed)
    assert caught.value.reason is Reason.SIG_FORMAT


def test_a_term_that_ends_before_it_begins_is_refused() -> None:
    """Such a certificate is never valid, and no moment can be taken from it."""
    swapped = leaf(authority("УЦ"), begin=BEGIN, end=BEGIN + timedelta(days=1)).der
    begin, end = b"200101000000Z", b"200102000000Z"
    swapped = swapped.replace(begin, b"?" * 13).replace(end, begin).replace(b"?" * 13, end)
    with pytest.raises(Refusal) as caught:
        read_certificate(swapped)
    assert caught.value.reason is Reason.SIG_FORMAT


@settings(derandomize=True, deadline=None, max_examples=500)
@given(place=st.integers(0, len(DER) - 1), change=st.integers(1, 255), cut=st.booleans())
def test_damaged_bytes_raise_nothing_but_refusals(place: int, change: int, cut: bool) -> None:
    """A changed byte or a cut end gives facts or a refusal, whatever the library raises."""
    octets = bytearray(DER)
    octets[place] ^= change
    read = bytes(octets[:place] if cut else octets)
    outcome: str | Reason
    try:
        certificate = read_certificate(read)
        certificate.key_kind()
        outcome = certificate.thumbprint
    except Refusal as refusal:
        outcome = refusal.reason
    refused = {Reason.SIG_FORMAT, Reason.SIG_ALGORITHM, Reason.CERT_MISSING}
    assert outcome in (refused if cut else {*refused, sha256(read).hexdigest()})


def test_nothing_personal_is_printed(keys: Mapping[str, SigningKey]) -> None:
    """Certificates, keys and refusals can be logged as they are."""
    key = keys["author"]
    refusal = Refusal(Reason.SIG_INVALID, "AUTHOR", {"serial": key.certificate.serial}, key.certificate)
    for printed in (repr(key.certificate), str(key), repr(refusal), str(refusal)):
        assert AUTHOR not in printed
        assert "Врачев" not in printed
        assert key.certificate.serial in printed
