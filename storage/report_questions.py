"""Questions to the tables of countable facts: a row for each cut, organisation, category, outcome.

Every condition on a time asks what was known at the cut-off: later facts do not count yet.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.report_tables import counted_referrals, counted_returns, counted_terms, former_outcomes
from storage.tables import attempts, outbox

_R = counted_referrals.c


@dataclass(frozen=True, slots=True)
class Cohort:
    """Referrals that a question is about.

    Attributes:
        first: first day of receipt.
        last: last day of receipt.
        known: the cut-off, aware.
        only: columns of the counted referrals that have to bear one value.
        among: columns that have to bear one of several.
        cut: columns of the cut, by the name that the answer bears.
    """

    first: dt.date
    last: dt.date
    known: dt.datetime
    only: Mapping[str, str]
    among: Mapping[str, frozenset[str]]
    cut: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Delays of so many days; without `most` there is no end."""

    name: str
    least: int
    most: int | None = None


def by_outcome(cohort: Cohort, unsettled: str, late: dt.datetime, buckets: Sequence[Bucket]) -> Any:
    """Ask for numbers of referrals by cut, organisation, category and outcome at the cut-off.

    Args:
        cohort: what is asked about.
        unsettled: outcome of a referral that had none yet.
        late: a result that was sent by then and not acknowledged counts as undelivered.
        buckets: what delays are sorted into.
    """
    known = cohort.known
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
    outcome = sa.case((_R.outcome_since <= known, _R.outcome), else_=sa.func.coalesce(former, unsettled))
    keys = [*_cut(cohort), _R.organization_oid, _R.region, _R.priority, outcome.label("outcome_then")]
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
        **_delays("delivered", _R.delivered_at <= known, _R.delivery_delay, buckets),
        **_delays("remd", _R.remd_at <= known, _R.remd_delay, buckets),
    }
    versions = sa.func.sum(_R.versions).label("versions")
    return _grouped(sa.select(*keys, versions, *_sums(numbers)).where(*_conditions(cohort)), keys)


def by_term(cohort: Cohort) -> Any:
    """Ask for numbers of terms by cut, code, category and the days they took."""
    known = cohort.known
    term = counted_terms.c
    ended = term.ended_at <= known
    took = sa.case((ended, term.elapsed_days)).label("took")
    keys = [*_cut(cohort), term.code, _R.priority, took]
    numbers = {
        "ended": ended,
        "in_time": ended & (term.ended_at <= term.due_at),
        "overdue": ~sa.func.coalesce(ended, sa.false()) & (term.due_at < known),
    }
    cancelled = term.cancelled & sa.func.coalesce(ended, sa.false())
    joined = counted_referrals.join(counted_terms, term.referral_number == _R.referral_number)
    statement = sa.select(*keys, *_sums(numbers)).select_from(joined)
    return _grouped(statement.where(*_conditions(cohort), term.opened_at <= known, ~cancelled), keys)


def by_return(cohort: Cohort) -> Any:
    """Ask for numbers of returns by cut, grounds and the days that the rework took."""
    known = cohort.known
    back = counted_returns.c
    begun = (back.rework_from <= known) | (back.resubmitted_at <= known)
    again = back.resubmitted_at <= known
    in_time = again & (back.rework_due.is_(None) | (back.resubmitted_at <= back.rework_due))
    keys = [*_cut(cohort), back.grounds, sa.case((again, back.rework_days)).label("took")]
    numbers = {
        "returns": sa.true(),
        "reworks": begun,
        "resubmitted": again,
        "resubmitted_in_time": in_time,
        "rework_expired": back.expired_at <= known,
    }
    joined = counted_referrals.join(counted_returns, back.referral_number == _R.referral_number)
    statement = sa.select(*keys, *_sums(numbers)).select_from(joined)
    return _grouped(statement.where(*_conditions(cohort), back.returned_at <= known), keys)


def by_notice(cohort: Cohort, kind: str) -> Any:
    """Ask for numbers of deliveries of a kind about referrals that were returned, by cut."""
    known = cohort.known
    sent = outbox.c
    keys = _cut(cohort)
    over = sent.state_since <= known
    numbers = {
        "notices": sa.true(),
        "notices_confirmed": (sent.state == "done") & over,
        "notices_failed": sent.state.in_(("dead", "closed")) & over,
    }
    joined = counted_referrals.join(outbox, sent.referral_number == _R.referral_number)
    conditions = (
        *_conditions(cohort),
        _R.returned_at.is_not(None),
        sent.kind == kind,
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


def _delays(name: str, known: Any, delay: Any, buckets: Sequence[Bucket]) -> dict[str, Any]:
    """Return what is known, by bucket; what is negative or missing is an error of the data."""
    sorted_in = {f"{name}_{one.name}": known & _within(delay, one) for one in buckets}
    return {name: known, **sorted_in, f"{name}_error": known & (delay.is_(None) | (delay < 0))}


def _within(delay: Any, bucket: Bucket) -> Any:
    return delay >= bucket.least if bucket.most is None else delay.between(bucket.least, bucket.most)


def _conditions(cohort: Cohort) -> tuple[Any, ...]:
    """Return what a referral of the cohort fulfils."""
    found = [_R.received_day.between(cohort.first, cohort.last), _R.received_at <= cohort.known]
    found += [_R[name] == value for name, value in cohort.only.items()]
    found += [_R[name].in_(sorted(values)) for name, values in cohort.among.items()]
    return tuple(found)


def _cut(cohort: Cohort) -> list[Any]:
    """Return the columns of the cut, under the names that the answer bears."""
    return [_R[column].label(name) for name, column in cohort.cut.items()]


def _sums(numbers: dict[str, Any]) -> Iterable[Any]:
    for name, condition in numbers.items():
        yield sa.func.sum(sa.case((condition, 1), else_=0)).label(name)


def _grouped(statement: Any, keys: Sequence[Any]) -> Any:
    plain = [one.element if isinstance(one, sa.Label) else one for one in keys]
    return statement.group_by(*plain) if plain else statement
