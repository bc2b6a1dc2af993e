"""SubmitReferral: a new referral, or the next version of one that was returned or refused.

The decision is made outside the transaction from what was read; the transaction keeps it only if nothing of
that has moved meanwhile (unique claims, revision of the row), else it is made again.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from lxml import etree

from adapter.contract.binding import write
from adapter.contract.exchange.referral import SubmitReferralRequest, SubmitReferralResponse
from adapter.contract.namespaces import document_tag
from adapter.domain.errors import Problem, problem, sort_problems
from adapter.domain.receipt import ReceiptContent, hash_received
from adapter.domain.reception import counted_as, refusals
from adapter.domain.requisites import DocumentId
from adapter.domain.states import Event, Party, Situation, State, path
from adapter.domain.submission import SubmissionFacts
from adapter.operations.admission import admit
from adapter.operations.answers import ATTEMPTS, busy, commit_once, error_entry, refusal_answer, stored_answer
from adapter.operations.context import Answer, Call, Context, Refused, answer
from adapter.operations.keeping import (
    DOCUMENT_CLAIM,
    LOCAL_UID_CLAIM,
    Plan,
    keep,
    known_documents,
    local_uid_of,
)
from adapter.operations.moves import Overtaken, moves_of, situation_of
from adapter.operations.reception import NotReceived, Submission, ports_of, receive
from adapter.operations.review import review
from adapter.operations.routing import routing_of
from signing import sign_xades
from storage import Referral, Transaction

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing to mistake when read aloud


def submit(context: Context, call: Call[SubmitReferralRequest]) -> Answer:
    """Accept a referral durably and answer with a signed receipt.

    Raises:
        Refused: problems of D.1, D.2, D.5 (no referral is made), of access, of the version chain.
        Taken: the same request was answered meanwhile.
    """
    submission = received(context, call)
    content_hash = _content_hash(submission)
    corrects = _corrects(call, submission.facts)
    for attempt in range(ATTEMPTS):
        # A first version is seldom a repeat: then its own claim overtakes it, and it is looked for.
        looks = corrects or attempt > 0
        first = _answered_before(context, call, submission.facts, content_hash) if looks else None
        if first is not None:
            return commit_once(context, call, partial(_again, first), first)
        plan = _reviewed(context, call, _plan(context, call, submission, content_hash))
        result = _answer(context, call, plan)
        try:
            kept = commit_once(context, call, partial(keep, context, call, plan, result), result)
        except Overtaken:
            continue
        context.bell.ring()
        return kept
    raise busy()


def _reviewed(context: Context, call: Call[Any], plan: Plan) -> Plan:
    """Return the plan with what the bureau will read beside the referral; a refused one is not reviewed."""
    if plan.refusal is not None:
        return plan
    seen = review(context, plan.number, plan.submission, plan.previous, call.now)
    return replace(plan, review=seen)


def received(context: Context, call: Call[Any]) -> Submission:
    """Read and check the documents of a submission, and where they come from and go to.

    Raises:
        Refused: all problems of D.1, D.2 and D.5 at once.
    """
    ports = ports_of(context, call, routing_of(context, call))
    try:
        return receive(ports, call.request, call.now)
    except NotReceived as refusal:
        raise Refused((*refusal.problems, *_further_reasons(context, call, refusal))) from None


def _further_reasons(context: Context, call: Call[Any], refusal: NotReceived) -> tuple[Problem, ...]:
    """Return the other reasons of the reception (D.3), where nothing but signatures is wrong."""
    wrong = refusals(refusal.problems)
    facts = refusal.facts
    if facts is None or any(counted_as([one.code]) is not Event.REFUSE_SIGNATURE for one in wrong):
        return ()
    try:
        previous = context.store.read(lambda tx: _previous(tx, call, facts))
    except Refused:
        return ()
    return admit(context, call, facts, previous.number if previous else "").refusals


def rehearse(context: Context, call: Call[Any], submission: Submission) -> tuple[Problem, ...]:
    """Ask the register what SubmitReferral would ask it; nothing is kept.

    Returns:
        What the register warns of.

    Raises:
        Refused: the document is known as another one, out of its chain, or a duplicate.
    """
    content_hash = _content_hash(submission)
    first = _answered_before(context, call, submission.facts, content_hash)
    if first is not None and first.status == "ACCEPT":
        return ()
    plan = _plan(context, call, submission, content_hash)
    if plan.refusal is not None:
        raise Refused(plan.admission.refusals)
    return plan.admission.warnings


def _again(first: Answer, _: Transaction, __: str) -> Answer:
    """Answer a document that was answered before, and keep the answer under the new request, too."""
    return first


def _content_hash(submission: Submission) -> str:
    files = (submission.semd_file, *submission.files)
    return hash_received(submission.signed, [file.sha256 for file in files if file is not None])


def _answered_before(
    context: Context, call: Call[Any], facts: SubmissionFacts, content_hash: str
) -> Answer | None:
    """Return the first answer to this very document (MSE-3001, a safe repeat), None when it is new.

    Raises:
        Refused: MSE-3002, the identifier names another document.
    """
    key = facts.document_id.lower()

    def look(tx: Transaction) -> tuple[bool, Answer | None]:
        owner = tx.claims.owner(DOCUMENT_CLAIM, key)
        referral = tx.referrals.get(owner) if owner else None
        if referral is None:
            return tx.claims.owner(LOCAL_UID_CLAIM, local_uid_of(key)) is not None, None
        known = known_documents(referral).get(key, {})
        message = tx.messages.get(known.get("message", ""))
        mine = referral.sender == call.partner.code and referral.test == call.test
        if not mine or known.get("hash") != content_hash or message is None:
            return True, None
        return True, stored_answer(message)

    taken, first = context.store.read(look)
    if taken and first is None:
        shown = facts.document_id.partition("^")[2] or facts.document_id
        raise Refused([problem("ID_CONFLICT", "Referral/documentId", actual=shown)])
    return first


def _plan(context: Context, call: Call[Any], submission: Submission, content_hash: str) -> Plan:
    facts = submission.facts
    bureau = context.partners.bureau_of(facts.bureau_oid)
    if bureau is None:
        raise LookupError("the reception lets no referral pass without its bureau")
    previous = context.store.read(lambda tx: _previous(tx, call, facts)) if _corrects(call, facts) else None
    if previous is not None:
        # The chain is judged next, by its own code.
        said = Situation(next_version=previous.version_number + 1)
        situation = situation_of(previous, call.now, call.following, said)
        steps = moves_of(previous.state, Event.CORRECT, Party.MIS, situation)
        _check_chain(previous, facts)
    else:
        steps = path(State.SIGNED, Event.SUBMIT)
    admission = admit(context, call, facts, previous.number if previous else "")
    if previous is not None and admission.refusals:  # the version before stays what it is
        raise Refused(admission.refusals)
    if admission.event is not None:
        steps += path(State.SUBMITTED, admission.event)
    elif previous is None and submission.awaits_status:
        steps += path(State.SUBMITTED, Event.AWAIT_CERTIFICATE_STATUS)
    return Plan(
        number=previous.number if previous else new_number(call.now),
        submission=submission,
        content_hash=content_hash,
        admission=admission,
        bureau=bureau,
        previous=previous,
        steps=steps,
    )


def _previous(tx: Transaction, call: Call[Any], facts: SubmissionFacts) -> Referral | None:
    """Return the referral that this version corrects, None for a first version.

    Raises:
        Refused: it is not there, belongs to somebody else, or the version is out of its chain.
    """
    if not _corrects(call, facts):
        return None
    named = _named(call)
    number = named or tx.claims.owner(DOCUMENT_CLAIM, facts.replaces_document_id.lower())
    referral = tx.referrals.get(number) if number else None
    if referral is None or referral.sender != call.partner.code or referral.test != call.test:
        if named:
            raise Refused(
                [problem("NOT_FOUND", f"{call.operation}Request/replaces/referralNumber", actual=named)]
            )
        raise Refused([_version_conflict(facts, "1")])
    return referral


def _named(call: Call[Any]) -> str:
    return call.request.replaces.referral_number if call.request.replaces else ""


def _corrects(call: Call[Any], facts: SubmissionFacts) -> bool:
    """Whether a submission says in any way that it is not the first version."""
    return bool(_named(call) or facts.version_number != 1 or facts.replaces_document_id)


def _check_chain(previous: Referral, facts: SubmissionFacts) -> None:
    fits = (
        facts.version_number == previous.version_number + 1
        and facts.replaces_document_id.lower() == previous.document_id.lower()
        and facts.document_set_id.lower() == previous.document_set_id.lower()
        and facts.organization_oid == previous.organization_oid
    )
    if not fits:
        raise Refused([_version_conflict(facts, str(previous.version_number + 1))])


def _version_conflict(facts: SubmissionFacts, expected: str) -> Problem:
    return problem(
        "VERSION_CONFLICT",
        "Referral/versionNumber",
        actual=str(facts.version_number),
        limit=expected,
        set_id=facts.document_set_id.partition("^")[2],
        replaced=facts.replaces_document_id.partition("^")[2] or "не указан",
    )


def _answer(context: Context, call: Call[SubmitReferralRequest], plan: Plan) -> Answer:
    """Return the business answer: a signed receipt, or the refusal of D.3 under the number it is kept."""
    if plan.refusal is not None:
        return refusal_answer(Refused(plan.admission.refusals, plan.number), call.correlation_id)
    receipt = signed_receipt(context, call.now, plan)
    found = sort_problems((*plan.submission.warnings, *plan.admission.warnings))
    warnings = tuple(error_entry(one, call.correlation_id) for one in found)
    content = SubmitReferralResponse(receipt=receipt, warning=warnings)
    return answer(content, status="ACCEPT", referral_number=plan.number)


def signed_receipt(context: Context, now: datetime, plan: Plan) -> etree._Element:
    """Return the receipt: number, time, state and the hash of what was received, signed by us."""
    facts = plan.submission.facts
    root, _, extension = facts.document_id.partition("^")
    content = ReceiptContent(
        id_="receipt",
        referral_number=plan.number,
        received_at=now,
        state=str(plan.state),
        version_number=facts.version_number,
        document_id=DocumentId(root=root, extension=extension),
        content_hash=plan.content_hash,
        adapter_system=context.own.code,
        created_at=now,
    )
    holder = etree.Element(document_tag("Receipt"), nsmap={"doc": document_tag("")[1:-1]})
    holder.append(write(content, document_tag("ReceiptContent")))
    sign_xades(holder, context.key, signing_time=now)
    return holder


def new_number(now: datetime) -> str:
    """Return a fresh number: the day of receipt and ten random signs, ``20261121-7K3M9-QFD2X``."""
    drawn = secrets.token_bytes(10)
    signs = "".join([_ALPHABET[one % len(_ALPHABET)] for one in drawn])  # 32 signs: each as likely as another
    return f"{now:%Y%m%d}-{signs[:5]}-{signs[5:]}"
