"""The strict reading of signatures: ids, places and exact structure, before any mathematics."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from lxml import etree

from signing.certificates import MAXIMUM_SIZE, Certificate, read_certificate
from signing.profiles import (
    ACTOR_ATTRIBUTES,
    BASE64_BINARY,
    DS,
    WSSE,
    WSU,
    X509_TOKEN,
    Profile,
)
from signing.reasons import Reason, Refusal

# A signature value of RSA-16384 takes 2 KiB; nothing admitted comes near.
_MAXIMUM_VALUE = 4096
_NAME = re.compile(r"[^\W\d][\w.\-]*")

# Every attribute that anyone may take for an identifier. One query for each: a union of them costs libxml2
# the square of their number.
_IDS = tuple(
    etree.XPath(f"descendant-or-self::*/@{name}", namespaces={"wsu": WSU}, smart_strings=False)
    for name in ("wsu:Id", "Id", "ID", "id", "xml:id")
)
_COMMENTS = etree.XPath("boolean(descendant::comment())")
_INSTRUCTIONS = etree.XPath("boolean(descendant::processing-instruction())")


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A ds:Signature taken apart by its profile.

    Attributes:
        element: The ds:Signature.
        target_id: The id that its one reference names.
        algorithm: URI of the signature algorithm, admitted by the profile.
        key_info: The ds:KeyInfo, not yet read.
    """

    element: etree._Element
    target_id: str
    algorithm: str
    key_info: etree._Element


def format_refusal(cause: str) -> Refusal:
    """A SIG_FORMAT refusal with its Russian cause."""
    return Refusal(Reason.SIG_FORMAT, values={"cause": cause})


def elements(parent: etree._Element, attributes: tuple[str, ...] | None = None) -> list[etree._Element]:
    """The child elements, when there is nothing beside them but white space.

    Args:
        parent: The element.
        attributes: Attributes it may have; None admits any.

    Raises:
        Refusal: SIG_FORMAT for text, comments, processing instructions, entities or other attributes.
    """
    children = list(parent)
    texts = [parent.text, *(child.tail for child in children)]
    if any(not isinstance(child.tag, str) for child in children) or any(t and t.strip() for t in texts):
        raise format_refusal(f"постороннее содержание в элементе {local_name(parent)}")
    if attributes is not None and not set(parent.attrib) <= set(attributes):
        raise format_refusal(f"посторонний атрибут элемента {local_name(parent)}")
    return children


def local_name(element: etree._Element) -> str:
    """Name of an element without its namespace."""
    return etree.QName(element).localname


def refuse_repeated_ids(root: etree._Element) -> None:
    """Refuse a tree in which one identifier stands twice, under whatever attribute names.

    Raises:
        Refusal: SIG_FORMAT.
    """
    try:
        values = [value for query in _IDS for value in _strings(query(root))]
    except etree.LxmlError as error:
        raise format_refusal("слишком много идентификаторов") from error
    if len(set(values)) != len(values):
        raise format_refusal("идентификатор элемента повторяется")


def refuse_unsigned_content(node: etree._Element) -> None:
    """Refuse a signed element with parts that its canonical form leaves out or cannot show.

    Raises:
        Refusal: SIG_FORMAT for comments, processing instructions, entity references or a DOCTYPE of the
            document.
    """
    if _COMMENTS(node) or _INSTRUCTIONS(node) or next(node.iter(etree.Entity), None) is not None:
        raise format_refusal("комментарии и инструкции обработки внутри подписанного элемента не допускаются")
    if node.getroottree().docinfo.internalDTD is not None:
        raise format_refusal("DOCTYPE не допускается")


def target_id(node: etree._Element, profile: Profile) -> str:
    """The identifier by which a signature names the element.

    Raises:
        Refusal: SIG_FORMAT when it is absent or not a name (XML NCName).
    """
    value = node.get(profile.id_attribute, "")
    if not _NAME.fullmatch(value):
        raise format_refusal(f"у подписываемого элемента {local_name(node)} нет идентификатора")
    return value


def read_signature(signature: etree._Element, profile: Profile) -> Parts:
    """Take a ds:Signature apart; its structure and every algorithm are exactly those of the profile.

    Raises:
        Refusal: SIG_FORMAT for the structure, SIG_ALGORITHM for an algorithm, CERT_MISSING without KeyInfo.
    """
    children = elements(signature, ("Id",))
    names = [child.tag for child in children]
    if names == [f"{{{DS}}}SignedInfo", f"{{{DS}}}SignatureValue"]:
        raise Refusal(Reason.CERT_MISSING)
    if names != [f"{{{DS}}}SignedInfo", f"{{{DS}}}SignatureValue", f"{{{DS}}}KeyInfo"]:
        raise format_refusal("состав элемента Signature отличается от SignedInfo, SignatureValue, KeyInfo")
    signed_info, value, key_info = children
    _octets(value, ("Id",), _MAXIMUM_VALUE)
    parts = elements(signed_info, ("Id",))
    expected = [f"{{{DS}}}{name}" for name in ("CanonicalizationMethod", "SignatureMethod", "Reference")]
    if [part.tag for part in parts] != expected:
        raise format_refusal(
            "в SignedInfo должны быть способ канонизации, алгоритм и ровно одна ссылка Reference"
        )
    canonicalization, method, reference = parts
    uri = _read_reference(reference, profile)
    _admit(_algorithm(canonicalization), profile.canonicalization)
    algorithm = _algorithm(method)
    _admit(algorithm, *profile.algorithms)
    return Parts(signature, uri, algorithm, key_info)


