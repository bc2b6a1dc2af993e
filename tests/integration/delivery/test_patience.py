"""How long messages are tried, when a partner is left alone, and what is laid aside."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest

from adapter.delivery import breaker
from adapter.delivery.aging import lay_aside_too_old
from adapter.delivery.gate import Seats
from adapter.delivery.retry import Policy
from storage.outbox import DEAD, DONE, PENDING, NewDelivery
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import Handler, Partner, Request, answer, close
from tests.integration.delivery.world import (
    FUND_CODE,
    REMD_CODE,
    SEARCH_FOUND,
    delivery_of,
    remd_refuses,
    remd_usual,
)

DAY = 24 * 3600
PATIENCE = 60.0


@pytest.fixture
def world(world: World) -> World:
    """A world in which an exchange may take its time."""
    return world.patient()


def died(world: World, *ids: str, times: int = 1) -> None:
    """Let workers claim and die, so that their leases run out."""
    for _ in range(times):
        claimed = world.store.transact(lambda tx: tx.outbox.claim("dead", (), 100, 60))
        assert {*ids} <= {one.id for one in claimed}
        world.clock.turn(61)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_rests_the_partner(world: World, remd: Partner, status: int) -> None:
    """The message waits as long as was asked, the others lose no attempt, then one probe goes first."""
    first, *others = (delivery_of("registerDocument", priority=place) for place in range(3))
    world.queue(first, *others)
    remd.plan(answer(b"", status=status, retry_after="120"))
    world.drain()
    assert len(remd.received) == 1
    assert world.get(first).not_before >= world.clock.moment + timedelta(seconds=120)
    assert [world.get(one).attempts for one in others] == [0, 0]
    (row,) = world.store.read(lambda tx: tx.breakers.list())
    assert (row.state, row.failures, row.reason) == (breaker.OPEN, 0, f"HTTP {status}")
    world.clock.turn(119)
    assert world.drain() == 0
    world.clock.turn(2)
    world.drain()
    assert [world.get(one).state for one in (first, *others)] == [DONE] * 3


def test_nobody_asks_for_a_rest_without_end(world: World, remd: Partner) -> None:
    """What a partner asks for has a cap, for the message and for the partner."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(answer(b"", status=429, retry_after="999999999"))
    world.drain()
    longest = timedelta(seconds=world.settings.policy.longest_wait)
    assert world.get(new).not_before == world.clock.moment + longest
    (row,) = world.store.read(lambda tx: tx.breakers.list())
    assert row.next_probe_at == world.clock.moment + longest


def test_the_limit_of_the_registry_rests_it(world: World, remd: Partner) -> None:
    """RATE_LIMIT is about the whole system: nothing else goes for a minute."""
    world.queue(*[delivery_of("registerDocument") for _ in range(3)])
    remd.plan(remd_refuses("RATE_LIMIT"))
    world.drain()
    assert len(remd.received) == 1
    assert world.store.read(breaker.resting) == (REMD_CODE,)
    world.clock.turn(61)
    assert world.drain() > 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_proxy_that_answers_for_the_partner_opens_the_breaker(
    world: World, remd: Partner, status: int
) -> None:
    """HTTP 5xx without a message inside says that nobody is there."""
    world.queue(*[delivery_of("registerDocument") for _ in range(6)])
    remd.plan(*[answer(b"<html/>", status=status, content_type="text/html")] * 6)
    world.drain()
    assert len(remd.received) == world.settings.breaker.failures
    assert world.store.read(breaker.resting) == (REMD_CODE,)


def test_what_is_too_old_is_not_sent(world: World, remd: Partner) -> None:
    """A message that has outlived its time becomes a dead letter of its own class; a replay begins anew."""
    new = delivery_of("registerDocument")
    world.queue(new)
    world.clock.turn(14 * DAY)
    world.drain()
    assert (world.get(new).state, world.get(new).error_class) == (DEAD, "EXPIRED")
    assert world.outcomes.events == ["given up EXPIRED"]
    assert remd.received == []
    assert world.store.transact(lambda tx: tx.outbox.replay(new.id, "нужно"))
    world.drain()
    assert world.get(new).state == DONE


