"""signxml as a judge, both ways, over every profile without a transform of SMEV; it knows no GOST.

What is signed here it verifies with everything pinned; what it signs in the shape of a profile is verified
here; and what was tampered with neither of them takes.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from signing.algorithms import PREFERRED, KeyKind
from signing.keys import SigningKey
from signing.verified import Verified
from signing.xmldsig.profiles import DS, WSSE, WSU, X509_TOKEN
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.schemes import SCHEMES, SIGNATURE, TOKEN, Scheme, key_of, signed_octets

KINDS = (KeyKind.RSA, KeyKind.P256, KeyKind.P384)
JUDGED = [scheme for scheme in SCHEMES if scheme.profile.name != "smev3"]
# What a receipt signs in itself signxml makes only by its own rules of XAdES.
MADE = [scheme for scheme in JUDGED if scheme.profile.name != "receipt"]
DIGESTS = (DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512)
METHODS = {
    KeyKind.RSA: (SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512),
    KeyKind.P256: (SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA512),
    KeyKind.P384: (SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512),
}
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0


def judged(root: etree._Element, scheme: Scheme, kind: KeyKind) -> list[etree._Element]:
    """What signxml says is signed, everything pinned."""
    algorithm, digest = PREFERRED[kind]
    configuration = SignatureConfiguration(
        require_x509=True,
        location=".//",
        expect_references=len(scheme.targets(root)),
        signature_methods=frozenset({SignatureMethod(algorithm)}),
        digest_algorithms=frozenset({DigestAlgorithm(digest)}),
        default_reference_c14n_method=EXCLUSIVE,
    )
    certificate = key_of(kind).certificate.pem().decode()
    found = XMLVerifier().verify(root, x509_cert=certificate, expect_config=configuration, id_attribute="Id")
    results = found if isinstance(found, list) else [found]
    return [one.signed_xml for one in results if one.signed_xml is not None]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("scheme", JUDGED, ids=lambda scheme: scheme.name)
def test_signxml_verifies_what_is_signed_here(scheme: Scheme, kind: KeyKind) -> None:
    """It finds the same octets signed, and refuses them changed."""
    octets = signed_octets(scheme, kind)
    signed = judged(parse(octets), scheme, kind)
    targets = scheme.targets(parse(octets))
    assert [scheme.octets(one) for one in signed] == [scheme.octets(one) for one in targets]
    with pytest.raises((InvalidDigest, InvalidSignature)):
        judged(parse(octets.replace("текст".encode(), "тексты".encode())), scheme, kind)


def _signer(method: SignatureMethod, digest: DigestAlgorithm, form: SignatureConstructionMethod) -> XMLSigner:
    return XMLSigner(form, method, digest, EXCLUSIVE)


def _signed_by_signxml(
    scheme: Scheme, key: SigningKey, method: SignatureMethod, digest: DigestAlgorithm
) -> etree._Element:
    """A message of a profile whose signature signxml has made anew."""
    root = parse(signed_octets(scheme, key.kind))
    old = next(root.iter(SIGNATURE))
    holder = old.getparent()
    assert holder is not None
    assert isinstance(key.private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    targets = scheme.targets(root)
    uris = ["#" + next(str(v) for k, v in t.attrib.items() if str(k).endswith("Id")) for t in targets]
    enveloped = holder is targets[0]
    holder.remove(old)
    given: dict[str, object] = {"key": key.private_key, "cert": key.certificate.pem().decode()}
    if holder.find(TOKEN) is not None:
        given["key_info"] = _token_reference(holder)
    form = SignatureConstructionMethod.enveloped if enveloped else SignatureConstructionMethod.detached
    made = _signer(method, digest, form).sign(
        copy.deepcopy(targets[0]) if enveloped else copy.deepcopy(root),
        reference_uri=uris,
        id_attribute="Id",
        **given,  # type: ignore[arg-type]
    )
    signature = next(made.iter(SIGNATURE))
    holder.append(parse(etree.tostring(signature)))
    return root


def _token_reference(security: etree._Element) -> etree._Element:
    token = security.find(TOKEN)
    assert token is not None
    info = etree.Element(f"{{{DS}}}KeyInfo", nsmap={"ds": DS})
    reference = etree.SubElement(info, f"{{{WSSE}}}SecurityTokenReference")
    uri = f"#{token.get(f'{{{WSU}}}Id')}"
    etree.SubElement(reference, f"{{{WSSE}}}Reference", {"URI": uri, "ValueType": X509_TOKEN})
    return info


@pytest.mark.parametrize("digest", DIGESTS, ids=lambda digest: digest.name)
@pytest.mark.parametrize(
    ("kind", "method"), [(k, m) for k, found in METHODS.items() for m in found], ids=lambda one: one.name
)
@pytest.mark.parametrize("scheme", MADE, ids=lambda scheme: scheme.name)
def test_what_signxml_signs_is_verified_here(
    scheme: Scheme, kind: KeyKind, method: SignatureMethod, digest: DigestAlgorithm
) -> None:
    """Every digest and every signature algorithm in the shape of every profile; changed, none is taken."""
    root = parse(etree.tostring(_signed_by_signxml(scheme, key_of(kind), method, digest), encoding="utf-8"))
    ((outcome, wanted),) = scheme.verify(root)
    assert isinstance(outcome, Verified), outcome
    assert list(outcome.nodes) == list(wanted)
    assert outcome.algorithm == method.value
    for change in (_text, _bit("DigestValue"), _bit("SignatureValue")):
        changed = copy.deepcopy(root)
        change(changed)
        assert not any(isinstance(one, Verified) for one, _ in scheme.verify(changed))


def _text(root: etree._Element) -> None:
    next(one for one in root.iter() if one.text == "текст").text = "тексты"


def _bit(name: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        leaf = next(root.iter(f"{{{DS}}}{name}"))
        octets = bytearray(base64.b64decode(leaf.text or ""))
        octets[7] ^= 1
        leaf.text = base64.b64encode(octets).decode()

    return change
