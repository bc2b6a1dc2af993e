"""``python -m tests.benchmarks``, which is ``make bench``: measure and print; no time makes it fail."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from tests.benchmarks.checks import Checked, measure_checks
from tests.benchmarks.house import make_keys
from tests.benchmarks.in_process import NAMES, SUBMISSIONS, measure_accept, measure_bare
from tests.benchmarks.messages import LARGE, SMALL
from tests.benchmarks.processes import Served, measure_start
from tests.benchmarks.report import Report, as_data, machine, now, show, show_checks
from tests.benchmarks.signature_report import show_signatures
from tests.benchmarks.signatures import Signatures, measure_signatures

_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each thing is measured.

    Attributes:
        bare: rounds of the bare server for each size.
        checks: rounds of the checks of a referral.
        accept: submissions of each message for each kind of keys.
        starts: fresh interpreters.
        requests: over HTTP for each size: to floor and bare server, to the whole adapter.
        signatures: seconds for each piece of work with signatures.
    """

    bare: dict[int, int]
    checks: int
    accept: dict[str, int]
    starts: int
    requests: dict[int, tuple[int, int]]
    signatures: float


_FULL = Plan(
    bare={SMALL: 1500, LARGE: 400},
    checks=1500,
    accept=dict(zip(SUBMISSIONS, (100, 60, 40), strict=True)),
    starts=5,
    requests={SMALL: (2000, 200), LARGE: (300, 30)},
    signatures=1.0,
)
_QUICK = Plan(
    bare={SMALL: 300, LARGE: 60},
    checks=300,
    accept=dict(zip(SUBMISSIONS, (15, 10, 6), strict=True)),
    starts=3,
    requests={SMALL: (400, 40), LARGE: (60, 8)},
    signatures=0.1,
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
        signatures = measure_signatures(plan.signatures, status.update)
        status.update("servers on loopback")
        memory, throughput = Served(folder, keys).measure(plan.requests)
    seconds = time.perf_counter() - started
    return Report(
        machine(), begun, load, seconds, bare, checked, accepted, start, memory, throughput, signatures
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Speed and memory.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a glance, not a result")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--signatures", action="store_true", help="part (c) alone")
    parser.add_argument("--checks", action="store_true", help="the checks of a referral alone")
    options = parser.parse_args(arguments)
    plan = _QUICK if options.quick else _FULL
    console = Console() if Console().is_terminal else Console(width=_WIDTH)
    console.print(machine(), highlight=False, soft_wrap=True)
    found: Report | Signatures | Checked
    if options.checks:
        found = measure_checks(plan.checks)
        show_checks(found, console)
    elif options.signatures:
        found = measure_signatures(plan.signatures)
        show_signatures(found, console)
    else:
        found = measure(plan, console)
        show(found, console)
    if options.checks or options.signatures:
        console.print(f"load average {os.getloadavg()[0]:.1f}")
    if options.json is not None:
        options.json.write_text(json.dumps(as_data(found), ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
