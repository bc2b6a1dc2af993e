"""Statements that go straight to the driver give what SQLAlchemy gives; readers outlive what works raise."""

from datetime import datetime
from functools import partial
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.engine import Dialect

from storage import NewReferral, Store, StoreError, Transaction
from storage.direct import _compile
from storage.tables import claims
from tests.integration.storage.samples import at_once, delivery, message, referral


def _twice(tx: Transaction, request_id: str) -> tuple[object, object]:
    """Return a message by the direct statement, and by the other one."""
    found = tx.messages.find("MIS-1", request_id)
    assert found is not None
    return found, tx.messages.get(found.id)


def _put(made: NewReferral, tx: Transaction) -> None:
    tx.referrals.insert(made)


def test_a_row_is_the_same_by_both_ways(store: Store) -> None:
    """Times, lists, octets, marks and absent values come back alike."""
    made = message(request_id="one", codes=("MSE-1", "MSE-2"), raw=b"\x00\xff", answer=b"<a/>", test=True)
    store.transact(lambda tx: tx.messages.insert(made))
    direct, usual = store.read(lambda tx: _twice(tx, "one"))
    assert direct == usual
    assert store.read(lambda tx: tx.messages.raw(made.id)) == b"\x00\xff"


def test_a_referral_is_the_same_by_both_ways(store: Store) -> None:
    """The register's row has its JSON and its absent deadline by both ways."""
    made = referral("20261122-AAAAA-BBBBB", citizen_hash="c" * 64)
    store.transact(lambda tx: tx.referrals.insert(made))
    by_citizen = store.read(lambda tx: tx.referrals.find_by_citizen("c" * 64))
    assert by_citizen == (store.read(lambda tx: tx.referrals.get(made.number)),)


def test_an_update_tells_whether_it_met_its_row(store: Store) -> None:
    """Only the revision that was read is changed; values that are absent become NULL by both ways."""
    made = referral("20261122-AAAAA-CCCCC", deadline_code="X", citizen_hash="d" * 64)
    store.transact(lambda tx: tx.referrals.insert(made))
    changes: dict[str, Any] = {"deadline_code": None, "details": {"a": [1, None]}}
    assert store.transact(lambda tx: tx.referrals.update(made.number, 1, **changes))
    assert not store.transact(lambda tx: tx.referrals.update(made.number, 1, deadline_code="Y"))
    changed = store.read(lambda tx: tx.referrals.get(made.number))
    assert changed is not None
    assert (changed.revision, changed.deadline_code, changed.details) == (2, None, {"a": [1, None]})
    assert store.read(lambda tx: tx.referrals.find_by_citizen("d" * 64)) == (changed,)


def test_a_naive_time_is_refused(store: Store) -> None:
    """A time without a zone is refused by name, as everywhere, and nothing stays."""
    made = message(request_id="naive", received_at=datetime(2026, 11, 22))  # noqa: DTZ001 - that is the fault
    with pytest.raises(ValueError, match="without a zone"):
        store.transact(lambda tx: tx.messages.insert(made))
    assert store.read(lambda tx: tx.messages.find("MIS-1", "naive")) is None


def test_an_error_of_the_driver_tells_no_values(store: Store) -> None:
    """What the database refuses is an error of the store, without the values that were to be kept."""
    owner: Any = None
    with pytest.raises(StoreError) as caught:
        store.transact(lambda tx: tx.claims.take("kind", "a secret key", owner))
    assert "secret" not in str(caught.value)
    assert store.transact(lambda tx: tx.claims.take("kind", "a secret key", "owner")) is None


def test_readers_survive_what_works_raise(store: Store) -> None:
    """A work that raises, or tries to write, spoils no later reading, also of many threads at once."""

    def fail(_: Transaction) -> None:
        raise KeyError("gone")

    for _ in range(20):
        with pytest.raises(KeyError):
            store.read(fail)
        with pytest.raises(StoreError):
            store.read(lambda tx: tx.claims.take("kind", "key", "owner"))
    owners = at_once(*[lambda: store.read(lambda tx: tx.claims.owner("kind", "key"))] * 16)
    assert list(owners) == [None] * 16


def test_a_reading_sees_one_state(store: Store) -> None:
    """What is committed while a reading goes on is seen by the next one, by the same connection."""

    def look(tx: Transaction) -> tuple[str | None, str | None]:
        before = tx.claims.owner("kind", "key")
        at_once(lambda: store.transact(lambda other: other.claims.take("kind", "key", "owner")))
        return before, tx.claims.owner("kind", "key")

    assert store.read(look) == (None, None)
    assert store.read(lambda tx: tx.claims.owner("kind", "key")) == "owner"


def test_lists_of_any_length_are_written_out(store: Store) -> None:
    """A statement with a list finds the same whether the list is empty, of one value or of several."""
    for made in (referral(f"n-{name}", state=name, citizen_hash="dd") for name in "abc"):
        store.transact(partial(_put, made))

    def in_states(*states: str) -> list[str]:
        found = store.read(lambda tx: tx.referrals.of_citizen_in("dd", states, test=False, limit=9))
        return [one.number for one in found]

    assert in_states() == []
    assert in_states("b") == ["n-b"]
    assert in_states("a", "none", "c") == ["n-c", "n-a"]
    assert in_states("'); DROP TABLE referrals; --") == []


@pytest.mark.parametrize("driver", [sqlite, psycopg])
def test_statements_that_somebody_must_finish_are_not_direct(driver: ModuleType) -> None:
    """Only a constant statement with all values given goes straight to the driver; its lists are texts."""
    dialect: Dialect = driver.dialect()
    unfinished = sa.select(claims.c.owner).where(claims.c.kind == sa.bindparam("kind", literal_execute=True))
    with pytest.raises(TypeError):
        _compile(unfinished, dialect, {"kind": ""})
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer, default=1))
    with pytest.raises(TypeError):
        _compile(sa.insert(table), dialect, {"a": 1})
    numbers = sa.select(table.c.b).where(table.c.a.in_(sa.bindparam("wanted", expanding=True)))
    with pytest.raises(TypeError):
        _compile(numbers, dialect, {"wanted": [1]})


@pytest.mark.parametrize("empty", [[], ["other"]])
def test_an_empty_list_excludes_nobody(store: Store, empty: list[str]) -> None:
    """What is in no list is taken: a delivery is claimed when no partner is left out, or only another one."""
    store.transact(lambda tx: tx.outbox.add(delivery()))
    assert len(store.transact(lambda tx: tx.outbox.claim("one", empty, 10, 60.0))) == 1
