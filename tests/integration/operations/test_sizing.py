"""Room on the disk: recorded by the day, given back, and told of before it ends."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from adapter.app.composition import Runtime
from adapter.app.readiness import health
from adapter.app.sizing import measure_of
from adapter.clients.mail import MailServer
from adapter.delivery.notices import Letters
from adapter.delivery.senders import NOTHING
from adapter.domain.contacts import Contact, ListedContacts
from adapter.domain.escalation import Level
from adapter.operations.sizing import Measure, forecasts, record_sizes
from storage import StoreSize, Transaction, compact, open_store
from storage.sizes import Measured
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.test_disclosures import command

MIB = 1 << 20


def growing(gateway: Gateway, free: int) -> Measure:
    """Return a disk that is a mebibyte fuller every day; `free` mebibytes are left at the end."""
    begun = gateway.clock()

    def measure(_: Measured, now: datetime) -> Sequence[StoreSize]:
        days = (now - begun).days
        return (StoreSize("store", now.date(), now, (100 + days) * MIB, (free + 9 - days) * MIB),)

    return measure


def days_of(gateway: Gateway, free: int, warning_days: int = 30) -> int:
    """Record ten days; return how often a full disk was told of."""
    context, measure = gateway.runtime.context, growing(gateway, free)
    told = 0
    for day in range(10):
        told += len(record_sizes(context, measure, warning_days))
        if day < 9:
            gateway.clock.turn(days=1)
    return told


def test_the_forecast_comes_from_what_was_recorded(gateway: Gateway) -> None:
    """Ten recorded days give growth and end; a second size on one day replaces the first."""
    days_of(gateway, free=200)
    (one,) = gateway.runtime.store.read(forecasts)
    assert (one.place, one.per_day, one.days, one.known_days) == ("store", MIB, 200, 9)
    again = StoreSize("store", one.day, gateway.clock(), one.used, 50 * MIB)
    gateway.runtime.store.transact(lambda tx: tx.sizes.put(again))
    (one,) = gateway.runtime.store.read(forecasts)
    assert (one.days, one.known_days) == (50, 9)


def test_a_disk_that_ends_is_told_of(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """Log, queue and health say it, without a word about anybody; a large disk is not told of."""
    with caplog.at_level(logging.WARNING):
        assert days_of(gateway, free=200) == 0
        assert caplog.records == []
        told = json.loads(health(gateway.runtime, "/health/ready")[1])
        assert (told["checks"]["disk"], told["disk"]["places"][0]["days"]) == ("ok", 200)
    gateway.runtime.store.transact(lambda tx: tx.sizes.put(*shrunk(gateway, tx)))
    with caplog.at_level(logging.WARNING):
        record_sizes(gateway.runtime.context, lambda *_: (), 30)
    assert "full in 12 days" in caplog.text
    told = json.loads(health(gateway.runtime, "/health/ready")[1])
    assert (told["checks"]["disk"], told["disk"]["warnings"][0]["days"]) == ("warn", 12)
    rows = json.loads(command(gateway, "queue", "--json").stdout)
    assert [(one["turn"], one["what"]) for one in rows] == [
        ("оператор", "место на диске (база): хватит примерно на 12 дн.")
    ]


def shrunk(gateway: Gateway, tx: Transaction) -> list[StoreSize]:
    """Return the last size with little room."""
    last = tx.sizes.since("store", (gateway.clock() - timedelta(days=20)).date())[-1]
    return [replace(last, free_bytes=12 * MIB + 5)]


@ON_SQLITE
def test_operators_get_one_letter_a_day(gateway: Gateway) -> None:
    """With a contact a letter is queued each day on which the disk is told of, and it can be built."""
    contacts = ListedContacts((Contact(Level.OPERATOR, "duty@example.ru"),))
    gateway.change(contacts=contacts)
    days_of(gateway, free=5)
    record_sizes(gateway.runtime.context, lambda *_: (), 30)
    letters = gateway.runtime.store.read(lambda tx: tx.outbox.list(partner="mail"))
    assert len(letters) == 9  # the first day has nothing to compare with
    sender = Letters(
        gateway.runtime.context,
        MailServer("127.0.0.1", 25, "none", ssl.create_default_context()),
        "mse@example.ru",
    )
    partner = sender.partner_of(letters[-1])
    text = sender.build(letters[-1], partner, NOTHING).body
    assert b"duty@example.ru" in text


@ON_SQLITE
def test_no_letter_without_contacts(gateway: Gateway) -> None:
    """Where nobody is to be written to, nothing is queued that could not be sent."""
    days_of(gateway, free=5)
    assert gateway.runtime.store.read(lambda tx: tx.outbox.list(partner="mail")) == ()


def test_the_real_disk_is_measured(gateway: Gateway) -> None:
    """The size of the database and, for SQLite, the room of its disk; a given size counts instead."""
    runtime: Runtime = gateway.runtime
    measured = runtime.store.read(lambda tx: tx.sizes.measure())
    assert measured.total > measured.empty >= 0
    (size,) = measure_of(runtime.config)(measured, gateway.clock())
    assert (size.free_bytes is None) is (not runtime.config.store.url.startswith("sqlite"))
    retention = runtime.config.retention.model_copy(update={"disk_bytes": 1 << 40})
    (size,) = measure_of(runtime.config.model_copy(update={"retention": retention}))(
        measured, gateway.clock()
    )
    assert size.free_bytes == (1 << 40) - (measured.total - measured.empty)
    ended = command(gateway, "archive", "forecast", "--json")
    assert [one["place"] for one in json.loads(ended.stdout)] == ["store"]
    assert "Рост ещё не известен" in command(gateway, "archive", "forecast").stdout


@ON_SQLITE
def test_space_is_given_back_to_the_disk(gateway: Gateway) -> None:
    """What was deleted leaves the file bit by bit; a file without the ability gets it by `db compact`."""
    url = gateway.runtime.config.store.url
    store = gateway.runtime.store
    store.transact(
        lambda tx: tx.uploads.put_part("o", "u", offset=0, content=bytes(MIB), total=MIB, sha256="x")
    )
    store.transact(lambda tx: tx.uploads.forget("o", "u"))
    empty = store.read(lambda tx: tx.sizes.measure()).empty
    assert empty > MIB // 2
    given = store.transact(lambda tx: tx.sizes.give_back(10))
    assert given == 10
    while store.transact(lambda tx: tx.sizes.give_back(64)):
        pass
    assert store.read(lambda tx: tx.sizes.measure()).empty == 0
    assert "занята" in command(gateway, "db", "compact").output
    gateway.close()
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA auto_vacuum = NONE")
        connection.exec_driver_sql("VACUUM")
    engine.dispose()
    with open_store(url) as opened:
        opened.transact(lambda tx: tx.claims.take("k", "x" * MIB, "o"))
        opened.transact(lambda tx: tx.claims.release("k", "x" * MIB, "o"))
        assert opened.transact(lambda tx: tx.sizes.give_back(10)) == 0
    before, after = compact(url)
    assert before - after > MIB // 2
    gateway.open()
