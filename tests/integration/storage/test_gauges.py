"""What observers ask of the store: the numbers are right, and an index answers them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import Store, Transaction, gauges
from storage.chain import Entry
from storage.gauges import QueueGauge
from tests.databases import TurnedClock
from tests.integration.storage.samples import NOW, delivery


def test_the_queue_is_counted_by_partner_kind_and_state(store: Store, clock: TurnedClock) -> None:
    """Open deliveries and dead letters are counted with the age of the oldest; what is done is not."""

    def fill(tx: Transaction) -> None:
        tx.outbox.add(*(delivery("remd") for _ in range(4)), delivery("fund", kind="NotifyReturn"))
        first, second, *_ = tx.outbox.claim("worker", ("fund",), 3, 60)
        tx.outbox.finish(first.id, first.fence)
        tx.outbox.dead(second.id, second.fence, "FINAL", "code")

    store.transact(fill)
    begun = clock.moment
    clock.turn(60)
    store.transact(lambda tx: tx.outbox.add(delivery("remd")))
    kind = delivery("remd").kind
    assert store.read(lambda tx: tx.gauges.queue()) == (
        QueueGauge("fund", "NotifyReturn", "pending", 1, begun),
        QueueGauge("remd", kind, "dead", 1, begun),
        QueueGauge("remd", kind, "leased", 1, begun),
        QueueGauge("remd", kind, "pending", 2, begun),
    )
    assert clock.moment - begun == timedelta(seconds=60)


def test_the_depth_is_counted_no_further_than_asked(store: Store) -> None:
    """What is not done counts, dead letters do not; counting ends at the bound."""
    assert store.read(lambda tx: tx.gauges.depth(10)) == 0
    store.transact(lambda tx: tx.outbox.add(*(delivery("remd") for _ in range(5))))
    assert [store.read(lambda tx, most=most: tx.gauges.depth(most)) for most in (1, 4, 5, 6)] == [1, 4, 5, 5]  # type: ignore[misc]

    def bury(tx: Transaction) -> None:
        for one in tx.outbox.claim("worker", (), 5, 60):
            tx.outbox.dead(one.id, one.fence, "FINAL", "code")

    store.transact(bury)
    assert store.read(lambda tx: tx.gauges.depth(10)) == 0


def test_chains_without_an_anchor_are_counted(store: Store) -> None:
    """A chain with a fresh row counts, up to the bound; the schema is that of the program."""
    for subject in ("one", "two", "three"):
        store.transact(lambda tx, name=subject: tx.journal.append(name, Entry(at=NOW, event="E")))  # type: ignore[misc]
    assert [store.read(lambda tx, most=most: tx.gauges.unanchored(most)) for most in (2, 9)] == [2, 3]  # type: ignore[misc]
    assert store.read(lambda tx: tx.gauges.schema_fits())


@pytest.mark.parametrize("statement", ["_DEPTH", "_QUEUE", "_UNANCHORED"])
def test_no_question_walks_a_whole_table(database: str, statement: str) -> None:
    """Each is answered by a partial index: done deliveries and anchored chains are never looked at."""
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    asked: Any = getattr(gauges, statement)
    with engine.connect() as connection:
        bound = asked if statement == "_QUEUE" else asked.params(most=5)
        text = str(bound.compile(connection, compile_kwargs={"literal_binds": True}))
        if engine.dialect.name == "sqlite":
            plan = [row[3] for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]
            walked = [line for line in plan if line in {"SCAN outbox", "SCAN journal_heads"}]
        else:
            connection.execute(sa.text("SET enable_seqscan = off"))
            plan = [row[0] for row in connection.execute(sa.text(f"EXPLAIN {text}"))]
            walked = [line for line in plan if "Seq Scan" in line]
    engine.dispose()
    assert any("ix_" in line for line in plan), plan
    assert walked == [], plan
