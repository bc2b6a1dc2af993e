"""Signatures of SMEV 3: each stands alone in an element of its own and signs one element beside it.

Which element signs which is a table (schemas of message exchange 1.1 to 1.3); the reference has to name just
that element, so a signature moved elsewhere is no signature.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lxml import etree

from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig import engine
from signing.xmldsig.identifiers import check_tree, ids_of
from signing.xmldsig.profiles import DS, SMEV3, Place, Profile, Target
from signing.xmldsig.structure import data_certificate, elements, format_refusal, local_name, read_signature
from signing.xmldsig.wss import envelope_parts

NAMESPACE = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types"
_SIGNATURE = f"{{{DS}}}Signature"
_PRIMARY_CONTENT = "MessagePrimaryContent"

# Element of the signature -> its parent -> what it signs beside itself.
SLOTS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "CallerInformationSystemSignature": {
            "SendRequestRequest": ("SenderProvidedRequestData",),
            "SendResponseRequest": ("SenderProvidedResponseData",),
            "GetRequestRequest": ("MessageTypeSelector",),
            "GetResponseRequest": ("MessageTypeSelector",),
            "AckRequest": ("AckTargetMessage",),
            "GetStatusRequest": ("Timestamp",),
            "GetIncomingQueueStatisticsRequest": ("Timestamp",),
            "CancelRequestRequest": ("MessageReference",),
        },
        "PersonalSignature": {
            "SenderProvidedRequestData": (_PRIMARY_CONTENT,),
            "SenderProvidedResponseData": (_PRIMARY_CONTENT,),
            "Record": ("RecordContent",),
        },
        "SenderInformationSystemSignature": {
            "Request": ("SenderProvidedRequestData",),
            "Response": ("SenderProvidedResponseData",),
        },
        "SMEVSignature": {
            "RequestMessage": ("Request", "Cancel"),
            "ResponseMessage": ("Response",),
            "SendRequestResponse": ("MessageMetadata",),
            "SendResponseResponse": ("MessageMetadata",),
            "SmevAsyncProcessingMessage": ("AsyncProcessingStatusData",),
        },
        "RoutingSignature": {"Routing": ("RoutingInformation",)},
        "RecordSignature": {"RegistryRecord": ("Record",)},
    }
)

# Where the parent of a signature may stand, up to the operation; what stands elsewhere is somebody's content.
_CONTAINERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "SenderProvidedRequestData": ("SendRequestRequest", "Request"),
        "SenderProvidedResponseData": ("SendResponseRequest", "Response"),
        "Request": ("RequestMessage",),
        "RequestMessage": ("GetRequestResponse",),
        "Response": ("ResponseMessage",),
        "ResponseMessage": ("GetResponseResponse",),
        "SmevAsyncProcessingMessage": ("GetStatusResponse",),
        "Routing": ("SendRequestRequest",),
        "Record": ("RegistryRecord",),
        "RegistryRecord": ("Registry",),
        "Registry": (_PRIMARY_CONTENT,),
        _PRIMARY_CONTENT: ("SenderProvidedRequestData", "SenderProvidedResponseData"),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A place of a signature in a message.

    Attributes:
        element: The element that holds the signature.
        outcome: The signature, verified or refused.
    """

    element: etree._Element
    outcome: Verified | Refusal

    @property
    def name(self) -> str:
        """Local name of the element."""
        return local_name(self.element)


def verify_smev3(root: etree._Element, profile: Profile = SMEV3) -> tuple[Slot, ...]:
    """Verify every signature of a message of SMEV 3.

    Args:
        root: The whole message, as it came or with XOP content put back.
        profile: A profile of this place.

    Returns:
        The places of signatures in the order of the document, each with its outcome; certificates are not yet
        trusted.

    Raises:
        Refusal: SIG_MISSING when the message has no place with a signature.
    """
    profile.demand(Place.SLOT)
    tree = engine.Tree(root)
    slots = tuple(Slot(element, _outcome(element, profile, tree)) for element in slots_of(root))
    if not slots:
        raise Refusal(Reason.SIG_MISSING)
    return slots


def verify_smev3_detached(
    signature: etree._Element, content: etree._Element, profile: Profile = SMEV3
) -> Verified:
    """Verify a signature that came apart from its content.

    Args:
        signature: The ds:Signature, root of its document.
        content: The signed element, root of its document.
        profile: A profile of this place.

    Raises:
        Refusal: SIG_FORMAT, SIG_ALGORITHM, SIG_INVALID, CERT_MISSING.
    """
    profile.demand(Place.SLOT)
    check_tree(signature.getroottree().getroot())
    return _verified(signature, content, profile, engine.Tree(content))


