"""`paper import`: tables of paper referrals and expertises, their errors by row and column."""

import csv
import io
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from storage import upgrade
from storage.paper_tables import paper_records
from tests.unit.cli.conftest import Ended, Invoke
from tests.unit.cli.examples import SHIPPED_CONFIG, Site

COLUMNS = (
    "вид", "oid_мо", "огрн_мо", "oid_бюро", "фамилия", "имя", "отчество", "дата_рождения", "снилс",
    "документ", "номер_протокола", "дата_протокола", "дата_выдачи", "дата_получения", "дата_экспертизы",
    "рег_номер", "номер_акта", "цели",
)  # fmt: skip
BUREAU = "1.2.643.5.1.13.13.12.2.77.1270"
REFERRAL = {
    "вид": "направление",
    "oid_мо": "1.2.643.5.1.13.13.12.2.77.7973",
    "oid_бюро": BUREAU,
    "фамилия": "Образцов",
    "имя": "Пётр",
    "дата_рождения": "02.02.1980",
    "снилс": "001-001-998 00",
    "номер_протокола": "№ 12",
    "дата_протокола": "2024-03-02",
    "дата_выдачи": "03.03.2024",
    "дата_получения": "04.03.2024 10:30",
    "рег_номер": "Б-1",
    "цели": "1, 10",
}
EXAMINATION = {
    "вид": "Экспертиза",
    "огрн_мо": "1037734008575",
    "oid_бюро": BUREAU,
    "фамилия": "Образцова",
    "имя": "Анна",
    "отчество": "нет",
    "дата_рождения": "1990-05-06",
    "документ": "0000 012345",
    "дата_экспертизы": "2024-03-20",
    "номер_акта": "7.3.77/2024",
    "цели": "1",
}


def sheet(rows: Sequence[dict[str, str]], delimiter: str = ";", columns: Sequence[str] = COLUMNS) -> str:
    """Return a table as CSV."""
    text = io.StringIO()
    made = csv.DictWriter(text, columns, delimiter=delimiter, extrasaction="ignore")
    made.writeheader()
    made.writerows(rows)
    return text.getvalue()


