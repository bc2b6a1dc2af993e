"""Migrations expand first and contract later: those after 0006 only add, or say whom they leave behind."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.script import ScriptDirectory

from storage import schema
from tests.unit.storage.expanding import faults_of, new_column

#: Up to here migrations were never part of a release; 0004 even drops a table.
FREE = "0006"

SCRIPTS = list(ScriptDirectory.from_config(schema.config_of()).walk_revisions())
LATER = [one for one in SCRIPTS if one.revision > FREE]


@pytest.mark.parametrize("script", LATER, ids=lambda one: one.revision)
def test_migrations_only_add(script: object) -> None:
    """A migration that takes something away names the oldest version that can do without; others only add."""
    compatible_from = getattr(script.module, "compatible_from", None)  # type: ignore[attr-defined]
    faults = faults_of(script.module.upgrade)  # type: ignore[attr-defined]
    if compatible_from is None:
        assert faults == []
    else:
        assert faults, "a migration that only adds keeps the mark of the one before"
        assert schema.FIRST_MARKED < compatible_from < script.revision  # type: ignore[attr-defined]


def test_revisions_are_numbers_that_compare() -> None:
    """Four digits, each greater than the one before, in one line: programs compare them as texts."""
    revisions = [one.revision for one in reversed(SCRIPTS)]
    assert all(re.fullmatch("[0-9]{4}", one) for one in revisions)
    assert revisions == sorted(set(revisions))
    assert [one.down_revision for one in reversed(SCRIPTS)] == [None, *revisions[:-1]]
    assert revisions[-1] == schema.HEAD


def test_marks_are_inherited() -> None:
    """A revision that only adds can be used by whoever could use the one before it."""
    marks = schema.marks_of(schema.config_of())
    assert list(marks) == sorted(marks)
    assert marks[schema.FIRST_MARKED] == schema.FIRST_MARKED
    assert all(mark <= revision for revision, mark in marks.items())


def fills_a_new_column() -> None:
    """Give a new column a value."""
    op.add_column("outbox", new_column(nullable=True))
    op.execute("UPDATE outbox SET fresh = '1' WHERE state = 'done'")


def fills_a_new_table() -> None:
    """Give a new table an index that no old program can break, and rows."""
    op.create_table("fresh", sa.Column("id", sa.Text))
    op.create_index("uq", "fresh", ["id"], unique=True)
    op.execute("INSERT INTO fresh SELECT id FROM outbox")


def adds_a_table() -> None:
    """Make a table."""
    op.create_table("fresh", sa.Column("id", sa.Text))


ADDING: tuple[Callable[[], None], ...] = (
    adds_a_table,
    fills_a_new_column,
    fills_a_new_table,
    lambda: op.create_index("ix", "outbox", ["partner"]),
    lambda: op.add_column("outbox", new_column(nullable=True)),
    lambda: op.add_column("outbox", new_column(nullable=False, default="0")),
    lambda: op.execute("ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.002)"),
)
TAKING: tuple[Callable[[], None], ...] = (
    lambda: op.drop_table("outbox"),
    lambda: op.drop_column("outbox", "note"),
    lambda: op.drop_index("ix_outbox_open", "outbox"),
    lambda: op.alter_column("outbox", "note", nullable=False),
    lambda: op.alter_column("outbox", "note", new_column_name="remark"),
    lambda: op.rename_table("outbox", "letters"),
    lambda: op.create_unique_constraint("uq", "outbox", ["partner"]),
    lambda: op.create_check_constraint("ck", "outbox", "fence > 0"),
    lambda: op.create_index("ix", "outbox", ["partner"], unique=True),
    lambda: op.add_column("outbox", new_column(nullable=False)),
    lambda: op.execute("UPDATE outbox SET state = 'done'"),
    lambda: op.execute("DELETE FROM outbox"),
    lambda: op.execute("ALTER TABLE outbox DROP COLUMN note"),
    lambda: op.execute("ALTER TABLE outbox SET (autovacuum_vacuum_threshold = 1); DELETE FROM outbox"),
    lambda: op.execute("INSERT INTO outbox SELECT * FROM outbox"),
)


@pytest.mark.parametrize("migration", ADDING)
def test_what_adds_is_let_through(migration: Callable[[], None]) -> None:
    """New tables, columns that old programs may leave out, indexes, and values for what is new."""
    assert faults_of(migration) == []


@pytest.mark.parametrize("migration", TAKING)
def test_what_takes_away_is_seen(migration: Callable[[], None]) -> None:
    """Whatever an old program would miss, or be refused by, is a fault."""
    assert len(faults_of(migration)) == 1
