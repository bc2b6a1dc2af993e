"""Attacks on signed messages and documents: each changes a signed tree in its own way."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Mapping

from lxml import etree

from signing.keys import SigningKey
from signing.xmldsig.profiles import DS, WSU
from tests.unit.signing.xmldsig.messages import SOAP, find, parse

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
