"""`run`, `serve`, `work`: the programs that go on until they are told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from adapter.cli.options import ConfigFile, OnDate, config_path
from adapter.cli.screen import GOOD, out, plain

if TYPE_CHECKING:
    from adapter.app.trip import Addresses, Outcome, Step

Once = Annotated[
    bool, typer.Option("--once", metavar="", help="Завершиться после прогона.", show_default=False)
]
SemdFile = Annotated[
    Path | None,
    typer.Option("--semd", metavar="ФАЙЛ", help="Отправить этот СЭМД вместо учебного.", show_default=False),
]
_SEMD_LIMIT = 5 * 2**20
_WIDTHS = (20, 20, 28, 38)


def run(once: Once = False, on_date: OnDate = None, semd: SemdFile = None, config: ConfigFile = None) -> int:
    """Показать всё сразу: база, ключи, сервер, стенд и путь одного направления.

    Каждый шаг печатается, когда он произошёл: кто, кому, какая операция, новое состояние, миллисекунды. Затем
    программа обслуживает запросы до Ctrl-C. Исход определяют книги эмуляторов: 0 – всё сошлось, 1 – нет.
    """
    from adapter.app.recognizing import read_file  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.app.trip import run as run_demo  # noqa: PLC0415

    content = read_file(semd, _SEMD_LIMIT) if semd is not None else None
    return run_demo(
        config_path(config),
        report=_step,
        once=once,
        on_date=on_date,
        semd=content,
        ready=_ready,
        judged=lambda outcome: _judged(outcome, once=once),
    )


def serve(on_date: OnDate = None, config: ConfigFile = None) -> int:
    """Принимать запросы SOAP и проверки состояния узла; с SQLite – и доставлять."""
    from adapter.app.running import serve as start  # noqa: PLC0415 - heavy, loaded where it is used

    start(config_path(config), on_date)
    return GOOD


def work(on_date: OnDate = None, config: ConfigFile = None) -> int:
    """Доставлять принятое партнёрам (для PostgreSQL: сколько угодно таких процессов)."""
    from adapter.app.running import work as start  # noqa: PLC0415 - heavy, loaded where it is used

    start(config_path(config), on_date)
    return GOOD


def _row(*cells: str) -> str:
    return "".join(plain(cell).ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))


def _step(step: Step) -> None:
    from adapter.app.submitting import state_name  # noqa: PLC0415 - heavy, loaded where it is used

    console = out()
    line = Text(_row(step.who, step.to_whom, step.operation, state_name(step.state)))
    line.append(f"{step.milliseconds:>6}", style="dim")
    if not step.ok:
        line.stylize("red")
    console.print(line, soft_wrap=True)
    for text in step.text.splitlines():
        console.print(Text(f"    {plain(text)}", style="dim" if step.ok else "red"), soft_wrap=True)


def _ready(addresses: Addresses) -> None:
    console = out()
    console.print(f"Адаптер: {addresses.adapter}   стенд: {addresses.stand}", soft_wrap=True)
    head = Text(_row("кто", "кому", "операция", "новое состояние") + "    мс", style="bold")
    console.print(head, soft_wrap=True)


def _judged(outcome: Outcome, *, once: bool) -> None:
    console = out()
    if outcome:
        numbers = ", ".join(outcome.referral_numbers)
        text = f"Прогон завершён, книги эмуляторов сошлись. Направления: {numbers}"
        console.print(Text(text, style="green"), soft_wrap=True)
    else:
        console.print(Text("Прогон не удался:", style="bold red"))
        for one in outcome.differences:
            console.print(Text(f"  {plain(one)}", style="red"), soft_wrap=True)
    if not once:
        console.print("Обслуживание продолжается. Остановка: Ctrl-C.")
