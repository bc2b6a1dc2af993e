"""The hospital's own virus scanner, started for each attached file (error MSE-4009).

The configured command is started without a shell. The file comes on standard input; the answer is the exit
status, as `clamscan` and `clamdscan` have it: 0 clean, 1 infected, any other: could not be checked. Other
products take a script of a few lines. Output is thrown away, for it may name files or people.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from adapter.operations.context import ScanResult
from adapter.operations.spool import Content, on_descriptor

_log = logging.getLogger(__name__)
_RESULTS = {0: ScanResult.CLEAN, 1: ScanResult.INFECTED}


class VirusScanner:
    """Asks the command about one file at a time; threads may use it at once.

    Args:
        command: the program and its arguments.
        timeout: the longest a check may take, in seconds; then the program and its children are killed.
    """

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self._command = tuple(command)
        self._timeout = timeout

    def __call__(self, content: Content) -> ScanResult:
        """Tell what the scanner says of a file; it never raises."""
        try:
            status = self._run(content)
        except subprocess.TimeoutExpired:
            _log.error("virus scanner: no answer in %g s", self._timeout)
            return ScanResult.UNKNOWN
        except (OSError, ValueError) as error:
            _log.error("virus scanner: does not start, %s", type(error).__name__)
            return ScanResult.UNKNOWN
        if status not in _RESULTS:
            _log.error("virus scanner: exit status %d", status)
        return _RESULTS.get(status, ScanResult.UNKNOWN)

    def _run(self, content: Content) -> int:
        with on_descriptor(content) as source:
            process = subprocess.Popen(  # noqa: S603 - the operator's own command, no shell
                self._command,
                stdin=source,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            return process.wait(self._timeout)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
