"""The figures as tables and as JSON."""

from __future__ import annotations

import dataclasses
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree
from rich.console import Console
from rich.table import Table

from tests.benchmarks.checks import Checked
from tests.benchmarks.delivery_report import Exchange, show_exchange
from tests.benchmarks.figures import Figure
from tests.benchmarks.in_process import Accepted, Bare
from tests.benchmarks.one_core import WANTED as SHARE
from tests.benchmarks.one_core import OneCore
from tests.benchmarks.primitives import PARTS, AgainstPrimitives
from tests.benchmarks.processes import IDLE_LIMIT_MB, START_LIMIT_SECONDS, Memory, Start, Throughput
from tests.benchmarks.register_report import show_registers
from tests.benchmarks.registers import Registers
from tests.benchmarks.signature_report import judged, show_signatures
from tests.benchmarks.signatures import Signatures
from tests.benchmarks.stages import STAGES
from tests.benchmarks.stock import WANTED, AgainstStock

#: Load average above which other work has taken part of the processor.
BUSY = 0.7


@dataclass(frozen=True, slots=True)
class Primitives:
    """The accept path beside its primitives and beside stock Spyne, alone."""

    rows: Sequence[AgainstPrimitives]
    stock: AgainstStock
    one_core: OneCore | None


@dataclass(frozen=True, slots=True)
class Report:
    """One run; `load` is the load average of the minute before it."""

    machine: str
    begun: str
    load: float
    seconds: float
    bare: Sequence[Bare]
    checked: Checked
    accepted: Sequence[Accepted]
    primitives: Sequence[AgainstPrimitives]
    stock: AgainstStock
    one_core: OneCore | None
    start: Start
    memory: Memory
    throughput: Sequence[Throughput]
    signatures: Signatures
    registers: Registers
    exchange: Exchange


def machine() -> str:
    """Return processor, cores, Python and lxml in one line."""
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [one for one in info.read_text(encoding="utf-8").splitlines() if one.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    libxml2 = ".".join(str(one) for one in etree.LIBXML_VERSION)
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, lxml {etree.__version__}, libxml2 {libxml2}"
    )


