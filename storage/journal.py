"""The journal: append-only rows, chained by hash within their subject."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from storage.chain import GENESIS, Entry, JournalRow, entry_hash, first_bad
from storage.errors import Conflict
from storage.rows import Area, columns, values, with_conflict
from storage.tables import journal, journal_heads

_PAGE = 500

_SELECT = sa.select(*columns(journal, JournalRow))
_LIST = (
    _SELECT.where(journal.c.subject == sa.bindparam("subject"), journal.c.number > sa.bindparam("after"))
    .order_by(journal.c.number)
    .limit(sa.bindparam("limit"))
)
_BY_CORRELATION = _SELECT.where(journal.c.correlation_id == sa.bindparam("correlation_id")).order_by(
    journal.c.at, journal.c.subject, journal.c.number
)
_HEAD = sa.select(journal_heads.c.count, journal_heads.c.head).where(
    journal_heads.c.subject == sa.bindparam("subject")
)
_LOCK_HEAD = _HEAD.with_for_update()
_LOCK_HEADS = (
    sa.select(journal_heads.c.subject, journal_heads.c["count"], journal_heads.c.head)
    .where(journal_heads.c.subject.in_(sa.bindparam("subjects", expanding=True)))
    .order_by(journal_heads.c.subject)
    .with_for_update()
)
_INSERT = with_conflict(
    lambda insert: (
        insert(journal)
        .on_conflict_do_nothing(index_elements=[journal.c.subject, journal.c.number])
        .returning(journal.c.number)
    )
)
_SET_HEAD = with_conflict(
    lambda insert: insert(journal_heads).on_conflict_do_update(
        index_elements=[journal_heads.c.subject],
        set_={"count": insert(journal_heads).excluded.count, "head": insert(journal_heads).excluded.head},
    )
)
_ALL = sa.union(sa.select(journal_heads.c.subject), sa.select(journal.c.subject).distinct()).subquery(
    "chains"
)
_SUBJECTS = (
    sa.select(_ALL.c.subject)
    .where(_ALL.c.subject > sa.bindparam("after"))
    .order_by(_ALL.c.subject)
    .limit(sa.bindparam("limit"))
)


def _row(values: Any) -> JournalRow:
    return JournalRow(**values._mapping)  # noqa: SLF001 (the public name of SQLAlchemy for a row as a mapping)


class Journal(Area):
    """What happened, for ever."""

    __slots__ = ()

    def append(self, subject: str, entry: Entry) -> JournalRow:
        """Add a row to the chain of a subject; the chain is held until the transaction ends.

        Raises:
            Conflict: another transaction began the same chain; `Store.transact` runs the work again.
        """
        dialect = self._connection.dialect.name
        head = self._run(_LOCK_HEAD, {"subject": subject}).first()
        last, previous_hash = (0, GENESIS) if head is None else head
        number = last + 1
        this_hash = entry_hash(subject, number, previous_hash, entry)
        chained = {"subject": subject, "number": number, "previous_hash": previous_hash, "hash": this_hash}
        row = {**values(entry), **chained}
        if self._run(_INSERT[dialect], row).first() is None:
            raise Conflict("two transactions wrote the same journal row")
        moved = {"subject": subject, "count": number, "head": this_hash, "anchored_count": 0}
        self._run(_SET_HEAD[dialect], moved)
        return JournalRow(**row)

    def append_each(self, entries: Mapping[str, Entry]) -> None:
        """Add one row to each of several chains, in few statements; they are held until the transaction ends.

        Raises:
            Conflict: another transaction began one of the chains; `Store.transact` runs the work again.
        """
        if not entries:
            return
        dialect, subjects = self._connection.dialect.name, sorted(entries)
        known = {
            row.subject: row[1:] for row in self._connection.execute(_LOCK_HEADS, {"subjects": subjects})
        }
        rows: list[dict[str, Any]] = []
        for subject in subjects:
            last, previous_hash = known.get(subject, (0, GENESIS))
            entry, number = entries[subject], last + 1
            this_hash = entry_hash(subject, number, previous_hash, entry)
            chained = {
                "subject": subject,
                "number": number,
                "previous_hash": previous_hash,
                "hash": this_hash,
            }
            rows.append({**values(entry), **chained})
        if len(self._connection.execute(_INSERT[dialect], rows).all()) != len(rows):
            raise Conflict("two transactions wrote the same journal row")
        heads = [
            {"subject": row["subject"], "count": row["number"], "head": row["hash"], "anchored_count": 0}
            for row in rows
        ]
        self._connection.execute(_SET_HEAD[dialect], heads)

    def list(self, subject: str, after: int = 0, limit: int = _PAGE) -> tuple[JournalRow, ...]:
        """Give rows of a subject in order, beginning behind number ``after``."""
        keys = {"subject": subject, "after": after, "limit": limit}
        return tuple(_row(row) for row in self._connection.execute(_LIST, keys))

    def find_by_correlation(self, correlation_id: str) -> tuple[JournalRow, ...]:
        """Give the rows of one correlation id, of any subject, in order of time."""
        rows = self._connection.execute(_BY_CORRELATION, {"correlation_id": correlation_id})
        return tuple(_row(row) for row in rows)

    def verify(self, subject: str) -> int | None:
        """Walk the chain of a subject.

        Returns:
            The number of the first row that is missing, changed or not accounted for; None when all is good.
        """
        count, head = self._connection.execute(_HEAD, {"subject": subject}).first() or (0, GENESIS)
        number, previous_hash = 0, GENESIS
        for page in self._pages(subject):
            bad = first_bad(page, number, previous_hash)
            if bad is not None:
                return bad
            number, previous_hash = page[-1].number, page[-1].hash
        if number != count:
            return min(number, count) + 1
        return None if previous_hash == head else number

    def count(self, subject: str) -> int:
        """Give the number of rows that the chain of a subject has, by its head."""
        count, _ = self._connection.execute(_HEAD, {"subject": subject}).first() or (0, GENESIS)
        return int(count)

    def subjects(self, after: str = "", limit: int = _PAGE) -> tuple[str, ...]:
        """Give the subjects that have a chain, in order, beginning behind ``after``."""
        return tuple(self._connection.execute(_SUBJECTS, {"after": after, "limit": limit}).scalars())

    def _pages(self, subject: str) -> Iterator[tuple[JournalRow, ...]]:
        page = self.list(subject)
        while page:
            yield page
            page = self.list(subject, after=page[-1].number)
