"""Judges migrations: does one only add, so that programs before it go on working (decision 0032)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations, ops
from alembic.runtime.migration import MigrationContext

#: Values for columns and tables that the migration itself makes; nothing else is written.
_FILLED = re.compile(
    r"\s*(?:INSERT INTO (?P<table>\w+)|UPDATE (?P<updated>\w+)\s+SET (?P<column>\w+)\s*=)", re.IGNORECASE
)
#: When a table is swept is nothing to any program.
_TUNED = re.compile(r"ALTER TABLE \w+ SET \((autovacuum_\w+ = [\d.]+(, )?)+\)$")


def operations_of(upgrade: Callable[[], None]) -> list[MigrateOperation]:
    """Return what a migration would do; nothing is done."""
    noted: list[MigrateOperation] = []
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True})
    with Operations.context(context) as operations:
        setattr(operations, "invoke", noted.append)  # noqa: B010 - on this one object only
        upgrade()
    return noted


def faults_of(upgrade: Callable[[], None]) -> list[str]:
    """Return what a migration does besides adding."""
    done = operations_of(upgrade)
    tables = {one.table_name for one in done if isinstance(one, ops.CreateTableOp)}
    columns = {(one.table_name, one.column.name) for one in done if isinstance(one, ops.AddColumnOp)}
    return [fault for one in done for fault in _faults(one, tables, columns)]


def _faults(one: MigrateOperation, tables: set[str], columns: set[tuple[str, str]]) -> Iterator[str]:
    match one:
        case ops.CreateTableOp():
            pass
        case ops.CreateIndexOp():
            if one.unique and one.table_name not in tables:
                yield f"a unique index on {one.table_name}: old programs may break it"
        case ops.AddColumnOp():
            if not one.column.nullable and one.column.server_default is None:
                yield f"{one.table_name}.{one.column.name}: old programs leave it empty"
        case ops.ExecuteSQLOp():
            yield from _faults_of_statement(str(one.sqltext), tables, columns)
        case ops.BulkInsertOp():
            if one.table.name not in tables:
                yield f"rows into {one.table.name}"
        case _:
            yield f"{type(one).__name__}: takes away or changes what old programs use"


def _faults_of_statement(text: str, tables: set[str], columns: set[tuple[str, str]]) -> Iterator[str]:
    if _TUNED.match(text):
        return
    found = _FILLED.match(text)
    into = found and found["table"] in tables
    column = found and ((found["updated"], found["column"]) in columns or found["updated"] in tables)
    if not into and not column:
        yield f"a statement that does not only fill what is new: {' '.join(text.split())[:60]}"


def new_column(*, nullable: bool, default: str | None = None) -> sa.Column[Any]:
    """Return a column for samples."""
    return sa.Column("fresh", sa.Text, nullable=nullable, server_default=default)
