"""What an accepted submission leaves in the store: claims, register, journal, files, the next delivery.

One transaction keeps all of it together with the message and its answer, or nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapter.contract.exchange.referral import SubmitReferralRequest
from adapter.domain.document_roles import DocumentRole
from adapter.domain.partners import Partner
from adapter.domain.priority import sort_key
from adapter.domain.states import Event, Move, Party, State
from adapter.operations.admission import Admission, still_holds
from adapter.operations.context import Answer, Call, Context
from adapter.operations.files import CheckedFile, stored_documents
from adapter.operations.mail import RETURN, to_registry_or_bureau
from adapter.operations.moves import DUPLICATE_CLAIM, Origin, Overtaken, advance, first_state, origin_of
from adapter.operations.reception import Submission
from adapter.operations.review import NO_REVIEW, Review
from storage import NewDocument, NewReferral, Referral, Transaction

#: Kind of the claim that holds the identifier of a document version (MSE-3002).
DOCUMENT_CLAIM = "document"


#: Kind of the claim that holds localUid, the name under which РЭМД asks for a file; it gives no organisation.
LOCAL_UID_CLAIM = "local-uid"


def local_uid_of(document_id: str) -> str:
    """Return localUid of a document: the extension of its identifier, in lower case."""
    return document_id.partition("^")[2].lower()


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be kept if nothing has moved meanwhile.

    Attributes:
        previous: the row that a correction moves; None for a new referral.
        steps: moves of a new referral.
        admission: what the register says (D.3); a refused referral is kept in a final state and counted.
        review: what is laid beside the documents for the bureau.
    """

    number: str
    submission: Submission
    content_hash: str
    admission: Admission
    bureau: Partner
    previous: Referral | None
    steps: tuple[Move, ...]
    review: Review = NO_REVIEW

    @property
    def refusal(self) -> Event | None:
        """The reason under which the referral is not accepted."""
        return self.admission.event

    @property
    def state(self) -> State:
        """The state that the referral will be in."""
        return self.steps[-1].next_state


def known_documents(referral: NewReferral) -> dict[str, dict[str, str]]:
    """Return hash and message of every version of a referral by its identifier in lower case."""
    known = referral.details.get("documents", {})
    return known if isinstance(known, dict) else {}


def keep(
    context: Context,
    call: Call[SubmitReferralRequest],
    plan: Plan,
    result: Answer,
    tx: Transaction,
    message: str,
) -> Answer:
    """Keep a plan; returns the answer that was made for it.

    Raises:
        Overtaken: a claim was taken or the row moved since the plan was made.
    """
    facts = plan.submission.facts
    key = facts.document_id.lower()
    if tx.claims.take(DOCUMENT_CLAIM, key, plan.number) is not None:
        raise Overtaken(plan.number)
    if tx.claims.take(LOCAL_UID_CLAIM, local_uid_of(key), plan.number) is not None:
        raise Overtaken(plan.number)
    if plan.previous is not None:  # the requisites of the version that is replaced are free
        tx.claims.release_owned(plan.number, [DUPLICATE_CLAIM])
    if not still_holds(tx, plan.admission, plan.number):
        raise Overtaken(plan.number)
    document = {key: {"hash": plan.content_hash, "message": message}}
    not_checked = [str(one) for one in plan.submission.not_checked]
    told: dict[str, Any] = {"versionNumber": facts.version_number, "notChecked": not_checked}
    codes = [one.code for one in plan.admission.problems]
    origin = origin_of(call, Party.MIS, details=told | ({"codes": codes} if codes else {}))
    row = _registered(tx, context, plan, call, origin, document)
    tx.documents.add(*_documents(plan, call.now), *plan.review.files)
    if plan.refusal is None and row.state == State.SUBMITTED:
        to_registry_or_bureau(tx, context, row, has_semd=plan.submission.semd_file is not None, now=call.now)
    return result


def _registered(
    tx: Transaction,
    context: Context,
    plan: Plan,
    call: Call[SubmitReferralRequest],
    origin: Origin,
    document: dict[str, dict[str, str]],
) -> Referral:
    facts, now = plan.submission.facts, call.now
    version: dict[str, Any] = {
        "version_number": facts.version_number,
        "document_id": facts.document_id,
        "document_kind": facts.document_kind,
        "content_hash": plan.content_hash,
        "priority": str(facts.priority),
        "sort_key": sort_key(facts.priority, facts.previous_until, now),
        "issue_date": facts.issue_date,
        "bureau_oid": facts.bureau_oid,
        "bureau": plan.bureau.code,
        "citizen_hash": plan.admission.citizen_hashes[0],
    }
    if plan.previous is None:
        new = NewReferral(
            number=plan.number,
            state=str(plan.state),
            state_since=now,
            sender=call.partner.code,
            organization_oid=facts.organization_oid,
            organization_ogrn=facts.organization_ogrn,
            document_set_id=facts.document_set_id,
            received_at=now,
            test=call.test,
            details={
                "documents": document,
                "organizationName": facts.organization_name,
                "anamnesis": plan.review.anamnesis_hash,
                "purposes": list(facts.purposes),
                "protocolDate": facts.protocol_date.isoformat(),
            },
            **version,
        )
        return first_state(tx, new, plan.steps, origin)
    current = tx.referrals.lock(plan.previous.number)
    if current is None or current.revision != plan.previous.revision:
        raise Overtaken(plan.number)
    tx.mailbox.withdraw(current.sender, current.number, [RETURN])
    cleared: dict[str, Any] = {"remd_id": None, "remd_registered_at": None}
    if current.bureau_oid != facts.bureau_oid:  # the number of one bureau says nothing at another
        cleared |= {"registration_number": None, "registered_at": None}
    details = {
        "documents": {**known_documents(current), **document},
        "anamnesis": plan.review.anamnesis_hash,
        "purposes": list(facts.purposes),
        "protocolDate": facts.protocol_date.isoformat(),
    }
    moved = advance(tx, current, Event.CORRECT, origin, details=details, **cleared, **version)
    if plan.submission.awaits_status:
        waiting = Origin(Party.ADAPTER, context.own.code, call.operation, call.correlation_id, now)
        return advance(tx, moved, Event.AWAIT_CERTIFICATE_STATUS, waiting)
    return moved


def _documents(plan: Plan, now: datetime) -> list[NewDocument]:
    submission, facts = plan.submission, plan.submission.facts
    rows: list[NewDocument] = []
    if submission.signed is not None:
        content = submission.signed
        signed = CheckedFile(
            "SignedReferral.xml", "REFERRAL", "application/xml", hashlib.sha256(content).hexdigest(), content
        )
        rows += _rows(plan, signed, DocumentRole.REFERRAL, now, facts.document_kind, facts.document_id)
    if submission.semd_file is not None:
        local_uid = facts.document_id.partition("^")[2]
        rows += _rows(plan, submission.semd_file, DocumentRole.SEMD, now, facts.document_kind, local_uid)
    for file in submission.files:
        rows += _rows(plan, file, DocumentRole.ATTACHMENT, now)
    return rows


def _rows(
    plan: Plan, file: CheckedFile, role: DocumentRole, now: datetime, kind: str = "", document_id: str = ""
) -> list[NewDocument]:
    return stored_documents(
        file,
        referral_number=plan.number,
        version_number=plan.submission.facts.version_number,
        role=role,
        created_at=now,
        document_kind=kind,
        document_id=document_id,
    )
