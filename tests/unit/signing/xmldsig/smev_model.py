"""Random elements, three ways to write each as XML, and the SMEV transform told a second time, slowly.

The second telling works on the model and not on XML, and shares nothing with the code that it judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from hypothesis import strategies as st

NAMESPACES = ("urn:one", "urn:two", "http://test/0?x=1&y='2", "urn://x-artefacts/types/1.2")
LOCALS = ("a", "b", "B", "ИдДок", "я-1", "Id")
# What XML 1.0 can hold, with what is most often mistreated.
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12
) | st.sampled_from(
    ["", " ", "\n\t", "\r", " \r\n", "\u00a0", "\u0085", "]]>", "&#xD;", "&<>\"'", "\U0001f600"]
)


@dataclass(frozen=True)
class Node:
    """An element; a text stands before each child and after the last one.

    Attributes:
        namespace: Its namespace.
        local: Its local name.
        attributes: Values by namespace (empty: unqualified) and local name.
        texts: One more than children.
        children: Child elements.
    """

    namespace: str
    local: str
    attributes: dict[tuple[str, str], str]
    texts: tuple[str, ...]
    children: tuple[Node, ...]


@st.composite
def nodes(draw: st.DrawFn, depth: int = 3) -> Node:
    """Elements of up to four levels."""
    keys = st.tuples(st.sampled_from(("", "", *NAMESPACES)), st.sampled_from(LOCALS))
    children = tuple(draw(st.lists(nodes(depth - 1), max_size=3))) if depth else ()
    return Node(
        draw(st.sampled_from(NAMESPACES)),
        draw(st.sampled_from(LOCALS)),
        draw(st.dictionaries(keys, TEXTS, max_size=4)),
        tuple(draw(TEXTS) for _ in range(len(children) + 1)),
        children,
    )


def with_prefixes(node: Node, *, root: bool = True) -> str:
    """Every namespace declared once, on the root."""
    declared = [f' xmlns:p{n}="{_value(uri)}"' for n, uri in enumerate(NAMESPACES)] if root else []
    attributes = [f' {_prefixed(ns, local)}="{_value(v)}"' for (ns, local), v in node.attributes.items()]
    name = _prefixed(node.namespace, node.local)
    inside = [
        _text(text) + with_prefixes(child, root=False)
        for text, child in zip(node.texts, node.children, strict=False)
    ]
    return f"<{name}{''.join(declared + attributes)}>{''.join(inside)}{_text(node.texts[-1])}</{name}>"


def with_defaults(node: Node, blank: str = "") -> str:
    """Every namespace declared where it is used, the element's own as the default one.

    Args:
        node: The element.
        blank: XML put in the place of every text that the transform drops.
    """
    attributes = [f' xmlns="{_value(node.namespace)}"']
    for number, ((ns, local), value) in enumerate(node.attributes.items()):
        declaration, prefix = (f' xmlns:z{number}="{_value(ns)}"', f"z{number}:") if ns else ("", "")
        attributes.append(f'{declaration} {prefix}{local}="{_value(value)}"')
    texts = [_text(text) if text.strip(_BLANKS) else blank or _text(text) for text in node.texts]
    inside = [text + with_defaults(child, blank) for text, child in zip(texts, node.children, strict=False)]
    return f"<{node.local}{''.join(attributes)}>{''.join(inside)}{texts[-1]}</{node.local}>"


def reference(node: Node) -> str:
    """The transform, rule by rule."""
    return "".join(_written(node, [], count(1)))


def _written(node: Node, frames: list[dict[str, str]], numbers: Iterator[int]) -> Iterator[str]:
    frame: dict[str, str] = {}
    frames = [*frames, frame]

    def prefix(uri: str) -> str:
        for known in frames:
            if uri in known:
                return known[uri]
        frame[uri] = f"ns{next(numbers)}"
        return frame[uri]

    name = f"{prefix(node.namespace)}:{node.local}"
    qualified = sorted((key for key in node.attributes if key[0]), key=_java)
    plain = sorted((key for key in node.attributes if not key[0]), key=_java)
    written = [(f"{prefix(key[0])}:{key[1]}", node.attributes[key]) for key in qualified]
    written += [(key[1], node.attributes[key]) for key in plain]
    yield f"<{name}"
    for uri, given in frame.items():
        yield f' xmlns:{given}="{_value(uri)}"'
    for attribute, value in written:
        yield f' {attribute}="{_value(value)}"'
    yield ">"
    for place, text in enumerate(node.texts):
        if any(character > "\u0020" for character in text):
            yield _text(text)
        if place < len(node.children):
            yield from _written(node.children[place], frames, numbers)
    yield f"</{name}>"


_BLANKS = "\t\n\r "


def _java(key: tuple[str, str]) -> tuple[bytes, bytes]:
    return key[0].encode("utf-16-be"), key[1].encode("utf-16-be")


def _prefixed(namespace: str, local: str) -> str:
    return f"p{NAMESPACES.index(namespace)}:{local}" if namespace else local


def _text(text: str) -> str:
    for character, escape in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#xd;")):
        text = text.replace(character, escape)
    return text


def _value(value: str) -> str:
    escapes = (
        ("&", "&amp;"),
        ("<", "&lt;"),
        ('"', "&quot;"),
        ("\r", "&#xd;"),
        ("\n", "&#xa;"),
        ("\t", "&#x9;"),
    )
    for character, escape in escapes:
        value = value.replace(character, escape)
    return value
