"""UploadAttachmentPart: a file in parts, resumable, kept until a submission names it (requirement R67)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapter.contract.exchange.referral import UploadAttachmentPartRequest, UploadAttachmentPartResponse
from adapter.domain.errors import Problem, problem
from adapter.domain.uploads import Span, from_beginning, known_spans, missing_spans
from adapter.operations.context import Answer, Call, Context, Refused, answer
from adapter.operations.files import decode_base64
from storage import Taken, Transaction, Upload

#: Of so many parts at most a file is made: a gift of millions of bytes one by one would fill the store.
PARTS = 4096

_PATH = "UploadAttachmentPartRequest"


@dataclass(frozen=True, slots=True)
class _Progress:
    """What is there after a part; `conflict`: the part says otherwise than what was there before it."""

    received: int
    complete: bool = False
    finished_now: bool = False
    conflict: bool = False
    too_many: bool = False


def upload_part(context: Context, call: Call[UploadAttachmentPartRequest]) -> Answer:
    """Keep one part, in any order and over others; an empty part asks how much is there.

    With the last missing byte the whole file is hashed; another hash than the declared one drops the upload.

    Raises:
        Refused: MSE-4003 over the limit, MSE-4005 broken part or file (with the byte to go on from), MSE-3002
            other bytes or another file under the same name.
    """
    content = _content(context, call)
    try:
        progress = context.store.transact(lambda tx: _put(tx, call, content))
    except Taken:
        raise Refused([_conflict(context, call)]) from None
    if progress.conflict:
        raise Refused([_conflict(context, call)])
    if progress.too_many:
        raise Refused([_too_many()])
    if progress.finished_now and not _is_whole(context, call):
        raise Refused([problem("FILE_HASH", f"{_PATH}/sha256", file="часть файла", offset="0")])
    request = call.request
    found = UploadAttachmentPartResponse(
        upload_id=request.upload_id, received=progress.received, complete=progress.complete
    )
    return answer(found)


def _content(context: Context, call: Call[UploadAttachmentPartRequest]) -> bytes:
    """Return the bytes of the part, within their limits.

    Raises:
        Refused: MSE-4003, MSE-4005, MSE-4006.
    """
    request, limits = call.request, context.limits
    if request.total_size == 0:
        raise Refused([problem("FILE_EMPTY", f"{_PATH}/totalSize", file="часть файла")])
    content = decode_base64(request.content)
    for size, limit, field in (
        (len(content or b""), limits.part_bytes, "content"),
        (request.total_size, limits.file_bytes, "totalSize"),
    ):
        if size > limit:
            raise Refused([_too_large(field, size, limit)])
    if content is None or request.offset + len(content) > request.total_size:
        offset = str(_received(context, call))
        raise Refused([problem("FILE_HASH", f"{_PATH}/content", file="часть файла", offset=offset)])
    return content


def _put(tx: Transaction, call: Call[UploadAttachmentPartRequest], content: bytes) -> _Progress:
    request, owner = call.request, call.partner.code
    named: dict[str, Any] = {"total": request.total_size, "sha256": request.sha256.lower()}
    before = tx.uploads.begin(owner, request.upload_id, **named)
    received = from_beginning(before.parts)
    new = Span(request.offset, request.offset + len(content))
    for one in known_spans(before.parts, new):
        there = tx.uploads.read(owner, request.upload_id, one.begin, one.end)
        if there != content[one.begin - new.begin : one.end - new.begin]:
            return _Progress(received, conflict=True)
    missing = tuple(missing_spans(before.parts, new))
    if len(before.parts) + len(missing) > PARTS:
        return _Progress(received, too_many=True)
    for one in missing:
        piece = content[one.begin - new.begin : one.end - new.begin]
        tx.uploads.put_part(owner, request.upload_id, offset=one.begin, content=piece, **named)
    after = tx.uploads.received(owner, request.upload_id) if missing else before
    if after is None:
        raise LookupError("an upload is held while a part is put into it")
    finished = after.complete and not before.complete
    return _Progress(from_beginning(after.parts), after.complete, finished)


def _is_whole(context: Context, call: Call[UploadAttachmentPartRequest]) -> bool:
    """Tell whether the finished file has the declared hash; one that has not is dropped."""
    owner, upload_id = call.partner.code, call.request.upload_id
    if context.store.read(lambda tx: tx.uploads.digest(owner, upload_id)) == call.request.sha256.lower():
        return True
    context.store.transact(lambda tx: tx.uploads.forget(owner, upload_id))
    return False


def _conflict(context: Context, call: Call[UploadAttachmentPartRequest]) -> Problem:
    """Return MSE-3002 that says what is there."""
    received = _received(context, call)
    return problem(
        "ID_CONFLICT",
        f"{_PATH}/uploadId",
        actual=call.request.upload_id,
        hint=f"Принято без пропусков: {received} байт. Продолжите этот файл с байта {received} "
        "или передайте другой файл под новым идентификатором.",
    )


def _received(context: Context, call: Call[UploadAttachmentPartRequest]) -> int:
    def look(tx: Transaction) -> Upload | None:
        return tx.uploads.received(call.partner.code, call.request.upload_id)

    upload = context.store.read(look)
    return from_beginning(upload.parts) if upload is not None else 0


def _too_large(field: str, size: int, limit: int) -> Problem:
    return problem(
        "FILE_TOO_LARGE",
        f"{_PATH}/{field}",
        actual=f"{size} байт",
        limit=f"{limit} байт",
        excess=f"{size - limit} байт",
        file="часть файла",
    )


def _too_many() -> Problem:
    return problem(
        "CARDINALITY",
        f"{_PATH}/offset",
        title="Части файла",
        actual=str(PARTS + 1),
        limit=f"не больше {PARTS}",
        excess="1",
    )
