"""Kinds of medical documents of the exchange (НСИ 1.2.643.5.1.13.13.11.1520, version 12.14).

A kind is one edition of a type of document. Dates are inclusive and are judged on the day of receipt.
"""

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType

from adapter.domain.errors import Problem, problem

_RETENTION_YEARS = 25


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of СЭМД.

    Attributes:
        code: Code of the kind, ``121``.
        type_code: Type of the document that the kind is an edition of, ``34``.
        name: Russian name without the edition.
        edition: Number of the edition; 0 for a scanned document that has none.
        guide: OID of the implementation guide; empty when it has none.
        valid_from: First day of reception.
        valid_to: Last day of reception; None: not closed.
        retention_years: Term of storage.
        organization_signature: Whether РЭМД requires the signature of the organisation.
    """

    code: str
    type_code: str
    name: str
    edition: int
    guide: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    retention_years: int = _RETENTION_YEARS
    organization_signature: bool = True

    def valid_on(self, on: dt.date) -> bool:
        """Whether a document of this kind is received on the day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


_REFERRAL = "Направление на медико-социальную экспертизу"
_RETURN = "Уведомление о причинах возврата направления на медико-социальную экспертизу"
_RESULT = "Сведения о результатах проведенной медико-социальной экспертизы"
_GUIDES = "1.2.643.5.1.13.13.15"

_ROWS = (
    Kind("34", "34", _REFERRAL, 4, f"{_GUIDES}.4.4", dt.date(2018, 10, 16), dt.date(2022, 6, 30)),
    Kind("109", "34", _REFERRAL, 5, f"{_GUIDES}.4.5", dt.date(2022, 1, 1), dt.date(2023, 3, 15)),
    Kind("121", "34", _REFERRAL, 6, f"{_GUIDES}.4.6", dt.date(2022, 11, 24)),
    Kind("108", "352", _RETURN, 1, f"{_GUIDES}.7.1", dt.date(2022, 1, 1)),
    Kind("130", "352", _RETURN, 2, f"{_GUIDES}.7.2", dt.date(2023, 8, 14)),
    Kind("35", "35", _RESULT, 2, f"{_GUIDES}.5.2", dt.date(2018, 10, 16)),
    Kind("187", "35", _RESULT, 3, f"{_GUIDES}.5.3", dt.date(2023, 8, 14)),
    Kind(
        "138",
        "375",
        "Программа дополнительного обследования гражданина",
        1,
        f"{_GUIDES}.40.1",
        dt.date(2023, 2, 6),
    ),
    Kind(
        "120",
        "374",
        "Согласие гражданина на направление и проведение медико-социальной экспертизы",
        0,
        "",
        dt.date(2022, 7, 18),
        dt.date(2023, 3, 29),
    ),
)

KINDS = MappingProxyType({row.code: row for row in _ROWS})
REFERRAL_TYPE = "34"


def current_kind(type_code: str, on: dt.date) -> Kind | None:
    """Return the newest edition of a type that is received on the day, or None."""
    valid = [kind for kind in _ROWS if kind.type_code == type_code and kind.valid_on(on)]
    return max(valid, key=lambda kind: kind.edition, default=None)


def kind_problem(kind: str, on: dt.date, path: str = "", *, type_code: str = REFERRAL_TYPE) -> Problem | None:
    """Judge a kind of document on the day of receipt in the zone of the organisation.

    Args:
        kind: Code of the kind that came.
        on: Day of receipt.
        path: Path of the kind in the message.
        type_code: Type that is expected here; a kind of another type is refused as well.

    Returns:
        ``MSE-1020`` naming the edition in force, or None.
    """
    row = KINDS.get(kind)
    if row is not None and row.type_code == type_code and row.valid_on(on):
        return None
    current = current_kind(type_code, on)
    valid = (
        f"Действует редакция {current.edition} (вид {current.code}) с {_shown(current.valid_from)}."
        if current
        else "Действующей редакции на эту дату нет."
    )
    return problem(
        "KIND_NOT_ALLOWED_ON_DATE",
        path,
        title="Вид документа",
        actual=kind,
        limit=current.code if current else "",
        kind=kind,
        date=_shown(on),
        valid=valid,
    )


def _shown(day: dt.date) -> str:
    return day.strftime("%d.%m.%Y")
