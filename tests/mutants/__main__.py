"""``python -m tests.mutants``, which is ``make mutants``: mutate the domain, list what no test notices."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import linecache
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from tests.mutants.coverage_map import CoverageMap, measure
from tests.mutants.mutation import Mutant, mutants, mutated
from tests.mutants.trial import ARGUMENTS, TIMEOUT, Verdict, in_child, judge

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = "adapter/domain"
_FOLDERS = ("tests/unit/domain", "tests/corpus", "tests/valid_referrals")
#: Percent of mutants that have to be noticed.
_WANTED = 85
#: What every trial needs and no mutant changes, imported once and before the forks.
_SHARED = ("cryptography.x509", "hypothesis.strategies", "lxml.etree", "pydantic", "signing", "sqlalchemy")

Judged = tuple[Mutant, Verdict]


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the mutants; the exit status is 1 when fewer are killed than have to be."""
    options = _options(arguments)
    console = Console() if Console().is_terminal else Console(width=140)
    os.chdir(_ROOT)
    for name in _SHARED:
        importlib.import_module(name)
    chosen = [one for file in _files(options.only) for one in mutants(_ROOT, file)]
    whole = len(chosen)
    if options.sample and options.sample < whole:
        chosen = Random(options.seed).sample(chosen, options.sample)  # noqa: S311 - no secret
    started = time.monotonic()
    status, covered = in_child(lambda: measure(_ROOT, _PACKAGE, [*ARGUMENTS, *_FOLDERS]), 20 * TIMEOUT)
    if status:
        console.print("[red]the tests fail without any mutant[/red]")
        return 2
    console.print(
        f"{len(chosen)} of {whole} mutants; the tests took {time.monotonic() - started:.0f} s with coverage"
    )
    with ThreadPoolExecutor(options.jobs) as pool:
        run = pool.map if options.jobs > 1 else map
        results = run(lambda one: _judged(one, covered), chosen)
        judged = list(_progress(results, len(chosen), options.json, console))
    return _show(judged, time.monotonic() - started, console)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description="Mutation testing of the domain."
    )
    parser.add_argument("--only", default="*", metavar="GLOB", help="modules: 'checks/*', identifiers.py")
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="N mutants drawn at random, not all"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--jobs", type=int, default=1, help="trials at once")
    parser.add_argument(
        "--json", type=Path, default=_ROOT / "var" / "mutants.json", help="where to keep verdicts"
    )
    return parser.parse_args(arguments)


def _files(only: str) -> Iterator[str]:
    for path in sorted((_ROOT / _PACKAGE).rglob("*.py")):
        if fnmatch(str(path.relative_to(_ROOT / _PACKAGE)), only):
            yield str(path.relative_to(_ROOT))


def _judged(mutant: Mutant, covered: CoverageMap) -> Judged | None:
    text = mutated(_ROOT, mutant)
    if text is None:
        return None
    return mutant, judge(_ROOT, mutant, text, covered.tests(mutant.file, mutant.line), _FOLDERS)


def _progress(results: Iterator[Judged | None], total: int, file: Path, console: Console) -> Iterator[Judged]:
    """Pass the results on, keep each as a line of JSON, and name who survived."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as kept:
        for number, result in enumerate(results, start=1):
            if result is None:
                continue
            mutant, verdict = result
            row = {**dataclasses.asdict(mutant), **dataclasses.asdict(verdict)}
            kept.write(f"{json.dumps(row, ensure_ascii=False)}\n")
            kept.flush()
            if verdict.survived:
                console.print(f"{number}/{total} survived: {_named(mutant)}", highlight=False, soft_wrap=True)
            yield result


def _named(mutant: Mutant) -> str:
    line = linecache.getline(str(_ROOT / mutant.file), mutant.line).strip()
    operator = mutant.operator.removeprefix("core/")
    return f"{mutant.file}:{mutant.line} {operator} #{mutant.occurrence}: {line}"


def _show(judged: Sequence[Judged], seconds: float, console: Console) -> int:
    table = Table(title="mutants of adapter/domain")
    table.add_column("module")
    for name in ("mutants", "killed", "broken", "timeout", "survived", "noticed"):
        table.add_column(name, justify="right")
    for file in sorted({mutant.file for mutant, _ in judged}):
        counts = Counter(verdict.outcome for mutant, verdict in judged if mutant.file == file)
        table.add_row(file.removeprefix(f"{_PACKAGE}/"), *_cells(counts))
    table.add_section()
    counts = Counter(verdict.outcome for _, verdict in judged)
    table.add_row("all", *_cells(counts))
    console.print(table)
    console.print(f"{seconds:.0f} s; wanted: {_WANTED} % noticed")
    return 0 if _noticed(counts) >= _WANTED else 1


def _cells(counts: Counter[str]) -> list[str]:
    numbers = [counts.total(), *(counts[name] for name in ("killed", "broken", "timeout", "survived"))]
    return [*map(str, numbers), f"{_noticed(counts):.1f} %"]


def _noticed(counts: Counter[str]) -> float:
    return 100 * (1 - counts["survived"] / max(counts.total(), 1))


if __name__ == "__main__":
    sys.exit(main())
