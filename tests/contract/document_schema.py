"""The document schema as the tests look at it."""

import functools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import xmlschema
from lxml import etree

import xsd
from adapter.contract import binding, samples

FOLDER = Path(xsd.__file__).parent
DOCUMENT = "urn:x-mse:document:1"
DS = "http://www.w3.org/2000/09/xmldsig#"
XS = "{http://www.w3.org/2001/XMLSchema}"
ON = date(2026, 3, 2)

SIGNATURE = (
    f'<ds:Signature xmlns:ds="{DS}" Id="sig-1"><ds:SignedInfo>'
    '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
    '<ds:Reference URI="#referral"><ds:Transforms>'
    '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    "<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
    "<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    '<ds:Object><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#"/></ds:Object>'
    "</ds:Signature>"
)


@functools.cache
def files() -> dict[str, etree._Element]:
    """Return document.xsd and everything of its namespace that it includes, by file name."""
    found: dict[str, etree._Element] = {}
    waiting = ["document.xsd"]
    while waiting:
        name = waiting.pop()
        found[name] = etree.parse(str(FOLDER / name)).getroot()
        waiting.extend(include.get("schemaLocation", "") for include in found[name].findall(f"{XS}include"))
    return found


def components(kind: str) -> dict[str, etree._Element]:
    """Return the named top-level components of a kind (``complexType``, ``simpleType``, ``element``)."""
    return {node.get("name", ""): node for root in files().values() for node in root.findall(f"{XS}{kind}")}


def elements() -> Iterator[etree._Element]:
    """Return every element declaration with a name."""
    for root in files().values():
        yield from (node for node in root.iter(f"{XS}element") if node.get("name"))


def documentation(node: etree._Element) -> str:
    """Return the Russian documentation of a component; empty when there is none."""
    found = node.find(f"{XS}annotation/{XS}documentation")
    if found is None or found.get("{http://www.w3.org/XML/1998/namespace}lang") != "ru":
        return ""
    return (found.text or "").strip()


@functools.cache
def lxml_schema() -> etree.XMLSchema:
    """Return the schema as libxml2 compiles it."""
    return etree.XMLSchema(etree.parse(str(FOLDER / "document.xsd")))


@functools.cache
def other_schema() -> xmlschema.XMLSchema:
    """Return the schema as the package xmlschema compiles it."""
    return xmlschema.XMLSchema(str(FOLDER / "document.xsd"))


@functools.cache
def probes() -> tuple[etree.XMLSchema, xmlschema.XMLSchema]:
    """Return both compilations of a schema with one element ``probe-T`` per simple type ``T``."""
    declarations = "".join(
        f'<xs:element name="probe-{name}" type="doc:{name}"/>' for name in components("simpleType")
    )
    text = (
        f'<xs:schema xmlns:xs="{XS[1:-1]}" xmlns:doc="{DOCUMENT}" targetNamespace="{DOCUMENT}" '
        f'elementFormDefault="qualified"><xs:include schemaLocation="{(FOLDER / "document.xsd").as_uri()}"/>'
        f"{declarations}</xs:schema>"
    )
    return etree.XMLSchema(etree.fromstring(text)), xmlschema.XMLSchema(text)


def probe(type_name: str, value: str) -> etree._Element:
    """Return an element of the simple type with this text."""
    element = etree.Element(f"{{{DOCUMENT}}}probe-{type_name}")
    element.text = value
    return element


def sample_documents() -> dict[str, object]:
    """Return every sample document by the name of its element."""
    referral = samples.sample_referral(on=ON)
    values = (
        referral,
        samples.sample_return_notice(referral, on=ON),
        samples.sample_result(referral, on=ON),
        samples.sample_receipt_content(referral, on=ON),
    )
    return {type(value).__name__: value for value in values}


def sample_elements() -> dict[str, etree._Element]:
    """Return every sample document as an element, freshly written."""
    return {name: binding.write(value, f"{{{DOCUMENT}}}{name}") for name, value in sample_documents().items()}


def holder(name: str, content: etree._Element, *signatures: str) -> etree._Element:
    """Return the holder of a signed document: the content, then the signatures."""
    element = etree.Element(f"{{{DOCUMENT}}}{name}", nsmap={"doc": DOCUMENT})
    element.append(content)
    for signature in signatures:
        element.append(etree.fromstring(signature))
    return element
