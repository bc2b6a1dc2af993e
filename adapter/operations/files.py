"""Files that travel with a request: decoded, measured, hashed (errors D.5)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from adapter.contract.exchange.common import File
from adapter.domain.attachments import wrong_in_name
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import Problem, problem
from adapter.domain.reception import refusals
from adapter.domain.uploads import from_beginning
from adapter.operations.context import Call, Context, Limits, Scan, ScanResult
from adapter.operations.inspection import ExaminePdf, inspect
from adapter.operations.pdf_files import examine_pdf
from adapter.operations.spool import Content, digest_of, size_of
from storage import NewDocument, Transaction, new_id


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file whose bytes are what the request says they are.

    Attributes:
        signatures: role (empty when none is given) and DER bytes of each detached signature, as sent.
        path: where the file stands in the request, empty when it came otherwise.
    """

    name: str
    document_type: str
    media_type: str
    sha256: str
    content: Content = field(repr=False)
    signatures: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    path: str = ""

    @property
    def containers(self) -> tuple[bytes, ...]:
        """The signatures without their roles."""
        return tuple(container for _, container in self.signatures)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of an upload: the whole file, or how many bytes so far."""

    content: Content | None = field(repr=False)
    received: int


@dataclass(frozen=True, slots=True)
class FilePorts:
    """What is needed to read the files of a request.

    Attributes:
        uploaded: gives an upload of the sender by its id, if it has so many bytes.
        pdf: says what is in a PDF.
        scan: looks for viruses; None: nobody does.
        today: day on which documents must still be valid, where the adapter is; None: it is not asked.
    """

    limits: Limits
    uploaded: Callable[[str, int], Uploaded]
    pdf: ExaminePdf = examine_pdf
    scan: Scan | None = None
    today: date | None = None


Look = Callable[[FilePorts, str, File, Content], tuple[str, list[Problem]]]


def file_ports(context: Context, call: Call[Any]) -> FilePorts:
    """Return the ports for the files of a request; what they give lasts as long as the request."""
    owner = call.partner.code

    def uploaded(upload_id: str, size: int) -> Uploaded:
        def look(tx: Transaction) -> Uploaded:
            upload = tx.uploads.received(owner, upload_id)
            if upload is None:
                return Uploaded(None, 0)
            received = from_beginning(upload.parts)
            if not upload.complete or upload.total != size:
                return Uploaded(None, received)
            return Uploaded(call.spool.keep(tx.uploads.contents(owner, upload_id), size), received)

        return context.store.read(look)

    today = context.clock().astimezone(context.own.zone).date()
    return FilePorts(context.limits, uploaded, scan=context.scan, today=today)


def check_files(
    ports: FilePorts, files: Sequence[tuple[str, File]]
) -> tuple[tuple[CheckedFile, ...], tuple[Problem, ...]]:
    """Decode files and check names, sizes and hashes.

    Args:
        ports: limits and uploads.
        files: path of each file in the request and the file.

    Returns:
        The files that are in order, and what is wrong with the others.
    """
    return _check(ports, files, _as_declared)


def check_attachments(
    ports: FilePorts, files: Sequence[tuple[str, File]], place: str
) -> tuple[tuple[CheckedFile, ...], tuple[Problem, ...]]:
    """Check files as `check_files`, how many they are and what they are; their type is that of their bytes.

    Args:
        ports: limits, uploads and the reader of PDF.
        files: path of each file in the request and the file.
        place: path of the files in the request.
    """
    good, wrong = _check(ports, files, _as_found)
    limit = ports.limits.files
    if len(files) <= limit:
        return good, wrong
    many = problem(
        "CARDINALITY",
        place,
        title="Приложенные файлы",
        actual=str(len(files)),
        limit=f"не больше {limit}",
        excess=str(len(files) - limit),
    )
    return good, (*wrong, many)


def _check(
    ports: FilePorts, files: Sequence[tuple[str, File]], look: Look
) -> tuple[tuple[CheckedFile, ...], tuple[Problem, ...]]:
    good: list[CheckedFile] = []
    wrong: list[Problem] = []
    # What is over the limit is refused anyway; its uploads are not read into memory.
    fits = sum(file.size for _, file in files) <= ports.limits.total_file_bytes
    for path, file in files:
        content, problems = _content(ports, path, file) if fits or file.upload_id is None else (b"", [])
        problems += _problems(ports.limits, path, file, content)
        media_type = file.media_type
        if size_of(content) and not problems:
            media_type, found = look(ports, path, file, content)
            problems += found
        signatures, unreadable = _signatures(path, file)
        problems += unreadable
        wrong += problems
        if fits and not refusals(problems):
            digest = digest_of(content)
            good.append(
                CheckedFile(file.name, file.document_type, media_type, digest, content, signatures, path)
            )
    return tuple(good), tuple(wrong)


def _as_declared(_: FilePorts, __: str, file: File, ___: Content) -> tuple[str, list[Problem]]:
    return file.media_type, []


def _as_found(ports: FilePorts, path: str, file: File, content: Content) -> tuple[str, list[Problem]]:
    """Return the media type that a file has by its bytes, and what is wrong with them."""
    shown = shown_name(file.name)
    kind, found = inspect(
        file.name, shown, file.media_type, content, path, ports.limits.file_types, ports.pdf
    )
    found += _expired(ports.today, path, file)
    if kind is not None and not refusals(found):
        found += _scanned(ports.scan, path, shown, content)
    return (kind.media_type if kind else file.media_type), found


def _expired(today: date | None, path: str, file: File) -> list[Problem]:
    """Return MSE-4012 of a document whose last day has passed (R64 e)."""
    last = file.valid_until
    if last is None or today is None or last >= today:
        return []
    shown = shown_name(file.name)
    return [problem("FILE_DOCUMENT_EXPIRED", f"{path}/validUntil", file=shown, limit=f"{last:%d.%m.%Y}")]


def _scanned(scan: Scan | None, path: str, shown: str, content: Content) -> list[Problem]:
    result = scan(content) if scan else ScanResult.CLEAN
    if result is ScanResult.INFECTED:
        return [problem("FILE_INFECTED", path, file=shown)]
    if result is ScanResult.UNKNOWN:
        reason = "программа поиска вирусов не ответила"
        return [problem("NOT_CHECKED", path, title="Файл", what=f"вирусы в файле «{shown}»", reason=reason)]
    return []


def check_total(limits: Limits, files: Sequence[tuple[str, File]]) -> tuple[Problem, ...]:
    """Return MSE-4004 when all files of a message together are over the limit."""
    sizes = [file.size for _, file in files]
    limit, total = limits.total_file_bytes, sum(sizes)
    if total <= limit:
        return ()
    return (
        problem(
            "TOTAL_TOO_LARGE",
            "",
            actual=f"{total} байт",
            limit=f"{limit} байт",
            excess=f"{total - limit} байт",
            largest=", ".join(f"{size} байт" for size in sorted(sizes, reverse=True)[:3]),
        ),
    )


def stored_documents(
    file: CheckedFile,
    *,
    referral_number: str,
    version_number: int,
    role: DocumentRole,
    created_at: datetime,
    document_kind: str = "",
    document_id: str = "",
) -> list[NewDocument]:
    """Return the rows of a file and of its signatures, byte for byte."""
    parent = new_id()
    rows = [
        NewDocument(
            id=parent,
            referral_number=referral_number,
            version_number=version_number,
            role=str(role),
            name=file.name,
            media_type=file.media_type,
            created_at=created_at,
            content=file.content,
            document_kind=document_kind or None,
            document_id=document_id or None,
            sha256=file.sha256,
        )
    ]
    rows += [
        NewDocument(
            referral_number=referral_number,
            version_number=version_number,
            role=str(DocumentRole.SIGNATURE),
            name=signer,
            media_type="application/pkcs7-signature",
            created_at=created_at,
            content=signature,
            parent_id=parent,
        )
        for signer, signature in file.signatures
    ]
    return rows


def decode_base64(text: str) -> bytes | None:
    """Return the bytes of base64 with any white space, or None."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _content(ports: FilePorts, path: str, file: File) -> tuple[Content, list[Problem]]:
    name = shown_name(file.name)
    if file.upload_id is not None:
        upload = ports.uploaded(file.upload_id, file.size)
        if upload.content is None:
            offset = str(upload.received)
            return b"", [problem("FILE_HASH", f"{path}/uploadId", file=name, offset=offset)]
        return upload.content, []
    content = decode_base64(file.content or "")
    if content is None:
        return b"", [problem("FILE_HASH", f"{path}/content", file=name, offset="0")]
    limit = ports.limits.inline_file_bytes
    if len(content) > limit:
        return content, [_too_large(f"{path}/content", file, len(content), limit)]
    return content, []


