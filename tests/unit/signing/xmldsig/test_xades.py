"""Receipts with XAdES properties: every kind of key, every place where one may be bent, another judge."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESSigner, XAdESVerifier, XAdESVerifyResult

from signing import sign_document, sign_xades, verify_document
from signing.algorithms import KeyKind
from signing.certificates import of_x509
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import VerifiedReceipt
from signing.xmldsig.profiles import RECEIPT, SIGNED_PROPERTIES
from tests.unit.signing import gost_pki, pki
from tests.unit.signing.xmldsig.messages import again, envelope, holder, parse
from tests.unit.signing.xmldsig.receipts import (
    CLAIMED,
    MOMENT,
    NAMES,
    find_in,
    outcome,
    receipt,
    refusal_of,
)

Keys = Mapping[str, SigningKey]

KINDS = (KeyKind.RSA, KeyKind.P256, KeyKind.P384, KeyKind.GOST256, KeyKind.GOST512)


def ec_key(curve: ec.EllipticCurve, *above: pki.Issuer) -> SigningKey:
    """An ECDSA key; its authority is the first of those above it."""
    issuer = above[0] if above else pki.authority("УЦ")
    key = ec.generate_private_key(curve)
    certificate = of_x509(pki.issue(pki.name_of("Адаптер"), key, issuer))
    return SigningKey(
        key, certificate, tuple(of_x509(one.certificate) for one in above), certificate.key_kind()
    )


@pytest.fixture(scope="module")
def kinds(keys: Keys) -> Mapping[KeyKind, SigningKey]:
    """A key of each kind that signs."""
    root = gost_pki.authority()
    made = (
        keys["hospital"],
        keys["system"],
        ec_key(ec.SECP384R1()),
        gost_pki.signing_key(root),
        gost_pki.signing_key(root, bits=512),
    )
    return {one.kind: one for one in made}


@pytest.mark.parametrize("kind", KINDS)
def test_a_receipt_holds_with_every_kind_of_key(kinds: Mapping[KeyKind, SigningKey], kind: KeyKind) -> None:
    """The outcome names the caller's content, the certificate and the moment claimed, UTC to the second."""
    signed = receipt(kinds[kind])
    found = outcome(signed)
    assert isinstance(found, VerifiedReceipt)
    assert found.node is signed[0]
    assert found.nodes[1] is find_in(signed, ".//x:SignedProperties")
    assert found.certificate == kinds[kind].certificate
    assert found.certificates == (kinds[kind].certificate,)
    assert found.signing_time == CLAIMED


@pytest.mark.parametrize("kind", KINDS)
def test_any_changed_bit_of_what_is_signed_fails(kinds: Mapping[KeyKind, SigningKey], kind: KeyKind) -> None:
    """Content and properties are both covered."""
    for path in ("d:Thing/d:fact", ".//x:SigningTime", ".//x:CertDigest/ds:DigestValue"):
        signed = receipt(kinds[kind])
        leaf = signed.find(path, {**NAMES})
        assert leaf is not None
        text = leaf.text or ""
        leaf.text = chr(ord(text[0]) ^ 1) + text[1:]
        assert refusal_of(signed).reason is Reason.SIG_INVALID


def test_the_shape_is_that_of_baseline_b(keys: Keys) -> None:
    """Two references, the second one typed; the qualifying properties name the signature."""
    signed = receipt(keys["system"])
    signature = find_in(signed, "ds:Signature")
    first, second = signature.findall("ds:SignedInfo/ds:Reference", NAMES)
    assert (first.get("URI"), first.get("Type")) == ("#content-1", None)
    assert second.get("Type") == SIGNED_PROPERTIES
    qualifying = find_in(signature, "ds:Object/x:QualifyingProperties")
    assert qualifying.get("Target") == f"#{signature.get('Id')}"
    assert find_in(qualifying, ".//x:DataObjectFormat").get("ObjectReference") == f"#{first.get('Id')}"
    assert find_in(qualifying, ".//x:SigningTime").text == "2026-03-01T06:30:15Z"
    named = find_in(qualifying, ".//x:SigningCertificateV2/x:Cert/x:CertDigest/ds:DigestValue").text
    assert named == base64.b64encode(hashlib.sha256(keys["system"].certificate.der).digest()).decode()


