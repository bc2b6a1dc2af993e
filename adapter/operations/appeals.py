"""RegisterAppeal, RegisterAppealDecision; an appeal that overtakes the hospital's acknowledgement (R79)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapter.contract.exchange.bureau_register import (
    RegisterAppealDecisionRequest,
    RegisterAppealDecisionResponse,
    RegisterAppealRequest,
    RegisterAppealResponse,
)
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.states import Event, Party, Situation, State
from adapter.operations.acting import (
    acted_on,
    keep_files,
    keep_text,
    not_in_future,
    request_files,
    state_change,
)
from adapter.operations.answers import commit
from adapter.operations.context import Answer, Call, Context, Refused
from adapter.operations.judgement import local_day
from adapter.operations.mail import STATUS, to_mis
from adapter.operations.moves import (
    SOURCE,
    Origin,
    advance,
    moves_of,
    note,
    origin_of,
    origin_of_held,
    source_of,
)
from storage import Referral, Transaction

#: Kind of the held event, and its journal row, for an appeal that came before the hospital took the result.
HELD_APPEAL = "APPEAL"
APPEAL_HELD = "APPEAL_HELD"

#: The decision changes what was decided, or leaves it.
_OUTCOMES = {
    "UPHELD": Event.DECIDE_APPEAL,
    "DISMISSED": Event.DECIDE_APPEAL,
    "CHANGED": Event.CHANGE_DECISION,
}


def register_appeal(context: Context, call: Call[RegisterAppealRequest]) -> Answer:
    """RegisterAppeal: the citizen appeals in time; the review of the main bureau begins.

    The citizen may have the decision before the hospital's system has it: such an appeal is kept, and applied
    when the hospital acknowledges the result.
    """
    request = call.request
    files = request_files(context, call, request.file)

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
        waits = [one for one in tx.held_events.list(referral.number) if one.kind == HELD_APPEAL]
        hold = referral.state == State.RESULT_SENT and not waits
        if not hold:
            moves_of(referral.state, Event.APPEAL, Party.BUREAU)
        _judge_dates(call, referral)
        payload = {
            "number": request.appeal_number,
            "filedAt": request.filed_at.isoformat(),
            "appellant": request.appellant,
            "decisionNumber": request.decision_number,
            "decisionDate": request.decision_date.isoformat(),
        }
        if hold:
            origin = origin_of(call, Party.BUREAU, details=payload)
            tx.held_events.add(referral.number, HELD_APPEAL, {**payload, **source_of(origin)}, call.now)
            note(tx, referral.number, APPEAL_HELD, origin)
            moved = referral
        else:
            moved = _appealed(tx, referral, origin_of(call, Party.BUREAU, details=payload), payload)
        kept = keep_text(tx, moved, request.reason, call.now, DocumentRole.APPEAL)
        keep_files(tx, moved, files, DocumentRole.APPEAL, call.now)
        return state_change(RegisterAppealResponse, moved, kept)

    return commit(context, call, work)


def register_decision(context: Context, call: Call[RegisterAppealDecisionRequest]) -> Answer:
    """RegisterAppealDecision: the decision stays, or a new result is to follow."""
    request = call.request
    files = request_files(context, call, request.file)

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
        event = _OUTCOMES[request.outcome]
        moves_of(referral.state, event, Party.BUREAU)
        appeal = _appeal_of(referral)
        _judge_decision(call, appeal)
        details = {"number": request.appeal_number, "outcome": request.outcome}
        decided = {**appeal, "outcome": request.outcome, "decidedAt": request.decided_at.isoformat()}
        moved = advance(
            tx,
            referral,
            event,
            origin_of(call, Party.BUREAU, details=details),
            said=Situation(decided_appeal=request.appeal_number),
            details={"appeal": decided},
        )
        kept = keep_text(tx, moved, request.explanation, call.now, DocumentRole.APPEAL_DECISION)
        keep_files(tx, moved, files, DocumentRole.APPEAL_DECISION, call.now)
        to_mis(tx, moved, STATUS, call.now)
        return state_change(RegisterAppealDecisionResponse, moved, kept)

    return commit(context, call, work)


def apply_held_appeal(tx: Transaction, referral: Referral, origin: Origin) -> Referral:
    """Apply the appeal that waited for the hospital to take the result; its terms count from its own day.

    Args:
        tx: the transaction of the acknowledgement.
        referral: the row after it.
        origin: of the acknowledgement.

    Returns:
        The row as it is now.

    Raises:
        Overtaken: somebody else moved the referral; the caller tries again.
    """
    held = next((one for one in tx.held_events.list(referral.number) if one.kind == HELD_APPEAL), None)
    if held is None or referral.state != State.COMPLETED or not tx.held_events.remove(held.id):
        return referral
    appeal = {name: value for name, value in held.payload.items() if name not in SOURCE}
    return _appealed(tx, referral, origin_of_held(held, origin, Party.BUREAU, appeal), appeal)


def _appealed(tx: Transaction, referral: Referral, origin: Origin, appeal: Mapping[str, Any]) -> Referral:
    said = Situation(filed_at=datetime.fromisoformat(appeal["filedAt"]))
    moved = advance(tx, referral, Event.APPEAL, origin, said=said, details={"appeal": dict(appeal)})
    to_mis(tx, moved, STATUS, origin.now)
    return moved


def _appeal_of(referral: Referral) -> dict[str, Any]:
    appeal = referral.details.get("appeal")
    return appeal if isinstance(appeal, dict) else {}


def _judge_dates(call: Call[RegisterAppealRequest], referral: Referral) -> None:
    """Refuse an appeal from the future, and one that was filed before the decision.

    Raises:
        Refused: MSE-1121, MSE-1122.
    """
    request = call.request
    not_in_future(call, request.filed_at, "filedAt", "Дата жалобы")
    filed = local_day(referral.bureau_oid, request.filed_at)
    if request.decision_date > filed:
        raise Refused(
            [
                problem(
                    "DATE_ORDER",
                    "RegisterAppealRequest/filedAt",
                    title="Дата жалобы",
                    actual=f"{filed:%d.%m.%Y}",
                    limit=f"{request.decision_date:%d.%m.%Y}",
                    relation="раньше",
                    other="Дата обжалуемого решения",
                )
            ]
        )


def _judge_decision(call: Call[RegisterAppealDecisionRequest], appeal: Mapping[str, Any]) -> None:
    """Refuse a decision about another appeal, from the future, or from before the appeal.

    Raises:
        Refused: MSE-5003, MSE-1121, MSE-1122.
    """
    request = call.request
    if request.appeal_number != appeal.get("number"):
        where = "RegisterAppealDecisionRequest/appealNumber"
        raise Refused([problem("NOT_FOUND", where, title="Номер жалобы", actual=request.appeal_number)])
    not_in_future(call, request.decided_at, "decidedAt", "Дата решения по жалобе")
    filed = datetime.fromisoformat(appeal["filedAt"])
    if request.decided_at < filed:
        raise Refused(
            [
                problem(
                    "DATE_ORDER",
                    "RegisterAppealDecisionRequest/decidedAt",
                    title="Дата решения по жалобе",
                    actual=f"{request.decided_at:%d.%m.%Y}",
                    limit=f"{filed:%d.%m.%Y}",
                    relation="раньше",
                    other="Дата жалобы",
                )
            ]
        )
