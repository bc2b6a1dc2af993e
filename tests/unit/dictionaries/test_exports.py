"""Exports of ФНСИ: every form is read, every fault is named with row and column."""

import gzip
import json
import zlib
from datetime import date
from typing import Any

import pytest

from adapter.dictionaries import reading
from adapter.dictionaries.contents import pack, unpack
from adapter.dictionaries.exports import read_day, read_export
from adapter.dictionaries.reading import read_json
from adapter.dictionaries.refusal import DictionaryRefused
from adapter.domain.code_lists import ICD10, SERVICES
from tests.unit.dictionaries.exports import (
    OWN,
    answer,
    colours,
    disease,
    diseases,
    document,
    icd10,
    list_of,
    made,
    packed,
    passport,
)


def refusal(*arguments: Any, **named: Any) -> str:
    """Return what is said of an export that must be refused, until its codes are made a list."""
    with pytest.raises(DictionaryRefused) as caught:
        list_of(read_export(*arguments, **named))
    return " ".join(caught.value.problems)


FORMS: dict[str, tuple[list[Any], Any]] = {
    "file": ([document(colours("красный", "синий"))], None),
    "answer with its passport": ([{**passport(), **answer(colours("красный", "синий"))}], None),
    "passport inside": ([{"passport": passport(), "data": answer(colours("красный", "синий"))}], None),
    "pages and passport": (
        [answer(colours("красный"), total=2), answer([{"ID": "2", "NAME": "синий"}], total=2)],
        passport(rowsCount=2),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_export_gives_the_same_list(form: str) -> None:
    """A file, an answer of the REST service and its pages with a passport say the same."""
    pages, described = FORMS[form]

    export = read_export(pages, described)

    assert (export.oid, export.version, export.published_on) == (OWN, "1.1", date(2024, 2, 1))
    found = list_of(export)
    assert {code: item.name for code, item in found.items.items()} == {"1": "красный", "2": "синий"}


def test_what_the_store_keeps_is_the_export() -> None:
    """Packed and unpacked, rows, columns and keys are the same, and the hash tells other rows apart."""
    export, other = (read_export([document(colours(name))]) for name in ("красный", "синий"))

    content, digest = pack(export)
    table = unpack(content)

    assert (table.columns, table.rows, table.keys) == (export.columns, export.rows, export.keys)
    assert digest == pack(read_export([document(colours("красный"))]))[1] != pack(other)[1]


def test_icd10_has_headings_days_and_sub_rubrics() -> None:
    """Numbers of rows become codes of headings; the day of change ends a code that is out of use."""
    found = made(icd10())

    assert found.items["I69.3"].parent == "I69"
    assert found.under["I69"] == ("I69.3", "I69.4")
    assert found.items["I69.0"].until == date(2020, 10, 7)
    assert found.items["I69.0"].valid_on(date(2020, 10, 7))
    assert not found.items["I69.0"].valid_on(date(2020, 10, 8))
    assert not found.items["I84"].valid_on(date(2000, 1, 1))


def test_services_may_repeat_a_code_and_write_it_in_cyrillic() -> None:
    """Of two rows with one code the one in use counts; a Cyrillic В is the Latin B of the documents."""
    rows = [
        {"ID": "1", "S_CODE": "A06.09.007", "NAME": "Старое", "REL": "0", "DATEOUT": "01.01.2020"},
        {"ID": "2", "S_CODE": "A06.09.007", "NAME": "Новое", "REL": "1", "DATEOUT": None},
        {"ID": "3", "S_CODE": "В01.015.001", "NAME": "Приём", "REL": "1", "DATEOUT": None},
        {"ID": "4", "S_CODE": None, "NAME": "Раздел", "REL": "1", "DATEOUT": None},
    ]

    found = made(document(rows, oid=SERVICES, keys=[]))

    assert {code: item.name for code, item in found.items.items()} == {
        "A06.09.007": "Новое",
        "B01.015.001": "Приём",
    }


FAULTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "code twice": (
        document([*colours("красный", "синий"), {"ID": "1", "NAME": "белый"}]),
        ("Строка 3, столбец «ID»", "«1» повторяется", "в строке 1"),
    ),
    "no code": (
        document([*colours("красный"), {"ID": None, "NAME": "белый"}]),
        ("Строка 2", "«ID»", "нет кода"),
    ),
    "code too long": (document([{"ID": "1" * 65, "NAME": "а"}]), ("Строка 1", "«ID»", "64")),
    "unknown column": (
        document([*colours("красный"), {"ID": "2", "NAME": "белый", "СЮРПРИЗ": "1"}]),
        ("Строка 2, столбец «СЮРПРИЗ»", "неизвестный столбец"),
    ),
    "column outside the passport": (
        document(colours("красный"), fields=[{"field": "ID"}]),
        ("столбец «NAME»", "нет в паспорте"),
    ),
    "nested value": (
        document([{"ID": "1", "NAME": {"a": 1}}]),
        ("Строка 1, столбец «NAME»", "список или объект"),
    ),
    "control character": (document([{"ID": "1", "NAME": "a\x00b"}]), ("Строка 1, столбец «NAME»", "U+0000")),
    "lone surrogate": (document([{"ID": "1", "NAME": "a\ud800"}]), ("Строка 1, столбец «NAME»", "U+D800")),
    "endless value": (document([{"ID": "1", "NAME": "a" * 100_001}]), ("Строка 1, столбец «NAME»", "100001")),
    "broken date": (
        icd10(rows=[disease(1, "A00"), disease(2, "A01", DATE="31.02.2020", ACTUAL="0")]),
        ("Строка 2, столбец «DATE»", "31.02.2020", "не существует"),
    ),
    "broken mark": (icd10(rows=[disease(1, "A00", ACTUAL="может быть")]), ("Строка 1, столбец «ACTUAL»",)),
    "no such heading": (icd10(rows=[disease(1, "A00", 77)]), ("Строка 1, столбец «ID_PARENT»", "«77»")),
    "row number twice": (icd10(rows=[disease(1, "A00"), disease(1, "A01")]), ("Строка 2, столбец «ID»",)),
    "columns of another list": (document(colours("красный"), oid=ICD10), ("нет столбца «MKB_CODE»",)),
    "no column of codes": (document([{"A": "1"}], keys=[]), ("столбец с кодом",)),
    "rows are no rows": (document(["красный"]), ("Строка 1", "объект")),
    "no rows": (document([]), ("ни одной строки",)),
    "fewer rows than promised": (
        {**document(colours("красный")), "rowsCount": 2},
        ("Строк 1", "rowsCount", "2", "неполна"),
    ),
    "no version": (document(colours("красный"), version=""), ("нет версии",)),
    "strange version": (document(colours("красный"), version="10.1_old"), ("«10.1_old»",)),
    "no name": (document(colours("красный"), fullName=None), ("наименования",)),
    "no OID": (document(colours("красный"), oid=""), ("нет OID",)),
    "no OID at all": (document(colours("красный"), oid="1.02.3"), ("OID", "«1.02.3»")),
    "broken day of publication": (
        document(colours("красный"), publishDate="32.01.2024"),
        ("publishDate", "32.01.2024"),
    ),
    "an answer that failed": (
        {"result": "ERROR", "resultText": "Справочник не найден"},
        ("ошибке", "Справочник не найден"),
    ),
    "no rows at all": (passport(), ("ни «rows», ни «list»",)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_row_and_column(fault: str) -> None:
    """An export that is wrong in one way is refused in words that find the place."""
    broken, words = FAULTS[fault]

    said = refusal([broken])

    for word in words:
        assert word in said


def test_a_column_twice_in_a_row_of_pairs_is_refused() -> None:
    """Of two values of one column none is chosen."""
    page = answer(colours("красный"))
    page["list"][0].append({"column": "ID", "value": "9"})
    page["list"].append([{"value": "1"}])

    said = refusal([page], passport())

    assert "Строка 1, столбец «ID»: столбец повторяется" in said
    assert "Строка 2: у значения нет имени столбца" in said


def test_another_list_than_expected_is_refused() -> None:
    """`--oid` guards against the wrong file; without an OID in the passport it names the list."""
    assert "ожидался" in refusal([document(colours("красный"))], oid=ICD10)
    assert read_export([document(colours("красный"), oid="")], oid=OWN).oid == OWN


def test_a_list_under_its_earlier_oid_is_the_same_list() -> None:
    """The list of validity of diagnoses has got another OID; both name it."""
    export = read_export([document(colours("красный"), oid="1.2.643.5.1.13.13.11.1076")])

    assert export.oid == "1.2.643.5.1.13.13.99.2.795"


def test_many_faults_are_counted() -> None:
    """A file with a fault in every row gets a short answer that says how many there are."""
    rows = [{"ID": "1", "NAME": "красный"} for _ in range(200)]

    with pytest.raises(DictionaryRefused) as caught:
        made(document(rows))

    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1] == "И ещё ошибок: 179."


def test_what_a_file_says_is_shown_short_and_printable() -> None:
    """Names of columns cannot steer a terminal or flood it."""
    said = refusal([document([*colours("красный"), {"ID": "2", "NAME": "б", "\x1b[31m" + "x" * 500: ""}])])

    assert "\x1b" not in said
    assert len(said) < 300


DAYS = {
    "31.12.2023 10:00": date(2023, 12, 31),
    "31.12.2023": date(2023, 12, 31),
    "2023-12-31T00:00:00.000+03:00": date(2023, 12, 31),
    "2023-12-31": date(2023, 12, 31),
    1703980800000: date(2023, 12, 31),
    "31.02.2024": None,
    "вчера": None,
    "2023-13-01": None,
    10**30: None,
    True: None,
}


@pytest.mark.parametrize("written", DAYS)
def test_days_are_read_as_they_are_written(written: Any) -> None:
    """Russian, ISO and milliseconds; what is no day is none."""
    assert read_day(written) == DAYS[written]


def test_plain_and_packed_files_say_the_same() -> None:
    """JSON with a byte order mark, packed, and packed in two members."""
    value = document(colours("красный"))
    text = json.dumps(value, ensure_ascii=False).encode()

    for raw in (b"\xef\xbb\xbf" + text, packed(value), gzip.compress(text[:40]) + gzip.compress(text[40:])):
        assert read_json(raw) == value


HOSTILE: dict[str, tuple[bytes, str]] = {
    "not UTF-8": ("Ы".encode("cp1251"), "UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "UTF-8"),
    "not JSON": (b"{", "строка 1, знак 2"),
    "NaN": (b'{"a": NaN}', "NaN"),
    "deep": (b"[" * 200_000, "вложенность"),
    "long number": (b"9" * 5000, "число"),
    "zip": (b"PK\x03\x04....", "ZIP"),
    "broken gzip": (b"\x1f\x8b\x08\x00broken", "gzip"),
    "torn gzip": (packed({"a": "b" * 1000})[:-9], "оборван"),
    "gzip and more": (packed({}) + b"tail", "повреждён"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_bytes_that_are_no_export_are_refused(kind: str) -> None:
    """No file of another kind gets further than the reader."""
    raw, word = HOSTILE[kind]

    with pytest.raises(DictionaryRefused, match=word):
        read_json(raw)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that would become an endless one is refused while it is being unpacked."""
    monkeypatch.setattr(reading, "TEXT_LIMIT", 2**21)
    bomb = zlib.compressobj(9, wbits=31)
    raw = bomb.compress(b" " * 2**23) + bomb.flush()
    assert len(raw) < 10_000

    with pytest.raises(DictionaryRefused, match="больше предела 2 МиБ"):
        read_json(raw)


def test_a_large_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of a file holds for its bytes, too."""
    monkeypatch.setattr(reading, "FILE_LIMIT", 2**20)

    with pytest.raises(DictionaryRefused, match="больше предела 1 МиБ"):
        read_json(b" " * (2**20 + 1))


def test_diseases_of_the_tests_are_a_good_list() -> None:
    """The list that other tests import has no fault itself."""
    assert len(made(icd10()).items) == len(diseases())
