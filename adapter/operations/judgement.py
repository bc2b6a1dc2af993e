"""The signatures of documents: of ours (XMLDSig) and of a СЭМД (CMS), judged by the same roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.contract.cda import CdaTime, Precision
from adapter.contract.semd_document import Semd
from adapter.contract.signers import referral_signers, semd_signers, signature_problem
from adapter.domain.errors import Problem
from adapter.domain.referral import Referral
from adapter.domain.registers import NO_REGISTERS, OrganizationEntry, Registers
from adapter.domain.subjects import region, zone
from adapter.operations.registers import StaffOf
from signing import ExpectedSigner, Refusal, RolePolicy, Trust, judge, verify_detached, verify_document
from signing.cms.detached import VerifiedFile
from signing.primitives import Octets
from signing.reasons import Reason
from signing.roles.posts import KnownPosts
from signing.verified import Signed


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement on the signatures of one document.

    Attributes:
        problems: what is wrong.
        awaits_status: nothing is wrong but that revocation could not be checked.
        not_checked: checks of signers that could not be made; a good document is good but for them.
    """

    problems: tuple[Problem, ...]
    awaits_status: bool
    not_checked: tuple[Reason, ...] = ()


_POSTS = KnownPosts()
NOTHING = Judged((), awaits_status=False)
"""Nothing was signed that had to be."""


def both(one: Judged, other: Judged) -> Judged:
    """Return the judgement on two documents of one submission.

    It waits for the status of certificates when one does and nothing is wrong with the other.
    """
    waits = [judged.awaits_status or not judged.problems for judged in (one, other)]
    return Judged(
        (*one.problems, *other.problems),
        awaits_status=all(waits) and (one.awaits_status or other.awaits_status),
        not_checked=tuple(dict.fromkeys((*one.not_checked, *other.not_checked))),
    )


def local_day(organization_oid: str, now: datetime, registers: Registers = NO_REGISTERS) -> date:
    """Return the calendar day of an instant in the zone of the organisation: by the register, else by OID."""
    day = now.astimezone(zone(region(organization_oid))).date()
    entry = registers.organization(organization_oid, day)
    if not isinstance(entry, OrganizationEntry):
        return day
    return now.astimezone(ZoneInfo(entry.zone) if entry.zone else zone(entry.subject)).date()


def judge_referral(
    trust: Trust,
    policy: RolePolicy,
    holder: etree._Element,
    referral: Referral,
    now: datetime,
    registers: Registers = NO_REGISTERS,
) -> Judged:
    """Verify all signatures of a SignedReferral and judge who signed."""
    return judge_document(
        trust,
        policy,
        holder,
        kind=referral.document_kind,
        expected=referral_signers(referral),
        organization_ogrn=referral.organization.ogrn,
        organization_oid=referral.organization.oid,
        created_at=referral.created_at,
        day=local_day(referral.organization.oid, referral.created_at, registers),
        now=now,
        registers=registers,
    )


def judge_document(
    trust: Trust,
    policy: RolePolicy,
    holder: etree._Element,
    *,
    kind: str,
    expected: Sequence[ExpectedSigner],
    organization_ogrn: str,
    created_at: datetime,
    day: date,
    now: datetime,
    organization_oid: str = "",
    registers: Registers = NO_REGISTERS,
) -> Judged:
    """Verify the signatures of a signed document and judge who signed.

    The certificates must be valid at the date of the document and at `now` (facts, D.2). Without
    `organization_oid` the caller compares the OIDs of the signers' organisations.
    """
    path = f"{etree.QName(holder).localname}/Signature"
    try:
        outcomes: Sequence[Signed | Refusal] = trust.vet(verify_document(holder), at=created_at, now=now)
    except Refusal as refusal:
        if refusal.reason is not Reason.SIG_MISSING:
            return Judged((signature_problem(refusal, path),), awaits_status=False)
        outcomes = ()
    case = _Case(policy, kind, day, organization_ogrn, organization_oid, registers)
    return _judged(case, expected, outcomes, path)


