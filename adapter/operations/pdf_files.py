"""What is in a PDF, asked of processes of their own: a hostile file costs one of them, never the server.

A process has little memory (`pdf_reader`) and a few seconds for a file; what takes longer is too hard.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import queue
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from pathlib import Path

from adapter.operations.pdf_reader import TOO_HARD

_log = logging.getLogger(__name__)
_SCRIPT = Path(__file__).with_name("pdf_reader.py")
#: Seconds for one file, the wait for a free process not counted.
SECONDS = 5.0
_PROCESSES = 2
_REMEMBERED = 512


class PdfExaminer:
    """Asks reader processes, at most two at once; they start when first needed and end with this process."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._free: queue.LifoQueue[subprocess.Popen[bytes] | None] = queue.LifoQueue()
        for _ in range(_PROCESSES):
            self._free.put(None)
        self._answers: OrderedDict[bytes, tuple[str, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, content: bytes) -> tuple[str, ...]:
        """Return the words of `pdf_reader` about a file; the same file is read once."""
        key = hashlib.sha256(content).digest()
        with self._lock:
            known = self._answers.get(key)
        if known is not None:
            return known
        found = self._asked(content)
        if TOO_HARD in found:  # a busy machine may be the reason: another try may end well
            return found
        with self._lock:
            self._answers[key] = found
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        return found

    def close(self) -> None:
        """End the processes that nobody uses now."""
        for _ in range(_PROCESSES):
            try:
                process = self._free.get_nowait()
            except queue.Empty:
                return
            _end(process)
            self._free.put(None)

    def _asked(self, content: bytes) -> tuple[str, ...]:
        process = self._free.get()
        try:
            if process is None or process.poll() is not None:
                _end(process)
                process = _started()
            answer = _exchange(process, content, self._seconds)
            if answer is None:
                _log.warning("a PDF of %d bytes was too hard to read in time", len(content))
                _end(process)
                process = None
                return (TOO_HARD,)
            return tuple(answer.decode("ascii").split())
        finally:
            self._free.put(process)


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", str(_SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    )


def _exchange(process: subprocess.Popen[bytes], content: bytes, seconds: float) -> bytes | None:
    """Send a file and wait for its line; None when the process ended or did not answer in time."""
    source, answers = process.stdin, process.stdout
    if source is None or answers is None:
        return None
    killer = threading.Timer(seconds + len(content) / 10_000_000, process.kill)
    killer.start()
    began = time.monotonic()
    try:
        view = memoryview(len(content).to_bytes(8, "big") + content)
        while view:
            view = view[source.write(view) :]
        line = bytearray()
        while not line.endswith(b"\n"):
            piece = answers.read(64)
            if not piece:
                return None
            line += piece
        return bytes(line)
    except OSError:
        return None
    finally:
        killer.cancel()
        _log.debug("a PDF of %d bytes took %.3f s", len(content), time.monotonic() - began)


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


#: The examiner that all files of this process share.
examine_pdf = PdfExaminer()
atexit.register(examine_pdf.close)
