"""The SMEV 3 transform: published cases, facts of real messages, a slow reference, hostile documents."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from lxml import etree

from signing.reasons import Reason, Refusal
from signing.xmldsig.smev_document import read_document
from signing.xmldsig.smev_transform import Escaping, transform, transform_canonical, transform_octets
from tests.unit.signing.xmldsig.smev_model import Node, nodes, reference, with_defaults, with_prefixes

COMMON = settings(derandomize=True, deadline=None, max_examples=60)

# The test cases that the library of the official client published, and many ports repeat.
PUBLISHED = [
    (
        """<?xml version="1.0" encoding="UTF-8"?>
<!-- comment -->
<?xml-stylesheet type="text/xsl" href="style.xsl"?>

<elementOne xmlns="http://test/1">
\t<qwe:elementTwo xmlns:qwe="http://test/2">asd</qwe:elementTwo>
</elementOne>""",
        (
            '<ns1:elementOne xmlns:ns1="http://test/1"><ns2:elementTwo xmlns:ns2="http://test/2">asd'
            "</ns2:elementTwo></ns1:elementOne>"
        ),
    ),
    (
        """<elementOne xmlns="http://test/1" xmlns:qwe="http://test/2" xmlns:asd="http://test/3">
\t<qwe:elementTwo>
\t\t<asd:elementThree>
\t\t\t<!-- comment -->
\t\t\t<elementFour> z x c </elementFour>
\t\t\t<!-- comment -->
\t\t\t<qqq:elementFive xmlns:qqq="http://test/2"> w w w </qqq:elementFive>
\t\t</asd:elementThree>
\t\t<!-- comment -->
\t\t<asd:elementSix>eee</asd:elementSix>
\t</qwe:elementTwo>
</elementOne> """,
        (
            '<ns1:elementOne xmlns:ns1="http://test/1"><ns2:elementTwo xmlns:ns2="http://test/2">'
            '<ns3:elementThree xmlns:ns3="http://test/3"><ns1:elementFour> z x c </ns1:elementFour>'
            "<ns2:elementFive> w w w </ns2:elementFive></ns3:elementThree>"
            '<ns4:elementSix xmlns:ns4="http://test/3">eee</ns4:elementSix></ns2:elementTwo></ns1:elementOne>'
        ),
    ),
    (
        """<elementOne xmlns="http://test/1" xmlns:qwe="http://test/2" xmlns:asd="http://test/3">
\t<qwe:elementTwo>
\t\t<asd:elementThree xmlns:wer="http://test/a" xmlns:zxc="http://test/0" wer:attZ="zzz" attB="bbb"
            attA="aaa" zxc:attC="ccc" asd:attD="ddd" asd:attE="eee" qwe:attF="fff"/>
\t</qwe:elementTwo>
</elementOne>""",
        (
            '<ns1:elementOne xmlns:ns1="http://test/1"><ns2:elementTwo xmlns:ns2="http://test/2">'
            '<ns3:elementThree xmlns:ns3="http://test/3" xmlns:ns4="http://test/0" '
            'xmlns:ns5="http://test/a" '
            'ns4:attC="ccc" ns2:attF="fff" ns3:attD="ddd" ns3:attE="eee" ns5:attZ="zzz" '
            'attA="aaa" attB="bbb">'
            "</ns3:elementThree></ns2:elementTwo></ns1:elementOne>"
        ),
    ),
    (
        """<ns2:SenderProvidedRequestData xmlns:ns2="urn://x/types/1.0" Id="SIGNED_BY_CONSUMER">
 <MessagePrimaryContent xmlns="urn://x/types/basic/1.0">
 <SomeRequest:SomeRequest xmlns:SomeRequest="urn://x/data/1.0">
 <x xmlns="urn://x/data/1.0">qweqwe</x>
 </SomeRequest:SomeRequest>
 </MessagePrimaryContent>
