"""OCSP: questions, answers of authorities and their services, and answers that prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.certificates import Certificate
from signing.pki.ocsp import LIFE_WITHOUT_END, OcspError, question, read_answer, responders
from signing.pki.revocation import CLOCK_SKEW, UNKNOWN, Standing
from signing.reasons import Refusal
from tests.unit.signing.gost_pki import (
    REVOKED_AT,
    Authority,
    authority,
    gost_key,
    issue,
    leaf,
    ocsp_answer,
    responder,
)
from tests.unit.signing.pki import NOW, name_of

HOUR = timedelta(hours=1)

CA = authority()
SIGNER = leaf(CA)
GOOD = ocsp_answer(SIGNER, CA, end=NOW + HOUR)


def read(content: bytes, certificate: Certificate = SIGNER, by: Authority = CA) -> Standing:
    """What an answer says now; no responder without nocheck is vouched for."""
    return read_answer(content, certificate, by.certificate, NOW, lambda _: False).status.standing


def test_the_question_names_the_certificate_as_the_standard_wants() -> None:
    """SHA-1 of the issuer's name and of its bare key, the serial number, no nonce."""
    asked = ocsp.load_der_ocsp_request(question(SIGNER, CA.certificate))
    answered = ocsp.load_der_ocsp_response(GOOD)
    assert isinstance(asked.hash_algorithm, hashes.SHA1)
    assert asked.serial_number == SIGNER.x509.serial_number
    assert (asked.issuer_name_hash, asked.issuer_key_hash) == (
        answered.issuer_name_hash,
        answered.issuer_key_hash,
    )
    assert len(asked.extensions) == 0


def test_the_question_is_what_the_library_makes_of_certificates_it_knows() -> None:
    """For ECDSA the identifiers agree with those of `cryptography`."""
    by = authority("УЦ", key=ec.generate_private_key(ec.SECP256R1()))
    one = leaf(by)
    builder = ocsp.OCSPRequestBuilder().add_certificate(one.x509, by.certificate.x509, hashes.SHA1())  # noqa: S303
    theirs = builder.build()
    ours = ocsp.load_der_ocsp_request(question(one, by.certificate))
    assert (ours.issuer_name_hash, ours.issuer_key_hash) == (theirs.issuer_name_hash, theirs.issuer_key_hash)


