"""Official exports of ФНСИ: the answers of its REST service, and files with the same data.

The service gives a passport (``/port/rest/passport``) and pages of rows (``/port/rest/data``): ``list`` of
rows, each a list of ``{"column": ..., "value": ...}``. Files hold the passport's fields and ``rows``, each an
object. Both may be one document, with the passport under ``passport`` or beside the rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from adapter.dictionaries.refusal import DictionaryRefused, Faults, shown
from adapter.domain.code_lists import SUCCESSORS

ROWS_LIMIT = 500_000
COLUMNS_LIMIT = 100
VALUE_LIMIT = 100_000

Row = tuple[str | None, ...]

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,9})){3,30}")
_VERSION = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){0,4}")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_RUSSIAN_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ][0-9:.,+Z-]{0,30})?")
_NAMES = ("fullName", "shortName", "name")
_ROWS = ("rows", "list")


@dataclass(frozen=True, slots=True)
class Export:
    """One version of a list as it was exported.

    Attributes:
        oid: OID of the list.
        version: version of the list, ``2.24``.
        name: Russian name.
        published_on: day of publication.
        keys: what its key columns are: name of the column -> PRIMARY, VALUE or FOREIGN.
        columns: names of the columns.
        rows: values in the order of the columns; None: nothing.
    """

    oid: str
    version: str
    name: str
    published_on: date | None
    keys: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_export(documents: Sequence[Any], passport: Any = None, oid: str = "") -> Export:
    """Make one export of one document, or of a passport and the pages of rows that belong to it.

    Args:
        documents: JSON of the pages, in their order; of one that has its passport itself, only one.
        passport: JSON of the passport, where it is a document of its own.
        oid: the list that is expected; empty: whatever the passport says.

    Raises:
        DictionaryRefused: everything that is wrong.
    """
    described = _passport(documents[0] if passport is None else passport)
    faults = Faults()
    found_oid = _oid(described, oid, faults)
    version = _text(described.get("version"))
    if not _VERSION.fullmatch(version):
        faults.add(f"В паспорте нет версии справочника или она не вида 2.24: «{shown(version)}».")
    name = next((text for key in _NAMES if (text := _clean(described.get(key)))), "")
    if not name or len(name) > 1000:
        faults.add("В паспорте нет наименования справочника (fullName) или оно длиннее 1000 знаков.")
    published = described.get("publishDate")
    published_on = read_day(published)
    if published not in (None, "") and published_on is None:
        faults.add(f"В паспорте дата публикации (publishDate) не читается: «{shown(_text(published))}».")
    faults.raise_any()
    raw = [row for document in documents for row in _rows_of(document)]
    _count(described, documents, len(raw), faults)
    columns, rows = _table(raw, _declared(described), faults)
    faults.raise_any()
    return Export(found_oid, version, name, published_on, _keys(described, columns), columns, rows)


def read_day(value: Any) -> date | None:
    """Read a day as ФНСИ writes it: ``31.12.2023 10:00``, ISO 8601, or milliseconds; None: it is no day."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC).date()
        text = _text(value)
        if (found := _RUSSIAN_DAY.fullmatch(text)) is not None:
            return date(int(found[3]), int(found[2]), int(found[1]))
        if (found := _ISO_DAY.fullmatch(text)) is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _passport(document: Any) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise DictionaryRefused(
            ["Файл не является выгрузкой ФНСИ: нужен объект JSON с паспортом и строками."]
        )
    _refuse_failure(document)
    inner = document.get("passport")
    return inner if isinstance(inner, dict) else document


def _refuse_failure(document: Mapping[str, Any]) -> None:
    result = document.get("result")
    if isinstance(result, str) and result.upper() != "OK":
        raise DictionaryRefused([f"Это ответ ФНСИ об ошибке: «{shown(_text(document.get('resultText')))}»."])


def _oid(described: Mapping[str, Any], expected: str, faults: Faults) -> str:
    named = _text(described.get("oid") or described.get("identifier"))
    if not named and not expected:
        faults.add("В паспорте нет OID справочника (oid). Если он известен, укажите --oid.")
        return ""
    if named and not _OID.fullmatch(named):
        faults.add(f"OID справочника записан неверно: «{shown(named)}».")
        return ""
    found = SUCCESSORS.get(named, named) or expected
    if expected and found != SUCCESSORS.get(expected, expected):
        faults.add(f"Это другой справочник: в паспорте OID {shown(named)}, ожидался {shown(expected)}.")
    return found


