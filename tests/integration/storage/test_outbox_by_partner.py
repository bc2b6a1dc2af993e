"""The outbox as workers ask for it: one partner at a time, counted, with what is too old or was undone."""

from datetime import timedelta

from storage import Store
from storage.outbox import Delivery
from tests.databases import TurnedClock
from tests.integration.storage.samples import NOW, delivery
from tests.integration.storage.test_outbox import add_to, claim_from, get_from


def _claim_for(store: Store, partner: str, limit: int = 10, worker: str = "w") -> list[Delivery]:
    return store.transact(lambda tx: tx.outbox.claim_for(worker, partner, limit, 60, ("registerDocument",)))


def _due(store: Store, *kinds: str) -> tuple[str, ...]:
    return store.read(lambda tx: tx.outbox.due_partners(kinds or ("registerDocument",)))


def test_a_claim_for_one_partner_takes_nothing_else(store: Store) -> None:
    """Only its deliveries that are due and of the wanted kinds, the most urgent first."""
    late = delivery(not_before=NOW + timedelta(seconds=1))
    normal, urgent = delivery(), delivery(priority=1)
    add_to(store, delivery("fund"), late, normal, delivery(kind="Letter"), urgent)
    assert [one.id for one in _claim_for(store, "remd", 1)] == [urgent.id]
    assert [one.id for one in _claim_for(store, "remd")] == [normal.id]
    assert _claim_for(store, "nobody") == []
    assert _due(store) == ("fund",)
    assert _due(store, "Letter", "registerDocument") == ("fund", "remd")


def test_claims_are_counted_until_something_comes_of_them(store: Store, clock: TurnedClock) -> None:
    """A claim that only runs out counts; an attempt, an end and a return in good order do not."""
    new = delivery()
    add_to(store, new)
    for count in (1, 2, 3):
        assert _due(store) == ("remd",)
        assert [one.claims for one in _claim_for(store, "remd")] == [count]
        assert _due(store) == ()
        clock.turn(61)
    (one,) = claim_from(store, "w")
    assert one.claims == 4
    assert store.transact(lambda tx: tx.outbox.release("w")) == 1
    assert get_from(store, new.id).claims == 3
    (one,) = _claim_for(store, "remd")
    store.transact(lambda tx: tx.outbox.started_attempt(one.id, one.fence))
    assert get_from(store, new.id).claims == 0


def test_others_are_given_back(store: Store) -> None:
    """A worker keeps one of what it holds and gives the rest back as if it had never been claimed."""
    new = [delivery(priority=place) for place in range(3)]
    add_to(store, *new, delivery("fund"))
    _claim_for(store, "remd", worker="w")
    _claim_for(store, "fund", worker="other")
    assert store.transact(lambda tx: tx.outbox.release_others("w", new[1].id)) == 2
    assert [(get_from(store, one.id).state, get_from(store, one.id).claims) for one in new] == [
        ("pending", 0),
        ("leased", 1),
        ("pending", 0),
    ]


def test_what_goes_on_is_counted_while_it_goes_on(store: Store, clock: TurnedClock) -> None:
    """An exchange counts from its beginning to its end or the end of its lease; a claim alone does not."""
    add_to(store, delivery(), delivery(), delivery("fund"))
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
    add_to(store, old, held, delivery(kind="Letter"))
    clock.turn(100)
    add_to(store, delivery())
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
    assert get_from(store, old.id).born == NOW + timedelta(seconds=100)


def test_what_was_done_may_be_undone_by_those_who_know_better(store: Store, clock: TurnedClock) -> None:
    """Queued anew it goes on counting attempts; given up it is in doubt; neither from another state."""
    first, second = delivery(), delivery()
    add_to(store, first, second)
    for one in _claim_for(store, "remd"):
        store.transact(lambda tx: tx.outbox.started_attempt(one.id, one.fence))  # noqa: B023 - called at once
        store.transact(lambda tx: tx.outbox.finish(one.id, one.fence))  # noqa: B023
    later = NOW + timedelta(seconds=60)
    assert store.transact(lambda tx: tx.outbox.again(first.id, later, "TEMPORARY", "CODE"))
    assert not store.transact(lambda tx: tx.outbox.again(first.id, later, "TEMPORARY", "CODE"))
    again = get_from(store, first.id)
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
    assert (get_from(store, second.id).state, get_from(store, second.id).outcome_unknown) == ("dead", True)
    clock.turn(1)
    assert not store.transact(lambda tx: tx.outbox.give_up_done(second.id, NOW, "NO_VERDICT", "x"))
