"""A ds:Signature read with patience, to explain what is wrong with it; this makes no signature valid."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from lxml import etree

from signing.certificates import MAXIMUM_SIZE, Certificate, read_certificate
from signing.reasons import Refusal
from signing.xmldsig.canonical import canonical
from signing.xmldsig.profiles import DS, ENVELOPED, EXCLUSIVE_C14N, INCLUSIVE_C14N, SMEV_TRANSFORM, WSSE
from signing.xmldsig.smev_transform import transform_canonical
from signing.xmldsig.structure import Step, format_refusal

# More than this is not explained; nobody reads it.
MAXIMUM_REFERENCES = 16
MAXIMUM_CERTIFICATES = 16
MAXIMUM_OCTETS = 16 * 2**20

WITH_COMMENTS = "#WithComments"
KNOWN = frozenset({EXCLUSIVE_C14N, INCLUSIVE_C14N, ENVELOPED, SMEV_TRANSFORM})

_CERTIFICATE = f"{{{DS}}}X509Certificate"
_TOKEN = f"{{{WSSE}}}BinarySecurityToken"
_PREFIXES = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"


@dataclass(frozen=True, slots=True, eq=False)
class ClaimedReference:
    """A ds:Reference as it is written.

    Attributes:
        uri: What it names; None without the attribute.
        transforms: Its transforms.
        digest: URI of the digest.
        text: Content of DigestValue without white space.
    """

    uri: str | None
    transforms: tuple[Step, ...]
    digest: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Claimed:
    """A ds:Signature as it is written.

    Attributes:
        element: The ds:Signature.
        signed_info: Its ds:SignedInfo; None when it has none.
        canonicalization: How SignedInfo is canonicalized.
        algorithm: URI of the signature algorithm.
        references: The references.
        text: Content of SignatureValue without white space.
        certificates: Certificates of the file, the one that the signature names first.
        names_own: Whether the first certificate is the one that the signature names.
    """

    element: etree._Element
    signed_info: etree._Element | None
    canonicalization: Step
    algorithm: str
    references: tuple[ClaimedReference, ...]
    text: str
    certificates: tuple[Certificate, ...]
    names_own: bool


def read_claimed(signature: etree._Element) -> Claimed:
    """Read a signature as far as it can be read; what is not there is empty."""
    info = signature.find(f"{{{DS}}}SignedInfo")
    own = _own_certificate(signature)
    others = [one for one in certificates_of(signature.getroottree().getroot()) if one != own]
    references = () if info is None else info.findall(f"{{{DS}}}Reference")[:MAXIMUM_REFERENCES]
    return Claimed(
        element=signature,
        signed_info=info,
        canonicalization=_step(None if info is None else info.find(f"{{{DS}}}CanonicalizationMethod")),
        algorithm=_step(None if info is None else info.find(f"{{{DS}}}SignatureMethod")).uri,
        references=tuple(_reference(one) for one in references),
        text=_text(signature.find(f"{{{DS}}}SignatureValue")),
        certificates=tuple(([own] if own else []) + others),
        names_own=own is not None,
    )


def decoded(text: str) -> bytes | None:
    """Base64 decoded; None when it is not base64 or nothing."""
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def target_of(root: etree._Element, uri: str | None) -> tuple[etree._Element, ...]:
    """Every element that a reference may mean: by an attribute named id in whatever case and namespace."""
    if not uri:
        return (root,)
    if not uri.startswith("#"):
        return ()
    name = uri[1:]
    return tuple(
        one
        for one in root.iter("{*}*")
        if any(value == name and _is_id(str(key)) for key, value in one.attrib.items())
    )


def octets_of(
    node: etree._Element, signature: etree._Element | None, transforms: tuple[Step, ...]
) -> bytes | None:
    """Octets of an element by transforms known here; None when one is unknown or cannot be done."""
    uris = [step.uri.removesuffix(WITH_COMMENTS) for step in transforms]
    if not KNOWN.issuperset(uris):
        return None
    named = [
        step for step, uri in zip(transforms, uris, strict=True) if uri in {EXCLUSIVE_C14N, INCLUSIVE_C14N}
    ]
    step = named[0] if named else Step(INCLUSIVE_C14N)
    try:
        if ENVELOPED in uris and signature is not None:
            with cut_out(node, signature):
                octets = _canonical(node, step)
        else:
            octets = _canonical(node, step)
        return transform_canonical(octets) if SMEV_TRANSFORM in uris else octets
    except Refusal:
        return None


@contextmanager
def cut_out(node: etree._Element, signature: etree._Element) -> Iterator[None]:
    """Take a signature out of the element around it for a while; the text behind it stays."""
    parent = signature.getparent()
    if parent is None or node not in signature.iterancestors():
        yield
        return
    place, tail, before = parent.index(signature), signature.tail, signature.getprevious()
    old = parent.text if before is None else before.tail
    signature.tail = None
    parent.remove(signature)
    joined = (old or "") + (tail or "") or None
    if before is None:
        parent.text = joined
    else:
        before.tail = joined
    try:
        yield
    finally:
        if before is None:
            parent.text = old
        else:
            before.tail = old
        parent.insert(place, signature)
        signature.tail = tail


@contextmanager
def respaced(node: etree._Element, between: str) -> Iterator[None]:
    """Write all white space between the tags of an element as something else for a while."""
    blanks: list[tuple[etree._Element, str, str]] = []
    for one in node.iter():
        has_children = isinstance(one.tag, str) and len(one) > 0
        if has_children and one.text and one.text.isspace():
            blanks.append((one, "text", one.text))
        if one is not node and one.tail and one.tail.isspace():
            blanks.append((one, "tail", one.tail))
    for one, side, _ in blanks:
        setattr(one, side, between or None)
    try:
        yield
    finally:
        for one, side, text in blanks:
            setattr(one, side, text)


def _canonical(node: etree._Element, step: Step) -> bytes:
    if step.uri.endswith(WITH_COMMENTS):
        return canonical(node, Step(step.uri.removesuffix(WITH_COMMENTS), step.prefixes))
    try:
        return etree.tostring(
            node,
            method="c14n",
            exclusive=step.uri == EXCLUSIVE_C14N,
            inclusive_ns_prefixes=[one for one in step.prefixes if one] or None,
            with_comments=False,
        )
    except (etree.LxmlError, ValueError) as error:
        raise format_refusal("элемент не приводится к канонической форме") from error


def _reference(element: etree._Element) -> ClaimedReference:
    transforms = element.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")[:MAXIMUM_REFERENCES]
    return ClaimedReference(
        uri=element.get("URI"),
        transforms=tuple(_step(one) for one in transforms),
        digest=_step(element.find(f"{{{DS}}}DigestMethod")).uri,
        text=_text(element.find(f"{{{DS}}}DigestValue")),
    )


def _step(element: etree._Element | None) -> Step:
    if element is None:
        return Step("")
    inclusive = element.find(_PREFIXES)
    names = "" if inclusive is None else inclusive.get("PrefixList", "")
    return Step(element.get("Algorithm", "")[:200], tuple(names.split()[:64]))


def _text(element: etree._Element | None) -> str:
    return "" if element is None else "".join((element.text or "").split())


def _own_certificate(signature: etree._Element) -> Certificate | None:
    """The certificate that KeyInfo carries or names, or the only token beside the signature."""
    info = signature.find(f"{{{DS}}}KeyInfo")
    if info is None:
        return None
    inside = next(info.iter(_CERTIFICATE), None)
    if inside is not None:
        return _certificate(inside)
    reference = next(info.iter(f"{{{WSSE}}}Reference"), None)
    if reference is None:
        return None
    found = target_of(signature.getroottree().getroot(), reference.get("URI"))
    return _certificate(found[0]) if found else None


def certificates_of(root: etree._Element) -> list[Certificate]:
    """The readable certificates of a document, of X509Data and of security tokens, each once."""
    found: dict[str, Certificate] = {}
    for one in root.iter(_CERTIFICATE, _TOKEN):
        certificate = _certificate(one)
        if certificate is not None:
            found[certificate.thumbprint] = certificate
        if len(found) == MAXIMUM_CERTIFICATES:
            break
    return list(found.values())


def _certificate(element: etree._Element) -> Certificate | None:
    octets = decoded(_text(element)[: 2 * MAXIMUM_SIZE])
    with suppress(Refusal):
        return read_certificate(octets) if octets else None
    return None


def _is_id(name: str) -> bool:
    return name.rpartition("}")[2].lower() == "id"
