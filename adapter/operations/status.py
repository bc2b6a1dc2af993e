"""GetReferralStatus: where a referral is, what bounds it, what happened to it (facts, C.3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from adapter.contract.exchange.common import Deadline, ErrorEntry, Organization
from adapter.contract.exchange.referral import (
    Appointment,
    GetReferralStatusRequest,
    GetReferralStatusResponse,
    HistoryEntry,
    PossibleAction,
)
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.identifiers import mask_snils, normalize_snils
from adapter.domain.partners import PartnerKind
from adapter.domain.remd_errors import advice_of, told
from adapter.domain.state_names import EVENT_NAMES, NOTE_NAMES, Event
from adapter.domain.states import Party, State, name_of, possible_to, public_status
from adapter.domain.turns import TURN_OF_STATE, Turn
from adapter.operations.access import citizen_hash, may_see, not_found
from adapter.operations.answers import error_entry
from adapter.operations.context import Answer, Call, Context, answer
from adapter.operations.disclosing import life, origin_of_call, shown
from adapter.operations.moves import clocks_of, situation_of
from storage import JournalRow, Referral, Transaction

SERVICE_TYPE = "Направление на медико-социальную экспертизу"

_EXAM = "BUREAU_EXAM"


def get_status(context: Context, call: Call[GetReferralStatusRequest]) -> Answer:
    """Answer the sender, the bureau, or a system that carries the citizen's identity (R24).

    Raises:
        Refused: MSE-5003, also where the referral is somebody else's.
    """
    request = call.request
    snils = normalize_snils(request.citizen.snils) if request.citizen else ""

    citizens: list[str] = []

    def look(tx: Transaction) -> GetReferralStatusResponse:
        referral = tx.referrals.get(request.referral_number)
        if referral is None or not _may_ask(tx, context, call, referral, snils):
            raise not_found(request.referral_number, "GetReferralStatusRequest/referralNumber")
        citizens[:] = [referral.citizen_hash]
        documents = tx.documents.list(referral.number)
        results = [one.id for one in documents if one.role == DocumentRole.RESULT]
        grounds = referral.details.get("grounds", [])
        status = public_status(State(referral.state))
        return GetReferralStatusResponse(
            referral_number=referral.number,
            citizen_snils_masked=mask_snils(snils) if snils else None,
            service_type=SERVICE_TYPE,
            public_status=str(status) if status else name_of(State(referral.state)),
            state=referral.state,
            since=referral.state_since,
            version_number=referral.version_number,
            responsible_organization=responsible(referral),
            expected_completion_date=expected_day(context, referral),
            deadline=_deadline(referral),
            registration_number=referral.registration_number,
            emdr_id=referral.remd_id,
            grounds=tuple(str(one) for one in grounds) if isinstance(grounds, list) else (),
            error=_errors(referral, call.correlation_id),
            result_available=bool(results),
            result_document_id=results[-1] if results else None,
            history=tuple(_history(row) for row in life(tx, referral.number)),
            running_deadline=_running(context, referral),
            waiting_deadline=_waiting(context, referral),
            possible_action=_actions(call, referral),
            appointment=_appointment(referral),
        )

    found = context.store.read(look)
    details = {"state": found.state, "versionNumber": found.version_number}
    asked_for_oneself = bool(snils) and citizens == [citizen_hash(context, snils)]
    origin = origin_of_call(context, call, snils=snils if asked_for_oneself else "")
    context.store.transact(lambda tx: shown(tx, origin, {request.referral_number: details}))
    return answer(found, referral_number=request.referral_number)


def _may_ask(
    tx: Transaction, context: Context, call: Call[GetReferralStatusRequest], referral: Referral, snils: str
) -> bool:
    named = bool(snils) and referral.citizen_hash == citizen_hash(context, snils)
    return named or may_see(tx, call.partner, referral)


def responsible(referral: Referral) -> Organization:
    """Return whose turn it is; what is in РЭМД waits for the bureau; it takes appeals at the end."""
    name = str(referral.details.get("organizationName") or "")
    state = State(referral.state)
    if state is State.COMPLETED or TURN_OF_STATE.get(state) in {Turn.BUREAU, Turn.REMD}:
        return Organization(oid=referral.bureau_oid)
    return Organization(oid=referral.organization_oid, name=name or None)


def _deadline(referral: Referral) -> Deadline | None:
    if referral.deadline_code is None or referral.deadline_at is None:
        return None
    return Deadline(code=referral.deadline_code, until=referral.deadline_at)


def _running(context: Context, referral: Referral) -> tuple[Deadline, ...]:
    """Return every term that runs, the earliest end first."""
    ends = (context.following.end(one, referral) for one in clocks_of(referral))
    found = (Deadline(code=code, until=until) for code, until in ends if until is not None)
    return tuple(sorted(found, key=lambda one: (one.until, one.code)))


def _waiting(context: Context, referral: Referral) -> tuple[str, ...]:
    ends = (context.following.end(one, referral) for one in clocks_of(referral))
    return tuple(code for code, until in ends if until is None)


def expected_day(context: Context, referral: Referral) -> date | None:
    """Return the day by which the expertise is to be done (R78), at the bureau; None while the term waits."""
    exam = next((one for one in clocks_of(referral) if one.name == _EXAM), None)
    until = None if exam is None else context.following.end(exam, referral)[1]
    if until is None:
        return None
    return until.astimezone(context.following.counting.zone(referral.bureau_oid)).date()


def _actions(call: Call[GetReferralStatusRequest], referral: Referral) -> tuple[PossibleAction, ...]:
    """Return what the asker can do; a system that asks for a citizen can do nothing."""
    partner = call.partner
    if partner.kind is PartnerKind.BUREAU:
        party = Party.BUREAU
    elif referral.sender == partner.code:
        party = Party.MIS
    else:
        return ()
    situation = situation_of(referral, call.now, call.following)
    events = possible_to(State(referral.state), party, situation)
    return tuple(PossibleAction(event=str(one), name=EVENT_NAMES[one]) for one in events)


def _appointment(referral: Referral) -> Appointment | None:
    named: Any = referral.details.get("examination")
    if not named:
        return None
    return Appointment(at=datetime.fromisoformat(named["at"]), form=named["form"], kind=named["kind"])


def _errors(referral: Referral, correlation_id: str) -> tuple[ErrorEntry, ...]:
    """Return РЭМД's refusal of the present version, while it stands."""
    codes = referral.details.get("remdErrors", [])
    if referral.state != State.REMD_REJECTED or not isinstance(codes, list):
        return ()
    found = (
        problem("REMD_REFUSED", reason=told(str(code)), remd_code=str(code), hint=advice_of(str(code)))
        for code in codes
    )
    return tuple(error_entry(one, correlation_id) for one in found)


def _history(row: JournalRow) -> HistoryEntry:
    return HistoryEntry(
        number=row.number,
        at=row.at,
        event=row.event,
        from_=row.state_from,
        to=row.state_to,
        actor=row.actor_system or "",
        explanation=row.reason or _said(row.event),
    )


def _said(event: str) -> str | None:
    """Return what happened in Russian."""
    return EVENT_NAMES[Event(event)] if event in set(Event) else NOTE_NAMES.get(event)
