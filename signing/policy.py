"""Role policy as data: which roles sign which kind of document, how many, from which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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


@dataclass(frozen=True, slots=True)
class RoleRule:
    """How many signatures of one role a document has.

    Attributes:
        kinds: Kinds of documents, as the document names them.
        role: Mnemonic of the role.
        minimum: Fewest signatures.
        maximum: Most signatures; None for no limit.
        since: First day on which the rule holds.
        until: Last day; None while it holds.
        named_sign: Whether every person whom the content names in the role must be among the signers.
    """

    kinds: frozenset[str]
    role: str
    minimum: int
    maximum: int | None
    since: date
    until: date | None = None
    named_sign: bool = False


@dataclass(frozen=True, slots=True)
class CommissionRule:
    """How many different persons of a commission sign.

    Attributes:
        kinds: Kinds of documents.
        roles: Roles of the commission, together.
        min_commission_persons: Fewest different persons.
        since: First day on which the rule holds.
    """

    kinds: frozenset[str]
    roles: tuple[str, ...]
    min_commission_persons: int
    since: date


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """The whole policy.

    Attributes:
        rules: Roles of the kinds of documents.
        commissions: Sizes of commissions.
        different: Pairs of roles that one person may not have in one document.
    """

    rules: tuple[RoleRule, ...]
    commissions: tuple[CommissionRule, ...]
    different: tuple[tuple[str, str], ...]

    def rules_of(self, kind: str, on: date) -> tuple[RoleRule, ...]:
        """Rules of a kind of document on a day."""
        return tuple(
            r for r in self.rules if kind in r.kinds and r.since <= on and (r.until is None or on <= r.until)
        )

    def commissions_of(self, kind: str, on: date) -> tuple[CommissionRule, ...]:
        """Sizes of the commission of a kind of document on a day; all that have begun hold."""
        return tuple(c for c in self.commissions if kind in c.kinds and c.since <= on)


_REFERRAL = frozenset({"34", "109", "121"})
_RETURN_NOTICE = frozenset({"108", "130"})
_RESULT = frozenset({"35", "187"})
# The first day of the oldest of these kinds in the register of kinds (NSI ...11.1520); their own terms are
# the business of that register.
_BEGINNING = date(2018, 10, 16)

# NSI ...11.1520 asks for the organisation's signature of every kind. For our own return notice and result it
# is admitted, not demanded: the source of the process (ФБ МСЭ) has them signed by the head of the bureau
# alone.
DEFAULT_POLICY = RolePolicy(
    rules=(
        RoleRule(_REFERRAL, AUTHOR, 1, 1, _BEGINNING),
        RoleRule(_REFERRAL, CHAIRMAN, 1, 1, _BEGINNING),
        RoleRule(_REFERRAL, VICE_CHAIRMAN, 0, None, _BEGINNING),
        RoleRule(_REFERRAL, COMMISSIONER, 1, None, _BEGINNING),
        RoleRule(_REFERRAL, LEGAL_AUTHENTICATOR, 0, 1, _BEGINNING, named_sign=True),
        RoleRule(_REFERRAL, ORGANIZATION, 1, 1, _BEGINNING),
        RoleRule(_RETURN_NOTICE | _RESULT, BUREAU_HEAD, 1, 1, _BEGINNING),
        RoleRule(_RETURN_NOTICE | _RESULT, ORGANIZATION, 0, 1, _BEGINNING),
    ),
    # Приказ о ВК of 2025: chairman, deputy and member, at least three persons.
    commissions=(CommissionRule(_REFERRAL, (CHAIRMAN, VICE_CHAIRMAN, COMMISSIONER), 3, date(2025, 9, 1)),),
    different=((CHAIRMAN, COMMISSIONER), (CHAIRMAN, VICE_CHAIRMAN)),
)
