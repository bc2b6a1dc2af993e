"""`deadlines list`, `deadlines terms`: which terms run, which are near their end or over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, OnDate, config_path
from adapter.cli.screen import GOOD, out, plain, print_json, print_notes

if TYPE_CHECKING:
    from adapter.app.deadline_listing import Line, Listing

_STANDINGS = ("overdue", "near", "running", "waiting")


def _standing(text: str) -> str:
    if text not in _STANDINGS:
        raise typer.BadParameter(f"одно из: {', '.join(_STANDINGS)}.")
    return text


Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        parser=_standing,
        metavar="СОСТОЯНИЕ",
        help="Только сроки в состоянии overdue (истёк), near (скоро истечёт), running (идёт), "
        "waiting (приостановлен); можно повторять.",
        show_default=False,
    ),
]
Codes = Annotated[
    list[str] | None,
    typer.Option(
        "--code",
        metavar="КОД",
        help="Только сроки с этим кодом; можно повторять. Коды: deadlines terms.",
        show_default=False,
    ),
]
Organization = Annotated[
    str,
    typer.Option(
        "--organization",
        metavar="OID",
        help="Только сроки этой организации или бюро.",
        show_default=False,
    ),
]
Limit = Annotated[
    int, typer.Option("--limit", metavar="ЧИСЛО", min=1, max=100_000, help="Сколько показать, не больше.")
]


def list_(
    only: Only = None,
    code: Codes = None,
    organization: Organization = "",
    limit: Limit = 100,
    on_date: OnDate = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Показать сроки направлений: номер, срок, до какого дня, сколько осталось, чья очередь.

    Сначала те, что истекли раньше. Персональных данных нет. Работающему адаптеру не мешает.
    """
    from adapter.app.deadline_listing import (  # noqa: PLC0415 - heavy, loaded where it is used
        Standing,
        known_codes,
        list_deadlines,
    )

    for one in code or ():
        if one not in known_codes():
            raise typer.BadParameter("нет срока с таким кодом, см. deadlines terms.", param_hint="--code")
    listing = list_deadlines(
        config_path(config),
        only=tuple(Standing(one) for one in only or ()),
        codes=code or (),
        organization=organization,
        limit=limit,
        on_date=on_date,
    )
    if as_json:
        print_json(listing.as_json())
    else:
        _show(listing)
    return GOOD


def terms(on_date: OnDate = None, config: ConfigFile = None, as_json: Json = False) -> int:
    """Показать сроки, которые действуют в этой установке: длина, начало, конец, основание."""
    from adapter.app.deadline_listing import list_terms  # noqa: PLC0415 - heavy, loaded where it is used

    rows = list_terms(config_path(config), on_date)
    if as_json:
        print_json(rows)
        return GOOD
    table = Table(Column("код", no_wrap=True), Column("длина", no_wrap=True), box=SIMPLE)
    for title in ("срок", "с чего считается", "кто", "основание"):
        table.add_column(title, overflow="fold")
    for row in rows:
        names = ("code", "length", "name", "starts", "turn", "source")
        table.add_row(*(Text(plain(row[name])) for name in names))
    out().print(table)
    return GOOD


def _show(listing: Listing) -> None:
    from adapter.app.deadline_listing import Standing  # noqa: PLC0415 - loaded already

    styles = {Standing.OVERDUE: "bold red", Standing.NEAR: "yellow", Standing.WAITING: "dim"}
    console = out()
    if not listing.lines:
        console.print("Таких сроков нет.")
    else:
        table = Table(
            Column("номер", no_wrap=True), Column("до", no_wrap=True), box=SIMPLE, padding=(0, 1, 0, 0)
        )
        for title, width in (("осталось", 13), ("срок", 12), ("чья очередь", 12)):
            table.add_column(title, overflow="fold", min_width=width)
        for one in listing.lines:
            day = f"{one.last_day:%d.%m.%Y}" if one.last_day else "–"
            name = f"{one.name} ({one.code})" + (", тестовое" if one.test else "")
            cells = (one.number, day, _left(one), name, f"{one.turn} {one.organization}".strip())
            table.add_row(*(Text(plain(cell)) for cell in cells), style=styles.get(one.standing, ""))
        console.print(table)
    if listing.more:
        console.print("Показаны не все: есть ещё, см. --limit.")
    print_notes(console, listing.notes)


def _left(line: Line) -> str:
    if line.days_over is not None:
        return f"просрочен на {line.days_over} дн."
    if line.days_left is None:
        return "приостановлен"
    return f"{line.days_left} раб. дн." if line.days_left else "сегодня последний день"
