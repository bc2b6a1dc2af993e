"""What to do after an attempt that failed: a pure function of the trouble, attempt, age and time.

The table `TROUBLES` says what each kind of trouble means for the message and for the partner's breaker; the
codes of РЭМД have a catalogue of their own (`adapter.domain.remd_errors`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from adapter.contract.reply import PartnerError
from adapter.domain.remd_errors import judge


class ErrorClass(StrEnum):
    """What a failure means for the message.

    Attributes:
        UNREACHABLE: nothing reached the partner.
        UNKNOWN: something may have reached it, nobody knows what came of it.
        TEMPORARY: the partner says: not now.
        FINAL: the partner will never take this message as it is.
    """

    UNREACHABLE = "UNREACHABLE"
    UNKNOWN = "UNKNOWN"
    TEMPORARY = "TEMPORARY"
    FINAL = "FINAL"


class Health(StrEnum):
    """What a failure says of the partner, not of the message.

    Attributes:
        PRESENT: it answered: its breaker closes.
        ABSENT: it did not: a failure towards its breaker.
        BUSY: it answered that it wants to be left alone; it rests for as long as it asks.
        OURS: we failed; it says nothing of the partner.
    """

    PRESENT = "PRESENT"
    ABSENT = "ABSENT"
    BUSY = "BUSY"
    OURS = "OURS"


class Trouble(StrEnum):
    """What went wrong in an exchange.

    Attributes:
        TRANSPORT: no connection, no name, no trust: nothing left.
        TIMEOUT: the time of the exchange is over, or it broke off, after something left.
        UNREADABLE: a complete answer that says nothing that we understand.
        DOWN: HTTP 500, 502, 504 without a message: what stands before the service answers for it.
        AWAY: HTTP 503 without Retry-After, or 5xx of an address for news: the same, and nothing was done.
        BUSY: HTTP 408, 421, 423, 425, 429, 503, or a code of РЭМД that says so: not now, nothing was done.
        HTTP_REFUSED: HTTP 3xx or 4xx from what stands before the service: nothing was done.
        FAULT: a SOAP Fault that blames the receiver, or a status that says "try again".
        FAULT_OURS: a SOAP Fault that blames the sender.
        REMD_LATER: codes of РЭМД after which the same bytes help later.
        REFUSED: a business refusal, or codes of РЭМД that want something changed.
        UNSIGNED: our own key cannot sign now: nothing left.
        STORE: our own store failed in the middle.
    """

    TRANSPORT = "TRANSPORT"
    TIMEOUT = "TIMEOUT"
    UNREADABLE = "UNREADABLE"
    DOWN = "DOWN"
    AWAY = "AWAY"
    BUSY = "BUSY"
    HTTP_REFUSED = "HTTP_REFUSED"
    FAULT = "FAULT"
    FAULT_OURS = "FAULT_OURS"
    REMD_LATER = "REMD_LATER"
    REFUSED = "REFUSED"
    UNSIGNED = "UNSIGNED"
    STORE = "STORE"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a trouble means for the message and of the partner."""

    error_class: ErrorClass
    health: Health


TROUBLES: Mapping[Trouble, Meaning] = MappingProxyType(
    {
        Trouble.TRANSPORT: Meaning(ErrorClass.UNREACHABLE, Health.ABSENT),
        Trouble.TIMEOUT: Meaning(ErrorClass.UNKNOWN, Health.ABSENT),
        Trouble.UNREADABLE: Meaning(ErrorClass.UNKNOWN, Health.PRESENT),
        Trouble.DOWN: Meaning(ErrorClass.UNKNOWN, Health.ABSENT),
        Trouble.AWAY: Meaning(ErrorClass.TEMPORARY, Health.ABSENT),
        Trouble.BUSY: Meaning(ErrorClass.TEMPORARY, Health.BUSY),
        Trouble.HTTP_REFUSED: Meaning(ErrorClass.TEMPORARY, Health.PRESENT),
        Trouble.FAULT: Meaning(ErrorClass.TEMPORARY, Health.PRESENT),
        Trouble.FAULT_OURS: Meaning(ErrorClass.FINAL, Health.PRESENT),
        Trouble.REMD_LATER: Meaning(ErrorClass.TEMPORARY, Health.PRESENT),
        Trouble.REFUSED: Meaning(ErrorClass.FINAL, Health.PRESENT),
        Trouble.UNSIGNED: Meaning(ErrorClass.UNREACHABLE, Health.OURS),
        Trouble.STORE: Meaning(ErrorClass.UNKNOWN, Health.OURS),
    }
)


