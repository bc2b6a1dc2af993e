"""What a whole tree must be like before any signature in it counts: no DOCTYPE, identifiers unique."""

from __future__ import annotations

import threading
from collections.abc import Collection

from lxml import etree

from signing.profiles import WSU, Profile
from signing.structure import format_refusal, is_name, local_name

# A union of these queries costs libxml2 the square of what it finds, so each is asked alone.
_IDENTIFIERS = ("wsu:Id", "Id", "ID", "xml:id")
_ENDINGS = (b'Id="', b'ID="', b'id="')


class _Queries(threading.local):
    """XPath objects of lxml are locked while they run, so each thread has its own."""

    def __init__(self) -> None:
        self.identifiers = [_query(name) for name in _IDENTIFIERS]
        self.homonyms = _query("id")


def _query(name: str) -> etree.XPath:
    return etree.XPath(f"descendant-or-self::*/@{name}", namespaces={"wsu": WSU}, smart_strings=False)


_queries = _Queries()


def check_tree(
    root: etree._Element, signed: Collection[str] = (), quiet: etree._Element | None = None
) -> None:
    """Refuse a tree with a DOCTYPE, and one in which an identifier stands twice.

    Identifiers are the values of wsu:Id, Id, ID and xml:id together. A plain `id` is often a fact of the
    content, so it only may not be an identifier that a signature names.

    Args:
        root: The whole tree.
        signed: Identifiers that signatures name.
        quiet: A child of the root of which is known that nothing inside bears identifiers.

    Raises:
        Refusal: SIG_FORMAT.
    """
    if root.getroottree().docinfo.internalDTD is not None:
        raise format_refusal("DOCTYPE не допускается")
    values: list[str] = []
    homonyms: list[str] = []
    try:
        for part in [root] if quiet is None else _parts(root, quiet):
            values += [value for query in _queries.identifiers for value in _strings(query(part))]
            homonyms += _strings(_queries.homonyms(part))
    except etree.LxmlError as error:
        raise format_refusal("слишком много идентификаторов") from error
    if len(set(values)) != len(values):
        raise format_refusal("идентификатор элемента повторяется")
    if not set(signed).isdisjoint(homonyms):
        raise format_refusal("идентификатор подписанного элемента повторяется в атрибуте id")


def is_quiet(node: etree._Element, octets: bytes) -> bool:
    """Whether nothing inside an element bears an identifier, as far as its canonical octets tell quickly.

    They write every attribute as ` name="value"`, and no value has a quotation mark.
    """
    own = sum(str(name).endswith(("Id", "ID", "id")) for name in node.attrib)
    return sum(octets.count(ending) for ending in _ENDINGS) == own


def _parts(root: etree._Element, quiet: etree._Element) -> list[etree._Element]:
    """The children of the root, the quiet one as a bare element; the root itself as a bare element."""
    parts = [child for child in root if isinstance(child.tag, str) and child is not quiet]
    bare = [etree.Element("bare") for _ in range(2)]
    for twin, bearer in zip(bare, (root, quiet), strict=True):
        twin.attrib.update(bearer.attrib)
    return bare + parts


def _strings(found: object) -> list[str]:
    return [str(value) for value in found] if isinstance(found, list) else []


def ids_of(node: etree._Element, profile: Profile) -> tuple[str, ...]:
    """Identifiers by which a reference may name an element.

    Raises:
        Refusal: SIG_FORMAT when there is none, or one that is not a name (XML NCName).
    """
    values = tuple(value for name in profile.id_attributes if (value := node.get(name)) is not None)
    if not values or not all(is_name(value) for value in values):
        raise format_refusal(f"у подписываемого элемента {local_name(node)} нет идентификатора")
    return values
