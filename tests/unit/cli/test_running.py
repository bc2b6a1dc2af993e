"""`run`, `serve`, `work`, `stand`: what they pass on, what they print, how they end."""

import errno
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapter.app import running, trip
from adapter.app.trip import Addresses
from adapter.config_problems import ConfigError
from adapter.domain.wrong_values import WrongValue
from adapter.stand.steps import Step
from adapter.stand.trip import Outcome
from storage import SchemaNewer, SchemaOlder, StoreBusy, StoreError
from tests.unit.cli.conftest import Invoke

STEP = Step("МИС", "Адаптер", "SubmitReferral", "SUBMITTED", 42, "квитанция\nнаправление\u00a01")
FAILED = Step("Бюро № 1", "Адаптер", "ReturnReferral", "", 7, "нет ответа", ok=False)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replace the demo by one that reports two steps, succeeds, and remembers how it was called."""
    calls: dict[str, Any] = {}

    def demo(config_path: Path, *, report: Callable[[Step], None], **others: Any) -> int:
        calls.update(others, config_path=config_path)
        others["ready"](Addresses("http://127.0.0.1:1", "http://127.0.0.1:2"))
        report(STEP)
        report(FAILED)
        others["judged"](Outcome(("20260302-00000-00000",), calls.get("differences", ())))
        return 1 if calls.get("differences") else 0

    monkeypatch.setattr(trip, "run", demo)
    return calls


def test_run_prints_every_step_and_the_addresses(invoke: Invoke, asked: dict[str, Any]) -> None:
    """Each step is a line of its own: who, to whom, operation, new state in Russian, milliseconds."""
    ended = invoke("run", "--once")

    assert ended.status == 0
    assert "МИС Адаптер SubmitReferral принято адаптером 42 квитанция направление 1" in ended.words
    assert "Бюро № 1 Адаптер ReturnReferral 7 нет ответа" in ended.words
    assert "http://127.0.0.1:1" in ended.out
    assert "http://127.0.0.1:2" in ended.out
    assert "20260302-00000-00000" in ended.out


def test_run_passes_its_parameters_on(invoke: Invoke, asked: dict[str, Any], tmp_path: Path) -> None:
    """The day, the СЭМД, the configuration and --once reach the demo; without them there are defaults."""
    (tmp_path / "semd.xml").write_bytes(b"<a/>")

    invoke("run", "--once", "--on-date", "2022-06-01", "--semd", "semd.xml", "--config", "x.toml")
    given = dict(asked)
    asked.clear()
    invoke("run")

    assert given["once"] is True
    assert given["on_date"] == date(2022, 6, 1)
    assert given["semd"] == b"<a/>"
    assert given["config_path"] == Path("x.toml")
    assert (asked["once"], asked["on_date"], asked["semd"]) == (False, None, None)
    assert asked["config_path"] == Path("config.toml")


def test_run_says_that_it_goes_on_unless_once(invoke: Invoke, asked: dict[str, Any]) -> None:
    """Only a run that keeps serving tells how to stop it."""
    assert "Ctrl-C" in invoke("run").words
    assert "Ctrl-C" not in invoke("run", "--once").words
    assert asked["once"] is True


def test_a_failed_trip_ends_with_1_and_its_differences(invoke: Invoke, asked: dict[str, Any]) -> None:
    """When the books disagree, the differences are printed and the status is 1."""
    asked["differences"] = ("РЭМД: файл не запрошен.",)

    ended = invoke("run", "--once")

    assert ended.status == 1
    assert "РЭМД: файл не запрошен." in ended.words


def test_run_refuses_a_semd_that_cannot_be_read(invoke: Invoke, asked: dict[str, Any]) -> None:
    """A missing СЭМД ends with 2 before anything is started."""
    ended = invoke("run", "--once", "--semd", "absent.xml")

    assert ended.status == 2
    assert "Файл не прочитан: файла нет." in ended.words
    assert asked == {}


@pytest.mark.parametrize("name", ["serve", "work", "stand"])
def test_programs_get_configuration_and_day(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """serve, work and stand are started with the configuration and the day, and end with 0."""
    calls: list[tuple[Path, date | None]] = []
    home = trip if name == "stand" else running
    monkeypatch.setattr(home, name, lambda path, day: calls.append((path, day)))

    statuses = [
        invoke(name).status,
        invoke(name, "--config", "x.toml", "--on-date", "2022-06-01").status,
    ]

    assert statuses == [0, 0]
    assert calls == [(Path("config.toml"), None), (Path("x.toml"), date(2022, 6, 1))]


FAILURES = (
    (
        ConfigError(Path("c.toml"), [WrongValue("service.port", "0", "число не меньше 1")]),
        1,
        "service.port = 0 – допустимо: число не меньше 1",
    ),
    (
        ConfigError(Path("c.toml"), [WrongValue("файл", "", "доступный для чтения файл")]),
        2,
        "c.toml не годится",
    ),
    (StoreBusy("busy"), 1, "База данных занята другим процессом"),
    (StoreError("no schema"), 1, "mse-adapter db upgrade"),
    (
        SchemaOlder("0006", "0007"),
        1,
        "(0006) старше, чем нужна этой версии программы (0007). Выполните: mse-adapter",
    ),
    (SchemaOlder("", "0007"), 1, "(пустая) старше"),
    (SchemaNewer("0012", "0007"), 1, "до схемы 0012; эта версия программы знает схему 0007"),
    (TimeoutError("late"), 2, "не начал отвечать вовремя"),
    (OSError(errno.EADDRINUSE, "Address already in use"), 1, "порт уже заняты"),
    (OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"), 1, "у этого компьютера нет"),
    (socket.gaierror(-2, "Name or service not known"), 1, "у этого компьютера нет"),
    (
        PermissionError(errno.EACCES, "Permission denied", "adapter.key.pem"),
        2,
        "папку или порт: adapter.key.pem",
    ),
    (PermissionError(errno.EACCES, "Permission denied"), 2, "порты меньше 1024"),
    (OSError(errno.ENOSPC, "No space left on device"), 2, "На диске нет места"),
    (RuntimeError("Примеров"), 70, "Внутренняя ошибка"),
)


@pytest.mark.parametrize(("error", "status", "text"), FAILURES, ids=lambda one: type(one).__name__)
def test_expected_failures_are_told_in_russian(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, text: str
) -> None:
    """A failure that an operator can mend has its own words and status; another one has a number."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(running, "serve", fail)

    ended = invoke("serve")

    assert ended.status == status
    assert text in ended.words
    assert "Traceback" not in ended.err
    assert "Примеров" not in ended.err
