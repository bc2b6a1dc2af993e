"""Places where signatures stand: what each place tells about the profile, before anything is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice

from lxml import etree

from signing.reasons import Refusal
from signing.xmldsig.profiles import (
    ACTOR_ATTRIBUTES,
    APP_DATA,
    DOCUMENT,
    DS,
    IPS,
    IPS_CALLBACK,
    RECEIPT,
    RECIPIENT_ACTOR,
    SMEV3,
    SMEV_ACTOR,
    SMEV_TRANSFORM,
    WSS_BODY,
    WSS_HEADER_BODY,
    WSSE,
    WSU,
    WSU_ID,
    Place,
    Profile,
)
from signing.xmldsig.smev3 import NAMESPACE, SLOTS
from signing.xmldsig.wss import envelope_parts

MISPLACED = "подпись стоит не на своём месте"

_SIGNATURE = f"{{{DS}}}Signature"
_REFERENCE = f"{{{DS}}}SignedInfo/{{{DS}}}Reference"
_TRANSFORM = f"{_REFERENCE}/{{{DS}}}Transforms/{{{DS}}}Transform"
_OBJECT = f"{{{DS}}}Object"
_SECURITY = f"{{{WSSE}}}Security"
_TIMESTAMP = f"{{{WSU}}}Timestamp"
_SMEV2_NAMESPACE = "http://smev.gosuslugi.ru/rev"
_ACTORS = {SMEV_ACTOR: WSS_BODY, RECIPIENT_ACTOR: WSS_HEADER_BODY}


class Rule(Enum):
    """How a signature is verified."""

    SECURITY = auto()
    SLOT = auto()
    DETACHED = auto()
    PAIR = auto()
    ENVELOPED = auto()
    HOLDER = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """What the place of a signature tells.

    Attributes:
        profile: Its profile; None when no profile knows the place.
        rule: How it is verified.
        holder: The element that it stands in, the signature itself where it is a document of its own.
        is_forced: Whether the profile was named by the caller.
        cause: Why no profile knows it, Russian.
    """

    profile: Profile | None
    rule: Rule
    holder: etree._Element
    is_forced: bool = False
    cause: str = MISPLACED


def claim_of(signature: etree._Element, forced: Profile | None = None) -> Claim:
    """What the place of a signature tells; a forced profile has the first word where it can."""
    holder = signature.getparent()
    if holder is None:
        return Claim(SMEV3, Rule.DETACHED, signature, is_forced=forced is SMEV3)
    if forced is not None and _FORCED[forced.place](signature, holder, forced):
        rule = Rule.PAIR if forced is SMEV3 and _is_pair(signature, holder) else _RULES[forced.place]
        return Claim(forced, rule, holder, is_forced=True)
    for claimed in _CLAIMS:
        claim = claimed(signature, holder)
        if claim is not None:
            return claim
    return Claim(None, Rule.HOLDER, holder)


def _of_security(signature: etree._Element, holder: etree._Element) -> Claim | None:
    actor = _actor_of(holder)
    if actor is None:
        return None
    if actor:
        cause = "получатель (actor) заголовка Security не СМЭВ и не участник взаимодействия"
        return Claim(_ACTORS.get(actor), Rule.SECURITY, holder, cause=cause)
    if _signs_reply_to(signature, holder):
        return Claim(IPS, Rule.SECURITY, holder)
    if holder.find(_TIMESTAMP) is not None:
        return Claim(IPS_CALLBACK, Rule.SECURITY, holder)
    cause = (
        "у заголовка Security нет получателя (actor), а метка времени и адресация, как требует ИПС, не "
        "подписаны"
    )
    return Claim(None, Rule.SECURITY, holder, cause=cause)


def _signs_reply_to(signature: etree._Element, security: etree._Element) -> bool:
    """Whether ReplyTo is signed: in what the bus itself sends there is none."""
    header = security.getparent()
    named = {reference.get("URI", "") for reference in signature.findall(_REFERENCE)}
    blocks = () if header is None else header.iterchildren("{*}ReplyTo")
    return any(f"#{block.get(WSU_ID, '')}" in named for block in blocks)


def _of_slot(signature: etree._Element, holder: etree._Element) -> Claim | None:
    return Claim(SMEV3, Rule.SLOT, holder) if _is_slot(signature, holder) else None


def _of_app_data(_: etree._Element, holder: etree._Element) -> Claim | None:
    if not _is_app_data(holder):
        return None
    cause = "подписанный блок AppData должен быть в сообщении один и стоять в его Body"
    alone = len(list(islice(filter(_is_app_data, _root_of(holder).iter("{*}AppData")), 2))) == 1
    profile = APP_DATA if alone and _is_in_message(holder) else None
    return Claim(profile, Rule.ENVELOPED, holder, cause=cause)


def _of_pair(signature: etree._Element, holder: etree._Element) -> Claim | None:
    return Claim(SMEV3, Rule.PAIR, holder) if _is_pair(signature, holder) else None


def _of_holder(signature: etree._Element, holder: etree._Element) -> Claim | None:
    if not _is_held(signature, holder) or not _is_in_message(holder):
        return None
    return Claim(DOCUMENT if signature.find(_OBJECT) is None else RECEIPT, Rule.HOLDER, holder)


_CLAIMS: tuple[Callable[[etree._Element, etree._Element], Claim | None], ...] = (
    _of_security,
    _of_slot,
    _of_app_data,
    _of_pair,
    _of_holder,
)


def _actor_of(security: etree._Element) -> str | None:
    """Addressee of a Security header of the message, empty when it names none; None: it is no such header."""
    header = security.getparent()
    envelope = header.getparent() if header is not None else None
    if security.tag != _SECURITY or header is None or envelope is None or envelope.getparent() is not None:
        return None
    namespace = etree.QName(envelope).namespace or ""
    actor = ACTOR_ATTRIBUTES.get(namespace)
    if actor is None or envelope.tag != f"{{{namespace}}}Envelope" or header.tag != f"{{{namespace}}}Header":
        return None
    return str(security.get(f"{{{namespace}}}{actor}", ""))


def _is_slot(_: etree._Element, holder: etree._Element) -> bool:
    name = etree.QName(holder)
    return name.localname in SLOTS and (name.namespace or "").startswith(NAMESPACE)


def _is_pair(signature: etree._Element, holder: etree._Element) -> bool:
    """Whether the whole file is a content and its signature of SMEV 3, put together to travel as one."""
    if holder.getparent() is not None or len(holder) != 2 or holder[1] is not signature:
        return False
    transforms = signature.findall(_TRANSFORM)
    return isinstance(holder[0].tag, str) and any(t.get("Algorithm") == SMEV_TRANSFORM for t in transforms)


def _is_held(_: etree._Element, holder: etree._Element) -> bool:
    children = [child for child in holder if isinstance(child.tag, str)]
    if _is_frame(holder) or not children or children[0].tag == _SIGNATURE:
        return False
    return all(child.tag == _SIGNATURE for child in children[1:])


def _is_app_data(element: etree._Element) -> bool:
    name = etree.QName(element)
    return name.localname == "AppData" and (name.namespace or "").startswith(_SMEV2_NAMESPACE)


def _is_in_message(element: etree._Element) -> bool:
    """Whether an element is the whole file, in the Body of a message, or in a message of SMEV without one.

    What stands elsewhere, in some other document that is not signed itself, could pass for that document.
    """
    root = _root_of(element)
    if element is root:
        return True
    if etree.QName(root).localname != "Envelope":
        return (etree.QName(root).namespace or "").startswith((_SMEV2_NAMESPACE, NAMESPACE))
    try:
        _, body = envelope_parts(root)
    except Refusal:
        return False
    return body in element.iterancestors()


def _root_of(element: etree._Element) -> etree._Element:
    return element.getroottree().getroot()


def _is_last(signature: etree._Element, holder: etree._Element) -> bool:
    return not _is_frame(holder) and holder[-1] is signature


def _is_frame(element: etree._Element) -> bool:
    """Whether an element belongs to the envelope or to a signature: nobody signs there without a header."""
    return etree.QName(element).namespace in {*ACTOR_ATTRIBUTES, WSSE, DS}


_FORCED: dict[Place, Callable[[etree._Element, etree._Element, Profile], bool]] = {
    Place.SECURITY_HEADER: lambda _, holder, profile: _actor_of(holder) == profile.actor,
    Place.SLOT: lambda signature, holder, _: _is_slot(signature, holder) or _is_pair(signature, holder),
    Place.ENVELOPED: lambda signature, holder, _: _is_last(signature, holder),
    Place.HOLDER: lambda signature, holder, _: _is_held(signature, holder),
    Place.RECEIPT: lambda signature, holder, _: _is_held(signature, holder),
}
_RULES = {
    Place.SECURITY_HEADER: Rule.SECURITY,
    Place.SLOT: Rule.SLOT,
    Place.ENVELOPED: Rule.ENVELOPED,
    Place.HOLDER: Rule.HOLDER,
    Place.RECEIPT: Rule.HOLDER,
}
