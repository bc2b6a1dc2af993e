"""The real server on a scratch folder: demo keys, a SQLite file, free ports on the loopback."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapter.soap.server import wait_until_listening
from adapter.stand.actors import make_keys
from storage import upgrade
from tests.interop.calls import BUREAU, HOSPITAL, HOSPITAL_OID

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
END_SECONDS = 15.0

_ADDRESS = "127.0.0.1"
_SERVE = "import sys, pathlib; from adapter.app.running import serve; serve(pathlib.Path(sys.argv[1]))"
_PARTNERS = f"""
[[partners]]
code = "{HOSPITAL}"
name = "МИС судьи"
kind = "mis"
transport = "none"
organizations = [{{ oid = "{HOSPITAL_OID}", ogrn = "1037734008575", name = "Больница судьи" }}]

[[partners]]
code = "{BUREAU}"
name = "Бюро судьи"
kind = "bureau"
transport = "none"
delivery = "poll"
organizations = [{{ oid = "1.2.643.5.1.13.13.12.2.77.1275", ogrn = "1027739460737", name = "Бюро судьи" }}]
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    url: str
    database: Path

    def received(self, request_id: str) -> bytes:
        """Return the bytes of a message of the judges' hospital as they came over the wire, or nothing."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "select raw from messages where sender = ? and request_id = ?", (HOSPITAL, request_id)
            ).fetchall()
        return bytes(rows[0][0] or b"") if rows else b""


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve from a folder; its server ends with the block.

    Raises:
        TimeoutError: the server did not come up; its words are in ``server.log`` of the folder.
    """
    port, stand_port = _free_ports()
    database = folder / "interop.db"
    make_keys(folder / "keys")
    upgrade(f"sqlite:///{database}")
    config = folder / "config.toml"
    config.write_text(_config(folder, database, port, stand_port), encoding="utf-8")
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(config)], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_listening(_ADDRESS, port, START_SECONDS)
            yield Served(f"http://{_ADDRESS}:{port}", database)
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _config(folder: Path, database: Path, port: int, stand_port: int) -> str:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for before, after in (
        ("8080", str(port)),
        ("8090", str(stand_port)),
        ("sqlite:///var/mse-adapter.db", f"sqlite:///{database}"),
        ('"var/keys', f'"{folder / "keys"}'),
    ):
        if before not in text:
            message = f"config.toml has no {before}"
            raise LookupError(message)
        text = text.replace(before, after)
    return text + _PARTNERS


def _free_ports() -> tuple[int, int]:
    with closing(socket.socket()) as one, closing(socket.socket()) as other:
        one.bind((_ADDRESS, 0))
        other.bind((_ADDRESS, 0))
        return one.getsockname()[1], other.getsockname()[1]