def now() -> str:
    """Return the present moment, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def as_data(report: Report | Signatures | Checked | Registers | Primitives | Exchange) -> dict[str, object]:
    """Return a run as plain data."""
    return dataclasses.asdict(report)


def show(report: Report, console: Console) -> None:
    """Print a run."""
    console.print(_bare(report.bare))
    show_checks(report.checked, console)
    for size in dict.fromkeys(one.size for one in report.accepted):
        console.print(_accepted([one for one in report.accepted if one.size == size]))
    show_primitives(report.primitives, console)
    show_stock(report.stock, console)
    show_one_core(report.one_core, console)
    show_signatures(report.signatures, console)
    show_registers(report.registers, console)
    show_exchange(report.exchange, console)
    console.print(_processes(report.start, report.memory))
    console.print(_throughput(report.throughput))
    if report.load > BUSY:
        console.print("[red]the machine was busy with other work: long calls look slower than they are[/red]")
    console.print(f"[dim]begun {report.begun}, {report.seconds:.0f} s, load before {report.load:.1f}[/dim]")


def _bare(rows: Sequence[Bare]) -> Table:
    table = Table(title="(a) the bare hardened server; floor: lxml parse and compiled XSD, unsigned message")
    table.add_column("message")
    table.add_column("what")
    for name in ("p50 ms", "p99 ms", "x floor", "target", ""):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(f"{row.size}, {row.message_bytes} bytes", "floor", f"{row.floor_ms:.3f}", "", "1.00")
        for name, one in row.figures.items():
            table.add_row("", name, *_times(one), f"<= {one.limit}", judged(one.met))
        table.add_section()
    return table


def show_checks(checked: Checked, console: Console) -> None:
    """Print what the checks of a referral take."""
    table = Table(title="the rules of a full referral; floor: lxml parse and compiled XSD of the document")
    table.add_column("what")
    for name in ("p50 ms", "p99 ms", "x floor", "target", ""):
        table.add_column(name, justify="right")
    table.add_row(f"floor, {checked.document_bytes} bytes", f"{checked.floor_ms:.3f}", "", "1.00")
    for name, one in checked.figures.items():
        target = "" if one.limit is None else f"<= {one.limit}"
        named = f"{name}, {checked.rules} rules" if one.limit is not None else name
        table.add_row(named, *_times(one), target, judged(one.met))
    console.print(table)


def _accepted(kinds: Sequence[Accepted]) -> Table:
    first = kinds[0]
    table = Table(
        title=f"(b) the accept path: {first.size} and signatures, {first.message_bytes} bytes, "
        f"floor {first.floor_ms:.3f} ms"
    )
    table.add_column("stage")
    for one in kinds:
        for name in ("p50 ms", "p99 ms", "x floor"):
            table.add_column(f"{one.key_kind.upper()}\n{name}", justify="right")
    for stage in STAGES:
        if any(one.stages[stage].p50 >= 0.001 for one in kinds):
            table.add_row(stage, *(text for one in kinds for text in _times(one.stages[stage])))
    table.add_section()
    table.add_row("[bold]whole[/bold]", *(text for one in kinds for text in _times(one.whole)))
    return table


def show_primitives(rows: Sequence[AgainstPrimitives], console: Console) -> None:
    """Print the accept path beside the sum of its primitives."""
    table = Table(title="the accept path beside the sum of its bare primitives; p50, milliseconds")
    table.add_column("what")
    for one in rows:
        table.add_column(f"{one.size}\n{one.key_kind.upper()}", justify="right")
    for name in PARTS:
        table.add_row(name, *(f"{one.parts[name]:.3f}" for one in rows))
    table.add_section()
    table.add_row("sum of primitives", *(f"{one.primitives_ms:.3f}" for one in rows))
    table.add_row("accept path", *(f"{one.whole.p50:.3f}" for one in rows))
    table.add_row("p99", *(f"{one.whole.p99:.3f}" for one in rows))
    table.add_row("accept path, processor", *(f"{one.of_processor.p50:.3f}" for one in rows))
    table.add_section()
    table.add_row("x primitives", *(f"{one.whole.ratio:.2f}" for one in rows))
    table.add_row("x primitives, processor", *(f"{one.of_processor.ratio:.2f}" for one in rows))
    table.add_row("target", *(f"<= {one.whole.limit}" for one in rows))
    table.add_row("", *(judged(one.whole.met) for one in rows))
    console.print(table)


def show_stock(one: AgainstStock, console: Console) -> None:
    """Print the accept path beside stock Spyne, which verifies and keeps nothing."""
    console.print(
        f"stock Spyne 2.14, models and lxml validation, {one.document_bytes} bytes: {one.stock_ms:.2f} ms of"
        f" the processor; the adapter, RSA in and P-256 out, signatures and store: {one.ours_ms:.2f} ms;"
        f" referrals for one of stock's: {one.ratio:.2f} (wanted {WANTED}: {judged(one.met)})",
        highlight=False,
    )


def show_one_core(one: OneCore | None, console: Console) -> None:
    """Print the rate over HTTP beside that in process, both on one core."""
    if one is None:
        console.print("one core: HTTP beside in process was not measured")
        return
    console.print(
        f"one core, 16 KB, referrals per second: {one.in_process:.0f} in process, {one.http:.0f} over HTTP"
        f" (p99 {one.p99:.0f} ms): {one.ratio:.2f} x (wanted {SHARE}: {judged(one.met)})",
        highlight=False,
    )


def _processes(start: Start, memory: Memory) -> Table:
    table = Table(title="start and memory")
    table.add_column("what")
    for name in ("value", "target", ""):
        table.add_column(name, justify="right")
    started, idle = start.whole <= START_LIMIT_SECONDS, memory.idle <= IDLE_LIMIT_MB
    limit = f"<= {START_LIMIT_SECONDS} s"
    table.add_row("import and build, fresh interpreter", f"{start.whole:.2f} s", limit, judged(started))
    table.add_row("  of it: import", f"{start.importing:.2f} s", "", "")
    table.add_row("  of it: build", f"{start.building:.2f} s", "", "")
    table.add_row("serve: from start to first answer", f"{memory.answering:.2f} s", "", "")
    table.add_row(
        f"serve: idle memory (PSS of {memory.processes} processes)",
        f"{memory.idle:.0f} MB",
        f"<= {IDLE_LIMIT_MB:.0f} MB",
        judged(idle),
    )
    table.add_row("serve: memory after the requests below", f"{memory.after_load:.0f} MB", "", "")
    table.caption = f"heavy libraries loaded by import and build: {', '.join(start.loaded)}"
    return table


def _throughput(rows: Sequence[Throughput]) -> Table:
    table = Table(title="HTTP on loopback: one worker, 8 threads, 8 clients on the same cores; RSA keys")
    for name in ("message", "server"):
        table.add_column(name)
    for name in ("requests", "req/s", "x floor", "p50 ms", "p99 ms"):
        table.add_column(name, justify="right")
    for size in dict.fromkeys(one.size for one in rows):
        for one in (row for row in rows if row.size == size):
            table.add_row(
                f"{one.size}, {one.message_bytes} bytes",
                one.server,
                str(one.requests),
                f"{one.per_second:.0f}",
                f"{one.ratio:.2f}",
                f"{one.p50:.1f}",
                f"{one.p99:.1f}",
            )
        table.add_section()
    return table


def _times(one: Figure) -> tuple[str, str, str]:
    return f"{one.p50:.3f}", f"{one.p99:.3f}", f"{one.ratio:.2f}"
