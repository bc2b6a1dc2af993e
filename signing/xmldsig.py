"""Signing and verifying XML: the SOAP Body in a WS-Security header, and our signed documents.

Every check of place and structure comes before the mathematics, on the caller's tree, by identity of
elements; what is handed out is the signed element of that tree itself. Nothing but `Refusal` is raised for
foreign input, and the tree is never changed by verifying.
"""

from __future__ import annotations

import base64
from uuid import uuid4

from lxml import etree

from signing import engine
from signing.certificates import Certificate
from signing.keys import SigningKey
from signing.profiles import (
    ACTOR_ATTRIBUTES,
    BASE64_BINARY,
    DOCUMENT,
    DS,
    WSS_BODY,
    WSSE,
    WSU,
    X509_TOKEN,
    Place,
    Profile,
)
from signing.reasons import Reason, Refusal
from signing.structure import (
    Parts,
    data_certificate,
    elements,
    format_refusal,
    read_signature,
    refuse_repeated_ids,
    refuse_unsigned_content,
    security_of,
    target_id,
    token_certificate,
)
from signing.verified import Verified


def verify_wss(envelope: etree._Element, profile: Profile = WSS_BODY) -> Verified:
    """Verify the signature of a SOAP message (WS-Security 1.0, X.509 token; SMEV 2 ЭП-ОВ).

    Args:
        envelope: The soap:Envelope, SOAP 1.1 or 1.2, root of the whole message.
        profile: A profile of the Security header.

    Returns:
        The verified Body; its certificate is not yet trusted.

    Raises:
        Refusal: SIG_MISSING without a Security header of the profile's actor or a signature in it;
            SIG_FORMAT, SIG_ALGORITHM, SIG_INVALID, CERT_MISSING.
    """
    _demand(profile, Place.SECURITY_HEADER)
    header, body = _envelope_parts(envelope)
    security = None if header is None else security_of(header, _namespace(envelope), profile.actor)
    if security is None:
        raise Refusal(Reason.SIG_MISSING)
    token, signature = _security_parts(security)
    refuse_repeated_ids(envelope)
    parts = read_signature(signature, profile)
    if parts.target_id != target_id(body, profile):
        raise format_refusal("подписан не Body сообщения")
    refuse_unsigned_content(body)
    certificate = token_certificate(token, parts.key_info)
    return _verified(body, engine.canonical(body), parts, certificate, profile)


def verify_document(holder: etree._Element, profile: Profile = DOCUMENT) -> tuple[Verified | Refusal, ...]:
    """Verify every signature of a signed document, wherever in a larger tree it stands.

    Args:
        holder: Element with the content first and then the signatures of it.
        profile: A profile of signed documents.

    Returns:
        The outcome of each signature, in the order of the signatures. A second good signature by one
        certificate is a SIG_DUPLICATE. Certificates are not yet trusted.

    Raises:
        Refusal: SIG_MISSING when there is no signature; SIG_FORMAT when the holder itself is not of the
            profile, so that no signature can hold.
    """
    _demand(profile, Place.HOLDER)
    content, signatures = _holder_parts(holder, profile)
    if not signatures:
        raise Refusal(Reason.SIG_MISSING)
    refuse_repeated_ids(holder)
    refuse_unsigned_content(content)
    content_id = target_id(content, profile)
    octets = engine.canonical(content)
    results: list[Verified | Refusal] = []
    seen: set[str] = set()
    for signature in signatures:
        result = _document_signature(signature, content, content_id, octets, profile)
        if isinstance(result, Verified) and result.certificate.thumbprint in seen:
            serial = result.certificate.serial
            result = Refusal(Reason.SIG_DUPLICATE, values={"serial": serial}, certificate=result.certificate)
        elif isinstance(result, Verified):
            seen.add(result.certificate.thumbprint)
        results.append(result)
    return tuple(results)


