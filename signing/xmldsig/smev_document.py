"""The strict reading of a whole document that comes as octets, deeper than a message may be."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from signing.xmldsig.smev_rewriter import refusal

MAXIMUM_DOCUMENT = 128 * 2**20
# Few enough for a start tag to be seen before the limits of the parser are reached within one step.
_STEP = 512
# libxml2 takes the square of their number to put the attributes of an element into canonical order.
_CROWDED = etree.XPath("boolean(descendant-or-self::*[count(@*) > 1000])")
_BARE_DOCTYPE = re.compile(r"<!DOCTYPE [^\s>\[]+>")


def read_document(octets: bytes, maximum: int = MAXIMUM_DOCUMENT) -> etree._Element:
    """Parse a document: no entity is declared or expanded, nothing outside of it is read.

    A DOCTYPE that only names the root is dropped. libxml2 holds its own limits with a DOCTYPE of any other
    kind; without one it may go deeper (2048 levels) and read longer texts.

    Args:
        octets: The document.
        maximum: The largest size read, in bytes.

    Returns:
        The root element.

    Raises:
        Refusal: SIG_FORMAT when it is too large or too deep, not well-formed, has more than 1000 attributes
            on one element, or a DOCTYPE with declarations or an external identifier.
    """
    if len(octets) > maximum:
        raise refusal("документ слишком велик")
    try:
        _refuse_declarations(octets)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        root = etree.fromstring(octets, parser)
    except (etree.LxmlError, ValueError) as error:
        raise refusal("документ не является правильным XML") from error
    if _CROWDED(root):
        raise refusal("слишком много атрибутов у одного элемента")
    return root


def _refuse_declarations(octets: bytes) -> None:
    """Look at the document up to its root with the limits of the parser on: entity bombs stay small."""
    # Comments and instructions are not kept: nothing but the DOCTYPE can stand before the root.
    beginning = etree.tostring(_beginning(octets).getroottree(), encoding="unicode")
    if beginning.startswith("<!DOCTYPE") and _BARE_DOCTYPE.match(beginning) is None:
        raise refusal("DOCTYPE с объявлениями или внешней ссылкой не допускается")


def _beginning(octets: bytes) -> etree._Element:
    """The root element with its attributes, but little or nothing in it."""
    parser = etree.XMLPullParser(
        events=("start",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    for start in range(0, len(octets), _STEP):
        parser.feed(octets[start : start + _STEP])
        event: Any = next(parser.read_events(), None)
        if event is not None:
            root: etree._Element = event[1]
            return root
    return parser.close()
