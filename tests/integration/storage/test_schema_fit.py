"""Programs and schemas of different versions: who may work with what (decision 0032)."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import SchemaNewer, SchemaOlder, Store, StoreBusy, open_store, postgresql, schema, upgrade
from tests.databases import TurnedClock

Later = Callable[..., None]
PATIENCE = 30.0
KNOWN = schema.HEAD

_SCRIPT = '''"""A migration of a later version."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = {revision!r}, {before!r}, None, None
{mark}
def upgrade():
    op.add_column("outbox", sa.Column("of_{revision}", sa.Text))
'''


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database: str) -> Later:
    """Upgrades the database by programs of later versions, one after the other, each with one migration."""
    folder = tmp_path / "versions"
    folder.mkdir()

    def upgrade_by(*marks: str) -> None:
        before = KNOWN
        with monkeypatch.context() as patch:
            patch.setattr(schema, "LOCATIONS", (*schema.LOCATIONS, str(folder)))
            for number, mark in enumerate(marks, start=9001):
                script = _SCRIPT.format(revision=str(number), before=before, mark=mark)
                (folder / f"r{number}.py").write_text(script, encoding="utf-8")
                before = str(number)
                patch.setattr(schema, "HEAD", before)
                upgrade(empty_database)
                open_store(empty_database).close()

    return upgrade_by


def test_what_was_only_added_hinders_nobody(empty_database: str, later: Later) -> None:
    """A program works with a schema that later versions only added to, and its upgrade leaves it alone."""
    later("", "")
    with open_store(empty_database) as store:
        assert store.read(lambda tx: tx.outbox.counts()) == ()
        assert revision(store) == "9002"
    upgrade(empty_database)
    with open_store(empty_database) as store:
        assert revision(store) == "9002"


@pytest.mark.parametrize("marks", [('compatible_from = "9001"',), ('compatible_from = "9001"', "")])
def test_what_was_taken_away_keeps_old_programs_out(
    empty_database: str, later: Later, marks: tuple[str, ...]
) -> None:
    """After a migration that takes something away, and all that follow it, a program before it is refused."""
    later(*marks)
    found = str(9000 + len(marks))
    for door in (open_store, upgrade):
        with pytest.raises(SchemaNewer, match="schema") as refused:
            door(empty_database)
        assert (refused.value.found, refused.value.known) == (found, KNOWN)


def test_what_was_taken_away_after_this_version_stopped_using_it(empty_database: str, later: Later) -> None:
    """A migration that names this version as the oldest that can do without is no hindrance."""
    later(f"compatible_from = {KNOWN!r}")
    open_store(empty_database).close()


def test_an_older_schema_is_refused_until_it_is_upgraded(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program says what it found and what it needs; after the upgrade it works."""
    if empty_database.startswith("sqlite"):
        Path(empty_database.removeprefix("sqlite:///")).touch()
    with pytest.raises(SchemaOlder) as refused:
        open_store(empty_database)
    assert (refused.value.found, refused.value.known) == ("", KNOWN)
    upgrade(empty_database)
    open_store(empty_database).close()
    monkeypatch.setattr(schema, "HEAD", "9001")
    with pytest.raises(SchemaOlder) as older:
        open_store(empty_database)
    assert (older.value.found, older.value.known) == (KNOWN, "9001")


def test_an_unmarked_later_schema_is_refused(empty_database: str) -> None:
    """Of a revision that no program has marked nothing is known: it is not worked with."""
    upgrade(empty_database)
    change(empty_database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaNewer):
        open_store(empty_database)
    change(empty_database, "DROP TABLE schema_marks")
    with pytest.raises(SchemaNewer):
        open_store(empty_database)


def test_each_revision_is_marked_once(empty_database: str) -> None:
    """The marks begin with the first revision that knows them, and a second upgrade adds none."""
    upgrade(empty_database)
    upgrade(empty_database)
    with open_store(empty_database) as store, store.connect() as connection:  # type: ignore[attr-defined]
        marks = connection.execute(sa.text("SELECT revision, compatible_from FROM schema_marks")).all()
    assert dict(marks) == schema.marks_of(schema.config_of())
    assert min(dict(marks)) == schema.FIRST_MARKED


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_an_upgrade_waits_for_its_moment(
    empty_database: str, later: Later, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that a node is using is not waited for long, but asked for again; others get in between."""
    upgrade(empty_database)
    tries = threading.Semaphore(0)
    migrate = schema.migrate

    def counted(connection: sa.Connection) -> None:
        tries.release()
        migrate(connection)

    monkeypatch.setattr(schema, "migrate", counted)
    monkeypatch.setattr(postgresql, "_LOCK_PATIENCE", sa.text("SET LOCAL lock_timeout = '50ms'"))
    with open_store(empty_database, clock=clock) as store:
        upgrading = threading.Thread(target=later, args=("",))
        with store.connect() as using, using.begin():  # type: ignore[attr-defined]
            using.execute(sa.text("SELECT id FROM outbox"))
            upgrading.start()
            assert all(tries.acquire(timeout=PATIENCE) for _ in range(3))
        upgrading.join(PATIENCE)
        assert revision(store) == "9001"


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_an_upgrade_gives_up_in_the_end(
    empty_database: str, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the tables are never free the upgrade says so, and nothing of it is kept."""
    upgrade(empty_database)
    monkeypatch.setattr(postgresql, "_LOCK_PATIENCE", sa.text("SET LOCAL lock_timeout = '50ms'"))
    monkeypatch.setattr(postgresql, "_UPGRADE_TRIES", 2)
    with open_store(empty_database) as store:
        with store.connect() as using, using.begin():  # type: ignore[attr-defined]
            using.execute(sa.text("SELECT id FROM outbox"))
            with pytest.raises(StoreBusy):
                later("")
        assert revision(store) == KNOWN


def revision(store: Store) -> str:
    """Give the newest migration of a database."""
    with store.connect() as connection:  # type: ignore[attr-defined]
        return schema.revision_of(connection)


def change(url: str, statement: str) -> None:
    """Change a database behind the back of the program."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
