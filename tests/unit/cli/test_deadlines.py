"""`deadlines list`, `deadlines terms`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import StoredDeadline, open_store
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import SHIPPED_CONFIG

HOSPITAL, BUREAU, FAR = (f"1.2.643.5.1.13.13.12.2.{place}" for place in ("77.7973", "77.1270", "41.5"))
DAY = "2026-03-04"  # Wednesday


def row(number: int, clock: str, until: str, **changes: object) -> StoredDeadline:
    """Return a term of a referral."""
    facts: dict[str, object] = {
        "referral_number": f"20260302-AAAAA-{number:05d}",
        "clock": clock,
        "code": clock,
        "side": "BUREAU",
        "oid": BUREAU,
        "began": datetime(2026, 2, 2, 9, tzinfo=UTC),
        "until_at": datetime.fromisoformat(f"{until}+00:00") if until else None,
        "waits_since": None,
        "next_at": None,
        "counted_by": "x",
    }
    return StoredDeadline(**{**facts, **changes})  # type: ignore[arg-type]


ROWS = (
    row(1, "BUREAU_RETURN", "2026-02-27T20:59:59"),
    row(2, "BUREAU_REGISTER", "2026-03-04T20:59:59"),
    row(3, "BUREAU_RETURN", "2026-03-06T20:59:59"),
    row(4, "MO_REWORK", "2026-03-10T20:59:59", side="ORGANIZATION", oid=HOSPITAL),
    row(5, "BUREAU_EXAM", "", code="BUREAU_EXAM_SVO", waits_since=datetime(2026, 3, 1, tzinfo=UTC)),
    row(6, "BUREAU_RETURN", "2026-03-05T11:59:59", oid=FAR, test=True),
    row(7, "APPEAL_FILE", "2041-01-09T20:59:59", side="CITIZEN", oid=HOSPITAL),
)


@pytest.fixture
def config(invoke: Invoke, tmp_path: Path) -> Path:
    """The shipped configuration with a database that holds the rows; there are no keys."""
    path = tmp_path / "config.toml"
    path.write_bytes(Path(SHIPPED_CONFIG).read_bytes())
    assert invoke("db", "upgrade", "--config", path).status == 0
    with open_store(f"sqlite:///{tmp_path}/var/mse-adapter.db") as store:
        for one in ROWS:
            store.transact(lambda tx: tx.deadlines.put(one.referral_number, [one]))  # noqa: B023 - called at once
    return path


@pytest.fixture
def served(config: Path) -> Iterator[Path]:
    """The same while another process has the database."""
    with open_store(f"sqlite:///{config.parent}/var/mse-adapter.db"):
        yield config


def listed(invoke: Invoke, config: Path, *options: object) -> list[dict[str, object]]:
    """Return what the command lists, as JSON."""
    ended = invoke("deadlines", "list", "--json", "--on-date", DAY, "--config", config, *options)
    assert ended.status == 0, ended.err
    found: list[dict[str, object]] = ended.json["deadlines"]
    return found


def test_terms_are_listed_by_their_end(invoke: Invoke, served: Path) -> None:
    """What is over first, what waits last; days in the zone of whoever must act; while the server runs."""
    found = [
        (str(one["number"])[-1], one["standing"], one["last_day"], one["days_left"], one["days_over"])
        for one in listed(invoke, served)
    ]
    assert found == [
        ("1", "overdue", "2026-02-27", None, 5),
        ("2", "near", "2026-03-04", 0, None),
        ("6", "near", "2026-03-05", found[2][3], None),
        ("3", "near", "2026-03-06", 2, None),
        ("4", "running", "2026-03-10", 3, None),
        ("7", "running", "2041-01-09", found[5][3], None),
        ("5", "waiting", None, None, None),
    ]
    assert found[2][3] in {0, 1}  # the hour of the test decides whether it is the next day on Kamchatka


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--only", "overdue"], "1"),
        (["--only", "near"], "263"),
        (["--only", "running"], "47"),
        (["--only", "waiting"], "5"),
        (["--only", "waiting", "--only", "overdue"], "15"),
        (["--code", "MO_REWORK", "--code", "BUREAU_EXAM_SVO"], "45"),
        (["--organization", FAR], "6"),
        (["--limit", "2"], "12"),
    ],
)
def test_filters(invoke: Invoke, config: Path, options: list[str], numbers: str) -> None:
    """How a term stands, its code, who must act, how many."""
    assert "".join(str(one["number"])[-1] for one in listed(invoke, config, *options)) == numbers


def test_the_table_says_whose_turn_it_is(invoke: Invoke, config: Path) -> None:
    """Number, day, what is left, term and turn in Russian; a year that nobody knows is said."""
    ended = invoke("deadlines", "list", "--on-date", DAY, "--config", config)
    assert ended.status == 0
    for said in ("20260302-AAAAA-00001", "27.02.2026", "просрочен", "сегодня", "раб. дн.", "медицинская"):
        assert said in ended.words
    assert "2041" in ended.words
    assert "неизвестны" in ended.words


def test_an_empty_list_says_so(invoke: Invoke, config: Path) -> None:
    """Nothing found is no error."""
    ended = invoke("deadlines", "list", "--organization", "1.2.3", "--config", config)
    assert (ended.status, ended.words) == (0, "Таких сроков нет.")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only", "late"], "одно из: overdue, near, running, waiting"),
        (["--code", "NONE"], "нет срока с таким кодом"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_wrong_use(invoke: Invoke, config: Path, options: list[str], said: str) -> None:
    """A wrong word, code or number is told in Russian, with status 64."""
    ended = invoke("deadlines", "list", "--config", config, *options)
    assert ended.status == 64
    assert said in ended.words


def test_a_database_that_is_not_there(invoke: Invoke, tmp_path: Path) -> None:
    """The command makes no database; it says what to do."""
    path = tmp_path / "config.toml"
    path.write_bytes(Path(SHIPPED_CONFIG).read_bytes())
    ended = invoke("deadlines", "list", "--config", path)
    assert ended.status == 1
    assert "db upgrade" in ended.words
    assert not (tmp_path / "var").exists()


def test_terms_of_the_installation(invoke: Invoke, config: Path) -> None:
    """All terms with what the configuration says otherwise, from its day on."""
    own = '\n[[deadlines.terms]]\ncode = "MO_REWORK"\nlength = 10\nunit = "WORKING_DAY"\nsince = 2026-03-04\n'
    config.write_text(config.read_text(encoding="utf-8") + f'{own}source = "приказ"\n', encoding="utf-8")
    said = {}
    for day in ("2026-03-03", DAY):
        ended = invoke("deadlines", "terms", "--json", "--on-date", day, "--config", config)
        (found,) = [one for one in ended.json if one["code"] == "MO_REWORK"]
        said[day] = (found["length"], found["source"], found["turn"])
    assert said == {
        "2026-03-03": ("14 дн.", "ПП РФ № 1942", "медицинская организация"),
        DAY: ("10 раб. дн.", "приказ", "медицинская организация"),
    }
    assert "MO_REWORK" in invoke("deadlines", "terms", "--config", config).words
