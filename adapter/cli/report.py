"""`report …`: indicators I1–I13, plan and fact, the reconciliation."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, config_path, read_day
from adapter.cli.russian import Group as CommandGroup
from adapter.cli.screen import GOOD, REFUSED, err, out, plain, print_json, progress

if TYPE_CHECKING:
    from adapter.app.reporting import Sheet
    from adapter.domain.statistics import Query

HELP = (
    "Показатели, план и факт, сверка.\n\n"
    "report ИМЯ|all – показатель (I1 … I13), all – все, balance – сверка, plan-fact – план и факт."
)
_GROUPS = (
    "день, месяц, квартал, год, субъект, организация, бюро, система, канал, порядок, цель, возраст, "
    "категория, форма"
)
_GROUP_OF = dict(
    zip(
        _GROUPS.split(", "),
        (
            "DAY",
            "MONTH",
            "QUARTER",
            "YEAR",
            "REGION",
            "ORGANIZATION",
            "BUREAU",
            "SYSTEM",
            "CHANNEL",
            "REFERRAL_ORDER",
            "PURPOSE",
            "AGE_GROUP",
            "PRIORITY",
            "FORM",
        ),
        strict=True,
    )
)
_NAME = re.compile(r"I([1-9]|1[0-3])(\.[A-Z0-9_.+-]+)?|R|B", re.IGNORECASE)
_ALL, _BALANCE, _PLAN_FACT = "all", "balance", "plan-fact"


class ReportGroup(CommandGroup):
    """`report ИМЯ` is short for `report show ИМЯ`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; a word that is none is the name of a report."""
        known = args and (args[0] in self.commands or args[0].startswith("-"))
        return super().resolve_command(ctx, args if known else ["show", *args])


def _group(text: str) -> str:
    found = _GROUP_OF.get(text.casefold(), text.upper())
    if found not in _GROUP_OF.values():
        raise typer.BadParameter(f"разрез: {_GROUPS}.")
    return found


Name = Annotated[str, typer.Argument(metavar="ИМЯ", help="I1 … I13, all, balance или plan-fact.")]
From = Annotated[
    date | None,
    typer.Option(
        "--from",
        parser=read_day,
        metavar="ГГГГ-ММ-ДД",
        help="Первый день поступления. Без параметра – начало этого месяца.",
        show_default=False,
    ),
]
To = Annotated[
    date | None,
    typer.Option(
        "--to",
        parser=read_day,
        metavar="ГГГГ-ММ-ДД",
        help="Последний день. Без параметра – сегодня.",
        show_default=False,
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by", parser=_group, metavar="РАЗРЕЗ", help=f"{_GROUPS}; можно повторять.", show_default=False
    ),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="ВРЕМЯ",
        help="Что было известно к этому времени: ГГГГ-ММ-ДД (конец дня) или время ISO 8601 с поясом.",
        show_default=False,
    ),
]
Region = Annotated[
    str, typer.Option("--region", metavar="КОД", help="Только субъект РФ, две цифры.", show_default=False)
]
Organization = Annotated[
    str, typer.Option("--organization", metavar="OID", help="Только организация.", show_default=False)
]
Bureau = Annotated[str, typer.Option("--bureau", metavar="OID", help="Только бюро.", show_default=False)]
Public = Annotated[
    bool,
    typer.Option(
        "--public",
        metavar="",
        help="Как для посторонних: целые месяцы, малые числа скрыты.",
        show_default=False,
    ),
]
Top = Annotated[
    int,
    typer.Option(
        "--top", metavar="N", min=0, help="Только N лидеров и N отстающих (нужен --by).", show_default=False
    ),
]
Least = Annotated[int, typer.Option("--least", metavar="N", min=1, help="Наименьший знаменатель для --top.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="ФАЙЛ", help="Записать CSV (UTF-8, «;»).", show_default=False)
]
Xlsx = Annotated[
    Path | None, typer.Option("--xlsx", metavar="ФАЙЛ", help="Записать книгу XLSX.", show_default=False)
]
PlanFile = Annotated[
    Path,
    typer.Argument(
        metavar="ФАЙЛ",
        help="CSV, XLSX или JSON: OID организации, с, по, план направлений, доля электронных, %.",
    ),
]


def show(
    name: Name,
    first: From = None,
    last: To = None,
    by: By = None,
    as_of: AsOf = "",
    region: Region = "",
    organization: Organization = "",
    bureau: Bureau = "",
    public: Public = False,
    top: Top = 0,
    least: Least = 10,
    csv_file: Csv = None,
    xlsx_file: Xlsx = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Посчитать показатели за период поступления; все суммы сверяются.

    Код завершения: 0 – посчитано, 1 – суммы не сходятся.
    """
    from adapter.app.reporting import indicators, plans_and_facts, zone_of  # noqa: PLC0415 - heavy
    from adapter.domain.statistics import Group, Query  # noqa: PLC0415

    path = config_path(config)
    today = datetime.now(zone_of(path)).date()
    query = Query(
        first=first or (last or today).replace(day=1),
        last=last or max(first or today, today),
        groups=tuple(dict.fromkeys(Group(one) for one in by or ())),
        indicators=_indicators(name),
        region=region,
        organization_oid=organization,
        bureau_oid=bureau,
        cut_off=_moment(as_of, path),
    )
    if query.last < query.first:
        raise typer.BadParameter("конец периода раньше его начала.", param_hint="--to")
    with progress("Подсчёт", None) as step:
        if name == _PLAN_FACT:
            sheet = plans_and_facts(path, query, lambda _: step())
        else:
            best = (top, least) if top else None
            sheet = indicators(path, query, public=public, best=best, told=lambda _: step())
    sheet.write(csv_file, xlsx_file)
    return _told(sheet, query, csv_file, xlsx_file, as_json=as_json)


