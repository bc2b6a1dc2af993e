"""Hospitals sign with GOST: referrals go through, and nobody is refused where no library computes it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography import x509

from adapter.contract.exchange import FileSignature
from adapter.contract.exchange.referral import SubmitReferralRequest
from adapter.domain.identifiers import normalize_snils
from adapter.stand.actors import BUREAU, CHAIRMAN, DOCTOR, HOSPITAL, MEMBERS, MIS, DemoSigner
from adapter.stand.files import SignedFile
from signing import SigningKey, Trust, sign_detached
from signing.algorithms import KeyKind
from signing.certificates import OGRN
from signing.demo import AUTHORITY_FILE, REVOCATION_FILE
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.unit.signing import gost_pki

pytestmark = ON_SQLITE

TC26_256_B, TC26_512_C = "1.2.643.7.1.2.1.1.2", "1.2.643.7.1.2.1.2.3"


@dataclass(frozen=True)
class Hospital:
    """A hospital whose signers and seal are GOST, of both sizes and on several curves."""

    signers: tuple[SigningKey, ...]
    trust: Trust


def key_of(issuer: gost_pki.Authority, signer: DemoSigner, bits: int, curve: str = "") -> SigningKey:
    """Return a GOST key of a person of the demo."""
    person = signer.person
    subject = gost_pki.person(
        person.family_name,
        f"{person.given_name} {person.patronymic}",
        snils=normalize_snils(person.snils),
        title=signer.post,
        ogrn=HOSPITAL.ogrn,
    )
    return gost_pki.signing_key(issuer, subject, bits=bits, curve=curve)


@pytest.fixture
def hospital(keys: Path, tmp_path: Path) -> Hospital:
    """Signers under an authority of their own, which is trusted beside that of the demo."""
    issuer = gost_pki.authority("УЦ больницы", bits=512)
    seal = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "Больница"), x509.NameAttribute(OGRN, HOSPITAL.ogrn)]
    )
    signers = (
        key_of(issuer, DOCTOR, 256),
        key_of(issuer, CHAIRMAN, 512),
        key_of(issuer, MEMBERS[0], 256, TC26_256_B),
        key_of(issuer, MEMBERS[1], 512, TC26_512_C),
        gost_pki.signing_key(issuer, seal),
    )
    files = {"gost.pem": issuer.pem, "gost.crl": gost_pki.revocations(issuer)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    demo = [keys / AUTHORITY_FILE, keys / REVOCATION_FILE]
    return Hospital(signers, Trust([*demo, *(tmp_path / name for name in files)]))


def submit(gateway: Gateway, hospital: Hospital) -> Reply:
    """Submit a referral and its СЭМД, both signed by all with GOST; the transport signature is ECDSA."""
    document = gateway.clerk.referral(BUREAU)
    assert document.referral is not None
    semd = SignedFile("semd.xml", "121", document.semd.content).packed()
    signatures = tuple(
        FileSignature(value=base64.b64encode(sign_detached(key, document.semd.content)).decode())
        for key in hospital.signers
    )
    request = SubmitReferralRequest(
        request_id=request_id(),
        signed_referral=gateway.signed(document.referral, hospital.signers),
        semd=replace(semd, signature=signatures),
    )
    return gateway.call(MIS, request)


def test_a_referral_signed_with_gost_is_accepted(gateway: Gateway, hospital: Hospital) -> None:
    """Keys of 256 and 512 bits on four curves, XMLDSig and CAdES, a chain and a revocation list of GOST."""
    gateway.change(trust=hospital.trust)
    assert {key.kind for key in hospital.signers} == {KeyKind.GOST256, KeyKind.GOST512}
    assert submit(gateway, hospital).status == "ACCEPT"


def test_without_a_library_the_sender_is_told_to_try_again(gateway: Gateway, hospital: Hospital) -> None:
    """MSE-5007 and nothing stored, so that the repeat is judged anew; RSA and ECDSA go on meanwhile."""
    gateway.change(trust=hospital.trust)
    document = gateway.clerk.referral(BUREAU)
    with gost_pki.no_gost():
        assert gateway.submit(document).status == "ACCEPT"
    signed = gateway.signed(gateway.clerk.referral(BUREAU).referral, hospital.signers)
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=signed)
    with gost_pki.no_gost():
        reply = gateway.call(MIS, request)
        assert (reply.status, reply.codes) == ("FAILURE", ["MSE-5007"])
    assert gateway.call(MIS, request).status == "ACCEPT"
