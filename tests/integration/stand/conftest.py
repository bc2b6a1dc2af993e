"""Demo keys, a clock and emulators on free loopback ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter.stand.actors import Keyring, make_keys
from adapter.stand.book import Book
from adapter.stand.documents import Clerk
from adapter.stand.server import Endpoint, StandServer

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Serve = Callable[..., str]


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


@pytest.fixture
def book(clock: Callable[[], datetime]) -> Book:
    """An empty book."""
    return Book("test", clock)


@contextmanager
def served(*endpoints: Endpoint, books: tuple[Book, ...] = ()) -> Iterator[str]:
    """Serve endpoints on a free port; gives the base address."""
    server = StandServer("127.0.0.1", 0, endpoints, books)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves endpoints until the test ends; returns the base address."""
    with ExitStack() as running:
        yield lambda *endpoints, books=(): running.enter_context(served(*endpoints, books=books))
