"""A gateway on each database; after every test nothing personal may have left it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.databases import backend, database, postgres_server, sqlite_template
from tests.integration.operations import privacy
from tests.integration.operations.gateway import Gateway, shared_keys
from tests.integration.operations.walk import Walk

__all__ = ["backend", "database", "gateway", "keys", "postgres_server", "sqlite_template", "walk"]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo keys, made once."""
    return shared_keys(tmp_path_factory.mktemp("demo") / "keys")


@pytest.fixture(autouse=True)
def _half_empty_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readiness warns of a disk that is nearly full; no test depends on that of the machine."""
    half = SimpleNamespace(total=1 << 40, used=1 << 39, free=1 << 39)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: half)


@pytest.fixture
def gateway(database: str, keys: Path, tmp_path: Path) -> Iterator[Gateway]:
    """An adapter of its own with the demo's partners; its logs, tables and refusals hold nothing personal."""
    folder = tmp_path / "gateway"
    folder.mkdir()
    with privacy.overhearing() as overheard:
        made = Gateway(folder, keys, database)
        yield made
        made.close()
    assert privacy.leaks(overheard.lines) == []
    assert privacy.leaks(privacy.stored_facts(database)) == []
    assert privacy.leaks(privacy.refusals(made)) == []


@pytest.fixture
def walk(gateway: Gateway) -> Walk:
    """One referral that a test takes along its way."""
    return Walk(gateway)
