"""Typer in Russian: titles of help, the usage line, and what is wrong with a command line."""

from __future__ import annotations

import inspect
import re
from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

_OPTIONS = "[ПАРАМЕТРЫ]"
_SUBCOMMAND = "КОМАНДА [АРГУМЕНТЫ]..."
_USAGE = "Использование: "
_HELP = "Показать эту справку и выйти."
_TITLES = {
    "ARGUMENTS_PANEL_TITLE": "Аргументы",
    "OPTIONS_PANEL_TITLE": "Параметры",
    "COMMANDS_PANEL_TITLE": "Команды",
    "ERRORS_PANEL_TITLE": "Ошибка",
    "DEFAULT_STRING": "[по умолчанию: {}]",
    "REQUIRED_LONG_STRING": "[обязательно]",
    "ABORTED_TEXT": "Прервано.",
}
#: A line end inside a paragraph of a docstring: Typer would keep it.
_LINE_END = re.compile(r"(?<!\n)\n(?!\n)")
#: What Typer says with plain usage errors, which have no class of their own.
_SENTENCES = (
    (re.compile(r"Missing command\."), "Не указана команда."),
    (re.compile(r"No such command (?P<name>'.*?')\.(?: .*)?", re.DOTALL), "Нет такой команды: {name}."),
    (
        re.compile(r"Got unexpected extra argument\(s\) \((?P<name>.*)\)", re.DOTALL),
        "Лишний аргумент: {name}.",
    ),
    (re.compile(r"Option (?P<name>'.*?') requires .*"), "Параметру {name} нужно значение."),
    (re.compile(r"Option (?P<name>'.*?') does not take a value\."), "Параметр {name} пишется без значения."),
)


def set_titles() -> None:
    """Give the panels of help their Russian titles."""
    for name, text in _TITLES.items():
        setattr(rich_utils, name, text)


def _format_usage(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    pieces = command.collect_usage_pieces(ctx)
    formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_USAGE)


def _translated(option: Any) -> Any:
    if option is not None:
        option.help = _HELP
        option.metavar = ""
    return option


def _no_type(**_: object) -> None:
    """Stand for Typer's name of the type of an argument, which is a word of Python."""


class Command(TyperCommand):
    """A command whose usage line and `--help` are Russian."""

    def __init__(self, **attributes: Any) -> None:
        attributes.update(
            options_metavar=_OPTIONS, help=_LINE_END.sub(" ", inspect.cleandoc(attributes["help"]))
        )
        super().__init__(**attributes)
        for parameter in self.params:
            if parameter.param_type_name == "argument":
                setattr(parameter, "display_type_rich", _no_type)  # noqa: B010 - Typer has no switch for it

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        _format_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option `--help`."""
        return _translated(super().get_help_option(ctx))


class Group(TyperGroup):
    """A group of commands whose usage line and `--help` are Russian."""

    def __init__(self, **attributes: Any) -> None:
        attributes.update(options_metavar=_OPTIONS, subcommand_metavar=_SUBCOMMAND)
        super().__init__(**attributes)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        _format_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option `--help`."""
        return _translated(super().get_help_option(ctx))


def usage_error(error: typer.TyperException) -> str:
    """Return what is wrong with a command line, in one Russian sentence."""
    match type(error).__name__:
        case "NoSuchOption":
            similar = ", ".join(sorted(getattr(error, "possibilities", None) or ()))
            hint = f" Похожие: {similar}." if similar else ""
            return f"Нет такого параметра: {getattr(error, 'option_name', '')}.{hint}"
        case "MissingParameter":
            return f"Не хватает: {_parameter(error)}."
        case "BadParameter":
            return f"Неверное значение {_parameter(error)}: {error.message}"
    for pattern, text in _SENTENCES:
        found = pattern.fullmatch(error.message)
        if found is not None:
            return text.format(**found.groupdict())
    return error.message


def _parameter(error: typer.TyperException) -> str:
    parameter = getattr(error, "param", None)
    hint = getattr(error, "param_hint", None) or (parameter.get_error_hint() if parameter else "")
    return str(hint).strip("'")
