"""`remd held list`, `remd held close`: what РЭМД told of documents that nobody here knows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from adapter.cli.operating import Limit, OfPartner, Reason, age, checked_reason, table_of
from adapter.cli.options import ConfigFile, Json, config_path
from adapter.cli.screen import GOOD, UNREADABLE, out, plain, print_json

Events = Annotated[list[str], typer.Argument(metavar="ЗАПИСЬ...", help="Идентификаторы из remd held list.")]


def list_(
    partner: OfPartner = None, limit: Limit = 100, config: ConfigFile = None, as_json: Json = False
) -> int:
    """Показать, что РЭМД прислал о документах, которых здесь нет: решения, извещения, файлы.

    Всё это хранится и применяется само, если документ появится.
    """
    from adapter.app.kept_events import kept_json, list_kept  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.operations.kept_events import KINDS  # noqa: PLC0415 - heavy, loaded where it is used

    found = list_kept(config_path(config), partner, limit)
    if as_json:
        print_json(kept_json(found))
        return GOOD
    if not found:
        out().print("Ничего не хранится.")
        return GOOD
    now = datetime.now(UTC)
    table = table_of(
        "запись",
        "система",
        "что",
        "документ",
        "номер в РЭМД",
        "связан с",
        "сообщение",
        "коды",
        ("возраст", "right"),
    )
    for one in found:
        cells = (
            one.id,
            one.system,
            KINDS[one.kind],
            one.local_uid,
            one.emdr_id,
            one.target,
            one.message_id,
            ", ".join(one.codes),
        )
        table.add_row(*map(plain, cells), age(now, one.received_at))
    out().print(table)
    return GOOD


def close(events: Events, reason: Reason = "", config: ConfigFile = None, as_json: Json = False) -> int:
    """Закрыть присланное РЭМД о документах, которых здесь не будет: оно больше не хранится и не применится.

    Код завершения: 0 – всё закрыто, 2 – какой-то записи нет.
    """
    from adapter.app.kept_events import close_all  # noqa: PLC0415 - heavy, loaded where it is used

    outcomes = close_all(config_path(config), events, checked_reason(reason))
    if as_json:
        print_json([asdict(one) for one in outcomes])
    else:
        for one in outcomes:
            style, text = ("green", "закрыто") if one.done else ("red", "такой записи нет")
            out().print(Text(f"{plain(one.id)}: {text}", style=style), soft_wrap=True)
    return GOOD if all(one.done for one in outcomes) else UNREADABLE
