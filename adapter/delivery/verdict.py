"""What one exchange with a partner came to, whatever it was that went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from adapter.clients.answers import TRY_AGAIN, Answer, Fault, Unreadable
from adapter.clients.sending import NotSent, Sent, Unknown
from adapter.contract.reply import Reply
from adapter.delivery.retry import TROUBLES, ErrorClass, Health, Trouble, classify

#: Mnemonics by which РЭМД says that it has no such record.
_NOT_FOUND = frozenset({"REGISTRY_ITEM_NOT_FOUND", "OBJECT_NOT_FOUND"})

#: HTTP statuses by which what stands before a service answers for it, when no message is inside.
_DOWN = frozenset({500, 502, 504})
_AWAY = _DOWN | {503}


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
        trouble: what went wrong.
        error: Russian text or codes of the partner; nothing personal.
        at_least: seconds that the partner asks to wait.
    """

    trouble: Trouble
    error: str
    at_least: float = 0.0

    @property
    def error_class(self) -> ErrorClass:
        """What that means for the message."""
        return TROUBLES[self.trouble].error_class

    @property
    def health(self) -> Health:
        """What that says of the partner."""
        return TROUBLES[self.trouble].health


@dataclass(frozen=True, slots=True)
class Absent:
    """Asked what came of the message, the partner does not know it, or (`certain` is False) does not say."""

    certain: bool


Verdict: TypeAlias = Accepted | Refused | Failed
Finding: TypeAlias = Accepted | Failed | Absent


def failure_of(result: NotSent | Unknown) -> Failed:
    """Judge an exchange without a complete answer."""
    if isinstance(result, Unknown):
        return Failed(Trouble.TIMEOUT, result.reason)
    return Failed(Trouble.UNSIGNED if result.ours else Trouble.TRANSPORT, result.reason)


def verdict_of(answer: Answer, sent: Sent) -> Verdict:
    """Judge the answer to a message."""
    match answer:
        case Unreadable(reason):
            return Failed(Trouble.DOWN if sent.status in _DOWN else Trouble.UNREADABLE, reason)
        case Fault(code, temporary):
            return _fault(code, sent, temporary=temporary)
    if answer.accepted:
        return Accepted(answer, sent.body)
    meaning = classify(answer.errors)
    if meaning.error_class is ErrorClass.FINAL:
        return Refused(answer, sent.body)
    return Failed(meaning.trouble, codes_of(answer), max(meaning.at_least, sent.retry_after or 0.0))


def _fault(code: str, sent: Sent, *, temporary: bool) -> Failed:
    """Judge a refusal that is no business answer: a SOAP Fault, or a bare HTTP status."""
    if not temporary:
        return Failed(Trouble.FAULT_OURS, code)
    wait, bare = sent.retry_after or 0.0, code.startswith("HTTP ")
    if bare and sent.status in _AWAY and not wait:
        return Failed(Trouble.AWAY, code)
    if sent.status in TRY_AGAIN:
        return Failed(Trouble.BUSY, code, wait)
    return Failed(Trouble.HTTP_REFUSED if bare else Trouble.FAULT, code, wait)


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