def judge_semd(
    trust: Trust,
    policy: RolePolicy,
    semd: Semd,
    content: bytes | Octets,
    containers: Sequence[bytes],
    path: str,
    now: datetime,
    registers: Registers = NO_REGISTERS,
) -> Judged:
    """Verify the detached signatures of a СЭМД and judge who signed, by the roles of its kind.

    Args:
        trust: authorities.
        policy: which roles sign which kind.
        semd: what the document says.
        content: its bytes, as they came.
        containers: CMS SignedData of each signature (CAdES-BES, one signer), as they came.
        path: where the signatures stand; an index is added.
        now: instant of receipt, UTC.
        registers: local registers.
    """
    organization = semd.organization
    oid = (organization.oid if organization else None) or ""
    created_at, day = _moment(semd.created_at, oid, now)
    outcomes = trust.vet(_verified(containers, content), at=created_at, now=now)
    ogrn = (organization.ogrn if organization else None) or ""
    case = _Case(policy, semd.document_kind or "", day, ogrn, oid, registers)
    return _judged(case, semd_signers(semd), outcomes, path)


def judge_file(
    trust: Trust, content: bytes | Octets, containers: Sequence[bytes], path: str, now: datetime
) -> Judged:
    """Verify the detached signatures of an attachment; who signs one is nobody's rule.

    Args:
        trust: authorities.
        content: its bytes, as they came.
        containers: CMS SignedData of each signature (one signer), as they came.
        path: where the signatures stand; an index is added.
        now: instant of receipt, UTC: an attachment tells no moment of its own.
    """
    outcomes = trust.vet(_verified(containers, content, cades=False), at=now, now=now)
    refusals = [one.at(n) for n, one in enumerate(outcomes, start=1) if isinstance(one, Refusal)]
    problems = tuple(signature_problem(one, path, "файла") for one in refusals)
    waits = bool(refusals) and all(one.reason is Reason.CERT_STATUS_UNKNOWN for one in refusals)
    return Judged(problems, awaits_status=waits)


@dataclass(frozen=True, slots=True)
class _Case:
    """By which rules the signers of a document are judged."""

    policy: RolePolicy
    kind: str
    day: date
    organization_ogrn: str
    organization_oid: str
    registers: Registers


def _judged(
    case: _Case, expected: Sequence[ExpectedSigner], outcomes: Sequence[Signed | Refusal], path: str
) -> Judged:
    judgement = judge(
        case.policy,
        case.kind,
        case.day,
        expected,
        outcomes,
        organization_ogrn=case.organization_ogrn,
        organization_oid=case.organization_oid,
        staff=StaffOf(case.registers),
        posts=_POSTS,
    )
    refusals = [one for one in judgement.refusals if one.reason is not Reason.CERT_STATUS_UNKNOWN]
    unknown = [one for one in judgement.refusals if one.reason is Reason.CERT_STATUS_UNKNOWN]
    problems = tuple(signature_problem(one, path) for one in (*refusals, *unknown))
    return Judged(problems, judgement.awaits_status, judgement.not_checked)


def _verified(
    containers: Sequence[bytes], content: bytes | Octets, *, cades: bool = True
) -> list[VerifiedFile | Refusal]:
    """Return the outcome of each signature; a second one by the same certificate is a duplicate."""
    outcomes: list[VerifiedFile | Refusal] = []
    seen: set[str] = set()
    for container in containers:
        try:
            outcome: VerifiedFile | Refusal = verify_detached(container, content, cades=cades)
        except Refusal as refusal:
            outcome = refusal
        if isinstance(outcome, VerifiedFile):
            certificate = outcome.certificate
            if certificate.thumbprint in seen:
                values = {"serial": certificate.serial}
                outcome = Refusal(Reason.SIG_DUPLICATE, values=values, certificate=certificate)
            seen.add(certificate.thumbprint)
        outcomes.append(outcome)
    return outcomes


def _moment(created_at: CdaTime | None, organization_oid: str, now: datetime) -> tuple[datetime, date]:
    """Return when a СЭМД was made, and its day where it was made; of a bare day the noon there counts."""
    if created_at is None:
        return now, local_day(organization_oid, now)
    if created_at.precision is Precision.DAY:
        noon = datetime.combine(created_at.day, time(12), zone(region(organization_oid)))
        return noon.astimezone(UTC), created_at.day
    return created_at.moment, local_day(organization_oid, created_at.moment)
