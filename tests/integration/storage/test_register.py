"""The register: referrals, their documents, and the keys that only one may hold."""

import hashlib
from dataclasses import asdict
from datetime import timedelta

import pytest

from storage import Store, Taken, Transaction
from storage.documents import PART_SIZE, NewDocument
from storage.referrals import Referral
from tests.integration.storage.samples import NOW, at_once, referral


def _add(store: Store, *numbers: str, **changes: object) -> None:
    def work(tx: Transaction) -> None:
        for number in numbers:
            tx.referrals.insert(referral(number, **changes))

    store.transact(work)


def test_referral_comes_back_as_it_went_in(store: Store) -> None:
    """Every column survives the way in and out; the first revision is 1."""
    new = referral(
        issue_date=NOW.date(), deadline_code="D1", deadline_at=NOW, details={"б": [1, None], "a": {"x": 1}}
    )
    stored = store.transact(lambda tx: tx.referrals.insert(new))
    found = store.read(lambda tx: tx.referrals.get(new.number))
    assert found == stored == Referral(**asdict(new), revision=1)


def test_number_is_given_once(store: Store) -> None:
    """A second referral under the same number is refused."""
    _add(store, "R-1")
    with pytest.raises(Taken):
        _add(store, "R-1")


def test_update_moves_only_the_revision_that_was_read(store: Store) -> None:
    """A change based on an outdated row is not made."""
    _add(store, "R-1")
    assert store.transact(lambda tx: tx.referrals.update("R-1", 1, state="SENT", details={"a": 1}))
    assert not store.transact(lambda tx: tx.referrals.update("R-1", 1, state="LOST"))
    found = store.read(lambda tx: tx.referrals.get("R-1"))
    assert found is not None
    assert (found.revision, found.state, found.details) == (2, "SENT", {"a": 1})


def test_only_columns_can_change(store: Store) -> None:
    """A misspelt column, the number and the revision are refused."""
    _add(store, "R-1")
    for changes in ({"stat": "X"}, {"number": "R-2"}, {"revision": 7}):
        with pytest.raises(TypeError):
            store.transact(lambda tx, changes=changes: tx.referrals.update("R-1", 1, **changes))  # type: ignore[misc]


def test_lock_makes_others_wait(store: Store) -> None:
    """Transactions that lock a referral go one after the other, so no count is lost."""
    _add(store, "R-1", details={"count": 0})

    def count(tx: Transaction) -> None:
        found = tx.referrals.lock("R-1")
        assert found is not None
        assert tx.referrals.update("R-1", found.revision, details={"count": found.details["count"] + 1})

    at_once(*[lambda: store.transact(count)] * 8)
    found = store.read(lambda tx: tx.referrals.get("R-1"))
    assert found is not None
    assert (found.details["count"], found.revision) == (8, 9)


def test_referral_is_found_by_each_of_its_ids(store: Store) -> None:
    """Document, set, registry number, registration number and person all lead to the referral."""
    _add(store, "R-1", remd_id="77.1", registration_number="15/77", document_id="d", citizen_hash="p")
    _add(store, "R-2", received_at=NOW + timedelta(1), document_id="d", citizen_hash="q")

    def find(tx: Transaction) -> list[list[str]]:
        register = tx.referrals
        answers = [
            register.find_by_document("d"),
            register.find_by_document_set("set-R-1"),
            register.find_by_remd_id("77.1"),
            register.find_by_registration_number("15/77"),
            register.find_by_citizen("p"),
            register.find_by_remd_id("77.2"),
        ]
        return [[one.number for one in answer] for answer in answers]

    assert store.read(find) == [["R-2", "R-1"], ["R-1"], ["R-1"], ["R-1"], ["R-1"], []]


def test_due_gives_the_earliest_deadlines(store: Store) -> None:
    """Deadlines up to a moment, the earliest first, without those that have none."""
    for number, days in (("R-3", 3), ("R-1", 1), ("R-2", 2)):
        _add(store, number, deadline_at=NOW + timedelta(days))
    _add(store, "R-0")
    due = store.read(lambda tx: tx.referrals.due(NOW + timedelta(2), 10))
    assert [one.number for one in due] == ["R-1", "R-2"]
    assert [one.number for one in store.read(lambda tx: tx.referrals.due(NOW + timedelta(9), 1))] == ["R-1"]


