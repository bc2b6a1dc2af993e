"""The outbox: claims, fences, states."""

from datetime import timedelta
from typing import Any

import pytest

from storage import LeaseLost, Store, Taken, Transaction
from storage.attempts import AttemptEnd
from storage.outbox import Delivery, NewDelivery
from tests.databases import TurnedClock
from tests.integration.storage.samples import NOW, at_once, delivery


def add_to(store: Store, *new: NewDelivery) -> None:
    """Queue deliveries."""
    store.transact(lambda tx: tx.outbox.add(*new))


def claim_from(store: Store, worker: str = "w", **changes: Any) -> list[Delivery]:
    """Claim what is due, of any partner."""
    keys: dict[str, Any] = {"partners_excluded": (), "limit": 10, "lease_seconds": 60, **changes}
    return store.transact(lambda tx: tx.outbox.claim(worker, **keys))


def get_from(store: Store, delivery_id: str) -> Delivery:
    """Give a delivery as it stands."""
    found = store.read(lambda tx: tx.outbox.get(delivery_id))
    assert found is not None
    return found


def test_claim_gives_what_is_due_in_order(store: Store) -> None:
    """By priority, then by time; what is not due stays; what is leased is not given again."""
    late = delivery(not_before=NOW + timedelta(seconds=1), priority=1)
    urgent = delivery(priority=1)
    older = delivery(not_before=NOW - timedelta(seconds=5))
    normal = delivery()
    add_to(store, late, normal, older, urgent)
    assert [one.id for one in claim_from(store, limit=2)] == [urgent.id, older.id]
    assert [one.id for one in claim_from(store)] == [normal.id]
    assert claim_from(store) == []


def test_claimed_delivery_is_whole(store: Store) -> None:
    """A claim shows everything of the delivery, its lease and its fence."""
    new = delivery(referral_number="R-1", version_number=2, test=True)
    add_to(store, new)
    (one,) = claim_from(store, "worker-7")
    assert (one.referral_number, one.version_number, one.test, one.payload) == ("R-1", 2, True, new.payload)
    assert (one.state, one.lease_owner, one.lease_until, one.fence) == (
        "leased",
        "worker-7",
        NOW + timedelta(seconds=60),
        1,
    )
    assert (one.attempts, one.built, one.outcome_unknown) == (0, False, False)
    assert one == get_from(store, new.id)


def test_claim_leaves_sick_partners_and_other_kinds(store: Store) -> None:
    """Excluded partners are passed over, and a worker may take only some kinds."""
    sick, well, other = delivery("remd"), delivery("fund"), delivery("bureau", kind="ReceiveReferral")
    add_to(store, sick, well, other)
    chosen = claim_from(store, partners_excluded=["remd"], kinds=["registerDocument"])
    assert [one.id for one in chosen] == [well.id]
    assert [one.id for one in claim_from(store, partners_excluded=["remd", "x"])] == [other.id]
    assert [one.id for one in claim_from(store)] == [sick.id]


def test_concurrent_claims_never_double(store: Store) -> None:
    """Eight workers that claim in batches until nothing is left get each delivery exactly once."""
    add_to(store, *[delivery() for _ in range(400)])

    def work(name: str) -> list[str]:
        taken: list[str] = []
        while batch := claim_from(store, name, limit=7):
            taken += [one.id for one in batch]
            assert {one.fence for one in batch} == {1}
        return taken

    taken = [one for batch in at_once(*[lambda name=f"w{n}": work(name) for n in range(8)]) for one in batch]
    assert len(taken) == len(set(taken)) == 400


def test_expired_lease_is_claimed_again(store: Store, clock: TurnedClock) -> None:
    """What a dead worker held comes back by itself, with a higher fence, and not before its time."""
    add_to(store, delivery())
    (first,) = claim_from(store, "dead", lease_seconds=60)
    clock.turn(59)
    assert claim_from(store, "next") == []
    clock.turn(1)
    (second,) = claim_from(store, "next")
    assert (second.id, second.fence, second.lease_owner) == (first.id, 2, "next")


def test_extended_lease_lasts(store: Store, clock: TurnedClock) -> None:
    """An attempt begins with a whole lease before it."""
    add_to(store, delivery())
    (one,) = claim_from(store)
    clock.turn(50)
    store.transact(lambda tx: tx.outbox.started_attempt(one.id, one.fence, 60))
    clock.turn(50)
    assert claim_from(store, "next") == []


