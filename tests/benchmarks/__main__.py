"""``python -m tests.benchmarks``, which is ``make bench``: measure and print; no time makes it fail."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from tests.benchmarks.checks import Checked, measure_checks
from tests.benchmarks.deliveries import CARGOES, DATABASES, measure_deliveries
from tests.benchmarks.delivery_report import Exchange, show_exchange
from tests.benchmarks.files import run_files
from tests.benchmarks.house import make_keys
from tests.benchmarks.in_process import NAMES, SUBMISSIONS, measure_accept, measure_bare
from tests.benchmarks.messages import LARGE, SMALL
from tests.benchmarks.one_core import measure_one_core
from tests.benchmarks.primitives import measure_against_primitives
from tests.benchmarks.processes import Served, measure_start
from tests.benchmarks.register_report import show_registers
from tests.benchmarks.registers import Registers, measure_registers
from tests.benchmarks.report import (
    Primitives,
    Report,
    as_data,
    machine,
    now,
    show,
    show_checks,
    show_one_core,
    show_primitives,
    show_stock,
)
from tests.benchmarks.signature_report import show_signatures
from tests.benchmarks.signatures import Signatures, measure_signatures
from tests.benchmarks.stock import measure_against_stock
from tests.benchmarks.trips import measure_trips

_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each thing is measured.

    Attributes:
        bare: rounds of the bare server for each size.
        checks: rounds of the checks of a referral.
        accept: submissions of each message for each kind of keys.
        primitives: submissions of each size for each kind of keys, beside their primitives.
        one_core: submissions in process, and over HTTP.
        starts: fresh interpreters.
        requests: over HTTP for each size: to floor and bare server, to the whole adapter.
        signatures: seconds for each piece of work with signatures.
        register: referrals of the large register.
        fetches: rounds of the fetch.
        delivery: rounds of each cargo.
        waiting: deliveries at the beginning of a round, by cargo.
        trips: whole trips, by how many are under way at once.
    """

    bare: dict[int, int]
    checks: int
    accept: dict[str, int]
    primitives: dict[int, int]
    one_core: int
    starts: int
    requests: dict[int, tuple[int, int]]
    signatures: float
    register: int
    fetches: int
    delivery: int
    waiting: dict[str, int]
    trips: dict[int, int]


_CARGOES = tuple(one.name for one in CARGOES)
_FULL = Plan(
    bare={SMALL: 1500, LARGE: 400},
    checks=1500,
    accept=dict(zip(SUBMISSIONS, (100, 60, 40), strict=True)),
    primitives={SMALL: 200, LARGE: 60},
    one_core=300,
    starts=5,
    requests={SMALL: (2000, 200), LARGE: (300, 30)},
    signatures=1.0,
    register=1_000_000,
    fetches=50,
    delivery=7,
    waiting=dict(zip(_CARGOES, (60, 20, 120, 40), strict=True)),
    trips={1: 40, 8: 160},
)
_QUICK = Plan(
    bare={SMALL: 300, LARGE: 60},
    checks=300,
    accept=dict(zip(SUBMISSIONS, (15, 10, 6), strict=True)),
    primitives={SMALL: 30, LARGE: 10},
    one_core=40,
    starts=3,
    requests={SMALL: (400, 40), LARGE: (60, 8)},
    signatures=0.1,
    register=20_000,
    fetches=10,
    delivery=2,
    waiting=dict(zip(_CARGOES, (15, 6, 30, 10), strict=True)),
    trips={1: 4, 8: 16},
)


