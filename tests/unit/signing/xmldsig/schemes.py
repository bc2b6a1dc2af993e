"""A signed message of every profile and every place of a signature, with keys of every kind.

A scheme knows by plain paths, independently of `signing`, which elements its profile wants signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from signing.algorithms import KeyKind
from signing.keys import SigningKey
from signing.reasons import Refusal
from signing.verified import Verified
from signing.xmldsig.app_data import sign_app_data, verify_app_data
from signing.xmldsig.documents import sign_document, verify_document
from signing.xmldsig.profiles import (
    APP_DATA,
    DOCUMENT,
    DS,
    IPS,
    IPS_CALLBACK,
    RECEIPT,
    SMEV3,
    WSS_BODY,
    WSS_HEADER_BODY,
    WSSE,
    WSU,
    Profile,
)
from signing.xmldsig.smev3 import sign_smev3, sign_smev3_detached, verify_smev3, verify_smev3_detached
from signing.xmldsig.smev_transform import transform_canonical
from signing.xmldsig.wss import make_security, sign_wss, verify_wss
from signing.xmldsig.xades import sign_xades, verify_xades
from tests.unit.signing import gost_pki
from tests.unit.signing.xmldsig.messages import SOAP, parse

SMEV = "http://smev.gosuslugi.ru/rev120315"
WSA = "http://www.w3.org/2005/08/addressing"
TYPES = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.2"
_MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIGNATURE = f"{{{DS}}}Signature"
KINDS = (KeyKind.RSA, KeyKind.P256, KeyKind.P384, KeyKind.GOST256, KeyKind.GOST512)

Elements = tuple[etree._Element, ...]
Outcome = tuple[Verified | Refusal, Elements]
"""What came of a signature, and the elements that it has to sign, found by their paths."""


@dataclass(frozen=True, eq=False, repr=False)
class Scheme:
    """One profile in one place.

    Attributes:
        name: Name for the tests.
        profile: The profile.
        make: Makes a signed message; a text of XML is added to the content of the first signed element.
        targets: Elements that the profile wants signed, in its order; empty where they are not in place.
        verify: Verifies a message as the gateway does.
    """

    name: str
    profile: Profile
    make: Callable[[SigningKey, str], etree._Element]
    targets: Callable[[etree._Element], Elements]
    verify: Callable[[etree._Element], list[Outcome]]

    def __repr__(self) -> str:
        return self.name

    def octets(self, node: etree._Element) -> bytes:
        """What a signature digests, by plain canonicalization; a signature within is left out."""
        octets: bytes = etree.tostring(node, method="c14n", exclusive=True)
        if self.profile.name == "smev3":
            return transform_canonical(octets)
        if self.profile.name == "app-data":
            without = parse(octets)
            for signature in without.findall(SIGNATURE):
                without.remove(signature)
            return etree.tostring(without, method="c14n", exclusive=True)
        return octets


@lru_cache(maxsize=64)
def key_of(kind: KeyKind, owner: str = "Владелец") -> SigningKey:
    """A key of this kind, the same for the whole run."""
    issuer = authority()
    if kind in {KeyKind.GOST256, KeyKind.GOST512}:
        bits = 256 if kind is KeyKind.GOST256 else 512
        return gost_pki.signing_key(issuer, gost_pki.person(owner), bits=bits)
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if kind is KeyKind.RSA:
        key = rsa.generate_private_key(65537, 2048)
    else:
        key = ec.generate_private_key(ec.SECP256R1() if kind is KeyKind.P256 else ec.SECP384R1())
    certificate = gost_pki.leaf(issuer, gost_pki.person(owner), key=key)
    return SigningKey(key, certificate, (), certificate.key_kind())


@lru_cache(maxsize=512)
def signed_octets(scheme: Scheme, kind: KeyKind) -> bytes:
    """The signed message of a scheme as it is sent."""
    octets: bytes = etree.tostring(scheme.make(key_of(kind), ""), encoding="utf-8")
    return octets


@lru_cache(maxsize=1)
def authority() -> gost_pki.Authority:
    """The authority of all keys."""
    return gost_pki.authority()


def children(parent: etree._Element | None, *names: str) -> list[etree._Element]:
    """Child elements of these local names."""
    found = [] if parent is None else [c for c in parent if isinstance(c.tag, str)]
    return [c for c in found if etree.QName(c).localname in names]


def path(root: etree._Element | None, *names: str) -> etree._Element | None:
    """The element of a path of local names, when each step is the only one; a Security header of no actor."""
    for name in names:
        found = [c for c in children(root, name) if name != "Security" or f"{{{SOAP}}}actor" not in c.attrib]
        root = found[0] if len(found) == 1 else None
    return root


def filled(root: etree._Element, element: etree._Element, content: str) -> etree._Element:
    """The message with content added to an element; `p`, `q` and a default namespace are in scope in it.

    It goes in as text: lxml renames prefixes of what is moved between trees.
    """
    if not content:
        return root
    element.append(etree.Comment("content"))
    declared = 'xmlns="urn:default" xmlns:p="urn:one" xmlns:q="urn:three"'
    octets = etree.tostring(root, encoding="utf-8")
    return parse(octets.replace(b"<!--content-->", f"<c {declared}>{content}</c>".encode()))


def _tuple(*found: etree._Element | None) -> Elements:
    return tuple(one for one in found if one is not None)


# Messages with a Security header.

_BODY = '<q:Submit xmlns:q="urn:q"><a b="1">текст</a><a> ещё </a></q:Submit>'
_BLOCKS = {
    WSS_BODY.name: '<t:Trace xmlns:t="urn:trace">1</t:Trace>',
    WSS_HEADER_BODY.name: f'<m:Header xmlns:m="{SMEV}"><m:NodeId>1</m:NodeId></m:Header>',
    IPS.name: f'<w:MessageID xmlns:w="{WSA}">urn:1</w:MessageID><w:ReplyTo xmlns:w="{WSA}"><w:Address>urn:r'
    f'</w:Address></w:ReplyTo><w:To xmlns:w="{WSA}">urn:t</w:To><w:Action xmlns:w="{WSA}">urn:a</w:Action>',
}
_BLOCKS[IPS_CALLBACK.name] = _BLOCKS[IPS.name]
_ORDER: dict[str, tuple[tuple[str, ...], ...]] = {
    WSS_BODY.name: (("Body",),),
    WSS_HEADER_BODY.name: (("Header", "Header"), ("Body",)),
    IPS.name: (
        ("Body",),
        ("Header", "Security", "Timestamp"),
        ("Header", "MessageID"),
        ("Header", "ReplyTo"),
        ("Header", "To"),
        ("Header", "Action"),
    ),
}
_ORDER[IPS_CALLBACK.name] = _ORDER[IPS.name]


def _wss(profile: Profile) -> Scheme:
    def make(key: SigningKey, content: str) -> etree._Element:
        header = f"<s:Header>{_BLOCKS[profile.name]}</s:Header>"
        message = parse(f'<s:Envelope xmlns:s="{SOAP}">{header}<s:Body>{_BODY}</s:Body></s:Envelope>')
        if not profile.actor:
            stamp = etree.SubElement(make_security(message[0], ""), f"{{{WSU}}}Timestamp")
            etree.SubElement(stamp, f"{{{WSU}}}Created").text = "2026-03-01T12:00:00Z"
        message = filled(message, message[1], content)
        sign_wss(message, key, profile)
        return message

    def targets(root: etree._Element) -> Elements:
        return _tuple(*(path(root, *steps) for steps in _ORDER[profile.name]))

    def verify(root: etree._Element) -> list[Outcome]:
        return [(_outcome(lambda: verify_wss(root, profile)), targets(root))]

    return Scheme(profile.name, profile, make, targets, verify)


# Enveloped and detached signatures of contents.


def _app_data(name: str, *steps: str) -> Scheme:
    def make(key: SigningKey, content: str) -> etree._Element:
        inner = f'<m:MessageData xmlns:m="{SMEV}"><m:AppData><a b="1">текст</a><a> ещё </a></m:AppData>'
        outer = (
            f'<s:Envelope xmlns:s="{SOAP}"><s:Header/><s:Body><q:Put xmlns:q="urn:q">'
            f'<m:Message xmlns:m="{SMEV}"/>'
            f"{inner}</m:MessageData></q:Put></s:Body></s:Envelope>"
        )
        message = parse(outer if len(steps) > 1 else f"{inner}</m:MessageData>")
        message = filled(message, targets(message)[0], content)
        sign_app_data(targets(message)[0], key)
        return message

    def targets(root: etree._Element) -> Elements:
        return _tuple(path(root, *steps))

    def verify(root: etree._Element) -> list[Outcome]:
        found = targets(root)
        return [(_outcome(lambda: verify_app_data(found[0])), found)] if found else []

    return Scheme(name, APP_DATA, make, targets, verify)


def _document() -> Scheme:
    def make(key: SigningKey, content: str) -> etree._Element:
        message = parse('<h xmlns="urn:h"><Thing Id="thing-1"><a b="1">текст</a> ещё </Thing></h>')
        message = filled(message, message[0], content)
        sign_document(message, key)
        return message

    def targets(root: etree._Element) -> Elements:
        found = [child for child in root if isinstance(child.tag, str)]
        return tuple(found[:1]) if found and etree.QName(found[0]).localname == "Thing" else ()

    def verify(root: etree._Element) -> list[Outcome]:
        try:
            return [(one, targets(root)) for one in verify_document(root)]
        except Refusal as refusal:
            return [(refusal, ())]

    return Scheme(DOCUMENT.name, DOCUMENT, make, targets, verify)


def _receipt() -> Scheme:
    inside = ("Signature", "Object", "QualifyingProperties", "SignedProperties")

    def make(key: SigningKey, content: str) -> etree._Element:
        message = parse('<h xmlns="urn:h"><Thing Id="thing-1"><a b="1">текст</a> ещё </Thing></h>')
        message = filled(message, message[0], content)
        sign_xades(message, key, signing_time=_MOMENT)
        return message

    def targets(root: etree._Element) -> Elements:
        found = [child for child in root if isinstance(child.tag, str)]
        in_place = found and etree.QName(found[0]).localname == "Thing"
        return _tuple(found[0], path(root, *inside)) if in_place else ()

    def verify(root: etree._Element) -> list[Outcome]:
        try:
            return [(one, targets(root)) for one in verify_xades(root)]
        except Refusal as refusal:
            return [(refusal, ())]

    return Scheme(RECEIPT.name, RECEIPT, make, targets, verify)


# SMEV 3: the place of the signature, where it stands, what it signs.

_CONTENT = "MessagePrimaryContent"
SLOTS = (
    *(
        ("CallerInformationSystemSignature", (operation,), (target,))
        for operation, target in (
            ("SendRequestRequest", "SenderProvidedRequestData"),
            ("SendResponseRequest", "SenderProvidedResponseData"),
            ("GetRequestRequest", "MessageTypeSelector"),
            ("GetResponseRequest", "MessageTypeSelector"),
            ("AckRequest", "AckTargetMessage"),
            ("GetStatusRequest", "Timestamp"),
            ("GetIncomingQueueStatisticsRequest", "Timestamp"),
            ("CancelRequestRequest", "MessageReference"),
        )
    ),
    ("PersonalSignature", ("SendRequestRequest", "SenderProvidedRequestData"), (_CONTENT, "Thing")),
    ("PersonalSignature", ("SendResponseRequest", "SenderProvidedResponseData"), (_CONTENT, "Thing")),
    (
        "PersonalSignature",
        ("GetResponseResponse", "ResponseMessage", "Response", "SenderProvidedResponseData"),
        (_CONTENT, "Thing"),
    ),
    ("PersonalSignature", ("Registry", "RegistryRecord", "Record"), ("RecordContent",)),
    (
        "SenderInformationSystemSignature",
        ("GetRequestResponse", "RequestMessage", "Request"),
        ("SenderProvidedRequestData",),
    ),
    (
        "SenderInformationSystemSignature",
        ("GetResponseResponse", "ResponseMessage", "Response"),
        ("SenderProvidedResponseData",),
    ),
    ("SMEVSignature", ("GetRequestResponse", "RequestMessage"), ("Request",)),
    ("SMEVSignature", ("GetRequestResponse", "RequestMessage"), ("Cancel",)),
    ("SMEVSignature", ("GetResponseResponse", "ResponseMessage"), ("Response",)),
    ("SMEVSignature", ("SendRequestResponse",), ("MessageMetadata",)),
    ("SMEVSignature", ("SendResponseResponse",), ("MessageMetadata",)),
    ("SMEVSignature", ("GetStatusResponse", "SmevAsyncProcessingMessage"), ("AsyncProcessingStatusData",)),
    ("RoutingSignature", ("SendRequestRequest", "Routing"), ("RoutingInformation",)),
    ("RecordSignature", ("Registry", "RegistryRecord"), ("Record",)),
)


def _slot(name: str, above: tuple[str, ...], target: tuple[str, ...]) -> Scheme:
    def make(key: SigningKey, content: str) -> etree._Element:
        envelope = parse(f'<s:Envelope xmlns:s="{SOAP}" xmlns="{TYPES}"><s:Header/><s:Body/></s:Envelope>')
        parent = envelope[1]
        for step in (*above, *target):
            parent = etree.SubElement(parent, step if step == "Thing" else f"{{{TYPES}}}{step}")
        if parent.tag == "Thing":
            parent.tag = "{urn:thing}Thing"
        parent.set("Id", "SIGNED")
        etree.SubElement(parent, "{urn:a}a", {"b": "1"}).text = "текст"
        parent[0].tail = " ещё "
        envelope = filled(envelope, parent, content)
        holder = path(envelope[1], *above)
        assert holder is not None
        sign_smev3(etree.SubElement(holder, f"{{{TYPES}}}{name}"), key)
        return envelope

    def targets(root: etree._Element) -> Elements:
        return _tuple(path(root, "Body", *above, *target))

    def verify(root: etree._Element) -> list[Outcome]:
        try:
            return [(slot.outcome, targets(root)) for slot in verify_smev3(root)]
        except Refusal as refusal:
            return [(refusal, ())]

    return Scheme(f"smev3 {above[-1]}/{name}/{target[-1]}", SMEV3, make, targets, verify)


def _detached() -> Scheme:
    def make(key: SigningKey, content: str) -> etree._Element:
        data = parse(f'<Data xmlns="{TYPES}" Id="SIGNED"><a b="1">текст</a> ещё </Data>')
        data = filled(data, data, content)
        signature = sign_smev3_detached(data, key)
        parts = [etree.tostring(one, encoding="utf-8") for one in (data, signature)]
        return parse(b"<pair>%s</pair>" % b"".join(parts))

    def targets(root: etree._Element) -> Elements:
        return tuple(children(root, "Data")[:1])

    def verify(root: etree._Element) -> list[Outcome]:
        documents = [
            parse(etree.tostring(one, encoding="utf-8", with_tail=False))
            for one in root
            if isinstance(one.tag, str)
        ]
        if len(documents) != 2:
            return []
        content, signature = documents
        return [(_outcome(lambda: verify_smev3_detached(signature, content)), (content,))]

    return Scheme("smev3 detached", SMEV3, make, targets, verify)


def _outcome(verify: Callable[[], Verified]) -> Verified | Refusal:
    try:
        return verify()
    except Refusal as refusal:
        return refusal


SCHEMES = (
    *(_wss(profile) for profile in (WSS_BODY, WSS_HEADER_BODY, IPS, IPS_CALLBACK)),
    _app_data("app-data", "Body", "Put", "MessageData", "AppData"),
    _app_data("app-data below the root", "AppData"),
    _document(),
    _receipt(),
    *(_slot(*slot) for slot in SLOTS),
    _detached(),
)
TOKEN = f"{{{WSSE}}}BinarySecurityToken"
