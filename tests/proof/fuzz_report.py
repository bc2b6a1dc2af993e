"""The page of a run of broken envelopes."""

from __future__ import annotations

from collections.abc import Iterator

from tests.proof.fuzz import GROWTH, Report
from tests.proof.kills_report import machine

_MIB = 2**20


def page(report: Report) -> str:
    """Return the page, Markdown."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"## {report.cases} envelopes, seed {report.seed}"
    yield ""
    rate = report.cases / max(report.seconds, 0.001)
    yield f"{report.seconds / 60:.1f} min ({rate:.0f} a second) on {machine()}."
    yield ""
    yield f"- findings: {len(report.findings)}"
    yield from (
        f"  - case {one.case}: {one.what} ({', '.join(one.sent.changes)})" for one in report.findings[:50]
    )
    shown = report.sizes[:: max(1, len(report.sizes) // 16)]
    sizes = ", ".join(f"{one / _MIB:.0f}" for one in shown)
    yield (
        f"- resident memory at even distances, MiB: {sizes}; the last quarter is {report.growth / _MIB:.1f}"
        f" above the second (bound {GROWTH // _MIB})"
    )
    yield ""
    yield "| change | times |"
    yield "| --- | ---: |"
    yield from (f"| {name.strip('_')} | {count} |" for name, count in sorted(report.changes.items()))
    yield ""
    yield "| answer: HTTP status, codes (the first three) | times |"
    yield "| --- | ---: |"
    common = report.answers.most_common(40)
    yield from (f"| {name.strip()} | {count} |" for name, count in common)
    yield f"| other | {sum(report.answers.values()) - sum(count for _, count in common)} |"
