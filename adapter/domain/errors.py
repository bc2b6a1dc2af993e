"""The error of the contract: what a partner reads when something is wrong.

A `Problem` is a value, not an exception. All problems of a message travel in one answer (R51).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from adapter.domain.catalogue import entry
from adapter.domain.error_entry import ErrorClass, Reply, Severity

__all__ = ["ErrorClass", "Problem", "Severity", "problem", "sort_problems", "status_of"]

_JSON_NAMES = {
    "class_": "class",
    "how_to_fix": "howToFix",
    "remd_code": "remdCode",
    "correlation_id": "correlationId",
}
_PUBLIC = (
    "code",
    "class_",
    "severity",
    "path",
    "title",
    "message",
    "actual",
    "limit",
    "excess",
    "how_to_fix",
    "remd_code",
    "correlation_id",
)
_WHOLE_DOCUMENT = "документ"


@dataclass(frozen=True, slots=True)
class Problem:
    """One error or warning about one place of a message.

    Attributes:
        code: Stable code of the catalogue, ``MSE-1101``.
        mnemonic: Name of the code; for programs of this project, not sent.
        class_: Who has to act.
        severity: Refusal or comment.
        path: Local names from the document root, 1-based indices for repeated elements; empty: whole message.
        title: Russian name of the field.
        message: Russian text, ready to show.
        actual: What was sent; masked by the caller where personal.
        limit: What is allowed.
        excess: By how much the limit is passed.
        how_to_fix: Russian advice.
        remd_code: Code of РЭМД with the same meaning.
        correlation_id: Identifier under which support finds the case.
    """

    code: str
    mnemonic: str
    class_: ErrorClass
    severity: Severity
    path: str = ""
    title: str = ""
    message: str = ""
    actual: str = ""
    limit: str = ""
    excess: str = ""
    how_to_fix: str = ""
    remd_code: str = ""
    correlation_id: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the error with the keys of the contract; what is empty is left out."""
        pairs = ((_JSON_NAMES.get(name, name), str(getattr(self, name))) for name in _PUBLIC)
        return {key: value for key, value in pairs if value}


def problem(
    code_or_mnemonic: str,
    path: str = "",
    *,
    title: str = "",
    actual: str = "",
    limit: str = "",
    excess: str = "",
    point: str = "",
    hint: str = "",
    remd_code: str = "",
    severity: Severity | None = None,
    correlation_id: str = "",
    **values: object,
) -> Problem:
    """Make a problem from the catalogue.

    The templates use ``{title}``, ``{actual}``, ``{limit}``, ``{excess}``, ``{point}`` and the named values.

    Args:
        code_or_mnemonic: ``MSE-1101`` or ``FIELD_REQUIRED``.
        path: Path of the contract; empty when the whole message is meant.
        title: Russian name of the field; without it the last name of the path stands in the text.
        actual: What was sent, already masked.
        limit: What is allowed.
        excess: By how much the limit is passed.
        point: Number of the point of форма № 088/у, ``31.2``; shown in brackets where the text has room.
        hint: A further Russian sentence for ``how_to_fix``.
        remd_code: Code of РЭМД, when it is not the first one of the catalogue.
        severity: Overrides the severity of the catalogue.
        correlation_id: Identifier of the case.
        **values: The remaining values of the templates.

    Raises:
        KeyError: The code is unknown or a value of its templates is missing.
    """
    found = entry(code_or_mnemonic)
    known: dict[str, object] = {
        "title": title or path.rpartition("/")[2] or _WHOLE_DOCUMENT,
        "actual": actual,
        "limit": limit,
        "excess": excess,
        "point": f" (пункт {point} формы № 088/у)" if point else "",
        **values,
    }
    how_to_fix = found.how_to_fix.format(**known)
    return Problem(
        code=found.code,
        mnemonic=found.mnemonic,
        class_=found.class_,
        severity=severity or found.severity,
        path=path,
        title=title,
        message=found.message.format(**known),
        actual=actual,
        limit=limit,
        excess=excess,
        how_to_fix=f"{how_to_fix} {hint}" if hint else how_to_fix,
        remd_code=remd_code or (found.remd_codes[0] if found.remd_codes else ""),
        correlation_id=correlation_id,
    )


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort by path, then by code; the text decides between equals: one order for one set."""
    return tuple(sorted(problems, key=lambda one: (one.path, one.code, one.message)))


def status_of(problems: Iterable[Problem]) -> str:
    """Return the SMEV status of an answer that refuses: ``INVALID``, ``REJECT`` or ``FAILURE``.

    ``FAILURE`` ("try again") only when nothing else is wrong: a repeat does not heal the rest.

    Raises:
        ValueError: No problem is an error, so there is nothing to refuse.
    """
    replies = {entry(one.code).reply for one in problems if one.severity is Severity.ERROR}
    for reply in (Reply.INVALID, Reply.REJECT, Reply.FAILURE):
        if reply in replies:
            return reply.value
    raise ValueError("no error among the problems: nothing to refuse")
