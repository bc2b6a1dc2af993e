"""ExtendDeadline and RequestAdditionalExamination: why an answer takes longer, told in writing (R77, R83)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from adapter.contract.exchange.bureau import (
    ExtendDeadlineRequest,
    ExtendDeadlineResponse,
    RequestAdditionalExaminationRequest,
    RequestAdditionalExaminationResponse,
)
from adapter.domain.clocks import Clock
from adapter.domain.deadlines import term_code
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import Problem, problem
from adapter.domain.extensions import EXTENDABLE, EXTENDABLE_CODES, extendable_now
from adapter.domain.identifiers import shown_code
from adapter.domain.kinds import kind_problem
from adapter.domain.priority import PriorityCategory
from adapter.domain.states import Event, Party, Situation, State, refusal
from adapter.operations.acting import acted_on, keep_text, state_change
from adapter.operations.answers import commit
from adapter.operations.context import Answer, Call, Context, Refused
from adapter.operations.judgement import local_day
from adapter.operations.mail import ADDITIONAL_EXAMINATION, STATUS, to_mis
from adapter.operations.moves import (
    advance,
    clocks_of,
    extensions_of,
    origin_of,
    situation_of,
)
from adapter.operations.signed_documents import bureau_files, keep_semd
from storage import Referral, Transaction

_PROGRAMME_TYPE = "375"


def extend(context: Context, call: Call[ExtendDeadlineRequest]) -> Answer:
    """ExtendDeadline: a term that runs ends on a later day; the hospital is told why and until when."""
    request = call.request
    if request.deadline_code not in EXTENDABLE_CODES:
        raise Refused([_unknown_term(request.deadline_code)])

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
        runs = extendable_now(clocks_of(referral), PriorityCategory(referral.priority))
        clock = runs.get(request.deadline_code)
        if clock is None:
            raise Refused([_does_not_run(call, referral, tuple(runs))])
        end = call.following.end(clock, referral)[1]
        until = call.following.counting.last_instant(request.until, acting_oid(call, clock, referral))
        said = Situation(term_ends_at=end, extended_to=until)
        moved = _extended(tx, call, referral, clock, said)
        day = f"{request.until:%d.%m.%Y}"
        text = f"Продлён {EXTENDABLE[clock.name].name}: до {day} включительно.\nПричина: {request.reason}"
        kept = keep_text(tx, moved, text, call.now)
        to_mis(tx, moved, STATUS, call.now)
        return state_change(ExtendDeadlineResponse, moved, kept)

    return commit(context, call, work)


def request_examination(context: Context, call: Call[RequestAdditionalExaminationRequest]) -> Answer:
    """RequestAdditionalExamination: a programme for the hospital; the term of the expertise waits meanwhile.

    The hospital answers with the next version of the referral.
    """
    request = call.request
    semd = bureau_files(context, call, request.semd)

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
        until = request.until.isoformat() if request.until else ""
        asked = {"versionNumber": referral.version_number, "until": until, "askedAt": call.now.isoformat()}
        origin = origin_of(call, Party.BUREAU, details=asked)
        moved = advance(
            tx, referral, Event.REQUEST_EXAMINATION, origin, details={"additionalExamination": asked}
        )
        _judge_programme(call, moved)
        kept = keep_text(tx, moved, _programme(request), call.now, DocumentRole.ADDITIONAL_EXAMINATION)
        if request.semd is not None:
            keep_semd(tx, moved, semd, request.semd.document_type, call.now)
        to_mis(tx, moved, ADDITIONAL_EXAMINATION, call.now)
        return state_change(RequestAdditionalExaminationResponse, moved, kept)

    return commit(context, call, work)


def _extended(
    tx: Transaction, call: Call[ExtendDeadlineRequest], referral: Referral, clock: Clock, said: Situation
) -> Referral:
    """Move the end of a clock.

    Raises:
        Refused: MSE-1122, the new day is not later; MSE-5004.
    """
    end, until = said.term_ends_at, said.extended_to
    if end is None or until is None or until <= max(end, call.now):
        raise Refused([_not_later(call, referral, clock, max(end or call.now, call.now))])
    details = {"deadline": call.request.deadline_code, "from": end.isoformat(), "to": until.isoformat()}
    extended = {**extensions_of(referral), clock.name: until}
    stored = {name: moment.isoformat() for name, moment in extended.items()}
    origin = origin_of(call, Party.BUREAU, details=details)
    return advance(tx, referral, Event.EXTEND_DEADLINE, origin, said=said, details={"extended": stored})


def acting_oid(call: Call[ExtendDeadlineRequest], clock: Clock, referral: Referral) -> str:
    """Return the organisation that must act within a term."""
    code = term_code(clock.name, PriorityCategory(referral.priority))
    return call.following.actor(code, clock.began, referral)[1]


def _unknown_term(code: str) -> Problem:
    return problem(
        "CODE_UNKNOWN",
        "ExtendDeadlineRequest/deadlineCode",
        title="Код срока",
        actual=shown_code(code),
        limit=", ".join(EXTENDABLE_CODES),
        dictionary="Сроки, которые продлевает бюро",
        oid="перечень в описании обмена",
        version=", ".join(EXTENDABLE_CODES),
    )


def _does_not_run(call: Call[ExtendDeadlineRequest], referral: Referral, running: tuple[str, ...]) -> Problem:
    """Return MSE-5004 that names the terms which run."""
    found = refusal(
        State(referral.state),
        Event.EXTEND_DEADLINE,
        party=Party.BUREAU,
        situation=situation_of(referral, call.now, call.following),
    )
    if found is None:
        raise LookupError("a term that does not run can be extended nowhere")
    shown = ", ".join(running) or "ни один"
    return replace(found, how_to_fix=f"{found.how_to_fix} Идут сроки, которые можно продлить: {shown}.")


def _not_later(
    call: Call[ExtendDeadlineRequest], referral: Referral, clock: Clock, after: datetime
) -> Problem:
    return problem(
        "DATE_ORDER",
        "ExtendDeadlineRequest/until",
        title="Новая дата срока",
        actual=f"{call.request.until:%d.%m.%Y}",
        limit=f"{local_day(acting_oid(call, clock, referral), after):%d.%m.%Y}",
        relation="раньше или в день",
        other="прежнее окончание срока или сегодня",
    )


def _judge_programme(call: Call[RequestAdditionalExaminationRequest], referral: Referral) -> None:
    """Refuse a programme for a day that is over, and a file that is no programme.

    Raises:
        Refused: MSE-1122, MSE-1020.
    """
    request, found = call.request, []
    today = local_day(referral.bureau_oid, call.now)
    if request.until is not None and request.until < today:
        found.append(
            problem(
                "DATE_ORDER",
                "RequestAdditionalExaminationRequest/until",
                title="К какой дате",
                actual=f"{request.until:%d.%m.%Y}",
                limit=f"{today:%d.%m.%Y}",
                relation="раньше",
                other="сегодня",
            )
        )
    if request.semd is not None:
        where = "RequestAdditionalExaminationRequest/semd/documentType"
        closed = kind_problem(request.semd.document_type, today, where, type_code=_PROGRAMME_TYPE)
        found += [closed] if closed else []
    if found:
        raise Refused(found)


def _programme(request: RequestAdditionalExaminationRequest) -> str:
    lines = ["Программа дополнительного обследования", request.explanation]
    for number, one in enumerate(request.examinations, start=1):
        code = f"{one.code} " if one.code else ""
        note = f" — {one.note}" if one.note else ""
        lines.append(f"{number}. {code}{one.name}{note}")
    lines += [f"Срок: до {request.until:%d.%m.%Y} включительно."] if request.until else []
    return "\n".join(lines)
