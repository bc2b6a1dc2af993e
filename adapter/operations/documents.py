"""GetDocument: a slice of a stored file to the one who may have it; every disclosure is journaled."""

from __future__ import annotations

import base64
import logging

from adapter.contract.exchange.common import GetDocumentRequest, GetDocumentResponse
from adapter.operations.access import may_see, not_found
from adapter.operations.context import Answer, Call, Context, answer, refuse
from adapter.operations.disclosing import disclosed, origin_of_call
from storage import Destroyed, Document, OutOfReach, Transaction

_log = logging.getLogger(__name__)
_PATH = "GetDocumentRequest/documentId"


def get_document(context: Context, call: Call[GetDocumentRequest]) -> Answer:
    """Return up to `length` bytes of a file from `offset`.

    The bytes are read before the transaction that journals the disclosure: they may come from the archive.

    Raises:
        Refused: MSE-5003, also for a file of somebody else's referral and for one destroyed by an act;
            MSE-5007 where the archive cannot be read now.
    """
    request = call.request
    length = min(request.length, context.limits.part_bytes)

    def look(tx: Transaction) -> tuple[Document, bytes]:
        document = _allowed(tx, call)
        return document, tx.documents.read(document.id, request.offset, length)

    try:
        document, content = context.store.read(look)
    except Destroyed:
        raise not_found(request.document_id, _PATH) from None
    except OutOfReach as error:
        _log.error("archive: %s", error)
        raise refuse("REGISTER_UNAVAILABLE", _PATH, register="архив документов") from None

    def work(tx: Transaction) -> None:
        _allowed(tx, call)
        details = {"documentId": document.id, "offset": request.offset, "length": len(content)}
        disclosed(tx, document.referral_number, origin_of_call(context, call, details=details))

    context.store.transact(work)
    found = GetDocumentResponse(
        document_id=document.id,
        name=document.name or document.role,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        offset=request.offset,
        content=base64.b64encode(content).decode(),
        last=request.offset + len(content) >= document.size,
    )
    return answer(found)


def _allowed(tx: Transaction, call: Call[GetDocumentRequest]) -> Document:
    document = tx.documents.get(call.request.document_id)
    referral = tx.referrals.get(document.referral_number) if document else None
    if (
        document is None
        or referral is None
        or not may_see(tx, call.partner, referral, document.version_number)
    ):
        raise not_found(call.request.document_id, _PATH)
    return document
