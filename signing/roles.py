"""Who signed in which role: verified signatures against the persons of the content and the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from signing.certificates import Certificate
from signing.policy import ORGANIZATION, RolePolicy, RoleRule
from signing.reasons import Reason, Refusal
from signing.verified import Verified

# Steps that need registers of staff and posts. SIGNER_ROLE is here for its part about posts.
NOT_CHECKED = (Reason.SIGNER_NOT_IN_FRMR, Reason.SIGNER_POST, Reason.SIGNER_ROLE)


@dataclass(frozen=True, slots=True, repr=False)
class ExpectedSigner:
    """A person whom the signed content names.

    Attributes:
        role: Mnemonic of the role.
        snils: СНИЛС, 11 digits or with its separators.
        post_code: Post by NSI 1.2.643.5.1.13.13.11.1002.
        organization_ogrn: ОГРН of the person's organisation, empty when it is that of the document.
        name: «Фамилия Имя Отчество»; empty when it is not to be compared.
    """

    role: str
    snils: str
    post_code: str = ""
    organization_ogrn: str = ""
    name: str = ""

    @property
    def person(self) -> str:
        """СНИЛС as digits: who the person is."""
        return "".join(c for c in self.snils if c.isdecimal())

    def __repr__(self) -> str:
        return f"ExpectedSigner({self.role})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome for a whole document.

    Attributes:
        refusals: All that was found, in the order of the checks.
        signers: Role and certificate of each good signature, once for each role; in the order of the
            signatures.
        not_checked: Steps that could not be made.
    """

    refusals: tuple[Refusal, ...]
    signers: tuple[tuple[str, Certificate], ...]
    not_checked: tuple[Reason, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether nothing was found."""
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
    verified: Sequence[Verified | Refusal],
    *,
    organization_ogrn: str,
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
        verified: Outcomes of the signatures, certificates checked for trust already.
        organization_ogrn: ОГРН of the document's organisation.

    Returns:
        The judgement; every refusal has a role where one is known.
    """
    rules = policy.rules_of(kind, on)
    if not rules:
        values = {"kind": kind, "moment": on.isoformat()}
        return Judgement((Refusal(Reason.SIGNER_ROLE, values=values),), (), NOT_CHECKED)
    bench = _Bench(rules, expected, organization_ogrn)
    for outcome in verified:
        bench.seat(outcome)
    refusals = [
        *bench.refusals,
        *_miscounted(rules, bench),
        *_small_commissions(policy, kind, on, bench),
        *_absent_named(rules, expected, bench),
        *_same_person(policy, expected),
    ]
    refusals.sort(key=lambda refusal: refusal.reason.order)
    return Judgement(tuple(refusals), tuple(bench.signers), NOT_CHECKED)


class _Bench:
    """Who sits in which role while the signatures are gone through."""

    def __init__(
        self, rules: tuple[RoleRule, ...], expected: Sequence[ExpectedSigner], organization_ogrn: str
    ) -> None:
        self.rules = rules
        self.expected = expected
        self.organization_ogrn = organization_ogrn
        self.refusals: list[Refusal] = []
        self.signers: list[tuple[str, Certificate]] = []
        # Owners by role, those of refused signatures too: these roles are not missing.
        self.seated: dict[str, set[str]] = {rule.role: set() for rule in rules}
        self.signed: set[str] = set()

    def seat(self, outcome: Verified | Refusal) -> None:
        """Give a signature its roles, or keep why it has none."""
        certificate = outcome.certificate
        roles = self._roles(certificate) if certificate else ()
        if isinstance(outcome, Refusal):
            self.refusals.append(outcome if outcome.role else outcome.with_role(", ".join(roles)))
        if certificate is None:
            return
        holds = isinstance(outcome, Verified) or outcome.reason is Reason.CERT_STATUS_UNKNOWN
        fault = self._fault(certificate, roles) if holds else None
        if fault:
            self.refusals.append(fault)
        for role in roles:
            self.seated.setdefault(role, set()).add(_owner(certificate))
        if holds:
            self.signed.add(_owner(certificate))
        if isinstance(outcome, Verified) and fault is None:
            self.signers.extend((role, certificate) for role in roles)

    def _roles(self, certificate: Certificate) -> tuple[str, ...]:
        if certificate.is_organizational:
            return (ORGANIZATION,)
        return tuple(dict.fromkeys(s.role for s in self._named(certificate)))

    def _named(self, certificate: Certificate) -> list[ExpectedSigner]:
        return [s for s in self.expected if certificate.snils and s.person == certificate.snils]

    def _fault(self, certificate: Certificate, roles: tuple[str, ...]) -> Refusal | None:
        """What speaks against a good signature of this certificate."""
        serial = {"serial": certificate.serial}
        role = ", ".join(roles)
        if certificate.is_organizational:
            return self._seal_fault(certificate, serial)
        if not roles:
            return Refusal(Reason.SIGNER_IDENTITY, values=serial, certificate=certificate)
        if certificate.snils in self.signed:
            return Refusal(Reason.SIG_DUPLICATE, role, serial, certificate)
        named = self._named(certificate)
        if any(s.name and not _same_name(s.name, certificate) for s in named):
            return Refusal(Reason.SIGNER_IDENTITY, role, serial, certificate)
        homes = {s.organization_ogrn or self.organization_ogrn for s in named}
        if certificate.ogrn and certificate.ogrn not in homes:
            return Refusal(Reason.SIGNER_ORG, role, serial, certificate)
        return None

    def _seal_fault(self, certificate: Certificate, serial: dict[str, str]) -> Refusal | None:
        if certificate.ogrn != self.organization_ogrn:
            return Refusal(Reason.SIGNER_ORG, ORGANIZATION, serial, certificate)
        superfluous = all(rule.role != ORGANIZATION for rule in self.rules)
        if superfluous or certificate.ogrn in self.signed:
            return Refusal(Reason.ORG_SIGNATURE, ORGANIZATION, serial, certificate)
        return None


def _owner(certificate: Certificate) -> str:
    return certificate.snils or certificate.ogrn


def _miscounted(rules: tuple[RoleRule, ...], bench: _Bench) -> Iterator[Refusal]:
    required = ", ".join(rule.role for rule in rules if rule.minimum)
    for rule in rules:
        count = len(bench.seated[rule.role])
        values = {"count": str(count), "minimum": str(rule.minimum), "required": required}
        if count < rule.minimum:
            reason = Reason.ORG_SIGNATURE if rule.role == ORGANIZATION else Reason.SIG_MISSING
            yield Refusal(reason, rule.role, values)
        elif rule.maximum is not None and count > rule.maximum and rule.role != ORGANIZATION:
            yield Refusal(Reason.SIGNER_ROLE, rule.role, {"count": str(count), "maximum": str(rule.maximum)})


def _small_commissions(policy: RolePolicy, kind: str, on: date, bench: _Bench) -> Iterator[Refusal]:
    for commission in policy.commissions_of(kind, on):
        persons = set[str]().union(*(bench.seated.get(role, set()) for role in commission.roles))
        needed = commission.min_commission_persons
        if len(persons) < needed:
            values = {
                "count": str(len(persons)),
                "minimum": str(needed),
                "required": ", ".join(commission.roles),
            }
            yield Refusal(Reason.SIG_MISSING, ", ".join(commission.roles), values)


def _absent_named(
    rules: tuple[RoleRule, ...], expected: Sequence[ExpectedSigner], bench: _Bench
) -> Iterator[Refusal]:
    demanded = {rule.role for rule in rules if rule.named_sign}
    for signer in expected:
        if signer.role in demanded and signer.person not in bench.seated[signer.role]:
            yield Refusal(Reason.AUTHOR_MISMATCH, signer.role)


def _same_person(policy: RolePolicy, expected: Sequence[ExpectedSigner]) -> Iterator[Refusal]:
    for one, other in policy.different:
        persons = [{s.person for s in expected if s.role == role} - {""} for role in (one, other)]
        if persons[0] & persons[1]:
            yield Refusal(Reason.SIGNER_ROLE, one, {"other_role": other})


def _same_name(name: str, certificate: Certificate) -> bool:
    return _letters(name) == _letters(f"{certificate.surname} {certificate.given_name}")


def _letters(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split())
