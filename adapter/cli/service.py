"""`keys demo`, `db upgrade`, `config check`, `policy …`: what an operator does before the start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, config_path
from adapter.cli.screen import GOOD, REFUSED, UNREADABLE, err, out, plain, print_json, print_notes, progress

if TYPE_CHECKING:
    from adapter.app.checking import FileReport

_DATABASES = {"sqlite": "SQLite", "postgresql+psycopg": "PostgreSQL"}
Directory = Annotated[
    Path | None,
    typer.Option(
        "--directory", metavar="ПАПКА", help="Куда. Без параметра – папка стенда.", show_default=False
    ),
]
PolicyFile = Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Файл политики ролей, TOML.")]


def demo_keys(directory: Directory = None, config: ConfigFile = None) -> int:
    """Создать демонстрационный УЦ, ключи и сертификаты всех участников.

    Готовые ключи не меняются. Для работы с настоящими системами они не годятся.
    """
    from adapter.app.trip import demo_keys as make  # noqa: PLC0415
    from adapter.app.trip import make_demo_keys  # noqa: PLC0415 - heavy, loaded where it is used

    with progress("Создаются ключи", None):
        if directory is not None:
            folder, made = directory, make(directory)
        else:
            folder, made = make_demo_keys(config_path(config))
    text = "Ключи созданы: " if made else "Ключи уже есть, ничего не изменено: "
    out().print(text + plain(str(folder)), soft_wrap=True)
    return GOOD


def upgrade(config: ConfigFile = None) -> int:
    """Создать базу данных или привести её схему к этой версии программы."""
    from adapter.app.running import upgrade_database  # noqa: PLC0415 - heavy, loaded where it is used

    with progress("Обновляется схема", None):
        kind = upgrade_database(config_path(config))
    out().print(f"Схема базы данных ({_DATABASES.get(kind, kind)}) соответствует программе.")
    return GOOD


def check(config: ConfigFile = None, as_json: Json = False) -> int:
    """Проверить файл настройки и все файлы, которые в нём названы."""
    from adapter.app.checking import check_config  # noqa: PLC0415 - heavy, loaded where it is used

    path = config_path(config)
    return _told(check_config(path), f"Настройка {plain(str(path))} не годится:", as_json)


def show_policy() -> int:
    """Вывести встроенную политику ролей: с неё начинают свой файл (roles.policy_file)."""
    from signing.roles.policy import DEFAULT_POLICY  # noqa: PLC0415
    from signing.roles.policy_text import dump_policy  # noqa: PLC0415 - heavy, loaded where it is used

    typer.echo(dump_policy(DEFAULT_POLICY), nl=False)
    return GOOD


def check_policy(file: PolicyFile, as_json: Json = False) -> int:
    """Проверить файл политики ролей: все ошибки сразу."""
    from adapter.app.checking import check_policy as check_file  # noqa: PLC0415 - heavy, loaded where it is used

    return _told(check_file(file), f"Политика ролей {plain(str(file))} не годится:", as_json)


def _told(report: FileReport, complaint: str, as_json: bool) -> int:
    """Print a report; return the exit status."""
    status = (GOOD if report.accepted else REFUSED) if report.readable else UNREADABLE
    if as_json:
        print_json(report.as_json())
        return status
    if report.accepted:
        out().print(Text(f"{plain(str(report.path))}: ошибок нет", style="green"), soft_wrap=True)
    else:
        console = err()
        console.print(Text(complaint, style="red"), soft_wrap=True)
        for one in report.problems:
            console.print(Text(f"  {plain(str(one))}"), soft_wrap=True)
    print_notes(out(), report.notes)
    return status
