"""The compiled schemas of the contract: one set per thread, from our own files and nothing else.

libxml2 writes validation errors into the schema object, so an object shared by threads mixes up the errors of
two messages. The text of its messages repeats values, personal ones too; it never leaves this module.
"""

import atexit
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from adapter.contract.namespaces import XSD

NAMES = frozenset({"document", "exchange", "remd", "remd-callback", "service", "smev", "transport-header"})
MAX_ERRORS = 1000
FREE_ORDER = ("ServiceCode", "CaseNumber", "SubMessages", "TestMsg", "OKTMO")
"""Tail of ``smev:Message`` that known clients write in another order: the server does not insist."""

_compiled = threading.local()
# Files, and not a resolver of ours: lxml puts its loader of included files in and out for all threads at
# once, so a compilation through a resolver fails now and then while another thread parses. One compilation
# after the other: the first prepares what libxml2 shares, and two first ones spoil all later ones.
_compiling = threading.Lock()


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


@cache
def sources() -> Mapping[str, bytes]:
    """Return every schema file of the contract: file name to bytes, read once."""
    files = (one for one in resources.files("xsd").iterdir() if one.name.endswith(".xsd"))
    return MappingProxyType({one.name: one.read_bytes() for one in files})


def _tolerant(data: bytes) -> bytes:
    root = etree.fromstring(data, parser())
    sequence = root.find(f"{{{XSD}}}complexType[@name='MessageType']/{{{XSD}}}sequence")
    if sequence is None:
        raise LookupError("smev.xsd has no MessageType")
    free = etree.SubElement(sequence, f"{{{XSD}}}choice", {"minOccurs": "0", "maxOccurs": "unbounded"})
    free.extend([one for one in sequence.findall(f"{{{XSD}}}element") if one.get("name") in FREE_ORDER])
    return etree.tostring(root)


@cache
def _folder() -> Path:
    """Write the schemas into a folder of this process, which ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="mse-xsd-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, data in sources().items():
        (folder / name).write_bytes(_tolerant(data) if name == "smev.xsd" else data)
    return folder


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
        with _compiling:
            own[name] = etree.XMLSchema(etree.parse(_folder() / f"{name}.xsd", parser()))
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
