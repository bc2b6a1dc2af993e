"""Options that several commands share."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)


def read_day(text: str) -> date:
    """Read a day written as ГГГГ-ММ-ДД.

    Raises:
        BadParameter: another format, no such day, or a day outside 2000–2099.
    """
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not _FIRST <= day <= _LAST:
        raise typer.BadParameter("нужна дата вида ГГГГ-ММ-ДД, с 2000 по 2099 год.")
    return day


OnDate = Annotated[
    date | None,
    typer.Option(
        "--on-date",
        parser=read_day,
        metavar="ГГГГ-ММ-ДД",
        help="Считать, что сегодня этот день.",
        show_default=False,
    ),
]
Json = Annotated[
    bool, typer.Option("--json", metavar="", help="Ответ для программ, в JSON.", show_default=False)
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="ФАЙЛ", help="Файл настройки. Без параметра – config.toml.", show_default=False
    ),
]


def config_path(given: Path | None) -> Path:
    """Return the configuration file: the named one, or that of the current folder."""
    return given if given is not None else Path("config.toml")
