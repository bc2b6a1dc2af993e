"""The figures of large registers as a table."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.benchmarks.registers import FETCH_LIMIT, FETCHED, SMALL_REGISTER, Registers
from tests.benchmarks.signature_report import judged


def show_registers(found: Registers, console: Console) -> None:
    """Print part (d)."""
    table = Table(title=f"(d) a register of {found.size:,} referrals, {found.database}")
    table.add_column("what")
    for name in ("value", "target", ""):
        table.add_column(name, justify="right")
    table.add_row(f"fetch of {FETCHED} from {SMALL_REGISTER:,}", f"{found.fetch_small:.1f} ms", "", "")
    limit = f"<= {FETCH_LIMIT:g} x"
    ratio = f"{found.fetch_large:.1f} ms, {found.ratio:.2f} x"
    table.add_row(f"fetch of {FETCHED} from {found.size:,}", ratio, limit, judged(found.ratio <= FETCH_LIMIT))
    table.add_row("counting the journal of one referral", f"{found.folding:.2f} ms", "", "")
    for one in found.asked:
        wanted = "" if one.limit is None else f"<= {one.limit:g} s"
        table.add_row(f"statistics: {one.question}", f"{one.seconds:.2f} s", wanted, judged(one.met))
    console.print(table)
