"""The role policy as a TOML file of the operator, read with all its faults at once.

Tables [[role]], [[commission]] and [[difference]] have the fields of `signing.roles.rules` as keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from signing.roles import policy_values as values
from signing.roles.policy import FIRST_DAYS
from signing.roles.policy_values import Reader, WrongValueError, shown
from signing.roles.rules import CommissionRule, DifferenceRule, RolePolicy, RoleRule

MAXIMUM_OCTETS = 256 * 1024
MAXIMUM_TABLES = 1000
_MESSAGE_FAULTS = 5
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """One fault of a file.

    Attributes:
        place: Table with its number and key, or «файл».
        value: The wrong value where it is a text.
        allowed: What is allowed there, Russian.
    """

    place: str
    value: str
    allowed: str

    def __str__(self) -> str:
        told = f" = {self.value}" if self.value else ""
        return f"{self.place}{told} – допустимо: {self.allowed}"


class PolicyUnusableError(Exception):
    """A policy file cannot be used; the text is Russian, for the operator.

    Attributes:
        faults: All that is wrong.
        is_readable: Whether the file could be read and is TOML.
    """

    def __init__(self, faults: Sequence[PolicyFault], *, is_readable: bool = True) -> None:
        self.faults = tuple(faults)
        self.is_readable = is_readable
        more = len(self.faults) - _MESSAGE_FAULTS
        told = "; ".join(map(str, self.faults[:_MESSAGE_FAULTS]))
        super().__init__(
            f"Политика ролей не годится: {told}" + (f"; и ещё ошибок: {more}" if more > 0 else "")
        )


@dataclass(frozen=True, slots=True)
class _Table:
    make: Any
    required: Mapping[str, Reader]
    optional: Mapping[str, Reader]

    @property
    def readers(self) -> dict[str, Reader]:
        return {**self.required, **self.optional}


_UNTIL = {"until": values.day}
_TABLES = MappingProxyType(
    {
        "role": _Table(
            partial(RoleRule, maximum=None),
            {
                "kinds": values.kinds,
                "role": values.role,
                "minimum": values.number_from(0),
                "since": values.day,
            },
            {
                "maximum": values.number_from(0),
                **_UNTIL,
                "named_sign": values.flag,
                "posts": values.posts,
                "by_authority": values.by_authority,
                "employer": values.employer,
            },
        ),
        "commission": _Table(
            CommissionRule,
            {
                "kinds": values.kinds,
                "roles": values.roles,
                "min_commission_persons": values.number_from(1),
                "since": values.day,
            },
            _UNTIL,
        ),
        "difference": _Table(
            DifferenceRule,
            {"kinds": values.kinds, "roles": values.two_roles, "since": values.day},
            _UNTIL,
        ),
    }
)
_ORDERED = (("since", "until", "день не раньше since"), ("minimum", "maximum", "число не меньше minimum"))


@dataclass(frozen=True, slots=True)
class _Row:
    """What could be read of one table, and which keys could not."""

    place: str
    values: dict[str, Any]
    wrong: set[str]


def load_policy(path: Path) -> RolePolicy:
    """Read a policy file.

    Raises:
        PolicyUnusableError: It cannot be read, or holds faults: all of them are told.
    """
    try:
        if not path.is_file():
            raise _unreadable("обычный файл, который есть")
        with path.open("rb") as stream:
            content = stream.read(MAXIMUM_OCTETS + 1)
    except (OSError, ValueError):
        raise _unreadable("файл, доступный для чтения") from None
    return read_policy(content)


def read_policy(content: bytes) -> RolePolicy:
    """Read the content of a policy file.

    Raises:
        PolicyUnusableError: As `load_policy`.
    """
    if len(content) > MAXIMUM_OCTETS:
        raise _unreadable(f"не больше {MAXIMUM_OCTETS // 1024} КиБ")
    try:
        document = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        place = _PLACE.search(str(error))
        where = f" (строка {place[1]}, знак {place[2]})" if place else ""
        raise _unreadable(f"корректный TOML в UTF-8{where}") from None
    faults: list[PolicyFault] = [
        PolicyFault("файл", shown(name), f"только таблицы {', '.join(f'[[{one}]]' for one in _TABLES)}")
        for name in document
        if name not in _TABLES
    ]
    rows = {name: _rows(name, document.get(name, []), faults) for name in _TABLES}
    if not document.get("role"):
        faults.append(PolicyFault("файл", "", "хотя бы одна таблица [[role]]"))
    faults += _overlaps(rows["role"])
    if faults:
        raise PolicyUnusableError(faults)
    made = [tuple(_TABLES[name].make(**row.values) for row in rows[name]) for name in _TABLES]
    return RolePolicy(*made)


def kinds_without_roles(policy: RolePolicy, on: date) -> tuple[str, ...]:
    """Return the kinds of documents that nobody may sign on a day, so that none of them is accepted."""
    return tuple(kind for kind in FIRST_DAYS if not policy.rules_of(kind, on))


def _unreadable(allowed: str) -> PolicyUnusableError:
    return PolicyUnusableError([PolicyFault("файл", "", allowed)], is_readable=False)


def _rows(name: str, tables: object, faults: list[PolicyFault]) -> list[_Row]:
    """Read the tables of a name; what is wrong goes to `faults`."""
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        faults.append(PolicyFault(name, "", f"таблицы в двойных скобках: [[{name}]]"))
        return []
    if len(tables) > MAXIMUM_TABLES:
        faults.append(PolicyFault(f"[[{name}]]", "", f"не больше {MAXIMUM_TABLES} таблиц"))
        return []
    rows: list[_Row] = []
    for number, table in enumerate(tables, start=1):
        row = _Row(f"[[{name}]] № {number}", {}, set())
        faults += _read(_TABLES[name], table, row)
        rows.append(row)
    return rows


def _read(form: _Table, table: Mapping[str, object], row: _Row) -> Iterator[PolicyFault]:
    """Read one table into a row."""
    for key in (key for key in table if key not in form.readers):
        yield PolicyFault(row.place, shown(key), f"только ключи {', '.join(form.readers)}")
    for key in (key for key in form.required if key not in table):
        yield PolicyFault(f"{row.place}, {key}", "", "задать значение, ключ обязателен")
    for key, read in form.readers.items():
        if key in table:
            try:
                row.values[key] = read(table[key])
            except WrongValueError as wrong:
                row.wrong.add(key)
                yield PolicyFault(f"{row.place}, {key}", wrong.value, wrong.allowed)
    for first, second, allowed in _ORDERED:
        if first in row.values and second in row.values and row.values[first] > row.values[second]:
            yield PolicyFault(f"{row.place}, {second}", str(row.values[second]), allowed)
    if "by_authority" in table and "posts" not in table:
        yield PolicyFault(
            f"{row.place}, by_authority", "", "только вместе с posts: без них годится любая должность"
        )


def _overlaps(rows: Sequence[_Row]) -> Iterator[PolicyFault]:
    """Two rules of one role and kind that hold on one day."""
    held: dict[tuple[str, str], list[tuple[date, int]]] = {}
    for number, row in enumerate(rows):
        if {"role", "kinds", "since"} <= row.values.keys() and "until" not in row.wrong:
            for kind in row.values["kinds"]:
                held.setdefault((row.values["role"], kind), []).append((row.values["since"], number))
    for (role, kind), beginnings in held.items():
        longest, end = "", date.min
        for since, number in sorted(beginnings):
            row = rows[number]
            if longest and since <= end:
                allowed = f"первый день после последнего дня {longest} (роль {role}, вид {kind})"
                yield PolicyFault(f"{row.place}, since", since.isoformat(), allowed)
            until = row.values.get("until", date.max)
            if not longest or until > end:
                longest, end = row.place, until