def sign_wss(envelope: etree._Element, key: SigningKey, profile: Profile = WSS_BODY) -> etree._Element:
    """Sign the Body of a SOAP message in place, with the Header, Security and wsu:Id that it needs.

    The message must afterwards be serialized as it is, never pretty-printed.

    Returns:
        The ds:Signature, in the tree.

    Raises:
        Refusal: SIG_DUPLICATE when the actor's Security header is already there; SIG_FORMAT when the message
            cannot be signed.
    """
    _demand(profile, Place.SECURITY_HEADER)
    header, body = _envelope_parts(envelope)
    namespace = _namespace(envelope)
    if header is None:
        header = etree.Element(f"{{{namespace}}}Header")
        envelope.insert(0, header)
    if security_of(header, namespace, profile.actor) is not None:
        raise Refusal(Reason.SIG_DUPLICATE)
    if body.get(profile.id_attribute) is None:
        body.set(profile.id_attribute, f"body-{uuid4()}")
    refuse_repeated_ids(envelope)
    refuse_unsigned_content(body)
    token_id = f"token-{uuid4()}"
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    security.set(f"{{{namespace}}}{ACTOR_ATTRIBUTES[namespace]}", profile.actor)
    token = etree.SubElement(security, f"{{{WSSE}}}BinarySecurityToken")
    token.set("EncodingType", BASE64_BINARY)
    token.set("ValueType", X509_TOKEN)
    token.set(f"{{{WSU}}}Id", token_id)
    token.text = base64.b64encode(key.certificate.der).decode("ascii")
    return engine.make(
        body, target_id(body, profile), key, profile, parent=security, key_info=_token_reference(token_id)
    )


def sign_document(holder: etree._Element, key: SigningKey, profile: Profile = DOCUMENT) -> etree._Element:
    """Sign the content of a holder in place: appends one ds:Signature; earlier signatures stay good.

    Returns:
        The ds:Signature, in the tree.

    Raises:
        Refusal: SIG_FORMAT when the holder is not of the profile or holds the most signatures it may.
    """
    _demand(profile, Place.HOLDER)
    content, signatures = _holder_parts(holder, profile)
    if len(signatures) >= profile.maximum_signatures:
        raise format_refusal("слишком много подписей")
    refuse_repeated_ids(holder)
    refuse_unsigned_content(content)
    return engine.make(content, target_id(content, profile), key, profile, parent=holder)


def _document_signature(
    signature: etree._Element, content: etree._Element, content_id: str, octets: bytes, profile: Profile
) -> Verified | Refusal:
    try:
        parts = read_signature(signature, profile)
        if parts.target_id != content_id:
            return format_refusal("подпись относится не к содержанию документа")
        certificate = data_certificate(parts.key_info)
        return _verified(content, octets, parts, certificate, profile)
    except Refusal as refusal:
        return refusal


def _verified(
    node: etree._Element, octets: bytes, parts: Parts, certificate: Certificate, profile: Profile
) -> Verified:
    try:
        engine.check(octets, engine.canonical(parts.element), certificate, parts.algorithm, profile)
    except Refusal as refusal:
        raise refusal.claimed_by(certificate) from refusal
    return Verified(node, certificate, parts.element, parts.algorithm)


def _envelope_parts(envelope: etree._Element) -> tuple[etree._Element | None, etree._Element]:
    """Header, if any, and the one Body, which are all that an Envelope has."""
    namespace = _namespace(envelope)
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


def _security_parts(security: etree._Element) -> tuple[etree._Element, etree._Element]:
    """The token and the signature of a Security header, in either order, and nothing else."""
    children = elements(security)
    signatures = [child for child in children if child.tag == f"{{{DS}}}Signature"]
    tokens = [child for child in children if child.tag == f"{{{WSSE}}}BinarySecurityToken"]
    if not signatures:
        raise Refusal(Reason.SIG_MISSING)
    if not tokens:
        raise Refusal(Reason.CERT_MISSING)
    if len(signatures) > 1 or len(tokens) > 1 or len(children) > 2:
        raise format_refusal("в заголовке Security должны быть один BinarySecurityToken и одна Signature")
    return tokens[0], signatures[0]


def _holder_parts(holder: etree._Element, profile: Profile) -> tuple[etree._Element, list[etree._Element]]:
    """The content and the signatures of a holder, which are all it has."""
    children = elements(holder)
    if not children or children[0].tag == f"{{{DS}}}Signature":
        raise format_refusal("нет подписываемого содержания")
    if any(child.tag != f"{{{DS}}}Signature" for child in children[1:]):
        raise format_refusal("после содержания документа могут стоять только подписи")
    if len(children) > profile.maximum_signatures + 1:
        raise format_refusal("слишком много подписей")
    return children[0], children[1:]


def _token_reference(token_id: str) -> etree._Element:
    key_info = etree.Element(f"{{{DS}}}KeyInfo", nsmap={"ds": DS, "wsse": WSSE})
    reference = etree.SubElement(key_info, f"{{{WSSE}}}SecurityTokenReference")
    etree.SubElement(reference, f"{{{WSSE}}}Reference", {"URI": f"#{token_id}", "ValueType": X509_TOKEN})
    return key_info


def _namespace(element: etree._Element) -> str:
    return etree.QName(element).namespace or ""


def _demand(profile: Profile, place: Place) -> None:
    if profile.place is not place:
        raise ValueError(f"profile {profile.name} is not of this place")
