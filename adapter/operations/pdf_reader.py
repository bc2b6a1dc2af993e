"""Reads foreign PDF in a process of its own, with little memory: what of it is active or encrypted.

Run as a script, it imports nothing of ours. Its standard input is a local socket: each message is eight bytes
of length with the descriptor of a file, which is read where it lies, never whole. It answers with one line:
the words found, separated by blanks; an empty line: all is well.
"""

from __future__ import annotations

import io
import os
import re
import socket
from collections.abc import Iterator
from typing import Any, BinaryIO

#: The words of an answer.
ENCRYPTED, ACTIVE, UNREADABLE, TOO_HARD = "encrypted", "active", "unreadable", "too-hard"

_MEMORY = 1 << 30
_BUFFER = 64 * 1024
_OBJECTS = 200_000
_DEPTH = 100
#: Bytes of the length of a file in a message.
LENGTH_BYTES = 8
#: Bytes that are searched at once, and how far two pieces overlap: more than any word with all its escapes.
_WINDOW, _OVERLAP = 1 << 18, 256

#: Keys that are there for active content alone.
_KEYS = frozenset(
    {"/JS", "/JavaScript", "/AA", "/EF", "/EmbeddedFiles", "/EmbeddedFile", "/XFA", "/RichMediaContent"}
)
#: Actions that leave the document or run something.
_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/RichMediaExecute",
        "/Movie",
        "/Sound",
        "/Trans3D",
        "/GoTo3DView",
    }
)
_KINDS = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/FileAttachment", "/EmbeddedFile"})
_RAW = re.compile(
    rb"/(?:JS|JavaScript|AA|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE)(?![A-Za-z0-9])"
)
_RAW_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def examine(content: bytes | BinaryIO) -> tuple[str, ...]:
    """Return what was found in a PDF; nothing: it may pass."""
    import pikepdf  # noqa: PLC0415 - the parent that asks about a PDF does not need it

    file = io.BytesIO(content) if isinstance(content, bytes) else content
    try:
        with pikepdf.open(
            file,
            suppress_warnings=True,
            inherit_page_attributes=False,
            access_mode=pikepdf.AccessMode.stream,
        ) as pdf:
            if pdf.is_encrypted:
                return (ENCRYPTED,)
            return _found(pdf)
    except pikepdf.PasswordError:
        return (ENCRYPTED,)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, IndexError):
        return _raw(file)
    except (MemoryError, RecursionError, OverflowError):
        return (TOO_HARD,)


def _found(pdf: Any) -> tuple[str, ...]:
    number = 0
    for number, one in enumerate(pdf.objects, start=1):
        if number > _OBJECTS:
            return (TOO_HARD,)
        if _is_active(one):
            return (ACTIVE,)
    return () if number and len(pdf.pages) else (UNREADABLE,)


def _is_active(root: Any) -> bool:
    """Tell whether an object, or what lies directly in it, is active; what it refers to comes by itself."""
    import pikepdf  # noqa: PLC0415 - loaded already

    waiting = [(root, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > _DEPTH:
            return True
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            keys = set(one.keys())
            if keys & _KEYS or _runs(one, keys):
                return True
            children = [one.get(key) for key in keys]
        elif isinstance(one, pikepdf.Array):
            children = list(one)
        else:
            continue
        waiting += [
            (child, depth + 1)
            for child in children
            if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect
        ]
    return False


def _runs(one: Any, keys: set[str]) -> bool:
    import pikepdf  # noqa: PLC0415 - loaded already

    if "/S" in keys and str(one.get("/S")) in _ACTIONS:
        return True
    if "/Subtype" in keys and str(one.get("/Subtype")) in _KINDS:
        return True
    if "/Type" in keys and str(one.get("/Type")) in _KINDS:
        return True
    opened = one.get("/OpenAction") if "/OpenAction" in keys else None
    return isinstance(opened, pikepdf.Dictionary) and str(opened.get("/S")) != "/GoTo"


def _raw(file: BinaryIO) -> tuple[str, ...]:
    """Look for the words of active content in a file that cannot be read as PDF."""
    active = False
    for piece, last in _windows(file):
        plain = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), piece)
        if _stands(_RAW_ENCRYPTED, plain, last=last):
            return (ENCRYPTED,)
        active = active or _stands(_RAW, plain, last=last)
    return (ACTIVE,) if active else (UNREADABLE,)


def _stands(word: re.Pattern[bytes], piece: bytes, *, last: bool) -> bool:
    """Tell whether a word stands in a piece; what ends with the piece stands whole in the next one."""
    return any(last or found.end() < len(piece) for found in word.finditer(piece))


def _windows(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Give a file in pieces that overlap, each with whether it is the last."""
    file.seek(0)
    tail, piece = b"", file.read(_WINDOW)
    while piece:
        following = file.read(_WINDOW)
        yield tail + piece, not following
        tail, piece = (tail + piece)[-_OVERLAP:], following


def _confine() -> None:
    """Take little memory, and no file at all beside those that are open."""
    try:
        import resource  # noqa: PLC0415 - only where there is one
    except ImportError:
        return
    import pikepdf  # noqa: F401, PLC0415 - its libraries are opened before no file can be

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _found_in(descriptor: int, size: int) -> tuple[str, ...]:
    with os.fdopen(descriptor, "rb", buffering=_BUFFER) as file:
        if os.fstat(descriptor).st_size != size:
            return (TOO_HARD,)
        try:
            return examine(file)
        except MemoryError:
            return (TOO_HARD,)


def main() -> None:
    """Answer file by file, until the other side closes the socket."""
    _confine()
    with socket.socket(fileno=0) as channel:
        while True:
            head, descriptors, _, _ = socket.recv_fds(channel, LENGTH_BYTES, 1)
            if len(head) != LENGTH_BYTES or len(descriptors) != 1:
                return
            found = _found_in(descriptors[0], int.from_bytes(head, "big"))
            channel.sendall(" ".join(found).encode() + b"\n")


if __name__ == "__main__":
    main()
