"""Signing a whole file by a profile: the places that a signature needs are made where its schema has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import uuid4

from lxml import etree

from signing.cms.detached import sign_detached
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.xmldsig.app_data import sign_app_data
from signing.xmldsig.documents import sign_document
from signing.xmldsig.freshness import add_timestamp
from signing.xmldsig.identifiers import check_tree
from signing.xmldsig.profiles import PROFILES, SMEV3, WSU, Place, Profile, Target
from signing.xmldsig.smev3 import NAMESPACE, SLOTS, sign_smev3, sign_smev3_detached
from signing.xmldsig.structure import format_refusal, local_name
from signing.xmldsig.wss import envelope_parts, security_of, sign_wss
from signing.xmldsig.xades import sign_xades

PERSONAL = "PersonalSignature"
TIMESTAMP_LIFE = timedelta(minutes=5)

_APP_DATA = "{*}AppData"
_TIMESTAMP = f"{{{WSU}}}Timestamp"

# The signature of an official is asked for by name: a message mostly has the signature of its system only.
_ORDER = tuple(name for name in SLOTS if name != PERSONAL)

# Elements of the schemas that stand between what is signed and the place of its signature.
_BETWEEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "SendRequestRequest": ("AttachmentContentList",),
        "SendResponseRequest": ("AttachmentContentList",),
        "RequestMessage": ("AttachmentContentList",),
        "ResponseMessage": ("AttachmentContentList",),
        "Request": ("MessageMetadata", "FSAttachmentsList", "ReplyTo"),
        "Response": ("MessageMetadata", "FSAttachmentsList", "ReplyTo"),
        "Record": ("AttachmentHeaderList", "RefAttachmentHeaderList"),
    }
)

# Identifiers as the official client writes them.
_IDENTIFIERS: Mapping[str, str] = MappingProxyType(
    {
        "CallerInformationSystemSignature": "SIGNED_BY_CALLER",
        "SenderInformationSystemSignature": "SENDER_OV_SIGNATURE",
        "SMEVSignature": "SIGNED_BY_SMEV",
        PERSONAL: "PERSONAL_SIGNATURE",
    }
)


@dataclass(frozen=True, slots=True)
class Made:
    """A signature that has been made.

    Attributes:
        octets: The signed file, or the signature alone.
        is_detached: Whether it is the signature alone.
    """

    octets: bytes
    is_detached: bool = False


def sign_content(octets: bytes, key: SigningKey, now: datetime) -> Made:
    """Sign a file of any kind by a detached CAdES-BES.

    Raises:
        GostUnavailableError: No library signs with the key.
    """
    return Made(sign_detached(key, octets, signing_time=now), is_detached=True)


def sign_tree(
    root: etree._Element,
    profile: str,
    key: SigningKey,
    now: datetime,
    *,
    slot: str = "",
    detached: bool = False,
) -> Made:
    """Sign an XML document by a profile; the tree given is changed.

    Args:
        root: The document.
        profile: A name of `PROFILES`.
        key: The signer's key.
        now: The present moment, aware.
        slot: Which element of SMEV 3 gets the signature; empty: that of the system.
        detached: Whether a signature of SMEV 3 becomes a document of its own; it does too where the document
            is no message of SMEV 3.

    Raises:
        Refusal: SIG_DUPLICATE when it is signed already, SIG_FORMAT when it cannot be signed.
        GostUnavailableError: No library signs with the key.
        KeyError: There is no such profile.
    """
    chosen = PROFILES[profile]
    if chosen is SMEV3:
        place = None if detached else _slot(root, slot)
        if place is None:
            alone = sign_smev3_detached(root, key)
            return Made(_octets(alone), is_detached=True)
        check_tree(root)
        sign_smev3(place, key)
    else:
        _SIGNERS[chosen.place](root, key, chosen, now)
    return Made(_octets(root.getroottree()))


def _of_header(envelope: etree._Element, key: SigningKey, profile: Profile, now: datetime) -> None:
    if Target.TIMESTAMP in profile.targets and not _has_timestamp(envelope, profile):
        add_timestamp(envelope, now, TIMESTAMP_LIFE)
    sign_wss(envelope, key, profile)


def _of_holder(root: etree._Element, key: SigningKey, profile: Profile, _: datetime) -> None:
    sign_document(root, key, profile)


def _of_receipt(root: etree._Element, key: SigningKey, profile: Profile, now: datetime) -> None:
    sign_xades(root, key, signing_time=now, profile=profile)


def _of_app_data(root: etree._Element, key: SigningKey, profile: Profile, _: datetime) -> None:
    found = [root] if local_name(root) == "AppData" else list(root.iter(_APP_DATA))
    if len(found) != 1:
        raise format_refusal(f"элементов AppData в документе: {len(found)}, нужен один")
    sign_app_data(found[0], key, profile)


_SIGNERS: Mapping[Place, Callable[[etree._Element, SigningKey, Profile, datetime], None]] = {
    Place.SECURITY_HEADER: _of_header,
    Place.HOLDER: _of_holder,
    Place.RECEIPT: _of_receipt,
    Place.ENVELOPED: _of_app_data,
}


def _has_timestamp(envelope: etree._Element, profile: Profile) -> bool:
    header, _ = envelope_parts(envelope)
    security = None if header is None else security_of(header, profile.actor)
    return security is not None and security.find(_TIMESTAMP) is not None


def _slot(root: etree._Element, wanted: str) -> etree._Element | None:
    """The empty element for the signature, made when it is not there; None: this is no message of SMEV 3.

    Raises:
        Refusal: SIG_DUPLICATE when all that can be signed is; SIG_FORMAT when the element asked for has no
            place here.
    """
    names = (wanted,) if wanted else _ORDER
    places = list(_places(root, names))
    for parent, name, target in places:
        element = next(parent.iterchildren(f"{{*}}{name}"), None)
        if element is not None and len(element):
            continue
        _identify(target, _IDENTIFIERS.get(name, f"Id-{uuid4()}"))
        return element if element is not None else _made(parent, name)
    if places:
        raise Refusal(Reason.SIG_DUPLICATE)
    if wanted:
        raise format_refusal(f"в документе нет места для {wanted}")
    return None


def _places(
    root: etree._Element, names: tuple[str, ...]
) -> Iterator[tuple[etree._Element, str, etree._Element]]:
    """Parent, name and signed element of each place that the schemas have in this document."""
    parents = [one for one in root.iter("{*}*") if _is_of_smev(one)]
    for name in names:
        for parent in parents:
            for target_name in SLOTS[name].get(local_name(parent), ()):
                for target in parent.iterchildren(f"{{*}}{target_name}"):
                    signed = target[0] if target_name == "MessagePrimaryContent" and len(target) else target
                    yield parent, name, signed


def _made(parent: etree._Element, name: str) -> etree._Element:
    """A new place of a signature, in the namespace of its parent and in the order of the schema."""
    before = {*SLOTS[name][local_name(parent)], *_BETWEEN.get(local_name(parent), ())}
    last = max(at for at, child in enumerate(parent) if _name(child) in before)
    # Made in its place, so that it takes the prefix of its parent; what followed keeps following it.
    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    parent.insert(last + 1, element)
    return element


def _identify(element: etree._Element, identifier: str) -> None:
    if not any(etree.QName(str(name)).localname == "Id" for name in element.attrib):
        element.set("Id", identifier)


def _name(child: etree._Element) -> str:
    return local_name(child) if isinstance(child.tag, str) else ""


def _is_of_smev(element: etree._Element) -> bool:
    return (etree.QName(element).namespace or "").startswith(NAMESPACE)


def _octets(what: etree._Element | etree._ElementTree) -> bytes:
    return etree.tostring(what, encoding="UTF-8", xml_declaration=True)
