"""Hostile containers: forged attributes and fields, floods, mutations; each is refused by its reason."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from hypothesis import given
from hypothesis import strategies as st

from signing import primitives
from signing.algorithms import Digest
from signing.ber import tlv
from signing.cms import VerifiedFile, certificates_in, verify_detached
from signing.cms_algorithms import digest_identifier, signature_identifier
from signing.cms_attributes import CERTIFICATE_MISMATCH, DIGEST_MISMATCH, SIGNATURE_MISMATCH
from signing.cms_structures import (
    ALGORITHM_PROTECTION,
    CONTENT_TYPE,
    ID_DATA,
    ID_SIGNED_DATA,
    MESSAGE_DIGEST,
    SET_TAG,
    SIGNING_CERTIFICATE,
    SIGNING_CERTIFICATE_V2,
    SIGNING_TIME,
    AlgorithmProtection,
    CertificateId,
    CertificateIdV2,
    IssuerSerial,
    SignedData,
    SignerInfo,
    SigningCertificate,
    SigningCertificateV2,
    encode,
    identifier,
    raw,
)
from signing.reasons import Reason, Refusal
from tests.unit.signing.cms_forge import (
    attribute,
    changed,
    changed_signer,
    signed_anew,
    signing_key,
    usual,
)
from tests.unit.signing.cms_vectors import CONTENT, KEYS, MADE

P256 = MADE["p256.cades"]
KEY = signing_key("p256")
OWN = KEYS["p256"][1]
OTHER = KEYS["p384"][1]
SHA1 = ("1.3.14.3.2.26", b"")
UNKNOWN = x509.ObjectIdentifier("1.2.3.4.5")
OCTETS = encode(b"octets")


def ess(
    certificate: bytes = OWN,
    *,
    kind: Digest = Digest.SHA256,
    algorithm: tuple[str, bytes] | None = None,
    place: IssuerSerial | None = None,
) -> bytes:
    """A signing-certificate-v2 attribute."""
    named = CertificateIdV2(
        algorithm=identifier(algorithm) if algorithm else None,
        value=primitives.digest(kind, certificate),
        issuer_serial=place,
    )
    value = SigningCertificateV2(certificates=[named], policies=None)
    return attribute(SIGNING_CERTIFICATE_V2, encode(value))


def ess_first(certificate: bytes = OWN) -> bytes:
    """A signing-certificate attribute of the first version, SHA-1."""
    named = CertificateId(value=primitives.digest(Digest.SHA1, certificate), issuer_serial=None)
    value = SigningCertificate(certificates=[named], policies=None)
    return attribute(SIGNING_CERTIFICATE, encode(value))


def place(serial: int, issuer: x509.Name) -> IssuerSerial:
    """Issuer and serial number within an ESS attribute."""
    return IssuerSerial(issuer=[raw(tlv(0xA4, issuer.public_bytes()))], serial=serial)


def protection(digest: Digest, signature: str) -> bytes:
    """A CMSAlgorithmProtection attribute."""
    value = AlgorithmProtection(
        digest_algorithm=identifier(digest_identifier(digest)),
        signature_algorithm=identifier((signature, b"")),
        mac_algorithm=None,
    )
    return attribute(ALGORITHM_PROTECTION, encode(value))


USUAL = usual(CONTENT)
TYPE, DIGEST = USUAL
CERTIFICATE = KEY.certificate.x509
ECDSA = signature_identifier(KEY.kind, Digest.SHA256)[0]

HOLDS = {
    "named by its hash": [*USUAL, ess()],
    "the default digest written out": [*USUAL, ess(algorithm=digest_identifier(Digest.SHA256))],
    "another digest": [
        *USUAL,
        ess(kind=Digest.SHA512, algorithm=digest_identifier(Digest.SHA512)),
    ],
    "both versions": [*USUAL, ess(), ess_first()],
    "with place": [*USUAL, ess(place=place(CERTIFICATE.serial_number, CERTIFICATE.issuer))],
    "an unknown attribute": [*USUAL, ess(), attribute(UNKNOWN, OCTETS)],
    "protected": [*USUAL, ess(), protection(Digest.SHA256, ECDSA)],
    "in an order that DER does not know": [ess(), DIGEST, TYPE],
}

REFUSED: dict[str, tuple[list[bytes], Reason, str | None]] = {
    "no type of content": ([DIGEST, ess()], Reason.SIG_FORMAT, "подписан не файл"),
    "another type of content": (
        [attribute(CONTENT_TYPE, encode(ID_SIGNED_DATA)), DIGEST, ess()],
        Reason.SIG_FORMAT,
        "подписан не файл",
    ),
    "two types of content": (
        [attribute(CONTENT_TYPE, encode(ID_DATA), encode(ID_SIGNED_DATA)), DIGEST, ess()],
        Reason.SIG_FORMAT,
        "не одно значение",
    ),
    "no digest": ([TYPE, ess()], Reason.SIG_FORMAT, "нет отпечатка"),
    "an empty digest": (
        [TYPE, attribute(MESSAGE_DIGEST, encode(b"")), ess()],
        Reason.SIG_INVALID,
        DIGEST_MISMATCH,
    ),
    "a digest of another type": (
        [TYPE, attribute(MESSAGE_DIGEST, encode(1)), ess()],
        Reason.SIG_FORMAT,
        "не читается",
    ),
    "two digests, the right one among them": (
        [TYPE, DIGEST, attribute(MESSAGE_DIGEST, OCTETS), ess()],
        Reason.SIG_FORMAT,
        "повторён",
    ),
    "an attribute without a value": (
        [TYPE, attribute(MESSAGE_DIGEST), ess()],
        Reason.SIG_FORMAT,
        "не одно значение",
    ),
    "no attributes": ([], Reason.SIG_FORMAT, "нет подписанных атрибутов"),
    "sixty-five attributes": ([*USUAL, ess(), *[TYPE] * 62], Reason.SIG_FORMAT, "слишком много"),
    "a moment that is none": (
        [*USUAL, ess(), attribute(SIGNING_TIME, b"\x17\r269901120000Z")],
        Reason.SIG_FORMAT,
        "не читается",
    ),
    "not named": (USUAL, Reason.SIG_FORMAT, "CAdES-BES"),
    "named by SHA-1 only": ([*USUAL, ess_first()], Reason.SIG_FORMAT, "CAdES-BES"),
    "another certificate": ([*USUAL, ess(OTHER)], Reason.SIG_INVALID, CERTIFICATE_MISMATCH),
    "another certificate by SHA-1": (
        [*USUAL, ess(), ess_first(OTHER)],
        Reason.SIG_INVALID,
        CERTIFICATE_MISMATCH,
    ),
    "a weak digest of the certificate": (
        [*USUAL, ess(kind=Digest.SHA1, algorithm=SHA1)],
        Reason.SIG_ALGORITHM,
        None,
    ),
    "another serial number": (
        [*USUAL, ess(place=place(1, CERTIFICATE.issuer))],
        Reason.SIG_INVALID,
        CERTIFICATE_MISMATCH,
    ),
    "another issuer": (
        [*USUAL, ess(place=place(CERTIFICATE.serial_number, x509.Name([])))],
        Reason.SIG_INVALID,
        CERTIFICATE_MISMATCH,
    ),
    "no certificate named": (
        [
            *USUAL,
            attribute(SIGNING_CERTIFICATE_V2, encode(SigningCertificateV2(certificates=[], policies=None))),
        ],
        Reason.SIG_FORMAT,
        "не читается",
    ),
    "an unreadable name": (
        [*USUAL, attribute(SIGNING_CERTIFICATE_V2, OCTETS)],
        Reason.SIG_FORMAT,
        "не читается",
    ),
    "another digest protected": (
        [*USUAL, ess(), protection(Digest.SHA512, ECDSA)],
        Reason.SIG_INVALID,
        "подменены",
    ),
    "another signature algorithm protected": (
        [*USUAL, ess(), protection(Digest.SHA256, "1.2.840.10045.4.3.4")],
        Reason.SIG_INVALID,
        "подменены",
    ),
}


def refused(container: bytes) -> Refusal:
    """The refusal that verifying ends with."""
    with pytest.raises(Refusal) as caught:
        verify_detached(container, CONTENT)
    return caught.value


@pytest.mark.parametrize("name", HOLDS)
def test_signed_attributes_that_are_in_order(name: str) -> None:
    """What the standards admit holds; attributes are digested in the order sent, sorted or not."""
    assert verify_detached(signed_anew(P256, KEY, HOLDS[name]), CONTENT).cades


@pytest.mark.parametrize("name", REFUSED)
def test_signed_attributes_that_are_not(name: str) -> None:
    """Rightly signed, yet absent, doubled, foreign or unreadable attributes are refused."""
    attributes, reason, cause = REFUSED[name]
    found = refused(signed_anew(P256, KEY, attributes))
    assert found.reason is reason
    assert (cause or "") in found.values.get("cause", "")


def test_attributes_put_in_another_order_do_not_hold() -> None:
    """The order in which the attributes were signed is part of what was signed."""

    def change(info: SignerInfo) -> None:
        info.signed_attributes = (info.signed_attributes or [])[::-1]

    assert refused(changed_signer(P256, change)).values["cause"] == SIGNATURE_MISMATCH


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
    """A certificate of another kind of key put under the signer's own name changes nothing."""

    def change(info: SignerInfo) -> None:
        info.digest_algorithm = identifier(digest_identifier(Digest.STREEBOG_256))
        info.signature_algorithm = identifier(("1.2.643.7.1.1.1.1", b""))
        octets = usual(CONTENT, Digest.STREEBOG_256)
        info.signed_attributes = [raw(one) for one in (*octets, ess())]

    found = refused(changed_signer(P256, change))
    assert (found.reason, found.values["cause"]) == (Reason.SIG_ALGORITHM, "ключ сертификата: ECDSA P-256")


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
    """Another version or content, no signer or many, no certificate or ten thousand: refused by the reason."""
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


