"""The outbox: claims, fences, states."""

from datetime import timedelta
from typing import Any

import pytest

from storage import LeaseLost, Store, Taken, Transaction
from storage.attempts import AttemptEnd
from storage.outbox import Delivery, NewDelivery
from tests.databases import TurnedClock
from tests.integration.storage.samples import NOW, at_once, delivery


def _add(store: Store, *new: NewDelivery) -> None:
    store.transact(lambda tx: tx.outbox.add(*new))


def _claim(store: Store, worker: str = "w", **changes: Any) -> list[Delivery]:
    keys: dict[str, Any] = {"partners_excluded": (), "limit": 10, "lease_seconds": 60, **changes}
    return store.transact(lambda tx: tx.outbox.claim(worker, **keys))


def _get(store: Store, delivery_id: str) -> Delivery:
    found = store.read(lambda tx: tx.outbox.get(delivery_id))
    assert found is not None
    return found


def test_claim_gives_what_is_due_in_order(store: Store) -> None:
    """By priority, then by time; what is not due stays; what is leased is not given again."""
    late = delivery(not_before=NOW + timedelta(seconds=1), priority=1)
    urgent = delivery(priority=1)
    older = delivery(not_before=NOW - timedelta(seconds=5))
    normal = delivery()
    _add(store, late, normal, older, urgent)
    assert [one.id for one in _claim(store, limit=2)] == [urgent.id, older.id]
    assert [one.id for one in _claim(store)] == [normal.id]
    assert _claim(store) == []


def test_claimed_delivery_is_whole(store: Store) -> None:
    """A claim shows everything of the delivery, its lease and its fence."""
    new = delivery(referral_number="R-1", version_number=2, test=True)
    _add(store, new)
    (one,) = _claim(store, "worker-7")
    assert (one.referral_number, one.version_number, one.test, one.payload) == ("R-1", 2, True, new.payload)
    assert (one.state, one.lease_owner, one.lease_until, one.fence) == (
        "leased",
        "worker-7",
        NOW + timedelta(seconds=60),
        1,
    )
    assert (one.attempts, one.built, one.outcome_unknown) == (0, False, False)
    assert one == _get(store, new.id)


def test_claim_leaves_sick_partners_and_other_kinds(store: Store) -> None:
    """Excluded partners are passed over, and a worker may take only some kinds."""
    sick, well, other = delivery("remd"), delivery("fund"), delivery("bureau", kind="ReceiveReferral")
    _add(store, sick, well, other)
    chosen = _claim(store, partners_excluded=["remd"], kinds=["registerDocument"])
    assert [one.id for one in chosen] == [well.id]
    assert [one.id for one in _claim(store, partners_excluded=["remd", "x"])] == [other.id]
    assert [one.id for one in _claim(store)] == [sick.id]


def test_concurrent_claims_never_double(store: Store) -> None:
    """Eight workers that claim in batches until nothing is left get each delivery exactly once."""
    _add(store, *[delivery() for _ in range(400)])

    def work(name: str) -> list[str]:
        taken: list[str] = []
        while batch := _claim(store, name, limit=7):
            taken += [one.id for one in batch]
            assert {one.fence for one in batch} == {1}
        return taken

    taken = [one for batch in at_once(*[lambda name=f"w{n}": work(name) for n in range(8)]) for one in batch]
    assert len(taken) == len(set(taken)) == 400


def test_expired_lease_is_claimed_again(store: Store, clock: TurnedClock) -> None:
    """What a dead worker held comes back by itself, with a higher fence, and not before its time."""
    _add(store, delivery())
    (first,) = _claim(store, "dead", lease_seconds=60)
    clock.turn(59)
    assert _claim(store, "next") == []
    clock.turn(1)
    (second,) = _claim(store, "next")
    assert (second.id, second.fence, second.lease_owner) == (first.id, 2, "next")


def test_extended_lease_lasts(store: Store, clock: TurnedClock) -> None:
    """An attempt begins with a whole lease before it."""
    _add(store, delivery())
    (one,) = _claim(store)
    clock.turn(50)
    store.transact(lambda tx: tx.outbox.started_attempt(one.id, one.fence, 60))
    clock.turn(50)
    assert _claim(store, "next") == []


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
    _add(store, delivery())
    (slow,) = _claim(store, "slow", lease_seconds=10)
    clock.turn(11)
    (quick,) = _claim(store, "quick")
    with pytest.raises(LeaseLost):
        store.transact(lambda tx: _WRITES[name](tx, slow))
    assert _get(store, slow.id) == quick
    assert store.read(lambda tx: tx.outbox.attempts(slow.id)) == ()


