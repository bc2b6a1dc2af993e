"""Help and wrong use of the command line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from adapter.app import explanation_words, octets, signature_words, validating
from adapter.cli import signature_options, signature_tools
from signing.inspection.differences import Cause
from signing.inspection.recognition import PROFILE_NAMES, Kind
from signing.inspection.trials import Deviation
from signing.xmldsig.smev3 import SLOTS
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import Site

COMMANDS = (
    (),
    ("run",),
    ("serve",),
    ("work",),
    ("stand",),
    ("stand", "run"),
    ("stand", "books"),
    ("stand", "misbehave"),
    ("stand", "misbehave", "names"),
    ("stand", "misbehave", "list"),
    ("stand", "misbehave", "set"),
    ("stand", "misbehave", "clear"),
    ("validate",),
    ("submit",),
    ("status",),
    ("deadlines",),
    ("deadlines", "list"),
    ("deadlines", "terms"),
    ("remd",),
    ("remd", "errors"),
    ("remd", "held"),
    ("remd", "held", "list"),
    ("remd", "held", "close"),
    ("receipt",),
    ("receipt", "verify"),
    ("report",),
    ("report", "show"),
    ("report", "names"),
    ("report", "plan"),
    ("report", "plan", "import"),
    ("keys",),
    ("keys", "demo"),
    ("policy",),
    ("policy", "show"),
    ("policy", "check"),
    ("db",),
    ("db", "upgrade"),
    ("config",),
    ("config", "check"),
    ("signature",),
    ("signature", "verify"),
    ("signature", "sign"),
    ("signature", "transform"),
    ("signature", "digest"),
    ("signature", "backends"),
    ("signature", "explain"),
    ("certificate",),
    ("certificate", "check"),
)
#: Names of programs, formats and parameters may be Latin; words of Typer may not.
ENGLISH = re.compile(
    r"usage|option|argument|command\b|show this|exit\.|default|required|<bool>|<str>|<list|<path",
    re.IGNORECASE,
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_of_every_command_is_russian(invoke: Invoke, command: tuple[str, ...]) -> None:
    """Help ends with 0, has a Russian usage line and no word of the library's own English."""
    ended = invoke(*command, "--help")

    assert ended.status == 0
    assert "Использование: " in ended.out
    assert "Показать эту справку и выйти." in ended.out
    assert ENGLISH.findall(ended.out) == []


WRONG = (
    (("validate",), "Не хватает: ФАЙЛ."),
    (("status",), "Не хватает: НОМЕР."),
    (("nothing",), "Нет такой команды: 'nothing'."),
    (("validate", "--quick", "x.xml"), "Нет такого параметра: --quick."),
    (("validate", "--jso", "x.xml"), "Похожие: --json."),
    (("serve", "now"), "Лишний аргумент: now."),
    (("submit", "x.xml", "--to"), "Параметру '--to' нужно значение."),
    (("submit", "x.xml", "--to", "nonsense"), "Неверное значение --to: нужен адрес вида http://узел:порт."),
    (("status", "1", "--to", "ftp://127.0.0.1"), "нужен адрес вида http://узел:порт."),
    (("status", "1", "--to", "http://[::1"), "нужен адрес вида http://узел:порт."),
    (("status", "1", "--to", "http://127.0.0.1:99999"), "нужен адрес вида http://узел:порт."),
    (("run", "--once=yes"), "Параметр '--once' пишется без значения."),
    (
        ("validate", "--on-date", "2022-02-31", "x.xml"),
        "Неверное значение --on-date: нужна дата вида ГГГГ-ММ-ДД",
    ),
    (("validate", "--on-date", "20220201", "x.xml"), "нужна дата вида ГГГГ-ММ-ДД"),
    (("run", "--on-date", "1999-12-31"), "с 2000 по 2099 год"),
)


@pytest.mark.parametrize(("arguments", "text"), WRONG)
def test_wrong_use_ends_with_64_and_says_what_is_wrong(
    invoke: Invoke, arguments: tuple[str, ...], text: str
) -> None:
    """A wrong command line ends with 64; standard error says in Russian what is wrong, output is empty."""
    ended = invoke(*arguments)

    assert ended.status == 64
    assert ended.out == ""
    assert text in ended.words
    assert ENGLISH.findall(ended.err) == []


@pytest.mark.parametrize("group", [(), ("keys",), ("db",), ("config",), ("policy",)], ids=" ".join)
def test_a_group_without_a_command_shows_its_help(invoke: Invoke, group: tuple[str, ...]) -> None:
    """Without a command the help is shown, and the status says that nothing was done."""
    ended = invoke(*group)

    assert ended.status == 64
    assert "Команды" in ended.out


def test_an_unexpected_error_is_one_line_without_personal_data(
    invoke: Invoke, site: Site, monkeypatch: pytest.MonkeyPatch, write_file: Callable[[bytes], Path]
) -> None:
    """A failure of our own ends with 70 and one line: an identifier, no traceback, no text of it."""

    def fail(*_: object) -> None:
        raise ValueError("Примеров Александр 001-000-011 10")

    monkeypatch.setattr(validating.Validator, "file", fail)

    ended = invoke("validate", write_file(site.signed))

    assert ended.status == 70
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1
    assert re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", ended.err)
    assert "Примеров" not in ended.err
    assert "Traceback" not in ended.err


def test_interruption_is_no_error_of_ours(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a command with 130, the usual status of an interrupted program."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(validating.Validator, "file", interrupt)

    assert invoke("validate", "x.xml").status == 130


def test_names_in_options_are_those_of_the_floors_below() -> None:
    """The command line repeats them, so that help need not load what computes."""
    assert signature_options.PROFILES == PROFILE_NAMES
    assert set(signature_tools.DIGESTS) == set(octets.DIGESTS)
    assert set(signature_tools.TRANSFORMS) == set(octets.TRANSFORMS)
    assert set(signature_tools.SLOTS) == set(SLOTS)
    assert set(explanation_words.MISTAKES) == set(Deviation)
    assert set(explanation_words.CAUSES) == set(Cause)
    assert set(signature_words.PROFILE_TITLES) == set(PROFILE_NAMES)
    assert set(signature_words.KIND_TITLES) == {str(one) for one in Kind}
