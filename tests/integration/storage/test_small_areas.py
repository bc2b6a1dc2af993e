"""Leases, breakers, held events."""

from datetime import timedelta

from storage import Store, Transaction
from storage.breakers import Breaker
from tests.databases import TurnedClock
from tests.integration.storage.samples import NOW, at_once


def _acquire(store: Store, owner: str, seconds: float = 10) -> int | None:
    return store.transact(lambda tx: tx.leases.acquire("leader", owner, seconds))


def test_lease_has_one_holder(store: Store, clock: TurnedClock) -> None:
    """A held lease is refused to others, renewed for its owner, and free once it has run out."""
    assert _acquire(store, "a") == 1
    assert _acquire(store, "b") is None
    clock.turn(9)
    assert _acquire(store, "a") == 1
    clock.turn(9)
    assert _acquire(store, "b") is None
    clock.turn(1)
    assert _acquire(store, "b") == 2
    assert _acquire(store, "a") is None
    held = store.read(lambda tx: tx.leases.get("leader"))
    assert held is not None
    assert (held.owner, held.fence, held.expires_at) == ("b", 2, clock() + timedelta(seconds=10))
    assert store.read(lambda tx: tx.leases.list()) == (held,)


def test_released_lease_is_free_at_once(store: Store) -> None:
    """A lease given up passes on with a higher fence, also back to the one who gave it up."""
    assert _acquire(store, "a") == 1
    assert not store.transact(lambda tx: tx.leases.release("leader", "b"))
    assert store.transact(lambda tx: tx.leases.release("leader", "a"))
    assert _acquire(store, "b") == 2
    assert store.transact(lambda tx: tx.leases.release("leader", "b"))
    assert _acquire(store, "b") == 3


def test_lease_race_has_one_winner(store: Store, clock: TurnedClock) -> None:
    """Of many that ask at once one gets the lease, when it is new and when it has run out."""
    for fence in (1, 2):
        answers = at_once(*[lambda owner=f"{fence}-{n}": _acquire(store, owner) for n in range(6)])
        assert sorted(answers, key=str) == sorted([fence, *[None] * 5], key=str)
        clock.turn(11)


def test_breaker_is_kept_for_each_partner(store: Store) -> None:
    """What one process writes of a partner the others read."""
    sick = Breaker("remd", "open", 5, NOW, NOW + timedelta(seconds=30))
    store.transact(lambda tx: tx.breakers.put(Breaker("remd", "closed", 1)))
    store.transact(lambda tx: tx.breakers.put(sick))
    store.transact(lambda tx: tx.breakers.put(Breaker("fund", "closed", 0)))
    assert store.read(lambda tx: tx.breakers.get("remd")) == sick
    assert store.read(lambda tx: tx.breakers.get("none")) is None
    assert [one.partner for one in store.read(lambda tx: tx.breakers.list())] == ["fund", "remd"]


def test_one_process_alone_probes(store: Store) -> None:
    """Of several that see the time of a probe come, the lock lets exactly one take it."""
    store.transact(lambda tx: tx.breakers.put(Breaker("remd", "open", 5, NOW, NOW)))

    def probe(tx: Transaction) -> bool:
        breaker = tx.breakers.lock("remd")
        assert breaker is not None
        if breaker.state != "open":
            return False
        tx.breakers.put(Breaker("remd", "half-open", breaker.failures, breaker.opened_at))
        return True

    assert sorted(at_once(*[lambda: store.transact(probe)] * 5)) == [False] * 4 + [True]


def test_held_events_come_back_in_order(store: Store) -> None:
    """Events wait in the order they came until each is removed."""

    def hold(subject: str, number: int) -> str:
        moment = NOW + timedelta(seconds=number)
        return store.transact(lambda tx: tx.held_events.add(subject, "verdict", {"n": number}, moment))

    second, first, other = hold("m-1", 2), hold("m-1", 1), hold("m-2", 0)
    held = store.read(lambda tx: tx.held_events.list("m-1"))
    assert [(one.id, one.payload["n"], one.kind) for one in held] == [
        (first, 1, "verdict"),
        (second, 2, "verdict"),
    ]
    assert [one.id for one in store.read(lambda tx: tx.held_events.oldest(2))] == [other, first]
    assert store.transact(lambda tx: tx.held_events.remove(first))
    assert not store.transact(lambda tx: tx.held_events.remove(first))
    assert [one.id for one in store.read(lambda tx: tx.held_events.list("m-1"))] == [second]
