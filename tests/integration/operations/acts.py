"""The bureau's acts beyond the straight way, each as one request about a `Walk`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from lxml import etree

from adapter.contract.exchange.bureau import (
    AcceptReferralRequest,
    AdditionalExamination,
    AssignExecutorRequest,
    Examination,
    Executor,
    ExtendDeadlineRequest,
    FetchReferralsRequest,
    FetchReferralsResponse,
    ForwardReferralRequest,
    ReplaceDocumentRequest,
    RequestAdditionalExaminationRequest,
    ReturnReferralRequest,
    ScheduleExaminationRequest,
    SubmitResultRequest,
)
from adapter.contract.exchange.bureau_register import RegisterAppealDecisionRequest, RegisterAppealRequest
from adapter.contract.exchange.common import File, Organization
from adapter.contract.exchange.referral import GetReferralStatusRequest, GetReferralStatusResponse
from adapter.domain.document_roles import DocumentRole
from adapter.domain.partners import Delivery, Partners
from adapter.domain.states import Event, Party
from adapter.operations.moves import Origin, advance
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS, PUSH_BUREAU, PUSH_SYSTEM, DemoBureau, DemoSystem
from storage import Document, Transaction
from tests.integration.operations.gateway import Gateway, Reply, request_id
from tests.integration.operations.walk import Walk

NOBODYS_DOCUMENT = "01234567-89ab-7def-8123-456789abcdef"


def status(walk: Walk, system: DemoSystem = MIS) -> GetReferralStatusResponse:
    """Ask where the referral is."""
    asked = GetReferralStatusRequest(request_id=request_id(), referral_number=walk.number)
    path = "/ws/referral"
    return walk.gateway.call(system, asked, path=path).read(GetReferralStatusResponse)


def both_poll(gateway: Gateway) -> None:
    """Let the second bureau ask for its referrals, too."""
    partners = gateway.runtime.context.partners
    changed = (
        replace(one, delivery=Delivery.POLL) if one.code == PUSH_SYSTEM.code else one for one in partners
    )
    gateway.change(partners=Partners(tuple(changed)))


def forward(walk: Walk, to: DemoBureau = PUSH_BUREAU, system: DemoSystem = BUREAU_SYSTEM) -> Reply:
    """Hand the referral to another bureau."""
    request = ForwardReferralRequest(
        request_id=request_id(),
        referral_number=walk.number,
        bureau=Organization(oid=to.oid, name=to.name),
        reason="Сложный случай, нужен состав главного бюро",
    )
    return walk.gateway.call(system, request)


def assign(walk: Walk, snils: str | None = "001-000-099 34", **more: Any) -> Reply:
    """Name an executor."""
    executor = Executor(
        family_name="Исполняев",
        given_name="Олег",
        snils=snils,
        position="Врач по медико-социальной экспертизе",
    )
    request = AssignExecutorRequest(
        request_id=request_id(), referral_number=walk.number, executor=executor, **more
    )
    return walk.gateway.call(BUREAU_SYSTEM, request)


def appoint(walk: Walk, kind: str, at: datetime | None = None) -> Reply:
    """Name a day, another day, or a no-show."""
    examination = Examination(
        at=at or walk.gateway.clock() + timedelta(days=3),
        place="Бюро № 1",
        form="IN_PERSON",
        kind=kind,
        reason=None if kind == "NEW" else "Гражданин заболел",
    )
    request = ScheduleExaminationRequest(
        request_id=request_id(), referral_number=walk.number, examination=examination
    )
    return walk.gateway.call(BUREAU_SYSTEM, request)


def reschedule(walk: Walk) -> Reply:
    """Name another day."""
    return appoint(walk, "RESCHEDULE")


def no_show(walk: Walk) -> Reply:
    """Write down that the citizen did not come."""
    return appoint(walk, "NO_SHOW", walk.gateway.clock())


def extend(walk: Walk, code: str = "", until: date | None = None) -> Reply:
    """Extend a term, by default that of the state by a hundred days."""
    row = walk.gateway.row(walk.number)
    request = ExtendDeadlineRequest(
        request_id=request_id(),
        referral_number=walk.number,
        deadline_code=code or row.deadline_code or "APPEAL_FILE",
        until=until or (walk.gateway.clock() + timedelta(days=100)).date(),
        reason="Ожидается ответ другой организации",
    )
    return walk.gateway.call(BUREAU_SYSTEM, request)


def ask_for_more(walk: Walk, *, until: date | None = None, semd: File | None = None) -> Reply:
    """Ask the hospital for an additional examination."""
    request = RequestAdditionalExaminationRequest(
        request_id=request_id(),
        referral_number=walk.number,
        explanation="Уточнить функциональный класс",
        examinations=(AdditionalExamination(code="A04.10.002", name="Эхокардиография", note="с нагрузкой"),),
        until=until,
        semd=semd,
    )
    return walk.gateway.call(BUREAU_SYSTEM, request)


def stored(walk: Walk, role: DocumentRole) -> list[Document]:
    """Return the files of the referral in a role, oldest first."""
    rows = walk.gateway.runtime.store.read(lambda tx: tx.documents.list(walk.number))
    return [one for one in rows if one.role == role]


def content(walk: Walk, document: Document) -> str:
    """Return the text of a file."""
    read = walk.gateway.runtime.store.read(lambda tx: tx.documents.read(document.id, 0, document.size))
    return read.decode()


def last_id(walk: Walk, role: DocumentRole) -> str:
    """Return the id of the file of a role that came last, or of none."""
    found = stored(walk, role)
    return found[-1].id if found else NOBODYS_DOCUMENT


def replace_notice(walk: Walk, document_id: str = "") -> Reply:
    """Send another return notice in the place of the last one."""
    notice = walk.gateway.clerk.return_notice(walk.referral, walk.number, BUREAU)
    request = ReplaceDocumentRequest(
        request_id=request_id(),
        referral_number=walk.number,
        document_id=document_id or last_id(walk, DocumentRole.RETURN_NOTICE),
        reason="Названо не то основание",
        signed_return_notice=notice,
    )
    return walk.gateway.call(BUREAU_SYSTEM, request)


def replace_result(walk: Walk, document_id: str = "") -> Reply:
    """Send another result in the place of the last one."""
    result = walk.gateway.clerk.result(walk.referral, walk.number, BUREAU)
    request = ReplaceDocumentRequest(
        request_id=request_id(),
        referral_number=walk.number,
        document_id=document_id or last_id(walk, DocumentRole.RESULT),
        reason="Опечатка в группе",
        signed_examination_result=result,
    )
    return walk.gateway.call(BUREAU_SYSTEM, request)


def appeal(walk: Walk, **more: Any) -> Reply:
    """Register an appeal; the arguments are those of `appeal_request`."""
    return walk.gateway.call(BUREAU_SYSTEM, appeal_request(walk, **more))


def appeal_request(
    walk: Walk, *, number: str = "Ж-1", filed: timedelta = timedelta(), files: Sequence[File] = ()
) -> RegisterAppealRequest:
    """Return the request that registers an appeal filed some time ago."""
    filed_at = walk.gateway.clock() - filed
    return RegisterAppealRequest(
        request_id=request_id(),
        referral_number=walk.number,
        appeal_number=number,
        filed_at=filed_at,
        appellant="CITIZEN",
        decision_number="105.1.77/2026",
        decision_date=(filed_at - timedelta(days=1)).date(),
        reason="Не согласен с группой",
        file=tuple(files),
    )


def decide(
    walk: Walk, outcome: str = "UPHELD", *, number: str = "Ж-1", system: DemoSystem = BUREAU_SYSTEM
) -> Reply:
    """Register the decision about the appeal."""
    request = RegisterAppealDecisionRequest(
        request_id=request_id(),
        referral_number=walk.number,
        appeal_number=number,
        decided_at=walk.gateway.clock(),
        outcome=outcome,
        explanation="Решение бюро обосновано",
    )
    return walk.gateway.call(system, request)


def change_decision(walk: Walk) -> Reply:
    """Register the decision that changes what was decided."""
    return decide(walk, "CHANGED")


def expire_rework(walk: Walk) -> None:
    """Let the term of rework run out, as the timer does."""
    deadline = walk.gateway.row(walk.number).deadline_at
    assert deadline is not None
    _expire(walk, deadline + timedelta(seconds=1))


def expire_now(walk: Walk) -> None:
    """Let the timer look at the referral now.

    Raises:
        Refused: there is nothing to expire.
    """
    _expire(walk, walk.gateway.clock())


def _expire(walk: Walk, now: datetime) -> None:
    origin = Origin(Party.ADAPTER, "MSEA01001", "expire rework", "c", now)

    def expire(tx: Transaction) -> None:
        row = tx.referrals.lock(walk.number)
        assert row is not None
        advance(tx, row, Event.EXPIRE_REWORK, origin)

    walk.gateway.runtime.store.transact(expire)


def result_request(result: etree._Element) -> SubmitResultRequest:
    """Return the request that sends a signed result."""
    return SubmitResultRequest(request_id=request_id(), signed_examination_result=result)


def return_request(notice: etree._Element) -> ReturnReferralRequest:
    """Return the request that returns a referral."""
    return ReturnReferralRequest(request_id=request_id(), signed_return_notice=notice)


def accept_request(walk: Walk) -> AcceptReferralRequest:
    """Return the request that takes a referral into work."""
    return AcceptReferralRequest(request_id=request_id(), referral_number=walk.number)


def events(walk: Walk) -> list[str]:
    """Return the journal of a referral but for disclosures."""
    return [row.event for row in walk.gateway.journal(walk.number) if row.event != "DISCLOSED"]


def file(name: str, kind: str, data: bytes) -> File:
    """Return a file inside a request."""
    return File(
        name=name,
        document_type=kind,
        media_type="application/xml",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content=base64.b64encode(data).decode(),
    )


def fetch(gateway: Gateway, system: DemoSystem) -> FetchReferralsResponse:
    """Ask what waits for a bureau."""
    asked = FetchReferralsRequest(request_id=request_id(), max_items=50)
    return gateway.call(system, asked).read(FetchReferralsResponse)
