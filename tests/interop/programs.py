"""Run a foreign program for a bounded time; what it started ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_CODE_TIMEOUT = 124
_CODE_MISSING = 127


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: exit status (124: out of time, 127: not there), what it said."""

    code: int
    output: str
    errors: str

    def last_words(self, count: int = 3) -> str:
        """Return the last lines of what it complained about."""
        lines = [one.strip() for one in (self.errors or self.output).splitlines() if one.strip()]
        return " / ".join(lines[-count:])[:600]


def run(
    command: Sequence[str], folder: Path, seconds: float, extra: Mapping[str, str] | None = None
) -> Finished:
    """Run a program to its end.

    Args:
        command: program and arguments.
        folder: to run in.
        seconds: after which it is killed, with everything in its process group.
        extra: variables added to the environment.
    """
    environment = {**os.environ, **(extra or {})}
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except FileNotFoundError:
        return Finished(_CODE_MISSING, "", f"{command[0]}: not found")
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        return Finished(_CODE_TIMEOUT, output, f"{errors}\nout of time: {seconds:g} s")
    return Finished(process.returncode, output, errors)
