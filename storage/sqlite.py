"""The store on SQLite: one process, one writer thread that commits many works at once."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from storage.archive_folder import ArchiveFolder
from storage.errors import StoreError
from storage.group_sizes import LARGEST, GroupCounter, GroupSizes
from storage.owning import alone_in_upgrade, owned
from storage.rows import Clock
from storage.store import Store, driver_error, translated
from storage.transaction import Transaction

T = TypeVar("T")

#: For an empty file alone, before anything else: what is deleted can then be given back without a standstill.
#: In a file with content it would do nothing and yet want the right to write.
_OF_NEW_FILES = "PRAGMA auto_vacuum = INCREMENTAL"
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    # What a burst made of the log is given back to the file system when the log begins anew.
    "PRAGMA journal_size_limit = 67108864",
)


def database_path(url: URL) -> Path:
    """Give the file of a SQLite URL.

    Raises:
        StoreError: the URL names no file; a database in memory is not durable.
    """
    if url.database in (None, "", ":memory:"):
        raise StoreError("SQLite needs a file: sqlite:///path")
    return Path(str(url.database))


def _engine(url: URL, *pragmas: str, first: Sequence[str] = (), **pool: Any) -> Engine:
    engine = sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",  # BEGIN and COMMIT are ours
        hide_parameters=True,
        connect_args={"check_same_thread": False},
        **pool,
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (*first, *_PRAGMAS, *pragmas):
            connection.execute(pragma).close()

    return engine


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("not a SQLite connection")
    return driver


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def upgrading(url: URL, ready: Callable[[Connection], bool]) -> Iterator[Connection | None]:
    """Give a connection in a transaction that no other upgrade runs beside, or None when all is ready.

    Raises:
        StoreBusy: there is something to change and a process serves the database.
    """
    path = database_path(url)
    # Medical documents: for the owner only. SQLite gives its other files the rights of this one.
    path.touch(mode=0o600)
    first = () if path.stat().st_size else (_OF_NEW_FILES,)
    engine = _engine(url, first=first, poolclass=NullPool)
    with alone_in_upgrade(path), engine.connect() as connection:
        if ready(connection):
            yield None
            return
        with owned(path):
            driver = _driver(connection)
            driver.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                driver.commit()
            finally:
                driver.rollback()


def compact(url: URL) -> tuple[int, int]:
    """Write the file anew; returns its size before and after, bytes.

    Raises:
        StoreBusy: a process serves the database.
        StoreError: it cannot be rewritten: no room for a second copy, for example.
    """
    path = database_path(url)
    engine = _engine(url, poolclass=NullPool)
    with owned(path), engine.connect() as connection:
        before = path.stat().st_size
        driver = _driver(connection)
        try:
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            raise driver_error(error) from None
    return before, path.stat().st_size


class _Job(Generic[T]):
    """A work that waits for the writer, and the place of its outcome."""

    __slots__ = ("error", "future", "result", "work")

    def __init__(self, work: Callable[[Transaction], T]) -> None:
        self.work = work
        self.future: Future[T] = Future()
        self.result: T | None = None
        self.error: BaseException | None = None

    def run(self, transaction: Transaction) -> None:
        """Do the work and keep its outcome for after the commit."""
        try:
            self.result = self.work(transaction)
        except SQLAlchemyError as error:
            self.error = translated(error)
        except sqlite3.Error as error:
            self.error = driver_error(error)
        except BaseException as error:  # noqa: BLE001 (edge of the writer thread: the caller gets whatever it is)
            self.error = error

    def tell(self, failure: BaseException | None = None) -> None:
        """Let the caller go on: with the failure of the whole group, or with the work's own outcome."""
        error = failure or self.error
        if error is None:
            self.future.set_result(self.result)  # type: ignore[arg-type]
        else:
            self.future.set_exception(error)


