"""ForwardReferral and AssignExecutor: which bureau has a referral, and who in it."""

from __future__ import annotations

from typing import Any

from adapter.contract.exchange.bureau import (
    AssignExecutorRequest,
    AssignExecutorResponse,
    Executor,
    ForwardReferralRequest,
    ForwardReferralResponse,
)
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.identifiers import check_snils, mask_snils, normalize_snils
from adapter.domain.partners import Partner
from adapter.domain.states import Event, Party, Situation, State
from adapter.operations.acting import acted_on, keep_text, not_in_future, state_change
from adapter.operations.answers import commit
from adapter.operations.context import Answer, Call, Context, Refused
from adapter.operations.mail import REFERRAL, STATUS, to_bureau, to_mis
from adapter.operations.moves import advance, origin_of
from storage import Referral, Transaction


def forward(context: Context, call: Call[ForwardReferralRequest]) -> Answer:
    """ForwardReferral: to another bureau or up to the main or the federal one; it registers anew.

    An appeal goes up as it is: the referral stays under appeal, and the term of the review goes on.
    """
    request = call.request

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
        said = Situation(to_bureau_oid=request.bureau.oid)
        details = {"fromBureau": referral.bureau_oid, "toBureau": request.bureau.oid}
        columns: dict[str, Any] = {"bureau_oid": request.bureau.oid}
        if referral.state != State.APPEALED:  # the number of one bureau says nothing at another
            columns |= {"registration_number": None, "registered_at": None}
        receiver = _receiver(context, call, referral)
        columns["bureau"] = receiver.code if receiver is not None else None
        origin = origin_of(call, Party.BUREAU, details=details)
        moved = advance(tx, referral, Event.FORWARD, origin, said=said, **columns)
        if receiver is None:
            raise Refused([_no_such_bureau(call)])
        tx.mailbox.withdraw(referral.bureau or "", referral.number, [REFERRAL])
        keep_text(tx, moved, request.reason, call.now)
        to_bureau(tx, context, moved, call.now)
        to_mis(tx, moved, STATUS, call.now)
        return state_change(ForwardReferralResponse, moved)

    forwarded = commit(context, call, work)
    context.bell.ring()
    return forwarded


def assign(context: Context, call: Call[AssignExecutorRequest]) -> Answer:
    """AssignExecutor: the specialist who answers for a referral, again for another one (R81)."""
    request = call.request
    executor = request.executor
    snils = normalize_snils(executor.snils or "")
    if snils and check_snils(snils) is not None:
        where, whose = "AssignExecutorRequest/executor/snils", "исполнителя"
        raise Refused([problem("SNILS_CHECKSUM", where, actual=mask_snils(snils), whose=whose)])

    def work(tx: Transaction, _: str) -> Answer:
        referral = acted_on(tx, call, request.referral_number)
        if request.assigned_at is not None:
            not_in_future(call, request.assigned_at, "assignedAt", "Дата назначения")
        person = context.pseudonym(f"snils:{snils}") if snils else ""
        again = bool(referral.details.get("executor"))
        origin = origin_of(call, Party.BUREAU, details={"executor": person, "again": again})
        changed = {"executor": {"person": person, "assignedAt": call.now.isoformat()}}
        moved = advance(tx, referral, Event.ASSIGN_EXECUTOR, origin, details=changed)
        kept = keep_text(tx, moved, _named(executor), call.now, DocumentRole.EXECUTOR)
        return state_change(AssignExecutorResponse, moved, kept)

    return commit(context, call, work)


def _receiver(context: Context, call: Call[ForwardReferralRequest], referral: Referral) -> Partner | None:
    """Return the system of the named bureau, of the contour of the referral."""
    found = context.partners.bureau_of(call.request.bureau.oid)
    return found if found is not None and found.test == referral.test else None


def _no_such_bureau(call: Call[ForwardReferralRequest]) -> Any:
    where = "ForwardReferralRequest/bureau/oid"
    day = f"{call.now:%d.%m.%Y}"
    return problem("ORG_NOT_FOUND", where, title="Бюро", actual=call.request.bureau.oid, date=day)


def _named(executor: Executor) -> str:
    names = (executor.family_name, executor.given_name, executor.patronymic)
    lines = [f"Исполнитель: {' '.join(name for name in names if name)}"]
    lines += [f"Должность: {executor.position}"] if executor.position else []
    return "\n".join(lines)
