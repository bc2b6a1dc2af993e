"""What a partner bears, held by all workers of all processes together: on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from adapter.delivery import breaker, gate
from adapter.delivery.breaker import BreakerPolicy
from adapter.delivery.engine import Engine
from adapter.delivery.retry import Health
from adapter.domain.partners import Partner as System
from adapter.domain.partners import PartnerKind, Partners
from storage import Store, Transaction
from storage.outbox import DONE
from tests.databases import BACKENDS, TurnedClock
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import Handler, Partner, Request, close
from tests.integration.delivery.world import REMD_CODE, delivery_of, remd_usual
from tests.integration.storage.samples import at_once, delivery

PATIENCE = 60.0


@pytest.fixture
def world(world: World) -> World:
    """A world in which an exchange may take its time."""
    return world.patient()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Run on both databases: what is exact on one writer must be so on many."""
    name: str = request.param
    return name


class Crowd:
    """Counts how many exchanges go on at once; the first waits for the second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._two = threading.Event()
        self.now = self.most = 0

    def __call__(self, handler: Handler, request: Request) -> None:
        """Be counted, then answer."""
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            if self.now > 1:
                self._two.set()
        self._two.wait(PATIENCE)
        with self._lock:
            self.now -= 1
        remd_usual(handler, request)


def limited(world: World, *, concurrency: int = 0, per_minute: int = 0) -> Partners:
    """Return the partners, РЭМД with limits."""
    return Partners(
        tuple(
            replace(one, concurrency=concurrency, per_minute=per_minute) if one.code == REMD_CODE else one
            for one in world.context.partners
        )
    )


def begin(partner: System, delivery_id: str, tx: Transaction) -> bool:
    """Begin an exchange as a worker does, if it may begin."""
    (mine,) = [one for one in tx.outbox.list() if one.id == delivery_id]
    if not gate.enter(tx, partner, delivery_id, 60):
        return False
    tx.outbox.started_attempt(mine.id, mine.fence)
    return True


def system(*, concurrency: int = 0, per_minute: int = 0) -> System:
    """Return a partner with limits."""
    return System("remd", "РЭМД", PartnerKind.REMD, concurrency=concurrency, per_minute=per_minute)


def test_no_more_exchanges_go_on_than_a_partner_bears(world: World, remd: Partner) -> None:
    """Six workers with a limit of two: never three at once, both seats are used, everything is sent."""
    crowd, new = Crowd(), [delivery_of("registerDocument") for _ in range(18)]
    remd.usual = crowd
    world.queue(*new)
    partners, ends = limited(world, concurrency=2), time.monotonic() + PATIENCE
    engines = [world.another(partners=partners, workers=1, turn_seconds=0.0) for _ in range(6)]

    def work(engine: Engine) -> None:
        while any(world.get(one).state != DONE for one in new):
            assert time.monotonic() < ends
            if not engine.drain():
                time.sleep(0.01)

    at_once(*[partial(work, engine) for engine in engines])
    assert crowd.most == 2
    assert len(remd.bodies("registerDocument")) == len(new)
    assert not remd.bodies("searchRegistryItem")


@pytest.mark.parametrize("limit", [1, 3])
def test_of_many_that_begin_at_once_only_so_many_do(store: Store, limit: int) -> None:
    """Eight deliveries claimed by eight workers begin in the same moment: the limit is exact."""
    partner, new = system(concurrency=limit), [delivery() for _ in range(8)]
    store.transact(lambda tx: tx.outbox.add(*new))
    for place in range(8):
        store.transact(lambda tx: tx.outbox.claim_for(f"w{place}", "remd", 1, 60, ["registerDocument"]))  # noqa: B023 - called at once
    begun = at_once(*[partial(store.transact, partial(begin, partner, one.id)) for one in new])
    assert sum(begun) == limit
    assert store.read(lambda tx: tx.outbox.in_flight()) == {"remd": limit}
    store.transact(lambda tx: [tx.outbox.release(f"w{place}") for place in range(8)])
    assert store.read(lambda tx: tx.outbox.in_flight()) == {}


def test_the_pace_holds_for_all_workers(store: Store, clock: TurnedClock) -> None:
    """Four workers that call as often as they may stay within the limit of each minute together."""
    partner, calls = system(per_minute=20), list[float]()
    for second in range(0, 120, 2):
        tries = [partial(store.transact, lambda tx: gate.enter(tx, partner, "any", 60))] * 4
        calls += [second] * sum(at_once(*tries))
        clock.turn(2)
    assert 32 <= len(calls) <= 40
    assert max(sum(first <= one < first + 60 for one in calls) for first in calls) <= 20


def test_one_alone_probes(store: Store, clock: TurnedClock) -> None:
    """Of eight that find a rested partner in the same moment one calls; the next only when it is silent."""
    partner, policy = system(), BreakerPolicy(failures=3, rest=30)
    missed: Callable[[Transaction], None] = partial(
        breaker.tell, partner="remd", delivery_id="x", health=Health.ABSENT, policy=policy
    )
    at_once(*[partial(store.transact, missed)] * 8)
    (row,) = store.read(lambda tx: tx.breakers.list())
    assert (row.state, row.failures) == (breaker.OPEN, 8)
    clock.turn(31)

    def probing() -> list[int]:
        tries = [
            partial(
                store.transact, partial(gate.enter, partner=partner, delivery_id=f"d{n}", probe_seconds=60)
            )
            for n in range(8)
        ]
        return [place for place, may in enumerate(at_once(*tries)) if may]

    (first,) = probing()
    assert probing() == [first]
    clock.turn(61)
    assert len(probing()) == 1


def test_a_rested_partner_is_worth_one_claim(store: Store, clock: TurnedClock) -> None:
    """Before a probe nobody leases more than the probe; a partner that rests or is full gets no claim."""
    store.transact(lambda tx: tx.outbox.add(*[delivery() for _ in range(5)], delivery("fund")))
    partners = Partners((system(concurrency=1, per_minute=100),))

    def found() -> dict[str, int]:
        return {
            one.partner: one.room
            for one in store.read(lambda tx: gate.openings(tx, partners, ["registerDocument"], 4))
        }

    assert found() == {"remd": 4, "fund": 4}
    store.transact(lambda tx: breaker.busy(tx, "remd", 60, "HTTP 429"))
    assert found() == {"fund": 4}
    clock.turn(60)
    assert found() == {"remd": 1, "fund": 4}
    (one,) = store.transact(lambda tx: tx.outbox.claim_for("w", "remd", 1, 60, ["registerDocument"]))
    assert store.transact(partial(begin, system(concurrency=1), one.id))
    store.transact(lambda tx: breaker.reached(tx, "remd"))
    assert found() == {"fund": 4}


def test_a_question_and_what_follows_go_in_one_turn(world: World, remd: Partner) -> None:
    """With one exchange in a minute a message in doubt is asked about and sent, not asked about for ever."""
    new = delivery_of("registerDocument")
    world.queue(new)
    engine = world.another(partners=limited(world, per_minute=1))
    remd.plan(close)
    engine.drain()
    world.clock.turn(61)
    engine.drain()
    assert [one.operation for one in remd.received] == [
        "registerDocument",
        "searchRegistryItem",
        "registerDocument",
    ]
    assert world.get(new).state == DONE
    another = delivery_of("registerDocument")
    world.queue(another)
    world.clock.turn(61)
    assert engine.drain() == 0
    world.clock.turn(60)
    assert engine.drain() == 1