@pytest.mark.parametrize(
    "key",
    [
        gost_key(),
        gost_key(512),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["GOST-256", "GOST-512", "P-384", "RSA"],
)
def test_an_authority_answers_with_any_kind_of_key(key: ec.EllipticCurvePrivateKey) -> None:
    """The authority's own signature, and that of a GOST service which it has authorised."""
    by = authority("УЦ", key=key)
    one = leaf(by)
    assert read(ocsp_answer(one, by), one, by) is Standing.GOOD
    assert read(ocsp_answer(one, by, by=responder(by)), one, by) is Standing.GOOD


def test_statuses_are_told_apart() -> None:
    """Good, revoked with its moment, and unknown to the responder."""
    assert read(GOOD) is Standing.GOOD
    told = read_answer(
        ocsp_answer(SIGNER, CA, status=ocsp.OCSPCertStatus.REVOKED),
        SIGNER,
        CA.certificate,
        NOW,
        lambda _: False,
    )
    assert (told.status.standing, told.status.revoked_at) == (Standing.REVOKED, REVOKED_AT)
    assert read(ocsp_answer(SIGNER, CA, status=ocsp.OCSPCertStatus.UNKNOWN)) is Standing.UNKNOWN
    assert read(ocsp_answer(SIGNER, CA, algorithm=hashes.SHA256())) is Standing.GOOD


def forged() -> bytes:
    """Signed with a stranger's key."""
    return ocsp_answer(SIGNER, CA, key=gost_key())


def of_another_certificate() -> bytes:
    """About another serial number."""
    return ocsp_answer(leaf(CA), CA)


def of_another_issuer() -> bytes:
    """About the same serial number of another issuer, signed by a service of ours."""
    return ocsp_answer(SIGNER, authority("Другой УЦ"), by=responder(CA))


def by_a_strangers_service() -> bytes:
    """Signed by a service of another authority."""
    return ocsp_answer(SIGNER, CA, by=responder(authority("Другой УЦ")))


def by_a_client() -> bytes:
    """Signed by a certificate of the authority that is for other purposes."""
    return ocsp_answer(SIGNER, CA, by=responder(CA, for_ocsp=False))


def by_the_signer_itself() -> bytes:
    """Signed by the very certificate that is asked about."""
    key = gost_key()
    return ocsp_answer(SIGNER, CA, by=Authority(key, leaf(CA, key=key)))


def by_a_service_that_nobody_vouches_for() -> bytes:
    """Signed by a service without nocheck whose own status is not known."""
    return ocsp_answer(SIGNER, CA, by=responder(CA, nocheck=False))


def by_a_service_whose_term_is_over() -> bytes:
    """Signed by a service with an old certificate."""
    key = gost_key()
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    extensions = ((purpose, False), (x509.OCSPNoCheck(), False))
    old = issue(name_of("Служба OCSP"), key, CA, end=NOW - HOUR, extensions=extensions)
    return ocsp_answer(SIGNER, CA, by=Authority(key, old))


def of_the_past() -> bytes:
    """Its term is over."""
    return ocsp_answer(SIGNER, CA, begin=NOW - 2 * HOUR, end=NOW - HOUR)


def of_the_past_without_an_end() -> bytes:
    """It names no end, and is older than such an answer is believed."""
    return ocsp_answer(SIGNER, CA, begin=NOW - LIFE_WITHOUT_END - timedelta(seconds=1))


def of_the_future() -> bytes:
    """Issued after now, by more than clocks may differ."""
    return ocsp_answer(SIGNER, CA, begin=NOW + CLOCK_SKEW + timedelta(seconds=1))


def refusal_of_the_service() -> bytes:
    """The responder answers that it is not in the mood."""
    refused = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return refused.public_bytes(Encoding.DER)


def garbage() -> bytes:
    """Not DER at all."""
    return b"<html>403</html>"


@pytest.mark.parametrize(
    "made",
    [
        forged,
        of_another_certificate,
        of_another_issuer,
        by_a_strangers_service,
        by_a_client,
        by_the_signer_itself,
        by_a_service_that_nobody_vouches_for,
        by_a_service_whose_term_is_over,
        of_the_past,
        of_the_past_without_an_end,
        of_the_future,
        refusal_of_the_service,
        garbage,
    ],
)
def test_what_proves_nothing_says_nothing(made: Callable[[], bytes]) -> None:
    """Each is refused, none is taken for an answer."""
    with pytest.raises(OcspError):
        read(made())


def test_a_service_without_nocheck_counts_when_it_is_vouched_for() -> None:
    """Its own status is then known to be good."""
    service = responder(CA, nocheck=False)
    content = ocsp_answer(SIGNER, CA, by=service)
    told = read_answer(content, SIGNER, CA.certificate, NOW, lambda one: one == service.certificate)
    assert told.status.standing is Standing.GOOD


def test_an_answer_ends_but_a_revocation_stays() -> None:
    """Good becomes unknown with the answer's term; revoked stays revoked."""
    good = read_answer(GOOD, SIGNER, CA.certificate, NOW, lambda _: False)
    assert good.at(NOW + HOUR).standing is Standing.GOOD
    assert good.at(NOW + HOUR + timedelta(seconds=1)) is UNKNOWN
    assert good.at(NOW - CLOCK_SKEW - timedelta(seconds=1)) is UNKNOWN
    content = ocsp_answer(SIGNER, CA, status=ocsp.OCSPCertStatus.REVOKED, end=NOW + HOUR)
    revoked = read_answer(content, SIGNER, CA.certificate, NOW, lambda _: False)
    assert revoked.at(NOW + timedelta(days=9999)).standing is Standing.REVOKED


def test_addresses_are_read_from_the_certificate() -> None:
    """Those for OCSP, in order; not those of the issuer's certificate."""
    access = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
            for method, url in (
                (AuthorityInformationAccessOID.OCSP, "http://ocsp.test/1"),
                (AuthorityInformationAccessOID.CA_ISSUERS, "http://ca.test/ca.cer"),
                (AuthorityInformationAccessOID.OCSP, "http://ocsp.test/2"),
            )
        ]
    )
    assert responders(leaf(CA, extensions=((access, False),))) == ("http://ocsp.test/1", "http://ocsp.test/2")
    assert responders(SIGNER) == ()


@settings(derandomize=True, deadline=None, max_examples=400)
@given(place=st.integers(0, len(GOOD) - 1), change=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_answer_is_never_another_answer(place: int, change: int, cut: bool) -> None:
    """A changed byte or a cut end is refused, or has changed nothing that is signed; nothing else escapes."""
    octets = bytearray(GOOD)
    octets[place] ^= change
    try:
        said = read(bytes(octets[:place] if cut else octets))
    except OcspError:
        said = None
    assert said in (None, Standing.GOOD)


def test_a_refusal_inside_is_told_as_an_unreadable_answer() -> None:
    """An authority whose key verifies nothing makes every answer unproven, and raises nothing else."""
    weak = authority("УЦ", key=rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505
    with pytest.raises(Refusal):
        weak.certificate.public_key()
    one = leaf(weak)
    with pytest.raises(OcspError):
        read(ocsp_answer(one, weak), one, weak)
