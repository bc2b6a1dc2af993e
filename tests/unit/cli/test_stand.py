"""`stand misbehave …`, `stand books`: what they tell a running stand, what they print, how they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapter.app.composition import utc_now
from adapter.app.trip import stand_of
from adapter.config import load
from adapter.stand.actors import make_keys
from adapter.stand.book import Book
from adapter.stand.misbehaviours import MISBEHAVIOURS
from adapter.stand.stand import Stand
from tests.unit.cli.conftest import Invoke

ROOT = Path(__file__).parents[3]
Configure = Callable[[str], Path]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the demo keys."""
    folder = tmp_path_factory.mktemp("stand") / "keys"
    make_keys(folder)
    return folder


@pytest.fixture
def configure(tmp_path: Path, keys: Path) -> Configure:
    """Write a configuration with a section [stand] of its own."""

    def write(section: str) -> Path:
        text = (ROOT / "config.toml").read_text(encoding="utf-8").replace('"var/keys', f'"{keys}')
        head, _, rest = text.partition("[stand]\n")
        file = tmp_path / "config.toml"
        file.write_text(f"{head}[stand]\n{section}\n{rest[rest.index('[[partners]]') :]}", encoding="utf-8")
        return file

    return write


@pytest.fixture
def running(configure: Configure, keys: Path) -> Iterator[Stand]:
    """A running stand, and a configuration that names its port."""
    config = load(configure(f'keys = "{keys}"'))
    free = config.stand.model_copy(update={"port": 0})
    stand = stand_of(config.model_copy(update={"stand": free}), utc_now)
    stand.start()
    configure(f'keys = "{keys}"\nport = {stand.url.rpartition(":")[2]}')
    yield stand
    stand.stop()


def test_names_are_those_of_the_table(invoke: Invoke) -> None:
    """Every misbehaviour with its meaning and parameters; no stand is needed."""
    shown = invoke("stand", "misbehave", "names")
    assert shown.status == 0
    for row in MISBEHAVIOURS.values():
        assert f"{row.name} {row.way}" in shown.words
        assert " ".join(row.meaning.split()) in shown.words
    rows = invoke("stand", "misbehave", "names", "--json").json
    assert [one["name"] for one in rows] == list(MISBEHAVIOURS)


def test_an_order_is_given_listed_and_cancelled(invoke: Invoke, running: Stand) -> None:
    """What is set is listed with its counts, and is gone when it is cleared."""
    given = invoke(
        "stand", "misbehave", "set", "status", "--partner", "fund", "--next", "3",
        "--parameter", "status=503", "--parameter", "retry_after=7", "--parameter", "taken=true",
    )  # fmt: skip
    assert (given.status, given.words) == (0, "Назначено, номер 1: status, следующие 3.")
    (order,) = running.orders.shown()
    assert order["parameters"] == {"status": 503, "retry_after": "7", "taken": True}
    listed = invoke("stand", "misbehave", "list")
    assert "1 status fund * следующие 3 0 3" in listed.words
    assert invoke("stand", "misbehave", "list", "--json").json == running.orders.shown()
    assert invoke("stand", "misbehave", "clear", "1").words == "Отменено: 1."
    assert invoke("stand", "misbehave", "list").words == "Сбоев не назначено."
    assert invoke("stand", "misbehave", "clear").words == "Отменено: 0."
    assert invoke("stand", "misbehave", "clear", "1").status == 1


def test_what_cannot_be_is_refused_in_words(invoke: Invoke, running: Stand) -> None:
    """The stand says what is wrong; the command ends with 1, wrong use with 64."""
    refused = invoke("stand", "misbehave", "set", "lost-verdict", "--partner", "fund")
    assert refused.status == 1
    assert "Стенд не принял: partner: для lost-verdict одно из remd, *." in refused.words
    number = invoke("stand", "misbehave", "set", "silent", "--parameter", "seconds=long")
    assert (number.status, "parameters.seconds" in number.words) == (1, True)
    assert invoke("stand", "misbehave", "set", "silent", "--parameter", "seconds").status == 64
    assert running.orders.shown() == []


def test_books_are_shown_and_doubles_end_with_1(invoke: Invoke, running: Stand) -> None:
    """The counts of every book; a second effect is a failure of the adapter."""
    running.fund.book.write("return", referralNumber="N")
    shown = invoke("stand", "books")
    assert (shown.status, "fund 1 1 0" in shown.words) == (0, True)
    running.fund.book.write("doubled", referralNumber="N")
    assert invoke("stand", "books").status == 1
    assert invoke("stand", "books", "--json").json["fund"]["doubles"] == 1


def test_without_a_stand_the_commands_end_with_2(invoke: Invoke, configure: Configure, keys: Path) -> None:
    """Nobody answers: said in words."""
    configure(f'keys = "{keys}"\nport = 1')
    for arguments in (("list",), ("clear",), ("set", "silent")):
        ended = invoke("stand", "misbehave", *arguments)
        assert (ended.status, "стенд не отвечает" in ended.words) == (2, True)


def test_a_configured_stand_misbehaves_from_the_start(
    configure: Configure, keys: Path, tmp_path: Path
) -> None:
    """Orders, ports of partners and the folder of the books come from the section [stand]."""
    section = f'keys = "{keys}"\nbooks = "books"\n[[stand.misbehave]]\nmisbehaviour = "silent"\nevery = 2\n'
    parameters = "parameters = { seconds = 0.5, taken = false }\n"
    config = load(configure(section + parameters))
    free = config.stand.model_copy(update={"port": 0})
    stand = stand_of(config.model_copy(update={"stand": free}), utc_now)
    stand.fund.book.write("return", referralNumber="N", returnedAt="t", requestId="r", noticeNumber="1")
    stand.stop()
    (order,) = stand.orders.shown()
    assert (order["every"], order["parameters"]) == (2, {"seconds": 0.5, "taken": False})
    again = Book("fund", utc_now, tmp_path / "books")
    assert len(again.entries("return")) == 1
    again.close()


def test_a_wrong_order_is_found_by_config_check(invoke: Invoke, configure: Configure, keys: Path) -> None:
    """`config check` names the order and what is wrong with it."""
    configure(f'keys = "{keys}"\n[[stand.misbehave]]\nmisbehaviour = "sulk"\n')
    ended = invoke("config", "check")
    assert ended.status == 1
    assert "stand.misbehave[1]" in ended.words
