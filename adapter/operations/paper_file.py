"""A table of paper referrals and expertises: its columns, and every error with its row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from adapter.domain.errors import Problem, problem
from adapter.domain.paper import EXAMINATION, REFERRAL, TITLES, PaperEntry, check_entry
from adapter.domain.reception import refusals
from adapter.domain.subjects import region, zone
from adapter.tables.reading import CELL_LENGTH, Table, TableUnreadable

KIND = "вид"

#: Column → field of the contract, as `adapter.domain.paper` names it.
COLUMNS = MappingProxyType(
    {
        KIND: "kind",
        "oid_мо": "organization/oid",
        "огрн_мо": "organization/ogrn",
        "oid_бюро": "bureau/oid",
        "фамилия": "citizen/familyName",
        "имя": "citizen/givenName",
        "отчество": "citizen/patronymic",
        "дата_рождения": "citizen/birthDate",
        "снилс": "citizen/snils",
        "документ": "citizen/identityDocument",
        "номер_протокола": "vkProtocol/number",
        "дата_протокола": "vkProtocol/date",
        "дата_выдачи": "issueDate",
        "дата_получения": "receivedAt",
        "дата_экспертизы": "examinationDate",
        "рег_номер": "registrationNumber",
        "номер_акта": "actNumber",
        "цели": "purposes",
    }
)
_COLUMN_OF = {field: column for column, field in COLUMNS.items()}
_KINDS = {"направление": REFERRAL, "экспертиза": EXAMINATION}
_NEEDED = {
    REFERRAL: ("vkProtocol/number", "vkProtocol/date", "issueDate", "receivedAt"),
    EXAMINATION: ("examinationDate",),
}
_PERSON = ("citizen/familyName", "citizen/givenName", "citizen/birthDate")
_EMPTY = {
    REFERRAL: ("examinationDate", "actNumber"),
    EXAMINATION: ("issueDate", "receivedAt", "registrationNumber"),
}
_DATES = ("citizen/birthDate", "vkProtocol/date", "issueDate", "examinationDate")
_DAY = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d\d)\.(?P<m2>\d\d)\.(?P<y2>\d{4})")
_TIME = re.compile(r"(?P<day>[\d.-]{10})(?:[ T](?P<h>\d\d?):(?P<min>\d\d)(?::(?P<s>\d\d))?)?")


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row of the file: its number, what was entered, what is wrong or doubtful; paths are columns."""

    number: int
    entry: PaperEntry | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What holds for all rows: the bureau where a row names none, and the moment."""

    bureau_oid: str
    now: datetime


def read_rows(table: Table, *, bureau_oid: str, now: datetime) -> Iterator[PaperRow]:
    """Read the rows of a table.

    Args:
        table: the table.
        bureau_oid: the bureau of rows that name none; empty: each names one.
        now: the moment of the import, aware.

    Raises:
        TableUnreadable: columns are missing, repeated or unknown.
    """
    names = _names(table.headings, has_bureau=bool(bureau_oid))
    for row in table.rows:
        cells = dict(zip(names, (*row.cells, *[""] * len(names)), strict=False))
        yield _row(row.number, cells, _Known(bureau_oid, now))


def column_of(path: str) -> str:
    """Return the column that a problem of `adapter.domain.paper` is about."""
    return _COLUMN_OF.get(path, path)


def _names(cells: Sequence[str], *, has_bureau: bool) -> list[str]:
    found = [one.strip().casefold().replace(" ", "_") for one in cells]
    while found and not found[-1]:
        found.pop()
    unknown = [one or "(пусто)" for one in found if one not in COLUMNS]
    twice = sorted({one for one in found if found.count(one) > 1})
    needed = [KIND, *(_COLUMN_OF[field] for field in _PERSON), *([] if has_bureau else ["oid_бюро"])]
    missing = [one for one in needed if one not in found]
    missing += [] if {"oid_мо", "огрн_мо"} & set(found) else ["oid_мо"]
    faults = (("нет столбцов", missing), ("повторены столбцы", twice), ("неизвестны столбцы", unknown))
    said = "; ".join(
        f"{what}: {', '.join(one[:40] for one in which[:10])}" for what, which in faults if which
    )
    if said:
        raise TableUnreadable(f"в первой строке {said}", "Исправьте названия столбцов.")
    return found


def _row(number: int, cells: Mapping[str, str], known: _Known) -> PaperRow:
    values = {COLUMNS[name]: text for name, text in cells.items() if text}
    kind = _KINDS.get(values.pop("kind", "").casefold())
    if kind is None:
        wrong = _format("kind", "направление или экспертиза", "направление")
        return PaperRow(number, None, (_placed(wrong),))
    values.setdefault("bureau/oid", known.bureau_oid)
    local = zone(region(values["bureau/oid"]))
    found = [*_missing(kind, values), *_superfluous(kind, values), *_endless(values)]
    read: dict[str, Any] = {}
    for field in _DATES:
        read[field] = _day(field, values.get(field, ""), found)
    read["receivedAt"] = _moment(values.get("receivedAt", ""), local, found)
    entry = None
    if read["citizen/birthDate"] is not None:
        entry = _entry(kind, values, read)
        told = {one.path for one in found}
        found += [one for one in check_entry(entry, known.now, local) if one.path not in told]
    problems = tuple(_placed(one) for one in sorted(found, key=lambda one: (one.path, one.code)))
    return PaperRow(number, None if refusals(problems) else entry, problems)


def _missing(kind: str, values: Mapping[str, str]) -> Iterator[Problem]:
    needed = [*_PERSON, "bureau/oid", *_NEEDED[kind]]
    halves = {"vkProtocol/number", "vkProtocol/date"}
    if kind == EXAMINATION and len(halves & set(values)) == 1:
        needed += sorted(halves)
    for field in needed:
        if not values.get(field):
            yield problem("FIELD_REQUIRED", field, title=TITLES[field])


def _superfluous(kind: str, values: Mapping[str, str]) -> Iterator[Problem]:
    whose = "экспертизы" if kind == EXAMINATION else "направления"
    for field in _EMPTY[kind]:
        if field in values:
            yield problem("FIELD_UNEXPECTED", field, title=TITLES[field], condition=f"запись – учёт {whose}")


def _endless(values: Mapping[str, str]) -> Iterator[Problem]:
    for field, text in values.items():
        if len(text) > CELL_LENGTH:
            yield problem(
                "FIELD_TOO_LONG",
                field,
                title=TITLES[field],
                actual=f"больше {CELL_LENGTH}",
                limit=str(CELL_LENGTH),
                excess="неизвестно",
            )


def _day(field: str, text: str, found: list[Problem]) -> date | None:
    if not text:
        return None
    match = _DAY.fullmatch(text)
    if match is None:
        found.append(_format(field, "ГГГГ-ММ-ДД или ДД.ММ.ГГГГ", "2026-03-02"))
        return None
    parts = (match["y"] or match["y2"], match["m"] or match["m2"], match["d"] or match["d2"])
    try:
        return date(*map(int, parts))
    except ValueError:
        found.append(problem("DATE_INVALID", field, title=TITLES[field], actual=_masked(field, text)))
        return None


def _moment(text: str, local: ZoneInfo, found: list[Problem]) -> datetime | None:
    field = "receivedAt"
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        found.append(_format(field, "дата, после неё можно время ЧЧ:ММ", "2026-03-02 10:30"))
        return None
    day = _day(field, match["day"], found)
    if day is None:
        return None
    try:
        hour, minute, second = (int(match[name] or 0) for name in ("h", "min", "s"))
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=local)
    except ValueError:
        found.append(problem("DATE_INVALID", field, title=TITLES[field], actual=text[:30]))
        return None


def _entry(kind: str, values: Mapping[str, str], read: Mapping[str, Any]) -> PaperEntry:
    def text(field: str) -> str:
        return values.get(field, "")

    codes: Iterable[str] = re.split(r"[,;\s]+", text("purposes"))
    return PaperEntry(
        kind=kind,
        organization_oid=text("organization/oid"),
        organization_ogrn=text("organization/ogrn"),
        bureau_oid=text("bureau/oid"),
        family_name=text("citizen/familyName"),
        given_name=text("citizen/givenName"),
        patronymic=text("citizen/patronymic"),
        birth_date=read["citizen/birthDate"],
        snils=text("citizen/snils"),
        identity_document=text("citizen/identityDocument"),
        protocol_number=text("vkProtocol/number"),
        protocol_date=read["vkProtocol/date"],
        issue_date=read["issueDate"],
        received_at=read["receivedAt"],
        examination_date=read["examinationDate"],
        registration_number=text("registrationNumber"),
        act_number=text("actNumber"),
        purposes=tuple(dict.fromkeys(one for one in codes if one)),
    )


def _format(field: str, form: str, example: str) -> Problem:
    title = TITLES.get(field, "Вид записи")
    return problem("FIELD_FORMAT", field, title=title, actual="***", format=form, example=example)


def _masked(field: str, text: str) -> str:
    return "***" if field.startswith("citizen/") else text[:30]


def _placed(one: Problem) -> Problem:
    """Return a problem whose path is a column."""
    return replace(one, path=KIND if one.path == "kind" else column_of(one.path))
