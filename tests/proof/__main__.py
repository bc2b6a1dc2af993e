"""`python -m tests.proof kills|fuzz|soak|all ...`: the proof, of any size. Exit status 1: findings."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from adapter.stand.actors import make_keys
from storage import upgrade
from tests.integration.operations.gateway import Gateway
from tests.proof import fuzz, fuzz_report, kills, kills_report, soak, soak_report
from tests.proof.house import House, house_in, own_postgresql

#: The full size: kills on PostgreSQL (so many that each of the 29 named steps has its thirty) and on SQLite,
#: envelopes, minutes of soak.
KILLS, KILLS_ALONE, CASES, MINUTES = 1300, 300, 200_000, 60.0


def main(arguments: Sequence[str]) -> int:
    """Run one part of the proof, or all of them."""
    options = _reader().parse_args(arguments)
    run = {"kills": _kills, "fuzz": _fuzz, "soak": _soak, "all": _all}[options.part]
    return run(options)


def _reader() -> argparse.ArgumentParser:
    reader = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parts = reader.add_subparsers(dest="part", required=True)
    part = parts.add_parser("kills", help="nodes killed at every named boundary, under traffic")
    part.add_argument("--kills", type=int, default=KILLS)
    part.add_argument("--store", choices=("postgresql", "sqlite"), default="postgresql")
    _common(part, 120.0)
    part = parts.add_parser("fuzz", help="broken envelopes")
    part.add_argument("--cases", type=int, default=CASES)
    part.add_argument("--only", type=int, help="the number of one case, its answer is written out")
    _common(part, 600.0)
    part = parts.add_parser("soak", help="hours of mixed load with faults on")
    _common(part, MINUTES)
    part = parts.add_parser("all", help="everything, one after the other")
    part.add_argument("--size", type=float, default=1.0, help="part of the full size")
    part.add_argument("--seed", type=int, default=1)
    part.add_argument("--report", type=Path, help="folder for the pages")
    return reader


def _common(part: argparse.ArgumentParser, minutes: float) -> None:
    part.add_argument("--seed", type=int, default=1)
    part.add_argument("--minutes", type=float, default=minutes, help="the longest run")
    part.add_argument("--report", type=Path, help="file for the page")
    part.add_argument("--keep", type=Path, help="folder for logs and database; else they are removed")


@contextmanager
def _house(options: argparse.Namespace, store: str) -> Iterator[House]:
    with ExitStack() as stack:
        url = stack.enter_context(own_postgresql()).url if store == "postgresql" else ""
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="proof-")))
        folder.mkdir(parents=True, exist_ok=True)
        yield stack.enter_context(house_in(folder, url))


def _kills(options: argparse.Namespace) -> int:
    with _house(options, options.store) as house:
        seconds = options.minutes * 60
        report = kills.run(house, kills=options.kills, seed=options.seed, seconds=seconds)
    _show(kills_report.page(report), options.report)
    return 1 if report.findings else 0


def _fuzz(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="proof-")))
        url = f"sqlite:///{folder / 'adapter.db'}"
        (folder / "house").mkdir(parents=True)
        make_keys(folder / "keys")
        upgrade(url)
        gateway = Gateway(folder / "house", folder / "keys", url)
        stack.callback(gateway.close)
        seconds = options.minutes * 60
        report = fuzz.run(gateway, cases=options.cases, seed=options.seed, only=options.only, seconds=seconds)
    if options.only is not None:
        _show("\n".join([*report.answers, *(one.what for one in report.findings), ""]), options.report)
        return 1 if report.findings else 0
    _show(fuzz_report.page(report), options.report)
    return 1 if report.findings or report.growth >= fuzz.GROWTH else 0


def _soak(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        server = stack.enter_context(own_postgresql())
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="proof-")))
        folder.mkdir(parents=True, exist_ok=True)
        house = stack.enter_context(house_in(folder, server.url))
        report = soak.Soak(house, server, minutes=options.minutes, seed=options.seed).run(options.seed)
    _show(soak_report.page(report), options.report)
    return 1 if list(report.findings()) else 0


def _all(options: argparse.Namespace) -> int:
    size, seed = options.size, str(options.seed)
    parts = {
        "kills-postgresql": ["kills", "--kills", str(round(KILLS * size) or 1)],
        "kills-sqlite": ["kills", "--store", "sqlite", "--kills", str(round(KILLS_ALONE * size) or 1)],
        "fuzz": ["fuzz", "--cases", str(round(CASES * size) or 1)],
        "soak": ["soak", "--minutes", str(max(1.0, MINUTES * size))],
    }
    failed = []
    for name, part in parts.items():
        page = ["--report", str(options.report / f"{name}.md")] if options.report else []
        failed += [name] if main([*part, "--seed", seed, *page]) else []
    sys.stdout.write(f"findings in: {', '.join(failed)}\n" if failed else "no findings\n")
    return 1 if failed else 0


def _show(page: str, file: Path | None) -> None:
    sys.stdout.write(page)
    sys.stdout.flush()
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
