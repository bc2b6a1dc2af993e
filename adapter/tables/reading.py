"""Files as tables of texts: CSV, XLSX, JSON. All of them come from outside and are hostile until read.

A cell is text: numbers, days and flags of spreadsheets become what a person would have typed.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from xml.parsers.expat import ExpatError

#: Sizes in bytes of a file, of what a spreadsheet unpacks to, and of one cell in characters.
FILE_BYTES = 64 * 1024 * 1024
UNPACKED_BYTES = 256 * 1024 * 1024
CELL_LENGTH = 4000
#: Rows with something in them; rows in all; columns.
ROWS = 500_000
ROWS_IN_ALL = 1_048_576
COLUMNS = 100
#: Parts of a spreadsheet; tags and shared strings in them, which all lie in memory at once.
PARTS = 1000
TAGS = 12_000_000
STRINGS = 1_000_000

_CHUNK = 1024 * 1024
_FORBIDDEN_XML = (b"<!DOCTYPE", b"<!ENTITY")
_STRING = re.compile(rb"<(?:[A-Za-z0-9_.\-]+:)?si[\s/>]")
#: What zipfile, its decompressors and openpyxl raise for a workbook that is none.
_BROKEN = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError),
    *(OSError, EOFError, SyntaxError, NotImplementedError, RecursionError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, ExpatError),
)
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "Сохраните таблицу как CSV (UTF-8 или windows-1251), XLSX или JSON и повторите."
_SPLIT = "Разделите таблицу или уберите из файла лишнее."


class TableUnreadable(Exception):  # noqa: N818 - an answer to the user, not a failure of the program
    """The file is no table, or a harmful one.

    Attributes:
        text: what is wrong, Russian, without a stop.
        fix: what to do, a Russian sentence.
    """

    def __init__(self, text: str, fix: str) -> None:
        self.text = text
        self.fix = fix
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file from 1, and its cells by column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its headings, and its rows that are not empty."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(content: bytes, *, most_rows: int = 0) -> Table:
    """Read a file by what it is, whatever its name says.

    Args:
        content: the file.
        most_rows: how many rows with something in them it may have; 0: `ROWS`.

    Raises:
        TableUnreadable: it is no table, or too large a one.
    """
    most_rows = most_rows or ROWS
    if len(content) > FILE_BYTES:
        raise _unreadable(f"файл больше {FILE_BYTES // 2**20} МиБ", _SPLIT)
    if content.startswith(_OLE):
        fix = "Сохраните её как XLSX без пароля или как CSV."
        raise _unreadable("это книга XLS или книга под паролем", fix)
    if content.startswith(_ZIP):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl leaves aside of a workbook is none of the table
            return _table(_spreadsheet(content), most_rows)
    text = _text(content)
    if text.lstrip()[:1] in {"[", "{"}:
        return _json(text, most_rows)
    return _table(_csv(text), most_rows)


def _table(rows: Iterable[Row], most_rows: int) -> Table:
    """Make a table: the first row that is not empty is that of the headings."""
    kept: list[Row] = []
    for row in rows:
        if row.number > ROWS_IN_ALL or len(kept) > most_rows:
            raise _unreadable(f"в таблице больше {most_rows} строк", _SPLIT)
        if any(row.cells):
            kept.append(row)
    if not kept:
        raise _unreadable("в файле нет ни одной строки", "Первой строкой запишите названия столбцов.")
    headings, *rest = kept
    return Table(headings.cells, tuple(rest))


def _text(content: bytes) -> str:
    """Decode UTF-8 with or without its mark, else windows-1251."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable("кодировка UTF-16 не поддерживается", _SAVE_AS)
    if b"\0" in content:
        raise _unreadable("это не текст, не XLSX и не JSON", _SAVE_AS)
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable("кодировка не UTF-8 и не windows-1251", _SAVE_AS)


def _csv(text: str) -> Iterator[Row]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            if len(cells) > COLUMNS:
                raise _unreadable(f"строка {number}: столбцов больше {COLUMNS}", _SPLIT)
            yield Row(number, tuple(_shown(one) for one in cells))
            number = reader.line_num + 1
    except csv.Error:
        fix = "Проверьте кавычки: в значении они удваиваются, и каждая открытая закрывается."
        raise _unreadable(f"строка {number}: это не CSV", fix) from None


