"""UploadAttachmentPart: a file in parts, resumable, kept until a submission names it (requirement R67)."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.contract.exchange.referral import UploadAttachmentPartRequest, UploadAttachmentPartResponse
from adapter.domain.errors import Problem, problem
from adapter.operations.context import Answer, Call, Context, Refused, answer
from adapter.operations.files import decode_base64
from storage import Taken, Transaction

_PATH = "UploadAttachmentPartRequest"


def upload_part(context: Context, call: Call[UploadAttachmentPartRequest]) -> Answer:
    """Keep one part; the same part again is answered in the same way.

    Raises:
        Refused: MSE-4003 over the limit, MSE-4005 broken part, MSE-3002 other bytes under the same name.
    """
    request = call.request
    content = decode_base64(request.content)
    limits = context.limits
    if not content or request.offset + len(content) > request.total_size:
        raise Refused(
            [problem("FILE_HASH", f"{_PATH}/content", file="часть файла", offset=str(request.offset))]
        )
    for size, limit, field in (
        (len(content), limits.part_bytes, "content"),
        (request.total_size, limits.file_bytes, "totalSize"),
    ):
        if size > limit:
            raise Refused([_too_large(field, size, limit)])

    def work(tx: Transaction) -> UploadAttachmentPartResponse:
        tx.uploads.put_part(
            call.partner.code,
            request.upload_id,
            offset=request.offset,
            content=content,
            total=request.total_size,
            sha256=request.sha256.lower(),
        )
        upload = tx.uploads.received(call.partner.code, request.upload_id)
        received = _from_beginning(upload.parts) if upload else 0
        complete = upload is not None and upload.complete
        return UploadAttachmentPartResponse(upload_id=request.upload_id, received=received, complete=complete)

    try:
        return answer(context.store.transact(work))
    except Taken:
        raise Refused([problem("ID_CONFLICT", f"{_PATH}/uploadId", actual=request.upload_id)]) from None


def _from_beginning(parts: Sequence[tuple[int, int]]) -> int:
    """Return how many bytes are there without a gap, given offset and size of each part in order."""
    end = 0
    for offset, size in parts:
        if offset > end:
            break
        end = max(end, offset + size)
    return end


def _too_large(field: str, size: int, limit: int) -> Problem:
    return problem(
        "FILE_TOO_LARGE",
        f"{_PATH}/{field}",
        actual=f"{size} байт",
        limit=f"{limit} байт",
        excess=f"{size - limit} байт",
        file="часть файла",
    )
