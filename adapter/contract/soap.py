"""A SOAP envelope without the SMEV layer, for РЭМД, and its WS-Addressing headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from lxml import etree

from adapter.contract.call import SoapVersion
from adapter.contract.namespaces import SOAP11, SOAP12, WSA, WSU

ANONYMOUS = f"{WSA}/anonymous"
"""Where an answer goes that comes back by the same connection (WS-Addressing 1.0, 2.1)."""

_LONGEST = 256


@dataclass(frozen=True, slots=True)
class Addressing:
    """WS-Addressing headers of a message.

    Attributes:
        action: name of the operation, or of its answer.
        message_id: bare UUID.
        to: address of the receiver.
        reply_to: address for the answer.
        relates_to: MessageID of the message that this one answers; empty in a request.
    """

    action: str
    message_id: str = field(default_factory=lambda: str(uuid4()))
    to: str = ANONYMOUS
    reply_to: str = ANONYMOUS
    relates_to: str = ""


def plain_envelope(content: etree._Element, version: SoapVersion, *, body_id: str = "body") -> etree._Element:
    """Put a body element into an envelope of the version, with an empty Header and ``wsu:Id`` on the Body."""
    soap = SOAP11 if version == "1.1" else SOAP12
    envelope = etree.Element(f"{{{soap}}}Envelope", nsmap={"soap": soap, "wsu": WSU})
    etree.SubElement(envelope, f"{{{soap}}}Header")
    body = etree.SubElement(envelope, f"{{{soap}}}Body", {f"{{{WSU}}}Id": body_id})
    body.append(content)
    return envelope


def address(envelope: etree._Element, facts: Addressing) -> None:
    """Add the WS-Addressing headers to an envelope, in the order of РЭМД's traces.

    Raises:
        ValueError: The envelope has no Header.
    """
    texts = {
        "MessageID": facts.message_id,
        "RelatesTo": facts.relates_to,
        "Action": facts.action,
        "To": facts.to,
    }
    for name, text in texts.items():
        if text:
            _block(envelope, name).text = text
    etree.SubElement(_block(envelope, "ReplyTo"), f"{{{WSA}}}Address").text = facts.reply_to


def addressing_text(envelope: etree._Element, name: str) -> str:
    """Return the text of a WS-Addressing header; empty when it is absent or longer than any identifier.

    Raises:
        ValueError: The envelope has no Header.
    """
    text = (_header(envelope).findtext(f"{{{WSA}}}{name}") or "").strip()
    return text if len(text) <= _LONGEST else ""


def _block(envelope: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(_header(envelope), f"{{{WSA}}}{name}", nsmap={"wsa": WSA})


def _header(envelope: etree._Element) -> etree._Element:
    header = envelope.find(f"{{{etree.QName(envelope).namespace}}}Header")
    if header is None:
        raise ValueError("the envelope has no Header")
    return header
