"""Our signed documents: the content first, then one detached signature of it for each signer.

Every check of place and structure comes before the mathematics, on the caller's tree, by identity of
elements; what is handed out is the signed element of that tree itself. Nothing but `Refusal` is raised for
foreign input, and the tree is never changed by verifying.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lxml import etree

from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig import engine
from signing.xmldsig.identifiers import ids_of
from signing.xmldsig.profiles import DOCUMENT, DS, Place, Profile, Target
from signing.xmldsig.structure import data_certificate, elements, format_refusal, read_signature

V = TypeVar("V", bound=Verified)

_SIGNATURE = f"{{{DS}}}Signature"

Verify = Callable[[etree._Element, etree._Element, Profile, engine.Tree], V]  # noqa: SLF001 - lxml's type
"""Verifies one signature: it, the content, the profile, the tree."""


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
    profile.demand(Place.HOLDER)
    return verify_each(holder, profile, _verified)


def verify_each(holder: etree._Element, profile: Profile, verify: Verify[V]) -> tuple[V | Refusal, ...]:
    """Verify every signature of a holder by the means of its profile; see `verify_document`.

    Args:
        holder: Element with the content first and then the signatures of it.
        profile: A profile of a holder.
        verify: Verifies one signature of the content.

    Raises:
        Refusal: As `verify_document`.
    """
    content, signatures = holder_parts(holder, profile)
    if not signatures:
        raise Refusal(Reason.SIG_MISSING)
    tree = engine.Tree(holder)
    results: list[V | Refusal] = []
    seen: set[str] = set()
    for signature in signatures:
        result = _outcome(verify, signature, content, profile, tree)
        if isinstance(result, Verified) and result.certificate.thumbprint in seen:
            serial = result.certificate.serial
            result = Refusal(Reason.SIG_DUPLICATE, values={"serial": serial}, certificate=result.certificate)
        elif isinstance(result, Verified):
            seen.add(result.certificate.thumbprint)
        results.append(result)
    return tuple(results)


def sign_document(holder: etree._Element, key: SigningKey, profile: Profile = DOCUMENT) -> etree._Element:
    """Sign the content of a holder in place: appends one ds:Signature; earlier signatures stay good.

    Returns:
        The ds:Signature, in the tree.

    Raises:
        Refusal: SIG_FORMAT when the holder is not of the profile or holds the most signatures it may.
    """
    profile.demand(Place.HOLDER)
    content, signatures = holder_parts(holder, profile)
    if len(signatures) >= profile.maximum_signatures:
        raise format_refusal("слишком много подписей")
    signed = [(content, ids_of(content, profile)[0])]
    tree = engine.admit(holder, signed, profile)
    return engine.make(signed, key, profile, parent=holder, tree=tree)


def _outcome(
    verify: Verify[V], signature: etree._Element, content: etree._Element, profile: Profile, tree: engine.Tree
) -> V | Refusal:
    try:
        return verify(signature, content, profile, tree)
    except Refusal as refusal:
        return refusal


def _verified(
    signature: etree._Element, content: etree._Element, profile: Profile, tree: engine.Tree
) -> Verified:
    parts = read_signature(signature, profile)
    certificate = data_certificate(parts.key_info)
    nodes = engine.check(parts, {Target.CONTENT: content}, certificate, profile, tree)
    return Verified(nodes, certificate, signature, parts.algorithm)


def holder_parts(holder: etree._Element, profile: Profile) -> tuple[etree._Element, list[etree._Element]]:
    """The content and the signatures of a holder, which are all it has.

    Raises:
        Refusal: SIG_FORMAT for anything else.
    """
    children = elements(holder)
    if not children or children[0].tag == _SIGNATURE:
        raise format_refusal("нет подписываемого содержания")
    if any(child.tag != _SIGNATURE for child in children[1:]):
        raise format_refusal("после содержания документа могут стоять только подписи")
    if len(children) > profile.maximum_signatures + 1:
        raise format_refusal("слишком много подписей")
    return children[0], children[1:]
