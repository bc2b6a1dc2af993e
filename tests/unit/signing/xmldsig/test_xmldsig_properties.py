"""Properties of signing and verifying for documents and damage that nobody thought of."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from signing import sign_document, sign_wss, verify_document, verify_wss
from signing.keys import SigningKey
from signing.reasons import Refusal
from signing.verified import Verified
from signing.xmldsig.profiles import DS, EXCLUSIVE_C14N
from tests.unit.signing.xmldsig.messages import DOC, again, envelope, holder, parse

Keys = Mapping[str, SigningKey]

COMMON = settings(
    derandomize=True,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# What XML 1.0 can hold.
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=20
)
TEXTS = TEXTS | st.sampled_from(["", " \n\t", "\r\n", "]]>", "&<>\"'", "\u0085\u2028"])
NAMES = st.sampled_from(["a", "b", "p:a", "p:b", "q:a", "q:b"])
DECLARATIONS = st.fixed_dictionaries(
    {},
    optional={
        "xmlns": st.sampled_from(["", DOC, "urn:one", DS]),
        "xmlns:p": st.sampled_from(["urn:one", "urn:two"]),
        "xmlns:q": st.sampled_from(["urn:three", DOC]),
    },
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    """Elements with namespaces declared anew anywhere, attributes, mixed text; `p`, `q` are in scope."""
    name = draw(NAMES)
    attributes = draw(DECLARATIONS) | draw(st.dictionaries(NAMES, TEXTS, max_size=3))
    inside = [escape(draw(TEXTS), {"\r": "&#13;"})]
    for child in draw(st.lists(trees(depth - 1), max_size=3)) if depth else ():
        inside += [child, escape(draw(TEXTS), {"\r": "&#13;"})]
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>"


@COMMON
@given(content=trees())
def test_whatever_is_signed_verifies(keys: Keys, content: str) -> None:
    """Sign, serialize, put into a message, sign it, serialize, parse: both signatures hold."""
    document = holder(f'<x xmlns:p="urn:one" xmlns:q="urn:three">{content}</x>')
    sign_document(document, keys["author"])
    message = envelope(etree.tostring(document, encoding="unicode"))
    sign_wss(message, keys["system"])
    received = again(message)
    body = verify_wss(received).node
    (result,) = verify_document(body[0])
    assert isinstance(result, Verified)
    assert result.node is body[0][0]


@COMMON
@given(data=st.data())
def test_no_changed_byte_of_the_content_verifies(keys: Keys, data: st.DataObject) -> None:
    """A changed byte is not XML any more, or leaves the canonical form as it was, or is refused."""
    document = holder('<a b="1">раз <c>два</c></a> три')
    sign_document(document, keys["author"])
    octets = bytearray(etree.tostring(document, encoding="utf-8"))
    begin, end = octets.index(b"<Thing"), octets.index(b"</Thing>") + len(b"</Thing>")
    octets[data.draw(st.integers(begin, end - 1))] ^= data.draw(st.integers(1, 255))
    try:
        changed = parse(bytes(octets))
    except etree.XMLSyntaxError:
        return
    before, after = (
        etree.tostring(d[0], method="c14n", exclusive=True) if len(d) else b"" for d in (document, changed)
    )
    assert (before == after) is holds(changed)


def holds(document: etree._Element) -> bool:
    """Whether the one signature of a document holds."""
    try:
        results = verify_document(document)
    except Refusal:
        return False
    return [type(result) for result in results] == [Verified]


DAMAGES = st.sampled_from(
    ["remove", "repeat", "swap", "text", "tail", "attribute", "rename", "comment", "move"]
)
VALUES = st.sampled_from(["", "#", "#content-1", "AAAA", "=", "ё", "x" * 70_000, EXCLUSIVE_C14N, "-1", " "])


def damage(root: etree._Element, data: st.DataObject) -> None:
    """One structural change somewhere in a tree."""
    elements = [e for e in root.iter() if isinstance(e.tag, str)]
    target = data.draw(st.sampled_from(elements))
    other = data.draw(st.sampled_from(elements))
    parent = target.getparent()
    match data.draw(DAMAGES):
        case "remove" if parent is not None:
            parent.remove(target)
        case "repeat" if parent is not None:
            parent.append(etree.fromstring(etree.tostring(target, with_tail=False)))
        case "move" if parent is not None and other not in target.iter():
            other.append(target)
        case "swap" if parent is not None:
            parent.insert(0, target)
        case "text":
            target.text = data.draw(VALUES)
        case "tail" if parent is not None:
            target.tail = data.draw(VALUES)
        case "attribute":
            names = [*target.attrib, "Id", "URI", "Algorithm"]
            target.set(data.draw(st.sampled_from(names)), data.draw(VALUES))
        case "rename":
            target.tag = data.draw(
                st.sampled_from([f"{{{DS}}}Signature", f"{{{DS}}}Object", "x", str(other.tag)])
            )
        case "comment":
            target.append(etree.Comment("x"))


@COMMON
@given(data=st.data(), number=st.integers(1, 3))
def test_damaged_documents_raise_nothing_but_refusals(keys: Keys, data: st.DataObject, number: int) -> None:
    """Whatever is damaged, what is verified is the content of the holder as it was signed."""
    document = holder()
    sign_document(document, keys["author"])
    sign_document(document, keys["member"])
    signed = etree.tostring(document[0], method="c14n", exclusive=True)
    for _ in range(number):
        damage(document, data)
    try:
        results = verify_document(document)
    except Refusal:
        return
    for result in results:
        if isinstance(result, Verified):
            assert result.node is document[0]
            assert etree.tostring(result.node, method="c14n", exclusive=True) == signed


@COMMON
@given(data=st.data(), number=st.integers(1, 3))
def test_damaged_messages_raise_nothing_but_refusals(keys: Keys, data: st.DataObject, number: int) -> None:
    """The same of messages: a verified Body is the Body of the Envelope and as it was signed."""
    message = envelope()
    sign_wss(message, keys["system"])
    signed = etree.tostring(message[1], method="c14n", exclusive=True)
    for _ in range(number):
        damage(message, data)
    try:
        verified = verify_wss(message)
    except Refusal:
        return
    assert verified.node is [child for child in message if isinstance(child.tag, str)][-1]
    assert etree.tostring(verified.node, method="c14n", exclusive=True) == signed
