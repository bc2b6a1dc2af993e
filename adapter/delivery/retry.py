"""What to do after an attempt that failed: a pure function of the class of the error, attempt and time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from adapter.contract.reply import PartnerError


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


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient we are. Times in seconds.

    Attributes:
        attempts: attempts before a message becomes a dead letter.
        base: delay after the first attempt; it doubles with each.
        cap: the longest delay.
        jitter: part of a delay that is left to chance, 0 to 1: many messages do not come back at one moment.
    """

    attempts: int = 100
    base: float = 2.0
    cap: float = 1800.0
    jitter: float = 0.5


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
) -> Decision:
    """Decide what follows a failed attempt.

    Args:
        policy: how patient we are.
        error_class: what the failure means.
        attempt: number of the attempt that failed, from 1.
        now: moment of the decision, aware.
        chance: a random number, 0 <= chance < 1.
        at_least: seconds that the partner asks to wait; they are kept even beyond the cap.
        in_doubt: an earlier attempt may have reached the partner, and nobody learned what came of it.
    """
    if error_class is ErrorClass.FINAL or attempt >= policy.attempts:
        return Dead()
    moment = now + timedelta(seconds=max(delay(policy, attempt, chance), at_least))
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

    error_class: ErrorClass
    at_least: float = 0.0


#: Mnemonics of РЭМД (1.2.643.5.1.13.13.99.2.305) that say "not now", and how long to wait, seconds: the
#: dictionary asks for "a minute or later" after RATE_LIMIT. Every other mnemonic is a final refusal.
#: NOT_UNIQUE_PROVIDED_ID about our own identifier never gets here: the client reads it as "registered".
REMD_TEMPORARY: Mapping[str, float] = MappingProxyType(
    {
        "RATE_LIMIT": 60.0,
        "INTERNAL_ERROR": 30.0,
        "RUNTIME_ERROR": 30.0,
        "VALSYS_INTERNAL_ERROR": 30.0,
        "CA_INACCESSIBILITY": 60.0,
        "MIS_NOT_AVAILABLE": 60.0,
        "ASYNC_RESPONSE_TIMEOUT": 60.0,
        "FILE_WAS_NOT_SENT": 60.0,
    }
)


def classify(errors: Iterable[PartnerError]) -> Refusal:
    """Return what the errors of an answer mean: one final error makes the answer final, and so do none."""
    waits = [REMD_TEMPORARY.get(error.code) for error in errors]
    known = [wait for wait in waits if wait is not None]
    if not waits or len(known) != len(waits):
        return Refusal(ErrorClass.FINAL)
    return Refusal(ErrorClass.TEMPORARY, max(known))