@pytest.mark.parametrize("known", [True, False])
def test_what_is_in_doubt_is_asked_about_before_it_is_too_old(
    world: World, remd: Partner, known: bool
) -> None:
    """An old message whose answer was lost may be registered: the registry has the last word."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close, *([answer(SEARCH_FOUND)] if known else []))
    world.drain()
    world.clock.turn(20 * DAY)
    world.drain()
    assert [one.operation for one in remd.received] == ["registerDocument", "searchRegistryItem"]
    assert world.get(new).state == (DONE if known else DEAD)
    assert world.get(new).error_class == (None if known else "EXPIRED")


def test_the_last_failure_is_told_with_the_age(world: World, remd: Partner) -> None:
    """A message that grows too old during an attempt says what the attempt met."""
    new = delivery_of("registerDocument")
    world.queue(new)

    def late(handler: Handler, request: Request) -> None:
        world.clock.turn(30)
        answer(b"", status=429)(handler, request)

    remd.plan(late)
    world.another(policy=Policy(lives={"registerDocument": 30.0})).drain()
    after = world.get(new)
    assert (after.state, after.error_class) == (DEAD, "EXPIRED")
    assert after.error is not None
    assert after.error.endswith(": HTTP 429")


def test_what_no_worker_may_take_grows_too_old_as_well(world: World) -> None:
    """What waits for a partner that rests is laid aside an hour after its time, told to the domain."""
    old, young = delivery_of("registerDocument"), delivery_of("registerDocument")
    world.queue(old)
    world.clock.turn(14 * DAY + 3599)
    world.queue(young)
    kinds = ("registerDocument", "Letter")
    assert lay_aside_too_old(world.context, world.settings, kinds, world.outcomes) == 0
    world.clock.turn(1)
    assert lay_aside_too_old(world.context, world.settings, kinds, world.outcomes) == 1
    assert (world.get(old).state, world.get(old).error_class) == (DEAD, "EXPIRED")
    assert world.get(young).state == PENDING
    assert world.outcomes.told == [("given up EXPIRED", old.id)]


def test_a_message_that_kills_whoever_takes_it_is_laid_aside(world: World, remd: Partner) -> None:
    """After so many claims without an attempt it is named as poisoned, and nobody builds it again."""
    new, other = delivery_of("registerDocument", priority=1), delivery_of("registerDocument")
    world.queue(new)
    died(world, new.id, times=world.settings.claims)
    world.queue(other)
    world.drain()
    after = world.get(new)
    assert (after.state, after.error_class, after.attempts_total) == (DEAD, "POISONED", 0)
    assert world.get(other).state == DONE
    assert len(remd.received) == 1
    assert ("given up POISONED", new.id) in world.outcomes.told


def test_one_claim_less_is_no_poison(world: World) -> None:
    """A message that was unlucky goes out, and its claims are forgotten."""
    new = delivery_of("registerDocument")
    world.queue(new)
    died(world, new.id, times=world.settings.claims - 1)
    world.drain()
    assert (world.get(new).state, world.get(new).claims) == (DONE, 0)


def test_neighbours_are_not_blamed(world: World, remd: Partner) -> None:
    """What was lost with a worker is taken alone, so only the message that kills goes on counting."""
    new = [delivery_of("registerDocument", priority=place) for place in range(3)]
    world.queue(*new)
    died(world, *(one.id for one in new))
    taken: list[list[int]] = []

    def look(handler: Handler, request: Request) -> None:
        taken.append([world.get(one).claims for one in new])
        remd_usual(handler, request)

    remd.plan(look, look, look)
    world.drain()
    assert taken == [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert [world.get(one).state for one in new] == [DONE] * 3


def test_what_is_given_back_is_no_poison(world: World) -> None:
    """A worker that stops in good order takes its claim back."""
    new = delivery_of("registerDocument")
    world.queue(new)
    for _ in range(20):
        world.store.transact(lambda tx: tx.outbox.claim("worker", (), 10, 60))
        world.store.transact(lambda tx: tx.outbox.release("worker"))
    assert (world.get(new).state, world.get(new).claims) == (PENDING, 0)


def test_partners_take_turns(world: World) -> None:
    """One worker serves two long queues alternately when each exchange uses up its turn."""
    queued = [delivery_of(kind) for kind in ("registerDocument", "NotifyReturn") for _ in range(3)]
    world.queue(*queued)
    world.another(turn_seconds=0.0).drain()
    kinds = {one.id: one.kind for one in queued}
    served = [kinds[delivery] for _, delivery in world.outcomes.told]
    assert len(served) == 6
    assert all(one != other for one, other in pairwise(served))


def test_a_slow_partner_leaves_a_worker_free(world: World, remd: Partner, fund: Partner) -> None:
    """While one worker waits for a partner known to be slow, the other serves those who are quick."""
    let_go, slow = threading.Event(), [delivery_of("registerDocument") for _ in range(3)]

    def hold(handler: Handler, request: Request) -> None:
        let_go.wait(PATIENCE)
        remd_usual(handler, request)

    seats = Seats(2, slow=3600.0)
    seats._slow.add(REMD_CODE)  # as after an exchange of an hour
    engine = world.another(shared=seats, turn_seconds=0.0, poll_seconds=0.02)
    remd.plan(hold, hold, hold)
    world.queue(*slow)
    engine.start()
    try:
        assert remd.arrived.acquire(timeout=PATIENCE)
        for _ in range(3):
            quick: NewDelivery = delivery_of("NotifyReturn")
            world.queue(quick)
            engine.poke()
            assert fund.arrived.acquire(timeout=PATIENCE)
        assert len(remd.received) == 1
    finally:
        let_go.set()
        assert engine.stop(PATIENCE)
    assert world.store.read(lambda tx: tx.outbox.in_flight()) == {}
    assert world.store.read(lambda tx: tx.breakers.get(FUND_CODE)) is None


def test_seats_of_a_slow_partner() -> None:
    """The slow ones together get all seats but one; one that is quick gets all; a lone worker is free."""
    seats, slow = Seats(3, slow=60.0), Seats(3, slow=0.0)
    for made in (seats, slow):
        with made.timed("p"):
            pass
    for made, free in ((seats, True), (slow, False)):
        with made.taken("p") as one, made.taken("p") as two, made.taken("p") as three, made.taken("q") as q:
            assert (one, two, three, q) == (True, True, free, True)
        with made.taken("p") as again:
            assert again
    with slow.timed("other"):
        pass
    with slow.taken("p") as one, slow.taken("other") as two, slow.taken("other") as three:
        assert (one, two, three) == (True, True, False)
    alone = Seats(1, slow=0.0)
    with alone.timed("p"), alone.taken("p") as one:
        assert one