def _json(text: str, most_rows: int) -> Table:
    """Read a list of objects, or an object with such a list under `rows`; keys are the columns."""
    try:
        found = json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _unreadable("это не JSON, или ключ в объекте повторён", _SAVE_AS) from None
    rows = found.get("rows") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _unreadable("в JSON нет списка строк", 'Нужно: [{"столбец": "значение", …}, …].')
    if len(rows) > most_rows:
        raise _unreadable(f"в таблице больше {most_rows} строк", _SPLIT)
    headings = tuple(dict.fromkeys(key for row in rows for key in row))
    if not headings or len(headings) > COLUMNS:
        raise _unreadable(f"столбцов нет, или их больше {COLUMNS}", _SAVE_AS)
    made = (
        Row(number, tuple(_shown(row.get(key)) for key in headings)) for number, row in enumerate(rows, 1)
    )
    return Table(headings, tuple(row for row in made if any(row.cells)))


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a repeated key")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _spreadsheet(content: bytes) -> Iterator[Row]:
    """Read the first sheet of an XLSX, as values were typed; formulas stay formulas."""
    import openpyxl  # noqa: PLC0415 - heavy, loaded where it is used

    _must_be_harmless(content)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=False, keep_links=False, keep_vba=False
        )
        if not book.worksheets:
            raise _unreadable("в книге нет листа с таблицей", _SAVE_AS)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a sheet says of its size is not believed: rows are padded to it
        for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS + 1, values_only=True), start=1):
            if len(cells) > COLUMNS and any(one is not None for one in cells[COLUMNS:]):
                raise _unreadable(f"строка {number}: столбцов больше {COLUMNS}", _SPLIT)
            shown = [_shown(one) for one in cells[:COLUMNS]]
            while shown and not shown[-1]:
                shown.pop()
            yield Row(number, tuple(shown))
    except TableUnreadable:
        raise
    except _BROKEN as error:
        raise _no_workbook() from error


def _no_workbook() -> TableUnreadable:
    return _unreadable("книга XLSX повреждена или это не XLSX", _SAVE_AS)


def _must_be_harmless(content: bytes) -> None:
    """Refuse a zip bomb, and XML that defines entities.

    The sizes in the directory of the archive can be trusted as limits: nothing longer is ever unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
                raise _unreadable(f"книга распаковывается больше чем в {UNPACKED_BYTES // 2**20} МиБ", _SPLIT)
            if any(part.flag_bits & 1 for part in parts):
                raise _unreadable("книга защищена паролем", "Снимите защиту и повторите.")
            for part in parts:
                _must_be_plain(archive, part)
    except TableUnreadable:
        raise
    except _BROKEN as error:
        raise _no_workbook() from error


def _must_be_plain(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse a part that declares entities, or that holds more elements than a table needs."""
    tags, strings, tail = 0, 0, b""
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    with archive.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            seen = tail + chunk
            # NUL bytes would be UTF-16, in which the declarations could hide.
            if (is_xml and b"\0" in chunk) or any(word in seen for word in _FORBIDDEN_XML):
                raise _unreadable("в книге есть объявления DTD", _SAVE_AS)
            tags += chunk.count(b"<")
            strings += len(_STRING.findall(chunk))
            if tags > TAGS or strings > STRINGS:
                raise _unreadable("в книге слишком много ячеек", _SPLIT)
            tail = chunk[-16:]


def _shown(value: object) -> str:  # noqa: PLR0911 - one line for each type of a cell
    """Return a cell as a person would have typed it."""
    match value:
        case None:
            return ""
        case bool():
            return "да" if value else "нет"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case list():
            scalars = all(not isinstance(one, list | dict) for one in value)
            return ", ".join(_shown(one) for one in value[:COLUMNS]) if scalars else "[…]"
        case dict():
            return "{…}"
        case str():
            return value.replace("\N{NO-BREAK SPACE}", " ").strip()[: CELL_LENGTH + 1]
    return str(value)[: CELL_LENGTH + 1]


def _unreadable(text: str, fix: str) -> TableUnreadable:
    return TableUnreadable(text, fix)
