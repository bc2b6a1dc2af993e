"""Whom to write to, by level of escalation and organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from adapter.domain.escalation import Level
from adapter.domain.subjects import region


@dataclass(frozen=True, slots=True)
class Contact:
    """One address.

    Attributes:
        level: Whose address it is.
        email: Where to write to.
        organization_oid: Organisation or bureau that it is for; empty: any.
        subject: Subject of the federation that it is for, two digits; empty: any.
    """

    level: Level
    email: str
    organization_oid: str = ""
    subject: str = ""


class Contacts(Protocol):
    """Knows the addresses: the configuration today, a register of contacts behind the same door."""

    def now(self) -> Contacts:
        """Return the contacts as they are at this moment, to be asked inside a transaction."""

    def of(self, level: Level, organization_oid: str) -> tuple[str, ...]:
        """Return the e-mail addresses of a level for an organisation; empty: there are none."""


@dataclass(frozen=True, slots=True)
class ListedContacts:
    """Contacts of a list: those of the organisation, else of its subject, else of everybody."""

    items: tuple[Contact, ...] = ()

    def now(self) -> Contacts:
        """Return these: they do not change."""
        return self

    def of(self, level: Level, organization_oid: str) -> tuple[str, ...]:
        """Return the e-mail addresses of a level for an organisation; empty: there are none."""
        mine = [one for one in self.items if one.level is level]
        own = [one for one in mine if one.organization_oid and one.organization_oid == organization_oid]
        subject = region(organization_oid)
        regional = [one for one in mine if not one.organization_oid and subject and one.subject == subject]
        common = [one for one in mine if not one.organization_oid and not one.subject]
        return tuple(dict.fromkeys(one.email for one in own or regional or common))


NO_CONTACTS = ListedContacts()
