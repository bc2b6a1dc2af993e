"""The schema: migrations, metadata, doors."""

import socket
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from storage import StoreBusy, StoreError, open_store, schema, upgrade
from storage.postgresql import _PATIENCE
from storage.tables import metadata
from tests.integration.storage.samples import at_once


def test_migrations_build_the_metadata(database: str) -> None:
    """The sum of all migrations is what the tables in the code say, on either database."""
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_migrations_build_the_same_indexes(database: str, empty_database: str) -> None:
    """Partial indexes carry the same conditions whether migrated or created from the tables in the code."""
    if database.startswith("sqlite"):
        query = (
            "SELECT name, replace(replace(sql, '\n', ''), '\"', '') FROM sqlite_master WHERE type = 'index'"
        )
        query += " AND sql IS NOT NULL AND name NOT LIKE '%alembic%' ORDER BY name"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        query += " AND indexname NOT LIKE 'alembic%' ORDER BY indexname"
    found = []
    for url in (database, empty_database):
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            metadata.create_all(connection)
            found.append(connection.exec_driver_sql(query.replace("%", "%%")).all())
        engine.dispose()
    assert found[0] == found[1]
    assert len(found[0]) > 15


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_busy_tables_are_swept_before_a_fifth_of_them_is_dead(database: str) -> None:
    """PostgreSQL is told when to vacuum the tables of which a small part changes all the time."""
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        options = connection.execute(
            sa.text("SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL AND relkind = 'r'")
        ).all()
    engine.dispose()
    told = {name: dict(one.split("=") for one in found) for name, found in options}
    assert {"outbox", "mailbox", "journal_heads", "referrals"} <= told.keys()
    assert {float(one["autovacuum_vacuum_scale_factor"]) for one in told.values()} == {0.002}


def test_upgrade_runs_twice_at_once(empty_database: str) -> None:
    """Two upgrades at the same moment leave one good schema."""
    at_once(*[lambda: upgrade(empty_database)] * 2)
    with open_store(empty_database) as store:
        assert store.read(lambda tx: tx.outbox.counts()) == ()


def test_upgrade_again_changes_nothing(empty_database: str) -> None:
    """An upgrade of a database that is up to date is no work and no error."""
    upgrade(empty_database)
    upgrade(empty_database)
    open_store(empty_database).close()


def test_upgrade_beside_a_serving_process(database: str) -> None:
    """A store that is open does not hinder an upgrade that has nothing to do."""
    with open_store(database):
        upgrade(database)


def test_store_refuses_a_schema_that_is_not_newest(empty_database: str) -> None:
    """A database without our schema is not opened."""
    engine = sa.create_engine(empty_database)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE other (id INTEGER)")
    engine.dispose()
    with pytest.raises(StoreError, match="schema"):
        open_store(empty_database)


def test_a_schema_of_a_later_program_is_left_alone(empty_database: str) -> None:
    """An older program says that it does not know the schema, and changes nothing."""
    upgrade(empty_database)
    engine = sa.create_engine(empty_database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="schema"):
        upgrade(empty_database)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    engine.dispose()
    assert found == ["9999"]


def test_a_silent_database_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PostgreSQL that takes the connection and says nothing costs a bounded time."""
    monkeypatch.setitem(_PATIENCE, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(StoreError):
        open_store(f"postgresql+psycopg://u@127.0.0.1:{silent.getsockname()[1]}/d")


def test_store_refuses_a_missing_file(tmp_path: Path) -> None:
    """Opening does not make an empty database out of a wrong path."""
    path = tmp_path / "no.db"
    with pytest.raises(StoreError, match="no database"):
        open_store(f"sqlite:///{path}")
    assert not path.exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense"])
def test_store_refuses_other_addresses(url: str) -> None:
    """Only a SQLite file or PostgreSQL will do."""
    with pytest.raises(StoreError):
        open_store(url)


def test_old_schema_is_not_upgraded_under_a_server(tmp_path: Path) -> None:
    """A SQLite file that a process owns is refused when its schema would have to change."""
    from storage.owning import owned

    path = tmp_path / "old.db"
    with owned(path), pytest.raises(StoreBusy):
        upgrade(f"sqlite:///{path}")
    upgrade(f"sqlite:///{path}")
    open_store(f"sqlite:///{path}").close()


def test_the_head_is_the_newest_script() -> None:
    """The constant that a start compares with names the newest migration script, and there is only one."""
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(schema.config_of()).get_heads() == [schema.HEAD]