def _problems(limits: Limits, path: str, file: File, content: Content) -> list[Problem]:
    name = shown_name(file.name)
    found: list[Problem] = []
    characters = wrong_in_name(file.name)
    if characters:
        found.append(problem("FILE_NAME", f"{path}/name", file=name, characters=characters))
    if file.size > limits.file_bytes:
        found.append(_too_large(f"{path}/size", file, file.size, limits.file_bytes))
    if file.size == 0:
        found.append(problem("FILE_EMPTY", path, file=name))
    elif size_of(content) and (size_of(content) != file.size or digest_of(content) != file.sha256.lower()):
        found.append(problem("FILE_HASH", path, file=name, offset="0"))
    return found


def _signatures(path: str, file: File) -> tuple[tuple[tuple[str, bytes], ...], list[Problem]]:
    good: list[tuple[str, bytes]] = []
    wrong: list[Problem] = []
    for number, one in enumerate(file.signature, start=1):
        content = decode_base64(one.value)
        if content:
            good.append((one.role or "", content))
        else:
            place = f"{path}/signature[{number}]/value"
            wrong.append(problem("SIG_FORMAT", place, role="файла", reason="это не base64"))
    return tuple(good), wrong


def _too_large(path: str, file: File, size: int, limit: int) -> Problem:
    return problem(
        "FILE_TOO_LARGE",
        path,
        actual=f"{size} байт",
        limit=f"{limit} байт",
        excess=f"{size - limit} байт",
        file=shown_name(file.name),
    )


def shown_name(name: str) -> str:
    """Return what may be shown of a file name: its extension only, names of files hold names of people."""
    _, dot, extension = name.rpartition(".")
    return (
        f"*.{extension}"
        if dot and extension.isascii() and extension.isalnum() and len(extension) < 8
        else "*"
    )
