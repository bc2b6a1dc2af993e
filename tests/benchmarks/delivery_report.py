"""Delivery and the whole trip as Markdown, as `docs/performance.md` shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console

from tests.benchmarks.deliveries import WANTED, Delivered
from tests.benchmarks.trips import POLL_SECONDS, Trips

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """Delivery, the whole trip, or both, measured alone."""

    deliveries: Sequence[Delivered] = ()
    trips: Sequence[Trips] = ()


def show_exchange(found: Exchange, console: Console) -> None:
    """Print what was measured."""
    for lines in (_deliveries(found.deliveries), _trips(found.trips)):
        for line in lines:
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _deliveries(rows: Sequence[Delivered]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield (
        "| database | what | bytes sent | adapter | emulator alone | ratio | target | "
        "| of the processor, ms: adapter | database | client alone | emulator | ratio of it |"
    )
    yield f"| --- | --- {'| ---: ' * 5}| --- {'| ---: ' * 5}|"
    for one in rows:
        yield (
            f"| {NAMES[one.database]} | {one.cargo} | {one.message_bytes:,} | {one.per_second:.0f}/s"
            f" | {one.alone:.0f}/s | **{one.ratio:.2f}** | {WANTED} | {_judged(one)} | {one.ours_ms:.1f}"
            f" | {one.database_ms:.1f} | {one.client_ms:.1f} | {one.emulator_ms:.1f}"
            f" | {one.of_processor:.2f} |"
        )
    yield f"\nworkers, and threads that post: {rows[0].workers}; deliveries of a kind: {rows[0].deliveries}"


def _trips(rows: Sequence[Trips]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield (
        "| database | under way | trips a second | p50 ms | p99 ms | of the processor, ms: adapter "
        "| database | partners | a second and core | partners alone | ratio |"
    )
    yield f"| --- {'| ---: ' * 10}|"
    for one in rows:
        yield (
            f"| {NAMES[one.database]} | {one.under_way} | {one.per_second:.1f} | {one.p50:.0f}"
            f" | {one.p99:.0f} | {one.adapter_ms:.0f} | {one.database_ms:.0f} | {one.emulators_ms:.0f}"
            f" | **{one.per_core:.1f}** | {one.alone:.1f} | **{one.ratio:.2f}** |"
        )
    yield f"\npolls: one each {POLL_SECONDS:g} s; trips: {', '.join(str(one.trips) for one in rows)}"


def _judged(one: Delivered) -> str:
    return "met" if one.met else "**missed**"
