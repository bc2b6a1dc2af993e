"""SOAP as the stand needs it: safe reading of one envelope, writing of answers and faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import SOAP11, SOAP12, WSA
from adapter.contract.soap import ANONYMOUS

MEDIA_TYPES = {SOAP11: "text/xml; charset=utf-8", SOAP12: "application/soap+xml; charset=utf-8"}
_SENDER = {SOAP11: "Client", SOAP12: "Sender"}
_RECEIVER = {SOAP11: "Server", SOAP12: "Receiver"}


class BrokenMessage(Exception):  # noqa: N818 - says what is wrong with the message
    """The bytes are no SOAP message; the text is Russian and repeats nothing of them."""


@dataclass(frozen=True, slots=True)
class SoapMessage:
    """A parsed envelope.

    Attributes:
        namespace: namespace of SOAP 1.1 or 1.2.
        envelope: root of the tree.
        content: the only child of the Body.
    """

    namespace: str
    envelope: etree._Element
    content: etree._Element

    def header(self, tag: str) -> str:
        """Return the text of the first element `tag` anywhere in the Header, stripped; empty when absent."""
        found = self.envelope.find(f"{{{self.namespace}}}Header//{tag}")
        return (found.text or "").strip() if found is not None else ""

    @property
    def is_fault(self) -> bool:
        """Whether the Body holds a SOAP Fault."""
        return self.content.tag == f"{{{self.namespace}}}Fault"

    def fault_text(self) -> str:
        """Return the text of the Fault."""
        reason = f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text"
        return (self.content.findtext("faultstring") or self.content.findtext(reason) or "").strip()


def parse(body: bytes) -> SoapMessage:
    """Parse an envelope of SOAP 1.1 or 1.2 with one element in its Body.

    Raises:
        BrokenMessage: It is something else.
    """
    try:
        root = etree.fromstring(body, schemas.parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BrokenMessage("сообщение не является корректным XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BrokenMessage("в сообщении есть DOCTYPE")
    namespace = etree.QName(root).namespace or ""
    if namespace not in MEDIA_TYPES or root.tag != f"{{{namespace}}}Envelope":
        raise BrokenMessage("сообщение не является конвертом SOAP")
    bodies = root.findall(f"{{{namespace}}}Body")
    children = [child for one in bodies for child in one.iterchildren(etree.Element)]
    if len(bodies) != 1 or len(children) != 1:
        raise BrokenMessage("в конверте должен быть один Body с одним элементом")
    return SoapMessage(namespace, root, children[0])


def operation_of(body: bytes) -> str:
    """Return the operation of a request, its element without ``Request``; empty for no message."""
    try:
        content = parse(body).content
    except BrokenMessage:
        return ""
    return str(etree.QName(content).localname).removesuffix("Request")


def node(tag: str, text: str | None = None, *children: etree._Element) -> etree._Element:
    """Make an element with text or children."""
    element = etree.Element(tag)
    element.text = text
    element.extend(children)
    return element


def envelope(namespace: str, content: etree._Element, headers: Sequence[etree._Element] = ()) -> bytes:
    """Return the bytes of an envelope."""
    return serialize(tree(namespace, content, headers))


def tree(namespace: str, content: etree._Element, headers: Sequence[etree._Element] = ()) -> etree._Element:
    """Return an envelope."""
    root = etree.Element(f"{{{namespace}}}Envelope", nsmap={"soap": namespace})
    header = etree.SubElement(root, f"{{{namespace}}}Header")
    header.extend(headers)
    etree.SubElement(root, f"{{{namespace}}}Body").append(content)
    return root


def serialize(root: etree._Element) -> bytes:
    """Return a tree as bytes, nothing re-indented: signatures hold."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def addressing(**values: str) -> tuple[etree._Element, ...]:
    """Return WS-Addressing header blocks: ``MessageID``, ``Action``, ``To``, ``RelatesTo`` and a ReplyTo."""
    blocks = [node(f"{{{WSA}}}{name}", value) for name, value in values.items()]
    reply_to = node(f"{{{WSA}}}ReplyTo", None, node(f"{{{WSA}}}Address", ANONYMOUS))
    return (*blocks, reply_to)


def fault(namespace: str, text: str, *, server: bool = False) -> bytes:
    """Return the envelope of a fault that blames the sender, or the server."""
    root = etree.Element(f"{{{namespace}}}Fault", nsmap={"soap": namespace})
    code = f"soap:{(_RECEIVER if server else _SENDER)[namespace]}"
    if namespace == SOAP11:
        root.extend([node("faultcode", code), node("faultstring", text)])
    else:
        value = node(f"{{{SOAP12}}}Value", code)
        reason = etree.Element(f"{{{SOAP12}}}Text", {"{http://www.w3.org/XML/1998/namespace}lang": "ru"})
        reason.text = text
        root.extend([node(f"{{{SOAP12}}}Code", None, value), node(f"{{{SOAP12}}}Reason", None, reason)])
    return envelope(namespace, root)
