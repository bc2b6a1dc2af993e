"""Fixtures of the tests of the command line."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapter.cli import app
from tests.unit.cli.examples import Site


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed, as JSON."""
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """All that was printed, in one line: the width of a terminal does not matter."""
        return " ".join((self.out + " " + self.err).split())


Invoke = Callable[..., Ended]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One set of keys for all tests: making them takes seconds."""
    return Site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Ended:
        ended = CliRunner().invoke(app, [str(one) for one in arguments])
        return Ended(ended.exit_code, ended.stdout, ended.stderr)

    return call


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[[bytes], Path]:
    """Write a document into a file."""

    def put(content: bytes) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.xml"
        path.write_bytes(content)
        return path

    return put
