"""A gateway on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import backend, database, postgres_server, sqlite_template
from tests.integration.operations.gateway import Gateway, shared_keys

__all__ = ["backend", "database", "gateway", "keys", "postgres_server", "sqlite_template"]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo keys, made once."""
    return shared_keys(tmp_path_factory.mktemp("demo") / "keys")


@pytest.fixture
def gateway(database: str, keys: Path, tmp_path: Path) -> Iterator[Gateway]:
    """An adapter of its own, with the demo's partners."""
    folder = tmp_path / "gateway"
    folder.mkdir()
    made = Gateway(folder, keys, database)
    yield made
    made.close()
