"""What one row of the catalogue of РЭМД's codes holds."""

import enum
from dataclasses import dataclass


class Fixer(enum.StrEnum):
    """Who removes the cause; the value is what a person reads."""

    HOSPITAL = "медицинская организация"
    VENDOR = "разработчик МИС"
    OPERATOR = "оператор адаптера"
    REGISTRY = "РЭМД"


class Resend(enum.StrEnum):
    """Whether sending again helps; the value is what a person reads."""

    NEVER = "не поможет"
    NEW_VERSION = "после исправления, новой версией документа"
    SAME = "те же байты позже"


@dataclass(frozen=True, slots=True)
class RemdError:
    """One code of the dictionary 1.2.643.5.1.13.13.99.2.305.

    Attributes:
        number: its identifier in the dictionary.
        mnemonic: what travels in an answer.
        meaning: short, Russian.
        fixer: who removes the cause.
        resend: whether sending again helps.
        advice: one Russian sentence: what to do.
        wait: seconds before the same bytes go again by themselves; 0: they do not, a person acts first.
    """

    number: int
    mnemonic: str
    meaning: str
    fixer: Fixer
    resend: Resend
    advice: str
    wait: float = 0.0
