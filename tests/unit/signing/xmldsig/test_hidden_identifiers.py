"""Identifiers are read from canonical octets just as the tree has them, or the tree is asked."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.reasons import Refusal
from signing.xmldsig.identifiers import check_tree, scan
from tests.unit.signing.xmldsig.messages import parse

NAMES = st.sampled_from(["A", "Id", "ID", "id", "aId", "xid", "p:Id", "p:id", "b"])
TRICKS = st.sampled_from(
    ["one", "two", " Id=", "xId=", ":ID=", " id=", 'Id="', ' id="one"', "<e Id=", ">", "&", "'", " ", "=", ""]
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> str:
    """Elements whose values and texts look like identifiers."""
    attributes = draw(st.dictionaries(NAMES, TRICKS, max_size=4))
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    inside = [escape(draw(TRICKS))]
    for child in draw(st.lists(elements(depth - 1), max_size=3)) if depth else ():
        inside += [child, escape(draw(TRICKS))]
    return f"<e{written}>{''.join(inside)}</e>"


@settings(derandomize=True, deadline=None, max_examples=1_000)
@given(xml=elements())
def test_octets_are_read_as_the_tree_or_not_at_all(xml: str) -> None:
    """Whatever values and texts look like, no identifier is hidden and none is made up."""
    root = parse(f'<r xmlns:p="urn:p">{xml}</r>')
    node = root[0]
    scanned = scan(node, etree.tostring(node, method="c14n", exclusive=True))
    if scanned is not None:
        inside = [one.get(name) for one in node.iterdescendants() for name in ("Id", "ID")]
        assert sorted(scanned.values) == sorted(value for value in inside if value is not None)
        assert sorted(scanned.homonyms) == sorted(v for e in node.iter() if (v := e.get("id")) is not None)
        assert not any(str(name).startswith("{") for one in node.iterdescendants() for name in one.attrib)


@pytest.mark.parametrize(
    "content",
    [
        '<e A=" Id=" Id="one"/>',
        '<e A="xID=" ID="one"/>',
        '<e/>xId="<e Id="one"/>',
        '<e a=" id=" xml:id=" one "/>',
    ],
)
def test_what_looks_like_an_identifier_hides_none(content: str) -> None:
    """A duplicate behind it is found."""
    root = parse(f'<r><n Id="one">{content}</n></r>')
    octets = etree.tostring(root[0], method="c14n", exclusive=True)
    with pytest.raises(Refusal):
        check_tree(root, scan(root[0], octets))
