"""PostgreSQL fails under a request: what the caller is told, nothing half done, and that it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from tests.faults.asking import NOT_NOW, Asking
from tests.faults.line import Cut, Line
from tests.integration.operations.gateway import Gateway

_WRITE = b"INSERT INTO referrals"

_FAULT = """
CREATE SEQUENCE fault_count;
CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('fault_count') <= {times} THEN
        RAISE EXCEPTION 'fault' USING ERRCODE = '{code}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fault BEFORE INSERT ON referrals FOR EACH ROW EXECUTE FUNCTION fault();
"""
_NO_FAULT = "DROP TRIGGER fault ON referrals; DROP FUNCTION fault(); DROP SEQUENCE fault_count"


@contextmanager
def failing(url: str, code: str, times: int) -> Iterator[None]:
    """Let the server itself refuse the insertion of a referral by an SQLSTATE, some times over.

    The count is that of a sequence, which no rollback turns back.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(_FAULT.format(code=code, times=times))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(_NO_FAULT)
        engine.dispose()


@pytest.mark.parametrize("at", [_WRITE, b"INSERT INTO journal"])
def test_a_connection_lost_inside_the_transaction_is_not_noticed(line: Line, far: Gateway, at: bytes) -> None:
    """Nothing can have been committed: the work is done again on another connection, unnoticed."""
    asking = Asking(far, line.url)
    line.cuts.append(Cut(at))
    assert asking.reply().status == "ACCEPT"
    assert line.cuts == []
    asking.accepted_once()


@pytest.mark.parametrize("cut", [Cut(b"COMMIT", _WRITE), Cut(b"COMMIT", _WRITE, answered=True)])
def test_a_commit_whose_outcome_is_unknown(line: Line, far: Gateway, cut: Cut) -> None:
    """Lost before the server got the COMMIT, or with its answer: the caller repeats, and all is once."""
    asking = Asking(far, line.url)
    before = asking.rows()
    line.cuts.append(cut)
    assert asking.fault() == NOT_NOW
    assert line.cuts == []
    assert (asking.rows() == before) is not cut.answered
    asking.accepted_once()


def test_a_connection_lost_while_reading(line: Line, far: Gateway) -> None:
    """The answer to a question to the store is lost: the caller is answered, nothing is kept by halves."""
    asking = Asking(far, line.url)
    line.cuts.append(Cut(b"SELECT", answered=True))
    http, _ = far.post("/ws/referral", asking.message)
    assert http in {"200 OK", NOT_NOW[0]}
    assert line.cuts == []
    asking.accepted_once()


def test_a_server_that_is_away_comes_back(line: Line, far: Gateway) -> None:
    """Without a server every caller is told to repeat, and the node says it is not ready; then it goes on."""
    asking = Asking(far, line.url)
    ready = far.get("/health/ready")[0]
    line.disconnect()
    assert asking.fault() == NOT_NOW
    assert asking.fault() == NOT_NOW
    assert far.get("/health/ready")[0].startswith("503")
    assert far.get("/health/live")[0] == "200 OK"
    line.connect()
    asking.accepted_once()
    assert far.get("/health/ready")[0] == ready


def test_all_connections_terminated_between_requests(near: Gateway, postgresql: str) -> None:
    """An administrator throws every session out: the next request does not notice."""
    first, second = Asking(near, postgresql), Asking(near, postgresql)
    assert first.reply().status == "ACCEPT"
    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as admin:
        gone = admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert gone
    assert all(one for (one,) in gone)
    assert second.reply().status == "ACCEPT"
    assert len(near.referrals()) == 2


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_a_lost_race_is_run_again(near: Gateway, postgresql: str, code: str) -> None:
    """Serialization failure and deadlock say that nothing was done: run again, unnoticed."""
    asking = Asking(near, postgresql)
    with failing(postgresql, code, times=3):
        assert asking.reply().status == "ACCEPT"
    asking.accepted_once()


@pytest.mark.parametrize("code", ["40001", "53100", "53200", "57P01", "XX001"])
def test_a_server_that_refuses_keeps_nothing(near: Gateway, postgresql: str, code: str) -> None:
    """Races without end, disk full, no memory, shutdown, corrupt data: the caller is told to repeat."""
    asking = Asking(near, postgresql)
    before = asking.rows()
    with failing(postgresql, code, times=1_000_000):
        assert asking.fault() == NOT_NOW
        assert asking.rows() == before
    asking.accepted_once()


def test_a_delivery_goes_on_after_the_store_failed(line: Line, far: Gateway) -> None:
    """A claim that was lost with the line is taken over when its lease ran out, under a higher fence."""
    asking = Asking(far, line.url)
    assert asking.reply().status == "ACCEPT"
    store = far.runtime.store
    line.cuts.append(Cut(b"COMMIT", b"UPDATE outbox", answered=True))
    with pytest.raises(Exception, match="OperationalError"):
        store.transact(lambda tx: tx.outbox.claim("dead", (), 10, 0.0))
    assert line.cuts == []
    (claimed,) = store.transact(lambda tx: tx.outbox.claim("living", (), 10, 60))
    assert claimed.fence == 2
    assert claimed.lease_until is not None
    assert claimed.lease_until - store.now() > timedelta(seconds=30)
