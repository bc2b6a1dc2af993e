"""The countable facts of referrals, and which journals have grown since; knows no rule of counting."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from storage import report_questions
from storage.paper_tables import paper_records
from storage.report_questions import Bucket, Cohort
from storage.report_tables import counted_referrals, counted_returns, counted_terms, former_outcomes
from storage.rows import Area
from storage.tables import journal_heads

#: Rows of a referral by the name of their table; each row by the names of its columns.
Rows: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]

_TABLES = {
    table.name: table for table in (counted_referrals, former_outcomes, counted_returns, counted_terms)
}
_GROWN = (
    sa.select(journal_heads.c.subject, journal_heads.c["count"])
    .where(journal_heads.c["count"] > journal_heads.c.counted_count)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_WAITING = sa.select(sa.func.count()).where(journal_heads.c["count"] > journal_heads.c.counted_count)
_ANY_WAITING = sa.select(sa.exists().where(journal_heads.c["count"] > journal_heads.c.counted_count))
_COUNTED = (
    sa.update(journal_heads)
    .where(journal_heads.c.subject == sa.bindparam("this_subject"))
    .values(counted_count=sa.bindparam("rows"))
)
_AGAIN = sa.update(journal_heads).where(journal_heads.c.counted_count > 0).values(counted_count=0)
_paper = paper_records.c
_BY_TIME = sa.and_(_paper.received_at >= sa.bindparam("begin"), _paper.received_at < sa.bindparam("end"))
_OTHER = paper_records.alias("other")
_REFERRAL, _EXAMINATION = "REFERRAL", "EXAMINATION"
# An expertise on paper had a referral on paper, also where nobody told us of the referral.
_ORPHAN = ~sa.exists().where(
    _OTHER.c.citizen_hash == _paper.citizen_hash,
    _OTHER.c.organization_oid == _paper.organization_oid,
    _OTHER.c.kind == _REFERRAL,
)
_PAPER = tuple(
    sa.select(_paper.organization_oid, _paper.bureau_oid, sa.func.count().label("records"))
    .where(_paper.test.is_(False), *conditions)
    .group_by(_paper.organization_oid, _paper.bureau_oid)
    for conditions in (
        (_paper.kind == _REFERRAL, _BY_TIME),
        (
            _paper.kind == _REFERRAL,
            _paper.received_at.is_(None),
            _paper.issue_date.between(sa.bindparam("first"), sa.bindparam("last")),
        ),
        (
            _paper.kind == _EXAMINATION,
            _paper.examination_date.between(sa.bindparam("first"), sa.bindparam("last")),
            _ORPHAN,
        ),
    )
)


class Counting(Area):
    """What reports are counted from."""

    __slots__ = ()

    def grown(self, limit: int) -> dict[str, int]:
        """Give subjects whose journal has rows that are not counted yet, and how many rows it has.

        They are held until the transaction ends; another one that asks is given others.
        """
        return {row.subject: row[1] for row in self._connection.execute(_GROWN, {"limit": limit})}

    def waiting(self) -> int:
        """Count the subjects that `grown` would give."""
        return int(self._connection.execute(_WAITING).scalar_one())

    def behind(self) -> bool:
        """Whether any journal has rows that are not counted yet."""
        return bool(self._connection.execute(_ANY_WAITING).scalar_one())

    def counted(self, heads: Mapping[str, int]) -> None:
        """Note how many rows of the journal of each subject were counted."""
        if heads:
            rows = [{"this_subject": subject, "rows": rows} for subject, rows in heads.items()]
            self._connection.execute(_COUNTED, rows)

    def write(self, numbers: Sequence[str], rows: Rows) -> None:
        """Replace all rows of some referrals."""
        for name, table in _TABLES.items():
            self._connection.execute(sa.delete(table).where(table.c.referral_number.in_(numbers)))
            if rows.get(name):
                self._connection.execute(sa.insert(table), [dict(row) for row in rows[name]])

    def read(self, number: str) -> dict[str, list[dict[str, Any]]]:
        """Give all rows of a referral by table, in the order of their keys."""
        found = {}
        for name, table in _TABLES.items():
            wanted = sa.select(table).where(table.c.referral_number == number).order_by(*table.primary_key)
            found[name] = self._rows(wanted)
        return found

    def again(self) -> None:
        """Have everything counted anew."""
        self._connection.execute(_AGAIN)

    def subjects(self, prefix: str) -> tuple[str, ...]:
        """Give the subjects of journals that begin so, in order."""
        name = journal_heads.c.subject
        last = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        wanted = sa.select(name).where(name >= prefix, name < last).order_by(name)
        return tuple(self._connection.execute(wanted).scalars())

    def by_outcome(
        self, cohort: Cohort, *, unsettled: str, late: datetime, buckets: Sequence[Bucket]
    ) -> list[dict[str, Any]]:
        """Count referrals; see `report_questions.by_outcome`."""
        return self._rows(report_questions.by_outcome(cohort, unsettled, late, buckets))

    def by_term(self, cohort: Cohort) -> list[dict[str, Any]]:
        """Count terms; see `report_questions.by_term`."""
        return self._rows(report_questions.by_term(cohort))

    def by_return(self, cohort: Cohort) -> list[dict[str, Any]]:
        """Count returns; see `report_questions.by_return`."""
        return self._rows(report_questions.by_return(cohort))

    def by_notice(self, cohort: Cohort, kind: str) -> list[dict[str, Any]]:
        """Count deliveries about returned referrals; see `report_questions.by_notice`."""
        return self._rows(report_questions.by_notice(cohort, kind))

    def exchanges(self, begin: datetime, end: datetime) -> list[dict[str, Any]]:
        """Count attempts to deliver by outcome and milliseconds, of a stretch of time."""
        return self._rows(report_questions.exchanges(begin, end))

    def oldest_waiting(self) -> datetime | None:
        """Give since when the oldest delivery waits, of those that are neither done nor given up."""
        found: datetime | None = self._connection.execute(report_questions.oldest_waiting()).scalar()
        return found

    def _rows(self, statement: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(statement).mappings()]

    def paper(self, first: date, last: date, begin: datetime, end: datetime) -> dict[tuple[str, str], int]:
        """Count referrals on paper by organisation and bureau; test records are left out.

        Args:
            first: first day, for records that have no time of receipt.
            last: last day.
            begin: beginning of the first day, UTC.
            end: end of the last day, UTC, not included.
        """
        found: dict[tuple[str, str], int] = {}
        keys = {"first": first, "last": last, "begin": begin, "end": end}
        for statement in _PAPER:
            for organization, bureau, records in self._connection.execute(statement, keys):
                found[organization, bureau] = found.get((organization, bureau), 0) + records
        return found
