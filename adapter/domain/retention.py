"""How long what belongs to a referral is kept, from when the term counts, and what stays within reach.

One referral is one case: all that belongs to it is kept as long as the document of it with the longest term.
Terms are those of the kinds (НСИ 1.2.643.5.1.13.13.11.1520, version 12.14, SHELF_LIFE); the list also says
that they may be made longer (EXTENDED_LIFE, UNLIMITED_LIFE), never shorter.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from adapter.domain.document_roles import DocumentRole
from adapter.domain.kinds import KINDS
from adapter.domain.state_names import STATES

LIST_OF_KINDS = "НСИ 1.2.643.5.1.13.13.11.1520, версия 12.14, SHELF_LIFE"
WITH_THE_REFERRAL = "хранится с направлением, к которому относится"
FROM_THE_NEXT_YEAR = (
    "с 1 января года, следующего за годом закрытия дела: общий порядок исчисления сроков хранения (Росархив)"
)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long one sort of what is stored is kept.

    Attributes:
        what: Code of the kind, or role of a file that has no kind of its own.
        years: Term, whole years.
        basis: Why.
        on_demand: РЭМД may ask for the bytes at any time of the term (getDocumentFile by localUid or emdrId).
    """

    what: str
    years: int
    basis: str
    on_demand: bool = False


#: Years for what no list names: those of the referral.
DEFAULT_YEARS = KINDS["121"].retention_years

#: Roles whose bytes are registered in РЭМД, and asked for by it.
ON_DEMAND = frozenset({DocumentRole.SEMD, DocumentRole.SEMD_OF_BUREAU, DocumentRole.SIGNATURE})

_OF_KINDS = tuple(
    Keeping(one.code, one.retention_years, LIST_OF_KINDS, on_demand=one.edition > 0) for one in KINDS.values()
)
_OF_ROLES = tuple(
    Keeping(str(role), DEFAULT_YEARS, WITH_THE_REFERRAL, on_demand=role in ON_DEMAND) for role in DocumentRole
)
KEEPING = MappingProxyType({row.what: row for row in (*_OF_KINDS, *_OF_ROLES)})

#: Nothing more is expected of anybody: from here on the bytes may leave the hot tables.
CLOSED = tuple(str(row.state) for row in STATES.values() if row.final)


@dataclass(frozen=True, slots=True)
class Term:
    """The term of a referral.

    Attributes:
        years: Its length.
        begins: First day that counts.
        until: Last day; from the next one on the bytes may be destroyed, by an act.
        basis: Why.
    """

    years: int
    begins: dt.date
    until: dt.date
    basis: str


def term_of(kinds: Iterable[str], closed_at: dt.datetime, zone: ZoneInfo, *, extra_years: int = 0) -> Term:
    """Return the term of a referral.

    It is never over before РЭМД's own: that counts from the registration of the document, which is before
    the end of the case, and this one from the year after it.

    Args:
        kinds: Kinds and roles of its documents.
        closed_at: When it came to the state in which it is closed, aware.
        zone: Of the organisation: its calendar year counts.
        extra_years: By how many years this installation keeps longer.
    """
    rows = [KEEPING[one] for one in kinds if one in KEEPING]
    longest = max(rows, key=lambda row: row.years, default=Keeping("", DEFAULT_YEARS, WITH_THE_REFERRAL))
    years = longest.years + max(0, extra_years)
    year = closed_at.astimezone(zone).year
    return Term(years, dt.date(year + 1, 1, 1), dt.date(year + years, 12, 31), longest.basis)


def is_over(until: dt.date, today: dt.date) -> bool:
    """Whether a term with this last day is over."""
    return today > until
