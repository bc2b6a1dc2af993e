"""The page of a run of kills."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator

from tests.proof.boundaries import ALL, ANY_MOMENT
from tests.proof.kills import Report


def machine() -> str:
    """Return what the run had: cores, memory, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, Python {platform.python_version()}"


def page(report: Report) -> str:
    """Return the page, Markdown."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    total = sum(report.kills.values())
    yield f"## {report.store}, seed {report.seed}"
    yield ""
    yield f"{total} kills in {report.seconds / 60:.1f} min on {machine()}."
    yield ""
    yield f"- accepted referrals: {report.accepted}"
    asked = report.asked
    yield (
        f"- requests of МИС, bureau and РЭМД: {asked['asked']}; repeated because unanswered:"
        f" {asked['repeated']}; asked once more after the answer, same answer: {asked['asked again']}"
    )
    yield f"- journal: {report.journal}"
    yield (
        f"- the longest time that a lease of a dead node had run out and nobody had taken it over:"
        f" {report.overdue:.1f} s; that nobody led: {report.leaderless:.1f} s"
    )
    yield f"- findings (lost, doubled, held, broken): {len(report.findings)}"
    yield from (f"  - {one}" for one in report.findings[:50])
    yield ""
    yield "| boundary | lives that passed it | lives that ended at it |"
    yield "| --- | ---: | ---: |"
    for name in (*ALL, ANY_MOMENT):
        passed = report.seen[name] if name in ALL else "–"
        yield f"| {name} | {passed} | {report.kills[name]} |"
