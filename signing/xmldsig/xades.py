"""Receipts: one signature of the content with XAdES properties (ETSI EN 319 132-1, baseline B).

Signed are the content and the properties: when the signer says to have signed, by which certificate, what
kind of data. The certificates above the signer's are inside, so that a receipt can be verified alone, years
later, by whoever has the root. The moment is a claim: nobody but the signer stands for it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from uuid import uuid4

from lxml import etree

from signing import primitives
from signing.algorithms import DIGESTS, PREFERRED
from signing.certificates import Certificate
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import VerifiedReceipt
from signing.xmldsig import engine
from signing.xmldsig.documents import holder_parts, verify_each
from signing.xmldsig.identifiers import check_tree, ids_of
from signing.xmldsig.profiles import DS, RECEIPT, XADES, Place, Profile, Target
from signing.xmldsig.structure import (
    Parts,
    data_certificates,
    elements,
    format_refusal,
    local_name,
    read_digest,
    read_signature,
)

CERTIFICATE_MISMATCH = "в свойствах подписи назван другой сертификат"

_MIME_TYPE = "text/xml"
# ISO 8601 in UTC, to the second or finer: XAdES admits any zone, but a receipt says one moment in one way.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)


def sign_xades(
    holder: etree._Element, key: SigningKey, *, signing_time: datetime, profile: Profile = RECEIPT
) -> etree._Element:
    """Sign the content of a holder in place: appends a ds:Signature with XAdES properties.

    Args:
        holder: Element with the content alone.
        key: The signer's key; the certificates above it come into the signature, roots do not.
        signing_time: The moment to claim, aware; written in UTC, to the second.
        profile: A profile of receipts.

    Returns:
        The ds:Signature, in the tree.

    Raises:
        Refusal: SIG_FORMAT when the holder is not of the profile or is signed already.
        ValueError: The moment has no time zone.
        GostUnavailableError: No library computes a GOST algorithm.
    """
    profile.demand(Place.RECEIPT)
    if signing_time.tzinfo is None:
        raise ValueError("the moment of signing must name its time zone")
    content, signatures = holder_parts(holder, profile)
    if len(signatures) >= profile.maximum_signatures:
        raise format_refusal("слишком много подписей")
    content_id = ids_of(content, profile)[0]
    check_tree(holder)
    signature_id = f"signature-{uuid4()}"
    wrapper = _made(signature_id, key, signing_time)
    signed = wrapper[0][0]
    return engine.make(
        [(content, content_id), (signed, signed.get("Id", ""))],
        key,
        profile,
        parent=holder,
        signature_id=signature_id,
        properties=wrapper,
    )


def verify_xades(holder: etree._Element, profile: Profile = RECEIPT) -> tuple[VerifiedReceipt | Refusal, ...]:
    """Verify the signature of a receipt, wherever in a larger tree it stands.

    Args:
        holder: Element with the content first and then the signature of it.
        profile: A profile of receipts.

    Returns:
        The outcome of each signature the profile admits. Neither certificates nor the moment are trusted
        yet.

    Raises:
        Refusal: SIG_MISSING when there is no signature; SIG_FORMAT when the holder itself is not of the
            profile.
        GostUnavailableError: No library computes a GOST algorithm.
    """
    profile.demand(Place.RECEIPT)
    return verify_each(holder, profile, _verified)


def _verified(
    signature: etree._Element, content: etree._Element, profile: Profile, tree: engine.Tree
) -> VerifiedReceipt:
    parts = read_signature(signature, profile)
    certificates = data_certificates(parts.key_info, profile.maximum_certificates)
    if any(one.issuer != above.subject for one, above in pairwise(certificates)):
        raise format_refusal("за сертификатом подписавшего должны идти вышестоящие, каждый за своим")
    signed = _signed_properties(parts)
    own = certificates[0]
    targets = {Target.CONTENT: content, Target.PROPERTIES: signed}
    nodes = engine.check(parts, targets, own, profile, tree)
    moment = _read_properties(parts, signed, content, own, profile)
    return VerifiedReceipt(nodes, own, signature, parts.algorithm, certificates, moment)


def _signed_properties(parts: Parts) -> etree._Element:
    """SignedProperties by its place, in QualifyingProperties that say to be of this very signature."""
    if parts.properties is None:
        raise format_refusal("в подписи нет свойств XAdES")
    (qualifying,) = _children(parts.properties, ("QualifyingProperties",))
    (signed,) = _children(qualifying, ("SignedProperties",), ("Target",))
    signature_id = parts.element.get("Id", "")
    if not signature_id or qualifying.get("Target") != f"#{signature_id}":
        raise format_refusal("свойства XAdES относятся к другой подписи")
    return signed


def _read_properties(
    parts: Parts, signed: etree._Element, content: etree._Element, own: Certificate, profile: Profile
) -> datetime:
    """Check what the signed properties say; the moment that they claim."""
    of_signature, of_data = _children(
        signed, ("SignedSignatureProperties", "SignedDataObjectProperties"), ("Id",)
    )
    time, certificate = _children(of_signature, ("SigningTime", "SigningCertificateV2"))
    (named,) = _children(certificate, ("Cert",))
    (digest,) = _children(named, ("CertDigest",))
    method, value = _children(digest, ("DigestMethod", "DigestValue"), namespace=DS)
    kind, claimed = read_digest(method, value, profile)
    if primitives.digest(kind, own.der) != claimed:
        values = {"cause": CERTIFICATE_MISMATCH, "serial": own.serial}
        raise Refusal(Reason.SIG_INVALID, values=values, certificate=own)
    (described,) = _children(of_data, ("DataObjectFormat",))
    (mime_type,) = _children(described, ("MimeType",), ("ObjectReference",))
    wanted = {one.id for one in parts.references if one.target_id in ids_of(content, profile)}
    reference = described.get("ObjectReference", "")
    if _text(mime_type) != _MIME_TYPE or reference[:1] != "#" or {reference[1:]} != wanted or "" in wanted:
        raise format_refusal("DataObjectFormat описывает не содержание документа")
    return _moment(_text(time))


def _children(
    parent: etree._Element, names: Sequence[str], attributes: tuple[str, ...] = (), namespace: str = XADES
) -> list[etree._Element]:
    """The children of an element, which are exactly these."""
    children = elements(parent, attributes)
    if [child.tag for child in children] != [f"{{{namespace}}}{name}" for name in names]:
        raise format_refusal(f"состав элемента {local_name(parent)} отличается от {', '.join(names)}")
    return children


def _text(leaf: etree._Element) -> str:
    if len(leaf) or leaf.attrib:
        raise format_refusal(f"постороннее содержание в элементе {local_name(leaf)}")
    return leaf.text or ""


def _moment(text: str) -> datetime:
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError as error:
        raise format_refusal("такого момента SigningTime нет") from error
    raise format_refusal("момент SigningTime записан не по UTC вида ГГГГ-ММ-ДДTчч:мм:ссZ")


def _made(signature_id: str, key: SigningKey, signing_time: datetime) -> etree._Element:
    """The ds:Object with the properties of a signature to be made."""
    wrapper = etree.Element(f"{{{DS}}}Object", nsmap={"ds": DS, "xades": XADES})
    qualifying = _add(wrapper, "QualifyingProperties")
    qualifying.set("Target", f"#{signature_id}")
    signed = _add(qualifying, "SignedProperties")
    signed.set("Id", f"{signature_id}-properties")
    of_signature = _add(signed, "SignedSignatureProperties")
    whole = signing_time.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    _add(of_signature, "SigningTime").text = f"{whole.isoformat()}Z"
    digest = _add(_add(_add(of_signature, "SigningCertificateV2"), "Cert"), "CertDigest")
    _, uri = PREFERRED[key.kind]
    etree.SubElement(digest, f"{{{DS}}}DigestMethod", Algorithm=uri)
    value = primitives.digest(DIGESTS[uri], key.certificate.der)
    etree.SubElement(digest, f"{{{DS}}}DigestValue").text = base64.b64encode(value).decode("ascii")
    described = _add(_add(signed, "SignedDataObjectProperties"), "DataObjectFormat")
    described.set("ObjectReference", f"#{engine.reference_id(signature_id, 0)}")
    _add(described, "MimeType").text = _MIME_TYPE
    return wrapper


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XADES}}}{name}")
