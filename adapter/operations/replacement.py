"""ReplaceDocument: a right return notice or a right result in the place of a wrong one (R115 to R117)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from adapter.contract.exchange.bureau import ReplaceDocumentRequest, ReplaceDocumentResponse
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.states import Event, Party, Situation
from adapter.operations.acting import acted_on, keep_text, state_change
from adapter.operations.answers import commit
from adapter.operations.answers_of_bureau import notice_in, result_in, result_sent, returned
from adapter.operations.context import Answer, Call, Context, Refused
from adapter.operations.files import CheckedFile
from adapter.operations.moves import moves_of
from adapter.operations.signed_documents import bureau_files, keep_signed
from storage import Referral, Transaction


def replace_document(context: Context, call: Call[ReplaceDocumentRequest]) -> Answer:
    """ReplaceDocument: the hospital takes the new document anew; the wrong one stays in the archive."""
    request = call.request
    semd = bureau_files(context, call, request.semd)
    if request.signed_return_notice is not None:
        replaced = _replace_notice(context, call, request.signed_return_notice, semd)
        context.bell.ring()
        return replaced
    if request.signed_examination_result is not None:
        return _replace_result(context, call, request.signed_examination_result, semd)
    raise LookupError("the schema lets no replacement pass without a document")


def _replace_notice(
    context: Context,
    call: Call[ReplaceDocumentRequest],
    holder: etree._Element,
    semd: tuple[CheckedFile, ...],
) -> Answer:
    signed = notice_in(context, call, holder)
    _same_number(call, signed.content.referral_number, "ReturnNotice")

    def work(tx: Transaction, _: str) -> Answer:
        referral, said = _in_force(tx, call, Event.REPLACE_RETURN, DocumentRole.RETURN_NOTICE)
        signed.about(referral)
        details = {"replacedDocumentId": call.request.document_id}
        moved = returned(
            tx, context, call, referral, Event.REPLACE_RETURN, signed, said=said, details=details
        )
        return _kept(tx, call, moved, holder, DocumentRole.RETURN_NOTICE, signed.content.document_kind, semd)

    return commit(context, call, work)


def _replace_result(
    context: Context,
    call: Call[ReplaceDocumentRequest],
    holder: etree._Element,
    semd: tuple[CheckedFile, ...],
) -> Answer:
    signed = result_in(context, call, holder)
    _same_number(call, signed.content.referral_number, "ExaminationResult")

    def work(tx: Transaction, _: str) -> Answer:
        referral, said = _in_force(tx, call, Event.REPLACE_RESULT, DocumentRole.RESULT)
        signed.about(context, referral)
        details = {"replacedDocumentId": call.request.document_id}
        moved = result_sent(
            tx, context, call, referral, Event.REPLACE_RESULT, signed, said=said, details=details
        )
        return _kept(tx, call, moved, holder, DocumentRole.RESULT, signed.content.document_kind, semd)

    return commit(context, call, work)


def _same_number(call: Call[ReplaceDocumentRequest], number: str, name: str) -> None:
    """Refuse a document about another referral than the request names.

    Raises:
        Refused: MSE-5003.
    """
    if number != call.request.referral_number:
        where = f"{name}/referralNumber"
        raise Refused([problem("NOT_FOUND", where, title="Номер направления", actual=number)])


def _in_force(
    tx: Transaction, call: Call[ReplaceDocumentRequest], event: Event, role: DocumentRole
) -> tuple[Referral, Situation]:
    """Return the referral, and which document of the role is to be replaced and which one is in force.

    Raises:
        Refused: MSE-5004 where nothing of the kind can be replaced now, MSE-5003 for a document that is not
            one of this referral.
    """
    request = call.request
    referral = acted_on(tx, call, request.referral_number)
    moves_of(referral.state, event, Party.BUREAU)
    documents = [one for one in tx.documents.list(referral.number) if one.role == role]
    if request.document_id not in {one.id for one in documents}:
        where = "ReplaceDocumentRequest/documentId"
        raise Refused([problem("NOT_FOUND", where, title="Заменяемый документ", actual=request.document_id)])
    return referral, Situation(replaced=request.document_id, in_force=documents[-1].id)


def _kept(
    tx: Transaction,
    call: Call[Any],
    moved: Referral,
    holder: etree._Element,
    role: DocumentRole,
    kind: str,
    semd: tuple[CheckedFile, ...],
) -> Answer:
    keep_text(tx, moved, f"Документ заменён. Причина: {call.request.reason}", call.now)
    kept = keep_signed(tx, moved, holder, role=role, kind=kind, semd=semd, now=call.now)
    return state_change(ReplaceDocumentResponse, moved, kept)
