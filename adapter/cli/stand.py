"""`stand`: run the emulators, have them misbehave, read their books."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, OnDate, config_path
from adapter.cli.screen import GOOD, REFUSED, err, out, plain, print_json

HELP = "Стенд: запустить эмуляторы партнёров, назначить им сбои, посмотреть их книги. Без команды – запуск."
MISBEHAVE_HELP = "Сбои по заказу: что бывает, что назначено, назначить, отменить."

Name = Annotated[str, typer.Argument(metavar="СБОЙ", help="Имя из stand misbehave names.")]
Number = Annotated[int | None, typer.Argument(metavar="НОМЕР", help="Номер из stand misbehave list.")]
Partner = Annotated[
    str,
    typer.Option(
        "--partner",
        metavar="ПАРТНЁР",
        help="remd, bureau-push, fund, follower, mis, mis-other, bureau; * – все.",
    ),
]
Operation = Annotated[
    str, typer.Option("--operation", metavar="ОПЕРАЦИЯ", help="Операция контракта; * – любая.")
]
Next = Annotated[
    int | None,
    typer.Option("--next", metavar="ЧИСЛО", min=1, help="Только следующие столько раз.", show_default=False),
]
Every = Annotated[
    int | None, typer.Option("--every", metavar="ЧИСЛО", min=1, help="Каждый такой раз.", show_default=False)
]
Probability = Annotated[
    float | None,
    typer.Option("--probability", metavar="ДОЛЯ", min=0, max=1, help="С вероятностью.", show_default=False),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", metavar="ЧИСЛО", min=0, help="Зерно случайности.", show_default=False),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter", metavar="ИМЯ=ЗНАЧЕНИЕ", help="Параметр сбоя; можно повторять.", show_default=False
    ),
]


def group(context: typer.Context, on_date: OnDate = None, config: ConfigFile = None) -> int:
    """Стенд: запустить эмуляторы партнёров, назначить им сбои, посмотреть их книги. Без команды – запуск."""
    return run(on_date, config) if context.invoked_subcommand is None else GOOD


def run(on_date: OnDate = None, config: ConfigFile = None) -> int:
    """Запустить стенд: эмуляторы РЭМД, бюро, ФОМС, получателя новостей и МИС."""
    from adapter.app.trip import stand as start  # noqa: PLC0415 - heavy, loaded where it is used

    start(config_path(config), on_date)
    return GOOD


def names(as_json: Json = False) -> int:
    """Показать, какие сбои бывают: имя, направление, у кого, что происходит, параметры."""
    from adapter.app import standing  # noqa: PLC0415 - heavy, loaded where it is used

    rows = standing.names()
    if as_json:
        print_json(rows)
        return GOOD
    for row in rows:
        head = Text(row["name"], style="bold").append(
            f"  {row['way']}: {', '.join(row['partners'])}", style="dim"
        )
        out().print(head, soft_wrap=True)
        out().print(Text(f"    {row['meaning']}"), soft_wrap=True)
        for one in row["parameters"]:
            line = f"    {one['name']} – {one['meaning']} (по умолчанию {_shown(one['default'])})"
            out().print(Text(line, style="dim"), soft_wrap=True)
    return GOOD


def list_(config: ConfigFile = None, as_json: Json = False) -> int:
    """Показать сбои, назначенные работающему стенду, и сколько раз они произошли."""
    from adapter.app import standing  # noqa: PLC0415 - heavy, loaded where it is used

    rows = standing.orders(config_path(config))
    if as_json:
        print_json(rows)
        return GOOD
    if not rows:
        out().print("Сбоев не назначено.")
        return GOOD
    table = Table("номер", "сбой", "у кого", "операция", "когда", "произошло", "осталось", box=SIMPLE)
    for row in rows:
        left = "до отмены" if row["left"] is None else str(row["left"])
        cells = (
            row["id"],
            row["misbehaviour"],
            row["partner"],
            row["operation"],
            _when(row),
            row["done"],
            left,
        )
        table.add_row(*(plain(str(cell)) for cell in cells))
    out().print(table)
    return GOOD


def set_(
    misbehaviour: Name,
    partner: Partner = "*",
    operation: Operation = "*",
    next_: Next = None,
    every: Every = None,
    probability: Probability = None,
    seed: Seed = None,
    parameter: Parameters = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Назначить сбой работающему стенду; без --next, --every, --probability – каждый раз, до отмены.

    Код завершения: 0 – назначен, 1 – такого сбоя быть не может, 2 – стенд не отвечает.
    """
    from adapter.app import standing  # noqa: PLC0415 - heavy, loaded where it is used

    values: dict[str, object] = {}
    for one in parameter or ():
        name, sign, text = one.partition("=")
        if not sign:
            raise typer.BadParameter("нужно ИМЯ=ЗНАЧЕНИЕ.", param_hint="--parameter")
        values[name] = standing.value_of(misbehaviour, name, text)
    order: dict[str, Any] = {
        "misbehaviour": misbehaviour,
        "partner": partner,
        "operation": operation,
        "next": next_,
        "every": every,
        "probability": probability,
        "seed": seed,
        "parameters": values,
    }
    try:
        given = standing.give(
            config_path(config), {key: one for key, one in order.items() if one is not None}
        )
    except standing.OrderError as error:
        return _refused(error)
    if as_json:
        print_json(given)
    else:
        out().print(f"Назначено, номер {given['id']}: {given['misbehaviour']}, {_when(given)}.")
    return GOOD


def clear(number: Number = None, partner: Partner = "", config: ConfigFile = None) -> int:
    """Отменить сбой с номером, все сбои партнёра или все вообще."""
    from adapter.app import standing  # noqa: PLC0415 - heavy, loaded where it is used

    try:
        gone = standing.cancel(config_path(config), number, partner)
    except standing.OrderError as error:
        return _refused(error)
    out().print(f"Отменено: {gone}.")
    return GOOD


def books(config: ConfigFile = None, as_json: Json = False) -> int:
    """Показать книги эмуляторов: сколько сообщений получено, сколько подействовало, сколько – дважды.

    Код завершения: 0 – ничего дважды, 1 – что-то подействовало дважды, 2 – стенд не отвечает.
    """
    from adapter.app import standing  # noqa: PLC0415 - heavy, loaded where it is used

    rows = standing.books(config_path(config))
    if as_json:
        print_json(rows)
    else:
        table = Table("книга", "получено", "подействовало", "дважды", box=SIMPLE)
        for name, row in rows.items():
            table.add_row(plain(name), str(row["received"]), str(row["effects"]), str(row["doubles"]))
        out().print(table)
    return REFUSED if any(row["doubles"] for row in rows.values()) else GOOD


def _when(row: dict[str, Any]) -> str:
    parts = [
        f"следующие {row['next']}" if row["next"] is not None else "",
        f"каждый {row['every']}-й раз" if row["every"] is not None else "",
        f"с вероятностью {row['probability']}" if row["probability"] is not None else "",
    ]
    return ", ".join(part for part in parts if part) or "каждый раз"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value != "" else "пусто"


def _refused(error: Exception) -> int:
    err().print(Text(f"Стенд не принял: {plain(str(error))}.", style="red"), soft_wrap=True)
    return REFUSED
