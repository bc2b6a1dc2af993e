"""Attacks on signed messages and documents (signature wrapping and its kin): none passes."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Mapping

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from signing.keys import SigningKey
from signing.profiles import BASE64_BINARY, DS, ECDSA_SHA256, ENVELOPED, EXCLUSIVE_C14N, RSA_SHA256, WSSE, WSU
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig import sign_document, sign_wss, verify_document, verify_wss
from tests.unit.signing.messages import SOAP, again, envelope, find, holder, parse

Keys = Mapping[str, SigningKey]
Attack = Callable[[etree._Element, Keys], None]

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
FORGED = f'<s:Body xmlns:s="{SOAP}"><forged/></s:Body>'


def signature_of(root: etree._Element) -> etree._Element:
    """The one signature of a message or a document."""
    return find(root, ".//ds:Signature")


def move_body_to_header(message: etree._Element, keys: Keys) -> None:
    """The classic: the signed Body hides in the Header, a forged one takes its place."""
    body = message[1]
    etree.SubElement(message[0], "wrapper").append(body)
    message.append(parse(FORGED))


def move_body_and_take_its_id(message: etree._Element, keys: Keys) -> None:
    """As above, and the forged Body bears the same wsu:Id."""
    forged = parse(FORGED)
    forged.set(f"{{{WSU}}}Id", message[1].get(f"{{{WSU}}}Id", ""))
    move_body_to_header(message, keys)
    message.replace(message[1], forged)


def move_body_and_take_its_id_otherwise(message: etree._Element, keys: Keys) -> None:
    """As above, and the forged Body bears the id under another attribute name, and one of its own."""
    forged = parse(FORGED)
    forged.set("ID", message[1].get(f"{{{WSU}}}Id", ""))
    forged.set(f"{{{WSU}}}Id", "own")
    move_body_to_header(message, keys)
    message.replace(message[1], forged)


def repeat_id_inside(attribute: str) -> Attack:
    """The id of the Body repeated on its child under this attribute name."""

    def attack(message: etree._Element, keys: Keys) -> None:
        message[0].append(etree.Element("x", {attribute: message[1].get(f"{{{WSU}}}Id", "")}))

    return attack


def double_body_after(message: etree._Element, keys: Keys) -> None:
    """A forged Body after the signed one."""
    message.append(parse(FORGED))


def double_body_before(message: etree._Element, keys: Keys) -> None:
    """A forged Body before the signed one."""
    message.insert(1, parse(FORGED))


def body_in_an_element_after(message: etree._Element, keys: Keys) -> None:
    """The signed Body in an element after a forged one."""
    body = message[1]
    message.replace(body, parse(FORGED))
    etree.SubElement(message, "wrapper").append(body)


def body_of_another_version(message: etree._Element, keys: Keys) -> None:
    """A Body of SOAP 1.2 beside the signed one of SOAP 1.1."""
    message.append(etree.Element("{http://www.w3.org/2003/05/soap-envelope}Body"))


def second_signature(message: etree._Element, keys: Keys) -> None:
    """Two signatures in one header."""
    signature = signature_of(message)
    signature.addnext(copy.deepcopy(signature))


def second_header(message: etree._Element, keys: Keys) -> None:
    """Two Security headers of one actor."""
    message[0].append(copy.deepcopy(message[0][0]))


def signature_elsewhere(message: etree._Element, keys: Keys) -> None:
    """The signature leaves Security for the Header."""
    message[0].append(signature_of(message))


def security_in_the_body(message: etree._Element, keys: Keys) -> None:
    """The whole Security header leaves the Header."""
    message[1].append(message[0][0])


def another_actor(message: etree._Element, keys: Keys) -> None:
    """The header is addressed to someone else."""
    message[0][0].set(f"{{{SOAP}}}actor", "http://example.org/other")


def extra_reference(root: etree._Element, keys: Keys) -> None:
    """A second reference."""
    reference = find(root, ".//ds:Reference")
    reference.addnext(copy.deepcopy(reference))


def no_reference(root: etree._Element, keys: Keys) -> None:
    """No reference at all: nothing is signed."""
    reference = find(root, ".//ds:Reference")
    find(root, ".//ds:SignedInfo").remove(reference)


def ten_thousand_references(root: etree._Element, keys: Keys) -> None:
    """References without end."""
    reference = find(root, ".//ds:Reference")
    find(root, ".//ds:SignedInfo").extend([copy.deepcopy(reference) for _ in range(10_000)])


def reference_to(uri: str | None) -> Attack:
    """The reference names something else."""

    def attack(root: etree._Element, keys: Keys) -> None:
        reference = find(root, ".//ds:Reference")
        if uri is None:
            del reference.attrib["URI"]
        else:
            reference.set("URI", uri)

    return attack


def reference_to_the_token(message: etree._Element, keys: Keys) -> None:
    """The token is signed instead of the Body."""
    token = find(message, ".//wsse:BinarySecurityToken")
    find(message, ".//ds:Reference").set("URI", f"#{token.get(f'{{{WSU}}}Id')}")


def transforms(*uris: str) -> Attack:
    """Other transforms of the reference."""

    def attack(root: etree._Element, keys: Keys) -> None:
        parent = find(root, ".//ds:Transforms")
        del parent[:]
        for uri in uris:
            etree.SubElement(parent, f"{{{DS}}}Transform", Algorithm=uri)

    return attack


def parameter(path: str, content: str) -> Attack:
    """A parameter of an algorithm."""

    def attack(root: etree._Element, keys: Keys) -> None:
        find(root, path).append(parse(content))

    return attack


def algorithm(path: str, uri: str) -> Attack:
    """Another algorithm."""

    def attack(root: etree._Element, keys: Keys) -> None:
        find(root, path).set("Algorithm", uri)

    return attack


def text(path: str, value: str) -> Attack:
    """Another text of a leaf."""

    def attack(root: etree._Element, keys: Keys) -> None:
        find(root, path).text = value

    return attack


def token_of_another(message: etree._Element, keys: Keys) -> None:
    """The token of another owner of an ECDSA key."""
    find(message, ".//wsse:BinarySecurityToken").text = base64.b64encode(
        keys["author"].certificate.der
    ).decode()


def token_of_another_kind(root: etree._Element, keys: Keys) -> None:
    """A certificate with an RSA key under an ECDSA signature."""
    leaf = root.find(".//{*}BinarySecurityToken")
    leaf = find(root, ".//ds:X509Certificate") if leaf is None else leaf
    leaf.text = base64.b64encode(keys["hospital"].certificate.der).decode()


def second_token(message: etree._Element, keys: Keys) -> None:
    """Two tokens, of which a reader may take the wrong one."""
    token = find(message, ".//wsse:BinarySecurityToken")
    other = copy.deepcopy(token)
    other.set(f"{{{WSU}}}Id", "other")
    token.addprevious(other)


def key_info_names_another(message: etree._Element, keys: Keys) -> None:
    """KeyInfo names no token of the header."""
    find(message, ".//wsse:Reference").set("URI", "#elsewhere")


def key_info_has_a_certificate_too(message: etree._Element, keys: Keys) -> None:
    """KeyInfo with a certificate beside the reference to the token."""
    data = etree.SubElement(find(message, ".//ds:KeyInfo"), f"{{{DS}}}X509Data")
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = base64.b64encode(
        keys["author"].certificate.der
    ).decode()


def key_value_too(root: etree._Element, keys: Keys) -> None:
    """KeyInfo with a bare key beside the certificate."""
    etree.SubElement(find(root, ".//ds:KeyInfo"), f"{{{DS}}}KeyValue")


def no_key_info(root: etree._Element, keys: Keys) -> None:
    """No KeyInfo."""
    signature = signature_of(root)
    signature.remove(find(signature, "ds:KeyInfo"))


def object_in_signature(root: etree._Element, keys: Keys) -> None:
    """An Object with something inside the signature."""
    etree.SubElement(signature_of(root), f"{{{DS}}}Object")


def comment_in(path: str) -> Attack:
    """A comment that splits a text."""

    def attack(root: etree._Element, keys: Keys) -> None:
        find(root, path).append(etree.Comment("x"))

    return attack


def changed_content(root: etree._Element, keys: Keys) -> None:
    """Another text of the signed content."""
    next(e for e in root.iter() if e.text in {"текст", "один"}).text = "два"


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
    (parameter(".//ds:CanonicalizationMethod", PREFIXES), ALGORITHM),
    (parameter(".//ds:Transform", PREFIXES), ALGORITHM),
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
    with pytest.raises(Refusal) as caught:
        verify_document(parse(octets))
    assert caught.value.reason is FORMAT
    with pytest.raises(Refusal):
        verify_document(parse(octets.replace("два".encode(), b"&e;")))


def test_not_an_envelope_is_refused() -> None:
    """Any other element is no message."""
    for root in (
        parse("<x/>"),
        parse(f'<s:Body xmlns:s="{SOAP}"/>'),
        parse(f'<w:Security xmlns:w="{WSSE}"/>'),
    ):
        with pytest.raises(Refusal):
            verify_wss(root)
