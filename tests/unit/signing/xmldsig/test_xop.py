"""Multipart messages taken apart byte for byte, and base64 put back where xop:Include stands."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.reasons import Reason, Refusal
from signing.xmldsig.multipart import MAXIMUM_PARTS
from signing.xmldsig.smev_transform import transform
from signing.xmldsig.xop import Package, is_package, read_package, restore

XOP = "http://www.w3.org/2004/08/xop/include"
COMMON = settings(derandomize=True, deadline=None, max_examples=100)
ROOT = (
    b'Content-Type: application/xop+xml; charset=UTF-8; type="text/xml"\r\n'
    b"Content-Transfer-Encoding: binary\r\n"
    b"Content-ID: <root.message@cxf.apache.org>\r\n\r\n"
)
OUTER = (
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; type="application/xop+xml";\r\n'
    b'\tboundary="uuid:1-2"; start="<root.message@cxf.apache.org>"; start-info="text/xml"\r\n\r\n'
)


def part(name: str, content: bytes, *headers: str) -> bytes:
    """A part with a Content-ID."""
    lines = [f"Content-ID: <{name}>", "Content-Type: application/octet-stream", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + content


def message(*sections: bytes, boundary: bytes = b"uuid:1-2") -> bytes:
    """A message from its first delimiter to its last."""
    return b"".join(b"--" + boundary + b"\r\n" + s + b"\r\n" for s in sections) + b"--" + boundary + b"--\r\n"


def refused(octets: bytes, content_type: str | None = None) -> str:
    """The cause for which a message is refused."""
    with pytest.raises(Refusal) as caught:
        read_package(octets, content_type)
    assert caught.value.reason is Reason.SIG_FORMAT
    return caught.value.values["cause"]


def tree(inside: str) -> etree._Element:
    """A document with a place for attachments."""
    return etree.fromstring(f'<a xmlns="urn:a" xmlns:xop="{XOP}">{inside}</a>')


def include(href: str) -> str:
    """A holder with an Include."""
    return f'<b><xop:Include href="{href}"/></b>'


# --- multipart ---------------------------------------------------------------------------------------------


def test_a_stored_message_without_its_headers() -> None:
    """The boundary is taken from the first line; parts go by their Content-ID."""
    package = read_package(message(ROOT + b"<a/>", part("x@y", b"\x00\r\n\xff\n")))
    assert package == Package(b"<a/>", {"x@y": b"\x00\r\n\xff\n"})


def test_a_message_as_smev_answers_with_line_feeds_alone() -> None:
    """An empty queue comes as one part; version control has made its line ends LF, and cut the last one."""
    octets = message(ROOT + b"<a/>").replace(b"\r\n", b"\n").rstrip()
    assert read_package(octets) == Package(b"<a/>", {})
    assert read_package(b"\n\n" + octets) == Package(b"<a/>", {})


def test_a_stored_message_with_its_headers() -> None:
    """Folded headers, a preamble, and a root part that is not the first one."""
    body = b"This is a multi-part message.\r\n" + message(part("x@y", b"1"), ROOT + b"<a/>")
    assert read_package(OUTER + body) == Package(b"<a/>", {"x@y": b"1"})
    assert read_package((OUTER + body).replace(b"\r\n", b"\n")) == Package(b"<a/>", {"x@y": b"1"})


def test_a_body_whose_content_type_came_apart() -> None:
    """Over HTTP the Content-Type is no part of the body."""
    kind = 'Multipart/Related; boundary=b1; start="<x@y>"; type="text/xml"; note="a\\"b"'
    octets = message(
        part("z@y", b"2"), ROOT.replace(b"root.message@cxf.apache.org", b"x@y") + b"<a/>", boundary=b"b1"
    )
    assert read_package(octets, kind) == Package(b"<a/>", {"z@y": b"2"})


@COMMON
@given(
    contents=st.lists(
        st.binary(max_size=60)
        | st.sampled_from([b"\r", b"\n", b"\r\n", b"--uuid:1-2x", b"\n--uuid:1-2--\n"]),
        max_size=4,
    ),
    encoded=st.booleans(),
)
def test_parts_survive_byte_for_byte(contents: list[bytes], encoded: bool) -> None:
    """Whatever is in a part comes out as it was, binary or base64."""
    header = f"Content-Transfer-Encoding: {'Base64' if encoded else '8bit'}"
    sections = [
        part(f"{number}@x", base64.encodebytes(content) if encoded else content, header)
        for number, content in enumerate(contents)
    ]
    package = read_package(message(ROOT + b"<a/>", *sections))
    assert [package.parts[f"{number}@x"] for number in range(len(contents))] == contents


@COMMON
@given(
    cut=st.integers(0, 500),
    length=st.integers(0, 40),
    filling=st.binary(max_size=20) | st.sampled_from([b"\r\n\r\n", b"--uuid:1-2\r\n", b'"', b";", b"<x@y>"]),
)
def test_damage_ends_in_a_refusal_or_a_package(cut: int, length: int, filling: bytes) -> None:
    """No other exception leaves the reader, whatever is cut out or put in."""
    octets = OUTER + message(
        ROOT + b"<a/>", part("x@y", b"1"), part("z@y", b"Mg==", "Content-Transfer-Encoding: base64")
    )
    octets = octets[:cut] + filling + octets[cut + length :]
    try:
        outcome: Package | Refusal = read_package(octets)
    except Refusal as refusal:
        outcome = refusal
    assert isinstance(outcome, Package) or outcome.values["cause"]


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        (b"", "заголовки"),
        (b"<a/>", "заголовки"),
        (b"x" * 20_000 + b"\r\n\r\n", "заголовки"),
        (b"\xff\xfe\r\n\r\n", "не разобран"),
        (b"Content-Type: text/xml\r\n\r\n<a/>", "multipart/related"),
        (b"Content-Type: multipart/related\r\n\r\n", "разделитель"),
        (b'Content-Type: multipart/related; boundary="' + b"b" * 71 + b'"\r\n\r\n', "разделитель"),
        (b"Content-Type: multipart/related; boundary=a; Boundary=b\r\n\r\n", "Content-Type"),
        (b"Content-Type: multipart/related; boundary\r\n\r\n", "Content-Type"),
        (b"Content-Type: text/xml\r\ncontent-type: text/xml\r\n\r\n", "повторяется"),
        (b"Content-Type: multipart/related; boundary=b\r\n\r\n--c\r\n", "нет разделителя"),
        (b"--\r\n\r\n", "разделитель"),
        (b"--b\r\n\r\n<a/>\r\n", "оборвано"),
        (b"--b\r\n\r\n<a/>\r\n--b\r\n", "оборвано"),
        (b"--b\r\n\r\n<a/>\n--b--\n", "оборвано"),
        (b"--b\r\n--b--\r\n", "пустая"),
        (b"--b\r\n\r\n<a/>\r\n--b\r\n--b--\r\n", "пустая"),
        (b"--b\r\n\r\n<a/>\r\n--b--\r\nmore", "постороннее"),
        (b"--b\r\nContent-Type\r\n\r\n<a/>\r\n--b--\r\n", "не разобран"),
        (b"--b\r\nContent-Type: image/png\r\n\r\n<a/>\r\n--b--\r\n", "корневая"),
        (b"--b\r\nContent-Type: text/xml; charset=utf-16\r\n\r\n<a/>\r\n--b--\r\n", "корневая"),
        (message(ROOT + b"<a/>", b"\r\n1"), "нет Content-ID"),
        (message(ROOT + b"<a/>", part("x", b"1"), part("x", b"2")), "повторяется"),
        (message(ROOT + b"<a/>", part("root.message@cxf.apache.org", b"1")), "повторяется"),
        (message(ROOT + b"<a/>", part("x", b"1", "Content-ID: <y>")), "повторяется"),
        (
            message(ROOT + b"<a/>", part("x", b"=20", "Content-Transfer-Encoding: quoted-printable")),
            "кодировка",
        ),
        (message(ROOT + b"<a/>", part("x", b"A", "Content-Transfer-Encoding: base64")), "Base64"),
        (message(ROOT + b"<a/>", part("x", b"A-==", "Content-Transfer-Encoding: base64")), "Base64"),
        (OUTER + message(part("x", b"1")), "start"),
        (message(*[ROOT + b"<a/>"] * (MAXIMUM_PARTS + 1)), "слишком много"),
    ],
)
def test_what_is_no_message_is_refused(octets: bytes, cause: str) -> None:
    """Each way of being wrong is said."""
    assert cause in refused(octets)


def test_a_message_that_is_too_large_is_refused() -> None:
    """The bound is on octets, before any of them is read."""
    octets = message(ROOT + b"<a/>")
    with pytest.raises(Refusal):
        read_package(octets, maximum=len(octets) - 1)
    assert read_package(octets, maximum=len(octets)).root == b"<a/>"


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (message(ROOT), True),
        (b"\r\n" + message(ROOT), True),
        (OUTER, True),
        (b"<a/>", False),
        (b"\xef\xbb\xbf <a/>", False),
        ("<a/>".encode("utf-16"), False),
        (b"", False),
        (b"0\x82", False),
    ],
)
def test_what_looks_like_a_message(octets: bytes, expected: bool) -> None:
    """A file is a message by its beginning."""
    assert is_package(octets) is expected


# --- XOP ---------------------------------------------------------------------------------------------------


def test_base64_is_put_back_where_it_was() -> None:
    """Every Include becomes the base64 text of its attachment, without line breaks."""
    contents = {"1@x": bytes(range(256)), "urn:a/b@x": b"", "spare": b"0"}
    root = tree(include("cid:1@x") + f"<c>{include('cid:urn%3Aa%2Fb@x')}</c>")
    assert restore(root, contents) == 2
    assert root[0].text == base64.b64encode(bytes(range(256))).decode()
    assert len(root[0]) == 0
    assert root[1][0].text == ""
    assert root.find(f".//{{{XOP}}}Include") is None


def test_a_content_id_that_is_percent_encoded_itself() -> None:
    """Apache CXF repeats an encoded Content-ID as it is."""
    root = tree(include("CID:1@urn%3A%2F%2Fx"))
    assert restore(root, {"1@urn%3A%2F%2Fx": b"1"}) == 1
    assert root[0].text == "MQ=="


def test_white_space_of_formatting_goes() -> None:
    """A message that was indented in transit gives the same text."""
    root = tree('<b z="1">\n  <xop:Include href="cid:1"/>\r\n</b>')
    restore(root, {"1": b"1"})
    assert etree.tostring(root[0]).startswith(b"<b ")
    assert (root[0].text, root[0].get("z")) == ("MQ==", "1")


@given(content=st.binary(max_size=200))
@COMMON
def test_the_signed_octets_are_those_before_the_packaging(content: bytes) -> None:
    """Packaged and restored, an element has the transform that it was signed with."""
    sent = tree(f"<b>{base64.b64encode(content).decode()}</b><c/>")
    root = etree.fromstring(etree.tostring(tree(include("cid:1%401") + "<c/>")))
    package = read_package(message(ROOT + etree.tostring(root), part("1@1", content)))
    received = etree.fromstring(package.root)
    restore(received, package.parts)
    assert transform(received) == transform(sent)


@pytest.mark.parametrize(
    ("inside", "cause"),
    [
        (include("cid:2"), "отсутствует"),
        (include("cid:"), "отсутствует"),
        (include("cid:%FF%"), "отсутствует"),
        (include("http://127.0.0.1/1"), "не на вложение"),
        (include("file:///etc/passwd"), "не на вложение"),
        (include("1"), "не на вложение"),
        (include("cid:1") + include("cid:1"), "несколько"),
        (include("cid:1") + include("cid:%31"), "несколько"),
        (include("cid:a%40b"), "двум вложениям"),
        ('<b>x<xop:Include href="cid:1"/></b>', "не единственное"),
        ('<b><xop:Include href="cid:1"/>x</b>', "не единственное"),
        ('<b><xop:Include href="cid:1"/>&#160;</b>', "не единственное"),
        ('<b><xop:Include href="cid:1"/><!-- x --></b>', "не единственное"),
        ('<b><xop:Include href="cid:1"/><xop:Include href="cid:3"/></b>', "не единственное"),
        ('<b><xop:Include href="cid:1"><xop:Include href="cid:3"/></xop:Include></b>', "пустым"),
        ('<b><xop:Include href="cid:1"> </xop:Include></b>', "пустым"),
        ('<b><xop:Include href="cid:1" x="1"/></b>', "href"),
        ("<b><xop:Include/></b>", "href"),
    ],
)
def test_an_include_that_is_not_plain_is_refused(inside: str, cause: str) -> None:
    """Each way of being wrong is said, and the tree stays as it was."""
    root = tree(include("cid:good") + inside)
    before = etree.tostring(root)
    with pytest.raises(Refusal) as caught:
        restore(root, {"1": b"1", "3": b"3", "good": b"", "a@b": b"", "a%40b": b""})
    assert caught.value.reason is Reason.SIG_FORMAT
    assert cause in caught.value.values["cause"]
    assert etree.tostring(root) == before


def test_an_include_in_the_place_of_the_document_is_refused() -> None:
    """There is no element to put the text into."""
    root = tree(include("cid:1"))
    with pytest.raises(Refusal):
        restore(root[0][0], {"1": b"1"})
    with pytest.raises(Refusal):
        restore(etree.fromstring(f'<Include xmlns="{XOP}" href="cid:1"/>'), {"1": b"1"})
