"""The partners of the benchmarks: the stand in a process and on a core of its own, told what to do by lines.

It is told by JSON on its standard input and answers each line with one; it ends when nothing more is to come.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adapter.app.composition import utc_now
from adapter.stand.stand import Stand, StandSettings
from tests.benchmarks.house import ROOT
from tests.benchmarks.trip_partners import Travel, travel

_STOP_SECONDS = 15.0
_STANDS = 2
_NEVER = 1e6


class Emulators:
    """The process as its parent sees it.

    Attributes:
        urls: base addresses of the partners' services: of the adapter's, and of others just like them.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.urls = tuple(str(one) for one in self._read()["urls"])

    def processor_seconds(self) -> float:
        """Return what the process has taken of the processor so far, seconds."""
        return float(self._ask({"what": "processor"})["seconds"])

    def travel(self, trips: int, under_way: int) -> Travel:
        """Let the first partners make trips against the adapter that they were told of.

        Raises:
            RuntimeError: A trip did not come to its end.
        """
        return Travel(**self._ask({"what": "travel", "trips": trips, "under_way": under_way}))

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None:
            raise TypeError("the process has no input")
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._read()
        if "error" in answer:
            raise RuntimeError(str(answer["error"]))
        return answer

    def _read(self) -> dict[str, Any]:
        if self._process.stdout is None:
            raise TypeError("the process has no output")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the emulators have ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def emulators(keys: Path, adapter_url: str, core: int, *, calls_back: bool = False) -> Iterator[Emulators]:
    """Run the partners of an adapter on a core.

    Args:
        keys: of the demo.
        adapter_url: base address of the adapter.
        core: on which they run.
        calls_back: РЭМД asks for files and tells verdicts; else it accepts and stays silent.
    """
    command = [sys.executable, "-m", "tests.benchmarks.emulators"]
    command += [str(keys), adapter_url, str(core), str(int(calls_back))]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Emulators(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(_STOP_SECONDS)
            finally:
                process.kill()


def main(keys: Path, adapter_url: str, core: int, *, calls_back: bool) -> None:
    """Be the partners until there is nothing more to do."""
    os.sched_setaffinity(0, {core})
    settings = StandSettings(
        keys=keys,
        adapter_url=adapter_url,
        adapter_certificate=keys / "adapter.cert.pem",
        clock=utc_now,
        port=0,
        callback_delay=0.0 if calls_back else _NEVER,
    )
    stands = [Stand(settings) for _ in range(_STANDS)]
    for one in stands:
        one.start()
    try:
        _tell({"urls": [one.url for one in stands]})
        for line in sys.stdin:
            _tell(_done(stands[0], json.loads(line)))
    finally:
        for one in stands:
            one.stop()


def _done(stand: Stand, question: dict[str, Any]) -> dict[str, Any]:
    match question:
        case {"what": "processor"}:
            return {"seconds": time.process_time()}
        case {"what": "travel", "trips": trips, "under_way": under_way}:
            try:
                return travel(stand, trips, under_way).as_data()
            except Exception as error:  # noqa: BLE001 - edge of the process: the parent has to know
                return {"error": f"{type(error).__name__}: {error}"}
    return {"error": "no such question"}


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), calls_back=sys.argv[4] == "1")
