"""What one delivery may do to the others, and two workers to one delivery."""

import dataclasses

import pytest

from adapter.delivery import breaker
from adapter.delivery.senders import Sender
from adapter.delivery.worker import Worker
from adapter.domain.partners import Partners
from adapter.operations.moves import Overtaken
from storage import Store, StoreError, Transaction
from storage.outbox import CLOSED, DEAD, DONE, LEASED, PENDING, UNKNOWN
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import (
    Behaviour,
    Handler,
    Partner,
    Request,
    answer,
    close,
    closed_address,
)
from tests.integration.delivery.world import (
    BUREAU_CODE,
    NUMBER,
    REMD_CODE,
    delivery_of,
    partners_at,
    remd_fault,
    remd_refuses,
    remd_usual,
    senders_of,
)


def test_a_poisoned_message_does_not_stop_the_others(world: World) -> None:
    """A message that cannot be built, first in the queue, becomes a dead letter; the rest go out."""
    poisoned = delivery_of("registerDocument", number="nowhere", priority=1)
    good = [delivery_of(kind) for kind in ("registerDocument", "ReceiveReferral", "NotifyReturn")]
    world.queue(poisoned, *good)
    world.drain()
    assert (world.get(poisoned).state, world.get(poisoned).error_class) == (DEAD, "BUILD")
    assert [world.get(one).state for one in good] == [DONE] * 3
    assert ("given up BUILD", poisoned.id) in world.outcomes.told


def test_a_consequence_that_breaks_is_a_dead_letter_in_doubt(world: World, remd: Partner) -> None:
    """When the domain cannot take a success, nothing of it is kept and doubt remains."""
    new = delivery_of("registerDocument", priority=1)
    world.queue(new, delivery_of("registerDocument"))
    world.outcomes.fails = [KeyError("Иванов")]
    world.drain()
    after = world.get(new)
    assert (after.state, after.error_class, after.error) == (DEAD, "INTERNAL", "KeyError")
    assert after.outcome_unknown
    assert world.outcomes.told[0] == ("given up INTERNAL", new.id)
    assert world.store.read(lambda tx: tx.outbox.response(new.id)) is None


def test_a_consequence_that_always_breaks_is_buried(world: World) -> None:
    """Even when the domain cannot hear of the dead letter the delivery stops."""
    new = delivery_of("registerDocument")
    world.queue(new)
    world.outcomes.fails = [KeyError("x"), KeyError("y")]
    world.drain()
    assert (world.get(new).state, world.outcomes.told) == (DEAD, [])


def test_an_overtaken_consequence_is_tried_again(world: World, remd: Partner) -> None:
    """A referral that moved meanwhile makes the transaction run again, not the exchange."""
    new = delivery_of("registerDocument")
    world.queue(new)
    world.outcomes.fails = [Overtaken("x"), Overtaken("x")]
    world.drain()
    assert world.get(new).state == DONE
    assert len(remd.received) == 1
    assert world.outcomes.events == ["delivered"]


def test_a_store_that_fails_after_the_answer_leaves_doubt(world: World, remd: Partner) -> None:
    """When the end of an exchange cannot be written, it is reconciled later."""
    new = delivery_of("registerDocument")
    world.queue(new)
    world.outcomes.fails = [StoreError("disk")]
    world.drain()
    assert (world.get(new).state, world.get(new).error) == (UNKNOWN, "StoreError")
    world.wait_for(new)
    world.drain()
    assert world.get(new).state == DONE
    assert len(remd.bodies("searchRegistryItem")) == 1


def test_a_worker_that_lost_its_lease_changes_nothing(world: World, remd: Partner) -> None:
    """The answer of an overtaken worker moves no state and reaches no domain; its attempt is noted."""
    new = delivery_of("registerDocument")
    world.queue(new)

    def steal(handler: Handler, request: Request) -> None:
        world.clock.turn(world.settings.lease + 1)
        world.store.transact(lambda tx: tx.outbox.claim("thief", (), 1, 600))
        remd_usual(handler, request)

    remd.plan(steal)
    world.drain()
    after = world.get(new)
    assert (after.state, after.lease_owner, after.fence) == (LEASED, "thief", 2)
    assert world.outcomes.told == []
    assert world.store.read(lambda tx: tx.outbox.response(new.id)) is None
    assert [one.outcome for one in world.attempts(new)] == ["lease lost: accepted"]


