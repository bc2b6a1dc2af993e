"""Files of registers: formats, encodings, every fault at once, hostile ones."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from random import Random

import pytest

from adapter.dictionaries.registers.faults import RegisterFileError
from adapter.dictionaries.registers.importing import check_file, table_of
from adapter.dictionaries.registers.layouts import LAYOUTS
from adapter.dictionaries.registers.reading import kind_of, read_register
from adapter.dictionaries.registers.rows import line_of
from adapter.domain.registers import RegisterKind
from adapter.tables import reading as tables
from tests.registers import (
    agreement,
    csv_file,
    demo_files,
    disguised,
    json_file,
    organization,
    territory,
    worker,
    xlsx_file,
)

SNILS = "001-000-011 10"
ORGANIZATIONS, STAFF = RegisterKind.ORGANIZATIONS, RegisterKind.STAFF


def faults_of(content: bytes, kind: RegisterKind = ORGANIZATIONS) -> list[tuple[int, str]]:
    """Return row and column of every fault."""
    with pytest.raises(RegisterFileError) as caught:
        read_register(table_of(content), kind)
    return [(one.row, one.column) for one in caught.value.faults]


def unreadable(content: bytes) -> str:
    """Return why a file is no table."""
    with pytest.raises(RegisterFileError) as caught:
        table_of(content)
    assert not caught.value.readable
    return caught.value.faults[0].text


FORMATS: dict[str, Callable[..., bytes]] = {
    "utf-8": lambda rows: csv_file(rows, encoding="utf-8"),
    "utf-8-sig": csv_file,
    "windows-1251": lambda rows: csv_file(rows, encoding="cp1251"),
    "comma": lambda rows: csv_file(rows, delimiter=","),
    "tab": lambda rows: csv_file(rows, delimiter="\t"),
    "xlsx": xlsx_file,
    "json": json_file,
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_rows(name: str) -> None:
    """CSV in both encodings with any delimiter, XLSX and JSON say the same."""
    rows = [organization(), organization(OID="1.2.643.5.1.13.13.12.2.77.8000", Государственная="нет")]
    found = read_register(table_of(FORMATS[name](rows)), ORGANIZATIONS)
    assert [one.values["oid"] for one in found.entries] == [row["OID"] for row in rows]
    assert [one.values["is_state"] for one in found.entries] == [True, False]
    assert found.entries[0].values["name"] == rows[0]["Наименование"]
    assert found.notes == ()


def test_values_of_a_spreadsheet_are_read_as_they_were_typed() -> None:
    """Numbers, days and flags that a spreadsheet made of the texts are understood."""
    row = organization(
        **{
            "ОГРН": 1037734008575,
            "Субъект РФ": 1.0,
            "Государственная": True,
            "Электронно с": dt.date(2022, 3, 1),
        }
    )
    values = read_register(table_of(xlsx_file([row])), ORGANIZATIONS).entries[0].values
    assert (values["ogrn"], values["subject"], values["is_state"]) == ("1037734008575", "01", True)
    assert values["electronic_since"] == "2022-03-01"


def test_columns_are_known_by_russian_heading_or_key_in_any_order() -> None:
    """Case, ё, asterisks and order of the headings do not matter; unknown ones are named and left aside."""
    row = {
        "Лишний": "x",
        "is_state": "да",
        " наименование* ": "Б",
        "субъект  рф": "77",
        "огрн": "1027700132195",
    }
    found = read_register(table_of(csv_file([row | {"oid": "1.2.3"}])), ORGANIZATIONS)
    assert found.entries[0].values["name"] == "Б"
    assert "Лишний" in found.notes[0]


def test_every_fault_is_told_with_row_and_column() -> None:
    """All wrong cells of all rows come at once, in the order of the file, and no row is taken."""
    rows = [
        organization(**{"OID": "1.02.3", "ОГРН": "1037734008576", "Электронно с": ""}),
        organization(),
        organization(**{"OID": "", "Субъект РФ": "88", "Государственная": "может быть"}),
        organization(OID="1.2.4", Наименование="=CMD()", ОГРН="1,03773E+12"),
    ]
    assert faults_of(csv_file(rows)) == [
        (2, "OID"),
        (2, "ОГРН"),
        (4, "OID"),
        (4, "Государственная"),
        (4, "Субъект РФ"),
        (5, "Наименование"),
        (5, "ОГРН"),
    ]


def test_every_fault_says_what_to_do() -> None:
    """A fault has a text, an advice and the value, and that of a personal column is not shown."""
    with pytest.raises(RegisterFileError) as caught:
        read_register(table_of(csv_file([worker("112-233-445 96", "x")])), STAFF)
    post, snils = caught.value.faults
    assert (post.column, post.value, snils.column, snils.value) == ("Код должности", "x", "СНИЛС", "")
    assert all(one.text and one.fix.endswith(".") for one in (post, snils))
    assert "445" not in str([one.as_json() for one in caught.value.faults])


def test_missing_and_repeated_columns_are_told() -> None:
    """Without a mandatory column nothing else is looked at."""
    row = organization()
    del row["ОГРН"]
    assert faults_of(csv_file([row])) == [(0, "ОГРН")]
    assert faults_of(csv_file([organization() | {"oid": "1.2.3"}])) == [(0, "OID")]
    assert faults_of(csv_file([organization()]).splitlines()[0]) == [(0, "")]


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        ({}, {}, True),
        ({"Действует по": "31.12.2023"}, {"Действует с": "01.01.2024"}, False),
        ({"Действует по": "01.01.2024"}, {"Действует с": "01.01.2024"}, True),
        ({"Действует с": "02.01.2024"}, {"Действует по": "01.01.2024"}, False),
        ({}, {"Действует с": "01.01.2024"}, True),
    ],
)
def test_two_rows_of_one_organization_may_not_be_in_force_at_once(
    first: dict[str, object], second: dict[str, object], fault: bool
) -> None:
    """Dated rows stand side by side; an overlap of a single day is a fault."""
    days = {"Действует с": "", "Действует по": ""}
    content = csv_file([organization(**(days | first)), organization(**(days | second))])
    if fault:
        assert faults_of(content)[0][1] == "OID"
    else:
        assert len(read_register(table_of(content), ORGANIZATIONS).entries) == 2


def test_one_long_row_overlaps_each_later_one() -> None:
    """An overlap with a row that is not the neighbour is found, too."""
    spans = (("01.01.2020", "31.12.2030"), ("01.01.2021", "31.12.2021"), ("01.01.2022", "31.12.2022"))
    rows = [organization(**{"Действует с": one, "Действует по": other}) for one, other in spans]
    assert [row for row, _ in faults_of(csv_file(rows))] == [3, 4]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("organizations", organization(**{"Действует с": "02.01.2024", "Действует по": "01.01.2024"})),
        ("organizations", organization(**{"OID вышестоящей организации": "1.2.643.9"})),
        ("territories", territory(**{"Субъект РФ": "", "Район": "Строгино"})),
        ("territories", territory(**{"OID обслуживаемой организации": "1.2.3", "Район": "Строгино"})),
        ("agreements", agreement(**{"Пилот с": "01.01.2021"})),
        ("agreements", agreement(**{"Действует по": "31.12.2020"})),
        ("contacts", {"Кому": "оператор", "Электронная почта": ""}),
        ("contacts", {"Кому": "кто-нибудь", "Электронная почта": "a@example.org"}),
        ("contacts", {"Кому": "МИАЦ", "Адрес системы": "ftp://example.org"}),
        ("contacts", {"Кому": "МИАЦ", "Телефон": "12345"}),
        ("examinations", {"МКБ-10 с": "I25", "МКБ-10 по": "I20", "Обследование": "ЭКГ"}),
        ("examinations", {"МКБ-10 с": "сердце", "Обследование": "ЭКГ"}),
        ("examinations", {"МКБ-10 с": "I20", "Обследование": "ЭКГ", "Срок, дней": "0"}),
        ("examinations", {"МКБ-10 с": "I20", "Обследование": "ЭКГ", "Возраст с": "18", "Возраст по": "17"}),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(kind: str, row: dict[str, object]) -> None:
    """Reversed days, pilots and ranges, unknown words and halves of a meaning are faults of the row."""
    assert [number for number, _ in faults_of(csv_file([row]), RegisterKind(kind))] == [2]


def test_rows_of_one_bureau_agree_about_it() -> None:
    """A bureau has one name and one chain above it."""
    rows = [territory(), territory(**{"Наименование бюро": "Другое", "Район": "Строгино"})]
    assert faults_of(csv_file(rows), RegisterKind.TERRITORIES) == [(3, "OID бюро")]


def test_the_kind_is_told_by_the_headings() -> None:
    """Each register of the demo is recognised; a table of something else is not."""
    for kind, content in demo_files().items():
        assert check_file(content).kind is kind
    with pytest.raises(RegisterFileError):
        kind_of(table_of(b"a;b\n1;2\n"))


def test_a_kept_row_has_no_plain_snils() -> None:
    """What goes to the store has the keyed hash of the digits, however the number was written."""
    for text in (SNILS, "00100001110", "001 000 011 10"):
        entry = read_register(table_of(csv_file([worker(text, "122")])), STAFF).entries[0]
        line = line_of(entry.values, disguised)
        assert "snils" not in json.loads(line)
        assert json.loads(line)["person"] == disguised("snils:00100001110")


HOSTILE = {
    "empty": b"",
    "blank": b"\r\n ; ;\r\n",
    "binary": b"MZ\0\1\2",
    "utf-16": "OID;ОГРН".encode("utf-16"),
    "open quote": b'a;b\n"x;y\n',
    "json of a number": b"{}",
    "json without rows": b'{"rows": 1}',
    "json of lists": b"[[1]]",
    "json twice a key": b'[{"oid": 1, "oid": 2}]',
    "json not a number": b'[{"oid": NaN}]',
    "deep json": b"[" * 100_000,
    "too many columns": b";".join([b"x"] * 101),
    "cut zip": xlsx_file([organization()])[:300],
    "zip of nothing": b"PK\x03\x04" + b"\0" * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_table_is_refused_in_words(name: str) -> None:
    """A file that is no table is told so; nothing breaks."""
    assert unreadable(HOSTILE[name])


def repacked(change: Callable[[str, bytes], bytes]) -> bytes:
    """Return a workbook with its parts changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_file([organization()]))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook that would unpack beyond the limit is refused by its directory."""
    monkeypatch.setattr(tables, "UNPACKED_BYTES", 1_000_000)
    bomb = repacked(lambda name, part: part + b" " * 2_000_000 if name.endswith("sheet1.xml") else part)
    assert len(bomb) < 100_000
    assert "распаковывается" in unreadable(bomb)


@pytest.mark.parametrize(("limit", "filler"), [("TAGS", b"<c/>"), ("STRINGS", b"<x:si/>")])
def test_a_workbook_of_countless_elements_is_not_parsed(
    monkeypatch: pytest.MonkeyPatch, limit: str, filler: bytes
) -> None:
    """Cells and strings that would fill the memory are counted before they are parsed."""
    monkeypatch.setattr(tables, limit, 2000)
    assert len(table_of(xlsx_file([organization()])).rows) == 1
    many = repacked(lambda name, part: part + filler * 2001 if name.endswith("sheet1.xml") else part)
    assert "слишком много" in unreadable(many)


@pytest.mark.parametrize("padding", [0, 1024 * 1024 - 5])
def test_entities_in_a_workbook_are_refused(padding: int) -> None:
    """A document type, wherever its declaration stands, is refused before any XML is parsed."""
    doctype = b"<!--" + b"x" * padding + b'--><!DOCTYPE a [<!ENTITY b "c">]>'

    def spoil(name: str, part: bytes) -> bytes:
        head, mark, rest = part.partition(b"?>")
        return head + mark + doctype + rest if mark and name.endswith("sheet1.xml") else doctype + part

    assert "DTD" in unreadable(repacked(spoil))


def refusal(content: bytes) -> RegisterFileError | None:
    """Return why a file is refused; None: it is taken."""
    try:
        check_file(content, ORGANIZATIONS)
    except RegisterFileError as error:
        return error
    return None


def spoilt(content: bytes, chance: Random) -> bytes:
    """Return bytes of which a few are others."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize("make", [xlsx_file, csv_file, json_file])
