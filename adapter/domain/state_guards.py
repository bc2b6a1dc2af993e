"""Guards of the table of moves: what must hold beside state, event and party (facts, C.2, column "guard").

Each guard is a pure function of a `Situation`: what the register says of the referral and what the request
says. A guard of the register can be asked before there is a request, so it also decides what is named as
possible; a guard of the request is asked when somebody acts.
"""

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType


class Guard(enum.StrEnum):
    """What must hold for a move."""

    COMMISSION_DECIDED = "COMMISSION_DECIDED"
    ALL_SIGNED = "ALL_SIGNED"
    CHECKS_PASSED = "CHECKS_PASSED"
    NEXT_VERSION = "NEXT_VERSION"
    REGISTRATION_NUMBER = "REGISTRATION_NUMBER"
    GROUND_NAMED = "GROUND_NAMED"
    SIGNED_BY_HEAD = "SIGNED_BY_HEAD"
    OTHER_BUREAU = "OTHER_BUREAU"
    TERM_RUNS = "TERM_RUNS"
    LATER_END = "LATER_END"
    DOCUMENT_IN_FORCE = "DOCUMENT_IN_FORCE"
    APPEAL_IN_TIME = "APPEAL_IN_TIME"
    SAME_APPEAL = "SAME_APPEAL"
    EXAMINATION_AWAITED = "EXAMINATION_AWAITED"
    REWORK_IN_TIME = "REWORK_IN_TIME"
    REWORK_OVER = "REWORK_OVER"


