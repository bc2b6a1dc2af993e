"""Attacks on signed messages and documents (signature wrapping and its kin): none passes."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from signing import sign_document, sign_wss, verify_document, verify_wss
from signing.algorithms import ECDSA_SHA256, RSA_SHA256
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig.profiles import BASE64_BINARY, DS, ENVELOPED, EXCLUSIVE_C14N, WSSE, WSU
from tests.unit.signing.xmldsig.attacks import (
    XML_ID,
    Attack,
    Keys,
    algorithm,
    another_actor,
    body_in_an_element_after,
    body_of_another_version,
    changed_content,
    comment_in,
    double_body_after,
    double_body_before,
    extra_reference,
    key_info_has_a_certificate_too,
    key_info_names_another,
    key_value_too,
    move_body_and_take_its_id,
    move_body_and_take_its_id_otherwise,
    move_body_to_header,
    no_key_info,
    no_reference,
    object_in_signature,
    parameter,
    reference_to,
    reference_to_the_token,
    repeat_id_inside,
    second_header,
    second_signature,
    second_token,
    security_in_the_body,
    signature_elsewhere,
    ten_thousand_references,
    text,
    token_of_another,
    token_of_another_kind,
    transforms,
)
from tests.unit.signing.xmldsig.messages import SOAP, again, envelope, find, holder, parse

RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
HMAC = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
BASE64 = "http://www.w3.org/2000/09/xmldsig#base64"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
GOST = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256"
PREFIXES = f'<InclusiveNamespaces xmlns="{EXCLUSIVE_C14N}" PrefixList="s"/>'

FORMAT, ALGORITHM, INVALID = Reason.SIG_FORMAT, Reason.SIG_ALGORITHM, Reason.SIG_INVALID

ON_BOTH: list[tuple[Attack, Reason]] = [
    (changed_content, INVALID),
    (extra_reference, FORMAT),
    (no_reference, FORMAT),
    (ten_thousand_references, FORMAT),
    (reference_to(None), FORMAT),
    (reference_to(""), FORMAT),
    (reference_to("#"), FORMAT),
    (reference_to("##x"), FORMAT),
    (reference_to("#other"), FORMAT),
    (reference_to("#xpointer(/)"), FORMAT),
    (reference_to("http://example.org/"), FORMAT),
    (reference_to("file:///etc/hostname"), FORMAT),
    (transforms(), ALGORITHM),
    (transforms(XSLT), ALGORITHM),
    (transforms(XPATH, EXCLUSIVE_C14N), ALGORITHM),
    (transforms(BASE64), ALGORITHM),
    (transforms("urn:unknown", EXCLUSIVE_C14N), ALGORITHM),
    (transforms(EXCLUSIVE_C14N, EXCLUSIVE_C14N), ALGORITHM),
    (transforms(EXCLUSIVE_C14N, ENVELOPED), ALGORITHM),
    (transforms(EXCLUSIVE_C14N + "WithComments"), ALGORITHM),
    (transforms(C14N), ALGORITHM),
    (algorithm(".//ds:CanonicalizationMethod", C14N), ALGORITHM),
    (algorithm(".//ds:CanonicalizationMethod", EXCLUSIVE_C14N + "WithComments"), ALGORITHM),
    (parameter(".//ds:SignatureMethod", f'<HMACOutputLength xmlns="{DS}">8</HMACOutputLength>'), ALGORITHM),
    (algorithm(".//ds:DigestMethod", SHA1), ALGORITHM),
    (algorithm(".//ds:SignatureMethod", RSA_SHA1), ALGORITHM),
    (algorithm(".//ds:SignatureMethod", HMAC), ALGORITHM),
    (algorithm(".//ds:SignatureMethod", GOST), ALGORITHM),
    (algorithm(".//ds:SignatureMethod", ""), ALGORITHM),
    (algorithm(".//ds:SignatureMethod", RSA_SHA256), ALGORITHM),
    (token_of_another_kind, ALGORITHM),
    (text(".//ds:SignatureValue", ""), FORMAT),
    (text(".//ds:SignatureValue", base64.b64encode(bytes(64)).decode()), INVALID),
    (text(".//ds:SignatureValue", base64.b64encode(bytes(9000)).decode()), FORMAT),
    (text(".//ds:SignatureValue", "не Base64"), FORMAT),
    (text(".//ds:DigestValue", base64.b64encode(bytes(32)).decode()), INVALID),
    (text(".//ds:DigestValue", "===="), FORMAT),
    (key_value_too, FORMAT),
    (no_key_info, Reason.CERT_MISSING),
    (object_in_signature, FORMAT),
    (comment_in(".//ds:DigestValue"), FORMAT),
    (comment_in(".//ds:SignedInfo"), FORMAT),
    (comment_in(".//ds:SignatureValue"), FORMAT),
]

ON_MESSAGES: list[tuple[Attack, Reason]] = [
    (move_body_to_header, FORMAT),
    (move_body_and_take_its_id, FORMAT),
    (move_body_and_take_its_id_otherwise, FORMAT),
    (double_body_after, FORMAT),
    (double_body_before, FORMAT),
    (body_in_an_element_after, FORMAT),
    (body_of_another_version, FORMAT),
    *((repeat_id_inside(a), FORMAT) for a in ("Id", "ID", "id", f"{{{WSU}}}Id", XML_ID)),
    (second_signature, FORMAT),
    (second_header, FORMAT),
    (signature_elsewhere, Reason.SIG_MISSING),
    (security_in_the_body, Reason.SIG_MISSING),
    (another_actor, Reason.SIG_MISSING),
    (reference_to_the_token, FORMAT),
    (token_of_another, INVALID),
    (second_token, FORMAT),
    (key_info_names_another, FORMAT),
    (key_info_has_a_certificate_too, FORMAT),
    (text(".//wsse:BinarySecurityToken", ""), Reason.CERT_MISSING),
    (text(".//wsse:BinarySecurityToken", base64.b64encode(b"0" * 500).decode()), FORMAT),
    (text(".//wsse:BinarySecurityToken", base64.b64encode(bytes(70_000)).decode()), FORMAT),
    (comment_in("s:Body"), FORMAT),
]


@pytest.mark.parametrize(("attack", "reason"), [*ON_BOTH, *ON_MESSAGES])
def test_no_attack_on_a_message_passes(keys: Keys, attack: Attack, reason: Reason) -> None:
    """The message as changed in memory, and as it would come in bytes, is refused for the expected reason."""
    message = envelope("<q>текст</q>")
    sign_wss(message, keys["system"])
    attack(message, keys)
    for changed in (message, again(message)):
        with pytest.raises(Refusal) as caught:
            verify_wss(changed)
        assert caught.value.reason is reason


@pytest.mark.parametrize(("attack", "reason"), ON_BOTH)
def test_no_attack_on_a_document_passes(keys: Keys, attack: Attack, reason: Reason) -> None:
    """A changed signature of a document is refused for the expected reason, as a value or for the whole."""
    document = holder()
    sign_document(document, keys["author"])
    attack(document, keys)
    (result,) = verify_document(again(document))
    assert isinstance(result, Refusal)
    assert result.reason is reason


def wrapped(document: etree._Element) -> None:
    """The signed content inside forged content."""
    content = document[0]
    forged = etree.Element(content.tag, Id="forged")
    document.insert(0, forged)
    forged.append(content)


def content_inside_signature(document: etree._Element) -> None:
    """The signed content in an Object of its signature, forged content in its place."""
    content = document[0]
    document.insert(0, etree.Element(content.tag, Id="forged"))
    etree.SubElement(document[-1], f"{{{DS}}}Object").append(content)


def second_content(document: etree._Element) -> None:
    """Forged content before the signed one."""
    document.insert(0, etree.Element(document[0].tag, Id="forged"))


def second_content_after(document: etree._Element) -> None:
    """Forged content after the signatures."""
    document.append(etree.Element(document[0].tag, Id="forged"))


def same_id_twice(document: etree._Element) -> None:
    """Forged content with the same id under another attribute, in the signature."""
    document[1].set("Id", document[0].get("Id", ""))


def loose_text(document: etree._Element) -> None:
    """Text that belongs to nothing signed."""
    document[0].tail = "ещё"


def signature_first(document: etree._Element) -> None:
    """The signature before the content."""
    document.append(document[0])


@pytest.mark.parametrize(
    "attack",
    [
        wrapped,
        content_inside_signature,
        second_content,
        second_content_after,
        same_id_twice,
        loose_text,
        signature_first,
    ],
)
def test_no_rearranged_holder_passes(keys: Keys, attack: Callable[[etree._Element], None]) -> None:
    """However content and signature are moved about, nothing is verified."""
    document = holder()
    sign_document(document, keys["author"])
    attack(document)
    try:
        results = verify_document(again(document))
    except Refusal as refusal:
        results = (refusal,)
    assert not any(isinstance(result, Verified) for result in results)
    assert {result.reason for result in results if isinstance(result, Refusal)} == {FORMAT}


def test_the_signature_of_another_document_is_refused(keys: Keys) -> None:
    """A signature moved to another document with the same id does not hold."""
    one, two = holder("раз"), holder("два")
    sign_document(one, keys["author"])
    two.append(one[1])
    (result,) = verify_document(two)
    assert isinstance(result, Refusal)
    assert result.reason is INVALID


def sign_again(root: etree._Element, key: SigningKey) -> None:
    """Make the signature value fit the changed SignedInfo, as the owner of the key could."""
    signed = etree.tostring(find(root, ".//ds:SignedInfo"), method="c14n", exclusive=True)
    assert isinstance(key.private_key, ec.EllipticCurvePrivateKey)
    numbers = decode_dss_signature(key.private_key.sign(signed, ec.ECDSA(hashes.SHA256())))
    value = b"".join(number.to_bytes(32, "big") for number in numbers)
    find(root, ".//ds:SignatureValue").text = base64.b64encode(value).decode()


def test_the_enveloped_transform_is_tolerated_in_messages_only(keys: Keys) -> None:
    """Some SMEV systems name the enveloped transform, which does nothing there; documents do not have it."""
    message = envelope()
    sign_wss(message, keys["system"])
    transforms(ENVELOPED, EXCLUSIVE_C14N)(message, keys)
    sign_again(message, keys["system"])
    assert verify_wss(again(message)).certificate == keys["system"].certificate
    document = holder()
    sign_document(document, keys["author"])
    transforms(ENVELOPED, EXCLUSIVE_C14N)(document, keys)
    sign_again(document, keys["author"])
    (result,) = verify_document(document)
    assert isinstance(result, Refusal)
    assert result.reason is ALGORITHM


def test_ecdsa_over_an_rsa_certificate_is_refused(keys: Keys) -> None:
    """The algorithm of the signature fits the key of the certificate, in both directions."""
    message = envelope()
    sign_wss(message, keys["hospital"])
    find(message, ".//ds:SignatureMethod").set("Algorithm", ECDSA_SHA256)
    with pytest.raises(Refusal) as caught:
        verify_wss(message)
    assert caught.value.reason is ALGORITHM


@pytest.mark.parametrize(
    ("attribute", "value"), [("ValueType", "urn:x"), ("EncodingType", BASE64_BINARY + "x")]
)
def test_a_token_of_another_type_is_refused(keys: Keys, attribute: str, value: str) -> None:
    """Only X.509 v3 in base64 is a token."""
    message = envelope()
    sign_wss(message, keys["system"])
    find(message, ".//wsse:BinarySecurityToken").set(attribute, value)
    with pytest.raises(Refusal) as caught:
        verify_wss(message)
    assert caught.value.reason is FORMAT


def test_a_doctype_is_refused(keys: Keys) -> None:
    """Entities of a DOCTYPE never stand in what is signed."""
    document = holder()
    sign_document(document, keys["author"])
    octets = b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + etree.tostring(document)
    for changed in (octets, octets.replace("два".encode(), b"&e;")):
        (result,) = verify_document(parse(changed))
        assert isinstance(result, Refusal)
        assert result.reason is FORMAT


def test_not_an_envelope_is_refused() -> None:
    """Any other element is no message."""
    for root in (
        parse("<x/>"),
        parse(f'<s:Body xmlns:s="{SOAP}"/>'),
        parse(f'<w:Security xmlns:w="{WSSE}"/>'),
    ):
        with pytest.raises(Refusal):
            verify_wss(root)
