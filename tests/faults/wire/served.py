"""The adapter as it is served, in a process of its own, and the stand beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapter.app.composition import utc_now
from adapter.soap.server import wait_until_listening
from adapter.stand.actors import BUREAU_SYSTEM, MIS
from adapter.stand.stand import Stand
from signing.demo import expired_file
from storage import JournalRow, Referral, open_beside, upgrade
from tests.faults.wire.bench import ROOT, stand_for
from tests.ports import held_port

_START = 90.0
_STOP = 60.0


@dataclass
class Served:
    """What a test holds in its hands."""

    stand: Stand
    url: str

    def holders(self, uid: str) -> list[str]:
        """Return the numbers of the referrals that a document is in, once for each time."""
        with open_beside(self.url) as store:
            return [one.referral_number for one in store.read(lambda tx: tx.documents.find_by_local_uid(uid))]

    def referral(self, number: str) -> Referral:
        """Return a row of the register."""
        with open_beside(self.url) as store:
            found = store.read(lambda tx: tx.referrals.get(number))
        assert found is not None
        return found

    def journal(self, subject: str) -> tuple[JournalRow, ...]:
        """Return a chain of the journal, which holds."""
        with open_beside(self.url) as store:
            assert store.read(lambda tx: tx.journal.verify(subject)) is None
            return store.read(lambda tx: tx.journal.list(subject))


@contextmanager
def served_in(folder: Path, keys: Path) -> Iterator[Served]:
    """Start the stand, then the adapter by the shipped configuration on other ports."""
    with held_port() as port, ExitStack() as running:
        adapter = f"http://127.0.0.1:{port}"
        stand = stand_for(keys, adapter, utc_now)
        running.callback(stand.stop)
        config = _configured(folder, keys, port, stand.url)
        url = f"sqlite:///{folder / 'var' / 'mse-adapter.db'}"
        upgrade(url)
        command = [sys.executable, "-m", "adapter", "serve", "--config", str(config)]
        with (folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ})
            try:
                wait_until_listening("127.0.0.1", port, _START, lambda: process.poll() is None)
                stand.start()
                yield Served(stand, url)
            finally:
                stand.stop()
                process.terminate()
                try:
                    process.wait(_STOP)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _configured(folder: Path, keys: Path, port: int, stand: str) -> Path:
    """Write the configuration; the expired certificates are known to be those of МИС and bureau."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    changes = {
        "http://127.0.0.1:8090": stand,
        "8080": str(port),
        **{
            f'/{one.key}.cert.pem"]': f'/{one.key}.cert.pem", "var/keys/{expired_file(one.key)}"]'
            for one in (MIS, BUREAU_SYSTEM)
        },
        '"var/keys': f'"{keys}',
    }
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    config = folder / "config.toml"
    config.write_text(text, encoding="utf-8")
    (folder / "var").mkdir()
    return config
