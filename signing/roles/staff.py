"""Ports to the registers that the checks of signers ask: staff (ФРМР) and posts. Without one: not checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Protocol

from signing.roles.signers import Organization


class Absence(Enum):
    """Why a register has no employment to show."""

    UNKNOWN = auto()
    """The register answers that the person does not work there on the day."""
    UNAVAILABLE = auto()
    """There is no register, or it does not answer: nothing is known."""
    ELSEWHERE = auto()
    """The register answers that the person works in another organisation on the day."""


@dataclass(frozen=True, slots=True, repr=False)
class Employment:
    """Work of a person in one organisation on one day.

    Attributes:
        posts: Codes of NSI 1.2.643.5.1.13.13.11.1002; empty when every post there is closed on the day.
        name: «Фамилия Имя Отчество» of the register; empty when it is not to be compared.
        ordered_roles: Roles that an order of the organisation gives the person on the day.
    """

    posts: frozenset[str]
    name: str = ""
    ordered_roles: frozenset[str] = frozenset()


class Staff(Protocol):
    """Register of staff."""

    def find(self, snils: str, organization: Organization, on: date) -> Employment | Absence:
        """Return the work of a person.

        Args:
            snils: СНИЛС, 11 digits.
            organization: Where the person is said to work.
            on: Day of the document.
        """
        ...


class Posts(Protocol):
    """Register of posts: resolves the groups that are too long for the policy."""

    def admits(self, group: str, post_code: str, on: date) -> bool | None:
        """Return whether a post is in a group on a day; None when that is not known."""
        ...


class NoStaff:
    """Stands where there is no register of staff."""

    def find(self, snils: str, organization: Organization, on: date) -> Absence:  # noqa: ARG002 - the port's
        """Return that nothing is known."""
        return Absence.UNAVAILABLE


class NoPosts:
    """Stands where there is no register of posts."""

    def admits(self, group: str, post_code: str, on: date) -> None:
        """Return that nothing is known."""
