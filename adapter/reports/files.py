"""Reports as files: CSV and XLSX for a spreadsheet. A text is never a formula, whatever it begins with."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

Value: TypeAlias = str | int | Decimal | None

#: Signs by which a spreadsheet knows a formula, also behind spaces.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a table as Russian Excel opens it: UTF-8 with its mark, semicolons, decimal commas.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([_text(one) for one in headings])
        writer.writerows([_cell(one) for one in row] for row in rows)


def write_xlsx(path: Path, title: str, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a table as a workbook; texts are cells of type text, numbers are numbers.

    Raises:
        OSError: the file cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, loaded where it is used
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])

    def cell(value: Value) -> Any:
        made: Any = WriteOnlyCell(sheet)
        if isinstance(value, str):
            made.value = value.translate(_NOT_IN_XML)
            made.data_type = "s"  # set last: the library takes a text that begins with = for a formula
        elif value is not None:
            made.value = value
            made.number_format = "0.00" if isinstance(value, Decimal) else "0"
        return made

    sheet.append([cell(one) for one in headings])
    for row in rows:
        sheet.append([cell(one) for one in row])
    with path.open("wb") as file:
        book.save(file)


def _cell(value: Value) -> str:
    if isinstance(value, str):
        return _text(value)
    return "" if value is None else str(value).replace(".", ",")


def _text(value: str) -> str:
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
