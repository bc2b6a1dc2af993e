"""Demo keys, and databases of their own for nodes: an upgrade leaves a database as no other test wants it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.stand.actors import make_keys
from tests.databases import Postgres, backend, clock, database, postgres_server, sqlite_template, store
from tests.integration.nodes.cluster import Cluster, cluster_in

__all__ = ["backend", "clock", "database", "postgres_server", "sqlite_template", "store"]


@pytest.fixture(scope="session")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of the demo, made once."""
    folder = tmp_path_factory.mktemp("nodes") / "keys"
    make_keys(folder)
    return folder


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """A migrated database of PostgreSQL that is removed afterwards."""
    name, url = postgres_server.create(postgres_server.migrated_template())
    yield url
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file."""
    path = tmp_path / "nodes.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def cluster(tmp_path: Path, demo_keys: Path, postgres_url: str) -> Iterator[Cluster]:
    """Nodes at one PostgreSQL, none started yet."""
    with cluster_in(tmp_path, demo_keys, postgres_url) as made:
        yield made


@pytest.fixture
def lone(tmp_path: Path, demo_keys: Path, sqlite_url: str) -> Iterator[Cluster]:
    """A place for the one node at a SQLite file, not started yet."""
    with cluster_in(tmp_path, demo_keys, sqlite_url) as made:
        yield made
