"""Canonical octets of a signed element: the transforms of a reference, one after the other."""

from __future__ import annotations

import re

from lxml import etree

from signing.xmldsig.profiles import DS, ENVELOPED, EXCLUSIVE_C14N, INCLUSIVE_C14N, SMEV_TRANSFORM
from signing.xmldsig.smev_transform import transform_canonical
from signing.xmldsig.structure import DEFAULT_PREFIX, Step, format_refusal

# In canonical octets a "<" begins markup and nothing else.
_UNSHOWN = re.compile(rb"<[!?]")
_DEFAULT_NAMESPACE = b' xmlns="'
_XML = "{http://www.w3.org/XML/1998/namespace}"


def canonical(node: etree._Element, step: Step) -> bytes:
    """Octets of an element by one canonicalization, comments kept so that they can be found.

    Args:
        node: The element, where it stands.
        step: Exclusive XML Canonicalization 1.0, or Canonical XML 1.0.

    Raises:
        Refusal: SIG_FORMAT when it has none (a relative namespace URI, an entity reference, too deep).
    """
    if step.uri == INCLUSIVE_C14N:
        _refuse_inherited_attributes(node)
    prefixes = step.prefixes
    if DEFAULT_PREFIX in prefixes:
        _refuse_default_namespace(node)
        prefixes = tuple(prefix for prefix in prefixes if prefix != DEFAULT_PREFIX)
    return _c14n(node, prefixes, exclusive=step.uri == EXCLUSIVE_C14N)


def _c14n(node: etree._Element, prefixes: tuple[str, ...] = (), *, exclusive: bool) -> bytes:
    try:
        return etree.tostring(
            node,
            method="c14n",
            exclusive=exclusive,
            inclusive_ns_prefixes=list(prefixes) if prefixes else None,
            with_comments=True,
        )
    except (etree.LxmlError, ValueError) as error:
        raise format_refusal("элемент не приводится к канонической форме") from error


def signed_octets(
    node: etree._Element, steps: tuple[Step, ...], signature: etree._Element | None = None
) -> bytes:
    """Octets that a reference digests.

    Args:
        node: The signed element, where it stands.
        steps: The transforms, admitted by a profile.
        signature: The ds:Signature, for the enveloped transform.

    Raises:
        Refusal: SIG_FORMAT for comments, processing instructions and entity references, which the canonical
            form leaves out or cannot show, and when the element has no canonical form.
    """
    named = [step for step in steps if step.uri in {EXCLUSIVE_C14N, INCLUSIVE_C14N}]
    # XMLDSig 4.4.3.2: a node-set that no transform has made octets of is canonicalized by Canonical XML 1.0.
    octets = canonical(node, named[0] if named else Step(INCLUSIVE_C14N))
    if _has_unshown(octets):
        raise format_refusal("комментарии и инструкции обработки внутри подписанного элемента не допускаются")
    if steps[0].uri == ENVELOPED and signature is not None and signature.getparent() is node:
        octets = _without(octets, signature)
    if steps[-1].uri == SMEV_TRANSFORM:
        return transform_canonical(octets)
    return octets


def _has_unshown(octets: bytes) -> bool:
    """Whether there are comments or instructions; a single octet is looked for many times as fast as two."""
    return (b"!" in octets or b"?" in octets) and _UNSHOWN.search(octets) is not None


def _without(octets: bytes, signature: etree._Element) -> bytes:
    """Canonical octets of the parent without the signature, which is its last child and has no other inside.

    What is canonical of the other elements does not depend on a sibling, so cutting is exact.
    """
    prefix = signature.prefix
    name = f"{prefix}:Signature" if prefix else "Signature"
    begin = max(octets.rfind(f"<{name} ".encode()), octets.rfind(f"<{name}>".encode()))
    closing = f"</{name}>".encode()
    end = octets.rfind(closing)
    if begin < 0 or end < begin:
        raise format_refusal(f"подпись {{{DS}}} не найдена в канонической форме")
    return octets[:begin] + octets[end + len(closing) :]


def _refuse_default_namespace(node: etree._Element) -> None:
    """Refuse `#default` of a PrefixList where it would mean something: lxml passes it by."""
    if _DEFAULT_NAMESPACE in _c14n(node, exclusive=False):
        raise format_refusal("#default в PrefixList при объявленном пространстве имён по умолчанию")


def _refuse_inherited_attributes(node: etree._Element) -> None:
    """Canonical XML 1.0 copies xml:* attributes of ancestors to the top element; that is not built."""
    for ancestor in node.iterancestors():
        if any(str(name).startswith(_XML) for name in ancestor.attrib):
            raise format_refusal("унаследованные атрибуты xml:* при инклюзивной канонизации")
