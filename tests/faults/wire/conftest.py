"""One adapter and one stand for all faults: each case has a referral of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.stand.actors import make_keys
from tests.faults.wire.bench import Bench, bench_in


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the demo keys."""
    folder = tmp_path_factory.mktemp("faults") / "keys"
    make_keys(folder)
    return folder


@pytest.fixture(scope="module")
def shared(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The adapter and the stand of a module."""
    with bench_in(tmp_path_factory.mktemp("bench"), keys) as made:
        yield made


@pytest.fixture
def bench(shared: Bench) -> Iterator[Bench]:
    """The adapter and the stand, which behaves until a test orders otherwise."""
    yield shared
    shared.stand.orders.cancel()
