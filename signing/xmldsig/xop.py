"""XML-binary Optimized Packaging (XOP 1.0): base64 that travelled as an attachment is put back.

SMEV moves every base64Binary of an answer into an attachment, those inside of signed elements too. What was
signed is the base64 text, without line breaks.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import unquote

from lxml import etree

from signing.reasons import Reason, Refusal
from signing.xmldsig.multipart import Package, is_package, read_package

__all__ = ["INCLUDE", "Package", "is_package", "read_package", "restore"]

INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"

_SCHEME = "cid:"


def restore(root: etree._Element, parts: Mapping[str, bytes]) -> int:
    """Replace every `xop:Include` by the base64 text of its attachment, in place.

    The tree given is changed, so it should be one of the caller's own; when anything is refused, it is left
    as it was. White space around an Include, which only later formatting can have brought, goes with it.
    Attachments that no Include names are left alone.

    Args:
        root: The message, or any part of it.
        parts: Attachments by Content-ID without angle brackets.

    Returns:
        How many were put back.

    Raises:
        Refusal: SIG_FORMAT for an Include that names no attachment, one that another Include has taken or
            anything but an attachment, and for one that is not empty or not alone in its parent.
    """
    includes = list(root.iter(INCLUDE))
    taken: set[str] = set()
    found: list[tuple[etree._Element, bytes]] = []
    for include in includes:
        name = _name(include, parts)
        if name in taken:
            raise _refusal("на одно вложение ссылаются несколько элементов xop:Include")
        taken.add(name)
        found.append((_holder(include, root), parts[name]))
    for holder, content in found:
        del holder[:]
        holder.text = base64.b64encode(content).decode("ascii")
    return len(found)


def _holder(include: etree._Element, root: etree._Element) -> etree._Element:
    """The parent of an Include that is its only content."""
    holder = include.getparent()
    if holder is None or include is root:
        raise _refusal("элемент xop:Include стоит вместо всего документа")
    texts = (holder.text, include.tail)
    if len(holder) != 1 or any(text and text.strip(" \t\r\n") for text in texts):
        raise _refusal("элемент xop:Include не единственное содержание своего элемента")
    return holder


def _name(include: etree._Element, parts: Mapping[str, bytes]) -> str:
    """Content-ID of the attachment that an Include names (RFC 2392).

    Some stacks percent-encode the Content-ID itself and repeat it so in the reference; both readings are
    tried, and may not lead to different attachments.
    """
    if len(include) > 0 or include.text or include.keys() != ["href"]:
        raise _refusal("элемент xop:Include должен быть пустым и иметь один атрибут href")
    href = include.get("href", "")
    if href[: len(_SCHEME)].lower() != _SCHEME:
        raise _refusal("элемент xop:Include ссылается не на вложение этого сообщения")
    written = href[len(_SCHEME) :]
    names = {name for name in (written, unquote(written)) if name in parts}
    if not names:
        raise _refusal("вложение, на которое ссылается xop:Include, отсутствует")
    if len(names) > 1:
        raise _refusal("ссылка xop:Include подходит к двум вложениям")
    return names.pop()


def _refusal(cause: str) -> Refusal:
    return Refusal(Reason.SIG_FORMAT, values={"cause": cause})
