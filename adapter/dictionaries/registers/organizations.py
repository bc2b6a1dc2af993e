"""Look-ups in the registers of organisations and staff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from adapter.dictionaries.registers.rows import Fields, Term, day_of, in_force, top_of
from adapter.domain.registers import EmploymentEntry, Gap, OrganizationEntry
from adapter.domain.subjects import region


class Organizations:
    """Organisations and departments by OID. A subject without a single row is not covered."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self._by_oid: dict[str, list[tuple[Term, OrganizationEntry]]] = {}
        self._subjects: set[str] = set()
        self._below: dict[str, set[str]] = {}
        for fields in rows:
            entry = _organization(fields)
            self._by_oid.setdefault(entry.oid, []).append((Term.of(fields), entry))
            self._subjects |= {entry.subject, region(entry.oid)}
            if entry.parent:
                self._below.setdefault(entry.parent, set()).add(entry.oid)

    def find(self, oid: str, day: date) -> OrganizationEntry | Gap:
        """Return an organisation in force on the day."""
        rows = self._by_oid.get(oid)
        if rows is None:
            return Gap.ABSENT if region(oid) in self._subjects or not region(oid) else Gap.NOT_COVERED
        found = in_force(rows, day)
        return found[0] if found else Gap.CLOSED

    def all(self, day: date) -> tuple[OrganizationEntry, ...]:
        """Return every organisation in force on the day, by OID."""
        found = (one for oid in sorted(self._by_oid) for one in in_force(self._by_oid[oid], day))
        return tuple(one for one in found if not one.parent)

    def household(self, oid: str) -> set[str]:
        """Return an organisation with what it is a department of and with all departments of these."""
        top, seen = top_of(oid), {oid, top_of(oid)}
        while (above := self._parent(top)) and above not in seen:
            top = above
            seen.add(top)
        found, waiting = set(seen), [top]
        while waiting:
            for below in self._below.get(waiting.pop(), ()):
                if below not in found:
                    found.add(below)
                    waiting.append(below)
        return found

    def _parent(self, oid: str) -> str:
        rows = self._by_oid.get(oid, ())
        return next((entry.parent for _, entry in rows if entry.parent), "")


def _organization(fields: Fields) -> OrganizationEntry:
    return OrganizationEntry(
        oid=fields["oid"],
        ogrn=fields["ogrn"],
        name=fields["name"],
        short_name=fields.get("short_name", ""),
        subject=fields["subject"],
        zone=fields.get("zone", ""),
        is_state=fields["is_state"],
        electronic_since=day_of(fields.get("electronic_since")),
        valid_from=day_of(fields.get("valid_from")),
        valid_to=day_of(fields.get("valid_to")),
        parent=fields.get("parent", ""),
    )


class Staff:
    """Work of persons, by their keyed hash. An organisation without a single row is not covered."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self._by_person: dict[str, list[tuple[Term, str, str, str]]] = {}
        self._covered: set[str] = set()
        for fields in rows:
            oid = fields["organization_oid"]
            row = (Term.of(fields), oid, fields["post"], fields.get("ordered_role", ""))
            self._by_person.setdefault(fields["person"], []).append(row)
            self._covered.add(top_of(oid))

    def find(self, person: str, household: set[str], day: date) -> EmploymentEntry | Gap:
        """Return the work of a person in an organisation and its departments.

        Args:
            person: keyed hash.
            household: OIDs of the organisation and all that belongs to it.
            day: day of the document.
        """
        if self._covered.isdisjoint(map(top_of, household)):
            return Gap.NOT_COVERED
        rows = self._by_person.get(person, ())
        here = [row for row in rows if _belongs(row[1], household)]
        now = [row for row in here if row[0].has(day)]
        if now:
            roles = frozenset(row[3] for row in now if row[3])
            return EmploymentEntry(frozenset(row[2] for row in now), roles)
        if any(row[0].has(day) for row in rows):
            return Gap.ELSEWHERE
        return EmploymentEntry(frozenset()) if here else Gap.ABSENT


def _belongs(oid: str, household: set[str]) -> bool:
    """Whether an organisation is of the household, or by its arcs a department of one that is."""
    return oid in household or any(oid.startswith(f"{one}.") for one in household)
