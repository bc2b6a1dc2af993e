"""Who signed in which role: verified signatures against the persons of the content and the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from signing.certificates import Certificate
from signing.reasons import Reason, Refusal
from signing.roles.eligibility import Case, Eligibility
from signing.roles.policy import ORGANIZATION
from signing.roles.rules import RolePolicy
from signing.roles.signers import ExpectedSigner, Organization
from signing.roles.staff import NoPosts, NoStaff, Posts, Staff
from signing.verified import Signed

_NO_STAFF = NoStaff()
_NO_POSTS = NoPosts()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome for a whole document.

    Attributes:
        refusals: All that was found, in the order of the checks and then of the signatures.
        signers: Role and certificate of each good signature, once for each role; in the order of the
            signatures.
        not_checked: Checks that could not be made for some signature that holds, in their order.
    """

    refusals: tuple[Refusal, ...]
    signers: tuple[tuple[str, Certificate], ...]
    not_checked: tuple[Reason, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether nothing was found; what could not be checked is in `not_checked`."""
        return not self.refusals

    @property
    def awaits_status(self) -> bool:
        """Whether nothing was found but that revocation could not be checked: the document waits."""
        return bool(self.refusals) and all(r.reason is Reason.CERT_STATUS_UNKNOWN for r in self.refusals)


def judge(
    policy: RolePolicy,
    kind: str,
    on: date,
    expected: Sequence[ExpectedSigner],
    verified: Sequence[Signed | Refusal],
    *,
    organization_ogrn: str,
    organization_oid: str = "",
    bureau: Organization | None = None,
    staff: Staff = _NO_STAFF,
    posts: Posts = _NO_POSTS,
) -> Judgement:
    """Judge the signatures of a document.

    A role follows from the content: a certificate with the СНИЛС of a named person signs in every role the
    content gives that person, and one with the ОГРН of the organisation and no person is its seal. A refused
    signature keeps the role its certificate claims: the role is reported with the refusal and not once more
    as missing.

    Args:
        policy: The policy.
        kind: Kind of the document.
        on: Day of the document.
        expected: Persons the content names, a person with two roles twice.
        verified: Outcomes of all signatures, in the order of the document, certificates checked for trust
            already.
        organization_ogrn: ОГРН of the document's organisation.
        organization_oid: OID of the document's organisation, empty when it is not known.
        bureau: The bureau, when it is not the document's organisation itself.
        staff: Register of staff.
        posts: Register of posts.

    Returns:
        The judgement; every refusal has a role and the place of its signature where there is one.
    """
    rules = {rule.role: rule for rule in policy.rules_of(kind, on)}
    if not rules:
        values = {"kind": kind, "moment": on.isoformat()}
        return Judgement((Refusal(Reason.SIGNER_ROLE, values=values),), (), ())
    document = Organization(organization_ogrn, organization_oid)
    bench = _Bench(Case(on, rules, document, bureau or document, staff, posts), expected)
    for position, outcome in enumerate(verified, start=1):
        bench.seat(outcome, position)
    refusals = [
        *bench.refusals,
        *_miscounted(bench),
        *_small_commissions(policy, kind, bench),
        *_absent_named(bench),
        *_same_person(policy, kind, bench),
    ]
    refusals.sort(key=lambda refusal: refusal.place)
    not_checked = sorted(bench.eligibility.not_checked, key=lambda reason: reason.order)
    return Judgement(tuple(refusals), tuple(bench.signers), tuple(not_checked))


class _Bench:
    """Who sits in which role while the signatures are gone through."""

    def __init__(self, case: Case, expected: Sequence[ExpectedSigner]) -> None:
        self.case = case
        self.expected = expected
        self.eligibility = Eligibility(case)
        self.refusals: list[Refusal] = []
        self.signers: list[tuple[str, Certificate]] = []
        # Owners by role, those of refused signatures too: these roles are not missing.
        self.seated: dict[str, set[str]] = {role: set() for role in case.rules}
        self.signed: set[str] = set()

    def seat(self, outcome: Signed | Refusal, position: int) -> None:
        """Give a signature its roles, or keep why it has none."""
        certificate = outcome.certificate
        roles = self._roles(certificate) if certificate else ()
        if isinstance(outcome, Refusal):
            named = outcome if outcome.role else outcome.with_role(", ".join(roles))
            self.refusals.append(named.at(position))
        if certificate is None:
            return
        holds = not isinstance(outcome, Refusal) or outcome.reason is Reason.CERT_STATUS_UNKNOWN
        fault = self._fault(certificate, roles) if holds else None
        if fault:
            self.refusals.append(fault.at(position))
        owner = _owner(certificate)
        for role in roles:
            self.seated.setdefault(role, set()).add(owner)
        if holds and owner:
            self.signed.add(owner)
        if not isinstance(outcome, Refusal) and fault is None:
            self.signers.extend((role, certificate) for role in roles)

    def _roles(self, certificate: Certificate) -> tuple[str, ...]:
        if certificate.is_organizational:
            return (ORGANIZATION,)
        return tuple(dict.fromkeys(s.role for s in self._named(certificate)))

    def _named(self, certificate: Certificate) -> list[ExpectedSigner]:
        return [s for s in self.expected if certificate.snils and s.person == certificate.snils]

    def _fault(self, certificate: Certificate, roles: tuple[str, ...]) -> Refusal | None:
        """The first thing, by the order of checks, that speaks against a good signature of a certificate."""
        serial = {"serial": certificate.serial}
        if certificate.is_organizational:
            return self._seal_fault(certificate, serial)
        if certificate.snils and certificate.snils in self.signed:
            return Refusal(Reason.SIG_DUPLICATE, ", ".join(roles), serial, certificate)
        if not roles:
            return Refusal(Reason.SIGNER_IDENTITY, values=serial, certificate=certificate)
        return self.eligibility.fault(certificate, self._named(certificate))

    def _seal_fault(self, certificate: Certificate, serial: dict[str, str]) -> Refusal | None:
        rule = self.case.rules.get(ORGANIZATION)
        owner = self.case.employer(ORGANIZATION)
        if owner is not None and certificate.ogrn != owner.ogrn:
            return Refusal(Reason.SIGNER_ORG, ORGANIZATION, serial, certificate)
        if rule is None or certificate.ogrn in self.signed:
            return Refusal(Reason.ORG_SIGNATURE, ORGANIZATION, serial, certificate)
        return None


def _owner(certificate: Certificate) -> str:
    return certificate.snils or certificate.ogrn


def _miscounted(bench: _Bench) -> Iterator[Refusal]:
    rules = bench.case.rules.values()
    required = ", ".join(rule.role for rule in rules if rule.minimum)
    for rule in rules:
        count = len(bench.seated[rule.role])
        values = {"count": str(count), "minimum": str(rule.minimum), "required": required}
        if count < rule.minimum:
            reason = Reason.ORG_SIGNATURE if rule.role == ORGANIZATION else Reason.SIG_MISSING
            yield Refusal(reason, rule.role, values)
        elif rule.maximum is not None and count > rule.maximum and rule.role != ORGANIZATION:
            yield Refusal(Reason.SIGNER_ROLE, rule.role, {"count": str(count), "maximum": str(rule.maximum)})


def _small_commissions(policy: RolePolicy, kind: str, bench: _Bench) -> Iterator[Refusal]:
    for commission in policy.commissions_of(kind, bench.case.on):
        persons = set[str]().union(*(bench.seated.get(role, set()) for role in commission.roles))
        needed = commission.min_commission_persons
        if len(persons) < needed:
            roles = ", ".join(commission.roles)
            values = {"count": str(len(persons)), "minimum": str(needed), "required": roles}
            yield Refusal(Reason.SIG_MISSING, roles, values)


def _absent_named(bench: _Bench) -> Iterator[Refusal]:
    demanded = {role for role, rule in bench.case.rules.items() if rule.named_sign}
    for signer in bench.expected:
        if signer.role in demanded and signer.person not in bench.seated[signer.role]:
            yield Refusal(Reason.AUTHOR_MISMATCH, signer.role)


def _same_person(policy: RolePolicy, kind: str, bench: _Bench) -> Iterator[Refusal]:
    for difference in policy.differences_of(kind, bench.case.on):
        one, other = difference.roles
        persons = [{s.person for s in bench.expected if s.role == role} - {""} for role in (one, other)]
        if persons[0] & persons[1]:
            yield Refusal(Reason.SIGNER_ROLE, one, {"other_role": other})
