"""GetReferralStatus: where a referral is, what bounds it, what happened to it (facts, C.3)."""

from __future__ import annotations

from datetime import date

from adapter.contract.exchange.common import Deadline, ErrorEntry, Organization
from adapter.contract.exchange.referral import (
    GetReferralStatusRequest,
    GetReferralStatusResponse,
    HistoryEntry,
)
from adapter.domain.clocks import Clock
from adapter.domain.deadlines import deadline, term_code
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.identifiers import mask_snils, normalize_snils
from adapter.domain.priority import PriorityCategory
from adapter.domain.states import Party, State, move, name_of, possible, public_status
from adapter.domain.subjects import region, zone
from adapter.operations.access import citizen_hash, may_see, not_found
from adapter.operations.answers import error_entry
from adapter.operations.context import Answer, Call, Context, answer
from adapter.operations.documents import DISCLOSED
from adapter.operations.moves import clocks_of
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

    def look(tx: Transaction) -> GetReferralStatusResponse:
        referral = tx.referrals.get(request.referral_number)
        if referral is None or not _may_ask(tx, context, call, referral, snils):
            raise not_found(request.referral_number, "GetReferralStatusRequest/referralNumber")
        rows = tx.journal.list(referral.number)
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
            expected_completion_date=expected_day(referral),
            deadline=_deadline(referral),
            registration_number=referral.registration_number,
            emdr_id=referral.remd_id,
            grounds=tuple(str(one) for one in grounds) if isinstance(grounds, list) else (),
            error=_errors(referral, call.correlation_id),
            result_available=bool(results),
            result_document_id=results[-1] if results else None,
            history=tuple(_history(row) for row in rows if row.event != DISCLOSED),
        )

    return answer(context.store.read(look), referral_number=request.referral_number)


def _may_ask(
    tx: Transaction, context: Context, call: Call[GetReferralStatusRequest], referral: Referral, snils: str
) -> bool:
    named = bool(snils) and referral.citizen_hash == citizen_hash(context, snils)
    return named or may_see(tx, call.partner, referral)


def responsible(referral: Referral) -> Organization:
    """Return whose turn it is: the organisation that can make the next move."""
    state = State(referral.state)
    steps = [move(state, event) for event in possible(state)]
    turns = {party for step in steps if step is not None for party in step.parties}
    name = str(referral.details.get("organizationName") or "")
    if Party.BUREAU in turns:
        return Organization(oid=referral.bureau_oid)
    return Organization(oid=referral.organization_oid, name=name or None)


def _deadline(referral: Referral) -> Deadline | None:
    if referral.deadline_code is None or referral.deadline_at is None:
        return None
    return Deadline(code=referral.deadline_code, until=referral.deadline_at)


def expected_day(referral: Referral) -> date | None:
    """Return the last day of the term of the expertise, in the zone of the bureau; None while none runs."""
    exam: Clock | None = next((one for one in clocks_of(referral) if one.name == _EXAM), None)
    if exam is None or exam.waits_since is not None:
        return None
    subject = region(referral.bureau_oid)
    code = term_code(_EXAM, PriorityCategory(referral.priority))
    until = deadline(code, exam.counts_from, zone(subject), region=subject)
    return until.astimezone(zone(subject)).date()


def _errors(referral: Referral, correlation_id: str) -> tuple[ErrorEntry, ...]:
    """Return РЭМД's refusal of the present version, while it stands."""
    codes = referral.details.get("remdErrors", [])
    if referral.state != State.REMD_REJECTED or not isinstance(codes, list):
        return ()
    found = (problem("REMD_REFUSED", reason=str(code), remd_code=str(code)) for code in codes)
    return tuple(error_entry(one, correlation_id) for one in found)


def _history(row: JournalRow) -> HistoryEntry:
    return HistoryEntry(
        number=row.number,
        at=row.at,
        event=row.event,
        from_=row.state_from,
        to=row.state_to,
        actor=row.actor_system or "",
        explanation=row.reason or None,
    )
