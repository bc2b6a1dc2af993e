"""`nsi …`: code lists (НСИ): import, list, show, compare, make active."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, config_path, read_day
from adapter.cli.screen import GOOD, out, plain, print_json, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapter.app.code_lists import CodeListDesk, VersionLine

Oid = Annotated[str, typer.Argument(metavar="OID", help="OID справочника.", show_default=False)]
Version = Annotated[str, typer.Argument(metavar="ВЕРСИЯ", help="Версия справочника.", show_default=False)]
_DAY = "ГГГГ-ММ-ДД"


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="ФАЙЛ", help="Выгрузки ФНСИ: JSON, можно gzip.")],
    passport: Annotated[
        Path | None,
        typer.Option(
            "--passport",
            metavar="ФАЙЛ",
            help="Паспорт справочника отдельным файлом; тогда все ФАЙЛ – страницы одной версии.",
            show_default=False,
        ),
    ] = None,
    oid: Annotated[
        str, typer.Option("--oid", metavar="OID", help="Какой справочник ожидается.", show_default=False)
    ] = "",
    active_from: Annotated[
        date | None,
        typer.Option(
            "--active-from",
            parser=read_day,
            metavar=_DAY,
            help="Ввести в действие с этого дня. Без параметра первая версия действует сразу, "
            "следующие ждут nsi activate.",
            show_default=False,
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", metavar="", help="Заменить строки уже загруженной версии.", show_default=False
        ),
    ] = False,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Загрузить справочники из официальных выгрузок ФНСИ: все файлы или ничего.

    Сервер останавливать не нужно: он увидит новую действующую версию сам.
    """
    desk = _desk(config)
    with progress("Загрузка", None):
        lines = desk.take(files, passport=passport, oid=oid, active_from=active_from, replace_known=replace)
    if as_json:
        print_json({"imported": [one.as_json() for one in lines]})
        return GOOD
    for one in lines:
        console = out()
        console.print(f"{plain(one.name)} ({one.oid}), версия {one.version}: {one.outcome}.", soft_wrap=True)
        console.print(f"    Строк {one.rows}; {_days(one) or 'не введена в действие'}.", soft_wrap=True)
    waiting = [one for one in lines if one.active_from is None]
    for one in waiting:
        out().print(f"Ввести в действие: mse-adapter nsi activate {one.oid} {one.version}", soft_wrap=True)
    return GOOD


def list_versions(config: ConfigFile = None, as_json: Json = False) -> int:
    """Перечислить справочники и их версии: какие действуют сегодня, каких не хватает."""
    found = _desk(config).listing()
    if as_json:
        print_json(found.as_json())
        return GOOD
    out().print(_versions(found.versions))
    for oid, what in found.missing:
        text = f"Не загружено: {what} ({oid}). Эти коды не проверяются."
        out().print(Text(text, style="yellow"), soft_wrap=True)
    return GOOD


