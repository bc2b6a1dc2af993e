"""What the small sizes of the proof share."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapter.stand.actors import make_keys
from tests.databases import backend, database, postgres_server, sqlite_template

__all__ = ["backend", "database", "postgres_server", "sqlite_template"]


@pytest.fixture(scope="session")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo keys, made once."""
    folder = tmp_path_factory.mktemp("proof") / "keys"
    make_keys(folder)
    return folder
