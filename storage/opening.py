"""The doors of the store: open it, look into it, bring its schema up to date."""

from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from storage import postgresql, schema, sqlite
from storage.archive_folder import ArchiveFolder
from storage.errors import StoreError
from storage.rows import Clock
from storage.store import Store, translated

T = TypeVar("T")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("the address of the database cannot be read") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return parsed.set(drivername="sqlite")
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"no such database: {backend}; use sqlite or postgresql+psycopg")


def open_store(
    url: str, *, pool_size: int = 4, clock: Clock | None = None, archive: Path | None = None
) -> Store:
    """Open the store.

    Args:
        url: ``sqlite:///path`` or ``postgresql+psycopg://...``.
        pool_size: connections (PostgreSQL), or readers (SQLite, twice as many for a moment).
        clock: replaces the clock of the database in tests; gives aware UTC times.
        archive: folder where contents of closed referrals lie as files; None: nothing leaves the tables.

    Raises:
        StoreBusy: another process owns the SQLite file.
        SchemaOlder: run `upgrade` first.
        SchemaNewer: a later version of the program has changed the schema beyond what this one can use.
        StoreError: the database cannot be reached.
    """
    return _open(url, pool_size, clock, archive, beside=False)


def open_beside(url: str, *, clock: Clock | None = None, archive: Path | None = None) -> Store:
    """Open the store for a tool that does one short thing, also while a process serves the SQLite file.

    It may take no work of the outbox: leases of another process on the same file are not its own. Its
    transactions must be short, for on SQLite the server waits for them, at most five seconds.

    Raises:
        SchemaOlder: run `upgrade` first.
        SchemaNewer: a later version of the program has changed the schema beyond what this one can use.
        StoreError: the database cannot be reached.
    """
    return _open(url, 1, clock, archive, beside=True)


def _open(url: str, pool_size: int, clock: Clock | None, archive: Path | None, *, beside: bool) -> Store:
    parsed = _parsed(url)
    folder = None if archive is None else ArchiveFolder(archive)
    store: sqlite.SqliteStore | postgresql.PostgresStore
    if parsed.get_backend_name() == "sqlite":
        if not sqlite.database_path(parsed).is_file():
            raise StoreError("there is no database at that path: upgrade it first")
        store = sqlite.SqliteStore(parsed, pool_size, clock, beside=beside, archive=folder)
    else:
        store = postgresql.PostgresStore(parsed, pool_size, clock, archive=folder)
    with ExitStack() as failed:
        failed.callback(store.close)
        try:
            with store.connect() as connection:
                schema.require_usable(connection)
            if isinstance(store, sqlite.SqliteStore):
                store.start()
        except SQLAlchemyError as error:
            raise translated(error) from None
        failed.pop_all()
    return store


def upgrade(url: str) -> None:
    """Bring the schema to the newest version, in one transaction; nothing happens when it is, or is newer.

    Safe to call from several processes at once: they go one after the other. On PostgreSQL nodes may run
    meanwhile: what must be locked is waited for only a moment at a time, and the whole is tried again.

    Raises:
        StoreBusy: a process serves the SQLite file and its schema is older; or nodes on PostgreSQL left no
            moment for the change.
        SchemaNewer: a later version of the program has changed the schema beyond what this one can use.
        StoreError: the database cannot be reached or refused.
    """
    parsed = _parsed(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            with sqlite.upgrading(parsed, schema.usable) as connection:
                if connection is not None:
                    schema.migrate(connection)
        else:
            postgresql.upgrade(parsed, schema.usable, schema.migrate)
    except SQLAlchemyError as error:
        raise translated(error) from None


def compact(url: str) -> tuple[int, int]:
    """Write a SQLite file anew without its empty pages; from then on space is given back as it goes.

    Returns:
        Size of the file before and after, bytes.

    Raises:
        StoreBusy: a process serves the file.
        StoreError: this is PostgreSQL, which does it by itself (autovacuum), or the file cannot be used.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        raise StoreError("PostgreSQL gives space back by itself: autovacuum")
    if not sqlite.database_path(parsed).is_file():
        raise StoreError("there is no database at that path: upgrade it first")
    try:
        return sqlite.compact(parsed)
    except SQLAlchemyError as error:
        raise translated(error) from None
