"""The terms of one referral, replayed from its journal: when each began, was due, ended (facts, C.4; R81)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from adapter.domain.clocks import Clock, after
from adapter.domain.deadlines import deadline, term_code
from adapter.domain.priority import PriorityCategory
from adapter.domain.state_moves import MOVES
from adapter.domain.state_names import Event, State
from adapter.domain.subjects import region, zone
from storage import JournalRow, Referral

_MOVES = MappingProxyType({(one.state, one.event, one.next_state): one for one in MOVES})
_EVENTS = frozenset(str(one) for one in Event)
_EXAM = "BUREAU_EXAM"
_REWORK = "MO_REWORK"
#: Events that end a term without anybody having kept or broken it: withdrawn, gone to another bureau, a
#: return that is replaced by a right one.
_CALLED_OFF = frozenset({"WITHDRAW", "FORWARD", "REPLACE_RETURN"})
_NO_EXPERTISE = frozenset(
    {
        Event.EXPIRE_REWORK,
        Event.REFUSE_DUPLICATE,
        Event.REFUSE_LATE,
        Event.REFUSE_SIGNATURE,
        Event.REFUSE_REGION,
    }
)


#: Gives the last instant (UTC) of a term: its code, its clock, OID of the organisation that must act.
Due: TypeAlias = Callable[[str, Clock, str], dt.datetime]


def statutory_due(code: str, clock: Clock, oid: str) -> dt.datetime:
    """Return the end of a term by the common calendar and the table of terms."""
    subject = region(oid)
    return deadline(code, clock.counts_from, zone(subject), region=subject)


@dataclass(slots=True)
class TermFacts:
    """One term; ``due_at`` is None while it waits; ``elapsed_days`` are calendar days of who must act."""

    number: int
    code: str
    opened_at: dt.datetime
    due_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    elapsed_days: int | None = None
    cancelled: bool = False


def happened_at(row: JournalRow) -> dt.datetime:
    """Return when something happened: terms count from there, also where it could be applied only later."""
    told = row.details.get("happenedAt")
    return dt.datetime.fromisoformat(told) if isinstance(told, str) else row.at


class Terms:
    """Follows the clocks of a referral from move to move."""

    def __init__(self, referral: Referral, due: Due = statutory_due) -> None:
        self._referral = referral
        self._due_of = due
        self._clocks: tuple[Clock, ...] = ()
        self._facts: list[TermFacts] = []
        self._open: dict[str, TermFacts] = {}
        self._extended: dict[str, dt.datetime] = {}

    def all(self) -> tuple[TermFacts, ...]:
        """Return the terms in the order in which they began."""
        return tuple(self._facts)

    def take(self, row: JournalRow) -> None:
        """Let the clocks of the next move start, stop and wait."""
        if not row.state_from or not row.state_to or row.event not in _EVENTS:
            return
        step = _MOVES.get((State(row.state_from), Event(row.event), State(row.state_to)))
        if step is None:
            return
        at = happened_at(row)
        self._extend(row)
        before = {one.name: one for one in self._clocks}
        self._clocks = after(self._clocks, step, at)
        now = {one.name: one for one in self._clocks}
        for name, stopped in before.items():
            if name in step.stops:
                self._end(stopped, at, row.event)
        for name, running in now.items():
            if name not in self._open:
                self._begin(running, at)
            waits = running.waits_since is not None
            self._open[name].due_at = None if waits else self._due(running)

    def _begin(self, clock: Clock, at: dt.datetime) -> None:
        code = term_code(clock.name, PriorityCategory(self._referral.priority))
        fresh = TermFacts(len(self._facts) + 1, code, at)
        self._facts.append(fresh)
        self._open[clock.name] = fresh
        self._extended.pop(clock.name, None)

    def _end(self, clock: Clock, at: dt.datetime, event: str) -> None:
        ended = self._open.pop(clock.name)
        here = zone(region(self._acts(clock.name)))
        ended.due_at = self._due(replace(clock, waits_since=None))
        ended.ended_at = at
        ended.elapsed_days = (at.astimezone(here).date() - clock.counts_from.astimezone(here).date()).days
        ended.cancelled = event in _CALLED_OFF or (clock.name == _EXAM and event in _NO_EXPERTISE)

    def _extend(self, row: JournalRow) -> None:
        """Take note of an extension: the journal names the code of the term and its new end."""
        code, until = row.details.get("deadline"), row.details.get("to")
        if row.event == Event.EXTEND_DEADLINE and isinstance(until, str):
            for name, running in self._open.items():
                if code in {name, running.code}:
                    self._extended[name] = dt.datetime.fromisoformat(until)

    def _due(self, clock: Clock) -> dt.datetime:
        if clock.name in self._extended:
            return self._extended[clock.name]
        code = term_code(clock.name, PriorityCategory(self._referral.priority))
        return self._due_of(code, clock, self._acts(clock.name))

    def _acts(self, name: str) -> str:
        return self._referral.organization_oid if name == _REWORK else self._referral.bureau_oid