class _Writer:
    """The one thread that writes. Works that wait together are committed together."""

    def __init__(self, engine: Engine, clock: Clock, archive: ArchiveFolder | None) -> None:
        self._clock = clock
        self._archive = archive
        self.sizes = GroupCounter()
        self._connection = engine.connect()
        # SQLAlchemy believes in one long transaction; without it, it would roll ours back after an error.
        self._connection.begin()
        self._driver = _driver(self._connection)
        self._waiting: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Transaction], T]) -> Future[T]:
        job = _Job(work)
        with self._gate:
            if self._closed:
                raise StoreError("the store is closed")
            self._waiting.put(job)
        return job.future

    def close(self) -> None:
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()
        self._connection.close()

    def _loop(self) -> None:
        going = True
        while going:
            job = self._waiting.get()
            group: list[_Job[Any]] = []
            while job is not None:
                group.append(job)
                if len(group) == LARGEST:
                    break
                try:
                    job = self._waiting.get_nowait()
                except queue.Empty:
                    break
            going = job is not None
            if group:
                self._commit(group)

    def _commit(self, group: list[_Job[Any]]) -> None:
        """Run a group in one transaction; nobody is told anything before the commit.

        A work that failed may have seen what others of its group wrote, so its outcome waits as well.
        """
        failure: BaseException | None = None
        try:
            self._driver.execute("BEGIN IMMEDIATE")
            if len(group) == 1:
                self._run_alone(group[0])
            else:
                for job in group:
                    self._run(job)
            self._driver.commit()
            self.sizes.add(len(group))
        except BaseException as error:  # noqa: BLE001 (edge of the writer thread: every caller must be told)
            failure = driver_error(error)
            with suppress(sqlite3.Error):
                self._driver.rollback()
        for job in group:
            job.tell(failure)

    def _run_alone(self, job: _Job[Any]) -> None:
        """Run the one work of a transaction; to undo it SQLite need not keep every page that it changes."""
        job.run(Transaction(self._connection, self._clock, self._archive))
        if job.error is not None:
            self._driver.rollback()
        elif not self._driver.in_transaction:
            raise sqlite3.OperationalError("the transaction has ended by itself")

    def _run(self, job: _Job[Any]) -> None:
        self._driver.execute("SAVEPOINT work")
        job.run(Transaction(self._connection, self._clock, self._archive))
        if job.error is not None:
            self._driver.execute("ROLLBACK TO work")
        self._driver.execute("RELEASE work")


class _Readers:
    """Connections that read, open from one reading to the next: the usual pool costs more than a query."""

    def __init__(self, engine: Engine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._gate = threading.Lock()
        self._idle: list[Connection] = []
        self._closed = False

    def use(self, work: Callable[[Connection], T]) -> T:
        """Do work by a connection in a transaction that sees one state of the database."""
        with self._gate:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._engine.connect()
            # As with the writer: BEGIN and ROLLBACK are ours.
            connection.begin()
        driver = _driver(connection)
        with ExitStack() as failed:
            failed.callback(connection.close)  # nobody reads by it again
            driver.execute("BEGIN")
            result = work(connection)
            driver.rollback()
            failed.pop_all()
        self._give_back(connection)
        return result

    def _give_back(self, connection: Connection) -> None:
        with self._gate:
            keep = not self._closed and len(self._idle) < self._most
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()

    def close(self) -> None:
        """Close those that nobody uses; the others are closed when they are given back."""
        with self._gate:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


class SqliteStore(Store):
    """The store on SQLite. A second process is refused; reads run beside the writer on snapshots.

    A tool that is opened `beside` is not refused and refuses nobody: writers take turns at the file.
    """

    def __init__(
        self,
        url: URL,
        pool_size: int,
        clock: Clock | None,
        *,
        beside: bool = False,
        archive: ArchiveFolder | None = None,
    ) -> None:
        super().__init__(archive)
        self._lock = nullcontext() if beside else owned(database_path(url))
        self._lock.__enter__()
        self._clock = clock or _utc_now
        self._writing = _engine(url, poolclass=NullPool)
        self._reading = _engine(url, "PRAGMA query_only = ON", poolclass=NullPool)
        self._readers = _Readers(self._reading, pool_size)
        self._writer: _Writer | None = None

    def start(self) -> None:
        """Begin to write, once the schema is known to be right."""
        self._writer = _Writer(self._writing, self._clock, self.archive)

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """See `Store.transact`; works that wait at the same time share one commit."""
        self._may_begin()
        if self._writer is None:
            raise StoreError("the store was not started")
        return self._writer.submit(self._inside(work)).result()

    def read(self, work: Callable[[Transaction], T]) -> T:
        """See `Store.read`."""
        self._may_begin()
        self._thread.inside = True
        try:
            return self._readers.use(lambda one: work(Transaction(one, self._clock, self.archive)))
        except SQLAlchemyError as error:
            raise translated(error) from None
        except sqlite3.Error as error:
            raise driver_error(error) from None
        finally:
            self._thread.inside = False

    def now(self) -> datetime:
        """See `Store.now`: the database lives on this machine and has its clock."""
        self._may_begin()
        return self._clock()

    def groups(self) -> GroupSizes | None:
        """See `Store.groups`."""
        return None if self._writer is None else self._writer.sizes.seen()

    def close(self) -> None:
        """Commit what is queued, stop the writer, let go of the file."""
        if self._writer is not None:
            self._writer.close()
        self._closed = True
        self._readers.close()
        self._reading.dispose()
        self._writing.dispose()
        self._lock.__exit__(None, None, None)

    def connect(self) -> Connection:
        """Give a bare connection, for checks of the schema."""
        return self._reading.connect()

    def _inside(self, work: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
        """Mark the writer's thread, too, while it does the work."""

        def marked(transaction: Transaction) -> T:
            with self._alone():
                return work(transaction)

        return marked
