"""Files of every kind, good and hostile, made here: nothing foreign lies in the repository."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def pdf(root: Mapping[str, Any] | None = None, **saving: Any) -> bytes:
    """Return a PDF of one empty page; `root` adds to its catalogue, `saving` goes to pikepdf."""
    with pikepdf.new() as made:
        made.add_blank_page()
        for key, value in (root or {}).items():
            made.Root[key] = made.make_indirect(value) if isinstance(value, Dictionary) else value
        return saved(made, **saving)


def saved(made: pikepdf.Pdf, **saving: Any) -> bytes:
    """Return a PDF as bytes."""
    target = io.BytesIO()
    made.save(target, **saving)
    return target.getvalue()


def javascript(code: str = "app.alert(1)") -> Dictionary:
    """Return an action that runs a script."""
    return Dictionary(S=Name.JavaScript, JS=String(code))


def with_annotation(action: Dictionary) -> bytes:
    """Return a PDF whose page has a link with an action."""
    with pikepdf.new() as made:
        page = made.add_blank_page()
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
        page.Annots = Array([made.make_indirect(link)])
        return saved(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def with_attachment() -> bytes:
    """Return a PDF with a file inside."""
    with pikepdf.new() as made:
        made.add_blank_page()
        made.attachments["a.exe"] = b"MZ"
        return saved(made)


def escaped(content: bytes) -> bytes:
    """Return a PDF whose names of actions are written with escapes, as hides them from a search of bytes."""
    return content.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4AS")


def deep(levels: int) -> bytes:
    """Return a PDF with arrays in arrays."""
    return pdf({"/Deep": Array([])}).replace(b"/Deep [ ]", b"/Deep " + b"[" * levels + b"]" * levels)


def office(parts: Mapping[str, bytes | str] | None = None, kind: str = DOCUMENT) -> bytes:
    """Return a document of Word with further parts."""
    known: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types><Override PartName="/word/a.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": "<Relationships/>",
        "word/document.xml": "<w:document xmlns:w='w'/>",
    }
    return archive({**known, **(parts or {})})


def archive(parts: Mapping[str, bytes | str]) -> bytes:
    """Return a ZIP archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


def external(kind: str) -> str:
    """Return the relations of a document, one of which leads outside."""
    schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    outside = 'Target="http://x/" TargetMode="External"'
    return f'<Relationships><Relationship Type="{schema}/{kind}" {outside}/></Relationships>'


def bomb(size: int) -> bytes:
    """Return a document with a part that unpacks to so many zeros."""
    return office({"word/media/image1.bmp": bytes(size)})


def lying_bomb(size: int) -> bytes:
    """Return a bomb that says of itself that it is small."""
    made = bomb(size)
    return made.replace(struct.pack("<L", size), struct.pack("<L", 10))


def encrypted_entry() -> bytes:
    """Return an archive whose entries say that they are encrypted."""
    made = bytearray(office())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


def encrypted_office() -> bytes:
    """Return what Word saves under a password: a compound file with a stream of that name."""
    return OLE + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)


def png() -> bytes:
    """Return a picture of one dot."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    head = struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(64) + b"\xff\xd9"


def scan(size: int, root: Mapping[str, Any] | None = None, **saving: Any) -> bytes:
    """Return a PDF of a little more than so many bytes: one page with a picture that nothing packs.

    Args:
        size: bytes of the picture.
        root: adds to the catalogue.
        saving: goes to pikepdf.
    """
    with pikepdf.new() as made:
        page = made.add_blank_page()
        dots = random.Random(size).randbytes(size)  # noqa: S311 - the same file for the same size
        page.Resources = Dictionary(XObject=Dictionary(Im0=made.make_indirect(pikepdf.Stream(made, dots))))
        for key, value in (root or {}).items():
            made.Root[key] = made.make_indirect(value)
        return saved(made, compress_streams=False, **saving)


def album(size: int, parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """Return a document of Word with a picture of so many bytes that nothing packs, before further parts."""
    dots = random.Random(size).randbytes(size)  # noqa: S311 - the same file for the same size
    return office({"word/media/image1.jpg": JPEG + dots, **(parts or {})})


def packed_by(method: int) -> bytes:
    """Return a document whose picture is packed in another way than documents are."""
    target = io.BytesIO(office())
    with zipfile.ZipFile(target, "a", method) as made:
        made.writestr("word/media/image1.bmp", bytes(100_000))
    return target.getvalue()
