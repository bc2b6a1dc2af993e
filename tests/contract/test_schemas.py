"""Compilation of the schemas and what validation tells."""

import threading
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

import xsd
from adapter.contract import schemas
from adapter.contract.namespaces import EXCHANGE, exchange_tag

XSD_FOLDER = Path(xsd.__file__).parent


@pytest.mark.parametrize("name", sorted(schemas.NAMES))
def test_xmlschema_agrees_that_it_is_a_schema(name: str) -> None:
    """The second, stricter schema processor accepts every schema, relative locations included."""
    built = xmlschema.XMLSchema10(str(XSD_FOLDER / f"{name}.xsd"), allow="local")
    assert built.maps.total_errors == 0
    assert len(built.elements) > 0


@pytest.mark.parametrize("name", sorted(schemas.NAMES))
def test_each_schema_compiles(name: str) -> None:
    """libxml2 compiles every schema from the packaged files, once per thread."""
    assert schemas.schema(name) is schemas.schema(name)


def test_a_thread_has_its_own_schema() -> None:
    """Two threads never share the object into which libxml2 writes its errors."""
    found: list[etree.XMLSchema] = []
    thread = threading.Thread(target=lambda: found.append(schemas.schema("exchange")))
    thread.start()
    thread.join()
    assert found[0] is not schemas.schema("exchange")


def test_an_unknown_schema_is_an_error() -> None:
    """A name that is not in the contract is refused, also one that leads out of the folder."""
    with pytest.raises(KeyError):
        schemas.schema("../secret")


def test_the_resolver_serves_nothing_else(tmp_path: Path) -> None:
    """An import of a file that is not ours fails although the file exists."""
    foreign = tmp_path / "foreign.xsd"
    foreign.write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:f"/>')
    reader = schemas.parser()
    reader.resolvers.add(schemas._OwnFiles())
    door = (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f'<xs:import namespace="urn:f" schemaLocation="{foreign.as_uri()}"/></xs:schema>'
    )
    assert etree.XMLSchema(etree.fromstring(door)) is not None
    with pytest.raises(etree.XMLSchemaParseError):
        etree.XMLSchema(etree.fromstring(door, reader))


def test_errors_do_not_repeat_the_value() -> None:
    """An error names the place and the kind, never the text of the message."""
    element = etree.Element(exchange_tag("GetProgressRequest"))
    for name, text in (("requestId", "1"), ("referralNumber", "1"), ("snils", "secret-name")):
        etree.SubElement(element, exchange_tag(name)).text = text
    (found,) = schemas.errors(element, "exchange")
    assert found.type_name == "SCHEMAV_CVC_PATTERN_VALID"
    assert found.path == "/ns0:GetProgressRequest/ns0:snils"
    assert "secret" not in repr(found)


def test_an_element_inside_a_message_is_judged_alone() -> None:
    """The tree around the validated element neither matters nor changes."""
    outer = etree.fromstring(
        f'<a><FetchReferralsRequest xmlns="{EXCHANGE}"><requestId>1</requestId>x</FetchReferralsRequest></a>'
    )
    before = etree.tostring(outer)
    assert {one.path for one in schemas.errors(outer[0], "exchange")} == {"/*"}
    assert etree.tostring(outer) == before
