"""Tables of people: CSV and XLSX as rows of texts. They come from outside and are hostile until read.

A cell is text: numbers and days of a spreadsheet become what a person would have typed.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from xml.parsers.expat import ExpatError

#: Bytes of a file; bytes that a spreadsheet unpacks to; rows; columns; signs of one cell.
FILE_BYTES = 64 * 1024 * 1024
UNPACKED_BYTES = 512 * 1024 * 1024
ROWS = 200_000
COLUMNS = 60
CELL = 2_000

_PARTS = 1_000
_CHUNK = 1024 * 1024
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class TableUnreadable(Exception):  # noqa: N818 - an answer to the user, not a failure of the program
    """The file is no table, or a harmful one; the text is Russian and ends no sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its number in the file, from 1, and its cells."""

    number: int
    cells: tuple[str, ...]


def read_table(content: bytes) -> Iterator[Row]:
    """Give the rows of a table one by one, by what the file is, whatever its name says.

    Raises:
        TableUnreadable: it is no table, or too large a one.
    """
    if len(content) > FILE_BYTES:
        raise TableUnreadable(f"он больше {FILE_BYTES // 2**20} МиБ")
    if content.startswith(_OLE):
        raise TableUnreadable("это книга XLS или книга под паролем; сохраните её как XLSX без пароля или CSV")
    rows = _spreadsheet(content) if content.startswith(_ZIP) else _csv(_text(content))
    return _bounded(rows)


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    kept = 0
    for row in rows:
        if row.number > 10 * ROWS or kept > ROWS:
            raise TableUnreadable(f"в нём больше {ROWS} строк; разделите его")
        if len(row.cells) > COLUMNS and any(row.cells[COLUMNS:]):
            raise TableUnreadable(f"в строке {row.number} больше {COLUMNS} столбцов")
        if any(row.cells):
            kept += 1
            yield row


def _text(content: bytes) -> str:
    """Decode UTF-8 with or without its mark, else windows-1251."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise TableUnreadable("это не CSV в UTF-8 или windows-1251 и не XLSX")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1251")
    except UnicodeDecodeError:
        raise TableUnreadable("его кодировка не UTF-8 и не windows-1251") from None


def _csv(text: str) -> Iterator[Row]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            yield Row(number, tuple(_shown(one) for one in cells))
            number = reader.line_num + 1
    except csv.Error:
        raise TableUnreadable(f"строка {number} – не CSV: проверьте кавычки") from None


def _spreadsheet(content: bytes) -> Iterator[Row]:
    """Give the rows of the first sheet of an XLSX."""
    import openpyxl  # noqa: PLC0415 - heavy, loaded where it is used

    try:
        _must_be_harmless(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False, keep_vba=False)
        if not book.worksheets:
            raise TableUnreadable("в книге нет листа с таблицей")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a sheet says of its size is not believed: rows are padded to it
        for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS + 1, values_only=True), start=1):
            yield Row(number, tuple(_shown(one) for one in cells))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, EOFError) as error:
        raise TableUnreadable("книга XLSX повреждена") from error
    except (zipfile.BadZipFile, zlib.error, SyntaxError, ExpatError, NotImplementedError) as error:
        raise TableUnreadable("книга XLSX повреждена") from error
    except (OverflowError, RuntimeError) as error:
        raise TableUnreadable("книга XLSX повреждена") from error


def _must_be_harmless(content: bytes) -> None:
    """Refuse a zip bomb, a password, and XML that defines entities."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _PARTS or sum(one.file_size for one in parts) > UNPACKED_BYTES:
            raise TableUnreadable(f"книга распаковывается больше чем в {UNPACKED_BYTES // 2**20} МиБ")
        if any(one.flag_bits & 1 for one in parts):
            raise TableUnreadable("книга защищена паролем")
        for part in parts:
            with archive.open(part) as opened:
                tail = b""
                while chunk := opened.read(_CHUNK):
                    if part.filename.lower().endswith((".xml", ".rels")):
                        seen = tail + chunk
                        if b"\0" in chunk or any(word in seen for word in _FORBIDDEN):
                            raise TableUnreadable("в книге есть объявления DTD")
                    tail = chunk[-16:]


def _shown(value: object) -> str:
    """Return a cell as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return " ".join(str(value)[: CELL + 1].split())