def book(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return a table as XLSX."""
    made = openpyxl.Workbook()
    page = made.worksheets[0]
    page.append(COLUMNS)
    for row in rows:
        page.append([row.get(name) for name in COLUMNS])
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "adapter.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def config(site: Site, empty: Path, tmp_path: Path) -> Path:
    """A complete site with an empty database."""
    shutil.copytree(site.keys, tmp_path / "var" / "keys")
    path = tmp_path / "config.toml"
    shutil.copyfile(SHIPPED_CONFIG, path)
    shutil.copyfile(empty, tmp_path / "var" / "mse-adapter.db")
    return path


@pytest.fixture
def bring(config: Path, invoke: Invoke, tmp_path: Path) -> Callable[..., Ended]:
    """Import a table."""

    def call(content: bytes | str, *options: str, name: str = "table.csv") -> Ended:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return invoke("paper", "import", file, "--config", config, *options)

    return call


def kept(config: Path) -> list[Any]:
    """Return the records, by kind."""
    engine = sa.create_engine(f"sqlite:///{config.parent / 'var' / 'mse-adapter.db'}")
    with engine.connect() as connection:
        found = list(connection.execute(sa.select(paper_records).order_by(paper_records.c.kind)))
    engine.dispose()
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_table_is_taken(bring: Callable[..., Ended], config: Path, encoding: str, delimiter: str) -> None:
    """A referral and an expertise come whole, in each encoding; persons are hashes."""
    ended = bring(sheet([REFERRAL, EXAMINATION], delimiter).encode(encoding))
    assert ended.status == 0, ended.words
    assert "Внесено направлений: 1, экспертиз: 1, уже учтено: 0" in ended.words
    examination, referral = kept(config)
    assert (referral.registration_number, referral.purposes, referral.bureau_oid) == (
        "Б-1",
        ("1", "10"),
        BUREAU,
    )
    assert referral.received_at is not None
    assert referral.received_at.isoformat() == "2024-03-04T07:30:00+00:00"
    assert (referral.protocol_date, referral.issue_date) == (date(2024, 3, 2), date(2024, 3, 3))
    assert (examination.examination_date, examination.duplicate_hash) == (date(2024, 3, 20), None)
    assert (examination.organization_ogrn, examination.act_number) == ("1037734008575", "7.3.77/2024")
    assert all(
        "Образцов" not in str(one) and "00100199800" not in str(one) for one in (referral, examination)
    )
    assert (referral.source, referral.sender) == ("paper import", "BURO01001")


def test_a_spreadsheet_is_taken_as_people_see_it(bring: Callable[..., Ended], config: Path) -> None:
    """Days and numbers of an XLSX are what a person would have typed."""
    typed = {**REFERRAL, "дата_рождения": date(1980, 2, 2), "цели": 1, "рег_номер": 17}
    ended = bring(book([typed]), name="table.xlsx")
    assert ended.status == 0, ended.words
    (referral,) = kept(config)
    assert (referral.registration_number, referral.purposes) == ("17", ("1",))


def test_a_file_twice_is_counted_once(bring: Callable[..., Ended], config: Path) -> None:
    """What is there already is passed over, in the same file, too."""
    assert bring(sheet([REFERRAL, REFERRAL])).status == 0
    again = bring(sheet([REFERRAL, {**EXAMINATION}]), "--json").json
    assert (again["referrals"], again["examinations"], again["known"]) == (0, 1, 1)
    assert len(kept(config)) == 2


def test_check_only_looks(bring: Callable[..., Ended], config: Path) -> None:
    """With --check it is said what would be taken, and nothing is."""
    ended = bring(sheet([REFERRAL]), "--check")
    assert (ended.status, kept(config)) == (0, [])
    assert "Будет внесено направлений: 1" in ended.words


def test_the_bureau_may_be_an_option(bring: Callable[..., Ended], config: Path) -> None:
    """--bureau stands for the column; without both the file is not read."""
    columns = [one for one in COLUMNS if one != "oid_бюро"]
    text = sheet([REFERRAL], columns=columns)
    assert bring(text, "--bureau", BUREAU).status == 0
    refused = bring(text)
    assert (refused.status, "oid_бюро" in refused.words) == (2, True)


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"вид": "справка"}, "вид", "MSE-1102"),
        ({"фамилия": ""}, "фамилия", "MSE-1101"),
        ({"фамилия": "Образцов7"}, "фамилия", "MSE-1102"),
        ({"имя": "И" * 101}, "имя", "MSE-1103"),
        ({"снилс": "112-233-445 96"}, "снилс", "MSE-1202"),
        ({"снилс": "123"}, "снилс", "MSE-1201"),
        ({"дата_рождения": "31.02.1980"}, "дата_рождения", "MSE-1120"),
        ({"дата_рождения": "1980/02/01"}, "дата_рождения", "MSE-1102"),
        ({"дата_рождения": "01.01.2999"}, "дата_рождения", "MSE-1121"),
        ({"дата_рождения": "01.01.1899"}, "дата_рождения", "MSE-1102"),
        ({"дата_протокола": ""}, "дата_протокола", "MSE-1101"),
        ({"дата_выдачи": "2024-03-01"}, "дата_выдачи", "MSE-1122"),
        ({"дата_получения": "2024-03-02"}, "дата_получения", "MSE-1122"),
        ({"дата_получения": "04.03.2024 25:00"}, "дата_получения", "MSE-1120"),
        ({"дата_получения": "вчера"}, "дата_получения", "MSE-1102"),
        ({"дата_экспертизы": "2024-03-20"}, "дата_экспертизы", "MSE-1104"),
        ({"oid_мо": ""}, "oid_мо", "MSE-1101"),
        ({"oid_мо": "1.02.3"}, "oid_мо", "MSE-1102"),
        ({"огрн_мо": "1037734008576"}, "огрн_мо", "MSE-1206"),
        ({"oid_бюро": "1.2.643.5.1.13.13.12.2.77.9999"}, "oid_бюро", "MSE-1210"),
        ({"цели": "1, 9"}, "цели", "MSE-1110"),
        ({"номер_протокола": "1" * 256}, "номер_протокола", "MSE-1103"),
    ],
)
def test_each_error_has_its_row_and_column(
    bring: Callable[..., Ended], config: Path, changes: dict[str, str], column: str, code: str
) -> None:
    """One wrong cell is told with row, column and code, and nothing of the file is taken."""
    good = {**EXAMINATION}
    found = bring(sheet([good, {**REFERRAL, **changes}]), "--json")
    errors = [(one["row"], one["column"], one["code"]) for one in found.json["errors"]]
    assert (found.status, errors) == (1, [(3, column, code)])
    assert kept(config) == []


def test_all_errors_of_a_file_are_told(bring: Callable[..., Ended]) -> None:
    """Every wrong cell of every row is named, in the order of the file."""
    wrong = {**REFERRAL, "снилс": "1", "имя": "", "дата_выдачи": "х"}
    found = bring(sheet([wrong, EXAMINATION, {**EXAMINATION, "номер_протокола": "5"}]))
    assert found.status == 1
    places = [line.split(":")[0].strip() for line in found.out.splitlines() if "строка" in line]
    assert places == [
        "строка 2, столбец дата_выдачи",
        "строка 2, столбец имя",
        "строка 2, столбец снилс",
        "строка 4, столбец дата_протокола",
    ]


def test_other_facts_under_known_requisites_are_a_duplicate(bring: Callable[..., Ended]) -> None:
    """A second referral with the same requisites and another number is MSE-3010, there or in the file."""
    other = {**REFERRAL, "рег_номер": "Б-2"}
    assert [one["code"] for one in bring(sheet([REFERRAL, other]), "--json").json["errors"]] == ["MSE-3010"]
    assert bring(sheet([REFERRAL])).status == 0
    (error,) = bring(sheet([other]), "--json").json["errors"]
    assert (error["row"], error["column"], error["code"]) == (2, "номер_протокола", "MSE-3010")
    assert "Б-1" in error["message"]


def test_without_snils_and_document_it_is_said(bring: Callable[..., Ended]) -> None:
    """A row that can be compared with nobody is taken, with a warning."""
    ended = bring(sheet([{**EXAMINATION, "документ": ""}]))
    assert ended.status == 0
    assert "MSE-5013" in ended.words


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ни одной строки"),
        (sheet([REFERRAL]).encode("utf-16"), "UTF-16"),
        (sheet([], columns=[one for one in COLUMNS if one != "имя"]), "нет столбцов: имя"),
        (sheet([], columns=[*COLUMNS, "возраст"]), "неизвестны столбцы: возраст"),
        (sheet([], columns=[*COLUMNS, "имя"]), "повторены столбцы: имя"),
        ('вид;"имя\n', "кавычки"),
        (b"PK\x03\x04" + bytes(50), "повреждена"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "XLS"),
        (";".join(["вид"] * 70), "столбцов"),
    ],
)
def test_what_is_no_table_is_not_read(bring: Callable[..., Ended], content: bytes | str, said: str) -> None:
    """Status 2 and what is the matter, for files that are none or have other columns."""
    ended = bring(content)
    assert ended.status == 2
    assert said in ended.words
