"""The operator's file of corrections to the production calendar, TOML; every fault is told at once.

known_years = [2028]                       # the file gives all transfers of these years

[country]
working = [2028-01-22]                     # days that are working days
off = [2028-05-08]                         # days that are days off

[regions.16]                               # subject of the federation, two digits
off = [2026-05-27]
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from adapter.domain.subjects import SUBJECTS
from adapter.domain.wrong_values import WrongValue

_LARGEST = 256 * 1024
_MOST_DAYS = 366
_YEARS = range(2000, 2101)

Days = Mapping[dt.date, bool]


class CorrectionsUnusableError(Exception):
    """The file cannot be used; its faults say why."""

    def __init__(self, faults: tuple[WrongValue, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(map(str, faults)))


@dataclass(frozen=True, slots=True)
class Corrections:
    """What the file says.

    Attributes:
        country: Day → whether it is a working day, for the whole country.
        regional: Subject code → the same for that subject.
        known_years: Years of which the file gives all transfers.
    """

    country: Days = field(default_factory=lambda: MappingProxyType({}))
    regional: Mapping[str, Days] = field(default_factory=lambda: MappingProxyType({}))
    known_years: frozenset[int] = frozenset()


def read_corrections(path: Path) -> Corrections:
    """Read and check the file.

    Raises:
        CorrectionsUnusableError: It cannot be read, is too large, is no TOML or holds wrong values.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise _refused("файл", "", f"файл, доступный для чтения ({error.strerror})") from None
    if len(content) > _LARGEST:
        raise _refused("файл", "", f"не больше {_LARGEST // 1024} КиБ")
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused("файл", "", f"корректный TOML в UTF-8 ({type(error).__name__})") from None
    return _read(table)


def _read(table: Mapping[str, Any]) -> Corrections:
    faults = _strangers("", table, {"known_years", "country", "regions"})
    country = _days("country", table.get("country", {}), faults)
    regional: dict[str, Days] = {}
    regions = table.get("regions", {})
    if not isinstance(regions, dict):
        faults.append(WrongValue("regions", "", "таблицы вида [regions.16]"))
        regions = {}
    for subject, days in regions.items():
        place = f"regions.{subject[:20]}"
        if subject not in SUBJECTS:
            faults.append(WrongValue(place, "", "код субъекта РФ из двух цифр"))
            continue
        regional[subject] = _days(place, days, faults)
    years = _years(table.get("known_years", []), faults)
    if faults:
        raise CorrectionsUnusableError(tuple(faults))
    return Corrections(country, MappingProxyType(regional), years)


def _years(value: Any, faults: list[WrongValue]) -> frozenset[int]:
    good = isinstance(value, list) and all(type(one) is int and one in _YEARS for one in value)
    if good and len(set(value)) == len(value):
        return frozenset(value)
    faults.append(WrongValue("known_years", "", "список разных годов с 2000 по 2100, например [2028]"))
    return frozenset()


def _days(place: str, table: Any, faults: list[WrongValue]) -> Days:
    if not isinstance(table, dict):
        faults.append(WrongValue(place, "", "таблица с working и off"))
        return {}
    faults += _strangers(f"{place}.", table, {"working", "off"})
    found: dict[dt.date, bool] = {}
    for name, working in (("working", True), ("off", False)):
        listed = table.get(name, [])
        if not isinstance(listed, list) or len(listed) > _MOST_DAYS * len(_YEARS):
            faults.append(WrongValue(f"{place}.{name}", "", "список дат вида 2026-01-09"))
            continue
        for number, day in enumerate(listed, start=1):
            where = f"{place}.{name}[{number}]"
            if type(day) is not dt.date or day.year not in _YEARS:
                faults.append(
                    WrongValue(where, str(day)[:40], "дата вида 2026-01-09 без кавычек, 2000–2100 год")
                )
            elif day in found:
                faults.append(WrongValue(where, day.isoformat(), "каждый день не больше одного раза"))
            else:
                found[day] = working
    return MappingProxyType(found)


def _strangers(place: str, table: Mapping[str, Any], known: set[str]) -> list[WrongValue]:
    names = sorted(set(table) - known)
    return [WrongValue(f"{place}{name[:40]}", "", f"только {', '.join(sorted(known))}") for name in names]


def _refused(place: str, value: str, allowed: str) -> CorrectionsUnusableError:
    return CorrectionsUnusableError((WrongValue(place, value, allowed),))
