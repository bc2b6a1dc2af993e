"""What is in a PDF, asked of processes of their own: a hostile file costs one of them, never the server.

A process has little memory (`pdf_reader`) and a few seconds for a file; what takes longer is too hard.
"""

from __future__ import annotations

import atexit
import logging
import queue
import socket
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from pathlib import Path

from adapter.operations.pdf_reader import LENGTH_BYTES, TOO_HARD
from adapter.operations.spool import Content, digest_of, on_descriptor, size_of

_log = logging.getLogger(__name__)
_SCRIPT = Path(__file__).with_name("pdf_reader.py")
#: Seconds for one file, the wait for a free process not counted.
SECONDS = 5.0
_PROCESSES = 2
_REMEMBERED = 512


class _Reader:
    """A reader process and the socket over which it gets descriptors of files and gives its answers."""

    def __init__(self) -> None:
        self._socket, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", str(_SCRIPT)],
                stdin=other.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def runs(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def ask(self, content: Content) -> bytes | None:
        """Give it a file to read and wait for its line; None when it has ended meanwhile."""
        with on_descriptor(content) as descriptor:
            socket.send_fds(self._socket, [size_of(content).to_bytes(LENGTH_BYTES, "big")], [descriptor])
        line = bytearray()
        while not line.endswith(b"\n"):
            piece = self._socket.recv(64)
            if not piece:
                return None
            line += piece
        return bytes(line)

    def kill(self) -> None:
        """End it."""
        self._process.kill()

    def wait(self) -> None:
        """Wait for its end."""
        self._process.wait()

    def close(self) -> None:
        """End it and let go of it."""
        self.kill()
        self.wait()
        self._socket.close()


class PdfExaminer:
    """Asks reader processes, at most two at once; they start when first needed and end with this process."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._free: queue.LifoQueue[_Reader | None] = queue.LifoQueue()
        for _ in range(_PROCESSES):
            self._free.put(None)
        self._answers: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, content: Content) -> tuple[str, ...]:
        """Return the words of `pdf_reader` about a file; the same file is read once."""
        key = digest_of(content)
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
                reader = self._free.get_nowait()
            except queue.Empty:
                return
            if reader is not None:
                reader.close()
            self._free.put(None)

    def _asked(self, content: Content) -> tuple[str, ...]:
        reader = self._free.get()
        try:
            if reader is not None and not reader.runs():
                reader.close()
                reader = None
            reader = reader or _Reader()
            answer = _exchange(reader, content, self._seconds)
            if answer is None:
                _log.warning("a PDF of %d bytes was too hard to read in time", size_of(content))
                reader.close()
                reader = None
                return (TOO_HARD,)
            return tuple(answer.decode("ascii").split())
        finally:
            self._free.put(reader)


def _exchange(reader: _Reader, content: Content, seconds: float) -> bytes | None:
    """Have a file read; None when the process ended or did not answer in time."""
    size = size_of(content)
    killer = threading.Timer(seconds + size / 10_000_000, reader.kill)
    killer.start()
    began = time.monotonic()
    try:
        return reader.ask(content)
    except OSError:
        return None
    finally:
        killer.cancel()
        _log.debug("a PDF of %d bytes took %.3f s", size, time.monotonic() - began)


#: The examiner that all files of this process share.
examine_pdf = PdfExaminer()
atexit.register(examine_pdf.close)
