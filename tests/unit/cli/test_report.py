"""`report`: a table on the screen, JSON, CSV and XLSX, plans by file, wrong use."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import SHIPPED_CONFIG

_MONTH = ("--from", "2026-11-01", "--to", "2026-11-30")
_OID = "1.2.643.5.1.13.13.12.2.40.1001"
_PLAN = f"OID организации;С;По;План направлений;Доля электронных, %\n{_OID};01.11.2026;30.11.2026;120;50,5\n"


@pytest.fixture
def installation(invoke: Invoke, tmp_path: Path) -> Path:
    """A configuration and an empty database."""
    shutil.copyfile(SHIPPED_CONFIG, tmp_path / "config.toml")
    assert invoke("db", "upgrade").status == 0
    return tmp_path


@pytest.mark.usefixtures("installation")
def test_an_empty_month_is_told_and_balances(invoke: Invoke) -> None:
    """Every indicator has a line, shares without a denominator say so, and the sums agree."""
    ended = invoke("report", "all", *_MONTH)

    assert ended.status == 0
    assert "I1 доля электронных направлений" in ended.words
    assert "нет данных" in ended.words
    assert "Все суммы сходятся." in ended.words


def test_files_and_json(invoke: Invoke, installation: Path) -> None:
    """One question gives the same line on the screen, in CSV, XLSX and JSON."""
    ended = invoke("report", "i2", *_MONTH, "--csv", "o.csv", "--xlsx", "o.xlsx", "--json")

    assert ended.status == 0
    assert (ended.json["from"], ended.json["to"], ended.json["faults"]) == ("2026-11-01", "2026-11-30", [])
    first = ended.json["rows"][0]
    assert (first["Код"], first["Числитель"], first["Примечание"]) == ("I2", 0, "нет данных")
    lines = (installation / "o.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("Код;Показатель;Числитель")
    sheet = openpyxl.load_workbook(installation / "o.xlsx").active
    assert sheet is not None
    assert [one.value for one in sheet["A"]] == ["Код", "I2", "I2.FIRST"]
    assert len(lines) == 3


def test_plan_and_fact(invoke: Invoke, installation: Path) -> None:
    """An imported plan is shown with its fact; a wrong file is refused and changes nothing."""
    (installation / "plan.csv").write_text(_PLAN, encoding="utf-8")
    assert "Загружено планов: 1" in invoke("report", "plan", "import", "plan.csv").words
    (installation / "wrong.csv").write_text(_PLAN.replace(";120;", ";-1;"), encoding="utf-8")

    wrong = invoke("report", "plan", "import", "wrong.csv")
    shown = invoke("report", "plan-fact", *_MONTH, "--json")

    assert wrong.status == 1
    assert "строка 1, planned_count = '-1' – допустимо: целое число от 0" in wrong.words
    (row,) = shown.json["rows"]
    assert (row["Организация"], row["План направлений"], row["Поступило"]) == (_OID, 120, 0)
    assert row["План доли, %"] == "50.50"


@pytest.mark.usefixtures("installation")
def test_groups_in_russian_and_english(invoke: Invoke) -> None:
    """A cut may be named either way, and has its column."""
    for name in ("субъект", "REGION"):
        rows = invoke("report", "R", *_MONTH, "--by", name, "--json").json["rows"]
        assert rows[0]["Субъект РФ"] == "всего"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("I14",), "I1 … I13, all, balance или plan-fact."),
        (("I1", "--by", "цвет"), "разрез: день, месяц"),
        (("I1", "--from", "2026-12-01", "--to", "2026-11-01"), "конец периода раньше его начала"),
        (("I1", "--as-of", "вчера"), "время ISO 8601 с поясом"),
        (("I1", "--as-of", "2026-11-01T10:00"), "время ISO 8601 с поясом"),
    ],
)
@pytest.mark.usefixtures("installation")
def test_wrong_use(invoke: Invoke, arguments: tuple[str, ...], said: str) -> None:
    """What cannot be asked is told in Russian with what can."""
    ended = invoke("report", *arguments)

    assert ended.status == 64
    assert said in ended.words


def test_targets_of_a_file_are_checked_with_the_configuration(invoke: Invoke, installation: Path) -> None:
    """A wrong target names its row; a right one stands beside the value."""
    config = installation / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[reports]\ntargets_file = "targets.csv"\n', encoding="utf-8")
    (installation / "targets.csv").write_text("Показатель;Доля;С\nI77;80;2026-01-01\n", encoding="utf-8")
    assert "reports.targets_file: строка 1, indicator" in invoke("report", "I1", *_MONTH).words

    (installation / "targets.csv").write_text("Показатель;Доля;С\nI1;80;2026-01-01\n", encoding="utf-8")
    rows = invoke("report", "I1", *_MONTH, "--json").json["rows"]

    assert rows[0]["Цель"] == "80.00"
