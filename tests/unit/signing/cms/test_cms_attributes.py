"""Signed attributes of forged containers: what the standards admit holds, everything else is refused."""

from __future__ import annotations

import pytest
from cryptography import x509

from signing import primitives
from signing.algorithms import Digest
from signing.cms.algorithms import digest_identifier, signature_identifier
from signing.cms.attributes import CERTIFICATE_MISMATCH, DIGEST_MISMATCH, SIGNATURE_MISMATCH
from signing.cms.ber import tlv
from signing.cms.detached import verify_detached
from signing.cms.structures import (
    ALGORITHM_PROTECTION,
    CONTENT_TYPE,
    ID_DATA,
    ID_SIGNED_DATA,
    MESSAGE_DIGEST,
    SIGNING_CERTIFICATE,
    SIGNING_CERTIFICATE_V2,
    SIGNING_TIME,
    AlgorithmProtection,
    CertificateId,
    IssuerSerial,
    SignerInfo,
    SigningCertificate,
    SigningCertificateV2,
    encode,
    identifier,
    raw,
)
from signing.reasons import Reason, Refusal
from tests.unit.signing.cms.cms_forge import (
    attribute,
    changed_signer,
    ess,
    signed_anew,
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
    "named by its hash": [*USUAL, ess(OWN)],
    "the default digest written out": [*USUAL, ess(OWN, algorithm=digest_identifier(Digest.SHA256))],
    "another digest": [
        *USUAL,
        ess(OWN, kind=Digest.SHA512, algorithm=digest_identifier(Digest.SHA512)),
    ],
    "both versions": [*USUAL, ess(OWN), ess_first()],
    "with place": [*USUAL, ess(OWN, place=place(CERTIFICATE.serial_number, CERTIFICATE.issuer))],
    "an unknown attribute": [*USUAL, ess(OWN), attribute(UNKNOWN, OCTETS)],
    "protected": [*USUAL, ess(OWN), protection(Digest.SHA256, ECDSA)],
    "in an order that DER does not know": [ess(OWN), DIGEST, TYPE],
}

REFUSED: dict[str, tuple[list[bytes], Reason, str | None]] = {
    "no type of content": ([DIGEST, ess(OWN)], Reason.SIG_FORMAT, "подписан не файл"),
    "another type of content": (
        [attribute(CONTENT_TYPE, encode(ID_SIGNED_DATA)), DIGEST, ess(OWN)],
        Reason.SIG_FORMAT,
        "подписан не файл",
    ),
    "two types of content": (
        [attribute(CONTENT_TYPE, encode(ID_DATA), encode(ID_SIGNED_DATA)), DIGEST, ess(OWN)],
        Reason.SIG_FORMAT,
        "не одно значение",
    ),
    "no digest": ([TYPE, ess(OWN)], Reason.SIG_FORMAT, "нет отпечатка"),
    "an empty digest": (
        [TYPE, attribute(MESSAGE_DIGEST, encode(b"")), ess(OWN)],
        Reason.SIG_INVALID,
        DIGEST_MISMATCH,
    ),
    "a digest of another type": (
        [TYPE, attribute(MESSAGE_DIGEST, encode(1)), ess(OWN)],
        Reason.SIG_FORMAT,
        "не читается",
    ),
    "two digests, the right one among them": (
        [TYPE, DIGEST, attribute(MESSAGE_DIGEST, OCTETS), ess(OWN)],
        Reason.SIG_FORMAT,
        "повторён",
    ),
    "an attribute without a value": (
        [TYPE, attribute(MESSAGE_DIGEST), ess(OWN)],
        Reason.SIG_FORMAT,
        "не одно значение",
    ),
    "no attributes": ([], Reason.SIG_FORMAT, "нет подписанных атрибутов"),
    "sixty-five attributes": ([*USUAL, ess(OWN), *[TYPE] * 62], Reason.SIG_FORMAT, "слишком много"),
    "ten thousand attributes": ([*USUAL, ess(OWN), *[TYPE] * 9_997], Reason.SIG_FORMAT, "слишком много"),
    "a moment that is none": (
        [*USUAL, ess(OWN), attribute(SIGNING_TIME, b"\x17\r269901120000Z")],
        Reason.SIG_FORMAT,
        "не читается",
    ),
    "not named": (USUAL, Reason.SIG_FORMAT, "CAdES-BES"),
    "named by SHA-1 only": ([*USUAL, ess_first()], Reason.SIG_FORMAT, "CAdES-BES"),
    "another certificate": ([*USUAL, ess(OTHER)], Reason.SIG_INVALID, CERTIFICATE_MISMATCH),
    "another certificate by SHA-1": (
        [*USUAL, ess(OWN), ess_first(OTHER)],
        Reason.SIG_INVALID,
        CERTIFICATE_MISMATCH,
    ),
    "a weak digest of the certificate": (
        [*USUAL, ess(OWN, kind=Digest.SHA1, algorithm=SHA1)],
        Reason.SIG_ALGORITHM,
        None,
    ),
    "another serial number": (
        [*USUAL, ess(OWN, place=place(1, CERTIFICATE.issuer))],
        Reason.SIG_INVALID,
        CERTIFICATE_MISMATCH,
    ),
    "another issuer": (
        [*USUAL, ess(OWN, place=place(CERTIFICATE.serial_number, x509.Name([])))],
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
        [*USUAL, ess(OWN), protection(Digest.SHA512, ECDSA)],
        Reason.SIG_INVALID,
        "подменены",
    ),
    "another signature algorithm protected": (
        [*USUAL, ess(OWN), protection(Digest.SHA256, "1.2.840.10045.4.3.4")],
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


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_nobody(name: str) -> None:
    """The facts of a refusal hold nothing that the certificate says of its owner."""
    found = refused(signed_anew(P256, KEY, REFUSED[name][0]))
    assert KEY.certificate.common_name not in f"{found} {found!r} {dict(found.values)}"
