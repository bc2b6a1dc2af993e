"""An adapter on each database, and one whose line to PostgreSQL breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import Postgres, backend, database, postgres_server, sqlite_template
from tests.faults.line import Line
from tests.integration.operations import privacy
from tests.integration.operations.conftest import gateway, keys
from tests.integration.operations.gateway import Gateway

__all__ = ["backend", "database", "gateway", "keys", "postgres_server", "sqlite_template"]


@pytest.fixture
def postgresql(postgres_server: Postgres) -> Iterator[str]:
    """The address of a database that a test may do anything to."""
    name, url = postgres_server.create(postgres_server.migrated_template())
    yield url
    postgres_server.drop(name)


@pytest.fixture
def line(postgresql: str) -> Iterator[Line]:
    """A line to the database."""
    with Line(postgresql) as made:
        yield made


@contextmanager
def _opened(folder: Path, keys: Path, url: str) -> Iterator[Gateway]:
    folder.mkdir()
    with privacy.overhearing() as overheard:
        made = Gateway(folder, keys, url)
        yield made
        made.close()
    assert privacy.leaks(overheard.lines) == []


@pytest.fixture
def far(line: Line, keys: Path, tmp_path: Path) -> Iterator[Gateway]:
    """An adapter at the end of the line; what it logs holds nothing personal."""
    with _opened(tmp_path / "far", keys, line.url) as made:
        yield made


@pytest.fixture
def near(postgresql: str, keys: Path, tmp_path: Path) -> Iterator[Gateway]:
    """An adapter on the database that a test may do anything to."""
    with _opened(tmp_path / "near", keys, postgresql) as made:
        yield made
