"""Which profile each signature of a file is of, by the place where it stands, and whether it holds.

Every ds:Signature of a tree is accounted for: one at a place that no profile knows is refused, so nothing
that looks like a signature is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lxml import etree

from signing.algorithms import DIGESTS, SIGNATURES
from signing.cms.container import read_signer
from signing.cms.detached import VerifiedFile, verify_detached
from signing.inspection.paths import path_of
from signing.inspection.places import MISPLACED, Claim, Rule, claim_of
from signing.inspection.reading import Subject
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig.app_data import verify_app_data
from signing.xmldsig.documents import verify_document
from signing.xmldsig.profiles import DS, PROFILES, Place, Profile
from signing.xmldsig.smev3 import Slot, verify_smev3, verify_smev3_detached
from signing.xmldsig.structure import format_refusal
from signing.xmldsig.wss import verify_wss
from signing.xmldsig.xades import verify_xades

CMS = "cms"
PROFILE_NAMES: tuple[str, ...] = (*PROFILES, CMS)
MAXIMUM_SIGNATURES = 256

_SIGNATURE = f"{{{DS}}}Signature"
_METHOD = f"{{{DS}}}SignedInfo/{{{DS}}}SignatureMethod"
_DIGEST = f"{{{DS}}}SignedInfo/{{{DS}}}Reference/{{{DS}}}DigestMethod"
_SHOWN = 200

Outcome = Verified | VerifiedFile | Refusal


class Kind(StrEnum):
    """What a file is."""

    SMEV2 = "smev2"
    SMEV3 = "smev3"
    SMEV3_DETACHED = "smev3-detached"
    IPS = "ips"
    APP_DATA = "app-data"
    DOCUMENT = "document"
    SOAP = "soap"
    XML = "xml"
    CMS = "cms"


class ContentNeededError(Exception):
    """A detached signature came without the content that it signs."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One signature and its outcome.

    Attributes:
        profile: Name of the profile that it was judged by; empty when no profile knows its place.
        path: Where the signature stands; empty for a CMS container.
        targets: Where the elements stand that it is known to sign; empty while it does not hold.
        wanted: What the profile wants signed, in Russian.
        algorithm: URI or OID of the signature algorithm, as the signature names it.
        digest: URI of the first digest, or OID of the digest; empty when there is none.
        outcome: Verified or refused.
        element: The ds:Signature; None for a CMS container.
    """

    profile: str
    path: str
    targets: tuple[str, ...]
    wanted: tuple[str, ...]
    algorithm: str
    digest: str
    outcome: Outcome
    element: etree._Element | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Recognized:
    """A file and all its signatures.

    Attributes:
        kind: What it is.
        signatures: The signatures in the order of the document.
        refusals: What is wrong with the file as a whole.
    """

    kind: Kind
    signatures: tuple[Judged, ...]
    refusals: tuple[Refusal, ...] = ()


def judge(
    subject: Subject,
    *,
    content: bytes | None = None,
    content_root: etree._Element | None = None,
    profile: str = "",
    legacy: bool = False,
) -> Recognized:
    """Judge every signature of a file by its mathematics and its profile; certificates are not yet trusted.

    Args:
        subject: The file.
        content: What a detached CMS signs, byte for byte.
        content_root: The signed element, root of its document, for a detached signature of SMEV 3.
        profile: Name of the profile that must be there, one of `PROFILE_NAMES`; signatures at its place are
            judged by it, the others by their own. Empty: each by its own.
        legacy: Whether GOST 2001/94 and SHA-1 are admitted.

    Raises:
        ContentNeededError: A detached signature, and no content is given.
        GostUnavailableError: No library computes a GOST algorithm.
    """
    if subject.root is None:
        return _container(subject, content, profile, legacy=legacy)
    root = subject.root
    found: list[etree._Element] = []
    for signature in root.iter(_SIGNATURE):
        found.append(signature)
        if len(found) > MAXIMUM_SIGNATURES:
            refusal = format_refusal(f"подписей в файле больше {MAXIMUM_SIGNATURES}")
            return Recognized(_kind_of(root, []), (), (refusal,))
    forced = PROFILES.get(profile)
    claims = [claim_of(one, forced) for one in found]
    judge_by = _Judge(root, content_root, legacy=legacy)
    signatures = [judge_by.signature(*pair) for pair in zip(found, claims, strict=True)]
    return Recognized(_kind_of(root, claims), tuple(signatures), tuple(_absences(signatures, profile)))


class _Judge:
    """Verifies by place; what one call verifies together is verified once."""

    def __init__(self, root: etree._Element, content: etree._Element | None, *, legacy: bool) -> None:
        self._root = root
        self._content = content
        self._legacy = legacy
        self._together: dict[tuple[Rule, etree._Element], Mapping[etree._Element, Outcome] | Refusal] = {}

    def signature(self, signature: etree._Element, claim: Claim) -> Judged:
        """Judge one signature of the tree."""
        profile = claim.profile
        outcome: Outcome
        try:
            if profile is None:
                raise format_refusal(claim.cause)
            outcome = self._outcome(signature, claim, self._admitting(claim))
        except Refusal as refusal:
            outcome = refusal
        nodes = outcome.nodes if isinstance(outcome, Verified) else ()
        return Judged(
            profile=profile.name if profile else "",
            path=path_of(signature),
            targets=tuple(path_of(node) for node in nodes),
            wanted=tuple(map(str, profile.targets)) if profile else (),
            algorithm=_algorithm(signature, _METHOD),
            digest=_algorithm(signature, _DIGEST),
            outcome=outcome,
            element=signature,
        )

    def _admitting(self, claim: Claim) -> Profile:
        profile = claim.profile
        assert profile is not None  # noqa: S101 - the caller has looked
        if self._legacy:
            return profile.with_legacy()
        # SHA-1 of the bus is admitted for a partner by name, not because a message looks like the bus's.
        return profile if claim.is_forced else replace(profile, digests=DIGESTS, algorithms=SIGNATURES)

    def _outcome(self, signature: etree._Element, claim: Claim, profile: Profile) -> Outcome:
        holder = claim.holder
        match claim.rule:
            case Rule.DETACHED:
                if self._content is None:
                    raise ContentNeededError
                return verify_smev3_detached(signature, self._content, profile)
            case Rule.PAIR:
                return verify_smev3_detached(signature, holder[0], profile)
            case Rule.SECURITY:
                return self._shared(signature, claim.rule, holder, lambda: self._of_header(profile))
            case Rule.ENVELOPED:
                return self._shared(
                    signature, claim.rule, holder, lambda: _one(verify_app_data(holder, profile))
                )
            case Rule.SLOT:
                return self._shared(signature, claim.rule, self._root, lambda: self._of_slots(profile))
            case Rule.HOLDER:
                return self._shared(signature, claim.rule, holder, lambda: _of_document(holder, profile))

    def _shared(
        self,
        signature: etree._Element,
        rule: Rule,
        holder: etree._Element,
        verify: Callable[[], Mapping[etree._Element, Outcome]],
    ) -> Outcome:
        """Outcome of a signature that is verified with others of one holder."""
        key = (rule, holder)
        if key not in self._together:
            try:
                self._together[key] = verify()
            except Refusal as refusal:
                self._together[key] = refusal
        found = self._together[key]
        if isinstance(found, Refusal):
            return found
        outcome = found.get(signature)
        return format_refusal(MISPLACED) if outcome is None else outcome

    def _of_header(self, profile: Profile) -> Mapping[etree._Element, Outcome]:
        return _one(verify_wss(self._root, profile))

    def _of_slots(self, profile: Profile) -> Mapping[etree._Element, Outcome]:
        slots: Sequence[Slot] = verify_smev3(self._root, profile)
        return {one: slot.outcome for slot in slots for one in slot.element.iterchildren(_SIGNATURE)}


def _one(verified: Verified) -> Mapping[etree._Element, Outcome]:
    return {verified.signature: verified}


def _of_document(holder: etree._Element, profile: Profile) -> Mapping[etree._Element, Outcome]:
    outcomes: Sequence[Outcome]
    if profile.place is Place.RECEIPT:
        outcomes = verify_xades(holder, profile)
    else:
        outcomes = verify_document(holder, profile)
    return dict(zip(holder.iterchildren(_SIGNATURE), outcomes, strict=True))


def _container(subject: Subject, content: bytes | None, profile: str, *, legacy: bool) -> Recognized:
    """Judge a CMS container; one that encloses its content is refused, whatever the content."""
    enclosed = subject.box.content if subject.box else None
    if content is None and enclosed is None:
        raise ContentNeededError
    data = content if content is not None else enclosed or b""
    outcome: Outcome
    algorithm = digest = ""
    try:
        if subject.box and subject.box.signers:
            signer = read_signer(subject.box.signers[0])
            algorithm, digest = signer.algorithm[0], signer.digest[0]
        outcome = verify_detached(subject.container, data, cades=False, legacy=legacy)
    except Refusal as refusal:
        outcome = refusal
    judged = Judged(CMS, "", (), ("файл целиком",), algorithm, digest, outcome)
    return Recognized(Kind.CMS, (judged,), tuple(_absences([judged], profile)))


def _absences(signatures: Sequence[Judged], profile: str) -> list[Refusal]:
    """What is not there though it must be: any signature at all, one of the profile asked for."""
    if not signatures or (profile and all(one.profile != profile for one in signatures)):
        return [Refusal(Reason.SIG_MISSING)]
    return []


_KINDS: Mapping[str, Kind] = {
    "wss-body": Kind.SMEV2,
    "wss-header-body": Kind.SMEV2,
    "ips": Kind.IPS,
    "ips-callback": Kind.IPS,
    "smev3": Kind.SMEV3,
    "app-data": Kind.APP_DATA,
    "document": Kind.DOCUMENT,
    "receipt": Kind.DOCUMENT,
}


def _kind_of(root: etree._Element, claims: Sequence[Claim]) -> Kind:
    names = [claim.profile.name for claim in claims if claim.profile is not None]
    if any(claim.rule in {Rule.DETACHED, Rule.PAIR} for claim in claims):
        return Kind.SMEV3_DETACHED
    transport = [n for n in names if PROFILES[n].place in {Place.SECURITY_HEADER, Place.SLOT}]
    if transport:
        return _KINDS[transport[0]]
    if etree.QName(root).localname == "Envelope":
        return Kind.SOAP
    return _KINDS[names[0]] if names else Kind.XML


def _algorithm(signature: etree._Element, path: str) -> str:
    found = signature.find(path)
    return "" if found is None else found.get("Algorithm", "")[:_SHOWN]
