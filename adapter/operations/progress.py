"""GetProgress: how far a referral is, for the citizen whom the portal has recognised (R24, R39, R136)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from adapter.contract.exchange.information import GetProgressRequest, GetProgressResponse, ProgressEvent
from adapter.domain.document_roles import DocumentRole
from adapter.domain.identifiers import normalize_snils
from adapter.domain.states import State, name_of, public_status
from adapter.operations.access import citizen_hash, not_found
from adapter.operations.changes import place_in
from adapter.operations.context import Answer, Call, Context, answer
from adapter.operations.disclosing import life, origin_of_call, shown
from adapter.operations.moves import clocks_of
from adapter.operations.status import SERVICE_TYPE, expected_day, responsible
from storage import JournalRow, Referral, Transaction

_APPEAL = "APPEAL_FILE"
#: States in which the day of the expertise still lies ahead or is being waited for.
_APPOINTED = frozenset({State.SCHEDULED})
_DONE = frozenset({State.RESULT_SENT, State.COMPLETED, State.APPEALED})


def get_progress(context: Context, call: Call[GetProgressRequest]) -> Answer:
    """Answer by the number and the identity together.

    A wrong number, somebody else's and a wrong СНИЛС are answered alike, and by the same look at the
    register: numbers cannot be tried out. The decision and everything medical stay unsaid.

    Raises:
        Refused: MSE-5003.
    """
    request = call.request
    asking = citizen_hash(context, normalize_snils(request.snils))

    def look(tx: Transaction) -> GetProgressResponse:
        referral = tx.referrals.get(request.referral_number)
        mine = referral is not None and referral.citizen_hash == asking and referral.test == call.test
        if referral is None or not mine:
            raise not_found(request.referral_number, "GetProgressRequest/referralNumber")
        state = State(referral.state)
        documents = tx.documents.list(referral.number) if state in _DONE else ()
        results = [one.id for one in documents if one.role == DocumentRole.RESULT]
        appointed = _appointed(referral, state)
        return GetProgressResponse(
            referral_number=referral.number,
            service_type=SERVICE_TYPE,
            public_status=_shown(state),
            since=referral.state_since,
            responsible_organization=responsible(referral),
            expected_completion_date=expected_day(context, referral),
            examination_at=_examination_at(appointed),
            examination_place=_examination_place(tx, appointed),
            appeal_until=_appeal_until(context, referral),
            event=tuple(_events(life(tx, referral.number))),
            result_available=bool(results),
            result_document_id=results[-1] if results else None,
        )

    found = context.store.read(look)
    origin = origin_of_call(context, call, snils=normalize_snils(request.snils))
    context.store.transact(lambda tx: shown(tx, origin, {found.referral_number: {}}))
    return answer(found, referral_number=request.referral_number)


def _shown(state: State) -> str:
    status = public_status(state)
    return str(status) if status else name_of(state)


def _events(rows: Iterable[JournalRow]) -> Iterator[ProgressEvent]:
    """Return when what the citizen is shown changed; steps between states that look alike are not told."""
    last = ""
    for row in rows:
        shown = _shown(State(row.state_to)) if row.state_to else last
        if shown != last:
            yield ProgressEvent(at=row.at, public_status=shown)
            last = shown


def _appointed(referral: Referral, state: State) -> Mapping[str, Any]:
    """Return the appointment that still lies ahead; empty when there is none."""
    return referral.details.get("examination") or {} if state in _APPOINTED else {}


def _examination_at(appointed: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(appointed["at"]) if appointed else None


def _examination_place(tx: Transaction, appointed: Mapping[str, Any]) -> str | None:
    words = tx.documents.get(appointed.get("words", ""))
    return place_in(tx.documents.read(words.id, 0, words.size).decode()) if words else None


def _appeal_until(context: Context, referral: Referral) -> date | None:
    running = next((one for one in clocks_of(referral) if one.name == _APPEAL), None)
    until = None if running is None else context.following.end(running, referral)[1]
    if until is None:
        return None
    return until.astimezone(context.following.counting.zone(referral.organization_oid)).date()
