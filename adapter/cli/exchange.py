"""`submit` and `status`: one call to the adapter, in the name of a system of the stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, OnDate, config_path, read_url
from adapter.cli.screen import (
    GOOD,
    REFUSED,
    UNREADABLE,
    out,
    plain,
    print_errors,
    print_json,
    print_notes,
    progress,
)

if TYPE_CHECKING:
    from adapter.app.submitting import Status, Submitted

T = TypeVar("T")

To = Annotated[
    str | None,
    typer.Option(
        "--to",
        parser=read_url,
        metavar="URL",
        help="Адрес адаптера. Без параметра – из настройки.",
        show_default=False,
    ),
]
AsSystem = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="КОД",
        help="От имени какой системы стенда. Без параметра – первой МИС из настройки.",
        show_default=False,
    ),
]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        metavar="ИМЯ",
        help="Ключ из папки стенда, которым подписать неподписанное; можно повторять.",
        show_default=False,
    ),
]


ReceiptFile = Annotated[
    Path | None,
    typer.Option(
        "--receipt",
        metavar="ФАЙЛ",
        help="Куда сохранить квитанцию; готовый файл не заменяется.",
        show_default=False,
    ),
]


def submit(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Документ или конверт SOAP.")],
    key: Keys = None,
    to: To = None,
    as_system: AsSystem = "",
    on_date: OnDate = None,
    receipt: ReceiptFile = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Отправить документ в адаптер и показать квитанцию или ошибки.

    Неподписанное направление подписывается названными ключами: автора, председателя и членов комиссии и
    печатью организации.
    С --on-date отвечает адаптер внутри этой программы, его часы стоят на этом дне; сервер не нужен.
    """
    from adapter.app import submitting  # noqa: PLC0415 - heavy, loaded where it is used

    def send() -> Submitted:
        return submitting.submit(
            file,
            config_path=config_path(config),
            keys=key or (),
            to=to or "",
            system_code=as_system,
            on_date=on_date,
            receipt_file=receipt,
        )

    answer = _checked(send)
    if as_json:
        print_json(answer.as_json())
    else:
        _show_submitted(answer)
    return _status_of(good=answer.accepted, answered=answer.answered)


def status(
    number: Annotated[str, typer.Argument(metavar="НОМЕР", help="Номер направления из квитанции.")],
    to: To = None,
    as_system: AsSystem = "",
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Показать состояние направления и его историю."""
    from adapter.app import submitting  # noqa: PLC0415 - heavy, loaded where it is used

    def ask() -> Status:
        return submitting.ask_status(
            number, config_path=config_path(config), to=to or "", system_code=as_system
        )

    found = _checked(ask)
    if as_json:
        print_json(found.as_json())
    else:
        _show_status(found)
    return _status_of(good=found.answer is not None, answered=found.answered)


def _status_of(*, good: bool, answered: bool) -> int:
    if not answered:
        return UNREADABLE
    return GOOD if good else REFUSED


def _checked(work: Callable[[], T]) -> T:
    """Run the work; what is wrong with the command becomes a usage error."""
    from adapter.app.submitting import WrongUse  # noqa: PLC0415 - heavy, loaded where it is used

    try:
        with progress("Обмен с адаптером", None):
            return work()
    except WrongUse as error:
        raise typer.BadParameter(str(error), param_hint=error.parameter) from None


def _show_submitted(answer: Submitted) -> None:
    console = out()
    receipt = answer.receipt
    if receipt is not None:
        rows = {
            "номер направления": receipt.referral_number,
            "получено": _moment(receipt.received_at, answer.zone),
            "состояние": _state(receipt.state),
            "версия": str(receipt.version_number),
            "SHA-256 полученного": receipt.content_hash,
        }
        if receipt.deadline is not None:
            rows["срок"] = f"{_moment(receipt.deadline.until, answer.zone)} ({receipt.deadline.code})"
        console.print(Text("Принято, квитанция подписана адаптером", style="bold green"))
        for name, value in rows.items():
            console.print(f"  {name}: {plain(value)}", soft_wrap=True)
    elif answer.accepted:
        console.print(Text("Проверено, ошибок нет; ничего не сохранено", style="bold green"))
    elif answer.answered:
        console.print(Text(f"Отказ, замечаний: {len(answer.errors)}", style="bold red"))
    print_errors(console, answer.errors)
    print_notes(console, answer.notes)


def _show_status(found: Status) -> None:
    console, answer = out(), found.answer
    print_errors(console, found.errors)
    print_notes(console, found.notes)
    if answer is None:
        return
    head = f"{answer.referral_number}: {_state(answer.state)} с {_moment(answer.since, found.zone)}"
    console.print(Text(plain(head), style="bold"), soft_wrap=True)
    if answer.deadline is not None:
        console.print(f"срок: {_moment(answer.deadline.until, found.zone)} ({answer.deadline.code})")
    if answer.registration_number:
        console.print(f"номер в бюро: {plain(answer.registration_number)}")
    if answer.emdr_id:
        console.print(f"номер в РЭМД: {plain(answer.emdr_id)}")
    table = Table(Column("№"), Column("время", no_wrap=True), box=SIMPLE)
    for title in ("событие", "новое состояние", "кто", "пояснение"):
        table.add_column(title, overflow="fold")
    for row in answer.history:
        moment, state = _moment(row.at, found.zone), _state(row.to) if row.to else ""
        cells = (str(row.number), moment, row.event, state, row.actor, row.explanation or "")
        table.add_row(*(Text(plain(cell)) for cell in cells))
    console.print(table)


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M:%S}"


def _state(code: str) -> str:
    from adapter.app.submitting import state_name  # noqa: PLC0415 - loaded already by the command

    return state_name(code)
