"""The transform `urn://smev-gov-ru/xmldsig/transform` of SMEV 3 (methodical recommendations 3.x).

Its input are the octets of Exclusive XML Canonicalization, and those are regular enough to be rewritten tag
by tag without a second parse: `<` begins a tag and nothing else, every element has an end tag, attributes
stand in one order with one blank between them. What the transform does to them:

1. processing instructions go (declaration, DOCTYPE and comments are gone already);
2. a run of text between two tags that has only characters up to U+0020 goes, any other stays whole;
3. every namespace gets a prefix `ns1`, `ns2`, ... where it is first needed; a prefix lives as long as the
   element that brought it, and a number is never given twice;
4. attributes: qualified ones first, by namespace and local name, then the others by local name, compared as
   Java compares strings (UTF-16 code units);
5. escapes are written in lower case: `&#xd;`, `&#xa;`, `&#x9;`.

Names inside of values (`xsi:type="ns3:Person"`) are not rewritten: the reference implementation does not.
"""

from __future__ import annotations

import re
from enum import StrEnum

from lxml import etree

from signing.xmldsig.smev_document import read_document
from signing.xmldsig.smev_rewriter import Rewriter, refusal

TRANSFORM = "urn://smev-gov-ru/xmldsig/transform"

_INSTRUCTIONS = re.compile(rb"<\?.*?\?>", re.DOTALL)
_BLANK_RUNS = re.compile(rb">(?:[\t\n ]|&#xD;)+<")
_RUNS_WITH_GREATER = re.compile(rb"(?<=>)[^<>]*&gt;[^<>]*(?=<)")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_MARKUP = re.compile("[<>&\r]")

_WOODSTOX_LONG = 12
_WOODSTOX_PIECE = 512
_WOODSTOX_ENTITIES = {"<": "&lt;", "&": "&amp;", "\r": "&#xd;", ">": "&gt;"}


class Escaping(StrEnum):
    """How a text with `>` is written; the two differ in nothing else.

    Attributes:
        EVERY: Every `>` is `&gt;`.
        WOODSTOX: As the Woodstox writer does, which the reference implementation is thought to use, and as
            step 9 of the recommendations 3.5.0.27 is retold: `>` is `&gt;` as the first character of a
            block and after `]`; a block of 12 or more UTF-16 code units is cut into pieces of 512, and
            there also `>` after an escaped character and the first one of each piece. A block is a run of
            text between two tags. Not confirmed by any signed message: none with `>` is public.
    """

    EVERY = "every"
    WOODSTOX = "woodstox"


def transform(node: etree._Element, escaping: Escaping = Escaping.EVERY) -> bytes:
    """Octets of an element after exclusive canonicalization and the transform.

    The tree is neither changed nor copied.

    Args:
        node: The signed element, where it stands; its tail is no part of it.
        escaping: How `>` in text is written.

    Raises:
        Refusal: SIG_FORMAT when the element has no canonical form, or the transform does not define one:
            elements without a namespace, attributes `xml:*`.
    """
    try:
        octets = etree.tostring(node, method="c14n", exclusive=True, with_comments=False)
    except (etree.LxmlError, ValueError) as error:
        raise refusal("элемент не приводится к канонической форме") from error
    return transform_canonical(octets, escaping)


def transform_octets(octets: bytes, escaping: Escaping = Escaping.EVERY) -> bytes:
    """Octets of a whole document after exclusive canonicalization and the transform.

    Args:
        octets: The document, in any encoding that it declares.
        escaping: How `>` in text is written.

    Raises:
        Refusal: SIG_FORMAT when the document is not read safely, or as `transform` does.
    """
    return transform(read_document(octets), escaping)


def transform_canonical(octets: bytes, escaping: Escaping = Escaping.EVERY) -> bytes:
    """The transform alone, for a caller that has the canonical octets.

    Args:
        octets: One element by Exclusive XML Canonicalization without comments, as lxml writes it.
        escaping: How `>` in text is written.

    Raises:
        Refusal: SIG_FORMAT as `transform` does, or when the octets are not a canonical element.
    """
    if b"<?" in octets:
        octets = _INSTRUCTIONS.sub(b"", octets)
    if b"&#x" in octets:
        octets = _BLANK_RUNS.sub(b"><", octets).replace(b"&#xD;", b"&#xd;").replace(b"&#xA;", b"&#xa;")
    if escaping is Escaping.WOODSTOX and b"&gt;" in octets:
        octets = _RUNS_WITH_GREATER.sub(_woodstox, octets)
    return Rewriter(octets).rewrite()


def _woodstox(run: re.Match[bytes]) -> bytes:
    """A run of escaped text as the Woodstox writer escapes it (BaseStreamWriter, BufferingXmlWriter)."""
    text = run[0].decode().replace("&lt;", "<").replace("&gt;", ">").replace("&#xd;", "\r")
    # Two characters for one of the astral planes: positions are counted in UTF-16 code units.
    units = _ASTRAL.sub(lambda found: found[0] + "\0", text.replace("&amp;", "&"))
    long = len(units) >= _WOODSTOX_LONG
    pieces: list[str] = []
    done, escaped = 0, -2
    for found in _MARKUP.finditer(units):
        place = found.start()
        if found[0] == ">" and not (
            place == 0
            or units[place - 1] == "]"
            or (long and (place % _WOODSTOX_PIECE == 0 or escaped == place - 1))
        ):
            continue
        pieces += [units[done:place], _WOODSTOX_ENTITIES[found[0]]]
        done, escaped = place + 1, place
    return "".join([*pieces, units[done:]]).replace("\0", "").encode()
