"""Look-ups in the registers of agreements, contacts and required examinations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from adapter.dictionaries.registers.layouts import CATEGORY_COLUMNS
from adapter.dictionaries.registers.rows import Fields, Term, day_of
from adapter.domain.registers import (
    Agreement,
    CategoryRule,
    ContactEntry,
    ContactLevel,
    Gap,
)
from adapter.domain.required_examinations import RequiredExamination


class Agreements:
    """Agreements by subject."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self._by_subject: dict[str, list[Agreement]] = {}
        for fields in rows:
            agreement = _agreement(fields)
            self._by_subject.setdefault(agreement.subject, []).append(agreement)
        for known in self._by_subject.values():
            known.sort(key=lambda one: one.switch_on)

    def find(self, subject: str, day: date) -> Agreement | Gap:
        """Return the agreement in force on the day, else the next one to come."""
        known = self._by_subject.get(subject)
        if known is None:
            return Gap.NOT_COVERED
        running = [one for one in known if one.valid_to is None or day <= one.valid_to]
        return running[0] if running else Gap.CLOSED


def _agreement(fields: Fields) -> Agreement:
    switch_on = day_of(fields["switch_on"])
    if switch_on is None:
        raise ValueError("an agreement without its day cannot have been imported")
    return Agreement(
        subject=fields["subject"],
        requisites=fields["requisites"],
        switch_on=switch_on,
        pilot_from=day_of(fields.get("pilot_from")),
        valid_to=day_of(fields.get("valid_to")),
        categories=tuple(
            (category, CategoryRule(fields.get(column, CategoryRule.ALLOW)))
            for column, category in CATEGORY_COLUMNS.items()
        ),
        counts_excluded=fields["counts_excluded"],
        counts_pilot=fields["counts_pilot"],
    )


class Contacts:
    """Contacts by level, organisation and subject."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self._by_place: dict[tuple[str, str, str], list[tuple[Term, ContactEntry]]] = {}
        for fields in rows:
            entry = ContactEntry(
                level=ContactLevel(fields["level"]),
                subject=fields.get("subject", ""),
                organization_oid=fields.get("organization_oid", ""),
                role=fields.get("role", ""),
                email=fields.get("email", ""),
                phone=fields.get("phone", ""),
                push=fields.get("push", ""),
            )
            subject = "" if entry.organization_oid else entry.subject
            place = (entry.level.value, entry.organization_oid, subject)
            self._by_place.setdefault(place, []).append((Term.of(fields), entry))

    def find(
        self, level: ContactLevel, organization_oid: str, subject: str, day: date
    ) -> tuple[ContactEntry, ...] | Gap:
        """Return the contacts of the organisation, else of its subject, else of all."""
        places = [(organization_oid, "")] if organization_oid else []
        places += [("", subject)] if subject else []
        for place in (*places, ("", "")):
            rows = self._by_place.get((level.value, *place), ())
            found = tuple(dict.fromkeys(entry for term, entry in rows if term.has(day)))
            if found:
                return found
        return Gap.ABSENT


@dataclass(frozen=True, slots=True)
class _Case:
    """When a row of the Перечень applies; ages in full months, both included."""

    term: Term
    first: str
    last: str
    age_from: int | None
    age_to: int | None
    order: str
    required: RequiredExamination

    def has(self, icd10: str, age_months: int, day: date, order: str) -> bool:
        return (
            self.first <= icd10
            and icd10[: len(self.last)] <= self.last
            and (self.age_from is None or self.age_from <= age_months)
            and (self.age_to is None or age_months <= self.age_to)
            and self.order in {"", order}
            and self.term.has(day)
        )


class Examinations:
    """Rows of the Перечень by the letter of the diagnosis."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self._by_letter: dict[str, list[_Case]] = {}
        for fields in rows:
            case = _case(fields)
            for code in range(ord(case.first[0]), ord(case.last[0]) + 1):
                self._by_letter.setdefault(chr(code), []).append(case)

    def find(
        self, icd10: str, age_months: int, day: date, *, repeat: bool
    ) -> tuple[RequiredExamination, ...]:
        """Return what is asked for, each once, in the order of the file."""
        code, order = icd10.upper().rstrip("+*"), "2" if repeat else "1"
        cases = self._by_letter.get(code[:1], ())
        found = (one.required for one in cases if one.has(code, age_months, day, order))
        return tuple(dict.fromkeys(found))


def _case(fields: Fields) -> _Case:
    first = fields["icd10_from"]
    required = RequiredExamination(
        code=fields.get("code", ""),
        name=fields["name"],
        valid_days=fields.get("valid_days"),
        replaced_by=tuple(fields.get("replaced_by", ())),
        by_indication=fields["by_indication"],
    )
    return _Case(
        Term.of(fields),
        first,
        fields.get("icd10_to") or first,
        fields.get("age_from"),
        fields.get("age_to"),
        fields.get("order", ""),
        required,
    )
