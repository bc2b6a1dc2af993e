"""`node list`: the processes at one database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, config_path
from adapter.cli.screen import GOOD, out, plain, print_json

if TYPE_CHECKING:
    from adapter.app.nodes import ShownNode

_STYLES = {"alive": "green", "silent": "red"}


def list_(config: ConfigFile = None, as_json: Json = False) -> int:
    """Показать процессы адаптера у базы: кто работает, молчит, остановлен, кто ведущий, что взято.

    «Молчит» – не остановлен, а вестей нет: завершился аварийно или не достаёт до базы. Взятое им другие
    возьмут не позже чем через delivery.lease_seconds.
    """
    from adapter.app.nodes import NODE_STATES, list_nodes  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.app.operating import rows_json  # noqa: PLC0415

    found = list_nodes(config_path(config))
    if as_json:
        rows = rows_json(found)
        print_json(
            [{**row, "stateName": NODE_STATES[one.state]} for row, one in zip(rows, found, strict=True)]
        )
        return GOOD
    if not found:
        out().print("Узлов нет: с этой базой ещё не работал ни один процесс.")
        return GOOD
    table = Table(
        "узел",
        "программа",
        "версия",
        "схема",
        "состояние",
        "ведущий",
        Column("доставок", justify="right"),
        Column("слышен, назад", justify="right"),
        Column("часы, с", justify="right"),
        box=SIMPLE,
    )
    for one in found:
        table.add_row(*_cells(one, NODE_STATES[one.state]))
    out().print(table)
    return GOOD


def _cells(one: ShownNode, state: str) -> tuple[str | Text, ...]:
    from adapter.app.readiness import CLOCK_TOLERANCE  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.cli.operating import span  # noqa: PLC0415

    offset = one.clock_offset_ms / 1000
    off = abs(offset) > CLOCK_TOLERANCE.total_seconds()
    return (
        plain(one.name),
        plain(one.kind),
        plain(one.version),
        plain(one.schema_known),
        Text(state, style=_STYLES.get(one.state, "dim")),
        "да" if one.leads else "",
        str(one.leases),
        span(one.heard_seconds),
        Text(f"{offset:+.1f}", style="red" if off else ""),
    )