def security_of(header: etree._Element, envelope_namespace: str, actor: str) -> etree._Element | None:
    """The one Security header of the actor, None when there is none.

    Raises:
        Refusal: SIG_FORMAT when there are several.
    """
    attribute = f"{{{envelope_namespace}}}{ACTOR_ATTRIBUTES[envelope_namespace]}"
    found = [s for s in header.iterchildren(f"{{{WSSE}}}Security") if s.get(attribute) == actor]
    if len(found) > 1:
        raise format_refusal("несколько заголовков Security для одного получателя")
    return found[0] if found else None


def token_certificate(token: etree._Element, key_info: etree._Element) -> Certificate:
    """The certificate of the BinarySecurityToken, when KeyInfo names just this token (WSS X.509 profile 1.0).

    Raises:
        Refusal: SIG_FORMAT or CERT_MISSING.
    """
    step = key_info
    for name in (f"{{{WSSE}}}SecurityTokenReference", f"{{{WSSE}}}Reference"):
        children = elements(step)
        if [child.tag for child in children] != [name]:
            raise format_refusal("KeyInfo должен содержать одну ссылку на BinarySecurityToken")
        step = children[0]
    elements(step, ("URI", "ValueType"))
    token_id = token.get(f"{{{WSU}}}Id", "")
    if not _NAME.fullmatch(token_id) or step.get("URI") != f"#{token_id}":
        raise format_refusal("KeyInfo ссылается не на BinarySecurityToken этого заголовка")
    if token.get("ValueType") != X509_TOKEN or step.get("ValueType", X509_TOKEN) != X509_TOKEN:
        raise format_refusal("тип BinarySecurityToken не X509v3")
    if token.get("EncodingType", BASE64_BINARY) != BASE64_BINARY:
        raise format_refusal("кодировка BinarySecurityToken не Base64Binary")
    return read_certificate(_octets(token, ("EncodingType", "ValueType", f"{{{WSU}}}Id"), MAXIMUM_SIZE))


def data_certificate(key_info: etree._Element) -> Certificate:
    """The one certificate of KeyInfo/X509Data (XMLDSig 4.5.4).

    Raises:
        Refusal: SIG_FORMAT or CERT_MISSING.
    """
    step = key_info
    for name in (f"{{{DS}}}X509Data", f"{{{DS}}}X509Certificate"):
        children = elements(step, ("Id",))
        if not children:
            raise Refusal(Reason.CERT_MISSING)
        if [child.tag for child in children] != [name]:
            raise format_refusal("KeyInfo должен содержать один сертификат X509Data/X509Certificate")
        step = children[0]
    return read_certificate(_octets(step, (), MAXIMUM_SIZE))


def _read_reference(reference: etree._Element, profile: Profile) -> str:
    parts = elements(reference, ("Id", "URI"))
    if [part.tag for part in parts] != [
        f"{{{DS}}}{n}" for n in ("Transforms", "DigestMethod", "DigestValue")
    ]:
        raise format_refusal("состав ссылки Reference отличается от Transforms, DigestMethod, DigestValue")
    transforms, digest, value = parts
    uri = reference.get("URI", "")
    if not uri.startswith("#") or not _NAME.fullmatch(uri[1:]):
        raise format_refusal("ссылка Reference не указывает на элемент этого документа по идентификатору")
    steps = elements(transforms, ())
    if any(step.tag != f"{{{DS}}}Transform" for step in steps):
        raise format_refusal("состав элемента Transforms")
    chain = tuple(_algorithm(step) for step in steps)
    if chain not in profile.transforms:
        raise Refusal(Reason.SIG_ALGORITHM, values={"algorithm": _shown(" ".join(chain))})
    _admit(_algorithm(digest), profile.digest)
    _octets(value, (), _MAXIMUM_VALUE)
    return uri[1:]


def _algorithm(element: etree._Element) -> str:
    """URI of an algorithm element; parameters (InclusiveNamespaces, HMACOutputLength) are not admitted."""
    if elements(element, ("Algorithm",)):
        raise Refusal(
            Reason.SIG_ALGORITHM,
            values={
                "algorithm": _shown(element.get("Algorithm", "")),
                "cause": f"параметры {local_name(element)} не допускаются",
            },
        )
    return element.get("Algorithm", "")


def _admit(algorithm: str, *admitted: str) -> None:
    if algorithm not in admitted:
        raise Refusal(Reason.SIG_ALGORITHM, values={"algorithm": _shown(algorithm)})


def _shown(algorithm: str) -> str:
    """A foreign URI cut to a length that a message bears."""
    return algorithm[:200]


def _octets(element: etree._Element, attributes: tuple[str, ...], maximum: int) -> bytes:
    """Base64 content of a leaf element, strictly decoded."""
    if len(element) > 0 or not set(element.attrib) <= set(attributes):
        raise format_refusal(f"постороннее содержание в элементе {local_name(element)}")
    text = "".join((element.text or "").split())
    if len(text) > maximum * 4 // 3 + 4:
        raise format_refusal(f"элемент {local_name(element)} слишком велик")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise format_refusal(f"элемент {local_name(element)} не Base64") from error


def _strings(found: object) -> list[str]:
    return [str(value) for value in found] if isinstance(found, list) else []
