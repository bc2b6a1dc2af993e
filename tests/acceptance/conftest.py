"""A folder with a configuration of its own, on each database."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.databases import backend, database, empty_database, postgres_server, sqlite_template

__all__ = ["backend", "configured", "database", "empty_database", "postgres_server", "sqlite_template"]

ROOT = Path(__file__).resolve().parents[2]


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture
def configured(empty_database: str, tmp_path: Path) -> Path:
    """The shipped configuration with other ports and an empty database."""
    adapter, stand = free_ports(2)
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace("8080", str(adapter)).replace("8090", str(stand))
    path = tmp_path / "config.toml"
    path.write_text(text.replace("sqlite:///var/mse-adapter.db", empty_database), encoding="utf-8")
    return path
