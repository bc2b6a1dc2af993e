"""What every store can do, whichever database is beneath it."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

from storage.archive_folder import ArchiveFolder
from storage.errors import StoreBusy, StoreError
from storage.group_sizes import GroupSizes
from storage.transaction import Transaction

T = TypeVar("T")


def translated(error: SQLAlchemyError) -> Exception:
    """Turn an error of the database layer into ours, without the values that its text may carry.

    A wrong value (for example a time without a zone) comes back as the error that names it.
    """
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig if isinstance(error.orig, Exception) else StoreError(type(error.orig).__name__)
    original = getattr(error, "orig", None)
    return StoreError(type(error).__name__) if original is None else driver_error(original)


def driver_error(error: BaseException) -> StoreError:
    """Turn an error of a database driver into ours: kind, SQLSTATE, table and constraint, no values."""
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    diagnostics = getattr(error, "diag", None)
    place = [getattr(diagnostics, name, None) for name in ("table_name", "constraint_name")]
    text = " ".join(str(part) for part in (type(error).__name__, code, *place) if part)
    busy = code in ("SQLITE_BUSY", "SQLITE_LOCKED")
    return StoreBusy(text) if busy else StoreError(text)


class Store(ABC):
    """A durable store. Safe to use from any number of threads; close it when done.

    Attributes:
        archive: where the contents of closed referrals lie as files; None: they stay in the tables.
    """

    def __init__(self, archive: ArchiveFolder | None = None) -> None:
        self.archive = archive
        self._thread = threading.local()
        self._closed = False

    @abstractmethod
    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Do work in one atomic transaction and return its result after the commit.

        The work may run more than once (a race lost on PostgreSQL), so it must have no effect but through
        its transaction; on SQLite it holds up all other writers, so it must not wait for anything.

        Raises:
            Exception: whatever the work raises; nothing of it is kept then.
            StoreError: the database failed, or the commit is in doubt; what was asked may be asked again.
        """

    @abstractmethod
    def read(self, work: Callable[[Transaction], T]) -> T:
        """Do work on a snapshot in which nothing can be changed, and return its result.

        Raises:
            Exception: whatever the work raises.
            StoreError: the database failed, or the work tried to write.
        """

    @abstractmethod
    def now(self) -> datetime:
        """Give the time of the database, UTC: leases and breakers live by it.

        Inside a transaction `Transaction.now` says it.

        Raises:
            StoreError: the database failed, or a transaction of this thread is open.
        """

    def groups(self) -> GroupSizes | None:
        """Tell how many works this process has committed together; None: each has a commit of its own."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Finish what is queued and let go of the database. May be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _may_begin(self) -> None:
        """Refuse to begin on a closed store, or inside another transaction: it would wait for itself."""
        if self._closed:
            raise StoreError("the store is closed")
        if getattr(self._thread, "inside", False):
            raise StoreError("a transaction cannot begin inside another")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Mark this thread as inside a transaction."""
        self._may_begin()
        self._thread.inside = True
        try:
            yield
        finally:
            self._thread.inside = False
