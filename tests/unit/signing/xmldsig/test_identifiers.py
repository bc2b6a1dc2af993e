"""Identifiers read from canonical octets are those that the tree has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from signing.xmldsig.canonical import canonical
from signing.xmldsig.identifiers import scan
from signing.xmldsig.profiles import EXCLUSIVE_C14N, WSU
from signing.xmldsig.structure import Step
from tests.unit.signing.xmldsig.messages import parse

_NAMES = ["Id", "ID", "id", "docId", "w:Id", "w:ID", "o:Id", "Idx"]
_VALUES = st.sampled_from(["a", "b", 'Id="c"', "x > y", "<", "&", "\t", "é", ' Id="d"', ""])
_TEXTS = st.sampled_from(
    ["", "текст", ' Id="e"', '<![CDATA[<a Id="f">]]>', '> Id="g" &lt;', "x:Id=&quot;h&quot;"]
)


def _escaped(value: str) -> str:
    for plain, escape in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"), ("\t", "&#9;")):
        value = value.replace(plain, escape)
    return value


@st.composite
def _elements(draw: st.DrawFn, depth: int = 2) -> str:
    attributes = draw(st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=3))
    written = "".join(f' {name}="{_escaped(value)}"' for name, value in attributes.items())
    children = draw(st.lists(_elements(depth - 1), max_size=3)) if depth else []
    text = draw(_TEXTS)
    return f"<e{written}>{text}{''.join(children)}{text}</e>"


def _scanned(node: etree._Element) -> list[str] | None:
    found = scan(node, canonical(node, Step(EXCLUSIVE_C14N)))
    return None if found is None else sorted(found.values)


def _asked(node: etree._Element) -> list[str]:
    names = (f"{{{WSU}}}Id", "Id", "ID", "{http://www.w3.org/XML/1998/namespace}id")
    inside = [one for one in node.iterdescendants() if isinstance(one.tag, str)]
    return sorted(value for one in inside for name in names if (value := one.get(name)) is not None)


@given(_elements())
def test_scanning_agrees_with_the_tree(content: str) -> None:
    """What is read from octets is what the elements inside bear, or nothing is said."""
    node = parse(f'<r xmlns:w="{WSU}" xmlns:o="urn:o" Id="r" w:Id="r2">{content}</r>')
    assert _scanned(node) in (None, _asked(node))


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("<e Id='a'/><e ID='b'><e docId='c'/></e>", ["a", "b"]),
        ("Id=1 <e kind='x'>текст</e>", []),
        ('<e Id="a"/>xId="b"', None),
        ('text Id="a"', None),
        ('<e xmlns:p="urn:p" p:Id="a"/>', None),
        ('<e xml:id="a"/>', None),
        ('<e Id="a&amp;b"/>', None),
        ('<e b="x > y" Id="a"/>', ["a"]),
        ('<e ID="x" a="y > z"/>', ["x"]),
        ('<e A="x > y" Id="a"/>', None),
    ],
)
def test_scanning_says_nothing_where_octets_are_not_certain(content: str, values: list[str] | None) -> None:
    """Plain names are read; what may be text, has a prefix or an escape is left to the tree."""
    assert _scanned(parse(f"<r>{content}</r>")) == values


def test_homonyms_are_values_of_plain_id() -> None:
    """Only a plain `id` is a homonym, of the element itself too."""
    node = parse('<r id="own"><e id="abc"/><e docid="x"/><e Id="y"/>nid=z</r>')
    found = scan(node, canonical(node, Step(EXCLUSIVE_C14N)))
    assert found is not None
    assert found.homonyms == ["own", "abc"]
