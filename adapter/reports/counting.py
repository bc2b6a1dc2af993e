"""Fills the cube of a question from the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapter.domain.statistics import PERIODS, Exclusion, Group, Query
from adapter.domain.subjects import region as region_of
from adapter.domain.subjects import zone
from adapter.reports.counters import ELECTRONIC, PAPER, Counts, Cube, Key
from adapter.reports.outcomes import NOT_ACCEPTED, Outcome
from adapter.reports.questions import DELAYS, FUND_NOTICE, UNDELIVERED, Cohort
from storage import JournalRow, Transaction

_OF_PAPER = {Group.REGION, Group.ORGANIZATION, Group.BUREAU, Group.CHANNEL, *PERIODS}
_NO_CATEGORY = "NONE"
#: How attempts end that a partner answered.
_ANSWERED = frozenset({"accepted", "refused", "absent", "not told"})
#: The post gives no right to sign (R117).
_WRONG_POST = frozenset({"MSE-2022", "MSE-2023"})


def period_of(group: Group, day: dt.date) -> str:
    """Return the part of the calendar that a day lies in: ``2026-11-21``, ``2026-11``, ``2026-Q4``."""
    return {
        Group.DAY: day.isoformat(),
        Group.MONTH: f"{day:%Y-%m}",
        Group.QUARTER: f"{day.year}-Q{(day.month + 2) // 3}",
        Group.YEAR: str(day.year),
    }[group]


@dataclass(frozen=True, slots=True)
class Excluded:
    """What agreements take out of the denominators of a period."""

    rows: Sequence[Exclusion]

    @property
    def any(self) -> bool:
        """Whether anything is taken out."""
        return bool(self.rows)

    def covers(self, region: str, day: dt.date, category: str) -> bool:
        """Whether a referral is taken out; see `Exclusion.covers`."""
        return any(one.covers(region, day, category) for one in self.rows)


@dataclass(frozen=True, slots=True)
class Counting:
    """One counting.

    Attributes:
        cohort: what is counted.
        excluded: what agreements take out of the denominators.
        institutions: OID of the state institutions; None: no register says.
        planned: organisations that a plan names.
    """

    cohort: Cohort
    excluded: Excluded
    institutions: frozenset[str] | None
    planned: frozenset[str] = frozenset()

    @property
    def query(self) -> Query:
        """What is asked."""
        return self.cohort.query

    def cube(self, tx: Transaction) -> Cube:
        """Count."""
        cube = Cube(self.query.groups)
        self._electronic(tx, cube)
        self._terms(tx, cube)
        self._returns(tx, cube)
        self._notices(tx, cube)
        if set(self.query.groups) <= _OF_PAPER:
            self._paper(tx, cube)
        self._planned(cube)
        self._refused(tx, cube)
        self._exchange(tx, cube)
        return cube

    def _electronic(self, tx: Transaction, cube: Cube) -> None:
        query = self.query
        institutions, excluded = self.institutions, self.excluded
        cohort = self.cohort
        for row in _outcomes(tx, cohort):
            for counts in cube.at(_key(query, row)):
                _count_outcome(counts, row)
                if institutions is not None and row["organization_oid"] in institutions:
                    counts.add("state_electronic", row["received"])
                    counts.add("state_all", row["received"])
        if excluded.any:
            daily = replace(cohort, query=replace(query, groups=(*query.groups, Group.DAY)))
            for row in _outcomes(tx, daily):
                if excluded.covers(row["region"], row["by_day"], row["priority"]):
                    for counts in cube.at(_key(query, row)):
                        counts.add("excluded_electronic", row["received"])

    def _terms(self, tx: Transaction, cube: Cube) -> None:
        for row in tx.counting.by_term(self.cohort.stored()):
            judged = row["ended"] + row["overdue"]
            exam = row["code"].startswith("BUREAU_EXAM") and row["priority"] != _NO_CATEGORY
            names = ["term", f"term_{row['code']}", *([f"exam_{row['priority']}"] if exam else [])]
            for counts in cube.at(_key(self.query, row)):
                for name in names:
                    counts.add(f"{name}_judged", judged)
                    counts.add(f"{name}_in_time", row["in_time"])
                    counts.add(f"{name}_overdue", row["overdue"])
                if row["took"] is not None:
                    counts.spreads[f"term_{row['code']}"].seen[row["took"]] += row["ended"]

    def _returns(self, tx: Transaction, cube: Cube) -> None:
        names = ("returns", "reworks", "resubmitted", "resubmitted_in_time", "rework_expired")
        for row in tx.counting.by_return(self.cohort.stored()):
            for counts in cube.at(_key(self.query, row)):
                for name in names:
                    counts.add(name, row[name])
                for ground in dict.fromkeys(row["grounds"]):
                    counts.add(f"ground_{ground}", row["returns"])
                if row["took"] is not None:
                    counts.spreads["rework"].seen[row["took"]] += row["resubmitted"]

    def _notices(self, tx: Transaction, cube: Cube) -> None:
        for row in tx.counting.by_notice(self.cohort.stored(), FUND_NOTICE):
            for counts in cube.at(_key(self.query, row)):
                for name in ("notices", "notices_confirmed", "notices_failed"):
                    counts.add(name, row[name] or 0)

    def _paper(self, tx: Transaction, cube: Cube) -> None:
        institutions, excluded = self.institutions, self.excluded
        daily = excluded.any or Group.DAY in self.query.groups
        for first, last in _stretches(self.query, daily=daily):
            for (organization, bureau), records in self._paper_of(tx, first, last).items():
                subject = region_of(organization)
                row = {
                    "by_REGION": subject,
                    "by_ORGANIZATION": organization,
                    "by_BUREAU": bureau,
                    "by_day": first,
                }
                out = excluded.covers(subject, first, _NO_CATEGORY)
                for counts in cube.at(_key(self.query, row, channel=PAPER)):
                    counts.add("paper", records)
                    counts.add("excluded_paper", records if out else 0)
                    if institutions is not None and organization in institutions:
                        counts.add("state_all", records)
                    counts.organizations["referring"].add(organization)

    def _paper_of(self, tx: Transaction, first: dt.date, last: dt.date) -> Mapping[tuple[str, str], int]:
        """Return referrals on paper by organisation and bureau; a day is that of the organisation's zone."""
        widest = tx.counting.paper(first, last, *_bounds(first, last, dt.UTC, margin=1))
        found: dict[tuple[str, str], int] = {}
        for here in {zone(region_of(organization)) for organization, _ in widest}:
            counted = tx.counting.paper(first, last, *_bounds(first, last, here))
            found |= {key: one for key, one in counted.items() if zone(region_of(key[0])) == here}
        return {key: one for key, one in found.items() if self._seen(*key)}

    def _seen(self, organization: str, bureau: str) -> bool:
        query, viewer = self.query, self.cohort.viewer
        asked = (
            (region_of(organization), query.region, viewer.regions),
            (organization, query.organization_oid, viewer.organizations),
            (bureau, query.bureau_oid, viewer.bureaus),
        )
        return all(
            (not one or value == one) and (seen is None or value in seen) for value, one, seen in asked
        )

    def _planned(self, cube: Cube) -> None:
        if not set(self.query.groups) <= {Group.REGION, Group.ORGANIZATION}:
            return
        for organization in self.planned:
            if not self._seen(organization, self.query.bureau_oid):
                continue
            row = {"by_REGION": region_of(organization), "by_ORGANIZATION": organization}
            for counts in cube.at(_key(self.query, row)):
                counts.organizations["planned"].add(organization)

    def _whole_house(self) -> bool:
        """Tell whether all that came is asked for: a refused message has no region or organisation."""
        query, viewer = self.query, self.cohort.viewer
        asked = query.region or query.organization_oid or query.bureau_oid
        seen = (viewer.regions, viewer.organizations, viewer.bureaus)
        return not asked and all(one is None for one in seen)

    def _refused(self, tx: Transaction, cube: Cube) -> None:
        """Count refused messages from the journals of senders and days (UTC) whose systems are proven."""
        if not self._whole_house() or not set(self.query.groups) <= {Group.SYSTEM, *PERIODS}:
            return
        for subject in tx.counting.subjects("refused:"):
            sender, _, day_text = subject.removeprefix("refused:").rpartition(":")
            day = dt.date.fromisoformat(day_text)
            if not sender or not self.query.first <= day <= self.query.last:
                continue
            key = _key(self.query, {"by_SYSTEM": sender, "by_day": day})
            for row in _journal(tx, subject):
                if row.event == "REFUSED" and row.at <= self.cohort.cut_off and not row.details.get("test"):
                    for counts in cube.at(key):
                        _count_refused(counts, row.operation or "", row.details.get("codes") or ())
        for counts in (cube.whole, *cube.cuts.values()):
            numbers = counts.numbers
            counts.add("messages", numbers["refused_messages"] + numbers["versions"])

    def _exchange(self, tx: Transaction, cube: Cube) -> None:
        """Count what our own deliveries were like; they are of no region, so only the whole is told."""
        if not self._whole_house():
            return
        begin, end = _bounds(self.query.first, self.query.last, dt.UTC)
        whole = cube.whole
        for row in tx.counting.exchanges(begin, min(end, self.cohort.cut_off)):
            if row["outcome"] is None:
                continue
            whole.add("exchanges", row["attempts"])
            whole.add("exchanges_good", row["attempts"] if row["outcome"] in _ANSWERED else 0)
            if row["duration_ms"] is not None:
                whole.spreads["exchange"].seen[row["duration_ms"]] += row["attempts"]
        since = tx.counting.oldest_waiting()
        if since is not None:
            whole.add("queue_seconds", max(0, int((tx.now() - since).total_seconds())))


