"""Look-ups in the register of territories: which bureau serves whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from adapter.dictionaries.registers.layouts import EVERYWHERE
from adapter.dictionaries.registers.rows import Fields, Term, within
from adapter.domain.registers import Area, BureauEntry, Gap
from adapter.domain.subjects import region

#: Words that say what a place is, not which one: «г. Калуга» and «Калуга», «р-н» and «район».
_KINDS_OF_PLACES = frozenset(
    {
        *("г", "гор", "город", "п", "пос", "поселок", "пгт", "рп", "с", "село", "д", "дер", "деревня", "нп"),
        *("ст", "станица", "х", "хутор", "аул", "мкр"),
        *("р", "рн", "н", "район", "округ", "мо", "го", "муниципальный", "городской"),
    }
)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row of the file says."""

    term: Term
    bureau: str
    name: str
    main: tuple[str, str]
    federal: tuple[str, str]
    organization: str
    subject: str
    district: str
    locality: str
    fias: str


class Territories:
    """Bureaus, and which organisations and areas they serve. A subject without a bureau is not covered."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self._bureaus: dict[str, list[_Row]] = {}
        self._above: dict[str, list[_Row]] = {}
        self._by_organization: dict[str, list[_Row]] = {}
        self._by_subject: dict[str, list[_Row]] = {}
        self._subject_of: dict[str, str] = {}
        for fields in rows:
            self._add(_row(fields))

    def _add(self, row: _Row) -> None:
        self._bureaus.setdefault(row.bureau, []).append(row)
        for oid, _ in {row.main, row.federal}:
            if oid and oid != row.bureau:
                self._above.setdefault(oid, []).append(row)
        if row.organization:
            self._by_organization.setdefault(row.organization, []).append(row)
        elif row.subject:
            self._by_subject.setdefault(row.subject, []).append(row)
        if row.fias:
            self._subject_of[row.fias] = row.subject

    def bureau(self, oid: str, day: date) -> BureauEntry | Gap:
        """Return a bureau, or one above bureaus."""
        own, below = self._bureaus.get(oid, []), self._above.get(oid, [])
        if not own and not below:
            known = {region(one) for one in (*self._bureaus, *self._above)}
            return Gap.ABSENT if region(oid) in known and region(oid) else Gap.NOT_COVERED
        rows = [row for row in (*own, *below) if row.term.has(day)]
        return _entry(oid, rows) if rows else Gap.CLOSED

    def bureau_for(self, organization_oid: str, areas: Sequence[Area], day: date) -> BureauEntry | Gap:
        """Return the bureau that serves an organisation, else the first area that one serves."""
        named = self._named(organization_oid, day)
        places = (*areas, Area(region(organization_oid)))
        rows = named or next(filter(None, (self._closest(area, day) for area in places)), [])
        if not rows:
            asked = {area.subject for area in places} - {""}
            return Gap.ABSENT if asked & self._by_subject.keys() else Gap.NOT_COVERED
        return self.bureau(rows[0].bureau, day)

    def serves(self, bureau_oid: str, organization_oid: str, areas: Sequence[Area], day: date) -> bool | None:
        """Tell whether a bureau or one below it serves an organisation or one of the areas.

        Where it serves only a part of the subject and nothing says which one is meant, that is not known.
        """
        entry = self.bureau(bureau_oid, day)
        if not isinstance(entry, BureauEntry):
            return None
        rows = (*self._bureaus.get(bureau_oid, ()), *self._above.get(bureau_oid, ()))
        now = [row for row in rows if row.term.has(day)]
        if any(row.organization and within(organization_oid, row.organization) for row in now):
            return True
        if any(_covers(row, area) for row in now for area in areas if row.subject and not row.organization):
            return True
        asked = {area.subject for area in areas} | {region(organization_oid)}
        return None if not entry.subjects or asked & entry.subjects else False

    def subject_of(self, fias: str) -> str | Gap:
        """Return the subject of an object of ФИАС."""
        return self._subject_of.get(fias.casefold(), Gap.NOT_COVERED)

    def _named(self, organization_oid: str, day: date) -> list[_Row]:
        arcs = organization_oid.split(".")
        wholes = (".".join(arcs[:count]) for count in range(len(arcs), 0, -1))
        found = ([row for row in self._by_organization.get(one, ()) if row.term.has(day)] for one in wholes)
        return next(filter(None, found), [])

    def _closest(self, area: Area, day: date) -> list[_Row]:
        """Return the rows that name an area most exactly."""
        rows = (*self._by_subject.get(area.subject, ()), *self._by_subject.get(EVERYWHERE, ()))
        fitting = [row for row in rows if row.term.has(day) and _covers(row, area)]
        best = max(map(_exactness, fitting), default=0)
        return [row for row in fitting if _exactness(row) == best]


def _exactness(row: _Row) -> int:
    return 4 * bool(row.locality) + 2 * bool(row.district) + (row.subject != EVERYWHERE)


def _covers(row: _Row, area: Area) -> bool:
    if row.subject == EVERYWHERE:
        return True
    return (
        row.subject == area.subject
        and (not row.district or row.district == place_key(area.district))
        and (not row.locality or row.locality == place_key(area.locality))
    )


def place_key(name: str) -> str:
    """Return a name of a place as it is compared: without what kind of place it is."""
    words = re.findall(r"[0-9a-zа-я]+", name.casefold().replace("ё", "е"))
    bare = [word for word in words if word not in _KINDS_OF_PLACES]
    return " ".join(bare or words)


def _entry(oid: str, rows: Sequence[_Row]) -> BureauEntry:
    own = next((row for row in rows if row.bureau == oid), None)
    subjects = frozenset(row.subject or region(row.organization) for row in rows if row.subject != EVERYWHERE)
    main = own.main if own and own.main[0] != oid else ("", "")
    federal = own.federal if own else next((row.federal for row in rows if row.federal[0] != oid), ("", ""))
    name = own.name if own else next(name for row in rows for o, name in (row.main, row.federal) if o == oid)
    everywhere = any(row.subject == EVERYWHERE for row in rows)
    return BureauEntry(oid, name, *main, *federal, subjects - {""}, everywhere)


def _row(fields: Fields) -> _Row:
    return _Row(
        term=Term.of(fields),
        bureau=fields["bureau_oid"],
        name=fields["bureau_name"],
        main=(fields.get("main_oid", ""), fields.get("main_name", "")),
        federal=(fields.get("federal_oid", ""), fields.get("federal_name", "")),
        organization=fields.get("organization_oid", ""),
        subject=fields.get("subject", ""),
        district=place_key(fields.get("district", "")),
        locality=place_key(fields.get("locality", "")),
        fias=fields.get("fias", ""),
    )
