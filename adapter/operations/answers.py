"""Answers: how they are stored with their message, and how a refusal is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from adapter.contract import schemas
from adapter.contract.exchange.common import ErrorEntry, Errors
from adapter.domain.errors import Problem, problem, sort_problems, status_of
from adapter.operations.context import Answer, Call, Context, Refused, answer
from adapter.operations.moves import Overtaken
from storage import Message, NewMessage, Transaction

#: How often a transaction that lost a race against another one is tried again before the sender is asked to.
ATTEMPTS = 8


def commit_once(
    context: Context,
    call: Call[Any],
    work: Callable[[Transaction, str], Answer],
    made: Answer | None = None,
) -> Answer:
    """Run the work of a stored operation in one transaction with its message and its answer.

    The unique row of the request is inserted first, so of two at once the second finds it taken. The work
    gets the transaction and the id of the message. An answer that was made before is written with the row:
    to fill it in later would write the bytes of the message twice.

    Args:
        context: ports.
        call: the message.
        work: what is kept with it; returns its answer.
        made: the answer that the work will return, where it is known already.

    Raises:
        Taken: the same request was answered meanwhile.
        Overtaken: a row that the work read has moved; nothing is kept.
        Refused: the work refuses; nothing of it is kept.
    """
    message = new_message(call, made)

    def inside(tx: Transaction) -> Answer:
        tx.messages.insert(message)
        result = work(tx, message.id)
        if result is made:
            return result
        tx.messages.answer(
            message.id,
            referral_number=result.referral_number or None,
            answer_status=result.status,
            codes=result.codes,
            answer=etree.tostring(result.content, encoding="utf-8"),
        )
        return result

    return context.store.transact(inside)


def commit(context: Context, call: Call[Any], work: Callable[[Transaction, str], Answer]) -> Answer:
    """Run `commit_once`, again when another transaction was faster.

    Raises:
        Taken: as `commit_once`.
        Refused: as `commit_once`, and when the race is lost too often.
    """
    for _ in range(ATTEMPTS):
        try:
            return commit_once(context, call, work)
        except Overtaken:
            continue
    raise busy()


def busy() -> Refused:
    """Return the refusal that asks the sender to try again."""
    return Refused([problem("REGISTER_UNAVAILABLE", register="реестре направлений")])


def new_message(call: Call[Any], result: Answer | None = None) -> NewMessage:
    """Return the row of a message, with its answer where it is known already."""
    return NewMessage(
        sender=call.partner.code,
        request_id=call.request_id or f"-{call.correlation_id}",
        operation=call.operation,
        content_hash=call.content_hash,
        received_at=call.now,
        correlation_id=call.correlation_id,
        test=call.test,
        referral_number=(result.referral_number or None) if result else None,
        answer_status=result.status if result else "",
        codes=result.codes if result else (),
        answer=etree.tostring(result.content, encoding="utf-8") if result else b"",
        raw=call.raw,
    )


def stored_answer(message: Message) -> Answer:
    """Return the business answer that was given before, byte for byte the same content."""
    content = etree.fromstring(message.answer, schemas.parser())
    return Answer(message.answer_status, content, message.referral_number or "")


def refusal_answer(refusal: Refused, correlation_id: str) -> Answer:
    """Return the typed answer that lists every problem."""
    entries = tuple(error_entry(one, correlation_id) for one in sort_problems(refusal.problems))
    return answer(
        Errors(error=entries),
        status=status_of(refusal.problems),
        referral_number=refusal.referral_number,
        codes=tuple(one.code for one in refusal.problems),
    )


def error_entry(one: Problem, correlation_id: str) -> ErrorEntry:
    """Return a problem as the contract shows it."""
    return ErrorEntry(
        code=one.code,
        class_=str(one.class_),
        severity=str(one.severity),
        path=one.path,
        title=one.title,
        message=one.message,
        actual=one.actual or None,
        limit=one.limit or None,
        excess=one.excess or None,
        how_to_fix=one.how_to_fix or None,
        remd_code=one.remd_code or None,
        correlation_id=correlation_id,
    )
