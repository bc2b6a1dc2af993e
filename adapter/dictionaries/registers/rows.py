"""Rows as they lie in the store: canonical JSON, a line each; a СНИЛС is a keyed hash there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from adapter.dictionaries.registers.cells import Value

#: Gives the keyed hash that stands for a person in the store.
Pseudonym = Callable[[str], str]
Fields = dict[str, Any]


def person_of(snils: str, pseudonym: Pseudonym) -> str:
    """Return the keyed hash of a person, the same that the journal has."""
    return pseudonym(f"snils:{snils}")


def line_of(values: dict[str, Value], pseudonym: Pseudonym) -> str:
    """Return a row as one line of text without a plain СНИЛС; empty values are left out."""
    kept: dict[str, object] = {
        key: value for key, value in values.items() if value not in (None, "") and key != "snils"
    }
    snils = values.get("snils")
    if isinstance(snils, str):
        kept["person"] = person_of(snils, pseudonym)
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fields_of(line: str) -> Fields:
    """Read a row back; what is left out is empty."""
    found: Fields = json.loads(line)
    return found


@dataclass(frozen=True, slots=True)
class Term:
    """Days on which a row is in force, both included; None: no bound."""

    first: date | None
    last: date | None

    @classmethod
    def of(cls, fields: Fields, *begins: str) -> Term:
        """Return the term of a row; the first filled of the columns begins it."""
        begin = next((fields[key] for key in begins or ("valid_from",) if fields.get(key)), None)
        return cls(day_of(begin), day_of(fields.get("valid_to")))

    def has(self, day: date) -> bool:
        """Whether the row is in force on the day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def day_of(text: str | None) -> date | None:
    """Return a kept day."""
    return date.fromisoformat(text) if text else None


_OF_FRMO = "1.2.643.5.1.13.13.12.2."
_ARCS_OF_ORGANIZATION = 11


def top_of(oid: str) -> str:
    """Return the OID of the organisation that an OID of ФРМО is of; departments have further arcs."""
    return ".".join(oid.split(".")[:_ARCS_OF_ORGANIZATION]) if oid.startswith(_OF_FRMO) else oid


def within(oid: str, whole: str) -> bool:
    """Whether an OID is that of an organisation or, by its arcs, of a part of it."""
    return oid == whole or oid.startswith(f"{whole}.")


def in_force(rows: Iterable[tuple[Term, Any]], day: date) -> list[Any]:
    """Return what is in force on the day."""
    return [row for term, row in rows if term.has(day)]
