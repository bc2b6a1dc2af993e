"""What a whole tree must be like before any signature in it counts: no DOCTYPE, identifiers unique."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from signing.xmldsig.profiles import ANY_ID, WSU, WSU_ID, Profile
from signing.xmldsig.structure import format_refusal, is_name, local_name

# A union of these queries costs libxml2 the square of what it finds, so each is asked alone.
_IDENTIFIERS = ("wsu:Id", "Id", "ID", "xml:id")
_ATTRIBUTES = (WSU_ID, "Id", "ID", "{http://www.w3.org/XML/1998/namespace}id")

# A query takes as long as a search in the octets, and there are five; a pattern that begins with one letter
# is searched for two or three times as fast as others.
_START_TAG = re.compile(rb'<[^ >]+(?: [^ =]+="[^"]*")*>')
_CAPITAL = re.compile(rb'I[dD]="([^"]*)"')
# Of a tag longer than this the tree is asked: whether each of its attributes is one would be its square.
_LONGEST_TAG = 4096
_SMALL = re.compile(rb'id="([^"]*)"')


class _Queries(threading.local):
    """XPath objects of lxml are locked while they run, so each thread has its own."""

    def __init__(self) -> None:
        self.identifiers = [_query(name) for name in _IDENTIFIERS]
        self.homonyms = _query("id")


def _query(name: str) -> Callable[[etree._Element], Any]:
    return etree.XPath(f"descendant-or-self::*/@{name}", namespaces={"wsu": WSU}, smart_strings=False)


_queries = _Queries()


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    """An element whose identifiers are known from its canonical octets.

    Attributes:
        node: The element.
        values: Identifiers of the elements inside.
        homonyms: Values of plain `id` attributes, its own too.
    """

    node: etree._Element
    values: Sequence[str]
    homonyms: Sequence[str]


def scan(node: etree._Element, octets: bytes) -> Scanned | None:
    """Read the identifiers inside an element from its canonical octets, where that is certain.

    Returns:
        None when the tree has to be asked: for names with a prefix (wsu:Id, xml:id), values with an escape,
        and where a value or a text may have `>`.
    """
    start = _START_TAG.match(octets)
    if start is None:
        return None
    values = _values(_CAPITAL, octets, start.end())
    homonyms = _values(_SMALL, octets, 0)
    return None if values is None or homonyms is None else Scanned(node, values, homonyms)


def _values(pattern: re.Pattern[bytes], octets: bytes, begin: int) -> list[str] | None:
    """Values of attributes without a prefix; None where there is a doubt.

    Canonical octets write every attribute as ` name="value"`; a value has no quotation mark in it and a text
    no `<`. So what looks like an attribute is one if between it and the `<` before it no `>` stands, and an
    even number of quotation marks.
    """
    values = []
    for found in pattern.finditer(octets, begin):
        place = found.start()
        before = octets[place - 1 : place]
        tag = octets.rfind(b"<", max(0, place - _LONGEST_TAG), place)
        if before == b":" or b"&" in found[1] or tag < 0:
            return None
        # In a text, and in a value, it is none, and the match may hide the next one.
        if octets.find(b">", tag, place) >= 0 or octets.count(b'"', tag, place) % 2:
            return None
        if before == b" ":
            values.append(found[1].decode())
    return values


def check_tree(root: etree._Element, scanned: Scanned | None = None) -> frozenset[str]:
    """Refuse a tree with a DOCTYPE, and one in which an identifier stands twice.

    Identifiers are the values of wsu:Id, Id, ID and xml:id together.

    Args:
        root: The whole tree.
        scanned: A child of the root whose identifiers are known.

    Returns:
        Values of plain `id` attributes: often facts of the content, so they may repeat, but what a signature
        names may not be among them.

    Raises:
        Refusal: SIG_FORMAT.
    """
    if root.getroottree().docinfo.internalDTD is not None:
        raise format_refusal("DOCTYPE не допускается")
    values: list[str] = []
    homonyms: list[str] = []
    parts = [root]
    if scanned is not None:
        parts = [child for child in root if isinstance(child.tag, str) and child is not scanned.node]
        values += scanned.values
        values += [
            value
            for one in (root, scanned.node)
            for name in _ATTRIBUTES
            if (value := one.get(name)) is not None
        ]
        homonyms += [*scanned.homonyms, root.get("id", "")]
    try:
        for part in parts:
            for query in _queries.identifiers:
                values += query(part)
            homonyms += _queries.homonyms(part)
    except etree.LxmlError as error:
        raise format_refusal("слишком много идентификаторов") from error
    # An xml:id means the same with white space around it.
    if len({value.strip() for value in values}) != len(values):
        raise format_refusal("идентификатор элемента повторяется")
    return frozenset(homonyms)


def refuse_repeated(root: etree._Element, node: etree._Element, node_id: str) -> None:
    """Refuse an identifier under an `Id` of another namespace that something else bears under the same name.

    Raises:
        Refusal: SIG_FORMAT.
    """
    for name in node.attrib:
        if str(name).endswith("}Id") and name not in _ATTRIBUTES and node.get(name) == node_id:
            bearers = sum(one.get(name) == node_id for one in root.iter(etree.Element))
            if bearers > 1:
                raise format_refusal("идентификатор элемента повторяется")


def ids_of(node: etree._Element, profile: Profile) -> tuple[str, ...]:
    """Identifiers by which a reference may name an element.

    Raises:
        Refusal: SIG_FORMAT when there is none, or one that is not a name.
    """
    values = bare_ids_of(node, profile)
    if not values or not all(is_name(value) for value in values):
        raise format_refusal(f"у подписываемого элемента {local_name(node)} нет идентификатора")
    return values


def bare_ids_of(node: etree._Element, profile: Profile) -> tuple[str, ...]:
    """Values of the attributes by which a reference may name an element, as they are."""
    values = [node.get(name) for name in profile.id_attributes if name != ANY_ID]
    if ANY_ID in profile.id_attributes:
        values += [str(value) for name, value in node.attrib.items() if str(name).endswith("}Id")]
    return tuple(dict.fromkeys(value for value in values if value is not None))
