"""`access report`: who saw the documents of a citizen."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from adapter.cli.options import ConfigFile, config_path, read_day
from adapter.cli.screen import GOOD, err, out, plain, print_json

_FORMATS = ("table", "csv", "xlsx", "json")
_STDIN = "-"
_MAX_LINE = 64


def _format(text: str) -> str:
    if text not in _FORMATS:
        raise typer.BadParameter(f"одно из: {', '.join(_FORMATS)}.")
    return text


Snils = Annotated[
    str,
    typer.Option(
        "--snils",
        metavar="-",
        help="Чьи документы. «-» – спросить без показа на экране или прочитать строку стандартного ввода: "
        "так СНИЛС не остаётся в истории команд.",
        show_default=False,
    ),
]
Number = Annotated[
    str, typer.Option("--referral", metavar="НОМЕР", help="Только одно направление.", show_default=False)
]
From = Annotated[
    date | None,
    typer.Option("--from", parser=read_day, metavar="ГГГГ-ММ-ДД", help="Первый день.", show_default=False),
]
To = Annotated[
    date | None,
    typer.Option("--to", parser=read_day, metavar="ГГГГ-ММ-ДД", help="Последний день.", show_default=False),
]
Format = Annotated[
    str, typer.Option("--format", parser=_format, metavar="ВИД", help="table, csv, xlsx или json.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="ФАЙЛ", help="Куда записать csv или xlsx.", show_default=False),
]


def report(
    snils: Snils = "",
    referral: Number = "",
    first: From = None,
    last: To = None,
    form: Format = "table",
    target: Out = None,
    config: ConfigFile = None,
) -> int:
    """Кто и когда видел документы гражданина: система, лицо, операция, документ, цель, основание.

    Составление отчёта само записывается в журнал. Работает рядом с запущенным адаптером.
    """
    from adapter.app.accessing import HEADINGS, NoSuchSnilsError, access_report, shown_rows  # noqa: PLC0415 - heavy

    if bool(snils) is bool(referral):
        raise typer.BadParameter("одно из двух: --snils или --referral.", param_hint="--snils")
    if form == "xlsx" and target is None:
        raise typer.BadParameter("для xlsx нужен файл.", param_hint="--out")
    if target is not None and form not in {"csv", "xlsx"}:
        raise typer.BadParameter("только для csv и xlsx.", param_hint="--out")
    if first is not None and last is not None and last < first:
        raise typer.BadParameter("конец раньше начала.", param_hint="--to")
    try:
        found = access_report(
            config_path(config), snils=_asked(snils), number=referral, first=first, last=last
        )
    except NoSuchSnilsError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--snils") from None
    if target is not None:
        found.write(target, form)
        out().print(Text(f"Записано строк: {len(found.rows)}, {plain(str(target))}"), soft_wrap=True)
    elif form == "json":
        print_json(found.as_json())
    elif form == "csv":
        typer.echo(found.csv_text(), nl=False)
    else:
        _print(HEADINGS[0], shown_rows(found), found.referrals)
    return GOOD


def _asked(snils: str) -> str:
    """Return the СНИЛС, asked for where it was not given; it is never printed."""
    if snils == _STDIN:
        if sys.stdin.isatty():
            return str(typer.prompt("СНИЛС", hide_input=True, err=True)).strip()
        return sys.stdin.readline(_MAX_LINE).strip() or "?"
    if snils:
        told = "СНИЛС остался в истории команд: лучше --snils -"
        err().print(Text(told, style="yellow"), soft_wrap=True)
    return snils


def _print(when: str, rows: Sequence[tuple[str, ...]], referrals: int) -> None:
    listed = list(rows)
    out().print(Text(f"Направлений: {referrals}. Обращений к документам: {len(listed)}."))
    if not listed:
        return
    table = Table(box=SIMPLE)
    for heading in (when, "Направление", "Система", "Лицо", "Операция", "Документ", "Цель"):
        table.add_column(heading, overflow="fold")
    for row in listed:
        table.add_row(*map(plain, row))
    out().print(table)
