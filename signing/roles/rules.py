"""Tables of the role policy: which roles sign which kind of document, how many, from which posts and when.

Every row has its first and last day; a day is that of the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from signing.roles.posts import PostSet
from signing.roles.signers import AuthorityKind


class Employer(StrEnum):
    """Whose organisation a signer has to belong to."""

    DOCUMENT = "DOCUMENT"
    """The organisation of the document."""
    BUREAU = "BUREAU"
    """The bureau; it is the organisation of the document where no other one is given."""
    ANY = "ANY"
    """Whichever the content names for the person: a consultant of another organisation may be a member."""


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Who signs in one role and how many do.

    Attributes:
        kinds: Kinds of documents, as the document names them.
        role: Mnemonic of the role.
        minimum: Fewest signatures.
        maximum: Most signatures; None for no limit.
        since: First day on which the rule holds.
        until: Last day; None while it holds.
        named_sign: Whether every person whom the content names in the role must be among the signers.
        posts: Posts from which one signs in the role; None for every post.
        by_authority: Further posts, for those who show an authority of the kind that is in force.
        employer: Whose organisation the signer belongs to.
    """

    kinds: frozenset[str]
    role: str
    minimum: int
    maximum: int | None
    since: date
    until: date | None = None
    named_sign: bool = False
    posts: PostSet | None = None
    by_authority: tuple[tuple[AuthorityKind, PostSet], ...] = ()
    employer: Employer = Employer.DOCUMENT

    def posts_of(self, authority: AuthorityKind | None) -> PostSet | None:
        """The posts from which one signs, given an authority in force; None for every post."""
        if self.posts is None:
            return None
        widened = [posts for kind, posts in self.by_authority if kind is authority]
        return PostSet(
            self.posts.codes.union(*(posts.codes for posts in widened)),
            self.posts.groups.union(*(posts.groups for posts in widened)),
        )


@dataclass(frozen=True, slots=True)
class CommissionRule:
    """How many different persons of a commission sign.

    Attributes:
        kinds: Kinds of documents.
        roles: Roles of the commission, together.
        min_commission_persons: Fewest different persons.
        since: First day on which the rule holds.
        until: Last day; None while it holds.
    """

    kinds: frozenset[str]
    roles: tuple[str, ...]
    min_commission_persons: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DifferenceRule:
    """Two roles that one person may not have in one document.

    Attributes:
        kinds: Kinds of documents.
        roles: The two roles.
        since: First day on which the rule holds.
        until: Last day; None while it holds.
    """

    kinds: frozenset[str]
    roles: tuple[str, str]
    since: date
    until: date | None = None


_Rule = TypeVar("_Rule", RoleRule, CommissionRule, DifferenceRule)


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """The whole policy.

    Attributes:
        rules: Roles of the kinds of documents.
        commissions: Sizes of commissions; all that hold on a day are asked for.
        differences: Pairs of roles that exclude each other.
    """

    rules: tuple[RoleRule, ...]
    commissions: tuple[CommissionRule, ...] = ()
    differences: tuple[DifferenceRule, ...] = ()

    def rules_of(self, kind: str, on: date) -> tuple[RoleRule, ...]:
        """Rules of a kind of document on a day."""
        return _of(self.rules, kind, on)

    def commissions_of(self, kind: str, on: date) -> tuple[CommissionRule, ...]:
        """Sizes of the commission of a kind of document on a day."""
        return _of(self.commissions, kind, on)

    def differences_of(self, kind: str, on: date) -> tuple[DifferenceRule, ...]:
        """Pairs of roles that exclude each other in a kind of document on a day."""
        return _of(self.differences, kind, on)


def _of(rows: tuple[_Rule, ...], kind: str, on: date) -> tuple[_Rule, ...]:
    return tuple(
        row
        for row in rows
        if kind in row.kinds and row.since <= on and (row.until is None or on <= row.until)
    )
