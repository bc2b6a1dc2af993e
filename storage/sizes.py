"""How large the store is: measured, kept by the day, and made smaller where the database can."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from storage.archive_tables import store_sizes
from storage.rows import Area, columns, values, with_conflict


@dataclass(frozen=True, slots=True)
class StoreSize:
    """Bytes of a place on a day; ``free_bytes`` None: nobody can tell."""

    place: str
    day: date
    measured_at: datetime
    used_bytes: int
    free_bytes: int | None


@dataclass(frozen=True, slots=True)
class Measured:
    """Bytes of the database itself: of its files, and how many of those are empty pages."""

    total: int
    empty: int


_PUT = with_conflict(
    lambda insert: insert(store_sizes).on_conflict_do_update(
        index_elements=[store_sizes.c.place, store_sizes.c.day],
        set_={
            name: insert(store_sizes).excluded[name] for name in ("measured_at", "used_bytes", "free_bytes")
        },
    )
)
_SINCE = (
    sa.select(*columns(store_sizes, StoreSize))
    .where(store_sizes.c.place == sa.bindparam("place"), store_sizes.c.day >= sa.bindparam("since"))
    .order_by(store_sizes.c.day)
)
_PLACES = sa.select(store_sizes.c.place).distinct().order_by(store_sizes.c.place)
_DATABASE_SIZE = sa.text("SELECT pg_database_size(current_database())")


class Sizes(Area):
    """Sizes by place and day."""

    __slots__ = ()

    def put(self, *sizes: StoreSize) -> None:
        """Keep sizes; of several on one day the last counts."""
        if sizes:
            self._connection.execute(_PUT[self._connection.dialect.name], [values(one) for one in sizes])

    def since(self, place: str, day: date) -> tuple[StoreSize, ...]:
        """Give the sizes of a place from a day on, in order."""
        rows = self._connection.execute(_SINCE, {"place": place, "since": day})
        return tuple(StoreSize(*row) for row in rows)

    def places(self) -> tuple[str, ...]:
        """Give the places that were ever measured."""
        return tuple(self._connection.execute(_PLACES).scalars())

    def measure(self) -> Measured:
        """Measure the database."""
        if self._connection.dialect.name == "postgresql":
            return Measured(int(self._connection.execute(_DATABASE_SIZE).scalar_one()), 0)
        page, total, empty = (
            int(self._connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_size", "page_count", "freelist_count")
        )
        return Measured(page * total, page * empty)

    def give_back(self, pages: int) -> int:
        """Give empty pages at the end of the SQLite file back to the disk; PostgreSQL does it by itself.

        Returns:
            How many pages were given back; 0: none is empty, or the file was made without the ability (see
            `storage.compact`).
        """
        if self._connection.dialect.name != "sqlite":
            return 0
        driver = self._connection.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise TypeError("not a SQLite connection")
        (before,) = driver.execute("PRAGMA freelist_count").fetchone()
        for _ in range(min(pages, before)):
            # The driver runs one step of a statement without rows: one page each.
            driver.execute("PRAGMA incremental_vacuum(1)").close()
        (after,) = driver.execute("PRAGMA freelist_count").fetchone()
        return int(before - after)
