"""The store on PostgreSQL: a pool of connections, any number of processes."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.archive_folder import ArchiveFolder
from storage.direct import run
from storage.errors import Conflict, StoreBusy, StoreError
from storage.rows import Clock
from storage.store import Store, driver_error, translated
from storage.transaction import Transaction
from storage.types import UtcDateTime

T = TypeVar("T")

_TRIES = 8
_RACES = ("40001", "40P01")  # serialization_failure, deadlock_detected
_UPGRADE_LOCK = 4_885_608_821
_UPGRADE_TRIES = 20
_HELD_UP = ("40P01", "55P03")  # deadlock_detected, lock_not_available
_LOCK_PATIENCE = sa.text("SET LOCAL lock_timeout = '2s'")
_NOW = sa.select(sa.func.clock_timestamp(type_=UtcDateTime()))
# A commit is only an answer once it is on disk; a node that hangs in a transaction must not hold up the rest.
_SETTINGS = "-c timezone=UTC -c synchronous_commit=on -c idle_in_transaction_session_timeout=20s"
# A server that has vanished from the network must not hold a thread for longer than a lease lasts (libpq).
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class _Raced(StoreError):  # noqa: N818 (a refusal, not a failure)
    """The database broke the transaction off before its commit: not the work's doing, as a Conflict is."""


def _engine(url: URL, pool_size: int) -> Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    return sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={"options": _SETTINGS, **patience},
    )


def _clock(connection: Connection) -> Clock:
    """Give the clock of one transaction: it is asked once, and stands still until the transaction ends.

    Who has waited for a lock meanwhile takes a lease for a little less and sees another's a little longer.
    """
    asked: list[datetime] = []

    def now() -> datetime:
        if not asked:
            asked.append(run(connection, _NOW, {}).scalar())
        return asked[0]

    return now


def upgrade(url: URL, ready: Callable[[Connection], bool], change: Callable[[Connection], None]) -> None:
    """Change the schema in one transaction that no other upgrade runs beside, unless all is ready.

    Nodes may be at work. To change a table is to wait until everybody has left it, and whoever comes after
    waits behind: so the wait is short, and the whole is tried again.

    Raises:
        StoreBusy: no try found the tables free.
    """
    engine = _engine(url, 1)
    try:
        for attempt in range(_UPGRADE_TRIES):
            try:
                with engine.begin() as connection:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
                    connection.execute(_LOCK_PATIENCE)
                    if not ready(connection):
                        change(connection)
                    return
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _HELD_UP:
                    raise
            time.sleep(random.random() * min(2.0, 0.1 * 2**attempt))  # noqa: S311 (spreads tries, guards nothing)
        raise StoreBusy("the tables are in use: try the upgrade again when less goes on")
    finally:
        engine.dispose()


class PostgresStore(Store):
    """The store on PostgreSQL. Every transaction has its own connection; races are run again."""

    def __init__(
        self, url: URL, pool_size: int, clock: Clock | None, *, archive: ArchiveFolder | None = None
    ) -> None:
        super().__init__(archive)
        self._engine = _engine(url, pool_size)
        self._snapshots = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._given_clock = clock
        # Of the driver, which is loaded only where this database is used.
        self._driver_error: type[Exception] = self._engine.dialect.loaded_dbapi.Error

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """See `Store.transact`; of two that insert one key the second waits for the first to commit."""
        with self._alone():
            return self._repeated(lambda: self._once(self._engine, work))

    def read(self, work: Callable[[Transaction], T]) -> T:
        """See `Store.read`."""
        with self._alone():
            return self._repeated(lambda: self._once(self._snapshots, work))

    def now(self) -> datetime:
        """See `Store.now`."""
        return self.read(lambda transaction: transaction.now())

    def close(self) -> None:
        """Close the connections of the pool."""
        self._closed = True
        self._engine.dispose()

    def connect(self) -> Connection:
        """Give a bare connection, for checks of the schema."""
        return self._engine.connect()

    def _once(self, engine: Engine, work: Callable[[Transaction], T]) -> T:
        with engine.connect() as connection:
            transaction = Transaction(connection, self._given_clock or _clock(connection), self.archive)
            with connection.begin():
                try:
                    return work(transaction)
                except DBAPIError as error:
                    if error.connection_invalidated or _raced(error.orig):
                        raise _Raced(type(error.orig).__name__) from None
                    raise
                except self._driver_error as error:  # of a statement that went straight to the driver
                    if _forgotten(connection) or _raced(error):
                        raise _Raced(type(error).__name__) from None
                    raise driver_error(error) from None

    def _repeated(self, once: Callable[[], T]) -> T:
        for attempt in range(_TRIES):
            try:
                return once()
            except (Conflict, _Raced):
                if attempt == _TRIES - 1:
                    raise
            except SQLAlchemyError as error:
                raise translated(error) from None
            time.sleep(random.random() * 0.002 * 2**attempt)  # noqa: S311 (spreads racers, guards nothing)
        raise AssertionError("unreachable")


def _raced(error: BaseException | None) -> bool:
    """Whether the database undid the transaction because of others, so that another run may succeed."""
    return getattr(error, "sqlstate", None) in _RACES


def _forgotten(connection: Connection) -> bool:
    """Whether a connection is lost; the pool has not seen it, so it is told and lets go of those like it."""
    if not getattr(connection.connection.driver_connection, "closed", False):
        return False
    with suppress(DBAPIError):
        connection.execute(_NOW)
    return True
