"""What one exchange with a partner came to, whatever it was that went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from adapter.clients.answers import Answer, Fault, Unreadable
from adapter.clients.sending import NotSent, Sent, Unknown
from adapter.contract.reply import Reply
from adapter.delivery.retry import ErrorClass, classify

#: Mnemonics by which РЭМД says that it has no such record.
_NOT_FOUND = frozenset({"REGISTRY_ITEM_NOT_FOUND", "OBJECT_NOT_FOUND"})


@dataclass(frozen=True, slots=True)
class Accepted:
    """The partner has the message; `response` is its answer as it came."""

    reply: Reply
    response: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The partner will not take the message."""

    reply: Reply
    response: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The exchange failed.

    Attributes:
        error_class: what that means.
        error: Russian text or codes of the partner; nothing personal.
        at_least: seconds that the partner asks to wait.
        answered: the partner is there: it answered something.
    """

    error_class: ErrorClass
    error: str
    at_least: float = 0.0
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Absent:
    """Asked what came of the message, the partner does not know it, or (`certain` is False) does not say."""

    certain: bool


Verdict: TypeAlias = Accepted | Refused | Failed
Finding: TypeAlias = Accepted | Failed | Absent


def failure_of(result: NotSent | Unknown) -> Failed:
    """Judge an exchange without a complete answer."""
    error_class = ErrorClass.UNREACHABLE if isinstance(result, NotSent) else ErrorClass.UNKNOWN
    return Failed(error_class, result.reason, answered=False)


def verdict_of(answer: Answer, sent: Sent) -> Verdict:
    """Judge the answer to a message."""
    match answer:
        case Unreadable(reason):
            return Failed(ErrorClass.UNKNOWN, reason)
        case Fault(code, temporary):
            return Failed(ErrorClass.TEMPORARY if temporary else ErrorClass.FINAL, code)
    if answer.accepted:
        return Accepted(answer, sent.body)
    meaning = classify(answer.errors)
    if meaning.error_class is ErrorClass.FINAL:
        return Refused(answer, sent.body)
    return Failed(meaning.error_class, codes_of(answer), meaning.at_least)


def finding_of(answer: Answer | None, sent: Sent) -> Finding:
    """Judge the answer to the question what came of a message.

    A question that the partner refuses says nothing of the message: it is sent again, still in doubt.
    """
    if answer is None:
        return Absent(certain=True)
    verdict = verdict_of(answer, sent)
    if isinstance(verdict, Refused):
        return Absent(certain=all(error.code in _NOT_FOUND for error in verdict.reply.errors))
    if isinstance(verdict, Failed) and verdict.error_class is ErrorClass.FINAL:
        return Absent(certain=False)
    return verdict


def codes_of(reply: Reply) -> str:
    """Return the codes of the errors; their texts may quote personal data."""
    return ", ".join(error.code[:64] for error in reply.errors)
