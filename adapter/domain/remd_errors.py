"""РЭМД's codes of errors: what each means, who acts, whether and when to send again.

The 127 codes of «РЭМД. Классификатор кодов сообщений» (1.2.643.5.1.13.13.99.2.305, 3.18). The dictionary
gives code and name; who acts and what helps is the project's own reading of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adapter.domain.remd_error_entry import Fixer, RemdError, Resend
from adapter.domain.remd_errors_document import DOCUMENT
from adapter.domain.remd_errors_exchange import EXCHANGE
from adapter.domain.remd_errors_foreign import FOREIGN
from adapter.domain.remd_errors_parties import PARTIES
from adapter.domain.remd_errors_signatures import SIGNATURES

__all__ = [
    "REMD_ERRORS",
    "Fixer",
    "Judged",
    "RemdError",
    "Resend",
    "advice_of",
    "find",
    "judge",
    "pause",
    "told",
]

#: The catalogue by mnemonic, in the order of the dictionary.
REMD_ERRORS: Mapping[str, RemdError] = MappingProxyType(
    {
        one.mnemonic: one
        for one in sorted((*EXCHANGE, *DOCUMENT, *PARTIES, *SIGNATURES, *FOREIGN), key=lambda one: one.number)
    }
)

#: The live service spells recipients rightly, the dictionary does not (facts/remd.md, 1.5).
_SPELLINGS = ("RECIPIENT_", "RECEPIENT_")

_LONGEST_PAUSE = 6 * 3600.0
_OVERLOADED = frozenset({"RATE_LIMIT"})
_UNKNOWN = "кода нет в справочнике РЭМД 1.2.643.5.1.13.13.99.2.305"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the codes of one answer mean together.

    Attributes:
        passes: the same bytes help later, and nobody has to do anything first.
        wait: seconds until then, as the most patient of the codes asks.
        overloaded: the registry asks the whole system to slow down.
        operators: the document is right, the operator has to act, then the same bytes help.
        unknown: codes that the catalogue does not know; they count as final.
    """

    passes: bool
    wait: float = 0.0
    overloaded: bool = False
    operators: bool = False
    unknown: tuple[str, ...] = ()


def find(mnemonic: str) -> RemdError | None:
    """Return the row of a code in any of its spellings; None: the code is unknown."""
    written = mnemonic.strip().upper()
    return REMD_ERRORS.get(written) or REMD_ERRORS.get(written.replace(*_SPELLINGS))


def judge(mnemonics: Iterable[str]) -> Judged:
    """Judge the codes of one answer; one that wants a change, or is unknown, decides for all; so do none."""
    codes = tuple(mnemonics)
    rows = [find(code) for code in codes]
    unknown = tuple(code for code, row in zip(codes, rows, strict=True) if row is None)
    known = [row for row in rows if row is not None]
    if unknown or not known or any(row.resend is not Resend.SAME for row in known):
        return Judged(passes=False, unknown=unknown)
    if any(not row.wait for row in known):
        return Judged(passes=False, operators=True)
    overloaded = any(row.mnemonic in _OVERLOADED for row in known)
    return Judged(passes=True, wait=max(row.wait for row in known), overloaded=overloaded)


def pause(wait: float, attempt: int) -> float:
    """Return the seconds before the same bytes go again after a verdict that passes: doubling, capped."""
    return min(_LONGEST_PAUSE, wait * 2.0 ** min(max(attempt, 1) - 1, 62))


def told(mnemonic: str) -> str:
    """Return a code with its meaning, Russian."""
    row = find(mnemonic)
    return f"{mnemonic} – {row.meaning if row else _UNKNOWN}"


def advice_of(mnemonic: str) -> str:
    """Return who acts on a code and what helps, Russian."""
    row = find(mnemonic)
    if row is None:
        return "Код неизвестен: спросите в поддержке РЭМД, что он значит; сообщение само не повторяется."
    return f"Действует: {row.fixer}. Повтор: {row.resend}. {row.advice}"
