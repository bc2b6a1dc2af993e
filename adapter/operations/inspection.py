"""What an attached file is by its bytes, and whether it may be taken (facts, D.5)."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Collection
from dataclasses import dataclass

from adapter.domain.attachments import FILE_TYPES, FileType, extension_of
from adapter.domain.errors import Problem, problem
from adapter.operations.office_files import UNPACKED_BYTES, ArchiveFacts, examine_archive
from adapter.operations.pdf_reader import ACTIVE, ENCRYPTED, TOO_HARD, UNREADABLE
from adapter.operations.spool import Content, head_of, holds, pieces_of

#: Bytes before the header that readers of PDF forgive.
_PDF_HEADER = 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_TEXT_SAMPLE = 4096
#: Bytes of the beginning that tell a type.
_HEAD = 65536

ExaminePdf = Callable[[Content], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Recognized:
    """What a file is.

    Attributes:
        type: one of the types that can be accepted; None for all others.
        shown: how it is named to people.
        archive: of a ZIP archive, what is in it.
        encoding: of a text in another encoding than UTF-8.
    """

    type: FileType | None
    shown: str
    archive: ArchiveFacts | None = None
    encoding: str = ""


def recognize(content: Content) -> Recognized:
    """Tell what a file is by its bytes alone."""
    head = head_of(content, _HEAD)
    if head.startswith(_ZIP):
        archive = examine_archive(content)
        return Recognized(
            FILE_TYPES["docx"] if archive.is_document else None,
            "DOCX" if archive.is_document else "архив ZIP или документ другого вида",
            archive,
        )
    if b"%PDF-" in head[:_PDF_HEADER]:
        return Recognized(FILE_TYPES["pdf"], "PDF")
    for code, mark in (("jpeg", b"\xff\xd8\xff"), ("png", b"\x89PNG\r\n\x1a\n")):
        if head.startswith(mark):
            return Recognized(FILE_TYPES[code], FILE_TYPES[code].title)
    return _text(content, head) or Recognized(None, _guess(head))


def inspect(
    name: str,
    shown: str,
    media_type: str,
    content: Content,
    path: str,
    allowed: Collection[str],
    pdf: ExaminePdf,
) -> tuple[FileType | None, list[Problem]]:
    """Return the type of a file and what is wrong with its content.

    Args:
        name: its name; only the extension matters.
        shown: what may be shown of the name.
        media_type: as declared.
        content: its bytes.
        path: its place in the request.
        allowed: codes of the types that are accepted.
        pdf: says what is in a PDF.
    """
    found = recognize(content)
    problems: list[Problem] = []
    if found.encoding:
        problems.append(problem("FILE_ENCODING", path, file=shown, actual=found.encoding, limit="UTF-8"))
    archive = found.archive
    if archive is not None and (found.type is not None or archive.is_encrypted or archive.too_large):
        problems += _of_archive(archive, shown, path)
    if head_of(content, len(_OLE)) == _OLE and holds(content, _ENCRYPTED_PACKAGE):
        problems.append(problem("FILE_ENCRYPTED", path, file=shown))
    if found.type is None or found.type.code not in allowed:
        if not problems or found.encoding:
            problems.append(_not_accepted(found.shown, shown, path, allowed))
        return None, problems
    extension = extension_of(name)
    known = {row.media_type for row in FILE_TYPES.values()} - {found.type.media_type}
    if extension not in found.type.extensions:
        problems.append(_mismatch(f".{extension}" if extension else "нет", found.type, shown, f"{path}/name"))
    elif media_type.lower() in known:
        declared = f".{extension}, заявлен тип {media_type}"
        problems.append(_mismatch(declared, found.type, shown, f"{path}/mediaType"))
    if found.type.code == "pdf":
        problems += _of_pdf(pdf(content), shown, path, allowed)
    return found.type, problems


def _text(content: Content, head: bytes) -> Recognized | None:
    """Recognize XML and plain text; UTF-16 by its mark or by its zeros."""
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    sample = head[:_TEXT_SAMPLE]
    if not encoding and sample and sample.count(0) * 5 > len(sample) * 2:
        halves = (sample[0::2].strip(b"\0"), sample[1::2].strip(b"\0"))
        encoding = "UTF-16" if b"" in halves and any(halves) else ""
    if encoding:
        return Recognized(FILE_TYPES["txt"], f"текст {encoding}", encoding=encoding)
    begin = _begin_of_text(content)
    if begin is None or any(ord(one) < 32 and one not in "\t\n\r\f" for one in begin.sample):
        return None
    if begin.words.startswith("<?xml"):
        return Recognized(FILE_TYPES["xml"], "XML")
    if _guess(head) != _UNKNOWN:  # HTML, RTF and other programs written as text
        return None
    return Recognized(FILE_TYPES["txt"], "текст")


@dataclass(frozen=True, slots=True)
class _Begin:
    """How a text begins: its first signs, and what comes first that is not white space."""

    sample: str
    words: str


def _begin_of_text(content: Content) -> _Begin | None:
    """Read a content to its end as UTF-8; None: it is none."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    sample, words = "", ""
    try:
        for piece in pieces_of(content):
            text = decoder.decode(piece)
            sample += text[: _TEXT_SAMPLE - len(sample)]
            if len(words) < _TEXT_SAMPLE:
                words = (words + text).lstrip()[:_TEXT_SAMPLE]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return _Begin(sample, words)


