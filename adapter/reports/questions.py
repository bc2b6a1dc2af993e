"""Questions to the tables of countable facts, as SQL: a row for each cut, organisation, category, outcome.

Every condition on a time asks what was known at the cut-off: later facts do not count yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from adapter.domain.statistics import PERIODS, Group, Query, Viewer
from adapter.reports.outcomes import Outcome
from storage.report_tables import counted_referrals, counted_returns, counted_terms, former_outcomes
from storage.tables import attempts, outbox

#: A result that nobody has acknowledged for longer than this is told of (I11).
UNDELIVERED_DAYS = 5

_R = counted_referrals.c
_COLUMNS = MappingProxyType(
    {
        Group.REGION: _R.region,
        Group.ORGANIZATION: _R.organization_oid,
        Group.BUREAU: _R.bureau_oid,
        Group.SYSTEM: _R.sender,
        Group.REFERRAL_ORDER: _R.referral_order,
        Group.PURPOSE: _R.purposes,
        Group.AGE_GROUP: _R.age_group,
        Group.PRIORITY: _R.priority,
        Group.FORM: _R.examination_form,
    }
)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Referrals that a question is about: received in the period, seen by the viewer, known by then."""

    query: Query
    viewer: Viewer
    cut_off: dt.datetime

    def conditions(self) -> tuple[Any, ...]:
        """Return what a referral of the cohort fulfils."""
        query = self.query
        found = [_R.received_day.between(query.first, query.last), _R.received_at <= self.cut_off]
        asked = (
            (_R.region, query.region, self.viewer.regions),
            (_R.organization_oid, query.organization_oid, self.viewer.organizations),
            (_R.bureau_oid, query.bureau_oid, self.viewer.bureaus),
        )
        for column, one, seen in asked:
            if one:
                found.append(column == one)
            if seen is not None:
                found.append(column.in_(sorted(seen)))
        return tuple(found)

    def columns(self) -> list[Any]:
        """Return the columns of the cut, by the name of the group."""
        groups = self.query.groups
        columns: list[Any] = [_COLUMNS[one].label(f"by_{one}") for one in groups if one in _COLUMNS]
        if any(one in PERIODS for one in groups):
            columns.append(_R.received_day.label("by_day"))
        return columns


def by_outcome(cohort: Cohort) -> Any:
    """Ask for numbers of referrals by cut, organisation, category and outcome at the cut-off."""
    known = cohort.cut_off
    former = (
        sa.select(former_outcomes.c.outcome)
        .where(
            former_outcomes.c.referral_number == _R.referral_number,
            former_outcomes.c.since <= known,
        )
        .order_by(former_outcomes.c.since.desc())
        .limit(1)
        .scalar_subquery()
    )
    outcome = sa.case(
        (_R.outcome_since <= known, _R.outcome), else_=sa.func.coalesce(former, str(Outcome.CHECKING))
    )
    keys = [*cohort.columns(), _R.organization_oid, _R.region, _R.priority, outcome.label("outcome_then")]
    late = known - dt.timedelta(days=UNDELIVERED_DAYS)
    accepted = _R.accepted_at <= known
    completed = _R.completed_at <= known
    registered = sa.func.coalesce(_R.remd_at <= known, sa.false())
    rejected = sa.func.coalesce(_R.remd_rejected_at <= known, sa.false())
    numbers = {
        "received": sa.true(),
        "registered": _R.registered_at <= known,
        "returned": _R.returned_at <= known,
        "returned_again": _R.returned_again_at <= known,
        "accepted_first": accepted & (_R.accepted_version == 1),
        "result_sent": _R.result_sent_at <= known,
        "completed": completed,
        "undelivered": (_R.result_sent_at <= late) & ~sa.func.coalesce(completed, sa.false()),
        "remd_refused": rejected & ~registered,
        "remd_pending": ~rejected & ~registered,
        **_delays("delivered", _R.delivered_at <= known, _R.delivery_delay),
        **_delays("remd", _R.remd_at <= known, _R.remd_delay),
    }
    versions = sa.func.sum(_R.versions).label("versions")
    return _grouped(sa.select(*keys, versions, *_sums(numbers)).where(*cohort.conditions()), keys)


