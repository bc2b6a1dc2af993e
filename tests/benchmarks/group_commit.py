"""``python -m tests.benchmarks.group_commit``: how long durable commits of many clients at once take.

Each client commits what an acceptance leaves behind: the message with its bytes, a referral, a journal row, a
delivery. The databases sync to disk, as in production. No time makes it fail.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from storage import Store, Transaction, open_store
from tests.benchmarks.figures import p99, timed
from tests.benchmarks.house import database_of
from tests.benchmarks.report import machine
from tests.benchmarks.signature_report import judged
from tests.integration.storage.samples import delivery, entry, message, referral

CLIENTS = 32
LIMIT = 3.0
_MESSAGE_BYTES = 28 * 1024
_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Commits:
    """Commits of many clients on one database; milliseconds."""

    database: str
    clients: int
    p50: float
    p99: float
    per_second: float

    @property
    def ratio(self) -> float:
        """How much longer the slow ones wait."""
        return self.p99 / self.p50


def measure_commits(folder: Path, rounds: int) -> tuple[Commits, ...]:
    """Let one client, then all of them, commit on each kind of database."""
    found = []
    for database in ("sqlite", "postgresql"):
        with database_of(folder, database) as url, open_store(url, pool_size=CLIENTS) as store:
            found += [_measured(store, database, clients, rounds) for clients in (1, CLIENTS)]
    return tuple(found)


def _measured(store: Store, database: str, clients: int, rounds: int) -> Commits:
    def client(count: int) -> list[float]:
        return [timed(lambda: store.transact(_accept))[0] for _ in range(count)]

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, [_WARM_UP] * clients))
        started = time.perf_counter()
        times = [one for column in pool.map(client, [rounds] * clients) for one in column]
        seconds = time.perf_counter() - started
    return Commits(database, clients, statistics.median(times), p99(times), len(times) / seconds)


def _accept(tx: Transaction) -> None:
    number = str(uuid.uuid4())
    tx.messages.insert(message(request_id=number, raw=os.urandom(_MESSAGE_BYTES), referral_number=number))
    tx.referrals.insert(referral(number))
    tx.journal.append(number, entry())
    tx.outbox.add(delivery(referral_number=number))


def show_commits(found: tuple[Commits, ...], console: Console) -> None:
    """Print the table."""
    table = Table(title="durable commits, each of four tables")
    for name in ("database", "clients", "a second", "p50 ms", "p99 ms", "p99 / p50", f"<= {LIMIT:g}"):
        table.add_column(name, justify="left" if name == "database" else "right")
    for one in found:
        wanted = judged(one.ratio <= LIMIT) if one.clients == CLIENTS else ""
        figures = (f"{one.per_second:,.0f}", f"{one.p50:.1f}", f"{one.p99:.1f}", f"{one.ratio:.2f}")
        table.add_row(one.database, str(one.clients), *figures, wanted)
    console.print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.group_commit", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, metavar="N", help="commits of each client")
    options = parser.parse_args()
    console = Console() if Console().is_terminal else Console(width=120)
    console.print(machine(), highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="mse-commits-") as scratch:
        show_commits(measure_commits(Path(scratch), options.rounds), console)
    console.print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