</ns2:SenderProvidedRequestData>""",
        (
            '<ns1:SenderProvidedRequestData xmlns:ns1="urn://x/types/1.0" Id="SIGNED_BY_CONSUMER">'
            '<ns2:MessagePrimaryContent xmlns:ns2="urn://x/types/basic/1.0">'
            '<ns3:SomeRequest xmlns:ns3="urn://x/data/1.0"><ns3:x>qweqwe</ns3:x></ns3:SomeRequest>'
            "</ns2:MessagePrimaryContent></ns1:SenderProvidedRequestData>"
        ),
    ),
]


def changed(source: str, escaping: Escaping = Escaping.EVERY) -> str:
    """The transform of a document, as text."""
    return transform_octets(source.encode(), escaping).decode()


def content(text: str, escaping: Escaping = Escaping.EVERY) -> str:
    """What becomes of the content of an element."""
    result = changed(f'<a xmlns="urn:a">{text}</a>', escaping)
    return result.removeprefix('<ns1:a xmlns:ns1="urn:a">').removesuffix("</ns1:a>")


def refused(octets: bytes) -> str:
    """The cause for which a document is refused."""
    with pytest.raises(Refusal) as caught:
        transform_octets(octets)
    assert caught.value.reason is Reason.SIG_FORMAT
    return caught.value.values["cause"]


@pytest.mark.parametrize(("source", "expected"), PUBLISHED)
def test_published_cases(source: str, expected: str) -> None:
    """The four published cases come out to the octet."""
    assert changed(source) == expected


def test_every_sibling_gets_a_number_of_its_own() -> None:
    """A mapping dies with its element, also with an empty one, and its number is never given again."""
    result = changed(
        '<a xmlns="urn:a" xmlns:b="urn:b"><b:x/><b:x/><b:y>1</b:y><b:x> </b:x><b:x>2<b:x/></b:x></a>'
    )
    assert result == (
        '<ns1:a xmlns:ns1="urn:a"><ns2:x xmlns:ns2="urn:b"></ns2:x><ns3:x xmlns:ns3="urn:b"></ns3:x>'
        '<ns4:y xmlns:ns4="urn:b">1</ns4:y><ns5:x xmlns:ns5="urn:b"></ns5:x>'
        '<ns6:x xmlns:ns6="urn:b">2<ns6:x></ns6:x></ns6:x></ns1:a>'
    )


def test_names_inside_of_values_stay() -> None:
    """The prefix in xsi:type is not rewritten, even where it is declared no more (as in real answers)."""
    result = changed(
        '<n:f xmlns:n="urn:n" xmlns:ns3="urn:f" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:type="ns3:InvalidContent"/>'
    )
    assert result == (
        '<ns1:f xmlns:ns1="urn:n" xmlns:ns2="http://www.w3.org/2001/XMLSchema-instance" '
        'ns2:type="ns3:InvalidContent"></ns1:f>'
    )


def test_attributes_share_the_prefix_of_the_element_and_of_each_other() -> None:
    """An attribute in the element's namespace, or in one mapped further out, brings no prefix."""
    result = changed(
        '<p:a xmlns:p="urn:p" xmlns:q="urn:q" q:o="0"><p:b q:z="1" p:z="2" q:y="3" xmlns:r="urn:r" '
        'r:b="4" r:a="5"/></p:a>'
    )
    assert result == (
        '<ns1:a xmlns:ns1="urn:p" xmlns:ns2="urn:q" ns2:o="0">'
        '<ns1:b xmlns:ns3="urn:r" ns1:z="2" ns2:y="3" ns2:z="1" ns3:a="5" ns3:b="4"></ns1:b></ns1:a>'
    )


def test_one_prefix_for_two_namespaces_in_turn() -> None:
    """A source prefix declared anew inside means the new namespace there and the old one after."""
    result = changed('<p:a xmlns:p="urn:1"><p:a xmlns:p="urn:2"><p:a/></p:a><p:a/><p:b/></p:a>')
    assert result == (
        '<ns1:a xmlns:ns1="urn:1"><ns2:a xmlns:ns2="urn:2"><ns2:a></ns2:a></ns2:a>'
        "<ns1:a></ns1:a><ns1:b></ns1:b></ns1:a>"
    )


def test_names_are_compared_as_java_does() -> None:
    """U+10000 sorts before U+FF71, although its code point is higher: its first code unit is lower."""
    names = ["\uff71", "\U00010000", "z"]
    attributes = " ".join(f'{name}="{number}"' for number, name in enumerate(names))
    qualified = " ".join(f'p:{name}="{number}"' for number, name in enumerate(names))
    result = changed(f'<a xmlns="urn:a" xmlns:p="urn:p" {attributes} {qualified}/>')
    assert result.partition('"urn:p" ')[2] == (
        'ns2:z="2" ns2:\U00010000="1" ns2:\uff71="0" z="2" \U00010000="1" \uff71="0"></ns1:a>'
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (" \n\t", ""),
        ("&#13;\n ", ""),
        ("\r\n", ""),
        (" x \n", " x \n"),
        ("\u00a0", "\u00a0"),
        ("\u0085", "\u0085"),
        ("\u3000\u2028", "\u3000\u2028"),
        ("&#13;x&#xD;&#10;", "&#xd;x&#xd;\n"),
        ("&amp;#xD;", "&amp;#xD;"),
        ("&amp;&lt;&gt;&quot;&apos;", "&amp;&lt;&gt;\"'"),
        ("]]&gt;", "]]&gt;"),
        (" <![CDATA[ <&>]]> ", "  &lt;&amp;&gt; "),
        (" <![CDATA[ ]]>\n", ""),
        (" <!-- x -->x<!---->", " x"),
        (" <?pi a > b <c?>x", " x"),
        (" <?pi?> ", ""),
        ("\U0001f600", "\U0001f600"),
    ],
)
def test_text(source: str, expected: str) -> None:
    """A run between two tags goes when it has nothing above U+0020, and else stays whole, escaped."""
    assert content(source) == expected


