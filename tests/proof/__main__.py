"""`python -m tests.proof kills|fuzz|soak ...`: the proof, of any size. Exit status 1: it found something."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.proof import kills
from tests.proof.house import house_in, own_postgresql
from tests.proof.kills_report import page


def main(arguments: Sequence[str]) -> int:
    """Run one part of the proof."""
    reader = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parts = reader.add_subparsers(dest="part", required=True)
    part = parts.add_parser("kills")
    part.add_argument("--kills", type=int, default=1000)
    part.add_argument("--seed", type=int, default=1)
    part.add_argument("--store", choices=("postgresql", "sqlite"), default="postgresql")
    part.add_argument("--report", type=Path)
    part.add_argument("--keep", type=Path, help="folder for the logs and the database; else they are removed")
    options = reader.parse_args(arguments)
    return _kills(options)


def _kills(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        store = stack.enter_context(own_postgresql()).url if options.store == "postgresql" else ""
        folder = options.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="adapter-proof-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        house = stack.enter_context(house_in(folder, store))
        report = kills.run(house, kills=options.kills, seed=options.seed)
    text = page(report)
    sys.stdout.write(text)
    if options.report:
        options.report.write_text(text, encoding="utf-8")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
