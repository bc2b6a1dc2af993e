"""Operations that move a referral and answer with its new state: one shape for all of them."""

from __future__ import annotations

from adapter.contract.exchange.bureau import (
    AcceptReferralRequest,
    AcceptReferralResponse,
    Examination,
    RegisterReferralRequest,
    RegisterReferralResponse,
    RejectReferralRequest,
    RejectReferralResponse,
    ScheduleExaminationRequest,
    ScheduleExaminationResponse,
)
from adapter.contract.exchange.referral import WithdrawReferralRequest, WithdrawReferralResponse
from adapter.domain.states import Event, Party, Situation
from adapter.operations.access import visible
from adapter.operations.acting import acted_on, keep_text, not_in_future, state_change
from adapter.operations.answers import commit
from adapter.operations.context import Answer, Call, Context
from adapter.operations.mail import STATUS, to_mis
from adapter.operations.moves import advance, origin_of
from storage import Transaction

_REJECTIONS = {
    "DUPLICATE": Event.REFUSE_DUPLICATE,
    "LATE": Event.REFUSE_LATE,
    "SIGNATURE": Event.REFUSE_SIGNATURE,
    "REGION": Event.REFUSE_REGION,
}

#: The place stands first in the file of an appointment: a citizen is told it.
_PLACE = "Место: "
_APPOINTMENTS = {"NEW": Event.SCHEDULE, "RESCHEDULE": Event.RESCHEDULE, "NO_SHOW": Event.NO_SHOW}


def register(context: Context, call: Call[RegisterReferralRequest]) -> Answer:
    """RegisterReferral: the bureau gives its registration number; the term of the expertise starts."""
    request = call.request

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
        not_in_future(call, request.registered_at, "registeredAt", "Дата регистрации")
        origin = origin_of(call, Party.BUREAU, details={"registrationNumber": request.registration_number})
        columns = {"registration_number": request.registration_number, "registered_at": request.registered_at}
        said = Situation(registration_number=request.registration_number)
        moved = advance(tx, referral, Event.REGISTER, origin, said=said, **columns)
        to_mis(tx, moved, STATUS, call.now)
        return state_change(RegisterReferralResponse, moved)

    return commit(context, call, work)


def reject(context: Context, call: Call[RejectReferralRequest]) -> Answer:
    """RejectReferral: the bureau refuses on receipt for one of four reasons (requirements R105 to R108)."""
    request = call.request

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
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
        referral = acted_on(tx, call, request.referral_number)
        if request.accepted_at is not None:
            not_in_future(call, request.accepted_at, "acceptedAt", "Дата принятия в работу")
        moved = advance(tx, referral, Event.ACCEPT, origin_of(call, Party.BUREAU))
        to_mis(tx, moved, STATUS, call.now)
        return state_change(AcceptReferralResponse, moved)

    return commit(context, call, work)


def schedule(context: Context, call: Call[ScheduleExaminationRequest]) -> Answer:
    """ScheduleExamination: date, place and form of the expertise; also a new date or a no-show."""
    request = call.request
    examination = request.examination

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
        planned = {
            "at": examination.at.isoformat(),
            "form": examination.form,
            "kind": examination.kind,
        }
        origin = origin_of(call, Party.BUREAU, details=planned)
        event = _APPOINTMENTS[examination.kind]
        words = keep_text(tx, referral, appointment_words(examination), call.now)
        moved = advance(tx, referral, event, origin, details={"examination": {**planned, "words": words}})
        to_mis(tx, moved, STATUS, call.now)
        return state_change(ScheduleExaminationResponse, moved)

    return commit(context, call, work)


def appointment_words(examination: Examination) -> str:
    """Return what a bureau says of an appointment in its own words; the place is the first line."""
    place = " ".join(examination.place.split())
    return f"{_PLACE}{place}" + (f"\nПричина: {examination.reason}" if examination.reason else "")


def place_in(words: str) -> str:
    """Return the place that `appointment_words` names."""
    return words.partition("\n")[0].removeprefix(_PLACE)


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