def test_values_of_attributes() -> None:
    """Values keep references to white space, escaped in lower case, and `>` as it is."""
    result = changed(
        '<a xmlns="urn:a" b="\tx&#9;&#10;&#13;&quot;\'&lt;&gt;&amp;&#xA0;" '
        'c=" > " d=">&lt;"><b d="1>2">></b></a>'
    )
    assert result == (
        '<ns1:a xmlns:ns1="urn:a" b=" x&#x9;&#xa;&#xd;&quot;\'&lt;>&amp;\u00a0" c=" > " d=">&lt;">'
        '<ns1:b d="1>2">&gt;</ns1:b></ns1:a>'
    )


def test_ampersand_in_a_namespace() -> None:
    """libxml2 writes namespaces without escapes into its canonical form; the result is right all the same."""
    result = changed('<a xmlns="http://x/?a=1&amp;b=2&amp;amp;"/>')
    assert result == '<ns1:a xmlns:ns1="http://x/?a=1&amp;b=2&amp;amp;"></ns1:a>'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a&gt;b", "a>b"),
        ("&gt;a&gt;", "&gt;a>"),
        ("a]&gt;b", "a]&gt;b"),
        ("&lt;&gt;&amp;&gt;", "&lt;>&amp;>"),
        ("&gt;&gt;", "&gt;>"),
        ("0123456789&lt;&gt;&gt;x&gt;&amp;&gt;&#13;&gt;", "0123456789&lt;&gt;&gt;x>&amp;&gt;&#xd;&gt;"),
        ("x" * 511 + "&gt;" + "&gt;", "x" * 511 + ">&gt;"),
        ("\U0001f600" * 256 + "&gt;&gt;y&gt;", "\U0001f600" * 256 + "&gt;&gt;y>"),
        ("&amp;lt;&gt;", "&amp;lt;>"),
    ],
)
def test_text_as_woodstox_writes_it(source: str, expected: str) -> None:
    """The places of an escaped `>` as smev.gov.ru's writer is thought to choose them, by hand."""
    assert content(source, Escaping.WOODSTOX) == expected


def test_woodstox_leaves_attributes_alone() -> None:
    """A `>` in a value is no text, wherever it stands."""
    source = '<a xmlns="urn:a" b=">&amp;gt;>"> &gt; <c d="]>"/>&gt;</a>'
    assert changed(source, Escaping.WOODSTOX) == (
        '<ns1:a xmlns:ns1="urn:a" b=">&amp;gt;>"> > <ns1:c d="]>"></ns1:c>&gt;</ns1:a>'
    )


@COMMON
@given(node=nodes())
def test_a_slow_reference_agrees(node: Node) -> None:
    """However a document is written, the result is what the rules say."""
    expected = reference(node)
    assert changed(with_prefixes(node)) == expected
    assert changed(with_defaults(node)) == expected


@COMMON
@given(node=nodes())
def test_indentation_changes_nothing(node: Node) -> None:
    """White space, comments and instructions between tags may come and go."""
    assert changed(with_defaults(node, "\n  <!-- x --> <?y z?>\t")) == reference(node)


@COMMON
@given(node=nodes())
def test_the_transform_of_a_result_is_the_result(node: Node) -> None:
    """The transform is idempotent."""
    once = transform_octets(with_prefixes(node).encode())
    assert transform_octets(once) == once


@COMMON
@given(node=nodes())
def test_an_element_is_taken_out_of_its_document(node: Node) -> None:
    """What stands around an element is no part of the result, and the tree stays as it was."""
    source = f'<p0:e xmlns:p0="urn:around" xmlns="urn:default">x{with_prefixes(node)}tail</p0:e>'
    root = etree.fromstring(source.encode())
    before = etree.tostring(root)
    assert transform(root[0]).decode() == reference(node)
    assert etree.tostring(root) == before