def _rows_of(document: Any) -> Sequence[Any]:
    if not isinstance(document, dict):
        raise DictionaryRefused(
            ["Файл не является выгрузкой ФНСИ: нужен объект JSON со строками (rows или list)."]
        )
    _refuse_failure(document)
    inner = document.get("data")
    for holder in (document, inner if isinstance(inner, dict) else {}):
        for name in _ROWS:
            if isinstance(holder.get(name), list):
                return holder[name]  # type: ignore[no-any-return]
    raise DictionaryRefused(["В файле нет строк справочника: ни «rows», ни «list»."])


def _count(described: Mapping[str, Any], documents: Sequence[Any], found: int, faults: Faults) -> None:
    """Hold the number of rows to what the passport and the pages say: a page that is missing shows here."""
    if not found:
        faults.add("В справочнике нет ни одной строки.")
    if found > ROWS_LIMIT:
        faults.add(f"Строк {found}, предел {ROWS_LIMIT}.")
    claims = [("паспорте (rowsCount)", described.get("rowsCount"))]
    claims += [("ответе (total)", document.get("total")) for document in documents]
    for place, claimed in claims:
        if claimed is not None and _text(claimed) != str(found):
            faults.add(f"Строк {found}, а в {place} – {shown(_text(claimed))}: выгрузка неполна.")
            return


def _declared(described: Mapping[str, Any]) -> frozenset[str]:
    fields = described.get("fields")
    named = (one.get("field") for one in fields if isinstance(one, dict)) if isinstance(fields, list) else ()
    return frozenset(one for one in named if isinstance(one, str))


def _table(
    raw: Sequence[Any], declared: frozenset[str], faults: Faults
) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Bring rows to one order of columns: those of the first row, and those that the passport declares."""
    rows: list[dict[str, Any]] = []
    for number, one in enumerate(raw[:ROWS_LIMIT], start=1):
        row = _row(number, one, faults)
        rows.append(row)
    columns = tuple(dict.fromkeys([*(rows[0] if rows else ()), *sorted(declared)]))
    if len(columns) > COLUMNS_LIMIT:
        faults.add(f"Столбцов {len(columns)}, предел {COLUMNS_LIMIT}.")
        return (), ()
    for name in columns:
        if not name or len(name) > 100 or not name.isprintable():
            faults.add(f"Недопустимое имя столбца: «{shown(name)}».")
        if declared and name not in declared:
            faults.at(1, name, "такого столбца нет в паспорте (fields)")
    known = frozenset(columns)
    made = []
    for number, row in enumerate(rows, start=1):
        for unknown in row.keys() - known:
            where = "в паспорте (fields)" if declared else "в первой строке"
            faults.at(number, unknown, f"неизвестный столбец, его нет {where}")
        made.append(tuple(_value(number, name, row.get(name), faults) for name in columns))
    return columns, tuple(made)


def _row(number: int, row: Any, faults: Faults) -> dict[str, Any]:
    """Return a row by names of columns, from either form of writing it."""
    if isinstance(row, dict):
        return row
    found: dict[str, Any] = {}
    if not isinstance(row, list):
        faults.add(f"Строка {number}: нужен объект или список пар column, value.")
        return found
    for cell in row:
        name = cell.get("column") if isinstance(cell, dict) else None
        if not isinstance(name, str):
            faults.add(f"Строка {number}: у значения нет имени столбца (column).")
        elif name in found:
            faults.at(number, name, "столбец повторяется")
        else:
            found[name] = cell.get("value")
    return found


def _value(row: int, column: str, value: Any, faults: Faults) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict | list):
        faults.at(row, column, "нужно простое значение, а не список или объект")
        return None
    text = _text(value)
    if len(text) > VALUE_LIMIT:
        faults.at(row, column, f"значение из {len(text)} знаков, предел {VALUE_LIMIT}")
        return None
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        faults.at(
            row, column, f"недопустимый символ U+{ord(forbidden[0]):04X} в позиции {forbidden.start() + 1}"
        )
        return None
    return text or None


def _keys(described: Mapping[str, Any], columns: tuple[str, ...]) -> dict[str, str]:
    return {field: kind for field, kind in _named_keys(described) if field in columns}


def _named_keys(described: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    keys = described.get("keys")
    for one in keys if isinstance(keys, list) else ():
        if isinstance(one, dict) and isinstance(one.get("field"), str) and isinstance(one.get("type"), str):
            yield one["field"], one["type"]


def _clean(value: Any) -> str:
    return " ".join(_FORBIDDEN.sub("", _text(value)).split())


def _text(value: Any) -> str:
    """Return a value as text: numbers as they are written, truth as ``true`` or ``false``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)
