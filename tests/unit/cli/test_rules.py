"""`rules list`: the table of rules, on a day, and as JSON."""

from datetime import date

from adapter.app.ruling import row_of
from adapter.domain.checks import rules
from adapter.domain.checks.registry import COMMISSIONS, FORM
from tests.unit.cli.conftest import Invoke


def test_every_rule_is_listed_for_programs(invoke: Invoke) -> None:
    """JSON holds every rule once, by code, with its point, basis and days."""
    ended = invoke("rules", "list", "--json")

    assert ended.status == 0
    assert [(one["code"], one["name"]) for one in ended.json] == [(one.code, one.name) for one in rules()]
    by_name = {one["name"]: one for one in ended.json}
    assert by_name["size_of_commission"] == {
        "code": "MSE-1105",
        "name": "size_of_commission",
        "description": "Во врачебной комиссии не меньше трёх человек вместе с председателем.",
        "point": "40",
        "severity": "ERROR",
        "basis": COMMISSIONS,
        "validFrom": "2025-09-01",
        "validUntil": None,
    }
    assert by_name["snils"]["validFrom"] is None
    assert by_name["age"]["basis"] == FORM


def test_a_day_has_its_rules(invoke: Invoke) -> None:
    """On the last day before an act its rules are not listed, on its first day they are."""
    before = {one["name"] for one in invoke("rules", "list", "--json", "--on-date", "2025-08-31").json}
    since = {one["name"] for one in invoke("rules", "list", "--json", "--on-date", "2025-09-01").json}

    assert since - before == {"size_of_commission"}
    assert before < since


def test_people_get_a_table(invoke: Invoke) -> None:
    """The table has Russian headings and ends with the number of rules."""
    ended = invoke("rules", "list")

    assert ended.status == 0
    for word in ("Код", "Правило", "Пункт", "Основание", "MSE-1202"):
        assert word in ended.words
    assert ended.words.endswith(f"Правил: {len(rules())}.")


def test_days_are_written_for_people() -> None:
    """A rule without a first day has an empty cell, another one its day."""
    rows = {one.name: row_of(one) for one in rules()}

    assert rows["snils"].valid_from == rows["snils"].valid_until == ""
    assert rows["size_of_commission"].valid_from == f"{date(2025, 9, 1):%d.%m.%Y}"
    assert (rows["age"].severity, rows["infants"].severity) == ("ошибка", "предупреждение")


def test_a_wrong_day_is_wrong_use(invoke: Invoke) -> None:
    """A day that is no day is told and ends with 64."""
    assert invoke("rules", "list", "--on-date", "31.02.2025").status == 64
