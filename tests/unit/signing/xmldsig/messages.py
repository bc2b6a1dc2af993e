"""Messages and documents to sign, and their ways through bytes."""

from __future__ import annotations

from lxml import etree

from signing.xmldsig.profiles import DS, WSSE, WSU

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
DOC = "urn:test:document"
NS = {"s": SOAP, "ds": DS, "wsse": WSSE, "wsu": WSU, "d": DOC}

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def parse(octets: bytes | str) -> etree._Element:
    """Parse as the server does."""
    return etree.fromstring(octets, PARSER)


def again(element: etree._Element) -> etree._Element:
    """The element's own document, serialized and parsed."""
    return parse(etree.tostring(element, encoding="utf-8"))


def envelope(body: str = '<q:Submit xmlns:q="urn:q"><a b="1">текст</a></q:Submit>') -> etree._Element:
    """An unsigned SOAP 1.1 message."""
    return parse(f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>')


def holder(content: str = "<fact>один</fact> два", content_id: str = "content-1") -> etree._Element:
    """An unsigned document in its holder."""
    return parse(f'<SignedThing xmlns="{DOC}"><Thing Id="{content_id}">{content}</Thing></SignedThing>')


def find(root: etree._Element, path: str) -> etree._Element:
    """The one element of a path with the prefixes of `NS`."""
    found = root.findall(path, NS)
    assert len(found) == 1
    return found[0]