@pytest.mark.parametrize("name", _WRITES)
def test_finished_delivery_is_written_no_more(store: Store, name: str) -> None:
    """After the end of a delivery its fence opens nothing."""
    _add(store, delivery())
    (one,) = _claim(store)
    store.transact(lambda tx: tx.outbox.finish(one.id, one.fence))
    with pytest.raises(LeaseLost):
        store.transact(lambda tx: _WRITES[name](tx, one))


def test_lost_lease_undoes_the_whole_transaction(store: Store, clock: TurnedClock) -> None:
    """What was written beside the fenced write is gone with it."""
    _add(store, delivery())
    (slow,) = _claim(store, lease_seconds=10)
    clock.turn(11)
    _claim(store, "quick")

    def work(tx: Transaction) -> None:
        tx.claims.take("kind", "key", "slow")
        tx.outbox.finish(slow.id, slow.fence)

    with pytest.raises(LeaseLost):
        store.transact(work)
    assert store.read(lambda tx: tx.claims.owner("kind", "key")) is None


def test_bytes_are_built_once(store: Store) -> None:
    """The bytes and their message id stay the same for ever, and come back by any spelling of the id."""
    _add(store, delivery())
    (one,) = _claim(store)
    message_id = "urn:uuid:6F9619FF-8B86-D011-B42D-00CF4FC964FF"
    store.transact(lambda tx: tx.outbox.store_request(one.id, one.fence, message_id, b"<Envelope/>"))
    with pytest.raises(Taken):
        store.transact(lambda tx: tx.outbox.store_request(one.id, one.fence, "m-2", b"<Other/>"))
    assert store.read(lambda tx: tx.outbox.request(one.id)) == b"<Envelope/>"
    assert _get(store, one.id).built
    for spelling in (message_id, "6f9619ff8b86d011b42d00cf4fc964ff", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"):
        found = store.read(lambda tx, spelling=spelling: tx.outbox.find_by_message_id(spelling))  # type: ignore[misc]
        assert found is not None
        assert (found.id, found.message_id) == (one.id, message_id)
    assert store.read(lambda tx: tx.outbox.find_by_message_id("m-2")) is None


def test_attempt_that_never_ended_leaves_the_outcome_unknown(store: Store, clock: TurnedClock) -> None:
    """A worker that died while sending leaves a delivery that must be reconciled, not just sent again."""
    _add(store, delivery())
    (one,) = _claim(store)
    assert store.transact(lambda tx: tx.outbox.started_attempt(one.id, one.fence)) == 1
    clock.turn(61)
    (again,) = _claim(store, "next")
    assert (again.outcome_unknown, again.attempts) == (True, 1)
    (attempt,) = store.read(lambda tx: tx.outbox.attempts(one.id))
    assert (attempt.number, attempt.finished_at) == (1, None)


def test_retry_and_unknown_come_back_at_their_time(store: Store, clock: TurnedClock) -> None:
    """A known failure comes back clean, an unknown outcome comes back as such, each not before its time."""
    known, unknown = delivery(), delivery()
    _add(store, known, unknown)
    for one in _claim(store):
        store.transact(lambda tx, one=one: tx.outbox.started_attempt(one.id, one.fence))  # type: ignore[misc]
    later = clock() + timedelta(seconds=30)
    store.transact(lambda tx: tx.outbox.retry(known.id, 1, later, "transport", "refused"))
    store.transact(lambda tx: tx.outbox.set_unknown(unknown.id, 1, later, "timeout", "no answer"))
    assert (_get(store, known.id).state, _get(store, unknown.id).state) == ("pending", "unknown")
    assert (_get(store, known.id).error_class, _get(store, unknown.id).error) == ("transport", "no answer")
    clock.turn(29)
    assert _claim(store) == []
    clock.turn(1)
    assert {one.id: one.outcome_unknown for one in _claim(store)} == {known.id: False, unknown.id: True}


def test_finish_keeps_the_answer(store: Store) -> None:
    """A finished delivery keeps the bytes of the answer and is never claimed again."""
    _add(store, delivery())
    (one,) = _claim(store)

    def work(tx: Transaction) -> None:
        tx.outbox.store_request(one.id, one.fence, "m-1", b"<Ask/>")
        number = tx.outbox.started_attempt(one.id, one.fence)
        tx.outbox.ended_attempt(one.id, number, AttemptEnd("done", 200, None, 12))
        tx.outbox.finish(one.id, one.fence, response=b"<Answer/>")

    store.transact(work)
    done = _get(store, one.id)
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
    assert _claim(store) == []


def test_dead_letter_is_replayed_or_closed_by_a_person(store: Store) -> None:
    """Only dead letters can be replayed or closed; a replay counts its attempts afresh."""
    _add(store, delivery(), delivery())
    first, second = _claim(store)
    assert not store.transact(lambda tx: tx.outbox.replay(first.id, "why not"))
    for one in (first, second):
        store.transact(lambda tx, one=one: tx.outbox.started_attempt(one.id, one.fence))  # type: ignore[misc]
        store.transact(lambda tx, one=one: tx.outbox.dead(one.id, one.fence, "business", "refused"))  # type: ignore[misc]
    assert _claim(store) == []
    assert store.transact(lambda tx: tx.outbox.close(second.id, "sent by hand"))
    assert not store.transact(lambda tx: tx.outbox.replay(second.id, "again"))
    assert store.transact(lambda tx: tx.outbox.replay(first.id, "certificate renewed"))
    assert (_get(store, second.id).state, _get(store, second.id).note) == ("closed", "sent by hand")
    (again,) = _claim(store)
    assert (again.id, again.attempts, again.attempts_total) == (first.id, 0, 1)
    assert (again.outcome_unknown, again.note) == (True, "certificate renewed")
    assert store.transact(lambda tx: tx.outbox.started_attempt(again.id, again.fence)) == 2


def test_release_gives_back_what_a_worker_holds(store: Store) -> None:
    """A worker that stops in peace leaves nothing leased and takes nobody else's."""
    _add(store, *[delivery() for _ in range(4)])
    mine, theirs = _claim(store, "mine", limit=2), _claim(store, "theirs", limit=2)
    store.transact(lambda tx: tx.outbox.started_attempt(mine[0].id, mine[0].fence))
    assert store.transact(lambda tx: tx.outbox.release("mine")) == 2
    assert [_get(store, one.id).state for one in (*mine, *theirs)] == [
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
    _add(store, first)
    clock.turn(5)
    _add(store, second, delivery("fund"))
    (done, *_) = _claim(store, limit=1)
    store.transact(lambda tx: tx.outbox.finish(done.id, done.fence))
    _claim(store, partners_excluded=["fund"])
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


def _claim_for(store: Store, partner: str, limit: int = 10, worker: str = "w") -> list[Delivery]:
    return store.transact(lambda tx: tx.outbox.claim_for(worker, partner, limit, 60, ("registerDocument",)))


def _due(store: Store, *kinds: str) -> tuple[str, ...]:
    return store.read(lambda tx: tx.outbox.due_partners(kinds or ("registerDocument",)))


def test_a_claim_for_one_partner_takes_nothing_else(store: Store) -> None:
    """Only its deliveries that are due and of the wanted kinds, the most urgent first."""
    late = delivery(not_before=NOW + timedelta(seconds=1))
    normal, urgent = delivery(), delivery(priority=1)
    _add(store, delivery("fund"), late, normal, delivery(kind="Letter"), urgent)
    assert [one.id for one in _claim_for(store, "remd", 1)] == [urgent.id]
    assert [one.id for one in _claim_for(store, "remd")] == [normal.id]
    assert _claim_for(store, "nobody") == []
    assert _due(store) == ("fund",)
    assert _due(store, "Letter", "registerDocument") == ("fund", "remd")


def test_claims_are_counted_until_something_comes_of_them(store: Store, clock: TurnedClock) -> None:
    """A claim that only runs out counts; an attempt, an end and a return in good order do not."""
    new = delivery()
    _add(store, new)
    for count in (1, 2, 3):
        assert _due(store) == ("remd",)
        assert [one.claims for one in _claim_for(store, "remd")] == [count]
        assert _due(store) == ()
        clock.turn(61)
    (one,) = _claim(store, "w")
    assert one.claims == 4
    assert store.transact(lambda tx: tx.outbox.release("w")) == 1
    assert _get(store, new.id).claims == 3
    (one,) = _claim_for(store, "remd")
    store.transact(lambda tx: tx.outbox.started_attempt(one.id, one.fence))
    assert _get(store, new.id).claims == 0


def test_others_are_given_back(store: Store) -> None:
    """A worker keeps one of what it holds and gives the rest back as if it had never been claimed."""
    new = [delivery(priority=place) for place in range(3)]
    _add(store, *new, delivery("fund"))
    _claim_for(store, "remd", worker="w")
    _claim_for(store, "fund", worker="other")
    assert store.transact(lambda tx: tx.outbox.release_others("w", new[1].id)) == 2
    assert [(_get(store, one.id).state, _get(store, one.id).claims) for one in new] == [
        ("pending", 0),
        ("leased", 1),
        ("pending", 0),
    ]


def test_what_goes_on_is_counted_while_it_goes_on(store: Store, clock: TurnedClock) -> None:
    """An exchange counts from its beginning to its end or the end of its lease; a claim alone does not."""
    _add(store, delivery(), delivery(), delivery("fund"))
    one, two = _claim_for(store, "remd")

    def flying() -> dict[str, int]:
        return dict(store.read(lambda tx: tx.outbox.in_flight()))

    assert flying() == {}
    for each in (one, two):
        store.transact(lambda tx: tx.outbox.started_attempt(each.id, each.fence))  # noqa: B023 - called at once
    assert flying() == {"remd": 2}
    assert store.read(lambda tx: tx.outbox.others_in_flight("remd", one.id)) == 1
    assert store.read(lambda tx: tx.outbox.others_in_flight("fund", one.id)) == 0
    store.transact(lambda tx: tx.outbox.finish(one.id, one.fence))
    assert flying() == {"remd": 1}
    clock.turn(61)
    assert flying() == {}
    _claim_for(store, "remd", worker="next")
    assert flying() == {}


def test_what_is_too_old_is_claimed_due_or_not(store: Store, clock: TurnedClock) -> None:
    """By kind and by when it was added or replayed; what somebody holds is left to him."""
    old, held = delivery(not_before=NOW + timedelta(days=99)), delivery(priority=1)
    _add(store, old, held, delivery(kind="Letter"))
    clock.turn(100)
    _add(store, delivery())
    assert [one.id for one in _claim_for(store, "remd", 1)] == [held.id]

    def claim(before: int) -> list[str]:
        moment = NOW + timedelta(seconds=before)
        found = store.transact(lambda tx: tx.outbox.claim_too_old("a", "registerDocument", moment, 10, 60))
        return [one.id for one in found]

    assert claim(-1) == []
    assert claim(0) == [old.id]
    (one,) = store.read(lambda tx: tx.outbox.list(states=("leased",), limit=1))
    store.transact(lambda tx: tx.outbox.dead(old.id, 1, "EXPIRED", "x"))
    assert store.transact(lambda tx: tx.outbox.replay(old.id, "y"))
    assert claim(99) == []
    assert one.born == NOW
    assert _get(store, old.id).born == NOW + timedelta(seconds=100)


def test_what_was_done_may_be_undone_by_those_who_know_better(store: Store, clock: TurnedClock) -> None:
    """Queued anew it goes on counting attempts; given up it is in doubt; neither from another state."""
    first, second = delivery(), delivery()
    _add(store, first, second)
    for one in _claim_for(store, "remd"):
        store.transact(lambda tx: tx.outbox.started_attempt(one.id, one.fence))  # noqa: B023 - called at once
        store.transact(lambda tx: tx.outbox.finish(one.id, one.fence))  # noqa: B023
    later = NOW + timedelta(seconds=60)
    assert store.transact(lambda tx: tx.outbox.again(first.id, later, "TEMPORARY", "CODE"))
    assert not store.transact(lambda tx: tx.outbox.again(first.id, later, "TEMPORARY", "CODE"))
    again = _get(store, first.id)
    assert (again.state, again.attempts, again.outcome_unknown, again.not_before, again.error) == (
        "pending",
        1,
        False,
        later,
        "CODE",
    )
    before = NOW - timedelta(seconds=1)
    assert not store.transact(lambda tx: tx.outbox.give_up_done(second.id, before, "NO_VERDICT", "x"))
    assert store.transact(lambda tx: tx.outbox.give_up_done(second.id, NOW, "NO_VERDICT", "x"))
    assert (_get(store, second.id).state, _get(store, second.id).outcome_unknown) == ("dead", True)
    clock.turn(1)
    assert not store.transact(lambda tx: tx.outbox.give_up_done(second.id, NOW, "NO_VERDICT", "x"))
