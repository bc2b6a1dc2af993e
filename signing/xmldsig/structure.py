"""The strict reading of a ds:Signature: exact structure and exact algorithms, before any mathematics."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from signing.algorithms import Digest, SignatureAlgorithm
from signing.certificates import MAXIMUM_SIZE, Certificate, read_certificate
from signing.reasons import Reason, Refusal
from signing.xmldsig.profiles import BASE64_BINARY, DS, EXCLUSIVE_C14N, WSSE, WSU, WSU_ID, X509_TOKEN, Profile

# A signature value of RSA-16384 takes 2 KiB; nothing admitted comes near.
_MAXIMUM_VALUE = 4096
_MAXIMUM_PREFIXES = 64
# The default namespace in a PrefixList (Exclusive XML Canonicalization 1.0, 4).
DEFAULT_PREFIX = "#default"
# Systems name elements by bare UUIDs too, which XML does not allow.
_NAME = re.compile(r"[\w.\-]+")

_SIGNATURE = f"{{{DS}}}Signature"
_SIGNATURE_PARTS = [f"{{{DS}}}SignedInfo", f"{{{DS}}}SignatureValue", f"{{{DS}}}KeyInfo"]
_OBJECT = f"{{{DS}}}Object"
_METHODS = [f"{{{DS}}}CanonicalizationMethod", f"{{{DS}}}SignatureMethod"]
_REFERENCE = f"{{{DS}}}Reference"
_REFERENCE_PARTS = [f"{{{DS}}}Transforms", f"{{{DS}}}DigestMethod", f"{{{DS}}}DigestValue"]
_TRANSFORM = f"{{{DS}}}Transform"
_PREFIXES = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"


class Step(NamedTuple):
    """One transform or canonicalization.

    Attributes:
        uri: Its algorithm.
        prefixes: PrefixList of InclusiveNamespaces, `#default` as it stands; empty without one.
    """

    uri: str
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A ds:Reference by its profile.

    Attributes:
        target_id: The id that it names.
        steps: Its transforms.
        digest: The digest function.
        value: The digest it claims.
        type: Its Type, empty without one.
        id: Its own Id, empty without one.
    """

    target_id: str
    steps: tuple[Step, ...]
    digest: Digest
    value: bytes
    type: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A ds:Signature taken apart by its profile.

    Attributes:
        element: The ds:Signature.
        signed_info: Its ds:SignedInfo.
        canonicalization: How SignedInfo is canonicalized.
        algorithm: URI of the signature algorithm.
        method: The algorithm.
        references: The references, in their order.
        value: The signature value.
        key_info: The ds:KeyInfo, not yet read.
        properties: The ds:Object of a profile with XAdES properties, not yet read.
    """

    element: etree._Element
    signed_info: etree._Element
    canonicalization: Step
    algorithm: str
    method: SignatureAlgorithm
    references: tuple[Reference, ...]
    value: bytes
    key_info: etree._Element
    properties: etree._Element | None = None


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
    children = list(parent) if len(parent) else []
    text = parent.text
    if text and not text.isspace():
        raise _foreign(parent)
    for child in children:
        tail = child.tail
        if not isinstance(child.tag, str) or (tail and not tail.isspace()):
            raise _foreign(parent)
    if attributes is not None and has_other_attributes(parent, attributes):
        raise format_refusal(f"посторонний атрибут элемента {local_name(parent)}")
    return children


def has_other_attributes(element: etree._Element, attributes: tuple[str, ...]) -> bool:
    """Whether an element has an attribute that is not among these."""
    names = element.keys()
    return bool(names) and not set(names).issubset(attributes)


def local_name(element: etree._Element) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: etree._Element) -> str:
    """Namespace of an element, empty when it has none."""
    return str(element.tag).rpartition("}")[0][1:]


def is_name(value: str) -> bool:
    """Whether a value may be an identifier: letters, digits, `.`, `-`, `_`."""
    return _NAME.fullmatch(value) is not None


def read_signature(signature: etree._Element, profile: Profile) -> Parts:
    """Take a ds:Signature apart; its structure and every algorithm are exactly those of the profile.

    Raises:
        Refusal: SIG_FORMAT for the structure, SIG_ALGORITHM for an algorithm, CERT_MISSING without KeyInfo.
    """
    if signature.tag != _SIGNATURE:
        raise format_refusal("на месте подписи стоит другой элемент")
    children = elements(signature, ("Id",))
    names = [child.tag for child in children]
    wanted = [*_SIGNATURE_PARTS, _OBJECT] if profile.has_properties else _SIGNATURE_PARTS
    if names == [*wanted[:2], *wanted[3:]]:
        raise Refusal(Reason.CERT_MISSING)
    if names != wanted:
        shown = ", ".join(name.rpartition("}")[2] for name in wanted)
        raise format_refusal(f"состав элемента Signature отличается от {shown}")
    signed_info, value_element, key_info = children[:3]
    properties = children[3] if profile.has_properties else None
    value = _octets(value_element, ("Id",), _MAXIMUM_VALUE)
    if not value:
        raise format_refusal("элемент SignatureValue пуст")
    parts = elements(signed_info, ("Id",))
    least, most = len(profile.targets), len(profile.targets) + len(profile.optional_targets)
    methods, references = parts[:2], parts[2:]
    if [part.tag for part in methods] != _METHODS or any(part.tag != _REFERENCE for part in references):
        raise format_refusal("в SignedInfo должны быть способ канонизации, алгоритм и ссылки Reference")
    if not least <= len(references) <= most:
        raise format_refusal(
            f"ссылок Reference в SignedInfo: {len(references)}, "
            f"по профилю {profile.name} их {least if least == most else f'от {least} до {most}'}"
        )
    read = tuple(_read_reference(reference, profile) for reference in references)
    canonicalization = _step(methods[0], profile)
    if canonicalization.uri not in profile.canonicalizations:
        raise _not_admitted(canonicalization.uri)
    algorithm = _algorithm(methods[1])
    method = profile.algorithms.get(algorithm)
    if method is None:
        raise _not_admitted(algorithm)
    return Parts(
        signature, signed_info, canonicalization, algorithm, method, read, value, key_info, properties
    )


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
    token_id = token.get(WSU_ID, "")
    if not is_name(token_id) or step.get("URI") != f"#{token_id}":
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
    return data_certificates(key_info, 1)[0]


def data_certificates(key_info: etree._Element, maximum: int) -> tuple[Certificate, ...]:
    """The certificates of KeyInfo/X509Data, the signer's first (XMLDSig 4.5.4).

    Raises:
        Refusal: SIG_FORMAT, also when there are more than `maximum`, or CERT_MISSING.
    """
    data = elements(key_info, ("Id",))
    if not data:
        raise Refusal(Reason.CERT_MISSING)
    if [child.tag for child in data] != [f"{{{DS}}}X509Data"]:
        raise _other_key_info(maximum)
    found = elements(data[0], ("Id",))
    if not found:
        raise Refusal(Reason.CERT_MISSING)
    if len(found) > maximum or any(child.tag != f"{{{DS}}}X509Certificate" for child in found):
        raise _other_key_info(maximum)
    return tuple(read_certificate(_octets(child, (), MAXIMUM_SIZE)) for child in found)


def read_digest(method: etree._Element, value: etree._Element, profile: Profile) -> tuple[Digest, bytes]:
    """A DigestMethod that the profile admits, and the DigestValue beside it.

    Raises:
        Refusal: SIG_FORMAT, SIG_ALGORITHM.
    """
    algorithm = _algorithm(method)
    digest = profile.digests.get(algorithm)
    if digest is None:
        raise _not_admitted(algorithm)
    return digest, _octets(value, (), _MAXIMUM_VALUE)


def _other_key_info(maximum: int) -> Refusal:
    count = "один сертификат" if maximum == 1 else f"от одного до {maximum} сертификатов"
    return format_refusal(f"KeyInfo должен содержать {count} X509Data/X509Certificate")


def _read_reference(reference: etree._Element, profile: Profile) -> Reference:
    parts = elements(reference, ("Id", "URI", "Type") if profile.reference_types else ("Id", "URI"))
    if [part.tag for part in parts] != _REFERENCE_PARTS:
        raise format_refusal("состав ссылки Reference отличается от Transforms, DigestMethod, DigestValue")
    transforms, method, value = parts
    uri = reference.get("URI", "")
    if not uri.startswith("#") or not is_name(uri[1:]):
        raise format_refusal("ссылка Reference не указывает на элемент этого документа по идентификатору")
    children = elements(transforms, ())
    if any(child.tag != _TRANSFORM for child in children) or len(children) > len(profile.transforms[0]) + 2:
        raise format_refusal("состав элемента Transforms")
    steps = tuple(_step(child, profile) for child in children)
    chain = tuple(step.uri for step in steps)
    if chain not in profile.transforms:
        raise _not_admitted(" ".join(chain))
    digest, claimed = read_digest(method, value, profile)
    return Reference(uri[1:], steps, digest, claimed, reference.get("Type", ""), reference.get("Id", ""))


def _step(element: etree._Element, profile: Profile) -> Step:
    """A transform or canonicalization with its PrefixList, where the profile admits one."""
    children = elements(element, ("Algorithm",))
    uri = element.get("Algorithm", "")
    if not children:
        return Step(uri)
    inclusive = children[0]
    if (
        not profile.prefix_lists
        or uri != EXCLUSIVE_C14N
        or len(children) > 1
        or inclusive.tag != _PREFIXES
        or elements(inclusive, ("PrefixList",))
    ):
        raise _parameters_refused(element)
    names = inclusive.get("PrefixList", "").split()
    if len(names) > _MAXIMUM_PREFIXES or not all(name == DEFAULT_PREFIX or is_name(name) for name in names):
        raise _parameters_refused(element)
    return Step(uri, tuple(names))


def _algorithm(element: etree._Element) -> str:
    """URI of an algorithm element; parameters (HMACOutputLength) are not admitted."""
    if elements(element, ("Algorithm",)):
        raise _parameters_refused(element)
    return element.get("Algorithm", "")


def _parameters_refused(element: etree._Element) -> Refusal:
    values = {
        "algorithm": _shown(element.get("Algorithm", "")),
        "cause": f"параметры {local_name(element)} не допускаются",
    }
    return Refusal(Reason.SIG_ALGORITHM, values=values)


def _not_admitted(algorithm: str) -> Refusal:
    return Refusal(Reason.SIG_ALGORITHM, values={"algorithm": _shown(algorithm)})


def _shown(algorithm: str) -> str:
    """A foreign URI cut to a length that a message bears."""
    return algorithm[:200]


def _foreign(element: etree._Element) -> Refusal:
    return format_refusal(f"постороннее содержание в элементе {local_name(element)}")


def _octets(element: etree._Element, attributes: tuple[str, ...], maximum: int) -> bytes:
    """Base64 content of a leaf element, strictly decoded."""
    if len(element) > 0 or has_other_attributes(element, attributes):
        raise _foreign(element)
    text = "".join((element.text or "").split())
    if len(text) > maximum * 4 // 3 + 4:
        raise format_refusal(f"элемент {local_name(element)} слишком велик")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise format_refusal(f"элемент {local_name(element)} не Base64") from error