def test_list_by_state_gives_pages(store: Store) -> None:
    """Pages follow each other by number and hold only the states asked for."""
    _add(store, "R-1", "R-3", "R-5")
    _add(store, "R-2", "R-4", state="SENT")
    _add(store, "R-6", state="GONE")

    def page(after: str) -> list[str]:
        found = store.read(lambda tx: tx.referrals.list_by_state(("ACCEPTED", "SENT"), 3, after))
        return [one.number for one in found]

    assert page("") == ["R-1", "R-2", "R-3"]
    assert page("R-3") == ["R-4", "R-5"]


def _document(content: bytes, **changes: object) -> NewDocument:
    row: dict[str, object] = {
        "referral_number": "R-1",
        "version_number": 1,
        "role": "semd",
        "name": "semd.xml",
        "media_type": "application/xml",
        "created_at": NOW,
        "content": content,
    }
    return NewDocument(**{**row, **changes})  # type: ignore[arg-type]


def test_document_is_read_in_slices(store: Store) -> None:
    """Any slice is what slicing the whole would give, also across the parts it is stored in."""
    content = bytes(range(251)) * (2 * PART_SIZE // 251 + 100)
    new = _document(content)
    store.transact(lambda tx: tx.documents.add(new))
    size = len(content)
    for offset, length in (
        (0, size),
        (0, 1),
        (PART_SIZE - 3, 7),
        (PART_SIZE, PART_SIZE),
        (5, 2 * PART_SIZE),
        (size - 1, 10),
        (size, 10),
        (-1, 5),
        (3, 0),
    ):
        found = store.read(lambda tx, start=offset, count=length: tx.documents.read(new.id, start, count))  # type: ignore[misc]
        expected = content[offset : offset + length] if offset >= 0 else b""
        assert found == expected, (offset, length)
    meta = store.read(lambda tx: tx.documents.get(new.id))
    assert meta is not None
    assert (meta.size, meta.sha256) == (size, hashlib.sha256(content).hexdigest())


def test_empty_document_is_a_document(store: Store) -> None:
    """A file of no bytes has a row and reads as nothing."""
    new = _document(b"")
    store.transact(lambda tx: tx.documents.add(new))
    assert store.read(lambda tx: tx.documents.read(new.id, 0, 10)) == b""
    meta = store.read(lambda tx: tx.documents.get(new.id))
    assert meta is not None
    assert meta.size == 0


def test_documents_are_listed_and_found(store: Store) -> None:
    """By referral, by version, and by document id without regard to case."""
    first = _document(b"1", document_id="AB-Cd")
    second = _document(b"2", version_number=2, parent_id=first.id, created_at=NOW + timedelta(1))
    other = _document(b"3", referral_number="R-2")
    store.transact(lambda tx: tx.documents.add(first, second, other))

    def names(tx: Transaction) -> list[list[str]]:
        answers = [
            tx.documents.list("R-1"),
            tx.documents.list("R-1", 2),
            tx.documents.find_by_local_uid("ab-cD"),
        ]
        return [[one.id for one in answer] for answer in answers]

    assert store.read(names) == [[first.id, second.id], [second.id], [first.id]]
    found = store.read(lambda tx: tx.documents.find_by_local_uid("AB-CD"))
    assert found[0].document_id == "AB-Cd"


def test_an_upload_is_kept_until_it_is_forgotten(store: Store) -> None:
    """Its parts come in any cut, are known by their places and read as one; a forgotten one is gone."""
    content = b"x" * PART_SIZE + b"y" * 100
    digest = hashlib.sha256(content).hexdigest()
    parts = [(PART_SIZE, content[PART_SIZE:]), (0, content[:PART_SIZE]), (0, content[:PART_SIZE])]

    def put(tx: Transaction) -> list[bool]:
        return [
            tx.uploads.put_part("MIS-1", "u", offset=at, content=part, total=len(content), sha256=digest)
            for at, part in parts
        ]

    assert store.transact(put) == [True, True, False]
    upload = store.read(lambda tx: tx.uploads.received("MIS-1", "u"))
    assert upload is not None
    assert upload.complete
    assert upload.parts == ((0, PART_SIZE), (PART_SIZE, 100))
    assert store.read(lambda tx: b"".join(tx.uploads.contents("MIS-1", "u"))) == content
    assert store.read(lambda tx: tx.uploads.digest("MIS-1", "u")) == digest
    assert store.transact(lambda tx: tx.uploads.forget("MIS-1", "u"))
    assert store.read(lambda tx: tx.uploads.received("MIS-1", "u")) is None


def test_upload_contradictions_are_refused(store: Store) -> None:
    """Another total, or other bytes at the same offset, are not accepted; ids belong to their owner."""

    def put(owner: str, content: bytes, total: int) -> bool:
        return store.transact(
            lambda tx: tx.uploads.put_part(owner, "u", offset=0, content=content, total=total, sha256="aa")
        )

    assert put("MIS-1", b"abc", 10)
    assert put("MIS-2", b"xyz", 20)
    for content, total in ((b"abc", 11), (b"abd", 10)):
        with pytest.raises(Taken):
            put("MIS-1", content, total)
    assert store.read(lambda tx: b"".join(tx.uploads.contents("MIS-1", "u"))) == b"abc"
    upload = store.read(lambda tx: tx.uploads.received("MIS-1", "u"))
    assert upload is not None
    assert not upload.complete


def test_stale_uploads_expire(store: Store) -> None:
    """Uploads that nobody continues are dropped with their parts."""
    store.transact(lambda tx: tx.uploads.put_part("MIS-1", "u", offset=0, content=b"a", total=2, sha256="aa"))
    touched = store.now()
    assert store.transact(lambda tx: tx.uploads.expire(touched)) == 0
    assert store.transact(lambda tx: tx.uploads.expire(touched + timedelta(seconds=1))) == 1
    assert store.read(lambda tx: b"".join(tx.uploads.contents("MIS-1", "u"))) == b""


def test_claim_has_one_owner(store: Store) -> None:
    """The first owner keeps a key; taking it again is no error for him, and names him to others."""
    take = [("R-1", None), ("R-2", "R-1"), ("R-1", None)]
    for owner, answer in take:
        assert store.transact(lambda tx, owner=owner: tx.claims.take("document", "k", owner)) == answer  # type: ignore[misc]
    assert not store.transact(lambda tx: tx.claims.release("document", "k", "R-2"))
    assert store.transact(lambda tx: tx.claims.release("document", "k", "R-1"))
    assert store.transact(lambda tx: tx.claims.take("document", "k", "R-2")) is None


def test_claims_of_an_owner_are_released(store: Store) -> None:
    """All of an owner's keys, or only some kinds, become free."""

    def take(tx: Transaction) -> None:
        for kind in ("a", "b", "c"):
            tx.claims.take(kind, "k", "R-1")
        tx.claims.take("a", "other", "R-2")

    store.transact(take)
    assert store.transact(lambda tx: tx.claims.release_owned("R-1", ["a"])) == 1
    assert store.transact(lambda tx: tx.claims.release_owned("R-1")) == 2
    assert store.read(lambda tx: tx.claims.owner("a", "other")) == "R-2"


def test_claim_race_has_one_winner(store: Store) -> None:
    """Of many that take a key at once exactly one gets it, and all others are told its name."""

    def take(owner: str) -> str | None:
        return store.transact(lambda tx: tx.claims.take("document", "k", owner))

    answers = at_once(*[lambda owner=f"R-{number}": take(owner) for number in range(6)])
    winner = store.read(lambda tx: tx.claims.owner("document", "k"))
    assert answers.count(None) == 1
    assert set(answers) == {None, winner}
