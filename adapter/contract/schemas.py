"""The compiled schemas of the contract: one set per thread, from our own files and nothing else.

libxml2 writes validation errors into the schema object, so an object shared by threads mixes up the errors of
two messages. The text of its messages repeats values, personal ones too; it never leaves this module.
"""

import posixpath
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from lxml import etree

from adapter.contract.namespaces import (
    DOCUMENT,
    EXCHANGE,
    REMD,
    REMD_CALLBACK,
    SERVICE,
    SMEV,
    TRANSPORT_HEADER,
    XSD,
)

_NAMES = MappingProxyType(
    {
        "document": DOCUMENT,
        "exchange": EXCHANGE,
        "remd": REMD,
        "remd-callback": REMD_CALLBACK,
        "service": SERVICE,
        "smev": SMEV,
        "transport-header": TRANSPORT_HEADER,
    }
)
NAMES = frozenset(_NAMES)
MAX_ERRORS = 1000
FREE_ORDER = ("ServiceCode", "CaseNumber", "SubMessages", "TestMsg", "OKTMO")
"""Tail of ``smev:Message`` that known clients write in another order: the server does not insist."""

_BASE = "contract:/xsd/"
_compiled = threading.local()


@dataclass(frozen=True, slots=True)
class XsdError:
    """One finding of libxml2, without the text that could repeat personal data.

    Attributes:
        line: Line of the element in its message, from 1.
        type_name: Name of the libxml2 error, ``SCHEMAV_CVC_PATTERN_VALID``.
        path: Path from the validated element as libxml2 writes it: ``/*/*[2]/ex:size``, ``.../@Id``.
    """

    line: int
    type_name: str
    path: str


class _OwnFiles(etree.Resolver):
    """Answers for the files of the package `xsd`; everything else is refused."""

    def resolve(  # type: ignore[override]  # the stub forgets the context
        self, system_url: str, _public_id: str, context: object
    ) -> object:
        name = posixpath.basename(system_url)
        if system_url not in {_BASE + name, name} or name not in sources():
            raise LookupError(f"a schema asks for something that is not ours: {name}")
        data = _tolerant(sources()[name]) if name == "smev.xsd" else sources()[name]
        return self.resolve_string(data, context, base_url=_BASE + name)


@cache
def sources() -> Mapping[str, bytes]:
    """Return every schema file of the contract: file name to bytes, read once."""
    files = (one for one in resources.files("xsd").iterdir() if one.name.endswith(".xsd"))
    return MappingProxyType({one.name: one.read_bytes() for one in files})


@cache
def _tolerant(data: bytes) -> bytes:
    root = etree.fromstring(data, parser())
    sequence = root.find(f"{{{XSD}}}complexType[@name='MessageType']/{{{XSD}}}sequence")
    if sequence is None:
        raise LookupError("smev.xsd has no MessageType")
    free = etree.SubElement(sequence, f"{{{XSD}}}choice", {"minOccurs": "0", "maxOccurs": "unbounded"})
    free.extend([one for one in sequence.findall(f"{{{XSD}}}element") if one.get("name") in FREE_ORDER])
    return etree.tostring(root)


def parser() -> etree.XMLParser:
    """Return a parser that reads no entity, no DTD, no network and no huge text."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )


def schema(name: str) -> etree.XMLSchema:
    """Return the compiled schema of this thread.

    Args:
        name: One of `NAMES`; ``service`` covers whole operation wrappers, ``exchange`` requests and answers.

    Raises:
        KeyError: The contract has no such schema.
    """
    if name not in NAMES:
        raise KeyError(name)
    own: dict[str, etree.XMLSchema] = _compiled.__dict__.setdefault("schemas", {})
    if name not in own:
        reader = parser()
        reader.resolvers.add(_OwnFiles())
        door = etree.Element(f"{{{XSD}}}schema")
        where = {"namespace": _NAMES[name], "schemaLocation": f"{name}.xsd"}
        etree.SubElement(door, f"{{{XSD}}}import", where)
        text = etree.tostring(door)
        own[name] = etree.XMLSchema(etree.fromstring(text, reader, base_url=f"{_BASE}door"))
    return own[name]


def errors(element: etree._Element, name: str) -> tuple[XsdError, ...]:
    """Validate an element, wherever it stands, as a document of its own.

    Args:
        element: Root of what is judged; its message is left as it is.
        name: Schema, see `schema`.

    Returns:
        What libxml2 found, at most `MAX_ERRORS`; empty when the element is valid.
    """
    compiled = schema(name)
    if compiled.validate(element):
        return ()
    found = list(compiled.error_log)[:MAX_ERRORS]  # type: ignore[call-overload]
    return tuple(XsdError(one.line, one.type_name, one.path or "/*") for one in found)