def _outcomes(tx: Transaction, cohort: Cohort) -> list[dict[str, Any]]:
    return tx.counting.by_outcome(
        cohort.stored(),
        unsettled=str(Outcome.CHECKING),
        late=cohort.cut_off - UNDELIVERED,
        buckets=DELAYS,
    )


def _journal(tx: Transaction, subject: str) -> Iterator[JournalRow]:
    after = 0
    while page := tx.journal.list(subject, after=after):
        yield from page
        after = page[-1].number


def _count_refused(counts: Counts, operation: str, codes: Sequence[str]) -> None:
    if operation == "SubmitReferral":
        counts.add("refused_messages")
        for code in dict.fromkeys(codes):
            counts.add(f"refused_{code}")
    if operation == "SubmitResult" and _WRONG_POST.intersection(codes):
        counts.add("result_refused_post")


def _count_outcome(counts: Counts, row: Mapping[str, Any]) -> None:
    received = row["received"]
    outcome = Outcome(row["outcome_then"])
    counts.add(f"outcome_{outcome}", received)
    if outcome in NOT_ACCEPTED:
        counts.add("not_accepted", received)
    counts.add(f"priority_{row['priority']}", received)
    for name, number in row.items():
        if name not in _KEYS and not name.startswith("by_"):
            counts.add(name, number)
    counts.organizations["referring"].add(row["organization_oid"])
    if row["delivered"]:
        counts.organizations["delivering"].add(row["organization_oid"])


