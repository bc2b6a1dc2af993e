"""``python -m tests.mutants``, which is ``make mutants``: mutate the domain, list what no test notices."""

from __future__ import annotations

import argparse
import importlib
import linecache
import os
import pickle
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from tests.mutants.coverage_map import THOROUGH, CoverageMap, measure
from tests.mutants.mutation import Mutant, mutants, mutated
from tests.mutants.trial import ARGUMENTS, TIMEOUT, Verdict, in_child, judge
from tests.mutants.verdicts import Verdicts

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = "adapter/domain"
#: The tests of the domain, those of other floors that hold its data, and what takes long.
_FOLDERS = (
    *("tests/unit/domain", "tests/unit/reports", "tests/contract/test_form_fields.py"),
    *("tests/unit/contract/test_semd_codes.py", "tests/unit/dictionaries/test_lists.py"),
    *("tests/unit/dictionaries/test_register_lookups.py", "tests/unit/notices"),
    *THOROUGH,
)
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
    of_files = {file: list(mutants(_ROOT, file)) for file in _files(options.only)}
    chosen = list(_drawn(of_files, options))
    kept = Verdicts(options.json, _ROOT, (_PACKAGE, *_FOLDERS), quick=options.quick)
    asked = [one for one in chosen if kept.of(one) is None]
    whole = sum(map(len, of_files.values()))
    console.print(f"{len(chosen)} of {whole} mutants, verdicts kept of {len(chosen) - len(asked)}")
    started = time.monotonic()
    folders = [one for one in _FOLDERS if not (options.quick and one in THOROUGH)]
    covered = _coverage(options.json.with_suffix(".coverage"), kept.state, folders)
    if covered is None:
        console.print("[red]the tests fail without any mutant[/red]")
        return 2
    console.print(f"which test runs which line: {time.monotonic() - started:.0f} s")
    with ThreadPoolExecutor(options.jobs) as pool:
        run = pool.map if options.jobs > 1 else map
        for number, result in enumerate(run(lambda one: _judged(one, covered), asked), start=1):
            if result is not None:
                kept.keep(*result)
            if result is not None and result[1].survived:
                named = f"{number}/{len(asked)} survived: {_named(result[0])}"
                console.print(named, highlight=False, soft_wrap=True)
    judged = [(one, verdict) for one in chosen if (verdict := kept.of(one)) is not None]
    return _show(judged, time.monotonic() - started, console)


def _coverage(file: Path, state: str, folders: Sequence[str]) -> CoverageMap | None:
    """Return which tests run which lines, measured anew when code or tests have changed; None: they fail."""
    if file.exists():
        known, covered = pickle.loads(file.read_bytes())  # noqa: S301 - written below
        if known == state:
            return covered  # type: ignore[no-any-return]
    status, covered = in_child(lambda: measure(_ROOT, _PACKAGE, [*ARGUMENTS, *folders]), 20 * TIMEOUT)
    if status:
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps((state, covered)))
    return covered  # type: ignore[no-any-return]


def _drawn(of_files: Mapping[str, Sequence[Mutant]], options: argparse.Namespace) -> Iterator[Mutant]:
    """Yield the mutants to judge: all, a number of all, or a number of each module."""
    if options.each:
        for file, found in of_files.items():
            draw = Random(f"{options.seed} {file}")  # noqa: S311 - no secret
            yield from draw.sample(found, min(options.each, len(found)))
        return
    found = [one for ones in of_files.values() for one in ones]
    draw = Random(options.seed)  # noqa: S311
    yield from draw.sample(found, min(options.sample, len(found))) if options.sample else found


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description="Mutation testing of the domain."
    )
    parser.add_argument("--only", default="*", metavar="GLOBS", help="modules: 'checks/*,state*.py'")
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="N mutants drawn at random, not all"
    )
    parser.add_argument("--each", type=int, default=0, metavar="N", help="N mutants of each module")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument(
        "--quick", action="store_true", help="without corpus and right referrals: too many survive"
    )
    parser.add_argument("--jobs", type=int, default=1, help="trials at once")
    parser.add_argument(
        "--json", type=Path, default=_ROOT / "var" / "mutants.jsonl", help="verdicts, kept for the next run"
    )
    return parser.parse_args(arguments)


def _files(only: str) -> Iterator[str]:
    for path in sorted((_ROOT / _PACKAGE).rglob("*.py")):
        name = str(path.relative_to(_ROOT / _PACKAGE))
        if any(fnmatch(name, one) for one in only.split(",")):
            yield str(path.relative_to(_ROOT))


def _judged(mutant: Mutant, covered: CoverageMap) -> Judged | None:
    text = mutated(_ROOT, mutant)
    if text is None:
        return None
    return mutant, judge(_ROOT, mutant, text, covered.tests(mutant.file, mutant.line))


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
