"""GetDocument: a slice of a stored file to the one who may have it; every disclosure is journaled."""

from __future__ import annotations

import base64

from adapter.contract.exchange.common import GetDocumentRequest, GetDocumentResponse
from adapter.domain.partners import PartnerKind
from adapter.domain.states import Party
from adapter.operations.access import may_see, not_found
from adapter.operations.context import Answer, Call, Context, answer
from adapter.operations.moves import note, origin_of
from storage import Document, Transaction

DISCLOSED = "DISCLOSED"


def get_document(context: Context, call: Call[GetDocumentRequest]) -> Answer:
    """Return up to `length` bytes of a file from `offset`.

    Raises:
        Refused: MSE-5003, also for a file of somebody else's referral.
    """
    request = call.request
    length = min(request.length, context.limits.part_bytes)

    def work(tx: Transaction) -> GetDocumentResponse:
        document = _allowed(tx, call)
        content = tx.documents.read(document.id, request.offset, length)
        party = Party.BUREAU if call.partner.kind is PartnerKind.BUREAU else Party.MIS
        details = {"documentId": document.id, "offset": request.offset, "length": len(content)}
        note(tx, document.referral_number, DISCLOSED, origin_of(call, party, details=details))
        return GetDocumentResponse(
            document_id=document.id,
            name=document.name or document.role,
            media_type=document.media_type,
            size=document.size,
            sha256=document.sha256,
            offset=request.offset,
            content=base64.b64encode(content).decode(),
            last=request.offset + len(content) >= document.size,
        )

    return answer(context.store.transact(work))


def _allowed(tx: Transaction, call: Call[GetDocumentRequest]) -> Document:
    document = tx.documents.get(call.request.document_id)
    referral = tx.referrals.get(document.referral_number) if document else None
    if (
        document is None
        or referral is None
        or not may_see(tx, call.partner, referral, document.version_number)
    ):
        raise not_found(call.request.document_id, "GetDocumentRequest/documentId")
    return document
