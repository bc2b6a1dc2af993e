"""`rules list`: which rules a referral is checked by."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from adapter.cli.options import Json, read_day
from adapter.cli.screen import GOOD, out, print_json

_COLUMNS = ("Код", "Правило", "Пункт", "Находит", "Основание", "С", "По")
Day = Annotated[
    date | None,
    typer.Option(
        "--on-date",
        parser=read_day,
        metavar="ГГГГ-ММ-ДД",
        help="Только правила для протоколов врачебной комиссии этого дня. Без параметра – все.",
        show_default=False,
    ),
]


def list_rules(on_date: Day = None, as_json: Json = False) -> int:
    """Показать правила форматно-логического контроля направления.

    Код ошибки, что проверяется, пункт формы № 088/у, чем установлено и с какого по какой день. К направлению
    применяются правила, которые действуют в день протокола врачебной комиссии.
    """
    from adapter.app.ruling import json_of, row_of, rules_on  # noqa: PLC0415 - heavy, loaded where it is used

    found = rules_on(on_date)
    if as_json:
        print_json([json_of(one) for one in found])
        return GOOD
    table = Table(*_COLUMNS)
    for one in found:
        table.add_row(*astuple(row_of(one)))
    console = out()
    console.print(table)
    console.print(f"Правил: {len(found)}.")
    return GOOD
