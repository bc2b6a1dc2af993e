"""Why a signature holds or fails: its parts evaluated one by one, and the mistake that would explain each.

The judgement itself is that of `signing.inspection.recognition`; nothing here can make a signature valid.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from signing import primitives
from signing.algorithms import (
    DIGEST_OIDS,
    DIGESTS,
    LEGACY_DIGEST_OIDS,
    LEGACY_DIGESTS,
    LEGACY_SIGNATURES,
    SIGNATURES,
)
from signing.certificates import Certificate
from signing.cms.attributes import message_digest
from signing.cms.container import Container, read_signer
from signing.cms.detached import certificates_in
from signing.inspection.lenient import Claimed, ClaimedReference, decoded, octets_of, read_claimed, target_of
from signing.inspection.paths import path_of
from signing.inspection.recognition import Judged
from signing.inspection.second_opinion import Opinion, Second, ask
from signing.inspection.trials import Deviation, Found, Octets, digest_mistake, holds, value_mistake
from signing.inspection.variants import of_element, of_file, of_signed_info
from signing.reasons import Refusal

_METHODS = {**SIGNATURES, **LEGACY_SIGNATURES}
_DIGESTS = {**DIGESTS, **LEGACY_DIGESTS}
_DIGESTS_OF_CMS = {**DIGEST_OIDS, **LEGACY_DIGEST_OIDS}


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceFact:
    """One signed thing.

    Attributes:
        uri: What the reference names; "" for the whole document or file.
        path: Where that element stands; empty when it is not found.
        count: How many elements bear the identifier.
        transforms: URIs of the transforms.
        digest: URI or OID of the digest.
        expected: DigestValue, base64.
        found: The digest of what is there, base64; empty when it cannot be computed.
        octets: What is digested; None when it cannot be made.
        mistake: What would explain the difference.
    """

    uri: str
    path: str
    count: int
    transforms: tuple[str, ...]
    digest: str
    expected: str
    found: str
    octets: bytes | None
    mistake: Found | None

    @property
    def holds(self) -> bool:
        """Whether the digest is the one that is written."""
        return bool(self.found) and self.found == self.expected


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """One signature, explained.

    Attributes:
        judged: The judgement.
        references: What is signed.
        octets: What the signature value is over; None when it cannot be made.
        canonicalization: How SignedInfo is canonicalized; empty for CMS.
        certificate: The certificate that the signature names; None when it names none.
        value_holds: Whether the signature value fits octets and key.
        key_fits: Whether the algorithm that is named suits the key.
        mistake: What would explain a value that does not hold.
        second: What another implementation says.
    """

    judged: Judged
    references: tuple[ReferenceFact, ...]
    octets: bytes | None
    canonicalization: str
    certificate: Certificate | None
    value_holds: bool
    key_fits: bool
    mistake: Found | None
    second: Second

    @property
    def is_true(self) -> bool:
        """Whether the mathematics hold, whatever the profile says."""
        return bool(self.references) and self.value_holds and all(one.holds for one in self.references)


def explain_signature(judged: Judged, content: etree._Element | None = None) -> Explained:
    """Explain a ds:Signature; its tree is changed for moments, so nobody else may use it meanwhile.

    Args:
        judged: The judgement of it.
        content: Root of the content of a signature that came apart from it.

    Raises:
        GostUnavailableError: No library computes a GOST algorithm.
        ValueError: It is a CMS container.
    """
    if judged.element is None:
        raise ValueError("not an XML signature")
    claimed = read_claimed(judged.element)
    root = judged.element.getroottree().getroot() if content is None else content
    references = tuple(_reference(one, claimed, root) for one in claimed.references)
    own = claimed.certificates[0] if claimed.names_own else None
    method = _METHODS.get(claimed.algorithm)
    digest = method.digest if method else None
    value = decoded(claimed.text)
    step = claimed.canonicalization
    octets = None if claimed.signed_info is None else octets_of(claimed.signed_info, None, (step,))
    key = own.key if own else None
    good = bool(key and digest and octets and value and holds(key, digest, octets, value, der=False))
    mistake = None
    if not good and value and claimed.signed_info is not None:
        contents = [one.octets for one in references if one.octets is not None]
        variants = of_signed_info(claimed.signed_info, step, contents)
        mistake = value_mistake(variants, digest, value, _candidates(claimed), der=False)
    return Explained(
        judged=judged,
        references=references,
        octets=octets,
        canonicalization=step.uri,
        certificate=own,
        value_holds=good,
        key_fits=bool(key and method and key.kind in method.kinds),
        mistake=mistake,
        second=ask(claimed),
    )


def explain_container(judged: Judged, box: Container, container: bytes, content: bytes) -> Explained:
    """Explain a detached CMS.

    Raises:
        GostUnavailableError: No library computes a GOST algorithm.
    """
    try:
        signer = read_signer(box.signers[0])
        expected = base64.b64encode(message_digest(signer)).decode("ascii")
        certificates = list(certificates_in(container))
    except (Refusal, IndexError):
        return _of_container(judged, (), None, None)
    digest = _DIGESTS_OF_CMS.get(signer.digest[0])
    found = "" if digest is None else _base64(primitives.digest(digest, content))
    mistake = digest_mistake(of_file(content), digest, expected) if found != expected else None
    fact = ReferenceFact("", "", 1, (), signer.digest[0], expected, found, content, mistake)
    own = certificates[0] if certificates else None
    key = own.key if own else None
    good = bool(key and digest and holds(key, digest, signer.signed, signer.signature, der=True))
    wrong = None
    if not good:
        variants: list[Octets] = [
            (None, "", lambda: signer.signed),
            (Deviation.CONTENT_SIGNED, "", lambda: content),
        ]
        wrong = value_mistake(variants, digest, signer.signature, _marked(certificates, named=True), der=True)
    return replace(_of_container(judged, (fact,), signer.signed, own), value_holds=good, mistake=wrong)


def _of_container(
    judged: Judged, references: tuple[ReferenceFact, ...], octets: bytes | None, own: Certificate | None
) -> Explained:
    return Explained(
        judged=judged,
        references=references,
        octets=octets,
        canonicalization="",
        certificate=own,
        value_holds=False,
        key_fits=own is not None,
        mistake=None,
        second=Second(Opinion.NONE),
    )


def _reference(claimed: ClaimedReference, signature: Claimed, root: etree._Element) -> ReferenceFact:
    found = target_of(root, claimed.uri)
    node = found[0] if found else None
    digest = _DIGESTS.get(claimed.digest)
    octets = octets_of(node, signature.element, claimed.transforms) if node is not None else None
    value = "" if digest is None or octets is None else _base64(primitives.digest(digest, octets))
    mistake = None
    if node is not None and value != claimed.text:
        variants = of_element(node, signature.element, claimed.transforms)
        mistake = digest_mistake(variants, digest, claimed.text)
    return ReferenceFact(
        uri=claimed.uri or "",
        path="" if node is None else path_of(node),
        count=len(found),
        transforms=tuple(step.uri for step in claimed.transforms),
        digest=claimed.digest,
        expected=claimed.text,
        found=value,
        octets=octets,
        mistake=mistake,
    )


def _candidates(claimed: Claimed) -> list[tuple[Deviation | None, Certificate]]:
    return _marked(claimed.certificates, named=claimed.names_own)


def _marked(
    certificates: Sequence[Certificate], *, named: bool
) -> list[tuple[Deviation | None, Certificate]]:
    return [
        (None if named and place == 0 else Deviation.OTHER_CERTIFICATE, one)
        for place, one in enumerate(certificates)
    ]


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
