"""What one row of the error catalogue holds."""

import enum
from dataclasses import dataclass


class ErrorClass(enum.StrEnum):
    """Who has to act on an error (R72 of the source documents, plus the rules of the exchange)."""

    TECHNICAL = "TECHNICAL"
    INPUT = "INPUT"
    ACCESS = "ACCESS"
    BUSINESS = "BUSINESS"


class Severity(enum.StrEnum):
    """Whether the message is refused or only commented on."""

    ERROR = "ERROR"
    WARNING = "WARNING"


class Reply(enum.StrEnum):
    """The SMEV status that an error calls for (contract, "Answers and errors")."""

    INVALID = "INVALID"
    REJECT = "REJECT"
    FAILURE = "FAILURE"


@dataclass(frozen=True, slots=True)
class Entry:
    """One known error.

    Attributes:
        code: Stable code, ``MSE-1101``.
        mnemonic: Name of the code for people, ``FIELD_REQUIRED``.
        class_: Who has to act.
        severity: Default severity; a caller may soften it where the contract has a switch.
        reply: SMEV status of an answer that holds this error. ``FAILURE``: try again, never stored.
        message: Russian text, a ``str.format`` template.
        how_to_fix: Russian advice in one sentence, a ``str.format`` template.
        remd_codes: Codes of РЭМД with the same meaning, nearest first; empty when it has none.
    """

    code: str
    mnemonic: str
    class_: ErrorClass
    severity: Severity
    reply: Reply
    message: str
    how_to_fix: str
    remd_codes: tuple[str, ...] = ()
