"""What the store keeps of a version, and the code list that is made of it."""

import hashlib
import json
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from adapter.dictionaries.exports import Export, Row, read_day
from adapter.dictionaries.layouts import Layout, layout_of
from adapter.dictionaries.refusal import DictionaryRefused, Faults, shown
from adapter.domain.code_lists import CodeList, Item, latin

_CODE_LIMIT = 64
_NAME_LIMIT = 4000
_IN_USE = frozenset({"1", "true", "да"})
_NOT_IN_USE = frozenset({"0", "false", "нет"})


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a version with the names of their columns and its keys."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    keys: Mapping[str, str]


def pack(export: Export) -> tuple[bytes, str]:
    """Return what the store keeps of an export, compressed, and its hash (SHA-256 of what is in it, hex)."""
    value = {"columns": export.columns, "keys": dict(export.keys), "rows": export.rows}
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return zlib.compress(text), hashlib.sha256(text).hexdigest()


def unpack(content: bytes) -> Table:
    """Return the rows that the store keeps."""
    value = json.loads(zlib.decompress(content))
    return Table(tuple(value["columns"]), tuple(map(tuple, value["rows"])), value["keys"])


def code_list(oid: str, version: str, name: str, table: Table) -> CodeList:
    """Make the code list of a version.

    Raises:
        DictionaryRefused: columns are missing, codes repeat, dates cannot be read; with rows and columns.
    """
    layout = layout_of(oid, table.columns, table.keys)
    if layout is None:
        raise DictionaryRefused(["Не найден столбец с кодом: нет ни ключа PRIMARY, ни столбца CODE или ID."])
    missing = [one for one in layout.needed() if one not in table.columns]
    if missing:
        raise DictionaryRefused([f"В справочнике {oid} нет столбца «{shown(one)}»." for one in missing])
    faults = Faults()
    items = _Builder(layout, table, faults).items()
    faults.raise_any()
    return CodeList(oid=oid, version=version, name=name, items=items)


class _Builder:
    """Makes the items of a list, row by row, and keeps what is wrong."""

    def __init__(self, layout: Layout, table: Table, faults: Faults) -> None:
        place = {name: number for number, name in enumerate(table.columns)}
        self._layout, self._rows, self._faults = layout, table.rows, faults
        self._code = place[layout.code]
        self._name = place[layout.name]
        self._key, self._parent, self._actual, self._since, self._until, self._changed = (
            place.get(column, -1)
            for column in (
                layout.key,
                layout.parent,
                layout.actual,
                layout.since,
                layout.until,
                layout.changed,
            )
        )
        self._also = [place[one] for one in layout.also]
        self._days: dict[str, date | None] = {}

    def items(self) -> dict[str, Item]:
        found: dict[str, Item] = {}
        first_row: dict[str, int] = {}
        codes = self._codes_by_key()
        for number, row in enumerate(self._rows, start=1):
            code = self._code_of(row)
            if not code:
                if not self._layout.loose:
                    self._faults.at(number, self._layout.code, "нет кода")
                continue
            if len(code) > _CODE_LIMIT:
                self._faults.at(number, self._layout.code, f"код длиннее {_CODE_LIMIT} знаков")
                continue
            item = self._item(number, row, codes)
            if code not in found:
                found[sys.intern(code)], first_row[code] = item, number
            elif not self._layout.loose:
                text = f"код «{shown(code)}» повторяется, он уже есть в строке {first_row[code]}"
                self._faults.at(number, self._layout.code, text)
            elif item.actual and not found[code].actual:
                found[code] = item
        return found

    def _codes_by_key(self) -> Mapping[str, str]:
        """Return the code of each key; a key may stand once."""
        if self._key < 0 or (self._parent < 0 and self._key == self._code):
            return {}
        found: dict[str, str] = {}
        for number, row in enumerate(self._rows, start=1):
            key = row[self._key]
            if key is None:
                self._faults.at(number, self._layout.key, "нет номера строки")
            elif key in found and self._key != self._code:
                self._faults.at(number, self._layout.key, f"номер «{shown(key)}» повторяется")
            else:
                found[key] = self._code_of(row)
        return found

    def _code_of(self, row: Sequence[str | None]) -> str:
        code = row[self._code] or ""
        return latin(code) if self._layout.latin else code

    def _item(self, number: int, row: Row, codes: Mapping[str, str]) -> Item:
        name, *also = dict.fromkeys(self._names(row)) or [""]
        if len(name) > _NAME_LIMIT:
            self._faults.at(number, self._layout.name, f"наименование длиннее {_NAME_LIMIT} знаков")
        actual = self._in_use(number, row)
        until = self._day(number, row, self._until, self._layout.until)
        changed = self._day(number, row, self._changed, self._layout.changed)
        return Item(
            name=name,
            parent=self._heading(number, row, codes),
            since=self._day(number, row, self._since, self._layout.since),
            until=until if actual or until else changed,
            actual=actual,
            also=tuple(also),
        )

    def _heading(self, number: int, row: Row, codes: Mapping[str, str]) -> str:
        key = row[self._parent] if self._parent >= 0 else None
        if key is None:
            return ""
        if key not in codes:
            self._faults.at(number, self._layout.parent, f"нет строки с номером «{shown(key)}»")
        return codes.get(key, "")

    def _in_use(self, number: int, row: Row) -> bool:
        mark = (row[self._actual] or "").casefold() if self._actual >= 0 else ""
        if mark and mark not in _IN_USE and mark not in _NOT_IN_USE:
            self._faults.at(number, self._layout.actual, f"признак «{shown(mark)}», нужен 1 или 0")
        return mark not in _NOT_IN_USE

    def _day(self, number: int, row: Row, place: int, column: str) -> date | None:
        text = row[place] if place >= 0 else None
        if text is None:
            return None
        if text not in self._days:
            self._days[text] = read_day(text)
        if self._days[text] is None:
            self._faults.at(number, column, f"даты «{shown(text)}» не существует, нужна дата вида ДД.ММ.ГГГГ")
        return self._days[text]

    def _names(self, row: Row) -> Iterator[str]:
        """Yield the name of a row and the others that it has; synonyms stand in one value."""
        for place in (self._name, *self._also):
            whole = place == self._name
            for one in (row[place] or "",) if whole else (row[place] or "").split(";"):
                if name := " ".join(one.split()):
                    yield name