class End(StrEnum):
    """Why nothing is tried any more.

    Attributes:
        FINAL: the partner will never take the message as it is.
        EXHAUSTED: attempts are over.
        EXPIRED: the message is older than messages of its kind may become.
    """

    FINAL = "FINAL"
    EXHAUSTED = "EXHAUSTED"
    EXPIRED = "EXPIRED"


_HOUR = 3600.0
_DAY = 24 * _HOUR

#: For how long a message of a kind is tried, seconds, unless the installation says otherwise.
LIVES: Mapping[str, float] = MappingProxyType(
    {
        "registerDocument": 14 * _DAY,
        "demandContent": 14 * _DAY,
        "ReceiveReferral": 14 * _DAY,
        "NotifyReturn": 14 * _DAY,
        "StatusPush": 3 * _DAY,
        "Letter": 3 * _DAY,
    }
)
_OTHER_LIFE = 14 * _DAY


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient we are. Times in seconds.

    Attributes:
        attempts: attempts before a message becomes a dead letter.
        base: delay after the first attempt; it doubles with each.
        cap: the longest delay.
        jitter: part of a delay that is left to chance, 0 to 1: many messages do not come back at one moment.
        longest_wait: the longest wait that a partner may ask for.
        lives: time to live by kind, where it is not that of `LIVES`.
    """

    attempts: int = 100
    base: float = 2.0
    cap: float = 1800.0
    jitter: float = 0.5
    longest_wait: float = _HOUR
    lives: Mapping[str, float] = field(default_factory=lambda: LIVES)

    def life(self, kind: str) -> float:
        """Return the time to live of a kind, seconds."""
        return self.lives.get(kind, LIVES.get(kind, _OTHER_LIFE))

    def expired(self, kind: str, born: datetime, now: datetime) -> bool:
        """Tell whether a message that was born at a moment is too old now."""
        return (now - born).total_seconds() >= self.life(kind)

    def asked(self, seconds: float) -> float:
        """Return how much of a wait that the partner asks for is kept."""
        return max(0.0, min(seconds, self.longest_wait))


@dataclass(frozen=True, slots=True)
class AgainAt:
    """Send the same bytes again, not before this moment."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class ReconcileAt:
    """Learn first what came of the message, not before this moment."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class Dead:
    """No more attempts: a person decides."""

    end: End


Decision: TypeAlias = AgainAt | ReconcileAt | Dead


def decide(
    policy: Policy,
    error_class: ErrorClass,
    *,
    attempt: int,
    now: datetime,
    chance: float,
    at_least: float = 0.0,
    in_doubt: bool = False,
    expired: bool = False,
) -> Decision:
    """Decide what follows a failed attempt.

    Args:
        policy: how patient we are.
        error_class: what the failure means.
        attempt: number of the attempt that failed, from 1.
        now: moment of the decision, aware.
        chance: a random number, 0 <= chance < 1.
        at_least: seconds that the partner asks to wait; kept up to a cap of their own.
        in_doubt: an earlier attempt may have reached the partner, and nobody learned what came of it.
        expired: the message is older than messages of its kind may become.
    """
    if error_class is ErrorClass.FINAL:
        return Dead(End.FINAL)
    if expired:
        return Dead(End.EXPIRED)
    if attempt >= policy.attempts:
        return Dead(End.EXHAUSTED)
    moment = now + timedelta(seconds=max(delay(policy, attempt, chance), policy.asked(at_least)))
    if in_doubt or error_class is ErrorClass.UNKNOWN:
        return ReconcileAt(moment)
    return AgainAt(moment)


def delay(policy: Policy, attempt: int, chance: float) -> float:
    """Return the seconds to wait after an attempt: doubling, capped, a part of it left to chance."""
    doublings = min(attempt - 1, 62)
    full = min(policy.cap, policy.base * 2.0**doublings)
    return full * (1 - policy.jitter + policy.jitter * chance)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the errors of a partner mean together; `at_least` is in seconds."""

    trouble: Trouble
    at_least: float = 0.0

    @property
    def error_class(self) -> ErrorClass:
        """What that means for the message."""
        return TROUBLES[self.trouble].error_class


def classify(errors: Iterable[PartnerError]) -> Refusal:
    """Return what the errors of an answer mean: one final error makes the answer final, and so do none.

    NOT_UNIQUE_PROVIDED_ID about our own identifier never gets here: the client reads it as "registered".
    """
    judged = judge([error.code for error in errors])
    if not judged.passes:
        return Refusal(Trouble.REFUSED)
    return Refusal(Trouble.BUSY if judged.overloaded else Trouble.REMD_LATER, judged.wait)
