"""Hostile containers: forged attributes and fields, floods, mutations; each is refused by its reason."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from signing import primitives
from signing.algorithms import Digest
from signing.cms.algorithms import digest_identifier
from signing.cms.ber import tlv
from signing.cms.detached import VerifiedFile, certificates_in, verify_detached
from signing.cms.structures import (
    ID_SIGNED_DATA,
    SET_TAG,
    SignedData,
    SignerInfo,
    encode,
    identifier,
    raw,
)
from signing.reasons import Reason, Refusal
from tests.unit.signing.cms.cms_forge import (
    changed,
    changed_signer,
    ess,
    signing_key,
    usual,
)
from tests.unit.signing.cms.cms_vectors import CONTENT, KEYS, MADE

P256 = MADE["p256.cades"]
KEY = signing_key("p256")
OWN = KEYS["p256"][1]
OTHER = KEYS["p384"][1]
SHA1 = ("1.3.14.3.2.26", b"")
UNKNOWN = x509.ObjectIdentifier("1.2.3.4.5")
OCTETS = encode(b"octets")


def refused(container: bytes) -> Refusal:
    """The refusal that verifying ends with."""
    with pytest.raises(Refusal) as caught:
        verify_detached(container, CONTENT)
    return caught.value


def _version(info: SignerInfo) -> None:
    info.version = 3


def _digest(info: SignerInfo) -> None:
    info.digest_algorithm = identifier(digest_identifier(Digest.SHA512))


def _digest_parameters(info: SignerInfo) -> None:
    info.digest_algorithm = identifier(("2.16.840.1.101.3.4.2.1", OCTETS))


def _of(oid: str, parameters: bytes = b"") -> Callable[[SignerInfo], None]:
    def change(info: SignerInfo) -> None:
        info.signature_algorithm = identifier((oid, parameters))

    return change


def _no_algorithm(info: SignerInfo) -> None:
    info.signature_algorithm = []


def _no_value(info: SignerInfo) -> None:
    info.signature = b""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_version, Reason.SIG_FORMAT),
        (_no_algorithm, Reason.SIG_FORMAT),
        (_digest, Reason.SIG_ALGORITHM),
        (_digest_parameters, Reason.SIG_ALGORITHM),
        (_of("1.2.840.10045.4.3.4"), Reason.SIG_ALGORITHM),
        (_of("1.2.840.10045.4.3.2", OCTETS), Reason.SIG_ALGORITHM),
        (_of("1.2.840.113549.1.1.1"), Reason.SIG_ALGORITHM),
        (_of("1.2.840.113549.1.1.11"), Reason.SIG_ALGORITHM),
        (_of("1.2.643.7.1.1.1.1"), Reason.SIG_ALGORITHM),
        (_of("1.2.643.7.1.1.3.2"), Reason.SIG_ALGORITHM),
        (_of("1.2.3"), Reason.SIG_ALGORITHM),
        (_no_value, Reason.SIG_INVALID),
    ],
)
def test_changed_fields_of_the_signer(change: Callable[[SignerInfo], None], reason: Reason) -> None:
    """Another version, digest or algorithm than the key and the signature have is refused."""
    assert refused(changed_signer(P256, change)).reason is reason


@pytest.mark.parametrize("oid", ["1.2.643.7.1.1.1.1", "1.2.643.7.1.1.3.2", "1.2.643.7.1.1.1.2"])
def test_a_gost_algorithm_is_named_by_key_or_by_signature(oid: str) -> None:
    """Both OIDs of a GOST algorithm hold, with parameters or without; that of another length does not."""
    for parameters in (b"", b"\x05\0", b"\x30\0"):
        container = changed_signer(MADE["g256a.cades"], _of(oid, parameters))
        if oid == "1.2.643.7.1.1.1.2":
            assert refused(container).reason is Reason.SIG_ALGORITHM
        else:
            assert verify_detached(container, CONTENT).algorithm == oid


def test_a_gost_algorithm_with_a_key_of_another_kind_is_refused() -> None:
    """A GOST signature is declared beside an ECDSA certificate, all else in order: refused by the key."""

    def change(info: SignerInfo) -> None:
        info.digest_algorithm = identifier(digest_identifier(Digest.STREEBOG_256))
        info.signature_algorithm = identifier(("1.2.643.7.1.1.1.1", b""))
        octets = usual(CONTENT, Digest.STREEBOG_256)
        info.signed_attributes = [raw(one) for one in (*octets, ess(OWN))]

    found = refused(changed_signer(P256, change))
    assert (found.reason, found.values["cause"]) == (Reason.SIG_ALGORITHM, "ключ сертификата: ECDSA P-256")


@pytest.mark.parametrize("count", [1, 10_000])
def test_unsigned_attributes_tell_nothing(count: int) -> None:
    """Counter-signatures, time stamps and whatever else is not signed are passed over."""

    def change(info: SignerInfo) -> None:
        info.unsigned_attributes = [raw(OCTETS)] * count

    assert verify_detached(changed_signer(P256, change), CONTENT) == verify_detached(P256, CONTENT)


def _certificates(*certificates: bytes) -> Callable[[SignedData], None]:
    def change(data: SignedData) -> None:
        data.certificates = [raw(one) for one in certificates]

    return change


def _data_version(data: SignedData) -> None:
    data.version = 2


def _type(data: SignedData) -> None:
    data.encapsulated.content_type = ID_SIGNED_DATA


def _signers(count: int) -> Callable[[SignedData], None]:
    def change(data: SignedData) -> None:
        data.signers = raw(tlv(SET_TAG, bytes(data.signers.data) * count))

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_data_version, Reason.SIG_FORMAT),
        (_type, Reason.SIG_FORMAT),
        (_signers(0), Reason.SIG_FORMAT),
        (_signers(2), Reason.SIG_FORMAT),
        (_signers(2000), Reason.SIG_FORMAT),
        (_certificates(), Reason.CERT_MISSING),
        (_certificates(OTHER), Reason.CERT_MISSING),
        (_certificates(tlv(0xA1, b"")), Reason.CERT_MISSING),
        (_certificates(tlv(0x30, b"")), Reason.SIG_FORMAT),
        (_certificates(*[OWN] * 33), Reason.SIG_FORMAT),
        (_certificates(*[tlv(0x30, b"")] * 10_000), Reason.SIG_FORMAT),
        (_certificates(tlv(0x30, bytes(1_100_000))), Reason.SIG_FORMAT),
    ],
)
def test_changed_fields_of_the_container(change: Callable[[SignedData], None], reason: Reason) -> None:
    """Another version or content, no signer or many, no certificate or ten thousand: each is refused."""
    assert refused(changed(P256, change)).reason is reason


def test_certificates_beside_the_own_one_do_no_harm() -> None:
    """The own certificate twice, an unreadable one and one of another format beside it are passed over."""
    beside = _certificates(tlv(0x30, b""), OTHER, OWN, OWN, tlv(0xA1, b""))
    found = verify_detached(changed(P256, beside), CONTENT)
    assert [one.der for one in found.certificates] == [OWN, OTHER]


def test_two_certificates_of_one_name_are_ambiguous() -> None:
    """Where two certificates have the signer's issuer and serial number, neither is taken."""
    twin = OWN[:-1] + bytes((OWN[-1] ^ 1,))
    found = refused(changed(P256, _certificates(OWN, twin)))
    assert (found.reason, "неоднозначно" in found.values["cause"]) == (Reason.SIG_FORMAT, True)