@given(st.sampled_from(["rsa.cades", "p256.cades", "g256a.cades", "p256.keyid"]), st.integers(min_value=0))
def test_a_changed_bit_never_makes_another_signature(name: str, place: int) -> None:
    """One bit of a container changed: it is refused, or the bit tells nothing of what is signed and by whom."""
    octets = bytearray(MADE[name])
    octets[place // 8 % len(octets)] ^= 1 << place % 8
    assert _told(bytes(octets)) in (None, _told(MADE[name]))


@given(st.sampled_from(sorted(MADE)), st.integers(0, 2**32))
def test_mutations_end_in_a_refusal_or_the_same_signature(name: str, seed: int) -> None:
    """Octets changed, cut out, doubled and put in: nothing but the module's own refusal, no other signature."""
    random, octets = Random(seed), bytearray(MADE[name])
    for _ in range(random.randint(1, 6)):
        begin = random.randrange(len(octets))
        end = min(len(octets), begin + random.randint(0, 12))
        octets[begin:end] = random.choice(
            [random.randbytes(end - begin), b"", octets[begin:end] * 2, b"\x30\x80", b"\0\0", b"\xff"]
        )
    found = _told(bytes(octets), cades=False, legacy=True)
    if found is not None:
        assert found.certificate.public_key() == _key_of(name)
    try:
        certificates_in(bytes(octets))
    except Refusal as refusal:
        assert refusal.reason is Reason.SIG_FORMAT


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


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_nobody(name: str) -> None:
    """The facts of a refusal hold nothing that the certificate says of its owner."""
    found = refused(signed_anew(P256, KEY, REFUSED[name][0]))
    assert KEY.certificate.common_name not in f"{found} {found!r} {dict(found.values)}"


def _told(container: bytes, *, cades: bool = True, legacy: bool = False) -> VerifiedFile | None:
    try:
        return verify_detached(container, CONTENT, cades=cades, legacy=legacy)
    except Refusal:
        return None


def _key_of(name: str) -> primitives.PublicKey:
    return verify_detached(MADE[name], CONTENT, cades=False, legacy=True).certificate.public_key()
