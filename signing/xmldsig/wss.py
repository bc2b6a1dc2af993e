"""Signatures in a WS-Security header: the SOAP Body, and with it what the profile names.

ЭП-ОВ and ЭП-СМЭВ of SMEV 2 (WS-Security 1.0, X.509 token profile 1.0), the integration bus of the ministry.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from uuid import uuid4

from lxml import etree

from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig import engine
from signing.xmldsig.identifiers import ids_of
from signing.xmldsig.profiles import (
    ACTOR_ATTRIBUTES,
    BASE64_BINARY,
    DS,
    WSA_NAMESPACES,
    WSS_BODY,
    WSSE,
    WSU,
    WSU_ID,
    X509_TOKEN,
    Place,
    Profile,
    Target,
)
from signing.xmldsig.structure import (
    elements,
    format_refusal,
    local_name,
    namespace_of,
    read_signature,
    token_certificate,
)

_ADDRESSING = {
    "MessageID": Target.MESSAGE_ID,
    "ReplyTo": Target.REPLY_TO,
    "To": Target.TO,
    "Action": Target.ACTION,
    "RelatesTo": Target.RELATES_TO,
}
_SIGNATURE = f"{{{DS}}}Signature"
_TOKEN = f"{{{WSSE}}}BinarySecurityToken"
_TIMESTAMP = f"{{{WSU}}}Timestamp"
_SECURITY = f"{{{WSSE}}}Security"
_SMEV_NAMESPACE = "http://smev.gosuslugi.ru/rev"


@dataclass(frozen=True, slots=True, eq=False)
class _Security:
    """The parts of a Security header."""

    token: etree._Element
    signature: etree._Element
    timestamp: etree._Element | None


def verify_wss(envelope: etree._Element, profile: Profile = WSS_BODY) -> Verified:
    """Verify the signature of a SOAP message.

    Args:
        envelope: The soap:Envelope, SOAP 1.1 or 1.2, root of the whole message.
        profile: A profile of the Security header.

    Returns:
        The verified elements in the order of the profile; the certificate is not yet trusted.

    Raises:
        Refusal: SIG_MISSING without a Security header of the profile's actor or a signature in it;
            SIG_FORMAT, SIG_ALGORITHM, SIG_INVALID, CERT_MISSING.
    """
    profile.demand(Place.SECURITY_HEADER)
    header, body = envelope_parts(envelope)
    security = None if header is None else security_of(header, profile.actor)
    if header is None or security is None:
        raise Refusal(Reason.SIG_MISSING)
    inside = _security_parts(security, profile)
    parts = read_signature(inside.signature, profile)
    certificate = token_certificate(inside.token, parts.key_info)
    targets = _targets(header, body, inside.timestamp, profile)
    nodes = engine.check(parts, targets, certificate, profile, engine.Tree(envelope))
    return Verified(nodes, certificate, inside.signature, parts.algorithm)


def sign_wss(envelope: etree._Element, key: SigningKey, profile: Profile = WSS_BODY) -> etree._Element:
    """Sign a SOAP message in place, with the Header, Security and wsu:Id that it needs.

    What the profile wants signed besides the Body has to be there; a Timestamp is looked for in the Security
    header that `add_timestamp` has made. The message must afterwards be serialized as it is, never
    pretty-printed.

    Returns:
        The ds:Signature, in the tree.

    Raises:
        Refusal: SIG_DUPLICATE when the actor's Security header is signed already; SIG_FORMAT when the message
            cannot be signed.
    """
    profile.demand(Place.SECURITY_HEADER)
    header, body = envelope_parts(envelope)
    if header is None:
        header = etree.Element(f"{{{namespace_of(envelope)}}}Header")
        envelope.insert(0, header)
    security = security_of(header, profile.actor)
    if security is None:
        security = make_security(header, profile.actor)
    elif Target.TIMESTAMP not in profile.targets or len(security) != 1:
        raise Refusal(Reason.SIG_DUPLICATE)
    targets = _targets(header, body, security.find(_TIMESTAMP), profile)
    signed = []
    for target in (*profile.targets, *profile.optional_targets):
        node = targets.get(target)
        if node is None and target in profile.optional_targets:
            continue
        if node is None:
            raise format_refusal(f"в сообщении нет элемента, который должен быть подписан: {target}")
        if node.get(WSU_ID) is None:
            node.set(WSU_ID, f"{local_name(node).lower()}-{uuid4()}")
        signed.append((node, ids_of(node, profile)[0]))
    tree = engine.admit(envelope, signed, profile)
    token_id = f"token-{uuid4()}"
    token = etree.SubElement(security, _TOKEN)
    token.set("EncodingType", BASE64_BINARY)
    token.set("ValueType", X509_TOKEN)
    token.set(WSU_ID, token_id)
    token.text = base64.b64encode(key.certificate.der).decode("ascii")
    key_info = _token_reference(token_id)
    return engine.make(signed, key, profile, parent=security, key_info=key_info, tree=tree)


def make_security(header: etree._Element, actor: str) -> etree._Element:
    """Append an empty Security header addressed to an actor, to nobody in particular when it is empty."""
    security = etree.SubElement(header, _SECURITY, nsmap={"wsse": WSSE, "wsu": WSU})
    if actor:
        namespace = namespace_of(header)
        security.set(f"{{{namespace}}}{ACTOR_ATTRIBUTES[namespace]}", actor)
    return security


def security_of(header: etree._Element, actor: str) -> etree._Element | None:
    """The one Security header of the actor, None when there is none; "" names the one without an actor.

    Raises:
        Refusal: SIG_FORMAT when there are several.
    """
    namespace = namespace_of(header)
    attribute = f"{{{namespace}}}{ACTOR_ATTRIBUTES[namespace]}"
    found = [s for s in header.iterchildren(_SECURITY) if s.get(attribute, "") == actor]
    if len(found) > 1:
        raise format_refusal("несколько заголовков Security для одного получателя")
    return found[0] if found else None


def envelope_parts(envelope: etree._Element) -> tuple[etree._Element | None, etree._Element]:
    """Header, if any, and the one Body, which are all that an Envelope has.

    Raises:
        Refusal: SIG_FORMAT for anything else.
    """
    namespace = namespace_of(envelope)
    if envelope.tag != f"{{{namespace}}}Envelope" or namespace not in ACTOR_ATTRIBUTES:
        raise format_refusal("сообщение не является конвертом SOAP")
    children = [child for child in envelope if isinstance(child.tag, str)]
    names = [child.tag for child in children]
    body = f"{{{namespace}}}Body"
    if names == [body]:
        return None, children[0]
    if names != [f"{{{namespace}}}Header", body]:
        raise format_refusal("в конверте должны быть Header и ровно один Body")
    return children[0], children[1]


def _targets(
    header: etree._Element, body: etree._Element, timestamp: etree._Element | None, profile: Profile
) -> dict[Target, etree._Element]:
    """What the profile wants signed, by place: the Body, blocks of the Header, the Timestamp beside.

    Raises:
        Refusal: SIG_FORMAT when such a block stands twice.
    """
    wanted = {*profile.targets, *profile.optional_targets}
    found = {Target.BODY: body}
    if timestamp is not None:
        found[Target.TIMESTAMP] = timestamp
    for block in (one for one in header if isinstance(one.tag, str)):
        namespace, name = namespace_of(block), local_name(block)
        target: Target | None = None
        if namespace in WSA_NAMESPACES:
            target = _ADDRESSING.get(name)
        elif name == "Header" and namespace.startswith(_SMEV_NAMESPACE):
            target = Target.SMEV_HEADER
        if target is None or target not in wanted:
            continue
        if target in found:
            raise format_refusal(f"блок заголовка повторяется: {target}")
        found[target] = block
    return found


def _security_parts(security: etree._Element, profile: Profile) -> _Security:
    """The token, the signature and the timestamp of a Security header, in any order, and nothing else."""
    children = elements(security)
    signatures = [child for child in children if child.tag == _SIGNATURE]
    tokens = [child for child in children if child.tag == _TOKEN]
    timestamps = [child for child in children if child.tag == _TIMESTAMP]
    if not signatures:
        raise Refusal(Reason.SIG_MISSING)
    if not tokens:
        raise Refusal(Reason.CERT_MISSING)
    if timestamps and Target.TIMESTAMP not in {*profile.targets, *profile.optional_targets}:
        raise format_refusal("Timestamp в заголовке Security не подписан")
    known = len(signatures) + len(tokens) + len(timestamps)
    if max(len(signatures), len(tokens), len(timestamps)) > 1 or len(children) > known:
        raise format_refusal("в заголовке Security должны быть один BinarySecurityToken и одна Signature")
    return _Security(tokens[0], signatures[0], timestamps[0] if timestamps else None)


def _token_reference(token_id: str) -> etree._Element:
    key_info = etree.Element(f"{{{DS}}}KeyInfo", nsmap={"ds": DS, "wsse": WSSE})
    reference = etree.SubElement(key_info, f"{{{WSSE}}}SecurityTokenReference")
    etree.SubElement(reference, f"{{{WSSE}}}Reference", {"URI": f"#{token_id}", "ValueType": X509_TOKEN})
    return key_info
