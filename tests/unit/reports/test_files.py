"""Reports as files, plans and targets from files."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from adapter.reports.files import write_csv, write_xlsx
from adapter.reports.plan_files import FILE_BYTES, FileFaults, read_plans, read_targets

_HEAD = ("Название", "Число", "Доля")
_ROWS = (("=HYPERLINK(1)", 5, Decimal("-1.50")), (" +7", 0, None), ("обычное; значение", 7, Decimal("50.00")))
_OID = "1.2.643.5.1.13.13.12.2.40.1001"


def test_csv_opens_in_a_russian_spreadsheet(tmp_path: Path) -> None:
    """UTF-8 with its mark, semicolons, decimal commas; what looks like a formula is a text."""
    path = tmp_path / "report.csv"

    write_csv(path, _HEAD, _ROWS)

    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        list(_HEAD),
        ["'=HYPERLINK(1)", "5", "-1,50"],
        ["' +7", "0", ""],
        ["обычное; значение", "7", "50,00"],
    ]


def test_xlsx_has_numbers_and_texts_and_no_formula(tmp_path: Path) -> None:
    """A text that begins with = stays a text; numbers are numbers."""
    path = tmp_path / "report.xlsx"

    write_xlsx(path, "Отчёт", _HEAD, _ROWS)

    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert [sheet["A2"].value, sheet["A2"].data_type] == ["=HYPERLINK(1)", "s"]
    assert [sheet["B2"].value, sheet["C2"].value, sheet["C3"].value] == [5, -1.5, None]
    assert [one.data_type for one in sheet["B"][1:]] == ["n", "n", "n"]


def test_plans_from_csv_json_and_xlsx_are_the_same(tmp_path: Path) -> None:
    """Three kinds of file, one plan."""
    text = f"oid,с,по,направлений,доля\n{_OID},2026-11-01,30.11.2026,120,50.5\n"
    rows = [{"oid": _OID, "с": "2026-11-01", "по": "30.11.2026", "направлений": 120, "доля": "50,5"}]
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["OID", "С", "По", "Направлений", "Доля"])
    book.active.append([_OID, date(2026, 11, 1), date(2026, 11, 30), 120, 50.5])
    book.save(tmp_path / "plan.xlsx")

    found = [
        read_plans(content)
        for content in (
            text.encode(),
            text.replace(",", ";").encode("cp1251"),
            json.dumps(rows).encode(),
            (tmp_path / "plan.xlsx").read_bytes(),
        )
    ]

    assert {one.organization_oid for plans in found for one in plans} == {_OID}
    assert len({str(plans) for plans in found}) == 1
    assert (found[0][0].planned_count, found[0][0].planned_share) == (120, 5050)


def test_all_faults_of_a_plan_are_told_at_once() -> None:
    """Each wrong row is named with what would be right; nothing is taken."""
    text = f"oid;с;по;направлений;доля\nнет;2026-11-01;2026-11-30;1;\n{_OID};2026-11-31;2026-11-30;1;\n"
    text += f"{_OID};2026-11-30;2026-11-01;1;\n{_OID};2026-11-01;2026-11-30;-5;\n"
    text += f"{_OID};2026-11-01;2026-11-30;5;101\n"

    with pytest.raises(FileFaults) as refused:
        read_plans(text.encode())

    assert [one.place for one in refused.value.faults] == [
        "строка 1, organization_oid",
        "строка 2, period_from",
        "строка 3, period_to",
        "строка 4, planned_count",
        "строка 5, planned_share",
    ]


def bomb() -> bytes:
    """Return a workbook that says it unpacks to a gigabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 70 * 2**20)
    return packed.getvalue()


def entities() -> bytes:
    """Return a workbook whose XML defines an entity."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"oid;x\n1;2\n",
        b"[1, 2]",
        b"[" * 100_000,
        b"\0\0\0",
        b"PK\x03\x04broken",
        bomb(),
        entities(),
        b"a" * (FILE_BYTES + 1),
        "oid;с;по;направлений\n".encode(),
    ],
    ids=["empty", "columns", "numbers", "deep", "binary", "broken", "bomb", "dtd", "large", "head-only"],
)
def test_hostile_files_are_refused(content: bytes) -> None:
    """What is no table is refused in Russian, and nothing else happens."""
    with pytest.raises(FileFaults) as refused:
        read_plans(content)

    assert all(one.allowed for one in refused.value.faults)


def test_two_plans_of_one_organisation_from_one_day() -> None:
    """Which of them holds nobody could say."""
    row = f"{_OID};2026-11-01;2026-11-30;5\n"

    with pytest.raises(FileFaults, match="один план"):
        read_plans(f"oid;с;по;направлений\n{row}{row}".encode())


def test_targets_have_periods_and_regions() -> None:
    """A target without a last day holds on; one of a region names it."""
    text = "Показатель;Доля, %;С;По;Субъект;Основание\nI1;80;2026-01-01;;40;план-график\n"
    text += "I2;95,5;01.01.2026;31.12.2026;;\n"

    one, two = read_targets(text.encode())

    assert (one.indicator, one.share, one.last, one.region) == ("I1", Decimal("80.00"), None, "40")
    assert (two.share, two.last, two.region) == (Decimal("95.50"), date(2026, 12, 31), "")