def test_damaged_files_end_in_words(make: Callable[..., bytes]) -> None:
    """Whatever bytes are changed, there is a table, or a refusal in words; no other error."""
    good, chance = make([organization()] * 2), Random(20240205)  # noqa: S311 - the same files every time
    found = [refusal(spoilt(good, chance)) for _ in range(100)]
    assert all(one.faults for one in found if one is not None)
    assert any(found)


def test_workbooks_with_damaged_parts_end_in_words() -> None:
    """The archive is whole, its XML is not: relations, types, strings, cells."""
    chance = Random(20240206)  # noqa: S311 - the same files every time
    found = [refusal(repacked(lambda _, part: spoilt(part, chance))) for _ in range(60)]
    assert all(one.faults for one in found if one is not None)
    assert any(found)


def test_a_sheet_is_not_believed_about_its_size() -> None:
    """A sheet that claims sixteen thousand columns costs no more than what it holds."""
    claimed = repacked(
        lambda name, part: (
            part.replace(b'<dimension ref="A1:E2"', b'<dimension ref="A1:XFD1048576"')
            if name.endswith("sheet1.xml")
            else part
        )
    )
    table = table_of(claimed)
    assert len(table.headings) == 5
    assert len(table.rows) == 1


def test_a_row_far_below_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than a register may have are refused, and not kept."""
    monkeypatch.setattr(tables, "ROWS", 3)
    rows = [organization(OID=f"1.2.{number}") for number in range(4)]
    for make in (csv_file, xlsx_file, json_file):
        assert "строк" in unreadable(make(rows))


def test_a_formula_is_no_value() -> None:
    """Formulas are refused in a workbook as in a CSV: what they would show is not known."""
    rows = [organization(Наименование="=1+1")]
    for make in (csv_file, xlsx_file, json_file):
        assert [column for _, column in faults_of(make(rows))] == ["Наименование"]


def test_the_number_of_kept_faults_is_bounded() -> None:
    """A file of rubbish does not become a list of millions of faults."""
    rows = [organization(**{"OID": "x", "ОГРН": "x", "Субъект РФ": "x"}) for _ in range(5000)]
    assert len(faults_of(csv_file(rows))) == 10_000


@pytest.mark.parametrize("kind", RegisterKind)
def test_titles_and_keys_of_a_register_differ(kind: RegisterKind) -> None:
    """No two columns of a register are called alike."""
    names = [name for one in LAYOUTS[kind].columns for name in {one.key, one.title.casefold()}]
    assert len(names) == len(set(names))
