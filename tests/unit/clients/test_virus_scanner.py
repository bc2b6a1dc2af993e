"""The external virus scanner: what its exit status, its silence and its absence mean."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from adapter.clients.virus_scanner import VirusScanner
from adapter.operations.context import ScanResult
from adapter.operations.spool import Spool

#: Exit status 1 for a file with the mark in it, as clamdscan has it.
_LOOKS = "import sys; sys.exit(b'EVIL' in sys.stdin.buffer.read())"


def python(code: str, timeout: float = 30.0) -> VirusScanner:
    """Return a scanner that is a line of Python."""
    return VirusScanner([sys.executable, "-S", "-c", code], timeout)


def test_the_exit_status_is_the_answer() -> None:
    """The whole file reaches the program; 0 is clean, 1 is infected."""
    scan = python(_LOOKS)
    assert scan(bytes(300_000)) is ScanResult.CLEAN
    assert scan(bytes(300_000) + b"EVIL") is ScanResult.INFECTED


def test_a_large_file_reaches_the_program_whole(tmp_path: Path) -> None:
    """A file that lies on the disk is read from its beginning to its last byte, each time anew."""
    scan = python(_LOOKS)
    with closing(Spool(tmp_path)) as spool:
        good, evil = (spool.keep(iter((bytes(2 << 20), end)), (2 << 20) + 4) for end in (b"GOOD", b"EVIL"))
        assert scan(good) is ScanResult.CLEAN
        assert [scan(evil), scan(evil)] == [ScanResult.INFECTED] * 2


@pytest.mark.parametrize("status", [2, 50, 255])
def test_any_other_status_means_that_nobody_looked(status: int) -> None:
    """A scanner that failed has not called the file clean."""
    assert python(f"import sys; sys.exit({status})")(b"x") is ScanResult.UNKNOWN


def test_a_scanner_that_is_not_there_has_not_looked(tmp_path: Path) -> None:
    """A program that cannot be started raises nothing and calls nothing clean."""
    assert VirusScanner([str(tmp_path / "none")], 5)(b"x") is ScanResult.UNKNOWN


def test_a_silent_scanner_is_stopped_with_its_children(tmp_path: Path) -> None:
    """After its time the program is killed, and so is what it started."""
    child = tmp_path / "child"
    code = (
        "import os, pathlib, signal\n"
        f"pid = os.fork()\npathlib.Path({str(child)!r}).write_text(str(pid)) if pid else None\nsignal.pause()"
    )
    assert python(code, 2.0)(b"x") is ScanResult.UNKNOWN
    ends = time.monotonic() + 30
    while _runs(int(child.read_text())):  # the kernel ends it in its own time
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_nothing_of_the_file_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What the program prints, which may name people, goes nowhere."""
    with caplog.at_level(logging.DEBUG):
        python("import sys; print('Иванов'); sys.stderr.write('Иванов'); sys.exit(9)")(b"x")
    assert caplog.messages == ["virus scanner: exit status 9"]


def _runs(pid: int) -> bool:
    """Tell whether a process still runs; one that waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
