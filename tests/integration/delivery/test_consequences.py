"""Delivery with the real domain behind it."""

from adapter.delivery.engine import Engine
from adapter.domain.states import State
from storage.outbox import DONE
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import Partner, answer, close
from tests.integration.delivery.world import (
    BUREAU_CODE,
    EMDR,
    NUMBER,
    SEARCH_FOUND,
    delivery_of,
    remd_refuses,
    senders_of,
)


def real_engine(world: World) -> Engine:
    """Give an engine with the consequences of the domain."""
    return Engine(world.context, senders_of(world.context), world.settings)


def test_a_found_registration_sends_the_referral_on(world: World, remd: Partner, bureau: Partner) -> None:
    """A lost answer, found in the registry, moves the referral and pushes it on to its bureau."""
    referral = world.store.read(lambda tx: tx.referrals.get(NUMBER))
    assert referral is not None
    world.store.transact(lambda tx: tx.referrals.update(NUMBER, 1, bureau=BUREAU_CODE))
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close, answer(SEARCH_FOUND))
    engine = real_engine(world)
    engine.drain()
    world.wait_for(new)
    world.clock.turn(1)
    engine.drain()
    assert world.get(new).state == DONE
    moved = world.store.read(lambda tx: tx.referrals.get(NUMBER))
    assert moved is not None
    assert (moved.state, moved.remd_id) == (State.DELIVERED, EMDR)
    assert EMDR.encode() in bureau.received[0].body


def test_a_refusal_of_the_registry_moves_the_referral(world: World, remd: Partner) -> None:
    """A final refusal by РЭМД is its verdict on the document."""
    world.queue(delivery_of("registerDocument"))
    remd.plan(remd_refuses("VALIDATION_ERROR"))
    real_engine(world).drain()
    moved = world.store.read(lambda tx: tx.referrals.get(NUMBER))
    assert moved is not None
    assert moved.state == State.REMD_REJECTED