def by_term(cohort: Cohort) -> Any:
    """Ask for numbers of terms by cut, code, category and the days they took."""
    known = cohort.cut_off
    term = counted_terms.c
    ended = term.ended_at <= known
    took = sa.case((ended, term.elapsed_days)).label("took")
    keys = [*cohort.columns(), term.code, _R.priority, took]
    numbers = {
        "ended": ended,
        "in_time": ended & (term.ended_at <= term.due_at),
        "overdue": ~sa.func.coalesce(ended, sa.false()) & (term.due_at < known),
    }
    cancelled = term.cancelled & sa.func.coalesce(ended, sa.false())
    joined = counted_referrals.join(counted_terms, term.referral_number == _R.referral_number)
    statement = sa.select(*keys, *_sums(numbers)).select_from(joined)
    return _grouped(statement.where(*cohort.conditions(), term.opened_at <= known, ~cancelled), keys)


def overdue(cohort: Cohort, limit: int) -> Any:
    """Ask for the referrals whose terms have run out, the longest overdue first."""
    term, known = counted_terms.c, cohort.cut_off
    joined = counted_referrals.join(counted_terms, term.referral_number == _R.referral_number)
    running = (term.ended_at.is_(None)) | (term.ended_at > known)
    return (
        sa.select(_R.referral_number, _R.organization_oid, _R.bureau_oid, term.code, term.due_at)
        .select_from(joined)
        .where(*cohort.conditions(), term.opened_at <= known, term.due_at < known, running)
        .order_by(term.due_at, _R.referral_number)
        .limit(limit)
    )


def by_return(cohort: Cohort) -> Any:
    """Ask for numbers of returns by cut, grounds and the days that the rework took."""
    known = cohort.cut_off
    back = counted_returns.c
    begun = (back.rework_from <= known) | (back.resubmitted_at <= known)
    again = back.resubmitted_at <= known
    in_time = again & (back.rework_due.is_(None) | (back.resubmitted_at <= back.rework_due))
    keys = [*cohort.columns(), back.grounds, sa.case((again, back.rework_days)).label("took")]
    numbers = {
        "returns": sa.true(),
        "reworks": begun,
        "resubmitted": again,
        "resubmitted_in_time": in_time,
        "rework_expired": back.expired_at <= known,
    }
    joined = counted_referrals.join(counted_returns, back.referral_number == _R.referral_number)
    statement = sa.select(*keys, *_sums(numbers)).select_from(joined)
    return _grouped(statement.where(*cohort.conditions(), back.returned_at <= known), keys)


def by_fund_notice(cohort: Cohort) -> Any:
    """Ask for numbers of notices of returns to ФОМС by cut."""
    known = cohort.cut_off
    sent = outbox.c
    keys = cohort.columns()
    over = sent.state_since <= known
    numbers = {
        "notices": sa.true(),
        "notices_confirmed": (sent.state == "done") & over,
        "notices_failed": sent.state.in_(("dead", "closed")) & over,
    }
    joined = counted_referrals.join(outbox, sent.referral_number == _R.referral_number)
    conditions = (
        *cohort.conditions(),
        _R.returned_at.is_not(None),
        sent.kind == "NotifyReturn",
        sent.created_at <= known,
    )
    return _grouped(sa.select(*keys, *_sums(numbers)).select_from(joined).where(*conditions), keys)


def exchanges(begin: dt.datetime, end: dt.datetime) -> Any:
    """Ask for numbers of attempts to deliver by outcome and milliseconds, of a stretch of time."""
    one = attempts.c
    return (
        sa.select(one.outcome, one.duration_ms, sa.func.count().label("attempts"))
        .where(one.started_at >= begin, one.started_at < end)
        .group_by(one.outcome, one.duration_ms)
    )


def oldest_waiting() -> Any:
    """Ask since when the oldest delivery waits, of those that are neither done nor given up."""
    waiting = outbox.c.state.in_(("pending", "leased", "unknown"))
    return sa.select(sa.func.min(outbox.c.created_at).label("since")).where(waiting)


def _delays(name: str, known: Any, delay: Any) -> dict[str, Any]:
    """Return the buckets of R123 for one basis; what is negative or missing is an error of the data."""
    return {
        name: known,
        f"{name}_0_3": known & delay.between(0, 3),
        f"{name}_4_30": known & delay.between(4, 30),
        f"{name}_31": known & (delay > 30),
        f"{name}_error": known & (delay.is_(None) | (delay < 0)),
    }


def _sums(numbers: dict[str, Any]) -> Iterable[Any]:
    for name, condition in numbers.items():
        yield sa.func.sum(sa.case((condition, 1), else_=0)).label(name)


def _grouped(statement: Any, keys: Sequence[Any]) -> Any:
    plain = [one.element if isinstance(one, sa.Label) else one for one in keys]
    return statement.group_by(*plain) if plain else statement