def show(
    oid: Oid,
    version: Annotated[
        str,
        typer.Option("--version", metavar="ВЕРСИЯ", help="Без параметра – действующая.", show_default=False),
    ] = "",
    code: Annotated[
        str, typer.Option("--code", metavar="КОД", help="Только этот код.", show_default=False)
    ] = "",
    find: Annotated[
        str,
        typer.Option(
            "--find", metavar="ТЕКСТ", help="Только коды и наименования с этим текстом.", show_default=False
        ),
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", metavar="ЧИСЛО", min=1, max=100_000, help="Сколько строк показать.")
    ] = 20,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Показать версию справочника и её коды."""
    found = _desk(config).show(oid, version, code=code, text=find, limit=limit)
    if as_json:
        print_json(found.as_json())
        return GOOD
    _print_passport(found.line)
    table = _table("Код", "Наименование", "Рубрика", "Применяется")
    for one, item in found.items:
        table.add_row(plain(one), plain(item.name), plain(item.parent), _in_use(item.actual, item.until))
    out().print(table)
    if len(found.items) < found.total:
        out().print(f"Показано {len(found.items)} из {found.total}; больше – параметр --limit.")
    return GOOD


def diff(
    oid: Oid,
    old: Annotated[str, typer.Argument(metavar="БЫЛО", help="Прежняя версия.", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="СТАЛО", help="Новая версия.", show_default=False)],
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Сравнить две версии справочника по кодам."""
    from adapter.app.code_lists import kind_name  # noqa: PLC0415 - heavy, loaded where it is used

    found = _desk(config).diff(oid, old, new)
    if as_json:
        print_json(found.as_json())
        return GOOD
    if not found.changes:
        out().print(f"Справочник {plain(oid)}: коды версий {plain(old)} и {plain(new)} одинаковы.")
        return GOOD
    table = _table("Код", "Изменение", f"Версия {plain(old)}", f"Версия {plain(new)}")
    for one in found.changes:
        table.add_row(plain(one.code), kind_name(one), plain(one.before), plain(one.after))
    out().print(table)
    out().print(f"Изменений: {len(found.changes)}.")
    return GOOD


def activate(
    oid: Oid,
    version: Version,
    active_from: Annotated[
        date | None,
        typer.Option(
            "--from",
            parser=read_day,
            metavar=_DAY,
            help="Первый день. Без параметра – сегодня.",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option(
            "--until",
            parser=read_day,
            metavar=_DAY,
            help="Последний день. Без параметра – без срока.",
            show_default=False,
        ),
    ] = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Ввести версию справочника в действие; прежнюю – тоже, если новая оказалась плоха."""
    line = _desk(config).activate(oid, version, active_from, until)
    if as_json:
        print_json(line.as_json())
        return GOOD
    text = f"Справочник {line.oid}, версия {line.version}: действует {_days(line)}."
    out().print(Text(text, style="green"), soft_wrap=True)
    return GOOD


def _desk(config: Path | None) -> CodeListDesk:
    from adapter.app.code_lists import CodeListDesk  # noqa: PLC0415 - heavy, loaded where it is used

    return CodeListDesk(config_path(config))


def _versions(lines: Sequence[VersionLine]) -> Table:
    oid = max((len(one.oid) for one in lines), default=0)
    table = Table(box=None, pad_edge=False, expand=True)
    for heading, width in (("", 1), ("OID", oid), ("Версия", 8), ("Действует", 12), ("Строк", 6)):
        table.add_column(heading, no_wrap=True, width=width)
    table.add_column("Наименование", no_wrap=True, overflow="ellipsis", ratio=1)
    for one in lines:
        mark = "●" if one.active else ""
        since = f"с {_day(one.active_from)}" if one.active_from else "да" if one.active else "нет"
        table.add_row(mark, one.oid, one.version, since, str(one.rows), plain(one.name))
    return table


def _print_passport(line: VersionLine) -> None:
    state = "действует" if line.active else "не действует"
    rows = {
        "Справочник": line.oid,
        "Версия": f"{line.version}, {state}",
        "Наименование": line.name,
        "Издана": _day(line.published_on),
        "Применяется": _days(line),
        "Откуда": line.source,
    }
    for title, value in rows.items():
        if value:
            out().print(Text(f"{title}: ", style="bold").append(plain(value), style="none"), soft_wrap=True)


def _days(line: VersionLine) -> str:
    first, last = _day(line.active_from), _day(line.closed_on)
    return f"с {first}" + (f" по {last}" if last else "") if first else ""


def _table(*headings: str) -> Table:
    made = Table(show_edge=False, pad_edge=False)
    for one in headings:
        made.add_column(one, overflow="fold")
    return made


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d.%m.%Y}"


def _in_use(actual: bool, until: date | None) -> str:
    if until is not None:
        return f"по {_day(until)}"
    return "да" if actual else "нет"
