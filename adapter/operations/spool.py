"""Contents of files while a request is answered: small ones in memory, large ones in a file without a name.

A large file is never whole in memory: it is copied from the parts of its upload to a temporary file piece by
piece, hashed on the way, and everybody who looks at it reads it from there. That file has no name in any
folder: it is nobody else's to open, and it ends with this process, however that ends.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from storage import StoreError

#: Bytes that are read or written at once.
PIECE = 1 << 20
#: Bytes of the uploads of one request that stay in memory; what is above it goes to files.
MEMORY = 1 << 20


@dataclass(frozen=True, slots=True)
class Spooled:
    """A content in a temporary file; may be read by threads at once, as long as its request lasts.

    Attributes:
        size: bytes.
        sha256: hex, of the bytes that were written.
    """

    size: int
    sha256: str
    file: BinaryIO = field(repr=False)

    def at(self, offset: int, length: int) -> bytes:
        """Return up to so many bytes from an offset; fewer at the end.

        Raises:
            StoreError: they cannot be read.
        """
        wanted = max(0, min(length, self.size - offset))
        try:
            found = os.pread(self.file.fileno(), wanted, offset)
        except (OSError, ValueError) as error:
            raise _failed(error) from None
        if len(found) != wanted:
            raise StoreError("a temporary file is shorter than it was written")
        return found

    def pieces(self, length: int = PIECE) -> Iterator[bytes]:
        """Give the bytes in order, in pieces of one length but for the last.

        Raises:
            StoreError: they cannot be read.
        """
        for offset in range(0, self.size, length):
            yield self.at(offset, length)


Content: TypeAlias = bytes | Spooled


class Spool:
    """The contents of the uploads of one request; closed when it is answered.

    Args:
        folder: where temporary files are made; None: where the system has its own.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._memory = MEMORY
        self._files = ExitStack()

    def keep(self, pieces: Iterable[bytes], size: int) -> Content:
        """Take the bytes of a file of so many bytes; in memory while there is room for all of them.

        Raises:
            StoreError: the temporary file cannot be written: no room, no folder, no right.
        """
        if size <= self._memory:
            self._memory -= size
            return b"".join(pieces)
        digest, written = hashlib.sha256(), 0
        try:
            file = self._files.enter_context(_nameless(self._folder))
            for piece in pieces:
                digest.update(piece)
                rest = memoryview(piece)
                while rest:
                    rest = rest[file.write(rest) :]
                written += len(piece)
        except OSError as error:
            raise _failed(error) from None
        return Spooled(written, digest.hexdigest(), file)

    def close(self) -> None:
        """Give memory and disk back; what was kept cannot be read any more."""
        self._files.close()


def usable(folder: Path | None) -> bool:
    """Tell whether a temporary file can be written."""
    try:
        with _nameless(folder) as file:
            return file.write(b"x") == 1
    except OSError:
        return False


def _nameless(folder: Path | None) -> BinaryIO:
    """Make a temporary file that stands in no folder.

    Raises:
        OSError: it cannot be made.
    """
    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return cast("BinaryIO", tempfile.TemporaryFile(dir=folder, buffering=0))


def size_of(content: Content) -> int:
    """Return how many bytes a content has."""
    return len(content) if isinstance(content, bytes) else content.size


def digest_of(content: Content) -> str:
    """Return the SHA-256 of a content, hex."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.sha256


def head_of(content: Content, length: int) -> bytes:
    """Return up to so many bytes of the beginning."""
    return content[:length] if isinstance(content, bytes) else content.at(0, length)


def pieces_of(content: Content) -> Iterator[bytes]:
    """Give the bytes in order, one piece in memory at a time."""
    return iter((content,)) if isinstance(content, bytes) else content.pieces()


def whole(content: Content) -> bytes:
    """Return all bytes in memory: for what is known to be small."""
    return content if isinstance(content, bytes) else content.at(0, content.size)


def holds(content: Content, word: bytes) -> bool:
    """Tell whether some bytes stand anywhere in a content, also across the border of two pieces."""
    tail = b""
    for piece in pieces_of(content):
        if word in piece or word in tail + piece[: len(word)]:
            return True
        tail = (tail + piece)[-len(word) :]
    return False


def opened(content: Content) -> BinaryIO:
    """Open a content as a file of its own position."""
    if isinstance(content, bytes):
        return io.BytesIO(content)
    return cast("BinaryIO", io.BufferedReader(_Reading(content), 64 * 1024))


@contextmanager
def on_descriptor(content: Content) -> Iterator[int]:
    """Give a descriptor at the beginning of a content, for another process to read.

    Raises:
        OSError: there is none to be had.
    """
    if isinstance(content, bytes):
        with open(os.memfd_create("file"), "w+b", buffering=0) as source:  # noqa: PTH123 - it has no path
            rest = memoryview(content)
            while rest:
                rest = rest[source.write(rest) :]
            with _reopened(source.fileno()) as reader:
                yield reader
        return
    with _reopened(content.file.fileno()) as reader:
        yield reader


def _failed(error: OSError | ValueError) -> StoreError:
    """Return the error of a disk without the path that it may carry: the request may be sent again."""
    cause = error.strerror if isinstance(error, OSError) else None
    return StoreError(f"temporary file: {cause or type(error).__name__}")


@contextmanager
def _reopened(descriptor: int) -> Iterator[int]:
    """Give the same file read-only, with a position of its own."""
    reader = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield reader
    finally:
        os.close(reader)


class _Reading(io.RawIOBase):
    """Reads a spooled content as a file."""

    def __init__(self, content: Spooled) -> None:
        self._content = content
        self._position = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it has a position."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._content.size}[whence]
        if begin + offset < 0:
            raise ValueError("before the beginning")
        self._position = begin + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer what comes next."""
        found = self._content.at(self._position, len(buffer))
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)
