"""What a whole tree must be like before any signature in it counts: no DOCTYPE, identifiers unique."""

from __future__ import annotations

import re
import threading
from typing import cast

from lxml import etree

from signing.profiles import ANY_ID, WSU, WSU_ID, Profile
from signing.structure import format_refusal, is_name, local_name

# A union of these queries costs libxml2 the square of what it finds, so each is asked alone.
_IDENTIFIERS = ("wsu:Id", "Id", "ID", "xml:id")
_ATTRIBUTES = (WSU_ID, "Id", "ID", "{http://www.w3.org/XML/1998/namespace}id")
# Compiled patterns that begin with one letter run through octets two or three times as fast as `bytes.count`.
_ENDINGS = (re.compile(rb'I[dD]="'), re.compile(rb'id="'))


class _Queries(threading.local):
    """XPath objects of lxml are locked while they run, so each thread has its own."""

    def __init__(self) -> None:
        self.identifiers = [_query(name) for name in _IDENTIFIERS]
        self.homonyms = _query("id")


def _query(name: str) -> etree.XPath:
    return etree.XPath(f"descendant-or-self::*/@{name}", namespaces={"wsu": WSU}, smart_strings=False)


_queries = _Queries()


def check_tree(root: etree._Element, quiet: etree._Element | None = None) -> frozenset[str]:
    """Refuse a tree with a DOCTYPE, and one in which an identifier stands twice.

    Identifiers are the values of wsu:Id, Id, ID and xml:id together.

    Args:
        root: The whole tree.
        quiet: A child of the root of which is known that nothing inside bears identifiers.

    Returns:
        Values of plain `id` attributes: often facts of the content, so they may repeat, but what a signature
        names may not be among them.

    Raises:
        Refusal: SIG_FORMAT.
    """
    if root.getroottree().docinfo.internalDTD is not None:
        raise format_refusal("DOCTYPE не допускается")
    alone = () if quiet is None else (root, quiet)
    parts = [root] if quiet is None else [c for c in root if isinstance(c.tag, str) and c is not quiet]
    values = [value for one in alone for name in _ATTRIBUTES if (value := one.get(name)) is not None]
    homonyms = [value for one in alone if (value := one.get("id")) is not None]
    try:
        for part in parts:
            for query in _queries.identifiers:
                values += cast("list[str]", query(part))
            homonyms += cast("list[str]", _queries.homonyms(part))
    except etree.LxmlError as error:
        raise format_refusal("слишком много идентификаторов") from error
    # An xml:id means the same with white space around it.
    if len({value.strip() for value in values}) != len(values):
        raise format_refusal("идентификатор элемента повторяется")
    return frozenset(homonyms)


def is_quiet(node: etree._Element, octets: bytes) -> bool:
    """Whether nothing inside an element bears an identifier, as far as its canonical octets tell quickly.

    They write every attribute as ` name="value"`, and no value has a quotation mark.
    """
    own = sum(str(name).endswith(("Id", "ID", "id")) for name in node.attrib)
    return sum(len(ending.findall(octets)) for ending in _ENDINGS) == own


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
