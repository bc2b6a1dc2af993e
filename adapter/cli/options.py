"""Options that several commands share."""

from __future__ import annotations

import re
import stat
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)
_CONFIG_LIMIT = 2**20


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


def read_url(text: str) -> str:
    """Read the address of an adapter.

    Raises:
        BadParameter: it is no address of HTTP.
    """
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise typer.BadParameter("нужен адрес вида http://узел:порт.")
    return text.rstrip("/")


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
    """Return the configuration file: the named one, or that of the current folder.

    Raises:
        Unreadable: it is a device or a pipe, which might never end, or is too large to be a configuration.
    """
    path = given if given is not None else Path("config.toml")
    try:
        found = path.stat()
    except OSError:
        return path
    if stat.S_ISDIR(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_size <= _CONFIG_LIMIT):
        return path
    from adapter.app.recognizing import unreadable  # noqa: PLC0415 - heavy, loaded where it is used

    raise unreadable("настройка должна быть обычным файлом, не больше 1 МиБ")
