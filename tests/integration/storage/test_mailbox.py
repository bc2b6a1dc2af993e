"""The mailbox: handed out until acknowledged."""

from datetime import timedelta

import pytest

from storage import Store, Transaction
from storage.mailbox import Item
from tests.integration.storage.samples import NOW, at_once

KINDS = ("referral", "withdrawal")


def _post(
    store: Store, sort_key: str, *, kind: str = "referral", referral: str = "R-1", owner: str = "B"
) -> str:
    return store.transact(
        lambda tx: tx.mailbox.post(
            owner, kind, referral_number=referral, sort_key=sort_key, payload={"n": sort_key}, created_at=NOW
        )
    )


def _fetch(store: Store, limit: int = 10, after: float = 0, owner: str = "B") -> list[Item]:
    now = NOW + timedelta(seconds=after)
    return store.transact(lambda tx: tx.mailbox.fetch(owner, KINDS, limit, 60, now))


def _acknowledge(store: Store, token: str, owner: str = "B") -> Item | None:
    return store.transact(lambda tx: tx.mailbox.acknowledge(owner, token, NOW))


def test_fetch_gives_items_by_sort_key(store: Store) -> None:
    """The order is that of the sort key byte by byte, on any database and in any language."""
    for sort_key in ("2/b", "1/z", "2/B", "1/я", "2-a"):
        _post(store, sort_key)
    assert [item.sort_key for item in _fetch(store, 2)] == ["1/z", "1/я"]
    assert [item.sort_key for item in _fetch(store)] == ["2-a", "2/B", "2/b"]
    assert _fetch(store) == []


def test_fetch_keeps_to_owner_and_kinds(store: Store) -> None:
    """Nobody gets the items of another, nor kinds that were not asked for."""
    _post(store, "1", owner="other")
    _post(store, "2", kind="notice")
    assert _fetch(store) == []
    assert [item.sort_key for item in _fetch(store, owner="other")] == ["1"]


def test_unacknowledged_item_is_handed_out_again(store: Store) -> None:
    """After its time an item comes again with a fresh token; either token acknowledges it."""
    _post(store, "1")
    (first,) = _fetch(store)
    assert _fetch(store, after=59) == []
    (second,) = _fetch(store, after=60)
    assert (second.id, second.handed_out) == (first.id, 2)
    assert second.token != first.token
    acknowledged = _acknowledge(store, first.token)
    assert acknowledged is not None
    assert (acknowledged.id, acknowledged.repeated, acknowledged.acknowledged_at) == (first.id, False, NOW)
    assert _fetch(store, after=1000) == []


def test_acknowledgement_is_idempotent(store: Store) -> None:
    """The same token again answers the same item, marked as repeated."""
    _post(store, "1")
    (item,) = _fetch(store)
    assert store.read(lambda tx: tx.mailbox.waiting("B")) == 1
    first, again = _acknowledge(store, item.token), _acknowledge(store, item.token)
    assert first is not None
    assert again is not None
    assert (first.repeated, again.repeated, again.state) == (False, True, "acknowledged")
    assert again.payload == {"n": "1"}
    assert store.read(lambda tx: tx.mailbox.waiting("B")) == 0


def test_unknown_tokens_acknowledge_nothing(store: Store) -> None:
    """Another owner's token, a token never given, and nonsense are all unknown."""
    item_id = _post(store, "1")
    assert _acknowledge(store, f"{item_id}.1") is None
    (item,) = _fetch(store)
    assert _acknowledge(store, item.token, owner="other") is None
    for token in (f"{item_id}.2", f"{item_id}.0", f"{item_id}.-1", item_id, "", ".", "x.1", f"{item_id}.²"):
        assert _acknowledge(store, token) is None
    assert _acknowledge(store, f"{item_id}.{'9' * 40}") is None
    assert store.read(lambda tx: tx.mailbox.waiting("B")) == 1


def test_withdrawn_item_is_handed_out_no_more(store: Store) -> None:
    """What is withdrawn disappears from the queue; a late acknowledgement learns of it."""
    _post(store, "1")
    _post(store, "2", kind="withdrawal")
    _post(store, "3", referral="R-2")
    (item,) = _fetch(store, 1)
    assert store.transact(lambda tx: tx.mailbox.withdraw("B", "R-1", ["referral"])) == 1
    late = _acknowledge(store, item.token)
    assert late is not None
    assert (late.state, late.repeated) == ("withdrawn", True)
    assert [one.sort_key for one in _fetch(store, after=100)] == ["2", "3"]
    assert store.transact(lambda tx: tx.mailbox.withdraw("B", "R-1")) == 1
    states = [one.state for one in store.read(lambda tx: tx.mailbox.list("R-1"))]
    assert states == ["withdrawn", "withdrawn"]


def test_concurrent_fetches_share_the_queue(store: Store) -> None:
    """Pollers of one owner that fetch at the same moment get each item once."""

    def post(tx: Transaction) -> None:
        for number in range(60):
            tx.mailbox.post(
                "B", "referral", referral_number="R", sort_key=f"{number:03}", payload={}, created_at=NOW
            )

    store.transact(post)

    def drain() -> list[str]:
        taken: list[str] = []
        while items := _fetch(store, 5):
            taken += [item.id for item in items]
        return taken

    taken = [one for part in at_once(*[drain] * 4) for one in part]
    assert len(taken) == len(set(taken)) == 60


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_sort_key_order_does_not_follow_the_collation(store: Store) -> None:
    """The column is compared by bytes, whatever collation the database was made with."""
    found = store.read(
        lambda tx: tx.mailbox._connection.exec_driver_sql(
            "SELECT collation_name FROM information_schema.columns"
            " WHERE table_name = 'mailbox' AND column_name = 'sort_key'"
        ).scalar_one()
    )
    assert found == "C"
