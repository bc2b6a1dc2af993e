"""Which terms the bureau may extend (R83), and what becomes of an extension when clocks stop or wait."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from adapter.domain.clocks import Clock, Pause
from adapter.domain.deadlines import term_code
from adapter.domain.priority import PriorityCategory
from adapter.domain.state_move import Move

#: Gives the end of the extended term of a clock after a pause.
GiveBack: TypeAlias = Callable[[Clock, dt.datetime, Pause], dt.datetime]


@dataclass(frozen=True, slots=True)
class Extendable:
    """A clock that the bureau may extend.

    Attributes:
        clock: Name of the clock in the table of moves.
        name: Russian name of the term, for notices.
        basis: Requirement or act.
    """

    clock: str
    name: str
    basis: str


#: The term for going to court is not the bureau's to extend: the court restores it.
_ROWS = (
    Extendable("BUREAU_REGISTER", "срок регистрации в бюро", "C.2, 19"),
    Extendable("BUREAU_RETURN", "срок возврата направления", "C.2, 19"),
    Extendable("BUREAU_EXAM", "срок проведения экспертизы", "R77, R83"),
    Extendable("MO_REWORK", "срок доработки в медицинской организации", "C.2, 19"),
    Extendable("RESULT_SEND", "срок отправки результата", "C.2, 19"),
    Extendable("APPEAL_FILE", "срок подачи жалобы", "R79"),
    Extendable("APPEAL_REVIEW", "срок рассмотрения жалобы", "R79, R83"),
)

EXTENDABLE = MappingProxyType({row.clock: row for row in _ROWS})

#: Codes by which partners name those terms.
EXTENDABLE_CODES = tuple(
    dict.fromkeys(term_code(row.clock, category) for row in _ROWS for category in PriorityCategory)
)


def extendable_now(clocks: Iterable[Clock], category: PriorityCategory) -> dict[str, Clock]:
    """Return the clocks that run and can be extended, by the code of the term that partners are shown."""
    return {
        term_code(one.name, category): one
        for one in clocks
        if one.name in EXTENDABLE and one.waits_since is None
    }


def carried(
    extended: Mapping[str, dt.datetime],
    clocks: Iterable[Clock],
    step: Move,
    at: dt.datetime,
    give_back: GiveBack,
) -> dict[str, dt.datetime]:
    """Return the extended ends that still hold after a move.

    An extension belongs to one run of its clock: it ends when the clock stops, also to begin anew, and gets
    the days back that the clock waited.

    Args:
        extended: End of each extended clock, UTC.
        clocks: The clocks before the move.
        step: The move.
        at: Instant of the move, UTC.
        give_back: Returns the end of the extended term of a clock after a pause.
    """
    kept = {name: until for name, until in extended.items() if name not in step.stops}
    for one in clocks:
        if one.name in kept and one.name in step.resumes and one.waits_since is not None:
            kept[one.name] = give_back(one, kept[one.name], (one.waits_since, at))
    return kept
