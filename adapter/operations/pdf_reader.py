"""Reads foreign PDF in a process of its own, with little memory: what of it is active or encrypted.

Run as a script, it imports nothing of ours. It reads frames (eight bytes of length, then the file) from
standard input and writes one line for each: the words found, separated by blanks; an empty line: all is well.
"""

from __future__ import annotations

import io
import re
import sys
from typing import Any

#: The words of an answer.
ENCRYPTED, ACTIVE, UNREADABLE, TOO_HARD = "encrypted", "active", "unreadable", "too-hard"

_MEMORY = 1 << 30
_OBJECTS = 200_000
_DEPTH = 100
_LENGTH_BYTES = 8

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


def examine(content: bytes) -> tuple[str, ...]:
    """Return what was found in a PDF; nothing: it may pass."""
    import pikepdf  # noqa: PLC0415 - the parent that asks about a PDF does not need it

    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True, inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                return (ENCRYPTED,)
            return _found(pdf)
    except pikepdf.PasswordError:
        return (ENCRYPTED,)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, IndexError):
        return _raw(content)
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


def _raw(content: bytes) -> tuple[str, ...]:
    """Look for the words of active content in a file that cannot be read as PDF."""
    plain = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
    if _RAW_ENCRYPTED.search(plain):
        return (ENCRYPTED,)
    return (ACTIVE,) if _RAW.search(plain) else (UNREADABLE,)


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


def main() -> None:
    """Answer frame by frame, until the input ends."""
    _confine()
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(_LENGTH_BYTES)) == _LENGTH_BYTES:
        content = source.read(int.from_bytes(head, "big"))
        try:
            found = examine(content)
        except MemoryError:
            found = (TOO_HARD,)
        answers.write(" ".join(found).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