def test_a_receipt_holds_inside_a_message_and_cut_out_of_it(keys: Keys) -> None:
    """It verifies in an envelope with other prefixes, and as a file of its own again."""
    inner = etree.tostring(receipt(keys["system"]), encoding="unicode")
    message = envelope(f'<q:Answer xmlns:q="urn:q" xmlns="urn:other" xmlns:ds="urn:no">{inner}</q:Answer>')
    inside = find_in(message, ".//d:SignedThing")
    assert isinstance(outcome(inside), VerifiedReceipt)
    cut = etree.tostring(inside, method="c14n", exclusive=True)
    assert isinstance(outcome(parse(cut)), VerifiedReceipt)


def test_the_certificates_above_come_along_without_the_root() -> None:
    """The signer's certificate first, then the nearest authority; whoever verifies has the root himself."""
    root = pki.authority("Корень")
    middle = pki.authority("Промежуточный", root)
    key = ec_key(ec.SECP256R1(), middle, root)
    turned = replace(key, chain=key.chain[::-1])
    for one in (key, turned):
        found = outcome(receipt(one))
        assert isinstance(found, VerifiedReceipt)
        assert [c.x509 for c in found.certificates] == [key.certificate.x509, middle.certificate]


def test_a_receipt_is_signed_once(keys: Keys) -> None:
    """A second signature is neither made nor verified."""
    made = holder()
    sign_xades(made, keys["system"], signing_time=MOMENT)
    with pytest.raises(Refusal):
        sign_xades(made, keys["author"], signing_time=MOMENT)
    assert len(made) == 2
    made.append(again(made)[1])
    assert refusal_of(again(made)).reason is Reason.SIG_FORMAT


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller(keys: Keys) -> None:
    """Nothing is signed then."""
    made = holder()
    with pytest.raises(ValueError, match="time zone"):
        sign_xades(made, keys["system"], signing_time=datetime(2026, 3, 1))  # noqa: DTZ001 - the point
    assert len(made) == 1


def test_documents_and_receipts_are_not_taken_for_each_other(keys: Keys) -> None:
    """Each profile refuses what is signed by the other one, and a profile of the other place."""
    document = holder()
    sign_document(document, keys["system"])
    assert refusal_of(again(document)).reason is Reason.SIG_FORMAT
    (found,) = verify_document(receipt(keys["system"]))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.SIG_FORMAT
    with pytest.raises(ValueError, match="place"):
        verify_document(document, RECEIPT)


@pytest.mark.parametrize("kind", [KeyKind.RSA, KeyKind.P256, KeyKind.P384])
def test_signxml_accepts_a_receipt(kinds: Mapping[KeyKind, SigningKey], kind: KeyKind) -> None:
    """An independent judge finds both references, the properties and the certificate good."""
    key = kinds[kind]
    signed = receipt(key)
    results = XAdESVerifier().verify(
        etree.tostring(signed),
        x509_cert=key.certificate.x509,
        expect_config=XAdESSignatureConfiguration(expect_references=2),
        id_attribute="Id",
    )
    content, properties = results
    assert content.signed_xml is not None
    assert content.signed_xml.tag == signed[0].tag
    assert isinstance(properties, XAdESVerifyResult)
    assert properties.signed_properties.findtext("x:SigningTime", None, NAMES) == "2026-03-01T06:30:15Z"


def test_signxml_refuses_a_tampered_moment(keys: Keys) -> None:
    """The judge is no friend of everything: with another moment it refuses, as we do."""
    signed = receipt(keys["system"])
    find_in(signed, ".//x:SigningTime").text = "2020-01-01T00:00:00Z"
    with pytest.raises(Exception, match="Digest mismatch"):
        XAdESVerifier().verify(
            etree.tostring(signed),
            x509_cert=keys["system"].certificate.x509,
            expect_config=XAdESSignatureConfiguration(expect_references=2),
            id_attribute="Id",
        )


def test_what_signxml_signs_is_of_another_shape(keys: Keys) -> None:
    """It signs KeyInfo too, without transforms, and adds KeyValue: good XAdES, and no receipt of ours."""
    key = keys["system"]
    signer = XAdESSigner(
        method=SignatureConstructionMethod.detached,
        signature_algorithm="ecdsa-sha256",
        digest_algorithm="sha256",
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    made, private = holder(), key.private_key
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    signature = signer.sign(
        made, key=private, cert=[key.certificate.x509], reference_uri="#content-1", id_attribute="Id"
    )
    made.append(signature)
    found = refusal_of(again(made))
    assert found.reason is Reason.SIG_FORMAT
    assert "Reference" in found.values["cause"]
