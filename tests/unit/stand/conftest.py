"""The demo keys and a clock, made once for all tests of the stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter.stand.actors import Keyring, make_keys
from adapter.stand.documents import Clerk

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the demo keys."""
    folder = tmp_path_factory.mktemp("stand") / "keys"
    make_keys(folder)
    return folder


@pytest.fixture(scope="session")
def keyring(keys: Path) -> Keyring:
    """The demo keys."""
    return Keyring(keys)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A business clock that stands."""
    return lambda: NOW


@pytest.fixture
def clerk(keyring: Keyring, clock: Callable[[], datetime]) -> Clerk:
    """The writer of the demo's documents."""
    return Clerk(keyring, clock)
