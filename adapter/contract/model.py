"""What our XSD files say, as values: enough to explain a refusal in words.

Reads the subset of XML Schema that the files of `xsd` use: global and local elements, ``ref``, sequence,
choice, all, wildcards, named and anonymous types, simple content, restriction. libxml2 judges, this module
only explains.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import XSD

_XS = f"{{{XSD}}}"
_POINT = re.compile(r"\s*\(п\.\s*([0-9][0-9.,–\- ]*)\)")
_GROUPS = {f"{_XS}sequence": "sequence", f"{_XS}choice": "choice", f"{_XS}all": "all"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """An element as its parent (or the schema) declares it.

    Attributes:
        tag: QName.
        title: Russian name from ``xs:documentation``, else the local name.
        point: Point of форма № 088/у, ``19.1``; empty when the element has none.
        low: Least number of occurrences.
        high: Greatest number; None: no limit.
        node: The ``xs:element`` that carries the type.
    """

    tag: str
    title: str
    point: str
    low: int
    high: int | None
    node: etree._Element = field(repr=False)

    @property
    def repeats(self) -> bool:
        """Whether the schema lets the element stand more than once."""
        return self.high is None or self.high > 1


@dataclass(frozen=True, slots=True)
class Wildcard:
    """An ``xs:any``; ``namespaces`` as written in the schema."""

    namespaces: str
    target: str

    def accepts(self, tag: str) -> bool:
        """Tell whether an element of this QName may stand here."""
        namespace = etree.QName(tag).namespace or ""
        if self.namespaces == "##any":
            return True
        if self.namespaces == "##other":
            return namespace not in {"", self.target}
        return namespace in self.namespaces.split()


@dataclass(frozen=True, slots=True)
class Group:
    """A sequence, choice or all."""

    kind: str
    low: int
    high: int | None
    items: tuple["Declaration | Wildcard | Group", ...]

    def flat(self) -> Iterator[Declaration | Wildcard]:
        """Yield the elements and wildcards in the order of the schema."""
        for item in self.items:
            if isinstance(item, Group):
                yield from item.flat()
            else:
                yield item


@dataclass(frozen=True, slots=True)
class SimpleType:
    """A simple type with its nearest facets.

    Attributes:
        name: Local name of the named type, or of the built-in.
        namespace: Namespace of the named type.
        title: Russian description of the format; empty for a built-in.
        builtin: Built-in type at the root: ``token``, ``date``.
        max_length: Limit in characters (bytes for base64), if there is one.
        enumeration: The codes; empty when it is no list.
    """

    name: str
    namespace: str
    title: str
    builtin: str
    max_length: int | None = None
    enumeration: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComplexType:
    """Content and required attributes of an element with structure."""

    content: Group | None
    simple: SimpleType | None
    attributes: tuple[Declaration, ...]


@cache
def _globals() -> dict[tuple[str, str], etree._Element]:
    found: dict[tuple[str, str], etree._Element] = {}
    for data in schemas.sources().values():
        root = etree.fromstring(data, schemas.parser())
        namespace = root.get("targetNamespace", "")
        for node in root.iterchildren(etree.Element):
            if name := node.get("name"):
                kind = "element" if node.tag == f"{_XS}element" else "type"
                found[kind, f"{{{namespace}}}{name}"] = node
    return found


def _target(node: etree._Element) -> str:
    return str(node.getroottree().getroot().get("targetNamespace", ""))


def _qname(node: etree._Element, text: str) -> str:
    prefix, _, local = text.rpartition(":")
    namespace = node.nsmap.get(prefix or None, "")
    return f"{{{namespace}}}{local}"


def documentation(node: etree._Element) -> str:
    """Return the text of the node's own ``xs:documentation``, in one line; empty when there is none."""
    found = node.find(f"{_XS}annotation/{_XS}documentation")
    return " ".join((found.text or "").split()) if found is not None else ""


@cache
def declaration(tag: str) -> Declaration | None:
    """Return the global element of that QName, or None when our schemas have none."""
    node = _globals().get(("element", tag))
    return _declared(node, node) if node is not None else None


