"""Part (c) as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from tests.benchmarks.gost import WANTED, Row
from tests.benchmarks.rivals import INSTALL
from tests.benchmarks.signatures import WANTED as WANTED_TIMES
from tests.benchmarks.signatures import Compared, Signatures, Timed


def show_signatures(found: Signatures, console: Console) -> None:
    """Print part (c)."""
    console.print(_xml(found.xml))
    console.print(_rivals(found.xml))
    if found.xmlsec:
        console.print(f"python-xmlsec {found.xmlsec}", highlight=False)
    else:
        console.print(f"[red]python-xmlsec is not installed, so not measured: {INSTALL}[/red]")
    console.print(_others(found.others))
    console.print(_gost(found.gost))


def judged(met: bool | None) -> str:
    """Return a verdict in colour; nothing without a target."""
    if met is None:
        return ""
    return "[green]met[/green]" if met else "[red]missed[/red]"


def _xml(rows: Sequence[Timed]) -> Table:
    table = _table(
        "(c) signatures; floor: parse, c14n, digest, one operation with the key, serialize when signing",
        ("message", "what", "key"),
        ("floor ms", "ours ms", "x floor", "target", ""),
    )
    for one in _by_message(rows, table):
        table.add_row(one.size, one.operation, one.key, *_own(one))
    return table


def _rivals(rows: Sequence[Timed]) -> Table:
    numbers = [f"{name}{end}" for name in WANTED_TIMES for end in (" ms", " x ours", " target", "")]
    table = _table(
        "(c) other libraries; neither reads a chain, neither of them knows GOST",
        ("message", "what", "key"),
        ("ours ms", *(text if " " in text else "" for text in numbers)),
    )
    for one in _by_message([row for row in rows if row.rivals], table):
        rivals = [text for name in WANTED_TIMES for text in _rival(one.rivals.get(name))]
        table.add_row(one.size, one.operation, one.key, f"{one.ours.p50:.3f}", *rivals)
    return table


def _by_message(rows: Sequence[Timed], table: Table) -> Iterator[Timed]:
    for size in dict.fromkeys(one.size for one in rows):
        yield from (row for row in rows if row.size == size)
        table.add_section()


def _others(rows: Sequence[Timed]) -> Table:
    table = _table(
        "(c) other formats; the floor has no transform of SMEV and no certificate",
        ("what", "key", "size"),
        ("floor ms", "ours ms", "x floor", "target", ""),
    )
    for one in sorted(rows, key=lambda row: row.operation):
        table.add_row(one.operation, one.key, one.size, *_own(one))
    return table


def _gost(rows: Sequence[Row]) -> Table:
    table = _table(
        "(c) GOST beside bare calls of the same library",
        ("what",),
        ("ours/s", "bare/s", "x bare", "target", ""),
    )
    for row in rows:
        numbers = f"{row.ours:,.0f}", f"{row.bare:,.0f}", f"{row.ratio:.2f}", f">= {WANTED}"
        table.add_row(row.name, *numbers, judged(row.met))
    return table


def _table(title: str, texts: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=title)
    for name in texts:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _own(one: Timed) -> Iterator[str]:
    figure = one.ours
    yield f"{one.floor_ms:.3f}"
    yield f"{figure.p50:.3f}"
    yield f"{figure.ratio:.2f}"
    yield "" if figure.limit is None else f"<= {figure.limit}"
    yield judged(figure.met)


def _rival(found: Compared | None) -> tuple[str, str, str, str]:
    if found is None:
        return "-", "", "", ""
    return f"{found.p50:.2f}", f"{found.times:.2f}", f">= {found.wanted}", judged(found.met)