def sign_smev3(slot: etree._Element, key: SigningKey, profile: Profile = SMEV3) -> etree._Element:
    """Put a signature into an empty element for one, in its message.

    What is signed has to bear an identifier already.

    Returns:
        The ds:Signature, in the tree.

    Raises:
        Refusal: SIG_DUPLICATE when it holds a signature; SIG_FORMAT when nothing that it may sign stands
            beside it, or that cannot be signed.
    """
    profile.demand(Place.SLOT)
    if len(slot):
        raise Refusal(Reason.SIG_DUPLICATE)
    target = _target_of(slot)
    return engine.make([(target, ids_of(target, profile)[0])], key, profile, parent=slot)


def sign_smev3_detached(content: etree._Element, key: SigningKey, profile: Profile = SMEV3) -> etree._Element:
    """Sign an element that bears an identifier; the signature is a document of its own.

    Raises:
        Refusal: SIG_FORMAT when it cannot be signed.
    """
    profile.demand(Place.SLOT)
    holder = etree.Element("holder")
    return engine.make([(content, ids_of(content, profile)[0])], key, profile, parent=holder)


def slots_of(root: etree._Element) -> Iterator[etree._Element]:
    """Elements of a tree that hold signatures of SMEV 3, in the order of the document."""
    for signature in root.iter(_SIGNATURE):
        holder = signature.getparent()
        if holder is not None and local_name(holder) in SLOTS and _is_of_smev(holder):
            yield holder


def _outcome(slot: etree._Element, profile: Profile, tree: engine.Tree) -> Verified | Refusal:
    try:
        children = elements(slot)
        if [child.tag for child in children] != [_SIGNATURE]:
            raise format_refusal(f"в элементе {local_name(slot)} должна быть ровно одна подпись")
        return _verified(children[0], _target_of(slot), profile, tree)
    except Refusal as refusal:
        return refusal


def _verified(
    signature: etree._Element, target: etree._Element, profile: Profile, tree: engine.Tree
) -> Verified:
    parts = read_signature(signature, profile)
    certificate = data_certificate(parts.key_info)
    nodes = engine.check(parts, {Target.NEIGHBOUR: target}, certificate, profile, tree)
    return Verified(nodes, certificate, signature, parts.algorithm)


def _target_of(slot: etree._Element) -> etree._Element:
    """The one element beside a place of a signature that it signs.

    Raises:
        Refusal: SIG_FORMAT when the place is not of the schemas, or not exactly one such element is there.
    """
    parent = slot.getparent()
    names = () if parent is None else SLOTS[local_name(slot)].get(local_name(parent), ())
    if parent is None or not names or not _is_in_place(parent):
        raise format_refusal(f"элемент {local_name(slot)} стоит не на своём месте")
    beside = [c for c in parent if isinstance(c.tag, str) and local_name(c) in names and _is_of_smev(c)]
    if len(beside) != 1:
        raise format_refusal(f"рядом с {local_name(slot)} должен быть один элемент {' или '.join(names)}")
    if names != (_PRIMARY_CONTENT,):
        return beside[0]
    content = elements(beside[0])
    if len(content) != 1:
        raise format_refusal("в MessagePrimaryContent должен быть ровно один элемент")
    return content[0]


def _is_in_place(element: etree._Element) -> bool:
    """Whether the parent of a signature belongs to the message itself, and not to content within it.

    The message is the root, or stands in the Body of a SOAP envelope that is the root.
    """
    while _is_of_smev(element):
        parent = element.getparent()
        if parent is None or not _is_of_smev(parent):
            return parent is None or _is_only_one_of_body(element)
        if local_name(parent) not in _CONTAINERS.get(local_name(element), ()):
            return False
        element = parent
    return False


def _is_only_one_of_body(element: etree._Element) -> bool:
    """Whether an element is all that the Body of a SOAP envelope has, the envelope being the root.

    Raises:
        Refusal: SIG_FORMAT for an envelope of other parts, such as a second Body.
    """
    body = element.getparent()
    envelope = None if body is None else body.getparent()
    if body is None or envelope is None or envelope.getparent() is not None:
        return False
    return envelope_parts(envelope)[1] is body and len([c for c in body if isinstance(c.tag, str)]) == 1


def _is_of_smev(element: etree._Element) -> bool:
    return (etree.QName(element).namespace or "").startswith(NAMESPACE)