_WRITES: dict[str, Any] = {
    "store_request": lambda tx, one: tx.outbox.store_request(one.id, one.fence, "m-1", b"x"),
    "started_attempt": lambda tx, one: tx.outbox.started_attempt(one.id, one.fence),
    "finish": lambda tx, one: tx.outbox.finish(one.id, one.fence),
    "retry": lambda tx, one: tx.outbox.retry(one.id, one.fence, NOW, "transport", "refused"),
    "set_unknown": lambda tx, one: tx.outbox.set_unknown(one.id, one.fence, NOW, "timeout", "no answer"),
    "dead": lambda tx, one: tx.outbox.dead(one.id, one.fence, "business", "no"),
}


@pytest.mark.parametrize("name", _WRITES)
def test_lost_lease_stops_every_write(store: Store, clock: TurnedClock, name: str) -> None:
    """A worker that slept through its lease changes nothing, whatever it tries."""
    add_to(store, delivery())
    (slow,) = claim_from(store, "slow", lease_seconds=10)
    clock.turn(11)
    (quick,) = claim_from(store, "quick")
    with pytest.raises(LeaseLost):
        store.transact(lambda tx: _WRITES[name](tx, slow))
    assert get_from(store, slow.id) == quick
    assert store.read(lambda tx: tx.outbox.attempts(slow.id)) == ()


@pytest.mark.parametrize("name", _WRITES)
def test_finished_delivery_is_written_no_more(store: Store, name: str) -> None:
    """After the end of a delivery its fence opens nothing."""
    add_to(store, delivery())
    (one,) = claim_from(store)
    store.transact(lambda tx: tx.outbox.finish(one.id, one.fence))
    with pytest.raises(LeaseLost):
        store.transact(lambda tx: _WRITES[name](tx, one))


def test_lost_lease_undoes_the_whole_transaction(store: Store, clock: TurnedClock) -> None:
    """What was written beside the fenced write is gone with it."""
    add_to(store, delivery())
    (slow,) = claim_from(store, lease_seconds=10)
    clock.turn(11)
    claim_from(store, "quick")

    def work(tx: Transaction) -> None:
        tx.claims.take("kind", "key", "slow")
        tx.outbox.finish(slow.id, slow.fence)

    with pytest.raises(LeaseLost):
        store.transact(work)
    assert store.read(lambda tx: tx.claims.owner("kind", "key")) is None