def names() -> int:
    """Перечислить показатели."""
    from adapter.app.reporting import NAMES  # noqa: PLC0415 - heavy, loaded where it is used

    for code, title in NAMES.items():
        out().print(Text(f"{code:4} {title}"), soft_wrap=True)
    return GOOD


def import_plans(file: PlanFile, config: ConfigFile = None) -> int:
    """Загрузить планы организаций: весь файл или ничего.

    План той же организации с того же дня заменяется.

    Код завершения: 0 – загружено, 1 – есть ошибки, 2 – не прочитано.
    """
    from adapter.app.reporting import FileFaults  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.app.reporting import import_plans as take  # noqa: PLC0415

    try:
        count = take(config_path(config), file)
    except FileFaults as error:
        err().print(Text(f"Файл {plain(str(file))} не годится:", style="red"), soft_wrap=True)
        for fault in error.faults:
            err().print(Text(f"  {plain(str(fault))}"), soft_wrap=True)
        return REFUSED
    out().print(Text(f"Загружено планов: {count}", style="green"))
    return GOOD


def _indicators(name: str) -> tuple[str, ...]:
    if name in {_ALL, _PLAN_FACT}:
        return ()
    if name == _BALANCE:
        return ("B",)
    if not _NAME.fullmatch(name):
        raise typer.BadParameter("I1 … I13, all, balance или plan-fact.", param_hint="ИМЯ")
    return (name.upper(),)


def _moment(text: str, path: Path) -> datetime | None:
    from adapter.app.reporting import zone_of  # noqa: PLC0415 - heavy, loaded where it is used

    if not text:
        return None
    if len(text) == len("2026-11-21"):
        after = read_day(text) + timedelta(days=1)
        return datetime.combine(after, time(), zone_of(path)).astimezone(UTC) - timedelta(microseconds=1)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter("день ГГГГ-ММ-ДД или время ISO 8601 с поясом.", param_hint="--as-of")
    return moment.astimezone(UTC)


def _told(sheet: Sheet, query: Query, csv_file: Path | None, xlsx_file: Path | None, *, as_json: bool) -> int:
    if as_json:
        facts = {"from": query.first.isoformat(), "to": query.last.isoformat()}
        print_json({**facts, **sheet.as_json()})
    else:
        _print(sheet)
        for written in (csv_file, xlsx_file):
            if written is not None:
                out().print(Text(f"Записано: {plain(str(written))}"), soft_wrap=True)
    for fault in sheet.faults or ():
        err().print(Text(f"Не сходится: {plain(fault)}", style="red"), soft_wrap=True)
    return REFUSED if sheet.faults else GOOD


def _print(sheet: Sheet) -> None:
    console = out()
    console.print(Text(sheet.title, style="bold"), soft_wrap=True)
    console.print(Text(f"Учтены события по {sheet.cut_off:%d.%m.%Y %H:%M %Z}", style="dim"), soft_wrap=True)
    table = Table(box=SIMPLE)
    for heading in sheet.brief_headings:
        table.add_column(heading, overflow="fold")
    for row in sheet.brief:
        table.add_row(*map(plain, row))
    console.print(table)
    if not sheet.rows:
        console.print("Нет ни одной строки.")
    elif sheet.faults == ():
        console.print(Text("Все суммы сходятся.", style="green"))
