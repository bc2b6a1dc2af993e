"""Plans and targets from files of the operator, all faults told at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeVar

from adapter.domain.statistics import Target
from adapter.domain.wrong_values import WrongValue
from adapter.tables.reading import TableUnreadable, read_table
from storage import PlanRow

T = TypeVar("T")

#: Size of a file in bytes; rows.
FILE_BYTES = 8 * 2**20
ROWS = 20_000
_FAULTS = 100
_OID = re.compile(r"[0-2](\.([1-9][0-9]*|0))+")

Row = Mapping[str, str]


class FileFaults(Exception):  # noqa: N818 - a file with faults is an answer to its owner
    """A file cannot be taken; nothing of it is."""

    def __init__(self, faults: Sequence[WrongValue]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, faults)))


#: Heading of a column, in Russian or by its name, to the name.
_PLAN = {
    "oid": "organization_oid",
    "oid организации": "organization_oid",
    "с": "period_from",
    "по": "period_to",
    "направлений": "planned_count",
    "план направлений": "planned_count",
    "доля": "planned_share",
    "доля электронных, %": "planned_share",
}
_TARGET = {
    "показатель": "indicator",
    "доля": "share",
    "доля, %": "share",
    "с": "first",
    "по": "last",
    "субъект": "region",
    "основание": "basis",
}


def read_plans(content: bytes) -> tuple[PlanRow, ...]:
    """Read plans: organisation, first and last day, number of referrals, share of electronic ones, per cent.

    Raises:
        FileFaults: every fault of the file.
    """

    def plan(row: _Reading) -> PlanRow:
        first, last = row.take("period_from", _day), row.take("period_to", _day)
        if last < first:
            row.wrong("period_to", "день не раньше начала периода")
        share = row.maybe("planned_share", _share)
        return PlanRow(
            organization_oid=row.take("organization_oid", _oid),
            period_from=first,
            period_to=last,
            planned_count=row.take("planned_count", _count),
            planned_share=None if share is None else int(share * 100),
        )

    found = _read(content, _PLAN, ("organization_oid", "period_from", "period_to", "planned_count"), plan)
    seen: dict[tuple[str, dt.date], int] = {}
    twice = [
        _wrong(f"строка {number}", one.organization_oid, "один план организации с одного дня")
        for number, one in enumerate(found, start=1)
        if seen.setdefault((one.organization_oid, one.period_from), number) != number
    ]
    if twice:
        raise FileFaults(twice)
    return found


def read_targets(content: bytes) -> tuple[Target, ...]:
    """Read targets: indicator, per cent, first and last day, subject of the federation, basis.

    Raises:
        FileFaults: every fault of the file.
    """

    def target(row: _Reading) -> Target:
        return Target(
            indicator=row.take("indicator", _indicator),
            share=row.take("share", _share),
            first=row.take("first", _day),
            last=row.maybe("last", _day),
            basis=row.maybe("basis", str) or "",
            region=row.maybe("region", _region) or "",
        )

    return _read(content, _TARGET, ("indicator", "share", "first"), target)


class _Reading:
    """One row while it is read; what is wrong with it is kept."""

    def __init__(self, number: int, row: Row, faults: list[WrongValue]) -> None:
        self._number = number
        self._row = row
        self._faults = faults

    def wrong(self, name: str, allowed: str) -> None:
        self._faults.append(_wrong(f"строка {self._number}, {name}", self._row.get(name, "")[:60], allowed))

    def take(self, name: str, read: Callable[[str], T]) -> T:
        try:
            return read(self._row.get(name, ""))
        except ValueError as error:
            self.wrong(name, str(error))
            raise

    def maybe(self, name: str, read: Callable[[str], T]) -> T | None:
        return self.take(name, read) if self._row.get(name) else None


def _read(
    content: bytes, columns: Mapping[str, str], needed: Sequence[str], make: Callable[[_Reading], T]
) -> tuple[T, ...]:
    found: list[T] = []
    faults: list[WrongValue] = []
    rows = list(_rows(content, columns, needed))
    for number, row in enumerate(rows, start=1):
        try:
            found.append(make(_Reading(number, row, faults)))
        except ValueError:
            if len(faults) >= _FAULTS:
                break
    if not rows:
        _refuse("файл", "хотя бы одна строка под названиями столбцов")
    if faults:
        raise FileFaults(faults)
    return tuple(found)


def _rows(content: bytes, columns: Mapping[str, str], needed: Sequence[str]) -> Iterator[Row]:
    """Give the rows that are not empty, by the names of the columns."""
    try:
        table = read_table(content, most_rows=ROWS)
    except TableUnreadable as error:
        raise FileFaults([_wrong("файл", error.text, error.fix)]) from error
    names = [columns.get(one.casefold(), one.casefold()) for one in table.headings]
    missing = [one for one in needed if one not in names]
    if missing:
        known = ", ".join(dict.fromkeys(columns.values()))
        _refuse("названия столбцов", f"{known}; нет: {', '.join(missing)}", "; ".join(table.headings)[:60])
    for row in table.rows:
        yield dict(zip(names, row.cells, strict=False))


def _day(text: str) -> dt.date:
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    raise ValueError("день вида ГГГГ-ММ-ДД или ДД.ММ.ГГГГ")


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("целое число от 0")
    return int(text)


def _share(text: str) -> Decimal:
    try:
        share = Decimal(text.replace(",", ".").removesuffix("%").strip())
    except InvalidOperation:
        raise ValueError("доля в процентах, от 0 до 100") from None
    if not (share.is_finite() and 0 <= share <= 100):
        raise ValueError("доля в процентах, от 0 до 100")
    return share.quantize(Decimal("0.01"))


def _oid(text: str) -> str:
    if not _OID.fullmatch(text) or len(text) > 64:
        raise ValueError("OID организации, например 1.2.643.5.1.13.13.12.2.77.7973")
    return text


def _indicator(text: str) -> str:
    if not re.fullmatch(r"I([1-9]|1[0-3])(\.[A-Z0-9_.-]{1,40})?", text):
        raise ValueError("код показателя, от I1 до I13")
    return text


def _region(text: str) -> str:
    if not re.fullmatch(r"[0-9]{2}", text):
        raise ValueError("код субъекта РФ, две цифры")
    return text


def _refuse(place: str, allowed: str, value: str = "") -> NoReturn:
    raise FileFaults([_wrong(place, value, allowed)])


def _wrong(place: str, value: str, allowed: str) -> WrongValue:
    return WrongValue(place, repr(value) if value else "", allowed)
