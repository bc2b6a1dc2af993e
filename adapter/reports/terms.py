"""The terms of one referral, replayed from its journal: when each began, was due, ended (facts, C.4; R81)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from adapter.domain.clocks import Clock, after
from adapter.domain.deadlines import deadline, term_code
from adapter.domain.priority import PriorityCategory
from adapter.domain.state_moves import MOVES
from adapter.domain.state_names import Event, State
from adapter.domain.subjects import region, zone
from storage import JournalRow, Referral

_MOVES = MappingProxyType({(one.state, one.event, one.next_state): one for one in MOVES})
_EXAM = "BUREAU_EXAM"
_REWORK = "MO_REWORK"
#: Events that end a term without anybody having kept or broken it.
_CALLED_OFF = frozenset({Event.WITHDRAW})
_NO_EXPERTISE = frozenset(
    {
        Event.EXPIRE_REWORK,
        Event.REFUSE_DUPLICATE,
        Event.REFUSE_LATE,
        Event.REFUSE_SIGNATURE,
        Event.REFUSE_REGION,
    }
)


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


class Terms:
    """Follows the clocks of a referral from move to move."""

    def __init__(self, referral: Referral) -> None:
        self._referral = referral
        self._clocks: tuple[Clock, ...] = ()
        self._facts: list[TermFacts] = []
        self._open: dict[str, TermFacts] = {}
        self._extended: dict[str, dt.datetime] = {}

    def all(self) -> tuple[TermFacts, ...]:
        """Return the terms in the order in which they began."""
        return tuple(self._facts)

    def take(self, row: JournalRow) -> None:
        """Let the clocks of the next move start, stop and wait."""
        if not row.state_from or not row.state_to or row.event not in set(Event):
            return
        step = _MOVES.get((State(row.state_from), Event(row.event), State(row.state_to)))
        if step is None:
            return
        self._extend(row.details)
        before = {one.name: one for one in self._clocks}
        self._clocks = after(self._clocks, step, row.at)
        now = {one.name: one for one in self._clocks}
        for name in before.keys() - now.keys():
            self._end(before[name], row.at, Event(row.event))
        for name, running in now.items():
            if name not in before:
                self._begin(running, row.at)
            waits = running.waits_since is not None
            self._open[name].due_at = None if waits else self._due(running)

    def _begin(self, clock: Clock, at: dt.datetime) -> None:
        code = term_code(clock.name, PriorityCategory(self._referral.priority))
        fresh = TermFacts(len(self._facts) + 1, code, at)
        self._facts.append(fresh)
        self._open[clock.name] = fresh
        self._extended.pop(clock.name, None)

    def _end(self, clock: Clock, at: dt.datetime, event: Event) -> None:
        ended = self._open.pop(clock.name)
        here = zone(self._subject(clock.name))
        ended.due_at = self._due(replace(clock, waits_since=None))
        ended.ended_at = at
        ended.elapsed_days = (at.astimezone(here).date() - clock.counts_from.astimezone(here).date()).days
        ended.cancelled = event in _CALLED_OFF or (clock.name == _EXAM and event in _NO_EXPERTISE)

    def _extend(self, details: Any) -> None:
        """Take note of an extension: the journal names the clock and the new end."""
        name, until = details.get("extendedClock"), details.get("extendedUntil")
        if isinstance(name, str) and isinstance(until, str):
            self._extended[name] = dt.datetime.fromisoformat(until)

    def _due(self, clock: Clock) -> dt.datetime:
        if clock.name in self._extended:
            return self._extended[clock.name]
        subject = self._subject(clock.name)
        code = term_code(clock.name, PriorityCategory(self._referral.priority))
        return deadline(code, clock.counts_from, zone(subject), region=subject)

    def _subject(self, name: str) -> str:
        acts = self._referral.organization_oid if name == _REWORK else self._referral.bureau_oid
        return region(acts)
