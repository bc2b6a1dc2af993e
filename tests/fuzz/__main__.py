"""Fuzz the readers of foreign signatures: `python -m tests.fuzz [-runs=N] [--only NAME] [...]`.

Needs atheris. Options of libFuzzer (`-runs=N`, `-max_total_time=SECONDS`, ...) are passed on to each target;
without a bound each runs for a minute. What is found stays in `var/fuzz/NAME`, and the exit status is 1 then.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parents[2] / "var" / "fuzz"
_BOUNDS = ("-runs=", "-max_total_time=")
_SECONDS = 60
_LONGEST = 65_536


def main(arguments: Sequence[str]) -> int:
    """Fuzz every target in a process of its own, or be that process."""
    reader = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    reader.add_argument("--only", default="", help="one target")
    reader.add_argument("--inside", default="", help=argparse.SUPPRESS)
    options, passed = reader.parse_known_args(arguments)
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["signing"]):
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
    if not any(one.startswith(_BOUNDS) for one in passed):
        passed.append(f"-max_total_time={_SECONDS}")
    if options.inside:
        (target,) = [one for one in targets if one.name == options.inside]
        folder = _seeded(target.name, target.seeds())
        bounds = [f"-max_len={_LONGEST}", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]
        atheris.Setup(
            [sys.argv[0], *bounds, f"-artifact_prefix={folder}/found-", *passed, f"{folder}/corpus"],
            target.run,
        )
        atheris.Fuzz()
    failed = []
    for target in targets:
        if options.only in ("", target.name):
            sys.stdout.write(f"== {target.name}\n")
            sys.stdout.flush()
            command = [sys.executable, "-m", "tests.fuzz", "--inside", target.name, *passed]
            failed += [target.name] if subprocess.run(command, check=False).returncode else []
    sys.stdout.write(f"found something in: {', '.join(failed)}\n" if failed else "nothing found\n")
    return 1 if failed else 0


def _seeded(name: str, seeds: Sequence[bytes]) -> Path:
    """The folder of a target, with good octets to begin with."""
    folder = _FOLDER / name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / "corpus" / f"seed-{number}").write_bytes(seed)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
