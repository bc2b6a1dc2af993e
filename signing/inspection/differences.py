"""The first difference of two files or of two canonical forms, and what may have made it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from lxml import etree

from signing.inspection.reading import UnreadableError, read_tree

_BOM = b"\xef\xbb\xbf"
_CONTEXT = 40
_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]{0,200}\?>\s*")
_BLANKS = re.compile(rb">\s+<")


class Cause(StrEnum):
    """What may have made a difference."""

    BOM = "bom"
    DECLARATION = "declaration"
    ENCODING = "encoding"
    LINE_ENDS = "line-ends"
    INDENTATION = "indentation"
    PREFIXES = "prefixes"
    MARKUP = "markup"
    ADDED = "added"
    CUT = "cut"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference.

    Attributes:
        offset: Its place, in octets from the begin, from 0.
        original: What stands around it in the original.
        actual: What stands around it in the other.
        causes: What may have made it, likely ones first.
    """

    offset: int
    original: bytes
    actual: bytes
    causes: tuple[Cause, ...]


def first_difference(original: bytes, actual: bytes) -> Difference | None:
    """Compare two files; None when they are equal."""
    if original == actual:
        return None
    offset = _offset(original, actual)
    start = max(0, offset - _CONTEXT)
    end = offset + _CONTEXT
    return Difference(offset, original[start:end], actual[start:end], tuple(_causes(original, actual)))


def _offset(first: bytes, second: bytes) -> int:
    """Where two octet strings part; found by halves, in C."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


_UNDONE: tuple[tuple[Cause, Callable[[bytes], bytes]], ...] = (
    (Cause.DECLARATION, lambda text: _DECLARATION.sub(b"", text, count=1)),
    (Cause.LINE_ENDS, lambda text: text.replace(b"&#xD;", b"").replace(b"\r\n", b"\n").strip()),
    (Cause.INDENTATION, lambda text: _BLANKS.sub(b"><", text).strip()),
)


def _causes(original: bytes, actual: bytes) -> list[Cause]:
    """The fewest likely changes that make the rest equal; what is left is judged by the trees."""
    causes: list[Cause] = []
    if _is_utf16(original) is not _is_utf16(actual):
        causes.append(Cause.ENCODING)
    elif original.startswith(_BOM) is not actual.startswith(_BOM):
        causes.append(Cause.BOM)
    pair = _decoded(original), _decoded(actual)
    for count in range(len(_UNDONE) + 1):
        for chosen in combinations(_UNDONE, count):
            first, second = pair
            for _, undo in chosen:
                first, second = undo(first), undo(second)
            if first == second:
                return causes + [cause for cause, _ in chosen]
    return [*causes, _rest(first, second)]


def _rest(first: bytes, second: bytes) -> Cause:
    """What is left when white space, line ends and declarations are undone."""
    try:
        trees = read_tree(first), read_tree(second)
    except UnreadableError:
        if first.startswith(second):
            return Cause.CUT
        return Cause.ADDED if second.startswith(first) else Cause.CONTENT
    if _c14n(trees[0]) == _c14n(trees[1]):
        return Cause.MARKUP
    return Cause.PREFIXES if _shape(trees[0]) == _shape(trees[1]) else Cause.CONTENT


def _c14n(root: etree._Element) -> bytes | None:
    try:
        return etree.tostring(root, method="c14n", exclusive=True)
    except (etree.LxmlError, ValueError):
        return None


def _shape(root: etree._Element) -> list[tuple[object, ...]]:
    """Names with their namespaces, attributes and texts: what is the same under any prefix."""
    return [
        (
            str(one.tag),
            sorted(map(str, one.attrib.items())),
            (one.text or "").strip(),
            (one.tail or "").strip(),
        )
        for one in root.iter("{*}*")
    ]


def _is_utf16(octets: bytes) -> bool:
    return octets[:2] in (b"\xff\xfe", b"\xfe\xff") or octets[:2] in (b"<\0", b"\0<")


def _decoded(octets: bytes) -> bytes:
    """UTF-8 without a mark, as far as that can be had."""
    if _is_utf16(octets):
        return octets.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    return octets.removeprefix(_BOM)
