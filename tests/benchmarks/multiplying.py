"""Rows of a store repeated by SQL, until there are as many as a country has in years.

Indexes and keys are taken away before and made again afterwards, which takes less time and leaves them dense;
a store that has grown row by row has them larger by a fifth to a half.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from adapter.domain.document_roles import DocumentRole
from storage.tables import metadata

#: Hashes, and identifiers that others make: a new one lies anywhere among those that are there.
_ANYWHERE = frozenset(
    {"key", "citizen_hash", "sha256", "request_id", "document_id", "document_set_id", "document_key"}
)
#: Columns that tell one row from another, by how their values come to be: what a copy has there, as SQL.
_BY_KIND: Mapping[str, frozenset[str]] = {
    # A number begins with its day: those of ten million lie in many years, today's lie side by side.
    "to_char(date '2001-01-01' + mod(n.i, 9000), 'YYYYMMDD') || substr(t.{0}, 9) || '-' || n.i": frozenset(
        {"number", "referral_number", "subject", "owner"}
    ),
    "left(encode(sha256(convert_to(t.{0} || n.i, 'UTF8')), 'hex'), length(t.{0}))": _ANYWHERE,
    # Our own identifiers grow with time.
    "t.{0} || '-' || n.i": frozenset(
        {"id", "delivery_id", "message_id", "message_key", "parent_id", "correlation_id", "sort_key"}
    ),
}
_KEYS: Mapping[str, str] = {name: value.format(name) for value, names in _BY_KIND.items() for name in names}
#: The tables that are repeated, with the columns that a copy has otherwise, as SQL. The first needs most
#: room beside it while its key is made.
_TABLES: Mapping[str, Mapping[str, str]] = {
    "claims": {},
    "messages": {"raw": "NULL", "answer": "CAST('<x/>' AS bytea)"},
    "referrals": {"state": "'COMPLETED'", "deadline_at": "NULL", "deadline_code": "NULL"},
    "content_parts": {"content": "CAST('<x/>' AS bytea)"},
    "documents": {"size": "4"},
    "journal": {"number": "t.number"},
    "journal_heads": {"anchored_count": "t.count", "counted_count": "t.count"},
    "outbox": {"state": "'done'"},
    "mailbox": {"owner": "t.owner", "state": "'acknowledged'"},
}
#: Copies of a referral have its documents and not the detached signatures beside them: a third of the rows.
_KEPT = f"role <> '{DocumentRole.SIGNATURE.value}'"
_WHERE: Mapping[str, str] = {
    "documents": f"t.{_KEPT}",
    "content_parts": f"t.sha256 IN (SELECT d.sha256 FROM documents d WHERE d.{_KEPT})",  # noqa: S608 - names of ours
}
#: Nothing of a store that is being filled has to outlive the machine.
_HASTE: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "maintenance_work_mem": "'1GB'",
    "max_wal_size": "'2GB'",
}
_CONSTRAINTS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = to_regclass(:name) AND contype IN ('p', 'u')"
)
_INDEXES = (
    "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid = to_regclass(:name) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)"
)
_SCATTERED = (
    "SELECT DISTINCT pg_relation_filepath(i.indexrelid) FROM pg_index i JOIN pg_attribute a "
    "ON a.attrelid = i.indexrelid WHERE a.attname = ANY(:names)"
)
_PORTION = 1 << 20
_FOREIGN = (
    "SELECT CAST(conrelid AS regclass), conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f'"
)


def multiply(url: str, copies: int) -> int:
    """Repeat all rows of a PostgreSQL database so many times; return the bytes that it takes then.

    Durable again when this returns: all is on the disk and the server syncs from here on.
    """
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        _set(connection, _HASTE)
        with _without_foreign_keys(connection):
            for name in _TABLES:
                with _without_indexes(connection, name):
                    connection.exec_driver_sql(_copying(name, copies))
                    connection.exec_driver_sql(f"VACUUM ANALYZE {name}")
        _set(connection, dict.fromkeys(_HASTE))
        connection.exec_driver_sql("CHECKPOINT")
        os.sync()
        _warm(connection)
        held = connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one()
    engine.dispose()
    return int(held)


def _warm(connection: sa.Connection) -> None:
    """Read the indexes that are met anywhere, as a server that has run for some days has them in memory.

    Filling has left other pages there, which nobody asks for: they make room.
    """
    folder = Path(connection.execute(sa.text("SHOW data_directory")).scalar_one())
    for part in (folder / "base").rglob("*"):
        # The server goes on: files of its own caches come and go.
        with suppress(FileNotFoundError, IsADirectoryError), part.open("rb", buffering=0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    for (path,) in connection.execute(sa.text(_SCATTERED), {"names": sorted(_ANYWHERE)}):
        for part in folder.glob(f"{path}*"):
            with part.open("rb", buffering=0) as file:
                while file.read(_PORTION):
                    pass


def _copying(name: str, copies: int) -> str:
    columns = [column.name for column in metadata.tables[name].columns]
    other = _TABLES[name]
    values = [other.get(one) or _KEYS.get(one) or f"t.{one}" for one in columns]
    return (
        f"INSERT INTO {name} ({', '.join(columns)}) SELECT {', '.join(values)} "  # noqa: S608 - names of ours
        f"FROM {name} t CROSS JOIN generate_series(2, {copies}) n(i) WHERE {_WHERE.get(name, 'true')}"
    )


def _set(connection: sa.Connection, settings: Mapping[str, str | None]) -> None:
    for name, value in settings.items():
        connection.exec_driver_sql(
            f"ALTER SYSTEM RESET {name}" if value is None else f"ALTER SYSTEM SET {name} = {value}"
        )
    connection.exec_driver_sql("SELECT pg_reload_conf()")


@contextmanager
def _without_foreign_keys(connection: sa.Connection) -> Iterator[None]:
    keys = [tuple(row) for row in connection.execute(sa.text(_FOREIGN))]
    for table, name, _ in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


@contextmanager
def _without_indexes(connection: sa.Connection, table: str) -> Iterator[None]:
    asked = {"name": table}
    constraints = [tuple(row) for row in connection.execute(sa.text(_CONSTRAINTS), asked)]
    indexes = [tuple(row) for row in connection.execute(sa.text(_INDEXES), asked)]
    for name, _ in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for name, definition in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for _, definition in indexes:
        connection.exec_driver_sql(definition)