def measure(plan: Plan, console: Console) -> Report:
    """Run everything once, in a temporary folder."""
    begun, load, started = now(), os.getloadavg()[0], time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="mse-bench-") as scratch, console.status("keys") as status:
        folder = Path(scratch)
        keys = folder / "keys"
        make_keys(keys)
        status.update("start in fresh interpreters")
        start = measure_start(folder, keys, plan.starts)
        status.update(f"bare server: {', '.join(NAMES.values())}")
        bare = list(measure_bare(plan.bare))
        status.update("checks of a referral")
        checked = measure_checks(plan.checks)
        accepted = list(measure_accept(folder, keys, plan.accept, status.update))
        primitives = list(measure_against_primitives(folder, keys, plan.primitives, status.update))
        status.update("stock Spyne")
        stock = measure_against_stock(folder, keys, plan.primitives[SMALL])
        status.update("one core")
        one_core = measure_one_core(folder, keys, plan.one_core)
        signatures = measure_signatures(plan.signatures, status.update)
        registers = measure_registers(folder, plan.register, plan.fetches, status.update)
        exchange = Exchange(
            measure_deliveries(folder, plan.delivery, plan.waiting, DATABASES, status.update),
            measure_trips(folder, plan.trips, DATABASES, status.update),
        )
        status.update("servers on loopback")
        memory, throughput = Served(folder, keys).measure(plan.requests)
    seconds = time.perf_counter() - started
    return Report(
        machine=machine(),
        begun=begun,
        load=load,
        seconds=seconds,
        bare=bare,
        checked=checked,
        accepted=accepted,
        primitives=primitives,
        stock=stock,
        one_core=one_core,
        start=start,
        memory=memory,
        throughput=throughput,
        signatures=signatures,
        registers=registers,
        exchange=exchange,
    )


def _measure_exchange(plan: Plan, console: Console, *, delivery: bool, trip: bool) -> Exchange:
    with tempfile.TemporaryDirectory(prefix="mse-bench-") as scratch, console.status("delivery") as status:
        folder, tell = Path(scratch), status.update
        waiting = plan.waiting if delivery else {}
        deliveries = measure_deliveries(folder, plan.delivery, waiting, DATABASES, tell)
        return Exchange(deliveries, measure_trips(folder, plan.trips, DATABASES, tell) if trip else ())


def _measure_primitives(plan: Plan) -> Primitives:
    with tempfile.TemporaryDirectory(prefix="mse-bench-") as scratch:
        keys = Path(scratch) / "keys"
        make_keys(keys)
        rows = list(measure_against_primitives(Path(scratch), keys, plan.primitives))
        stock = measure_against_stock(Path(scratch), keys, plan.primitives[SMALL])
        return Primitives(rows, stock, measure_one_core(Path(scratch), keys, plan.one_core))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Speed and memory.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a glance, not a result")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--signatures", action="store_true", help="part (c) alone")
    parser.add_argument("--checks", action="store_true", help="the checks of a referral alone")
    parser.add_argument("--accept", action="store_true", help="the accept path and its primitives alone")
    parser.add_argument("--delivery", action="store_true", help="delivery beside the emulator alone")
    parser.add_argument("--trip", action="store_true", help="the whole trip alone")
    parser.add_argument("--files", action="store_true", help="attachments in parts alone, part (g)")
    parser.add_argument("--registers", choices=("sqlite", "postgresql"), help="part (d) alone, on a database")
    parser.add_argument("--size", type=int, metavar="N", help="referrals of the large register")
    options = parser.parse_args(arguments)
    plan = _QUICK if options.quick else _FULL
    console = Console() if Console().is_terminal else Console(width=_WIDTH)
    console.print(machine(), highlight=False, soft_wrap=True)
    if options.files:
        run_files(console)
        return
    found: Report | Signatures | Checked | Registers | Primitives | Exchange
    if options.size:
        plan = replace(plan, register=options.size)
    if options.registers:
        with (
            tempfile.TemporaryDirectory(prefix="mse-bench-") as scratch,
            console.status("registers") as status,
        ):
            found = measure_registers(
                Path(scratch), plan.register, plan.fetches, status.update, options.registers
            )
        show_registers(found, console)
    elif options.accept:
        found = _measure_primitives(plan)
        show_primitives(found.rows, console)
        show_stock(found.stock, console)
        show_one_core(found.one_core, console)
    elif options.delivery or options.trip:
        found = _measure_exchange(plan, console, delivery=options.delivery, trip=options.trip)
        show_exchange(found, console)
    elif options.checks:
        found = measure_checks(plan.checks)
        show_checks(found, console)
    elif options.signatures:
        found = measure_signatures(plan.signatures)
        show_signatures(found, console)
    else:
        found = measure(plan, console)
        show(found, console)
    if not isinstance(found, Report):
        console.print(f"load average {os.getloadavg()[0]:.1f}")
    if options.json is not None:
        options.json.write_text(json.dumps(as_data(found), ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
