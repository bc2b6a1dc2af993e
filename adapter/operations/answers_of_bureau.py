"""ReturnReferral and SubmitResult: the bureau's two answers, each a document signed by its head."""

from __future__ import annotations

from adapter.contract import binding
from adapter.contract.exchange.bureau import (
    ReturnReferralRequest,
    ReturnReferralResponse,
    SubmitResultRequest,
    SubmitResultResponse,
)
from adapter.contract.signers import ROLE_NAMES, notice_signers, result_signers
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.examination_result import ExaminationResult
from adapter.domain.identifiers import normalize_snils
from adapter.domain.requisites import DocumentId
from adapter.domain.return_notice import ReturnNotice
from adapter.domain.states import Event, Party
from adapter.operations.access import citizen_hash, visible
from adapter.operations.answers import commit
from adapter.operations.changes import state_change
from adapter.operations.context import Answer, Call, Context, Refused
from adapter.operations.mail import RESULT, RETURN, to_fund, to_mis
from adapter.operations.moves import advance, origin_of
from adapter.operations.signed_documents import bureau_files, judged, keep_signed, person
from signing.roles.policy import BUREAU_HEAD
from storage import Referral, Transaction

_RETURN_TYPE = "352"
_RESULT_TYPE = "35"


def return_referral(context: Context, call: Call[ReturnReferralRequest]) -> Answer:
    """ReturnReferral: grounds K1 to K5, signed by the head; ФОМС is told in the same transaction (R116)."""
    holder = call.request.signed_return_notice
    notice = binding.read(ReturnNotice, holder[0])
    not_checked = judged(
        context,
        call,
        holder,
        kind=notice.document_kind,
        type_code=_RETURN_TYPE,
        expected=notice_signers(notice),
        head=("signedBy", notice.signed_by),
        bureau_oid=notice.bureau.oid,
        created_at=notice.created_at,
    )
    semd = bureau_files(context, call, call.request.semd)
    grounds = list(dict.fromkeys(reason.ground_code for reason in notice.reasons))

    def work(tx: Transaction, _: str) -> Answer:
        referral = visible(tx, call, notice.referral_number, "ReturnNotice/referralNumber")
        _same_document(referral, notice.document_id, "ReturnNotice/documentId")
        _same_bureau(referral, notice.bureau.oid, "ReturnNotice/bureau/oid")
        origin = origin_of(
            call,
            Party.BUREAU,
            person=person(context, notice.signed_by),
            details={"grounds": grounds, "notChecked": not_checked},
        )
        moved = advance(tx, referral, Event.RETURN, origin, details={"grounds": grounds})
        kept = keep_signed(
            tx,
            moved,
            holder,
            role=DocumentRole.RETURN_NOTICE,
            kind=notice.document_kind,
            semd=semd,
            now=call.now,
        )
        to_mis(tx, moved, RETURN, call.now)
        facts = {
            "returnedAt": notice.returned_at.isoformat(),
            "groundCodes": grounds,
            "organizationName": str(moved.details.get("organizationName") or ""),
        }
        to_fund(tx, context, moved, facts)
        return state_change(ReturnReferralResponse, moved, kept)

    returned = commit(context, call, work)
    context.bell.ring()
    return returned


def submit_result(context: Context, call: Call[SubmitResultRequest]) -> Answer:
    """SubmitResult: the result of the expertise, signed by the head; from SCHEDULED through EXAMINED."""
    holder = call.request.signed_examination_result
    result = binding.read(ExaminationResult, holder[0])
    not_checked = judged(
        context,
        call,
        holder,
        kind=result.document_kind,
        type_code=_RESULT_TYPE,
        expected=result_signers(result),
        head=("bureauHead", result.bureau_head),
        bureau_oid=result.bureau.oid,
        created_at=result.created_at,
    )
    semd = bureau_files(context, call, call.request.semd)

    def work(tx: Transaction, _: str) -> Answer:
        referral = visible(tx, call, result.referral_number, "ExaminationResult/referralNumber")
        _same_document(referral, result.document_id, "ExaminationResult/documentId")
        _same_bureau(referral, result.bureau.oid, "ExaminationResult/bureau/oid")
        _same_citizen(context, referral, result.citizen.snils or "")
        signer = person(context, result.bureau_head)
        origin = origin_of(call, Party.BUREAU, person=signer, details={"notChecked": not_checked})
        moved = advance(tx, referral, Event.SEND_RESULT, origin)
        kept = keep_signed(
            tx, moved, holder, role=DocumentRole.RESULT, kind=result.document_kind, semd=semd, now=call.now
        )
        to_mis(tx, moved, RESULT, call.now)
        return state_change(SubmitResultResponse, moved, kept)

    return commit(context, call, work)


def _same_document(referral: Referral, document: DocumentId, path: str) -> None:
    if f"{document.root}^{document.extension}".lower() != referral.document_id.lower():
        raise Refused([problem("NOT_FOUND", path, title="Документ направления", actual=document.extension)])


def _same_bureau(referral: Referral, oid: str, path: str) -> None:
    """Refuse a document of another bureau that the same system serves.

    Raises:
        Refused: MSE-2024.
    """
    if oid != referral.bureau_oid:
        role = ROLE_NAMES[BUREAU_HEAD]
        raise Refused(
            [problem("SIGNER_ORG", path, title="Бюро", actual=oid, limit=referral.bureau_oid, role=role)]
        )


def _same_citizen(context: Context, referral: Referral, snils: str) -> None:
    """Refuse a result about somebody else; where one of the documents has no СНИЛС, nothing is compared.

    Raises:
        Refused: MSE-1220.
    """
    known = {citizen_hash(context, ""), citizen_hash(context, normalize_snils(snils))}
    if normalize_snils(snils) and referral.citizen_hash not in known:
        where = "ExaminationResult/citizen/snils"
        raise Refused([problem("PATIENT_MISMATCH", where, title="СНИЛС гражданина", fields="СНИЛС")])