@pytest.mark.parametrize("name", ["p256.cades", "g256a.cades", "p256.streamed"])
def test_every_beginning_of_a_container_is_refused(name: str) -> None:
    """A container cut off anywhere is an unreadable one."""
    for size in range(len(MADE[name])):
        assert refused(MADE[name][:size]).reason is Reason.SIG_FORMAT


@pytest.mark.parametrize("name", ["p256.cades", "g256a.cades"])
def test_no_changed_bit_makes_another_signature(name: str) -> None:
    """Any bit changed: the container is refused, or the bit tells nothing of what is signed and by whom."""
    whole = _told(MADE[name])
    for place in range(8 * len(MADE[name])):
        octets = bytearray(MADE[name])
        octets[place // 8] ^= 1 << place % 8
        assert _told(bytes(octets)) in {None, whole}


@given(st.sampled_from(sorted(MADE)), st.randoms(use_true_random=False))
def test_mutations_end_in_a_refusal_or_the_same_signature(name: str, random: Random) -> None:
    """Octets changed, cut out, doubled, put in: a refusal of the module, or the signature of the same key."""
    octets = bytearray(MADE[name])
    for _ in range(random.randint(1, 6)):
        begin = random.randrange(len(octets))
        end = min(len(octets), begin + random.randint(0, 12))
        octets[begin:end] = random.choice(
            [random.randbytes(end - begin), b"", octets[begin:end] * 2, b"\x30\x80", b"\0\0", b"\xff"]
        )
    found = _told(bytes(octets), cades=False, legacy=True)
    if found is not None:
        assert found.certificate.public_key() == _key_of(name)
    with suppress(Refusal):
        certificates_in(bytes(octets))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"0",
        b"\x30\x80" * 500_000,
        b"\x30\x84\xff\xff\xff\xff",
        bytes(2_000_000),
        b"\x30\x80" + bytes(900_000),
    ],
)
def test_floods_are_refused_at_once(octets: bytes) -> None:
    """Nothing, endless nesting, a length of four gigabytes, megabytes of nothing: a refusal as a format."""
    assert refused(octets).reason is Reason.SIG_FORMAT


def _told(container: bytes, *, cades: bool = True, legacy: bool = False) -> VerifiedFile | None:
    try:
        return verify_detached(container, CONTENT, cades=cades, legacy=legacy)
    except Refusal:
        return None


def _key_of(name: str) -> primitives.PublicKey:
    return verify_detached(MADE[name], CONTENT, cades=False, legacy=True).certificate.public_key()
