"""Whether a person may sign in the roles the content names: identity, staff, post, role, organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from signing.certificates import Certificate
from signing.reasons import Reason, Refusal
from signing.roles.posts import PostSet
from signing.roles.rules import Employer, RoleRule
from signing.roles.signers import AuthorityKind, ExpectedSigner, Organization, same_name
from signing.roles.staff import Absence, Employment, Posts, Staff


class Finding(Enum):
    """The outcome of a check that finds no fault."""

    HOLDS = auto()
    NOT_CHECKED = auto()


# What is wrong, as values of a refusal; or why nothing is.
Outcome = Mapping[str, str] | Finding

# Faults of one role of a person who may have several.
_OF_ONE_ROLE = frozenset({Reason.SIGNER_POST, Reason.SIGNER_ROLE})


@dataclass(frozen=True, slots=True)
class Case:
    """What is known beside the signatures.

    Attributes:
        on: Day of the document.
        rules: Rules of the kind of document on the day, by role.
        document: The organisation of the document.
        bureau: The bureau.
        staff: Register of staff.
        posts: Register of posts.
    """

    on: date
    rules: Mapping[str, RoleRule]
    document: Organization
    bureau: Organization
    staff: Staff
    posts: Posts

    def employer(self, role: str) -> Organization | None:
        """The organisation that signers in a role belong to; None when any will do."""
        rule = self.rules.get(role)
        demanded = rule.employer if rule else Employer.DOCUMENT
        if demanded is Employer.DOCUMENT:
            return self.document
        return self.bureau if demanded is Employer.BUREAU else None


class Eligibility:
    """Checks 13 to 17 of a good signature of a person, stopping at the first fault.

    Attributes:
        not_checked: Checks that could not be made for somebody.
    """

    def __init__(self, case: Case) -> None:
        self.not_checked: set[Reason] = set()
        self._case = case
        self._homes: dict[tuple[str, str, str], Organization] = {}
        self._found: dict[tuple[str, str, str], Employment | Absence] = {}
        self._checks: tuple[tuple[Reason, Callable[[Certificate, ExpectedSigner], Outcome]], ...] = (
            (Reason.SIGNER_IDENTITY, self._identity),
            (Reason.SIGNER_NOT_IN_FRMR, self._registered),
            (Reason.SIGNER_POST, self._post),
            (Reason.SIGNER_ROLE, self._role),
            (Reason.SIGNER_ORG, self._organization),
        )

    def fault(self, certificate: Certificate, named: Sequence[ExpectedSigner]) -> Refusal | None:
        """The first fault of a person.

        Args:
            certificate: Certificate of the person.
            named: What the content says of the person, once for each role; not empty.
        """
        for reason, check in self._checks:
            for signer in named:
                outcome = check(certificate, signer)
                if outcome is Finding.NOT_CHECKED:
                    self.not_checked.add(reason)
                elif not isinstance(outcome, Finding):
                    roles = [signer] if reason in _OF_ONE_ROLE else named
                    role = ", ".join(dict.fromkeys(one.role for one in roles))
                    return Refusal(reason, role, {"serial": certificate.serial, **outcome}, certificate)
        return None

    @staticmethod
    def _identity(certificate: Certificate, signer: ExpectedSigner) -> Outcome:
        owner = f"{certificate.surname} {certificate.given_name}"
        return Finding.HOLDS if not signer.name or same_name(signer.name, owner) else {}

    def _registered(self, _: Certificate, signer: ExpectedSigner) -> Outcome:
        employment = self._employment(signer)
        if employment is Absence.UNAVAILABLE:
            return Finding.NOT_CHECKED
        if employment is Absence.UNKNOWN:
            return {"cause": "работник не найден в организации на дату документа"}
        if employment is Absence.ELSEWHERE:  # refused by the last check
            return Finding.HOLDS
        if employment.name and signer.name and not same_name(employment.name, signer.name):
            return {"cause": "фамилия, имя или отчество в документе не те, что в регистре"}
        return Finding.HOLDS

    def _post(self, _: Certificate, signer: ExpectedSigner) -> Outcome:
        employment = self._employment(signer)
        if employment is Absence.ELSEWHERE:
            return Finding.HOLDS
        if not isinstance(employment, Employment) or not signer.post_code:
            return Finding.NOT_CHECKED
        return Finding.HOLDS if signer.post_code in employment.posts else {"post": signer.post_code}

    def _role(self, _: Certificate, signer: ExpectedSigner) -> Outcome:
        rule, authority = self._case.rules.get(signer.role), signer.authority
        if authority and not authority.holds_on(self._case.on):
            end = f" по {authority.valid_until:%d.%m.%Y}" if authority.valid_until else ""
            return {
                "post": signer.post_code,
                "cause": f"приказ или доверенность от {authority.issued:%d.%m.%Y} действует с "
                f"{authority.valid_from:%d.%m.%Y}{end}, а документ датирован {self._case.on:%d.%m.%Y}",
            }
        employment = self._employment(signer)
        ordered = isinstance(employment, Employment) and signer.role in employment.ordered_roles
        kind = authority.kind if authority else AuthorityKind.ORDER if ordered else None
        admitted = rule.posts_of(kind) if rule else None
        if admitted is None or employment is Absence.ELSEWHERE:
            return Finding.HOLDS
        if not isinstance(employment, Employment):
            return Finding.NOT_CHECKED
        held = {signer.post_code} if signer.post_code else employment.posts
        answers = {self._admits(admitted, post) for post in held}
        if True in answers:
            return Finding.HOLDS
        return Finding.NOT_CHECKED if None in answers else {"post": signer.post_code}

    def _admits(self, admitted: PostSet, post: str) -> bool | None:
        """Whether a post is among those admitted; None when a group of posts cannot be resolved."""
        if post in admitted.codes:
            return True
        answers = {self._case.posts.admits(group, post, self._case.on) for group in admitted.groups}
        if True in answers:
            return True
        return None if None in answers else False

    def _organization(self, certificate: Certificate, signer: ExpectedSigner) -> Outcome:
        demanded, home = self._case.employer(signer.role), self._home(signer)
        if demanded is not None and not _belongs(home, demanded):
            return {"cause": "документ относит подписавшего к другой организации"}
        if self._employment(signer) is Absence.ELSEWHERE:
            return {"cause": "по реестру работников он на дату документа работает в другой организации"}
        number = certificate.ogrn or certificate.ogrnip
        if number and home.ogrn:
            return Finding.HOLDS if number == home.ogrn else {}
        if number:
            return Finding.NOT_CHECKED
        return self._without_number(signer, home)

    def _without_number(self, signer: ExpectedSigner, home: Organization) -> Outcome:
        """Judge a natural person's certificate: a МЧД or the register says for whom the person signs."""
        authority = signer.authority
        if authority and authority.kind is AuthorityKind.POWER_OF_ATTORNEY and authority.issuer_ogrn:
            if home.ogrn and authority.issuer_ogrn != home.ogrn:
                return {"cause": "доверенность выдана другой организацией"}
            return Finding.HOLDS if home.ogrn else Finding.NOT_CHECKED
        known = isinstance(self._employment(signer), Employment)
        return Finding.HOLDS if known else Finding.NOT_CHECKED

    def _home(self, signer: ExpectedSigner) -> Organization:
        """Where the content places a person; where it is silent, in the organisation of the role."""
        key = signer.role, signer.organization_ogrn, signer.organization_oid
        found = self._homes.get(key)
        if found is None:
            found = self._homes[key] = self._placed(*key)
        return found

    def _placed(self, role: str, ogrn: str, oid: str) -> Organization:
        usual = self._case.employer(role) or self._case.document
        if oid and usual.oid and not _within(oid, usual.oid):
            return Organization(ogrn, oid)
        return Organization(ogrn or usual.ogrn, oid or usual.oid)

    def _employment(self, signer: ExpectedSigner) -> Employment | Absence:
        home = self._home(signer)
        key = signer.person, home.ogrn, home.oid
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._case.staff.find(signer.person, home, self._case.on)
        return found


def _belongs(home: Organization, demanded: Organization) -> bool:
    """Whether no known number speaks against a person's belonging to an organisation."""
    same_ogrn = not (home.ogrn and demanded.ogrn) or home.ogrn == demanded.ogrn
    return same_ogrn and (not (home.oid and demanded.oid) or _within(home.oid, demanded.oid))


def _within(oid: str, whole: str) -> bool:
    """Whether an OID is that of an organisation or of a part of it."""
    return oid == whole or oid.startswith(f"{whole}.")
