"""Compilation of the schemas and what validation tells."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

import xsd
from adapter.contract import schemas
from adapter.contract.namespaces import EXCHANGE, XSD, exchange_tag

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


_COMPILED_AT_ONCE = """
import threading
from adapter.contract import schemas
start, compiled = threading.Barrier(8), []
def compile_one():
    start.wait()
    compiled.append(schemas.schema("service"))
threads = [threading.Thread(target=compile_one) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(compiled) == 8
"""


def test_threads_compile_at_once_in_a_fresh_process() -> None:
    """Eight threads that begin with a compilation all get a schema: what libxml2 shares is not spoiled."""
    done = subprocess.run([sys.executable, "-c", _COMPILED_AT_ONCE], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_an_unknown_schema_is_an_error() -> None:
    """A name that is not in the contract is refused, also one that leads out of the folder."""
    with pytest.raises(KeyError):
        schemas.schema("../secret")


def test_the_schemas_ask_for_nothing_but_each_other() -> None:
    """Every include and import names a file of the contract beside it, so nothing else is ever opened."""
    for name, data in schemas.sources().items():
        for node in etree.fromstring(data).iter(f"{{{XSD}}}include", f"{{{XSD}}}import"):
            location = node.get("schemaLocation")
            assert location is None or location in schemas.sources(), (name, location)


def test_a_schema_compiles_while_others_parse() -> None:
    """Threads that parse all the time do not disturb a thread that compiles."""
    stop = threading.Event()

    def parse() -> None:
        while not stop.is_set():
            etree.fromstring(b"<a>" + b"<b/>" * 2000 + b"</a>", schemas.parser())

    failures: list[Exception] = []

    def compile_one() -> None:
        try:
            schemas.schema("service")
        except etree.XMLSchemaParseError as error:
            failures.append(error)

    parsing = [threading.Thread(target=parse) for _ in range(3)]
    for thread in parsing:
        thread.start()
    for _ in range(40):
        compiling = threading.Thread(target=compile_one)
        compiling.start()
        compiling.join()
    stop.set()
    for thread in parsing:
        thread.join()
    assert failures == []


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