def test_other_encodings() -> None:
    """A document in an encoding that it declares gives UTF-8."""
    source = '<?xml version="1.0" encoding="{}"?><а xmlns="urn:a">Я</а>'
    expected = '<ns1:а xmlns:ns1="urn:a">Я</ns1:а>'.encode()
    assert transform_octets(source.format("windows-1251").encode("cp1251")) == expected
    assert transform_octets(source.format("UTF-16").encode("utf-16")) == expected
    assert transform_octets(b"\xef\xbb\xbf" + source.format("UTF-8").encode()) == expected


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("<a/>", "без пространства имён"),
        ('<a xmlns="urn:a"><b xmlns=""/></a>', "без пространства имён"),
        ('<xml:a xmlns="urn:a"/>', "без пространства имён"),
        ('<a xmlns="urn:a" xml:lang="ru"/>', "xml:*"),
        ('<a xmlns="urn:a"><b xml:space="preserve"> </b></a>', "xml:*"),
        ('<a xmlns="relative"/>', "канонической форме"),
        ('<a xmlns="urn:a?&amp;#xD;"/>', "адрес пространства имён"),
        ('<a xmlns="urn:a">', "правильным XML"),
        ('<a xmlns="urn:a"/>x', "правильным XML"),
        ('<a xmlns="urn:a">\x01</a>', "правильным XML"),
        ('<a xmlns="urn:a">&nbsp;</a>', "правильным XML"),
        ("", "правильным XML"),
        (" ", "правильным XML"),
        ("<!-- only -->", "правильным XML"),
    ],
)
def test_what_has_no_transform_is_refused(source: str, cause: str) -> None:
    """Where no source defines the result, and where there is no document, the refusal says so."""
    assert cause in refused(source.encode())


def test_a_doctype_that_only_names_the_root_is_dropped() -> None:
    """Rule 1 of the transform."""
    assert changed('<!DOCTYPE a><!-- x --><a xmlns="urn:a"/>') == '<ns1:a xmlns:ns1="urn:a"></ns1:a>'
    assert changed('<!DOCTYPE p:a ><p:a xmlns:p="urn:a"/>') == '<ns1:a xmlns:ns1="urn:a"></ns1:a>'


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE a [<!ENTITY e "x">]>',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "x">]>',
        "<!DOCTYPE a [<!ELEMENT a ANY>]>",
        "<!-- <!DOCTYPE a> --><!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]>",
    ],
)
def test_a_doctype_that_may_change_the_document_is_refused(doctype: str) -> None:
    """Entities, defaults and anything outside of the document are never read."""
    assert "DOCTYPE" in refused(f'{doctype}<a xmlns="urn:a"/>'.encode())
    assert "DOCTYPE" in refused(f'{doctype}<a xmlns="urn:a"/>'.encode("utf-16"))


def test_entity_bombs_stay_small() -> None:
    """A billion laughs in a value of the root is refused before it grows."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    bomb = f'<!DOCTYPE a [{levels}]><a xmlns="urn:a" b="&e11;">&e11;</a>'
    assert refused(bomb.encode())


def test_deep_documents() -> None:
    """Two thousand levels are nothing special, a hundred thousand are refused, and nothing recurses."""
    deep = '<a xmlns="urn:a">' + "<b>" * 2000 + "</b>" * 2000 + "</a>"
    inner = "<ns1:b>" * 2000 + "</ns1:b>" * 2000
    assert changed(deep) == f'<ns1:a xmlns:ns1="urn:a">{inner}</ns1:a>'
    declaring = "".join(f'<p:b xmlns:p="urn:{n % 3}">' for n in range(2000)) + "</p:b>" * 2000
    assert changed(declaring).count(" xmlns:") == 3
    assert refused(b'<a xmlns="urn:a">' + b"<b>" * 100_000)


def test_an_element_crowded_with_attributes_is_refused() -> None:
    """Canonicalization would take the square of their number."""
    attributes = [f'a{number}=""' for number in range(200_000)]
    assert changed(f'<a xmlns="urn:a"><b {" ".join(attributes[:1000])}/></a>')
    assert "атрибутов" in refused(f'<a xmlns="urn:a"><b {" ".join(attributes)}/></a>'.encode())


def test_a_document_that_is_too_large_is_refused() -> None:
    """The bound is on octets, before any of them is read."""
    with pytest.raises(Refusal):
        read_document(b'<a xmlns="urn:a"/>', maximum=17)
    assert read_document(b'<a xmlns="urn:a"/>', maximum=18).tag == "{urn:a}a"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"x",
        b"x<a/>",
        b'<a xmlns="urn:a">',
        b'<a xmlns="urn:a"/>',
        b'<a xmlns="urn:a"></a></a>',
        b'<a xmlns="urn:a"></b>',
        b'<a xmlns="urn:a"><b c=1></b></a>',
        b'<a xmlns="urn:a"',
        b'<a xmlns="urn:a" xmlns:b="urn:b"><b:c></b:c></a>',
    ],
)
def test_octets_that_are_not_canonical_are_refused(octets: bytes) -> None:
    """The fast way in takes what exclusive canonicalization makes, and refuses the rest where it shows."""
    with pytest.raises(Refusal):
        transform_canonical(octets)
