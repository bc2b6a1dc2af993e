"""Answers questions about indicators: counts, hides, makes lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from adapter.domain.statistics import (
    MOST_LINES,
    NO_DENOMINATORS,
    OPERATOR,
    TARGETS,
    Denominators,
    Group,
    Line,
    NotCountedYet,
    Query,
    Table,
    Target,
    TooManyLines,
    Viewer,
)
from adapter.reports.balance import Imbalance, imbalances
from adapter.reports.catching_up import catch_up
from adapter.reports.counters import Counts, Cube
from adapter.reports.counting import Counting, Excluded
from adapter.reports.lines import Lines
from adapter.reports.protection import THRESHOLD, protect
from adapter.reports.questions import Cohort
from adapter.reports.terms import Due, statutory_due
from storage import Store

#: Journals that a question counts before it is answered; where there are more it has to be asked again.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports of one installation.

    Attributes:
        store: the durable store.
        denominators: what registers and agreements say of denominators.
        targets: what indicators should be.
        threshold: the smallest number that outsiders are shown, apart from zero.
        due: gives the ends of terms.
    """

    store: Store
    denominators: Denominators = NO_DENOMINATORS
    targets: Sequence[Target] = TARGETS
    threshold: int = THRESHOLD
    due: Due = statutory_due

    def catch_up(self, *, limit: int | None = None, told: Callable[[int], None] | None = None) -> int:
        """Count what has happened; returns how many journals had grown."""
        return catch_up(self.store, due=self.due, limit=limit, told=told)

    def table(self, query: Query, viewer: Viewer, now: dt.datetime) -> Table:
        """Return the lines that the viewer may see; for an outsider the period becomes whole months.

        Raises:
            NotCountedYet: more journals grew than are counted at once.
            TooManyLines: the groups and the period make too large an answer.
        """
        counted = self.catch_up(limit=AT_ONCE)
        if counted >= AT_ONCE and self.store.read(lambda tx: tx.counting.behind()):
            raise NotCountedYet
        if viewer.outsider:
            return self._for_outsider(in_whole_months(query), viewer, now)
        cube = self.cube(query, viewer, now)
        lines = Lines(query, self.targets)
        return Table(query, _cut_off(query, now), _bounded(lines.all(cube)))

    def cube(self, query: Query, viewer: Viewer, now: dt.datetime) -> Cube:
        """Count one question on one snapshot of the store."""
        cohort = Cohort(query, viewer, _cut_off(query, now))
        # Registers read the store by themselves, so they are asked before the snapshot.
        excluded = Excluded(self.denominators.exclusions(query.first, query.last))
        institutions = self.denominators.state_institutions(query.last)
        return self.store.read(
            lambda tx: Counting(
                cohort,
                excluded,
                institutions,
                frozenset(one.organization_oid for one in tx.plans.touching(query.first, query.last)),
            ).cube(tx)
        )

    def checked(self, query: Query, now: dt.datetime) -> tuple[Table, tuple[Imbalance, ...]]:
        """Return the lines for the operator together with the sums that do not balance, counted once."""
        self.catch_up()
        cube = self.cube(query, OPERATOR, now)
        faults = imbalances(cube)
        return Table(query, _cut_off(query, now), tuple(Lines(query, self.targets).all(cube))), faults

    def imbalances(self, query: Query, viewer: Viewer, now: dt.datetime) -> tuple[Imbalance, ...]:
        """Return the sums that do not balance; always none, unless the program or the store is broken."""
        self.catch_up()
        return imbalances(self.cube(query, viewer, now))

    def _for_outsider(self, query: Query, viewer: Viewer, now: dt.datetime) -> Table:
        """Count finer than asked and without filters, so that every question is judged in the same way."""
        wanted = _wanted(query)
        groups = _canonical(tuple(dict.fromkeys((*wanted, *query.groups))))
        wide = replace(query, groups=groups, region="", organization_oid="", bureau_oid="")
        cube = self.cube(wide, viewer, now)
        lines = Lines(query, self.targets, public=True, hidden=protect(cube, self.threshold))
        found = _bounded(_asked(lines, cube, wanted))
        if not found:
            found = tuple(Lines(query, self.targets, public=True).whole(Counts()))
        return Table(query, _cut_off(query, now), found)


def _asked(lines: Lines, cube: Cube, wanted: Mapping[Group, str]) -> Iterator[Line]:
    """Return the lines that were asked for, of a cube that is finer than asked."""
    if not wanted:
        yield from lines.whole(cube.whole)
    for key in sorted(cube.cuts):
        values = dict(zip(cube.groups, key, strict=True))
        if all(values[group] == value for group, value in wanted.items()):
            asked = tuple((group, values[group]) for group in lines.query.groups)
            for one in lines.cut(cube.groups, key, cube.cuts[key]):
                yield replace(one, dimensions=asked)


def _bounded(lines: Iterable[Line]) -> tuple[Line, ...]:
    found = tuple(islice(lines, MOST_LINES + 1))
    if len(found) > MOST_LINES:
        raise TooManyLines
    return found


def in_whole_months(query: Query) -> Query:
    """Return the query over whole months: two periods that differ by a day tell of one person."""
    last = (query.last.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    groups = tuple(dict.fromkeys(Group.MONTH if one is Group.DAY else one for one in query.groups))
    return replace(query, first=query.first.replace(day=1), last=last, groups=groups, cut_off=None)


def _wanted(query: Query) -> dict[Group, str]:
    filters = (
        (Group.REGION, query.region),
        (Group.ORGANIZATION, query.organization_oid),
        (Group.BUREAU, query.bureau_oid),
    )
    return {group: value for group, value in filters if value}


def _canonical(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Put regions before organisations, and always there where organisations are told apart."""
    if Group.ORGANIZATION not in groups:
        return tuple(sorted(groups, key=lambda one: one is not Group.REGION))
    rest = tuple(one for one in groups if one not in {Group.REGION, Group.ORGANIZATION})
    return (Group.REGION, Group.ORGANIZATION, *rest)


def _cut_off(query: Query, now: dt.datetime) -> dt.datetime:
    """Return up to when is counted: the asked moment, never later than now."""
    return now if query.cut_off is None else min(query.cut_off, now)
