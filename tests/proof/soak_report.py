"""The page of a soak."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.proof.kills_report import machine
from tests.proof.samples import creep
from tests.proof.soak import AGE, HANDLES, MEMORY, Report

_MIB = 2**20
_ROWS = 12


def page(report: Report) -> str:
    """Return the page, Markdown."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    proof, found = report.proof, list(report.findings())
    yield f"## {proof.store}, seed {proof.seed}"
    yield ""
    yield f"{proof.seconds / 60:.1f} min on {machine()}."
    yield ""
    yield f"- accepted referrals: {proof.accepted}; journal: {proof.journal}"
    faults = ", ".join(f"{name}: {count}" for name, count in sorted(report.faults.items()))
    yield f"- faults: {faults}"
    yield f"- findings: {len(found)}"
    yield from (f"  - {one}" for one in found[:50])
    for node, samples in report.nodes.items():
        memory, handles = creep([one.memory for one in samples]), creep([one.handles for one in samples])
        yield (
            f"- {node}: the last third is above the second by {memory / _MIB:.1f} MiB"
            f" (bound {MEMORY // _MIB}) and {handles:.0f} files and sockets (bound {HANDLES})"
        )
    oldest = max(one.age for one in report.queue)
    yield f"- the longest that anything was due: {oldest:.1f} s (bound {AGE:.0f} in the last third)"
    yield ""
    names = list(report.nodes)
    heads = " | ".join(f"{one}, MiB | {one}, files" for one in names)
    yield f"| minute | {heads} | due | oldest, s |"
    yield "| ---: |" + " ---: |" * (2 * len(names) + 2)
    for place in _places(len(report.queue)):
        queue = report.queue[place]
        cells = [f"{queue.at / 60:.1f}"]
        for samples in report.nodes.values():
            one = min(samples, key=lambda sample: abs(sample.at - queue.at))
            cells += [f"{one.memory / _MIB:.0f}", str(one.handles)]
        yield "| " + " | ".join([*cells, str(queue.waiting), f"{queue.age:.1f}"]) + " |"


def _places(count: int) -> Sequence[int]:
    """Return the places of some samples at even distances, the last one among them."""
    rows = min(_ROWS, count)
    return [round(number * (count - 1) / max(1, rows - 1)) for number in range(rows)]