class Judge(enum.StrEnum):
    """Who knows whether a guard holds: others before the referral got here, the request, the register."""

    BEFORE = "BEFORE"
    REQUEST = "REQUEST"
    REGISTER = "REGISTER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What guards look at; an absent fact is empty, None or zero.

    Attributes:
        now: Instant of the act, UTC.
        version_number: Present version of the referral.
        rework_ends_at: Last instant of the term of rework, UTC; None: it does not run.
        examined_version: Version about which the bureau asked for an additional examination.
        bureau_oid: Bureau that has the referral.
        appeal_number: Number of the appeal that is under review.
        next_version: Version that the request brings.
        registration_number: Number that the bureau gives.
        grounds: How many grounds of return are named.
        signed_by_head: The document is signed by the head of the bureau, and the signature holds.
        to_bureau_oid: Bureau that the referral is handed to.
        term_ends_at: End of the term that is to be extended, UTC; None: it does not run.
        extended_to: Its new end, UTC.
        replaced: Stored document that the request replaces.
        in_force: Stored document of that kind which is in force.
        filed_at: When the appeal was filed, UTC.
        appeal_ends_at: Last instant for filing it, UTC; None: the term has not begun or is unlimited.
        decided_appeal: Number of the appeal that is decided.
    """

    now: dt.datetime | None = None
    version_number: int = 0
    rework_ends_at: dt.datetime | None = None
    examined_version: int = 0
    bureau_oid: str = ""
    appeal_number: str = ""
    next_version: int = 0
    registration_number: str = ""
    grounds: int = 0
    signed_by_head: bool = False
    to_bureau_oid: str = ""
    term_ends_at: dt.datetime | None = None
    extended_to: dt.datetime | None = None
    replaced: str = ""
    in_force: str = ""
    filed_at: dt.datetime | None = None
    appeal_ends_at: dt.datetime | None = None
    decided_appeal: str = ""


def held_before(_: Situation) -> bool:
    """Hold: without it the referral could not have come here."""
    return True


def next_version(one: Situation) -> bool:
    """The version follows the present one."""
    return one.next_version == one.version_number + 1


def registration_number(one: Situation) -> bool:
    """The bureau names its number; blanks are none."""
    return bool(one.registration_number.strip())


def ground_named(one: Situation) -> bool:
    """There is a ground of return."""
    return one.grounds > 0


def signed_by_head(one: Situation) -> bool:
    """The head of the bureau signed."""
    return one.signed_by_head


def other_bureau(one: Situation) -> bool:
    """The referral goes to a bureau that has not got it."""
    return bool(one.to_bureau_oid) and one.to_bureau_oid != one.bureau_oid


def term_runs(one: Situation) -> bool:
    """The term that is to be extended runs."""
    return one.term_ends_at is not None


def later_end(one: Situation) -> bool:
    """The new end lies after the present one and is not over."""
    if one.term_ends_at is None or one.extended_to is None or one.now is None:
        return False
    return one.extended_to > max(one.term_ends_at, one.now)


def document_in_force(one: Situation) -> bool:
    """What is replaced is the document that holds now."""
    return bool(one.in_force) and one.replaced == one.in_force


def appeal_in_time(one: Situation) -> bool:
    """The appeal was filed not after the last instant of its term."""
    if one.filed_at is None:
        return False
    return one.appeal_ends_at is None or one.filed_at <= one.appeal_ends_at


def same_appeal(one: Situation) -> bool:
    """The decision is about the appeal under review."""
    return bool(one.appeal_number) and one.decided_appeal == one.appeal_number


def examination_awaited(one: Situation) -> bool:
    """The bureau asked for an additional examination about the present version."""
    return 0 < one.examined_version == one.version_number


def rework_in_time(one: Situation) -> bool:
    """The term of rework is not over."""
    return not rework_over(one)


def rework_over(one: Situation) -> bool:
    """The last instant of rework has passed."""
    return one.rework_ends_at is not None and one.now is not None and one.now > one.rework_ends_at


@dataclass(frozen=True, slots=True)
class GuardFacts:
    """One guard.

    Attributes:
        guard: The guard.
        text: What must hold, in Russian, as a part of a sentence.
        judge: Who knows it.
        basis: Requirement or act.
        holds: The function.
        refusal: Mnemonic of the error when only this guard stands against the act.
    """

    guard: Guard
    text: str
    judge: Judge
    basis: str
    holds: Callable[[Situation], bool]
    refusal: str = "STATE_CONFLICT"


_BEFORE, _REQUEST, _REGISTER = Judge

_ROWS = (
    GuardFacts(
        Guard.COMMISSION_DECIDED,
        "есть протокол врачебной комиссии с номером и датой и согласие гражданина",
        _BEFORE,
        "ПП № 588 п. 17",
        held_before,
    ),
    GuardFacts(Guard.ALL_SIGNED, "документ подписали все, кто должен", _BEFORE, "R129", held_before),
    GuardFacts(Guard.CHECKS_PASSED, "проверки приёма пройдены", _BEFORE, "R48, R51", held_before),
    GuardFacts(
        Guard.NEXT_VERSION,
        "номер версии на единицу больше и назван заменяемый документ",
        _REQUEST,
        "C.2, 12",
        next_version,
    ),
    GuardFacts(
        Guard.REGISTRATION_NUMBER,
        "назван регистрационный номер бюро",
        _REQUEST,
        "R110",
        registration_number,
    ),
    GuardFacts(
        Guard.GROUND_NAMED, "названо хотя бы одно основание возврата", _REQUEST, "R110–R114", ground_named
    ),
    GuardFacts(
        Guard.SIGNED_BY_HEAD,
        "документ подписан УКЭП руководителя бюро",
        _REQUEST,
        "R117, ПП № 91",
        signed_by_head,
    ),
    GuardFacts(
        Guard.OTHER_BUREAU,
        "названо другое бюро, у которого направления сейчас нет",
        _REQUEST,
        "R96",
        other_bureau,
    ),
    GuardFacts(Guard.TERM_RUNS, "названный срок сейчас идёт", _REQUEST, "R83", term_runs),
    GuardFacts(Guard.LATER_END, "новая дата позже прежней и ещё не прошла", _REQUEST, "R83", later_end),
    GuardFacts(
        Guard.DOCUMENT_IN_FORCE,
        "заменяемый документ действует: это последний такой документ этой версии",
        _REQUEST,
        "E.2",
        document_in_force,
    ),
    GuardFacts(
        Guard.APPEAL_IN_TIME,
        "жалоба подана в срок",
        _REQUEST,
        "R79",
        appeal_in_time,
        "DEADLINE_PASSED",
    ),
    GuardFacts(Guard.SAME_APPEAL, "решение относится к рассматриваемой жалобе", _REQUEST, "R79", same_appeal),
    GuardFacts(
        Guard.EXAMINATION_AWAITED,
        "бюро запросило дополнительное обследование по этой версии",
        _REGISTER,
        "R77, R84",
        examination_awaited,
    ),
    GuardFacts(
        Guard.REWORK_IN_TIME,
        "срок доработки не истёк",
        _REGISTER,
        "ПП № 1942",
        rework_in_time,
        "DEADLINE_PASSED",
    ),
    GuardFacts(Guard.REWORK_OVER, "срок доработки истёк", _REGISTER, "R81", rework_over),
)

GUARDS = MappingProxyType({row.guard: row for row in _ROWS})