def test_bytes_are_built_once(store: Store) -> None:
    """The bytes and their message id stay the same for ever, and come back by any spelling of the id."""
    add_to(store, delivery())
    (one,) = claim_from(store)
    message_id = "urn:uuid:6F9619FF-8B86-D011-B42D-00CF4FC964FF"
    store.transact(lambda tx: tx.outbox.store_request(one.id, one.fence, message_id, b"<Envelope/>"))
    with pytest.raises(Taken):
        store.transact(lambda tx: tx.outbox.store_request(one.id, one.fence, "m-2", b"<Other/>"))
    assert store.read(lambda tx: tx.outbox.request(one.id)) == b"<Envelope/>"
    assert get_from(store, one.id).built
    for spelling in (message_id, "6f9619ff8b86d011b42d00cf4fc964ff", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"):
        found = store.read(lambda tx, spelling=spelling: tx.outbox.find_by_message_id(spelling))  # type: ignore[misc]
        assert found is not None
        assert (found.id, found.message_id) == (one.id, message_id)
    assert store.read(lambda tx: tx.outbox.find_by_message_id("m-2")) is None


def test_attempt_that_never_ended_leaves_the_outcome_unknown(store: Store, clock: TurnedClock) -> None:
    """A worker that died while sending leaves a delivery that must be reconciled, not just sent again."""
    add_to(store, delivery())
    (one,) = claim_from(store)
    assert store.transact(lambda tx: tx.outbox.started_attempt(one.id, one.fence)) == 1
    clock.turn(61)
    (again,) = claim_from(store, "next")
    assert (again.outcome_unknown, again.attempts) == (True, 1)
    (attempt,) = store.read(lambda tx: tx.outbox.attempts(one.id))
    assert (attempt.number, attempt.finished_at) == (1, None)


def test_retry_and_unknown_come_back_at_their_time(store: Store, clock: TurnedClock) -> None:
    """A known failure comes back clean, an unknown outcome comes back as such, each not before its time."""
    known, unknown = delivery(), delivery()
    add_to(store, known, unknown)
    for one in claim_from(store):
        store.transact(lambda tx, one=one: tx.outbox.started_attempt(one.id, one.fence))  # type: ignore[misc]
    later = clock() + timedelta(seconds=30)
    store.transact(lambda tx: tx.outbox.retry(known.id, 1, later, "transport", "refused"))
    store.transact(lambda tx: tx.outbox.set_unknown(unknown.id, 1, later, "timeout", "no answer"))
    assert (get_from(store, known.id).state, get_from(store, unknown.id).state) == ("pending", "unknown")
    assert (get_from(store, known.id).error_class, get_from(store, unknown.id).error) == (
        "transport",
        "no answer",
    )
    clock.turn(29)
    assert claim_from(store) == []
    clock.turn(1)
    assert {one.id: one.outcome_unknown for one in claim_from(store)} == {known.id: False, unknown.id: True}


def test_finish_keeps_the_answer(store: Store) -> None:
    """A finished delivery keeps the bytes of the answer and is never claimed again."""
    add_to(store, delivery())
    (one,) = claim_from(store)

    def work(tx: Transaction) -> None:
        tx.outbox.store_request(one.id, one.fence, "m-1", b"<Ask/>")
        number = tx.outbox.started_attempt(one.id, one.fence)
        tx.outbox.ended_attempt(one.id, number, AttemptEnd("done", 200, None, 12))
        tx.outbox.finish(one.id, one.fence, response=b"<Answer/>")

    store.transact(work)
    done = get_from(store, one.id)
    assert (done.state, done.lease_owner, done.lease_until, done.outcome_unknown) == (
        "done",
        None,
        None,
        False,
    )
    assert store.read(lambda tx: tx.outbox.response(one.id)) == b"<Answer/>"
    (attempt,) = store.read(lambda tx: tx.outbox.attempts(one.id))
    assert (attempt.outcome, attempt.http_status, attempt.duration_ms) == ("done", 200, 12)
    assert attempt.finished_at == NOW
    assert claim_from(store) == []


def test_dead_letter_is_replayed_or_closed_by_a_person(store: Store) -> None:
    """Only dead letters can be replayed or closed; a replay counts its attempts afresh."""
    add_to(store, delivery(), delivery())
    first, second = claim_from(store)
    assert not store.transact(lambda tx: tx.outbox.replay(first.id, "why not"))
    for one in (first, second):
        store.transact(lambda tx, one=one: tx.outbox.started_attempt(one.id, one.fence))  # type: ignore[misc]
        store.transact(lambda tx, one=one: tx.outbox.dead(one.id, one.fence, "business", "refused"))  # type: ignore[misc]
    assert claim_from(store) == []
    assert store.transact(lambda tx: tx.outbox.close(second.id, "sent by hand"))
    assert not store.transact(lambda tx: tx.outbox.replay(second.id, "again"))
    assert store.transact(lambda tx: tx.outbox.replay(first.id, "certificate renewed"))
    assert (get_from(store, second.id).state, get_from(store, second.id).note) == ("closed", "sent by hand")
    (again,) = claim_from(store)
    assert (again.id, again.attempts, again.attempts_total) == (first.id, 0, 1)
    assert (again.outcome_unknown, again.note) == (True, "certificate renewed")
    assert store.transact(lambda tx: tx.outbox.started_attempt(again.id, again.fence)) == 2


def test_release_gives_back_what_a_worker_holds(store: Store) -> None:
    """A worker that stops in peace leaves nothing leased and takes nobody else's."""
    add_to(store, *[delivery() for _ in range(4)])
    mine, theirs = claim_from(store, "mine", limit=2), claim_from(store, "theirs", limit=2)
    store.transact(lambda tx: tx.outbox.started_attempt(mine[0].id, mine[0].fence))
    assert store.transact(lambda tx: tx.outbox.release("mine")) == 2
    assert [get_from(store, one.id).state for one in (*mine, *theirs)] == [
        "unknown",
        "pending",
        "leased",
        "leased",
    ]
    with pytest.raises(LeaseLost):
        store.transact(lambda tx: tx.outbox.finish(mine[1].id, mine[1].fence))


def test_counts_and_list_show_the_queue(store: Store, clock: TurnedClock) -> None:
    """Open and dead deliveries are counted by partner and state; lists come in pages and filters."""
    first, second = delivery("remd", referral_number="R-1"), delivery("fund", priority=1)
    add_to(store, first)
    clock.turn(5)
    add_to(store, second, delivery("fund"))
    (done, *_) = claim_from(store, limit=1)
    store.transact(lambda tx: tx.outbox.finish(done.id, done.fence))
    claim_from(store, partners_excluded=["fund"])
    counts = store.read(lambda tx: tx.outbox.counts())
    assert [(one.partner, one.state, one.count, one.oldest) for one in counts] == [
        ("fund", "pending", 1, clock()),
        ("remd", "leased", 1, NOW),
    ]

    def ids(**keys: Any) -> list[str]:
        return [one.id for one in store.read(lambda tx: tx.outbox.list(**keys))]

    assert len(ids()) == 3
    assert ids(states=["done"]) == [second.id]
    assert ids(referral_number="R-1", partner="remd") == [first.id]
    assert ids(limit=2) + ids(after=ids(limit=2)[-1]) == ids()
    with pytest.raises(ValueError, match="states"):
        ids(states=["lost"])