def test_the_bytes_are_safe_before_they_leave(world: World, remd: Partner) -> None:
    """When the partner has the message, the store already has its bytes and the beginning of the attempt."""
    new = delivery_of("registerDocument")
    world.queue(new)
    seen: list[tuple[bytes | None, bool]] = []

    def look(handler: Handler, request: Request) -> None:
        stored = world.store.read(lambda tx: tx.outbox.request(new.id))
        seen.append((stored, world.get(new).outcome_unknown))
        assert stored == request.body
        remd_usual(handler, request)

    remd.plan(look)
    world.drain()
    assert seen == [(remd.received[0].body, True)]


@pytest.mark.parametrize("test", [True, False])
def test_contours_do_not_mix(world: World, remd: Partner, test: bool) -> None:
    """A test referral never reaches a production partner, and the other way round."""
    contour = Partners(tuple(dataclasses.replace(one, test=not test) for one in world.context.partners))
    new = delivery_of("registerDocument", test=test)
    world.queue(new)
    world.another(partners=contour).drain()
    assert remd.received == []
    assert (world.get(new).state, world.get(new).error_class) == (DEAD, "CONTOUR")
    assert world.outcomes.events == ["given up CONTOUR"]


def test_a_partner_that_is_gone_is_a_matter_for_a_person(world: World) -> None:
    """A delivery to a system that the configuration does not name becomes a dead letter."""
    new = delivery_of("registerDocument")
    world.queue(new)
    world.another(partners=Partners(())).drain()
    assert (world.get(new).state, world.get(new).error_class) == (DEAD, "PARTNER")


def test_unknown_kinds_are_left_alone(world: World) -> None:
    """A delivery of a kind that nobody here can send is not even claimed."""
    new = dataclasses.replace(delivery_of("registerDocument"), kind="somethingElse")
    world.queue(new)
    assert world.drain() == 0
    assert (world.get(new).state, world.get(new).fence) == (PENDING, 0)


def test_a_sick_partner_is_left_alone_and_blocks_nobody(world: World, bureau: Partner) -> None:
    """After some failures nobody calls the partner; others go on, waiting ones lose no attempt."""
    waiting = [delivery_of("registerDocument") for _ in range(8)]
    other = delivery_of("ReceiveReferral", priority=999)
    world.queue(*waiting, other)
    away = partners_at(closed_address(), bureau.address, closed_address(), {"bureau": world.context.key})
    partners = Partners(
        tuple(away.get(REMD_CODE) if one.code == REMD_CODE else one for one in world.context.partners)  # type: ignore[misc]
    )
    world.another(partners=partners).drain()
    states = [world.get(one) for one in waiting]
    assert sum(one.attempts for one in states) == world.settings.breaker.failures
    assert {one.state for one in states} == {PENDING}
    assert all(one.lease_owner is None for one in states)
    assert world.get(other).state == DONE
    assert world.store.read(breaker.resting) == (REMD_CODE,)


def test_a_resting_partner_is_probed_once(world: World, remd: Partner) -> None:
    """After its rest one message is sent to see; a failure sends the partner back to rest."""
    waiting = [delivery_of("registerDocument") for _ in range(6)]
    world.queue(*waiting)
    _open(world)
    assert world.drain() == 0
    world.clock.turn(31)
    remd.plan(close)
    world.drain()
    assert len(remd.received) == 1
    world.clock.turn(31)
    world.drain()
    assert world.store.read(breaker.resting) == ()
    assert [world.get(one).state for one in waiting] == [DONE] * 6


def test_a_probe_that_dies_is_followed_by_another(world: World) -> None:
    """A prober that never comes back does not keep the partner at rest for ever."""
    _open(world)
    world.clock.turn(31)
    assert world.store.transact(lambda tx: breaker.permit(tx, REMD_CODE, "first", 60))
    assert not world.store.transact(lambda tx: breaker.permit(tx, REMD_CODE, "second", 60))
    world.clock.turn(61)
    assert world.store.transact(lambda tx: breaker.permit(tx, REMD_CODE, "second", 60))


