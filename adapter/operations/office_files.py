"""What is in a ZIP archive that may be an office document: read as a stream, never unpacked to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from adapter.operations.spool import Content, opened

#: Parts of a document; bytes of all of them unpacked.
PARTS = 2_000
UNPACKED_BYTES = 100 * 1024 * 1024

_CHUNK = 256 * 1024
#: Bytes that are read at once at most: a table of parts that is larger has far more than a document has.
_READ = 1024 * 1024
#: Ways to pack that a document may use; what others unpack to is not bounded while it is read.
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MAIN = (b"wordprocessingml.document.main+xml", b"ms-word.document.macroenabled.main+xml")
_MACROS = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
_ACTIVE_FOLDERS = ("/activex/", "/embeddings/", "/oleobject")
_ARCHIVES = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
_CONTAINERS = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"MZ", b"\x7fELF")
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
#: Relations that fetch and run what is elsewhere; a link that a reader clicks is none of them.
_EXTERNAL = (b"/attachedtemplate", b"/oleobject", b"/frame", b"/subdocument", b"/externallink", b"/afchunk")


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What an archive is.

    Attributes:
        is_document: a document of Word, by its own table of contents.
        too_large: it unpacks to more than `UNPACKED_BYTES`, or has more than `PARTS` parts.
        is_active: macros, controls, embedded programs, archives in it, templates and objects from elsewhere.
    """

    is_document: bool = False
    is_readable: bool = True
    is_encrypted: bool = False
    too_large: bool = False
    is_active: bool = False


class _TooManyError(Exception):
    """The table of an archive is too large."""


class _Bounded:
    """A file that gives only so much at once: a table of a million parts never comes into memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """Read; raises `_TooManyError` for what no document needs."""
        if size > _READ:
            raise _TooManyError
        return self._file.read(size if size >= 0 else _READ)


def examine_archive(content: Content) -> ArchiveFacts:
    """Read an archive whole, part by part, within its limits."""
    try:
        with opened(content) as file, zipfile.ZipFile(cast("BinaryIO", _Bounded(file))) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(one.file_size for one in parts) > UNPACKED_BYTES:
                return ArchiveFacts(too_large=True)
            if any(one.flag_bits & 1 for one in parts):
                return ArchiveFacts(is_encrypted=True)
            if any(one.compress_type not in _PACKED for one in parts):
                return ArchiveFacts(is_readable=False)
            return _facts(archive, parts)
    except _TooManyError:
        return ArchiveFacts(too_large=True)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        return ArchiveFacts(is_readable=False)


def _facts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> ArchiveFacts:
    names = [f"/{one.filename.casefold()}" for one in parts]
    # Two parts of one name are two documents: one program reads the first, another one the last.
    active = len(names) != len(set(names)) or any(_is_active_name(one) for one in names)
    main, left = False, UNPACKED_BYTES
    for name, part in zip(names, parts, strict=True):
        for number, seen in enumerate(_pieces(archive, part)):
            left -= len(seen.new)
            if left < 0:
                return ArchiveFacts(too_large=True)
            if number == 0:
                active |= seen.new.startswith((*_ARCHIVES, *_CONTAINERS))
            if name.endswith((".xml", ".rels")):
                active |= any(word in seen.both for word in _DECLARATIONS) or b"\0" in seen.new
            if name.endswith(".rels"):
                active |= _fetches(seen.both)
            if name == "/[content_types].xml":
                low = seen.both.lower()
                main |= any(one in low for one in _MAIN)
                active |= b"macroenabled" in low
    return ArchiveFacts(is_document=main and "/word/document.xml" in names, is_active=active)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A piece of a part, and the same with the end of the piece before, so that no word is cut in two."""

    new: bytes
    both: bytes


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[_Seen]:
    with archive.open(part) as opened:
        tail = b""
        while chunk := opened.read(_CHUNK):
            yield _Seen(chunk, tail + chunk)
            tail = chunk[-1024:]


def _is_active_name(name: str) -> bool:
    outside = ".." in name.split("/") or "\\" in name or name.startswith("//") or ":" in name
    return outside or name.endswith(_MACROS) or any(one in name for one in _ACTIVE_FOLDERS)


def _fetches(text: bytes) -> bool:
    low = text.lower()
    return b'targetmode="external"' in low.replace(b"'", b'"') and any(one in low for one in _EXTERNAL)
