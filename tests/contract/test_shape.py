"""The published contract keeps to constructs that foreign toolkits are known to understand.

A toolkit that cannot be run here (1С first of all) is served by this list: what zeep, node `soap`, PHP, gSOAP
and JAX-WS all take (`make interop`), and nothing else without a reason.
"""

from collections.abc import Iterator, Mapping

import pytest
from lxml import etree

from adapter.contract.namespaces import SERVICE, SMEV, WSDL_SOAP11, WSDL_SOAP12, XSD
from adapter.contract.publish import published

WSDL = "http://schemas.xmlsoap.org/wsdl/"
PREFIXES = {XSD: "xs", WSDL: "wsdl", WSDL_SOAP11: "soap", WSDL_SOAP12: "soap12"}

#: The minimal contract that five toolkits understand: elements, their attributes, built-in types.
_SHAPE = """
wsdl:definitions wsdl:definitions/@name wsdl:definitions/@targetNamespace wsdl:types
wsdl:message wsdl:message/@name wsdl:part wsdl:part/@name wsdl:part/@element
wsdl:portType wsdl:portType/@name wsdl:operation wsdl:operation/@name
wsdl:input wsdl:input/@message wsdl:output wsdl:output/@message
wsdl:binding wsdl:binding/@name wsdl:binding/@type
wsdl:service wsdl:service/@name wsdl:port wsdl:port/@name wsdl:port/@binding
soap:binding soap:binding/@style soap:binding/@transport soap:operation soap:operation/@soapAction
soap:body soap:body/@use soap:address soap:address/@location
xs:schema xs:schema/@targetNamespace xs:schema/@elementFormDefault
xs:import xs:import/@namespace xs:import/@schemaLocation
xs:element xs:element/@name xs:element/@type xs:element/@ref xs:element/@minOccurs xs:element/@maxOccurs
xs:complexType xs:complexType/@name xs:sequence xs:choice
xs:simpleType xs:simpleType/@name xs:restriction xs:restriction/@base xs:enumeration xs:enumeration/@value
xs:anyAttribute xs:anyAttribute/@processContents
xs:string xs:dateTime xs:base64Binary
"""
SHAPE = frozenset(_SHAPE.split())

#: What the contract has beside that, and why it may.
BESIDE_SHAPE = {
    "wsdl:documentation xs:annotation xs:documentation xs:documentation/@lang": "text for people",
    "xs:include xs:include/@schemaLocation": "one namespace in files of bearable size; judged by all five",
    "xs:attribute xs:attribute/@name xs:attribute/@type xs:attribute/@use xs:ID xs:anyURI": (
        "Id, to which a signature refers, and the attributes of XMLDSig and SMEV 2.5.6; judged by all five"
    ),
    "xs:boolean xs:date xs:decimal xs:int xs:long xs:token": (
        "built-in types of one value that every toolkit maps; judged by all five"
    ),
    "xs:maxLength xs:maxLength/@value xs:minLength xs:minLength/@value xs:pattern xs:pattern/@value "
    "xs:minInclusive xs:minInclusive/@value xs:maxInclusive xs:maxInclusive/@value "
    "xs:fractionDigits xs:fractionDigits/@value xs:whiteSpace xs:whiteSpace/@value": (
        "narrow a value, not the shape: a toolkit that ignores them sends and reads the same elements"
    ),
    "xs:choice/@minOccurs": "the optional service of SMEV 2.5.6",
    "xs:simpleContent xs:extension xs:extension/@base": "SignatureValue of XMLDSig: base64 with an Id",
    "xs:any xs:any/@namespace xs:any/@processContents xs:any/@minOccurs xs:any/@maxOccurs "
    "xs:anyAttribute/@namespace xs:complexType/@mixed": (
        "holes of foreign standards, never filled by a МИС: SMEV Header and Reference, XMLDSig KeyInfo"
    ),
    "xs:schema/@blockDefault xs:schema/@attributeFormDefault xs:schema/@version": (
        "no xsi:type in requests; generators do not look at it"
    ),
}

#: The same for the services of РЭМД: their partner is РЭМД, no МИС generates a client from them.
BESIDE_SHAPE_REMD = {
    "soap12:binding soap12:binding/@style soap12:binding/@transport soap12:operation "
    "soap12:operation/@soapAction soap12:body soap12:body/@use soap12:address soap12:address/@location "
    "soap12:header soap12:header/@message soap12:header/@part soap12:header/@use": "РЭМД speaks SOAP 1.2",
    "xs:all": "the order of the fields of a callback is not known",
}

FILES = published("https://mse.example.org")
REMD = frozenset(path for path in FILES if "/remd" in path or "transport-header" in path)


def constructs(path: str) -> Iterator[str]:
    """Return what a published file is made of: elements, attributes of elements, built-in types."""
    for node in etree.fromstring(FILES[path]).iter(etree.Element):
        name = etree.QName(node)
        element = f"{PREFIXES[name.namespace or '']}:{name.localname}"
        yield element
        for attribute, value in node.attrib.items():
            yield f"{element}/@{etree.QName(attribute).localname}"
            if name.namespace == XSD and etree.QName(attribute).localname in {"type", "base"}:
                prefix, _, local = str(value).rpartition(":")
                if node.nsmap.get(prefix or None) == XSD:
                    yield f"xs:{local}"


def listed(*reasons: Mapping[str, str]) -> frozenset[str]:
    """Return the constructs of lists with reasons."""
    return frozenset(one for given in reasons for names in given for one in names.split())


def allowed(path: str) -> frozenset[str]:
    """Return what a published file may be made of."""
    own = SHAPE | listed(BESIDE_SHAPE)
    return own | listed(BESIDE_SHAPE_REMD) if path in REMD else own


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_published_file_has_only_known_constructs(path: str) -> None:
    """Nothing is in a file that the judges have not taken, or that has no reason in the lists."""
    assert set(constructs(path)) <= allowed(path)


def test_no_reason_outlives_its_construct() -> None:
    """What the lists allow is in use; the next author sees what really is beside the shape."""
    own = {one for path in FILES if path not in REMD for one in constructs(path)}
    remd = {one for path in REMD for one in constructs(path)}
    assert listed(BESIDE_SHAPE) <= own
    assert listed(BESIDE_SHAPE_REMD) <= remd
    assert not listed(BESIDE_SHAPE_REMD) & own


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.startswith("/xsd/")))
def test_a_border_between_namespaces_is_in_an_anonymous_type(path: str) -> None:
    """A foreign element is a `ref` in an inline type, a foreign type is never named: node `soap` needs it."""
    root = etree.fromstring(FILES[path])
    own = {None, XSD, root.get("targetNamespace")}
    for node in root.iter(f"{{{XSD}}}element"):
        for attribute in ("ref", "type"):
            prefix, _, _ = str(node.get(attribute, "")).rpartition(":")
            if prefix and node.nsmap.get(prefix) not in own:
                assert attribute == "ref", node.get("name")
                holders = node.iterancestors(f"{{{XSD}}}complexType")
                assert [one.get("name") for one in holders if one.get("name")] == [], node.get("ref")


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.startswith("/wsdl/")))
def test_a_wsdl_declares_the_namespace_of_the_envelope(path: str) -> None:
    """Node `soap` reads an answer by its types only if the root of the WSDL knows the prefix of smev."""
    root = etree.fromstring(FILES[path])
    if root.get("targetNamespace") == SERVICE:
        wrappers = etree.fromstring(FILES["/xsd/service.xsd"])
        assert wrappers.nsmap["smev"] == SMEV
        assert root.nsmap.get("smev") == SMEV
    else:
        assert path in REMD
