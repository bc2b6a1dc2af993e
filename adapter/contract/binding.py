"""Reads schema-valid elements into dataclasses and writes dataclasses as elements.

One reader and one writer is compiled per dataclass and namespace and kept. Names follow one rule: the field
``vk_protocol`` is the element ``vkProtocol``; a trailing underscore is dropped. Field metadata:

* ``{"tag": "{ns}Name"}``: other name and namespace; a nested dataclass continues in that namespace;
  without braces it is another local name;
* ``{"ns": "..."}``: the namespace alone is another;
* ``{"attribute": True}``: an attribute in no namespace instead of a child element.

Field types: ``str, int, Decimal, bool, date, datetime``, a dataclass, ``etree._Element`` (kept as it is),
``tuple[X, ...]`` for a repeated and ``X | None`` for an optional element. Text is stripped at both ends; an
absent optional is None, an absent repeated is ``()``. Moments are aware: read into UTC, written with ``Z``.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from lxml import etree

T = TypeVar("T")
Element = etree._Element  # noqa: SLF001 - lxml has no public name for the class of its elements
NamespaceMap = Mapping[str | None, str]

#: Digits of the longest number that a schema of the contract allows, and to spare.
_DIGITS = 40

_FromText = Callable[[str], Any]
_ToText = Callable[[Any], str]
_FromElement = Callable[[Element], Any]
_Append = Callable[[Element, Any], None]


def read(cls: type[T], element: Element) -> T:
    """Make a value of the dataclass `cls` from `element`, which is valid against its schema.

    Raises:
        ValueError: An element or attribute that `cls` does not know, or text of another type.
        TypeError: A required field has no element, or `cls` has a field type the binding does not know.
    """
    return cast("T", _reader(cast("type", cls), _namespace(element.tag))(element))


def read_readable(cls: type[T], element: Element) -> T:
    """Make a value of what can be read in an element that is not valid.

    What is absent or cannot be read is None (``()`` for a repeated field) whatever its type says; what the
    dataclass does not know is passed over. For checks that report on a document with errors, never for use.
    """
    return cast("T", _readable(cast("type", cls), element))


def write(value: object, tag: str, nsmap: NamespaceMap | None = None) -> Element:
    """Make the element `tag` (``{namespace}Name``) of the dataclass `value`.

    Args:
        value: A dataclass instance. Raw elements inside it are moved into the new tree.
        tag: Name of the new element; its children are in the same namespace.
        nsmap: Prefixes declared on the new element. By default the namespace of `tag` is the default one.

    Raises:
        ValueError: A naive datetime; a raw element of another name; or `nsmap` binds a namespace of a raw
            element to another prefix: lxml would rename its prefixes and so break signatures over it.
        TypeError: `value` is not a dataclass of known field types.
    """
    namespace = _namespace(tag)
    element = etree.Element(tag, nsmap=cast("dict[str, str]", nsmap or {None: namespace}))
    _writer(cast("type", type(value)), namespace)(element, value)
    return element


def element_name(field_name: str) -> str:
    """Return the XML name of a field: ``vk_protocol`` is ``vkProtocol``, ``class_`` is ``class``."""
    first, *rest = field_name.rstrip("_").split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _namespace(tag: str) -> str:
    if not tag.startswith("{"):
        message = f"no namespace in {tag}"
        raise ValueError(message)
    return tag[1 : tag.index("}")]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


@dataclass(frozen=True, slots=True)
class _Slot:
    """One field as the compilers see it; `tag` is a plain name for an attribute."""

    name: str
    tag: str
    type: Any
    attribute: bool
    many: bool
    optional: bool


def _slots(cls: type, namespace: str) -> list[_Slot]:
    if not dataclasses.is_dataclass(cls):
        message = f"{cls.__name__} is not a dataclass"
        raise TypeError(message)
    hints = typing.get_type_hints(cls)
    return [_slot(field, hints[field.name], namespace) for field in dataclasses.fields(cls)]


def _slot(field: "dataclasses.Field[Any]", hint: Any, namespace: str) -> _Slot:
    kind, many, optional = hint, False, False
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        kind, optional = (inner[0] if len(inner) == 1 else hint), True
    elif typing.get_origin(hint) is tuple:
        kind, many = typing.get_args(hint)[0], True
    attribute = bool(field.metadata.get("attribute"))
    tag: str = field.metadata.get("tag", element_name(field.name))
    if not attribute and not tag.startswith("{"):
        tag = f"{{{field.metadata.get('ns', namespace)}}}{tag}"
    return _Slot(field.name, tag, kind, attribute, many, optional)


# Text


def _read_bool(text: str) -> bool:
    if text in ("true", "1"):
        return True
    if text in ("false", "0"):
        return False
    message = "neither true nor false"
    raise ValueError(message)


def _read_int(text: str) -> int:
    """Read an integer; a schema lets any number of leading zeros through, Python only 4,300 digits."""
    if len(text) > _DIGITS:
        sign = text[0] if text[0] in "+-" else ""
        text = sign + (text.removeprefix(sign).lstrip("0") or "0")
    return int(text)


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = "a moment without time zone"
        raise ValueError(message)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the last or the first hours of the calendar in another zone
        message = "a moment outside of the calendar"
        raise ValueError(message) from None


def _write_bool(value: bool) -> str:
    return "true" if value else "false"


def _write_moment(value: datetime) -> str:
    if value.tzinfo is None:
        message = "a moment without time zone"
        raise ValueError(message)
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


_TEXT: dict[type, tuple[_FromText, _ToText]] = {
    str: (str, str),
    int: (_read_int, str),
    Decimal: (Decimal, "{:f}".format),
    bool: (_read_bool, _write_bool),
    date: (date.fromisoformat, date.isoformat),
    datetime: (_read_moment, _write_moment),
}


def _converters(slot: _Slot) -> tuple[_FromText, _ToText]:
    try:
        return _TEXT[slot.type]
    except (KeyError, TypeError):
        message = f"field {slot.name}: the binding does not know the type {slot.type}"
        raise TypeError(message) from None


# Reading


@functools.cache
def _reader(cls: type, namespace: str) -> _FromElement:
    """Compile the reader of `cls` whose children are in `namespace`."""
    slots = _slots(cls, namespace)
    absent = {slot.name: () if slot.many else None for slot in slots if slot.many or slot.optional}
    attributes = [(slot.name, slot.tag, _converters(slot)[0]) for slot in slots if slot.attribute]
    children = {
        slot.tag: (slot.name, slot.many, *_child_reader(slot)) for slot in slots if not slot.attribute
    }

    def read_element(element: Element) -> Any:
        values: dict[str, Any] = absent.copy()
        for name, attribute, make in attributes:
            text = element.get(attribute)
            if text is not None:
                values[name] = make(text.strip())
        repeated: dict[str, list[Any]] = {}
        for child in element:
            try:
                name, many, take, convert = children[child.tag]
            except KeyError:
                message = f"{cls.__name__} has no element {_local(child.tag)}"
                raise ValueError(message) from None
            value: Any
            if take is not None:
                value = take(child)
            else:  # most elements hold a text: read here, a call for each would cost as much again
                content = child.text
                value = content.strip() if content else ""
                if convert is not None:
                    value = convert(value)
            if many:
                repeated.setdefault(name, []).append(value)
            else:
                values[name] = value
        for name, items in repeated.items():
            values[name] = tuple(items)
        return cls(**values)

    return read_element


def _readable(cls: type, element: Element) -> Any:
    values: dict[str, Any] = {}
    for slot in _slots(cls, _namespace(str(element.tag))):
        if slot.attribute:
            values[slot.name] = _readable_text(slot, element.get(slot.tag))
            continue
        found = [_readable_child(slot, child) for child in element.iterchildren(slot.tag)]
        present = tuple(one for one in found if one is not None)
        values[slot.name] = present if slot.many else present[0] if present else None
    return cls(**values)


def _readable_child(slot: _Slot, child: Element) -> Any:
    if slot.type is Element:
        return child
    if dataclasses.is_dataclass(slot.type):
        return _readable(cast("type", slot.type), child)
    return _readable_text(slot, child.text)


def _readable_text(slot: _Slot, text: str | None) -> Any:
    try:
        return _converters(slot)[0]((text or "").strip())
    except (ValueError, ArithmeticError):
        return None


def _child_reader(slot: _Slot) -> tuple[_FromElement | None, _FromText | None]:
    """Return what reads a child whole, or what makes a value of its text; neither: the text is the value."""
    if slot.type is Element:
        return _as_it_is, None
    if dataclasses.is_dataclass(slot.type):
        return _reader(cast("type", slot.type), _namespace(slot.tag)), None
    convert = _converters(slot)[0]
    return None, None if convert is str else convert


def _as_it_is(element: Element) -> Element:
    return element


# Writing


@functools.cache
def _writer(cls: type, namespace: str) -> _Append:
    """Compile the writer that puts the fields of `cls` into an element of `namespace`."""
    slots = _slots(cls, namespace)
    attributes = [(slot.name, slot.tag, _converters(slot)[1]) for slot in slots if slot.attribute]
    children = [(slot.name, slot.many, _child_writer(slot)) for slot in slots if not slot.attribute]

    def write_fields(element: Element, value: Any) -> None:
        for name, attribute, to_text in attributes:
            content = getattr(value, name)
            if content is not None:
                element.set(attribute, to_text(content))
        for name, many, append in children:
            content = getattr(value, name)
            if content is None:
                continue
            if many:
                for item in content:
                    append(element, item)
            else:
                append(element, content)

    return write_fields


def _child_writer(slot: _Slot) -> _Append:
    tag = slot.tag
    if slot.type is Element:
        return functools.partial(_append_raw, tag)
    if dataclasses.is_dataclass(slot.type):
        write_fields = _writer(cast("type", slot.type), _namespace(tag))

        def append_fields(parent: Element, value: Any) -> None:
            write_fields(etree.SubElement(parent, tag), value)

        return append_fields
    to_text = _converters(slot)[1]

    def append_text(parent: Element, value: Any) -> None:
        # No text rather than an empty one: both mean the same, but lxml writes them in different bytes.
        etree.SubElement(parent, tag).text = to_text(value) or None

    return append_text


def _append_raw(tag: str, parent: Element, raw: Element) -> None:
    if raw.tag != tag:
        message = f"{_local(raw.tag)} where {_local(tag)} belongs"
        raise ValueError(message)
    _refuse_renaming(parent, raw)
    raw.tail = None
    parent.append(raw)


def _refuse_renaming(parent: Element, raw: Element) -> None:
    known = raw.nsmap
    for prefix, namespace in parent.nsmap.items():
        if known.get(prefix) != namespace and namespace in known.values() and _uses(raw, namespace):
            message = f"{_local(raw.tag)} would get another prefix for {namespace}"
            raise ValueError(message)


def _uses(raw: Element, namespace: str) -> bool:
    start = f"{{{namespace}}}"
    return any(
        str(name).startswith(start)
        for element in raw.iter(etree.Element)
        for name in (element.tag, *element.attrib)
    )
