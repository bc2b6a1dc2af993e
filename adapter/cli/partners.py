"""`partner list`, `remd errors`: how it stands with the partners, what the codes of РЭМД mean."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text

from adapter.cli.operating import moment
from adapter.cli.options import ConfigFile, Json, config_path
from adapter.cli.screen import GOOD, UNREADABLE, err, out, plain, print_json
from adapter.domain.remd_errors import REMD_ERRORS, RemdError, find

Mnemonic = Annotated[
    str | None,
    typer.Argument(metavar="КОД", help="Мнемоника из ответа РЭМД, например NO_SNILS.", show_default=False),
]

_COLUMNS = (
    *("система", "состояние", "неудач подряд", "с", "не раньше", "причина"),
    *("идёт", "ждёт", "не доставлено"),
)


def list_(config: ConfigFile = None, as_json: Json = False) -> int:
    """Показать, вызываются ли партнёры, с какого времени нет и почему, сколько для них ждёт."""
    from adapter.app.operating import list_partners, rows_json  # noqa: PLC0415 - heavy
    from adapter.operations.partner_health import BREAKER_STATES  # noqa: PLC0415 - heavy

    rows = list_partners(config_path(config))
    if as_json:
        print_json(rows_json(rows))
        return GOOD
    table = Table(*map(Column, _COLUMNS), box=SIMPLE, caption="время – UTC", caption_justify="left")
    for one in rows:
        limit = f" из {one.concurrency}" if one.concurrency else ""
        table.add_row(
            plain(one.code),
            BREAKER_STATES.get(one.state, one.state),
            str(one.failures),
            moment(one.opened_at) if one.opened_at else "",
            moment(one.next_probe_at) if one.next_probe_at else "",
            plain(one.reason),
            f"{one.in_flight}{limit}",
            str(one.waiting),
            str(one.dead),
        )
    out().print(table)
    return GOOD


def errors(mnemonic: Mnemonic = None, as_json: Json = False) -> int:
    """Объяснить коды ошибок РЭМД: что значит, кто действует, поможет ли повтор и когда.

    Код завершения: 0 – показано, 2 – такого кода нет.
    """
    found = list(REMD_ERRORS.values()) if mnemonic is None else [find(mnemonic)]
    rows = [one for one in found if one is not None]
    if as_json:
        print_json([_json(one) for one in rows])
    elif mnemonic is None:
        table = Table("№", "код", "что значит", "кто действует", "повтор", "ждать, с", box=SIMPLE)
        for one in rows:
            wait = f"{one.wait:g}" if one.wait else ""
            cells = (str(one.number), one.mnemonic, one.meaning, str(one.fixer), str(one.resend), wait)
            table.add_row(*cells)
        out().print(table)
    else:
        for one in rows:
            _print(one)
    if rows:
        return GOOD
    if as_json:
        return UNREADABLE
    text = f"Кода {plain(mnemonic or '')} нет в справочнике РЭМД 1.2.643.5.1.13.13.99.2.305."
    err().print(Text(text, style="red"), soft_wrap=True)
    return UNREADABLE


def _print(one: RemdError) -> None:
    wait = f" Сообщение отправится снова само, не раньше чем через {one.wait:g} с." if one.wait else ""
    lines = (
        f"{one.mnemonic} (№ {one.number}): {one.meaning}.",
        f"Действует: {one.fixer}.",
        f"Повтор: {one.resend}.{wait}",
        f"Что делать: {one.advice}",
    )
    for line in lines:
        out().print(Text(line), soft_wrap=True)


def _json(one: RemdError) -> dict[str, Any]:
    return {**asdict(one), "fixer": one.fixer.name, "resend": one.resend.name}
