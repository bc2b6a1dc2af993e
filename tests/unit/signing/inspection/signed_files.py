"""Files of every kind that carries signatures, unsigned and signed, for tests of any module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree

from signing import sign_app_data, sign_document, sign_wss, sign_xades
from signing.cms.detached import sign_detached
from signing.inspection.making import sign_tree
from signing.keys import SigningKey
from signing.xmldsig.profiles import IPS, WSS_HEADER_BODY
from signing.xmldsig.smev3 import sign_smev3_detached
from tests.unit.signing.pki import NOW
from tests.unit.signing.xmldsig.messages import DOC, SOAP, parse

SMEV2 = "http://smev.gosuslugi.ru/rev120315"
SMEV3 = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.2"
BASIC = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/basic/1.2"
WSA = "http://www.w3.org/2005/08/addressing"

APP_DATA = f'<m:AppData xmlns:m="{SMEV2}" Id="data"><q:Ask xmlns:q="urn:q">текст</q:Ask></m:AppData>'
HOLDER = f'<d:Signed xmlns:d="{DOC}"><d:Thing Id="thing-1"><d:fact>один</d:fact></d:Thing></d:Signed>'
MESSAGE_TO_SMEV2 = (
    f'<s:Envelope xmlns:s="{SOAP}"><s:Header><m:Header xmlns:m="{SMEV2}"><m:NodeId>1</m:NodeId></m:Header>'
    f"</s:Header><s:Body>{{body}}</s:Body></s:Envelope>"
)
MESSAGE_TO_IPS = (
    f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{WSA}"><s:Header><a:MessageID>urn:uuid:1</a:MessageID>'
    "<a:ReplyTo><a:Address>urn:we</a:Address></a:ReplyTo><a:To>urn:they</a:To><a:Action>urn:do</a:Action>"
    '</s:Header><s:Body><q:Do xmlns:q="urn:q"/></s:Body></s:Envelope>'
)
REQUEST = (
    f'<r:SendRequestRequest xmlns:r="{SMEV3}"><r:SenderProvidedRequestData Id="SIGNED_BY_CONSUMER">'
    f'<r:MessageID>1</r:MessageID><b:MessagePrimaryContent xmlns:b="{BASIC}"><q:Ask xmlns:q="urn:q"><q:n>5 '
    "&lt; 6</q:n></q:Ask></b:MessagePrimaryContent><r:TestMessage/></r:SenderProvidedRequestData>"
    f'<b:AttachmentContentList xmlns:b="{BASIC}"/></r:SendRequestRequest>'
)
SELECTOR = (
    f'<b:MessageTypeSelector xmlns:b="{BASIC}" Id="SIGNED_BY_CALLER"><b:Timestamp>2026</b:Timestamp>'
    "</b:MessageTypeSelector>"
)


@dataclass(frozen=True)
class SignedFile:
    """A file with signatures.

    Attributes:
        octets: The file.
        kind: What it is to be recognized as.
        profiles: Profiles of its signatures in the order of the document.
        content: What a detached signature signs.
    """

    octets: bytes
    kind: str
    profiles: tuple[str, ...]
    content: bytes | None = None


def octets_of(root: etree._Element) -> bytes:
    """A tree as bytes."""
    return etree.tostring(root, encoding="utf-8")


def smev2(key: SigningKey) -> SignedFile:
    """A message of SMEV 2 with both Security headers, a signed AppData and in it a signed document."""
    data = APP_DATA.replace("текст", f"текст{HOLDER}")
    root = parse(MESSAGE_TO_SMEV2.format(body=f"<q:Op xmlns:q='urn:q'>{data}</q:Op>"))
    holder = next(root.iter(f"{{{DOC}}}Signed"))
    sign_document(holder, key)
    sign_app_data(next(root.iter(f"{{{SMEV2}}}AppData")), key)
    sign_wss(root, key)
    sign_wss(root, key, WSS_HEADER_BODY)
    profiles = ("wss-body", "wss-header-body", "document", "app-data")
    return SignedFile(octets_of(root), "smev2", profiles)


def ips(key: SigningKey) -> SignedFile:
    """A message to the bus of the ministry."""
    made = sign_tree(parse(MESSAGE_TO_IPS), IPS.name, key, NOW)
    return SignedFile(made.octets, "ips", ("ips",))


def smev3(key: SigningKey) -> SignedFile:
    """A request of SMEV 3, signed by an official and by the system."""
    first = sign_tree(parse(REQUEST), "smev3", key, NOW, slot="PersonalSignature").octets
    return SignedFile(sign_tree(parse(first), "smev3", key, NOW).octets, "smev3", ("smev3", "smev3"))


def smev3_detached(key: SigningKey) -> SignedFile:
    """A signature of SMEV 3 apart from its content."""
    signature = sign_smev3_detached(parse(SELECTOR), key)
    return SignedFile(octets_of(signature), "smev3-detached", ("smev3",), SELECTOR.encode())


def smev3_pair(key: SigningKey) -> SignedFile:
    """The same two in one file."""
    signature = octets_of(sign_smev3_detached(parse(SELECTOR), key))
    return SignedFile(b"<pair>%s%s</pair>" % (SELECTOR.encode(), signature), "smev3-detached", ("smev3",))


def app_data(key: SigningKey) -> SignedFile:
    """A bare AppData."""
    root = parse(APP_DATA)
    sign_app_data(root, key)
    return SignedFile(octets_of(root), "app-data", ("app-data",))


def document(key: SigningKey) -> SignedFile:
    """A bare signed document."""
    root = parse(HOLDER)
    sign_document(root, key)
    return SignedFile(octets_of(root), "document", ("document",))


def receipt(key: SigningKey) -> SignedFile:
    """A receipt."""
    root = parse(HOLDER)
    sign_xades(root, key, signing_time=NOW)
    return SignedFile(octets_of(root), "document", ("receipt",))


def cms(key: SigningKey) -> SignedFile:
    """A detached CAdES-BES."""
    content = b"%PDF-1.7 \x00\xff\r\n"
    return SignedFile(sign_detached(key, content, signing_time=NOW), "cms", ("cms",), content)


def mtom(key: SigningKey) -> SignedFile:
    """A request of SMEV 3 whose certificate travels as an attachment of a multipart message."""
    root = parse(smev3(key).octets)
    value = next(root.iter("{*}X509Certificate"))
    value.text = None
    etree.SubElement(value, "{http://www.w3.org/2004/08/xop/include}Include", href="cid:certificate@example")
    head = (
        b'Content-Type: multipart/related; boundary="b"; start="<root>"; type="application/xop+xml"\r\n\r\n'
    )
    part = b"--b\r\nContent-Type: application/xop+xml; charset=UTF-8\r\nContent-ID: <root>\r\n\r\n"
    attached = (
        b"\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-ID: <certificate@example>\r\n\r\n"
    )
    octets = head + part + octets_of(root) + attached + key.certificate.der + b"\r\n--b--\r\n"
    return SignedFile(octets, "smev3", ("smev3", "smev3"))


MAKERS: Mapping[str, Callable[[SigningKey], SignedFile]] = {
    one.__name__: one
    for one in (smev2, ips, smev3, smev3_detached, smev3_pair, app_data, document, receipt, cms, mtom)
}