_UNKNOWN = "неизвестный"


def _guess(head: bytes) -> str:
    """Return the name of a type that is not accepted, as a detector of types sees it."""
    import puremagic  # noqa: PLC0415 - heavy; only what is refused is asked about

    try:
        (best, *_) = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, IndexError, KeyError, UnicodeDecodeError):
        return _UNKNOWN
    return best.mime_type or best.extension or _UNKNOWN


def _of_archive(archive: ArchiveFacts, shown: str, path: str) -> list[Problem]:
    if archive.is_encrypted:
        return [problem("FILE_ENCRYPTED", path, file=shown)]
    if archive.too_large:
        limit = f"{UNPACKED_BYTES} байт в распакованном виде"
        over = problem(
            "FILE_TOO_LARGE",
            path,
            actual=f"больше {UNPACKED_BYTES} байт",
            limit=limit,
            excess="неизвестно",
            file=shown,
        )
        return [over]
    return [problem("FILE_ACTIVE_CONTENT", path, file=shown)] if archive.is_active else []


def _of_pdf(words: tuple[str, ...], shown: str, path: str, allowed: Collection[str]) -> list[Problem]:
    if ENCRYPTED in words:
        return [problem("FILE_ENCRYPTED", path, file=shown)]
    if ACTIVE in words:
        return [problem("FILE_ACTIVE_CONTENT", path, file=shown)]
    if TOO_HARD in words:
        return [
            _not_accepted(
                "PDF, который не удалось прочитать за отведённые время и память", shown, path, allowed
            )
        ]
    if UNREADABLE in words:
        what = f"содержимое файла «{shown}»"
        reason = "файл начинается как PDF, но не читается"
        return [problem("NOT_CHECKED", path, title="Файл", what=what, reason=reason)]
    return []


def _not_accepted(actual: str, shown: str, path: str, allowed: Collection[str]) -> Problem:
    limit = ", ".join(one.title for one in FILE_TYPES.values() if one.code in allowed)
    return problem("FILE_TYPE", path, file=shown, actual=actual, limit=limit)


def _mismatch(extension: str, found: FileType, shown: str, path: str) -> Problem:
    limit = ", ".join(f".{one}" for one in found.extensions)
    return problem(
        "FILE_TYPE_MISMATCH", path, file=shown, extension=extension, actual=found.title, limit=limit
    )
