"""Messages: one row for each request, the same answer for ever."""

from datetime import timedelta
from functools import partial

import pytest

from storage import Store, Taken, Transaction
from storage.messages import Message
from tests.integration.storage.samples import NOW, at_once, message


def test_message_comes_back_as_it_went_in(store: Store) -> None:
    """Every column survives the way in and out."""
    new = message(referral_number="R-1", codes=("MSE-1101", "MSE-3002"), test=True)
    store.transact(lambda tx: tx.messages.insert(new))
    found = store.read(lambda tx: tx.messages.get(new.id))
    assert found is not None
    assert {name: getattr(found, name) for name in Message.__slots__} == {
        name: getattr(new, name) for name in Message.__slots__
    }
    assert store.read(lambda tx: tx.messages.raw(new.id)) == b"<Envelope/>"
    assert store.read(lambda tx: tx.messages.find_by_correlation("correlation-1")) == (found,)


def test_same_id_of_another_sender_is_another_request(store: Store) -> None:
    """A request id belongs to its sender."""
    store.transact(lambda tx: tx.messages.insert(message()))
    store.transact(lambda tx: tx.messages.insert(message(sender="MIS-2")))
    assert store.read(lambda tx: tx.messages.find("MIS-2", "request-1")) is not None
    assert store.read(lambda tx: tx.messages.find("MIS-3", "request-1")) is None


def test_of_two_at_once_one_finds_the_answer_of_the_other(store: Store) -> None:
    """The loser of the race is told who won, and reads the stored answer in the same transaction."""

    def submit(answer: bytes, request_id: str) -> tuple[str, bytes]:
        def work(tx: Transaction) -> tuple[str, bytes]:
            try:
                tx.messages.insert(message(answer=answer, request_id=request_id))
            except Taken as taken:
                stored = tx.messages.get(taken.owner)
                assert stored is not None
                return "repeat", stored.answer
            return "first", answer

        return store.transact(work)

    for turn in range(15):
        request_id = f"race-{turn}"
        outcomes = at_once(*[partial(submit, answer, request_id) for answer in (b"a", b"b", b"c")])
        assert sorted(kind for kind, _ in outcomes) == ["first", "repeat", "repeat"]
        assert len({answer for _, answer in outcomes}) == 1


def test_taken_names_key_and_owner(store: Store) -> None:
    """The refusal says which key it was and which row holds it."""
    first = message()
    store.transact(lambda tx: tx.messages.insert(first))
    with pytest.raises(Taken) as caught:
        store.transact(lambda tx: tx.messages.insert(message()))
    assert (caught.value.key, caught.value.owner) == ("messages.request", first.id)


def test_answer_is_filled_in_later(store: Store) -> None:
    """The row may be taken first and get its answer in the same transaction."""
    new = message(answer=b"", answer_status="")

    def work(tx: Transaction) -> None:
        tx.messages.insert(new)
        tx.messages.answer(
            new.id, referral_number="R-9", answer_status="REJECT", codes=("MSE-4001",), answer=b"<No/>"
        )

    store.transact(work)
    found = store.read(lambda tx: tx.messages.get(new.id))
    assert found is not None
    assert (found.referral_number, found.answer_status, found.codes, found.answer) == (
        "R-9",
        "REJECT",
        ("MSE-4001",),
        b"<No/>",
    )


def test_raw_bytes_are_forgotten_by_age(store: Store) -> None:
    """Retention drops the bytes of old refusals; younger ones and those of referrals stay."""
    old, young = message(request_id="old"), message(request_id="young", received_at=NOW + timedelta(days=9))
    kept = message(request_id="kept", referral_number="R-1")

    def fill(tx: Transaction) -> None:
        for one in (old, young, kept):
            tx.messages.insert(one)

    store.transact(fill)
    before = NOW + timedelta(days=1)
    assert store.transact(lambda tx: tx.messages.forget_raw(before)) == 1
    raws = store.read(lambda tx: [tx.messages.raw(one.id) for one in (old, young, kept)])
    assert raws == [None, b"<Envelope/>", b"<Envelope/>"]
    assert store.transact(lambda tx: tx.messages.forget_raw(before, refused_only=False)) == 1
    found = store.read(lambda tx: tx.messages.get(old.id))
    assert found is not None
    assert found.answer == b"<Answer/>"
