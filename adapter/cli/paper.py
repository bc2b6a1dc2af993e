"""`paper import`: paper referrals and expertises from a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, config_path
from adapter.cli.screen import GOOD, REFUSED, err, out, plain, print_json, progress

if TYPE_CHECKING:
    from adapter.app.papering import Fault

#: Lines of errors that are printed for people; programs get all of them.
_SHOWN = 1000

Table = Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="CSV (UTF-8 или windows-1251) или XLSX.")]
Check = Annotated[
    bool, typer.Option("--check", metavar="", help="Только проверить, ничего не вносить.", show_default=False)
]
Bureau = Annotated[
    str,
    typer.Option(
        "--bureau",
        metavar="OID",
        help="Бюро строк, в которых столбец oid_бюро пуст или его нет.",
        show_default=False,
    ),
]


def import_(
    file: Table, check: Check = False, bureau: Bureau = "", config: ConfigFile = None, as_json: Json = False
) -> int:
    """Внести бумажные направления и экспертизы из таблицы.

    Первая строка – названия столбцов: вид (направление или экспертиза), oid_мо или огрн_мо, oid_бюро,
    фамилия, имя, отчество, дата_рождения, снилс, документ, номер_протокола, дата_протокола, дата_выдачи,
    дата_получения, дата_экспертизы, рег_номер, номер_акта, цели. При любой ошибке не вносится ничего; уже
    учтённое пропускается.
    """
    from adapter.app.papering import import_paper  # noqa: PLC0415 - heavy, loaded where it is used

    with progress("Читается таблица", None):
        report = import_paper(config_path(config), file, bureau_oid=bureau, check_only=check)
    status = GOOD if report.accepted else REFUSED
    if as_json:
        print_json(report.as_json())
        return status
    for one in report.faults[:_SHOWN]:
        _show(one)
    if len(report.faults) > _SHOWN:
        err().print(f"Показаны первые {_SHOWN} из {len(report.faults)} замечаний.")
    counts = f"направлений: {report.referrals}, экспертиз: {report.examinations}, уже учтено: {report.known}"
    if not report.accepted:
        wrong = sum(not one.warning for one in report.faults)
        out().print(Text(f"Не внесено ничего. Строк: {report.rows}, ошибок: {wrong}", style="bold red"))
    elif check:
        out().print(Text(f"Ошибок нет. Будет внесено {counts}", style="green"))
    else:
        out().print(Text(f"Внесено {counts}", style="green"))
    return status


def _show(one: Fault) -> None:
    head = Text(f"  строка {one.row}, столбец {plain(one.column)}: ")
    head.append(one.code, style="bold yellow" if one.warning else "bold red")
    head.append(f" {plain(one.message)}")
    out().print(head, soft_wrap=True)