@pytest.mark.parametrize(
    "said",
    [
        answer(b"", status=429),
        answer(b"", status=404),
        remd_fault("Receiver"),
        remd_fault("Sender"),
        remd_refuses("INTERNAL_ERROR"),
        remd_refuses("NO_SNILS"),
    ],
    ids=["429", "404", "server fault", "client fault", "its own error", "refusal"],
)
def test_an_answer_of_any_kind_counts_as_health(world: World, remd: Partner, said: Behaviour) -> None:
    """A partner that refuses, or says "not now", is there: its breaker stays closed."""
    world.queue(*[delivery_of("registerDocument") for _ in range(6)])
    remd.plan(*[said] * 6)
    world.drain()
    assert len(remd.received) == 6
    assert world.store.read(breaker.resting) == ()


def test_what_a_stopping_worker_has_not_begun_goes_back(world: World, remd: Partner) -> None:
    """A worker told to stop finishes the exchange at hand and gives the rest of its batch back."""
    new = [delivery_of("registerDocument", priority=place) for place in range(3)]
    world.queue(*new)
    worker = _worker(world, stopping=lambda: bool(remd.received))
    assert worker.run_once() == 3
    assert len(remd.received) == 1
    assert [world.get(one).state for one in new] == [DONE, PENDING, PENDING]


def test_order_is_by_priority(world: World, remd: Partner) -> None:
    """The more urgent of two waiting messages goes first."""
    late, urgent = delivery_of("registerDocument", priority=9), delivery_of("registerDocument", priority=1)
    world.queue(late, urgent)
    world.drain()
    assert [delivery for _, delivery in world.outcomes.told] == [urgent.id, late.id]


def test_nothing_personal_is_written_about_a_failure(
    world: World, remd: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the log nor the delivery repeats what a partner says in words."""
    caplog.set_level("DEBUG")
    fault = (
        b"<e:Fault><faultcode>e:Client</faultcode><faultstring>Grazhdanin 00100009919</faultstring></e:Fault>"
    )
    body = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>%s</e:Body></e:Envelope>'
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(answer(body % fault, status=500, content_type="text/xml"))
    world.drain()
    text = caplog.text + repr(world.get(new))
    for secret in ("00100009919", "Grazhdanin", "Гражданин", "00100003316", "Главный"):
        assert secret not in text
    assert world.get(new).error == "Client"


def _open(world: World) -> None:
    def miss(tx: Transaction) -> None:
        for _ in range(world.settings.breaker.failures):
            breaker.missed(tx, REMD_CODE, world.settings.breaker)

    world.store.transact(miss)


def _worker(world: World, **changes: object) -> Worker:
    senders: dict[str, Sender] = senders_of(world.context)
    return Worker(
        "worker",
        world.context,
        senders=senders,
        settings=world.settings,
        outcomes=world.outcomes,
        **changes,  # type: ignore[arg-type]
    )


def test_a_breaker_is_a_row_for_all_processes(store: Store, world: World) -> None:
    """The breaker of one partner says nothing of another."""
    _open(world)
    assert store.read(breaker.resting) == (REMD_CODE,)
    assert store.transact(lambda tx: breaker.permit(tx, BUREAU_CODE, "any", 60))


@pytest.mark.parametrize("kind", ["registerDocument", "ReceiveReferral"])
def test_what_has_lost_its_sense_is_closed(world: World, kind: str) -> None:
    """A withdrawn referral is neither registered nor handed to the bureau; nothing of it leaves."""
    new = delivery_of(kind)
    world.queue(new)

    def withdraw(tx: Transaction) -> bool:
        referral = tx.referrals.get(NUMBER)
        assert referral is not None
        return tx.referrals.update(NUMBER, referral.revision, state="WITHDRAWN")

    assert world.context.store.transact(withdraw)
    world.drain()
    assert world.get(new).state == CLOSED
    assert world.get(new).attempts_total == 0
    assert world.outcomes.events == []
