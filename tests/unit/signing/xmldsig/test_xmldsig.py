"""Signing and verifying messages and documents that are as they should be."""

from __future__ import annotations

import base64
import copy
import hashlib
import logging
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from signing import sign_document, sign_wss, verify_document, verify_wss
from signing.algorithms import ECDSA_SHA256, RSA_SHA256
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig.engine import graft
from signing.xmldsig.profiles import DOCUMENT, DS, SMEV_ACTOR, WSS_BODY
from tests.unit.signing.xmldsig.messages import DOC, NS, SOAP, SOAP12, again, envelope, find, holder, parse

Keys = Mapping[str, SigningKey]


def holds_by_hand(signature: etree._Element, node: etree._Element, key: SigningKey) -> bool:
    """An independent judge: plain canonicalization, hashlib and the bare public key."""
    digest = hashlib.sha256(etree.tostring(node, method="c14n", exclusive=True)).digest()
    if find(signature, ".//ds:DigestValue").text != base64.b64encode(digest).decode():
        return False
    signed = etree.tostring(find(signature, "ds:SignedInfo"), method="c14n", exclusive=True)
    value = base64.b64decode(find(signature, "ds:SignatureValue").text or "")
    public = key.certificate.x509.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(value, signed, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(public, ec.EllipticCurvePublicKey):
        numbers = [int.from_bytes(value[i : i + 32], "big") for i in (0, 32)]
        public.verify(encode_dss_signature(*numbers), signed, ec.ECDSA(hashes.SHA256()))
    return True


@pytest.mark.parametrize(("name", "algorithm"), [("hospital", RSA_SHA256), ("system", ECDSA_SHA256)])
def test_a_signed_message_is_verified_and_its_body_handed_out(keys: Keys, name: str, algorithm: str) -> None:
    """RSA and ECDSA messages verify after the way through bytes; the node is the caller's Body."""
    message = envelope()
    sign_wss(message, keys[name])
    received = again(message)
    verified = verify_wss(received)
    assert verified.node is find(received, "s:Body")
    assert verified.signature is find(received, "s:Header/wsse:Security/ds:Signature")
    assert verified.certificate == keys[name].certificate
    assert verified.algorithm == algorithm
    assert holds_by_hand(verified.signature, verified.node, keys[name])


def test_the_security_header_is_that_of_smev(keys: Keys) -> None:
    """The header has the actor of SMEV, the token and one signature with one reference to the Body."""
    message = envelope()
    sign_wss(message, keys["system"])
    security = find(message, "s:Header/wsse:Security")
    assert security.get(f"{{{SOAP}}}actor") == SMEV_ACTOR
    assert len(message.findall(".//ds:Reference", NS)) == 1
    assert find(message, ".//wsse:BinarySecurityToken").text == base64.b64encode(
        keys["system"].certificate.der
    ).decode("ascii")


def test_a_soap_12_message_is_signed_for_its_role(keys: Keys) -> None:
    """SOAP 1.2 has the attribute `role`, and verifies the same."""
    message = parse(f'<e:Envelope xmlns:e="{SOAP12}"><e:Header/><e:Body><x/></e:Body></e:Envelope>')
    sign_wss(message, keys["system"])
    received = again(message)
    assert verify_wss(received).node is received[1]
    assert received[0][0].get(f"{{{SOAP12}}}role") == SMEV_ACTOR


def test_the_header_of_another_actor_stays_aside(keys: Keys) -> None:
    """A second Security header, of the SMEV node, neither helps nor hinders the participant's signature."""
    message = envelope()
    sign_wss(message, keys["system"])
    received = again(message)
    foreign = etree.SubElement(find(received, "s:Header"), f"{{{NS['wsse']}}}Security")
    foreign.set(f"{{{SOAP}}}actor", "http://smev.gosuslugi.ru/actors/recipient")
    assert verify_wss(received).node is find(received, "s:Body")


def test_a_signed_message_is_not_signed_again(keys: Keys) -> None:
    """A second Security header of one actor is never made."""
    message = envelope()
    sign_wss(message, keys["system"])
    with pytest.raises(Refusal) as caught:
        sign_wss(message, keys["system"])
    assert caught.value.reason is Reason.SIG_DUPLICATE


def test_every_signature_of_a_document_is_verified_in_order(keys: Keys) -> None:
    """Later signatures leave earlier ones good; each result is of the content of the caller's tree."""
    document = holder()
    names = ["author", "chairman", "hospital"]
    for name in names:
        sign_document(document, keys[name])
    received = again(document)
    results = verify_document(received)
    assert [r.certificate for r in results] == [keys[name].certificate for name in names]
    for result, name, signature in zip(results, names, list(received)[1:], strict=True):
        assert isinstance(result, Verified)
        assert result.node is received[0]
        assert result.signature is signature
        assert holds_by_hand(result.signature, result.node, keys[name])


def test_a_document_holds_deep_inside_a_message(keys: Keys) -> None:
    """A document verifies where it stands in a signed message with other prefixes."""
    document = holder()
    sign_document(document, keys["author"])
    inner_xml = etree.tostring(document, encoding="unicode")
    message = envelope(f'<q:Submit xmlns:q="urn:q" xmlns="urn:default">{inner_xml}</q:Submit>')
    sign_wss(message, keys["system"])
    received = again(message)
    assert isinstance(verify_wss(received), Verified)
    inner = find(received, ".//d:SignedThing")
    (result,) = verify_document(inner)
    assert isinstance(result, Verified)
    assert result.node is inner[0]


def test_verifying_leaves_the_tree_as_it_was(keys: Keys) -> None:
    """Neither elements nor bytes of the caller's tree change."""
    document = holder()
    sign_document(document, keys["author"])
    message = envelope(etree.tostring(document).decode())
    sign_wss(message, keys["system"])
    received = again(message)
    before, elements = etree.tostring(received), list(received.iter())
    verify_wss(received)
    verify_document(find(received, ".//d:SignedThing"))
    assert etree.tostring(received) == before
    assert [a is b for a, b in zip(received.iter(), elements, strict=True)] == [True] * len(elements)


def test_the_prefix_of_the_parent_is_used_for_the_signature(keys: Keys) -> None:
    """A tree that has the namespace of signatures, or the prefix, in other use is signed nevertheless."""
    for declaration in (f'xmlns:sig="{DS}"', 'xmlns:ds="urn:other"', f'xmlns:a="{DS}" xmlns:b="{DS}"'):
        document = parse(f'<h {declaration}><c Id="c1"/></h>')
        sign_document(document, keys["author"])
        sign_document(document, keys["member"])
        results = verify_document(again(document))
        assert [type(result) for result in results] == [Verified, Verified]


def test_grafting_refuses_what_would_break_a_signature(keys: Keys) -> None:
    """The library renames prefixes on moving between trees; a signed document moves whole or not at all."""
    document = holder()
    sign_document(document, keys["author"])
    renaming = parse(f'<h xmlns:sig="{DS}" xmlns:z="{DOC}"/>')
    with pytest.raises(Refusal):
        graft(renaming, copy.deepcopy(document))
    assert len(renaming) == 0
    harmless = parse('<h xmlns="urn:x"/>')
    graft(harmless, document)
    assert isinstance(verify_document(again(harmless)[0])[0], Verified)


def test_the_same_signer_twice_is_a_duplicate(keys: Keys) -> None:
    """A copy of a signature, and a second signature by the same certificate, are reported as duplicates."""
    document = holder()
    sign_document(document, keys["author"])
    document.append(copy.deepcopy(document[1]))
    sign_document(document, keys["author"])
    first, *others = verify_document(again(document))
    assert isinstance(first, Verified)
    assert [r.reason for r in others if isinstance(r, Refusal)] == [Reason.SIG_DUPLICATE] * 2


def test_a_good_signature_stands_beside_a_bad_one(keys: Keys) -> None:
    """One refused signature does not hide the others, and names the certificate it claims."""
    document = holder()
    sign_document(document, keys["author"])
    sign_document(document, keys["member"])
    find(document[1], "ds:SignatureValue").text = base64.b64encode(bytes(64)).decode()
    bad, good = verify_document(again(document))
    assert isinstance(bad, Refusal)
    assert bad.reason is Reason.SIG_INVALID
    assert bad.certificate == keys["author"].certificate
    assert isinstance(good, Verified)


def test_a_document_without_signatures_is_missing_them() -> None:
    """No signature is a refusal of the whole document."""
    with pytest.raises(Refusal) as caught:
        verify_document(holder())
    assert caught.value == Refusal(Reason.SIG_MISSING)


def test_a_message_without_security_is_missing_its_signature(keys: Keys) -> None:
    """No Header, an empty Header, an empty Security: the signature is missing each time."""
    empty = envelope()
    sign_wss(empty, keys["system"])
    find(empty, ".//wsse:Security").clear()
    find(empty, ".//wsse:Security").set(f"{{{SOAP}}}actor", SMEV_ACTOR)
    without = again(empty)
    find(without, "s:Header").clear()
    for message in (envelope(), empty, without):
        with pytest.raises(Refusal) as caught:
            verify_wss(message)
        assert caught.value.reason is Reason.SIG_MISSING


def test_content_never_reaches_the_log(keys: Keys, caplog: pytest.LogCaptureFixture) -> None:
    """The library's habit of logging whole documents is off even where everything else logs at DEBUG."""
    caplog.set_level(logging.DEBUG)
    document = holder("<fact>тайна</fact>")
    sign_document(document, keys["author"])
    verify_document(document)
    assert "тайна" not in caplog.text


def test_a_profile_of_another_place_is_a_mistake_of_the_caller(keys: Keys) -> None:
    """Profiles are not mixed up silently."""
    with pytest.raises(ValueError, match="wss-body"):
        verify_document(holder(), WSS_BODY)
    with pytest.raises(ValueError, match="document"):
        sign_wss(envelope(), keys["system"], DOCUMENT)


@pytest.mark.parametrize(
    "content",
    [
        "<!-- a -->",
        "<?pi?>",
        '<a Id="content-1"/>',
        '<a xml:id="content-1"/>',
        '<a xmlns="rel"/>',
    ],
)
def test_what_cannot_be_verified_is_not_signed(keys: Keys, content: str) -> None:
    """Comments, instructions, repeated ids and relative namespaces are refused at signing already."""
    document = holder(content)
    with pytest.raises(Refusal) as caught:
        sign_document(document, keys["author"])
    assert caught.value.reason is Reason.SIG_FORMAT
    assert len(document) == 1


def test_a_document_takes_a_bounded_number_of_signatures(keys: Keys) -> None:
    """Neither signing nor verifying goes on without end."""
    document = holder()
    sign_document(document, keys["author"])
    document.extend([copy.deepcopy(document[1]) for _ in range(DOCUMENT.maximum_signatures - 1)])
    assert len(verify_document(document)) == DOCUMENT.maximum_signatures
    with pytest.raises(Refusal):
        sign_document(document, keys["member"])
    document.append(copy.deepcopy(document[1]))
    with pytest.raises(Refusal) as caught:
        verify_document(document)
    assert caught.value.reason is Reason.SIG_FORMAT
