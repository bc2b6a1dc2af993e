"""Nodes: the rows that processes write of themselves; leases that are held as long as they live."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage import LeaseLost, NewNode, Store
from storage.postgresql import PostgresStore
from storage.sqlite import SqliteStore
from tests.databases import TurnedClock
from tests.integration.storage.samples import NOW, delivery

FIRST = NewNode("host-1-aa", "serve", "0.1.0", "0007")
SECOND = NewNode("host-2-bb", "work", "0.2.0", "0009")


def test_a_process_writes_itself_down_and_is_heard_of(store: Store, clock: TurnedClock) -> None:
    """The first beat makes the row; later ones change only when it was heard of and how far its clock is."""
    store.transact(lambda tx: tx.nodes.beat(FIRST))
    clock.turn(3)
    store.transact(lambda tx: tx.nodes.beat(SECOND))
    offset = store.transact(lambda tx: tx.nodes.beat(FIRST))
    first, second = store.read(lambda tx: tx.nodes.list())
    assert (first.name, first.kind, first.version, first.schema_known) == (
        "host-1-aa",
        "serve",
        "0.1.0",
        "0007",
    )
    assert (first.started_at, first.beat_at) == (NOW, NOW + timedelta(seconds=3))
    assert first.clock_offset_ms == round(offset.total_seconds() * 1000)
    assert (second.name, second.started_at) == ("host-2-bb", NOW + timedelta(seconds=3))
    assert (first.stopping_at, first.stopped_at) == (None, None)


def test_a_process_says_that_it_stops_and_has_stopped(store: Store, clock: TurnedClock) -> None:
    """Both moments are kept, and a beat that comes between does not take the first back."""
    store.transact(lambda tx: tx.nodes.beat(FIRST))
    assert store.transact(lambda tx: tx.nodes.stopping(FIRST.name))
    clock.turn(1)
    store.transact(lambda tx: tx.nodes.beat(FIRST))
    clock.turn(1)
    assert store.transact(lambda tx: tx.nodes.stopped(FIRST.name))
    (row,) = store.read(lambda tx: tx.nodes.list())
    assert (row.stopping_at, row.stopped_at) == (NOW, NOW + timedelta(seconds=2))
    assert not store.transact(lambda tx: tx.nodes.stopped(SECOND.name))
    assert not store.transact(lambda tx: tx.nodes.stopping(SECOND.name))


def test_processes_long_silent_are_forgotten(store: Store, clock: TurnedClock) -> None:
    """Only who was not heard of for so long goes; who is heard of again has a row again."""
    store.transact(lambda tx: tx.nodes.beat(FIRST))
    clock.turn(100)
    store.transact(lambda tx: tx.nodes.beat(SECOND))
    assert store.transact(lambda tx: tx.nodes.forget(100)) == 1
    assert [one.name for one in store.read(lambda tx: tx.nodes.list())] == [SECOND.name]
    store.transact(lambda tx: tx.nodes.beat(FIRST))
    assert len(store.read(lambda tx: tx.nodes.list())) == 2


def test_what_living_workers_hold_is_renewed(store: Store, clock: TurnedClock) -> None:
    """A renewed lease outlives its first term; that of another worker runs out and is claimed by the next."""
    mine, lost = delivery(), delivery()
    store.transact(lambda tx: tx.outbox.add(mine, lost))
    for worker in ("living/1", "dead/1"):
        store.transact(lambda tx: tx.outbox.claim(worker, (), 1, 60))  # noqa: B023
    assert store.read(lambda tx: tx.outbox.holders()) == {"living/1": 1, "dead/1": 1}
    clock.turn(59)
    assert store.transact(lambda tx: tx.outbox.renew(["living/1", "living/2"], 60)) == 1
    clock.turn(59)
    (claimed,) = store.transact(lambda tx: tx.outbox.claim("next/1", (), 10, 60))
    assert claimed.lease_owner == "next/1"
    assert store.read(lambda tx: tx.outbox.holders()) == {"living/1": 1, "next/1": 1}
    assert store.transact(lambda tx: tx.outbox.renew(["dead/1"], 60)) == 0
    with pytest.raises(LeaseLost):
        store.transact(lambda tx: tx.outbox.finish(claimed.id, claimed.fence - 1))


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_renewing_passes_over_what_is_written_now(store: PostgresStore) -> None:
    """The heartbeat waits for nobody: a delivery that its worker is writing is left to the next beat."""
    store.transact(lambda tx: tx.outbox.add(delivery(), delivery()))
    claimed = store.transact(lambda tx: tx.outbox.claim("w", (), 10, 60))
    with store.connect() as writing, writing.begin():
        writing.execute(sa.text("SELECT id FROM outbox WHERE id = :id FOR UPDATE"), {"id": claimed[0].id})
        assert store.transact(lambda tx: tx.outbox.renew(["w"], 60)) == 1
    assert store.transact(lambda tx: tx.outbox.renew(["w"], 60)) == 2


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_leases_of_a_worker_are_found_by_an_index(store: SqliteStore) -> None:
    """However many deliveries wait, who holds what is looked up, not searched for."""
    question = "SELECT id FROM outbox WHERE state = 'leased' AND lease_owner IN ('a', 'b')"
    with store.connect() as connection:
        plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {question}")).all()
    assert "ix_outbox_lease_owner" in str(plan)
