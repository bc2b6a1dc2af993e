"""Operations that move a referral and answer with its new state: one shape for all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapter.contract.exchange.bureau import (
    AcceptReferralRequest,
    AcceptReferralResponse,
    RegisterReferralRequest,
    RegisterReferralResponse,
    RejectReferralRequest,
    RejectReferralResponse,
    ScheduleExaminationRequest,
    ScheduleExaminationResponse,
)
from adapter.contract.exchange.common import Deadline, StateChange
from adapter.contract.exchange.referral import WithdrawReferralRequest, WithdrawReferralResponse
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.states import Event, Party
from adapter.operations.access import visible
from adapter.operations.answers import commit
from adapter.operations.context import Answer, Call, Context, Refused, answer
from adapter.operations.mail import STATUS, to_mis
from adapter.operations.moves import advance, origin_of
from storage import NewDocument, Referral, Transaction

#: How far a partner's clock may be ahead of ours (facts, B.1).
CLOCK_DIFFERENCE = timedelta(minutes=5)

_REJECTIONS = {
    "DUPLICATE": Event.REFUSE_DUPLICATE,
    "LATE": Event.REFUSE_LATE,
    "SIGNATURE": Event.REFUSE_SIGNATURE,
    "REGION": Event.REFUSE_REGION,
}


def state_change(kind: type[StateChange], referral: Referral, document_id: str | None = None) -> Answer:
    """Return the answer that tells the new state of a referral and the term that bounds it."""
    deadline = None
    if referral.deadline_code and referral.deadline_at:
        deadline = Deadline(code=referral.deadline_code, until=referral.deadline_at)
    content = kind(
        referral_number=referral.number,
        state=referral.state,
        changed_at=referral.state_since,
        deadline=deadline,
        document_id=document_id,
    )
    return answer(content, referral_number=referral.number)


def register(context: Context, call: Call[RegisterReferralRequest]) -> Answer:
    """RegisterReferral: the bureau gives its registration number; the term of the expertise starts."""
    request = call.request

    def work(tx: Transaction, _: str) -> Answer:
        referral = visible(tx, call, request.referral_number, "RegisterReferralRequest/referralNumber")
        if request.registered_at > call.now + CLOCK_DIFFERENCE:
            where = "RegisterReferralRequest/registeredAt"
            shown = f"{request.registered_at:%d.%m.%Y}"
            limit = f"{call.now:%d.%m.%Y}"
            title = "Дата регистрации"
            raise Refused([problem("DATE_IN_FUTURE", where, title=title, actual=shown, limit=limit)])
        origin = origin_of(call, Party.BUREAU, details={"registrationNumber": request.registration_number})
        columns = {"registration_number": request.registration_number, "registered_at": request.registered_at}
        moved = advance(tx, referral, Event.REGISTER, origin, **columns)
        to_mis(tx, moved, STATUS, call.now)
        return state_change(RegisterReferralResponse, moved)

    return commit(context, call, work)


def reject(context: Context, call: Call[RejectReferralRequest]) -> Answer:
    """RejectReferral: the bureau refuses on receipt for one of four reasons (requirements R105 to R108)."""
    request = call.request

    def work(tx: Transaction, _: str) -> Answer:
        referral = visible(tx, call, request.referral_number, "RejectReferralRequest/referralNumber")
        origin = origin_of(call, Party.BUREAU, details={"reason": request.reason})
        moved = advance(tx, referral, _REJECTIONS[request.reason], origin)
        keep_text(tx, moved, request.explanation, call.now)
        to_mis(tx, moved, STATUS, call.now)
        return state_change(RejectReferralResponse, moved)

    return commit(context, call, work)


def accept(context: Context, call: Call[AcceptReferralRequest]) -> Answer:
    """AcceptReferral: taken into work («принято в работу»)."""
    request = call.request

    def work(tx: Transaction, _: str) -> Answer:
        referral = visible(tx, call, request.referral_number, "AcceptReferralRequest/referralNumber")
        moved = advance(tx, referral, Event.ACCEPT, origin_of(call, Party.BUREAU))
        to_mis(tx, moved, STATUS, call.now)
        return state_change(AcceptReferralResponse, moved)

    return commit(context, call, work)


def schedule(context: Context, call: Call[ScheduleExaminationRequest]) -> Answer:
    """ScheduleExamination: date, place and form of the expertise; also a new date or a no-show."""
    request = call.request
    examination = request.examination

    def work(tx: Transaction, _: str) -> Answer:
        referral = visible(tx, call, request.referral_number, "ScheduleExaminationRequest/referralNumber")
        planned = {
            "at": examination.at.isoformat(),
            "form": examination.form,
            "kind": examination.kind,
        }
        origin = origin_of(call, Party.BUREAU, details=planned)
        moved = advance(tx, referral, Event.SCHEDULE, origin, details={"examination": planned})
        lines = [f"Место: {examination.place}"]
        lines += [f"Причина: {examination.reason}"] if examination.reason else []
        keep_text(tx, moved, "\n".join(lines), call.now)
        to_mis(tx, moved, STATUS, call.now)
        return state_change(ScheduleExaminationResponse, moved)

    return commit(context, call, work)


def withdraw(context: Context, call: Call[WithdrawReferralRequest]) -> Answer:
    """WithdrawReferral: by the hospital, before the expertise; the bureau's queue forgets it."""
    request = call.request

    def work(tx: Transaction, _: str) -> Answer:
        referral = visible(tx, call, request.referral_number, "WithdrawReferralRequest/referralNumber")
        moved = advance(tx, referral, Event.WITHDRAW, origin_of(call, Party.MIS))
        keep_text(tx, moved, request.reason, call.now)
        if referral.bureau:
            tx.mailbox.withdraw(referral.bureau, referral.number)
        return state_change(WithdrawReferralResponse, moved)

    return commit(context, call, work)


def keep_text(tx: Transaction, referral: Referral, text: str, now: datetime) -> None:
    """Keep what a partner wrote in its own words as a file of the referral.

    It may name people and places, so neither the journal nor the register holds it.
    """
    tx.documents.add(
        NewDocument(
            referral_number=referral.number,
            version_number=referral.version_number,
            role=str(DocumentRole.EXPLANATION),
            name="explanation.txt",
            media_type="text/plain",
            created_at=now,
            content=text.encode(),
        )
    )
