"""The built-in role policy. Data only: a changed rule is a new row, and the old row gets its last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from signing.roles.posts import (
    BUREAU_EXPERTS,
    BUREAU_HEADS,
    DEPARTMENT_HEADS,
    DEPUTY_HEADS,
    DOCTORS,
    HEADS,
    PostSet,
)
from signing.roles.rules import CommissionRule, DifferenceRule, Employer, RolePolicy, RoleRule
from signing.roles.signers import AuthorityKind

# Codes of NSI 1.2.643.5.1.13.13.99.2.368 by mnemonic.
AUTHOR = "AUTHOR"
CHAIRMAN = "CHAIRMAN"
VICE_CHAIRMAN = "VICE_CHAIRMAN"
COMMISSIONER = "COMMISSIONER"
ROLE_CODES = {AUTHOR: "19", CHAIRMAN: "14", VICE_CHAIRMAN: "15", COMMISSIONER: "16"}

# Roles that are no codes of that list: the seal of the organisation, and facts of our documents.
ORGANIZATION = "ORGANIZATION"
LEGAL_AUTHENTICATOR = "LEGAL_AUTHENTICATOR"
BUREAU_HEAD = "BUREAU_HEAD"

ROLES = (*ROLE_CODES, LEGAL_AUTHENTICATOR, ORGANIZATION, BUREAU_HEAD)

# First days of the kinds in the register of kinds (NSI 1.2.643.5.1.13.13.11.1520, version 12.14). Its last
# days are no business of the roles: they close the reception, which is judged on the day of receipt.
FIRST_DAYS = MappingProxyType(
    {
        "34": date(2018, 10, 16),
        "109": date(2022, 1, 1),
        "121": date(2022, 11, 24),
        "108": date(2022, 1, 1),
        "130": date(2023, 8, 14),
        "35": date(2018, 10, 16),
        "187": date(2023, 8, 14),
        "138": date(2023, 2, 6),
    }
)
_REFERRAL = ("34", "109", "121")
_RETURN_NOTICE = ("108", "130")
_RESULT = ("35", "187")
_PROGRAMME = ("138",)

_BEGINNING = min(FIRST_DAYS.values())
# Приказ Минздрава 180н of 10.04.2025: chairman, deputy and member, at least three persons.
_NEW_COMMISSIONS = date(2025, 9, 1)

_DOCTORS = PostSet(frozenset(DEPARTMENT_HEADS), frozenset({DOCTORS}))
_HEADS = PostSet(frozenset({*HEADS, *DEPUTY_HEADS}))
_MEDICAL = _HEADS | _DOCTORS
_BUREAU_HEADS = PostSet(frozenset(BUREAU_HEADS))
_BUREAU_EXPERTS = PostSet(frozenset(BUREAU_EXPERTS))

_CHAIR_BY_ORDER = ((AuthorityKind.ORDER, _DOCTORS),)
_HEAD_BY_ORDER = ((AuthorityKind.ORDER, _BUREAU_EXPERTS),)
# A return notice is signed by the head or an authorised specialist; the result by the head or whoever acts.
_SPECIALIST = (*_HEAD_BY_ORDER, (AuthorityKind.POWER_OF_ATTORNEY, _BUREAU_EXPERTS))


def _each(kinds: tuple[str, ...], *rules: RoleRule) -> tuple[RoleRule, ...]:
    """The rules once for each kind, from the first day of the kind on."""
    return tuple(
        replace(rule, kinds=frozenset({kind}), since=max(rule.since, FIRST_DAYS[kind]))
        for kind in kinds
        for rule in rules
    )


def _role(
    role: str,
    minimum: int,
    maximum: int | None,
    posts: PostSet | None = None,
    by_authority: tuple[tuple[AuthorityKind, PostSet], ...] = (),
    employer: Employer = Employer.DOCUMENT,
    *,
    named_sign: bool = False,
) -> RoleRule:
    return RoleRule(
        frozenset(),
        role,
        minimum,
        maximum,
        _BEGINNING,
        named_sign=named_sign,
        posts=posts,
        by_authority=by_authority,
        employer=employer,
    )


# NSI ...11.1520 asks for the organisation's signature of every kind. For the bureau's own documents it is
# admitted, not demanded: the source of the process (ФБ МСЭ) has them signed by the head of the bureau alone.
_BUREAU_SEAL = _role(ORGANIZATION, 0, 1, employer=Employer.BUREAU)

DEFAULT_POLICY = RolePolicy(
    rules=(
        *_each(
            _REFERRAL,
            _role(AUTHOR, 1, 1, _MEDICAL),
            _role(CHAIRMAN, 1, 1, _HEADS, _CHAIR_BY_ORDER),
            _role(VICE_CHAIRMAN, 0, None, _MEDICAL),
            _role(COMMISSIONER, 1, None, _MEDICAL, employer=Employer.ANY),
            _role(LEGAL_AUTHENTICATOR, 0, 1, named_sign=True),
            _role(ORGANIZATION, 1, 1),
        ),
        *_each(
            _RETURN_NOTICE,
            _role(BUREAU_HEAD, 1, 1, _BUREAU_HEADS, _SPECIALIST, Employer.BUREAU),
            _BUREAU_SEAL,
        ),
        *_each(
            (*_RESULT, *_PROGRAMME),
            _role(BUREAU_HEAD, 1, 1, _BUREAU_HEADS, _HEAD_BY_ORDER, Employer.BUREAU),
            _BUREAU_SEAL,
        ),
    ),
    commissions=(
        CommissionRule(frozenset(_REFERRAL), (CHAIRMAN, VICE_CHAIRMAN, COMMISSIONER), 3, _NEW_COMMISSIONS),
    ),
    differences=tuple(
        DifferenceRule(frozenset(_REFERRAL), (CHAIRMAN, other), _BEGINNING)
        for other in (COMMISSIONER, VICE_CHAIRMAN)
    ),
)