_KEYS = frozenset({"organization_oid", "region", "priority", "outcome_then"})


def _key(query: Query, row: Mapping[str, Any], *, channel: str = ELECTRONIC) -> Key:
    return tuple(_value(one, row, channel) for one in query.groups)


def _value(group: Group, row: Mapping[str, Any], channel: str) -> str:
    if group in PERIODS:
        return period_of(group, row["by_day"])
    return channel if group is Group.CHANNEL else str(row[f"by_{group}"])


def _stretches(query: Query, *, daily: bool) -> Iterator[tuple[dt.date, dt.date]]:
    """Cut a period into days, or into the parts of months, so that each lies in one part of the calendar."""
    asked: Iterable[Group] = [one for one in query.groups if one in PERIODS]
    if not asked and not daily:
        yield query.first, query.last
        return
    first = query.first
    while first <= query.last:
        next_month = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        last = first if daily else min(query.last, next_month - dt.timedelta(days=1))
        yield first, last
        first = last + dt.timedelta(days=1)


def _bounds(
    first: dt.date, last: dt.date, here: dt.tzinfo, *, margin: int = 0
) -> tuple[dt.datetime, dt.datetime]:
    """Return the beginning of the first day and the end of the last one, UTC."""
    spare = dt.timedelta(days=margin)
    begin = dt.datetime.combine(first - spare, dt.time(), here)
    end = dt.datetime.combine(last + spare + dt.timedelta(days=1), dt.time(), here)
    return begin.astimezone(dt.UTC), end.astimezone(dt.UTC)