def _declared(node: etree._Element, place: etree._Element) -> Declaration:
    """Read an element; ``place`` is the particle that says how often it occurs."""
    tag = f"{{{_target(node)}}}{node.get('name')}"
    text = documentation(place) or documentation(node) or _type_title(node) or str(node.get("name"))
    point = _POINT.search(text)
    low, high = _occurs(place)
    title = _POINT.sub("", text).strip()
    return Declaration(tag, title, point.group(1).strip() if point else "", low, high, node)


def _type_title(node: etree._Element) -> str:
    named = _named_type(node)
    return documentation(named) if named is not None else ""


def _named_type(node: etree._Element) -> etree._Element | None:
    name = node.get("type")
    return _globals().get(("type", _qname(node, name))) if name else None


def _occurs(node: etree._Element) -> tuple[int, int | None]:
    high = node.get("maxOccurs", "1")
    return int(node.get("minOccurs", "1")), None if high == "unbounded" else int(high)


@cache
def content(element: Declaration) -> SimpleType | ComplexType:
    """Return the type of a declared element."""
    node = element.node
    inner = node.find(f"{_XS}complexType")
    if inner is None:
        inner = node.find(f"{_XS}simpleType")
    named = inner if inner is not None else _named_type(node)
    if named is None:
        return _builtin(node.get("type", "xs:anyType"))
    return _complex(named) if named.tag == f"{_XS}complexType" else _simple(named)


def _builtin(name: str) -> SimpleType:
    local = name.rpartition(":")[2]
    return SimpleType(local, XSD, "", local)


@cache
def _simple(node: etree._Element) -> SimpleType:
    restriction = node.find(f"{_XS}restriction")
    if restriction is None:
        return SimpleType(node.get("name", ""), _target(node), documentation(node), "string")
    base_name = restriction.get("base", "")
    base_node = _globals().get(("type", _qname(restriction, base_name)))
    base = _simple(base_node) if base_node is not None else _builtin(base_name)
    length = restriction.find(f"{_XS}maxLength")
    codes = tuple(str(one.get("value")) for one in restriction.findall(f"{_XS}enumeration"))
    return SimpleType(
        node.get("name", base.name),
        _target(node),
        documentation(node) or base.title,
        base.builtin,
        int(str(length.get("value"))) if length is not None else base.max_length,
        codes or base.enumeration,
    )


@cache
def _complex(node: etree._Element) -> ComplexType:
    holder = node
    simple: SimpleType | None = None
    extension = node.find(f"{_XS}simpleContent/{_XS}extension")
    if extension is not None:
        holder = extension
        base = _globals().get(("type", _qname(extension, extension.get("base", ""))))
        simple = _simple(base) if base is not None else _builtin(extension.get("base", ""))
    groups = list(holder.iterchildren(*_GROUPS))
    attributes = tuple(_attribute(one) for one in holder.iterchildren(f"{_XS}attribute"))
    return ComplexType(_group(groups[0]) if groups else None, simple, attributes)


def _attribute(node: etree._Element) -> Declaration:
    name = str(node.get("name"))
    low = 1 if node.get("use") == "required" else 0
    return Declaration(name, documentation(node) or f"атрибут {name}", "", low, 1, node)


def _group(node: etree._Element) -> Group:
    items: list[Declaration | Wildcard | Group] = []
    for child in node.iterchildren(etree.Element):
        if child.tag in _GROUPS:
            items.append(_group(child))
        elif child.tag == f"{_XS}any":
            items.append(Wildcard(child.get("namespace", "##any"), _target(child)))
        elif child.tag == f"{_XS}element":
            items.append(_element(child))
    low, high = _occurs(node)
    return Group(_GROUPS[str(node.tag)], low, high, tuple(items))


def _element(node: etree._Element) -> Declaration:
    ref = node.get("ref")
    return _declared(_globals()["element", _qname(node, ref)] if ref else node, node)


def named_type(tag: str) -> SimpleType | ComplexType:
    """Return the global type of that QName.

    Raises:
        KeyError: Our schemas have no such type.
    """
    node = _globals()["type", tag]
    return _complex(node) if node.tag == f"{_XS}complexType" else _simple(node)
