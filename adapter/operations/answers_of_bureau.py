"""ReturnReferral and SubmitResult: the bureau's two answers, each a document signed by its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from lxml import etree

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
from adapter.domain.states import Event, Party, Situation, State, state_conflict
from adapter.operations.access import citizen_hash
from adapter.operations.acting import acted_on, state_change
from adapter.operations.answers import commit, refusal_answer
from adapter.operations.context import Answer, Call, Context, Refused
from adapter.operations.files import CheckedFile
from adapter.operations.mail import RESULT, RETURN, to_fund, to_mis
from adapter.operations.moves import NOTHING_SAID, advance, note, origin_of, situation_of
from adapter.operations.signed_documents import bureau_files, digest_of, judged, keep_signed, person
from signing.roles.policy import BUREAU_HEAD
from storage import Referral, Transaction

_RETURN_TYPE = "352"
_RESULT_TYPE = "35"

NO_DETAILS: Mapping[str, Any] = MappingProxyType({})

#: Kind of the held event, and of its journal row, for a result that came too late.
HELD_RESULT = "LATE_RESULT"
RESULT_HELD = "RESULT_HELD"

#: States in which nobody waits for a result any more.
TOO_LATE_FOR_A_RESULT = frozenset(
    {
        State.WITHDRAWN,
        State.NOT_ACCEPTED_DUPLICATE,
        State.NOT_ACCEPTED_LATE,
        State.NOT_ACCEPTED_SIGNATURE,
        State.NOT_ACCEPTED_REGION,
        State.REWORK_EXPIRED,
    }
)


@dataclass(frozen=True, slots=True)
class SignedNotice:
    """A return notice whose signatures hold; `not_checked`: checks of the signers that could not be made."""

    content: ReturnNotice
    not_checked: list[str]

    @property
    def grounds(self) -> list[str]:
        """The grounds, each once, in the order of the notice."""
        return list(dict.fromkeys(reason.ground_code for reason in self.content.reasons))

    def about(self, referral: Referral) -> None:
        """Refuse a notice that is about something else.

        Raises:
            Refused: MSE-5003, MSE-2024.
        """
        _same_document(referral, self.content.document_id, "ReturnNotice/documentId")
        _same_bureau(referral, self.content.bureau.oid, "ReturnNotice/bureau/oid")


@dataclass(frozen=True, slots=True)
class SignedResult:
    """A result whose signatures hold; `not_checked`: checks of the signers that could not be made."""

    content: ExaminationResult
    not_checked: list[str]

    def about(self, context: Context, referral: Referral) -> None:
        """Refuse a result that is about something or somebody else.

        Raises:
            Refused: MSE-5003, MSE-2024, MSE-1220.
        """
        _same_document(referral, self.content.document_id, "ExaminationResult/documentId")
        _same_bureau(referral, self.content.bureau.oid, "ExaminationResult/bureau/oid")
        _same_citizen(context, referral, self.content.citizen.snils or "")


def notice_in(context: Context, call: Call[Any], holder: etree._Element) -> SignedNotice:
    """Return the return notice in a holder, judged.

    Raises:
        Refused: problems of D.1 and D.2.
    """
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
    return SignedNotice(notice, not_checked)


def result_in(context: Context, call: Call[Any], holder: etree._Element) -> SignedResult:
    """Return the result in a holder, judged.

    Raises:
        Refused: problems of D.1 and D.2.
    """
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
    return SignedResult(result, not_checked)


def return_referral(context: Context, call: Call[ReturnReferralRequest]) -> Answer:
    """ReturnReferral: grounds K1 to K5, signed by the head; ФОМС is told in the same transaction (R116)."""
    holder = call.request.signed_return_notice
    signed = notice_in(context, call, holder)
    semd = bureau_files(context, call, call.request.semd)
    notice = signed.content

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, notice.referral_number, "ReturnNotice/referralNumber")
        signed.about(referral)
        moved = returned(tx, context, call, referral, Event.RETURN, signed)
        kept = keep_signed(
            tx,
            moved,
            holder,
            role=DocumentRole.RETURN_NOTICE,
            kind=notice.document_kind,
            semd=semd,
            now=call.now,
        )
        return state_change(ReturnReferralResponse, moved, kept)

    answered = commit(context, call, work)
    context.bell.ring()
    return answered


def returned(
    tx: Transaction,
    context: Context,
    call: Call[Any],
    referral: Referral,
    event: Event,
    signed: SignedNotice,
    *,
    said: Situation = NOTHING_SAID,
    details: Mapping[str, Any] = NO_DETAILS,
) -> Referral:
    """Move a referral by a return notice and tell hospital and fund.

    Args:
        tx: the transaction of the act.
        context: ports.
        call: the request.
        referral: the referral, locked.
        event: the return, or the replacement of a notice.
        signed: the notice.
        said: what the request says beside the notice.
        details: further facts for the journal.

    Raises:
        Refused: MSE-5004.
    """
    grounds = signed.grounds
    origin = origin_of(
        call,
        Party.BUREAU,
        person=person(context, signed.content.signed_by),
        details={"grounds": grounds, "notChecked": signed.not_checked, **details},
    )
    said = replace(said, grounds=len(grounds), signed_by_head=True)
    moved = advance(tx, referral, event, origin, said=said, details={"grounds": grounds})
    tx.mailbox.withdraw(moved.sender, moved.number, [RETURN])
    to_mis(tx, moved, RETURN, call.now)
    facts = {
        "returnedAt": signed.content.returned_at.isoformat(),
        "groundCodes": grounds,
        "organizationName": str(moved.details.get("organizationName") or ""),
    }
    to_fund(tx, context, moved, facts)
    return moved


def submit_result(context: Context, call: Call[SubmitResultRequest]) -> Answer:
    """SubmitResult: the result of the expertise, signed by the head; from SCHEDULED through EXAMINED.

    A result that comes when the referral is withdrawn, refused or expired is refused, kept and flagged.
    """
    holder = call.request.signed_examination_result
    signed = result_in(context, call, holder)
    semd = bureau_files(context, call, call.request.semd)
    result = signed.content

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, result.referral_number, "ExaminationResult/referralNumber")
        signed.about(context, referral)
        if State(referral.state) in TOO_LATE_FOR_A_RESULT:
            return _late(tx, call, referral, holder, signed, semd)
        moved = result_sent(tx, context, call, referral, Event.SEND_RESULT, signed)
        kept = keep_signed(
            tx, moved, holder, role=DocumentRole.RESULT, kind=result.document_kind, semd=semd, now=call.now
        )
        return state_change(SubmitResultResponse, moved, kept)

    return commit(context, call, work)


def result_sent(
    tx: Transaction,
    context: Context,
    call: Call[Any],
    referral: Referral,
    event: Event,
    signed: SignedResult,
    *,
    said: Situation = NOTHING_SAID,
    details: Mapping[str, Any] = NO_DETAILS,
) -> Referral:
    """Move a referral by a result and tell the hospital; the arguments are those of `returned`.

    Raises:
        Refused: MSE-5004.
    """
    signer = person(context, signed.content.bureau_head)
    facts = {"notChecked": signed.not_checked, **details}
    origin = origin_of(call, Party.BUREAU, person=signer, details=facts)
    moved = advance(tx, referral, event, origin, said=replace(said, signed_by_head=True))
    tx.mailbox.withdraw(moved.sender, moved.number, [RESULT])
    to_mis(tx, moved, RESULT, call.now)
    return moved


def _late(
    tx: Transaction,
    call: Call[Any],
    referral: Referral,
    holder: etree._Element,
    signed: SignedResult,
    semd: Sequence[CheckedFile],
) -> Answer:
    """Keep a result that came too late, once, and refuse it (facts, C.2: stored and flagged, not applied)."""
    refused = Refused(
        [
            state_conflict(
                State(referral.state),
                Event.SEND_RESULT,
                party=Party.BUREAU,
                situation=situation_of(referral, call.now, call.following, Situation(signed_by_head=True)),
            )
        ],
        referral.number,
    )
    digest = digest_of(holder)
    known = tx.documents.list(referral.number, referral.version_number)
    if not any(one.role == DocumentRole.LATE_RESULT and one.sha256 == digest for one in known):
        kind = signed.content.document_kind
        kept = keep_signed(
            tx, referral, holder, role=DocumentRole.LATE_RESULT, kind=kind, semd=semd, now=call.now
        )
        tx.held_events.add(referral.number, HELD_RESULT, {"documentId": kept}, call.now)
        note(tx, referral.number, RESULT_HELD, origin_of(call, Party.BUREAU, details={"documentId": kept}))
    return refusal_answer(refused, call.correlation_id)


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
