"""What a client prepares, and what the answer of a partner turns out to be; foreign XML is parsed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from lxml import etree

from adapter.clients.sending import Sent
from adapter.contract import schemas
from adapter.contract.namespaces import SOAP11, SOAP12
from adapter.contract.reply import Reply

MEDIA_TYPES = frozenset({"text/xml", "application/soap+xml"})
TRY_AGAIN = frozenset({408, 421, 423, 425, 429, 503})
"""HTTP statuses that say: not now. Nothing was done (RFC 9110, 15.5.9, 15.6.4; RFC 6585, 4)."""

_TEMPORARY_FAULTS = frozenset({"Server", "Receiver"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that is built once and sent unchanged on every attempt, but for its transport signature.

    Attributes:
        message_id: bare UUID by which the partner knows the message.
        body: the bytes of the envelope.
        content_type: HTTP Content-Type.
        headers: other HTTP headers.
    """

    message_id: str
    body: bytes = field(repr=False)
    content_type: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Fault:
    """The partner, or what stands before it, did not take the message to work.

    Attributes:
        code: local name of the fault code (``Server``, ``Sender``), or ``HTTP 429``; no text of the partner.
        temporary: the same message may be taken later.
    """

    code: str
    temporary: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The answer is complete, and says nothing that we understand: nobody knows what came of the message."""

    reason: str


Answer: TypeAlias = Reply | Fault | Unreadable


class Unbuildable(Exception):  # noqa: N818 - says what happened to the message
    """The message cannot be built from what is stored; the text is Russian and holds nothing personal."""


def read_envelope(sent: Sent) -> etree._Element | Fault | Unreadable:
    """Parse the answer of a partner.

    Returns:
        The Envelope with one Body that has one child, which is no Fault; or what the answer is instead.
    """
    media_type = sent.content_type.partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        return _bare(sent.status, "ответ не является сообщением SOAP")
    try:
        root = etree.fromstring(sent.body, schemas.parser())
    except (etree.XMLSyntaxError, ValueError):
        return _bare(sent.status, "ответ не является корректным XML")
    if root.getroottree().docinfo.internalDTD is not None:
        return _bare(sent.status, "в ответе есть DOCTYPE")
    return _judged(root, sent.status)


def content_of(envelope: etree._Element) -> etree._Element:
    """Return the only child of the Body of an envelope that `read_envelope` gave."""
    body = _body(envelope)
    if body is None:
        raise ValueError("not an envelope")
    return body[0]


def plain(envelope: etree._Element) -> etree._Element:
    """Drop comments and processing instructions: Zeep stumbles over them."""
    etree.strip_tags(envelope, etree.Comment, etree.ProcessingInstruction)
    return envelope


def _judged(root: etree._Element, status: int) -> etree._Element | Fault | Unreadable:
    body = _body(root)
    if body is None:
        return _bare(status, "ответ не является конвертом SOAP с одним элементом в Body")
    if body[0].tag == f"{{{etree.QName(root).namespace}}}Fault":
        return _fault(body[0])
    return root if 200 <= status < 300 else _bare(status, f"ответ с кодом HTTP {status}")


def _body(root: etree._Element) -> etree._Element | None:
    namespace = etree.QName(root).namespace or ""
    if namespace not in {SOAP11, SOAP12} or root.tag != f"{{{namespace}}}Envelope":
        return None
    bodies = list(root.iterchildren(f"{{{namespace}}}Body"))
    if len(bodies) != 1:
        return None
    children = list(bodies[0].iterchildren(etree.Element))
    return bodies[0] if len(children) == 1 and bodies[0][0] is children[0] else None


def _fault(element: etree._Element) -> Fault:
    code = element.findtext("faultcode") or element.findtext(f"{{{SOAP12}}}Code/{{{SOAP12}}}Value") or ""
    local = code.strip().rpartition(":")[2].partition(".")[0]
    known = local if local.isascii() and local.isalpha() and len(local) <= 40 else "Fault"
    return Fault(known, temporary=local in _TEMPORARY_FAULTS)


def _bare(status: int, reason: str) -> Fault | Unreadable:
    """Judge an answer without a readable envelope by its HTTP status.

    A redirect and a refusal (3xx, 4xx) come from before the service and change nothing; a broken success or a
    failure (2xx, 5xx) may come after the work was done.
    """
    if status in TRY_AGAIN or 300 <= status < 500:
        return Fault(f"HTTP {status}", temporary=True)
    return Unreadable(reason)
