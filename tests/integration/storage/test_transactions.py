"""Transactions: whole or not at all, on both databases."""

import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import Conflict, Store, StoreError, Taken, Transaction, open_store
from storage.group_sizes import BOUNDS
from storage.sqlite import SqliteStore, _Writer
from tests.databases import TurnedClock
from tests.integration.storage.samples import at_once, delivery, entry, message


class RefusedError(Exception):
    """What a work of these tests raises."""


def _insert(request_id: str) -> Any:
    return lambda tx: tx.messages.insert(message(request_id=request_id))


def _insert_and_fail(tx: Transaction) -> None:
    tx.messages.insert(message(request_id="refused"))
    raise RefusedError


def test_result_of_the_work_comes_back(store: Store) -> None:
    """What the work returns is what the caller gets."""
    assert store.transact(lambda _: 42) == 42


def test_error_of_the_work_comes_back_and_nothing_stays(store: Store) -> None:
    """A work that raises leaves nothing behind, and its own error reaches the caller."""
    with pytest.raises(RefusedError):
        store.transact(_insert_and_fail)
    assert store.read(lambda tx: tx.messages.find("MIS-1", "refused")) is None


def test_one_failing_work_does_not_hurt_others(store: Store) -> None:
    """Of many works at once the failing ones alone are undone."""

    def attempt(number: int) -> bool:
        try:
            store.transact(_insert_and_fail if number % 3 == 0 else _insert(f"request-{number}"))
        except RefusedError:
            return False
        return True

    outcomes = at_once(*[lambda number=number: attempt(number) for number in range(24)])
    assert outcomes == [number % 3 != 0 for number in range(24)]
    kept = store.read(lambda tx: tx.messages.find_by_correlation("correlation-1"))
    assert {one.request_id for one in kept} == {f"request-{number}" for number in range(24) if number % 3}


def test_transaction_inside_another_is_refused(store: Store) -> None:
    """A nested transaction would wait for itself, so it is refused at once."""
    for nested in (store.transact, store.read):
        with pytest.raises(StoreError, match="inside"):
            store.transact(lambda _, nested=nested: nested(_insert("nested")))  # type: ignore[misc]
    with pytest.raises(StoreError, match="inside"):
        store.read(lambda _: store.transact(_insert("nested")))
    with pytest.raises(StoreError, match="inside"):
        store.transact(lambda _: store.now())
    store.transact(_insert("after"))


def test_reading_cannot_write(store: Store) -> None:
    """A write inside a read fails and changes nothing."""
    with pytest.raises(StoreError):
        store.read(_insert("request-1"))
    assert store.read(lambda tx: tx.messages.find("MIS-1", "request-1")) is None


def test_reading_sees_one_moment(store: Store) -> None:
    """A commit that lands during a read is not seen by it."""
    with ThreadPoolExecutor(1) as other:

        def twice(tx: Transaction) -> tuple[bool, bool]:
            before = tx.messages.find("MIS-1", "request-1") is None
            other.submit(store.transact, _insert("request-1")).result(10)
            return before, tx.messages.find("MIS-1", "request-1") is None

        assert store.read(twice) == (True, True)
    assert store.read(lambda tx: tx.messages.find("MIS-1", "request-1")) is not None


def test_errors_carry_no_values(store: Store) -> None:
    """The text of a database error names the constraint, never what was in the row."""

    def broken(tx: Transaction) -> None:
        tx.documents._connection.execute(
            sa.text("INSERT INTO claims (kind, key, owner) VALUES ('k', NULL, 'Иванов')")
        )

    with pytest.raises(StoreError) as caught:
        store.transact(broken)
    assert "Иванов" not in "".join(traceback.format_exception(caught.value))
    assert "IntegrityError" in str(caught.value) or "NotNull" in str(caught.value)


def test_time_without_a_zone_is_refused(store: Store) -> None:
    """A naive time is a mistake of the program and is named as such."""
    naive = datetime(2026, 3, 2)  # noqa: DTZ001 (the mistake itself)
    with pytest.raises(ValueError, match="zone"):
        store.transact(lambda tx: tx.messages.insert(message(received_at=naive)))


def test_times_come_back_in_utc(store: Store) -> None:
    """Any zone goes in, UTC to the microsecond comes out."""
    moment = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
    store.transact(
        lambda tx: tx.messages.insert(message(received_at=moment.astimezone(tz=_zone_of_kamchatka())))
    )
    found = store.read(lambda tx: tx.messages.find("MIS-1", "request-1"))
    assert found is not None
    assert found.received_at == moment
    assert found.received_at.tzinfo is UTC


def _zone_of_kamchatka() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Kamchatka")


def test_now_is_the_given_clock(store: Store, clock: TurnedClock) -> None:
    """Tests turn the clock that leases live by."""
    before = store.now()
    clock.turn(60)
    assert store.now() - before == timedelta(seconds=60)
    assert store.read(lambda tx: tx.now()) == store.now()


def test_now_is_that_of_the_database(database: str) -> None:
    """Without a given clock the time is of the database, in UTC."""
    with open_store(database) as store:
        assert abs(store.now() - datetime.now(UTC)) < timedelta(seconds=5)
        assert store.now().tzinfo is UTC


def test_race_for_a_chain_is_run_again(store: Store) -> None:
    """Two transactions that begin the same chain both succeed, one after the other."""
    at_once(*[lambda: store.transact(lambda tx: tx.journal.append("R-1", entry()))] * 6)
    assert [row.number for row in store.read(lambda tx: tx.journal.list("R-1"))] == [1, 2, 3, 4, 5, 6]
    assert store.read(lambda tx: tx.journal.verify("R-1")) is None


def test_conflict_that_never_ends_is_told(store: Store) -> None:
    """A race that is lost every time ends as an error, not as an endless loop."""

    def conflict(_: Transaction) -> None:
        raise Conflict("always")

    with pytest.raises(Conflict):
        store.transact(conflict)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_deadlock_is_run_again(store: Store) -> None:
    """Of two transactions that lock two rows crosswise both end well."""
    met = threading.Barrier(2)

    def crosswise(first: str, second: str) -> None:
        waited: list[bool] = []

        def work(tx: Transaction) -> None:
            tx.claims.take("kind", first, first)
            if not waited:
                waited.append(True)
                met.wait(10)
            tx.claims.take("kind", second, first)

        store.transact(work)

    at_once(lambda: crosswise("a", "b"), lambda: crosswise("b", "a"))
    owners = store.read(lambda tx: (tx.claims.owner("kind", "a"), tx.claims.owner("kind", "b")))
    assert owners in {("a", "a"), ("b", "b")}


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_lost_connection_before_the_commit_is_run_again(store: Store) -> None:
    """A connection that dies inside a work costs nothing but another run."""
    runs = []

    def work(tx: Transaction) -> None:
        runs.append(True)
        tx.messages.insert(message())
        if len(runs) == 1:
            tx.messages._connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    store.transact(work)
    assert len(runs) == 2
    assert store.read(lambda tx: tx.messages.find("MIS-1", "request-1")) is not None


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_connections_that_died_are_let_go_together(store: Store, database: str) -> None:
    """When the server threw everybody out, a work runs once more, not once for each dead connection."""
    together = threading.Barrier(4)
    at_once(*[lambda: store.read(lambda tx: (tx.now(), together.wait(10)))] * 4)
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        gone = connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).all()
    engine.dispose()
    runs: list[bool] = []

    def work(tx: Transaction) -> None:
        runs.append(True)
        tx.claims.take("kind", "key", "owner")

    store.transact(work)
    assert len(gone) >= 4
    assert len(runs) == 2
    assert store.read(lambda tx: tx.claims.owner("kind", "key")) == "owner"


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_connection_that_is_always_lost_is_no_conflict(store: Store) -> None:
    """Trouble of the database is told apart from a conflict that the work itself makes: it passes."""

    def work(tx: Transaction) -> None:
        tx.messages._connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreError) as caught:
        store.transact(work)
    assert not isinstance(caught.value, Conflict)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_log_of_a_burst_does_not_stay(store: Store) -> None:
    """The writer has SQLite cut its log back when it begins anew."""
    limit = store.transact(
        lambda tx: tx.messages._connection.exec_driver_sql("PRAGMA journal_size_limit").scalar_one()
    )
    assert 0 < limit <= 2**26


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the groups that the SQLite writer commits."""
    sizes: list[int] = []
    commit = _Writer._commit

    def counted(writer: _Writer, group: list[Any]) -> None:
        sizes.append(len(group))
        commit(writer, group)

    monkeypatch.setattr(_Writer, "_commit", counted)
    return sizes


def _queued_behind_a_stop(store: Store, works: list[Any]) -> list[Any]:
    """Queue works while the writer is held up, so that they make one group; give their futures."""
    assert isinstance(store, SqliteStore)
    assert store._writer is not None
    running, go_on = threading.Event(), threading.Event()

    def stop(_: Transaction) -> None:
        running.set()
        go_on.wait(10)

    first = store._writer.submit(stop)
    assert running.wait(10)
    futures = [store._writer.submit(work) for work in works]
    go_on.set()
    first.result(10)
    return futures


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_waiting_works_share_one_commit(groups: list[int], store: Store) -> None:
    """Works that wait together are committed together; one that fails undoes only itself."""
    works = [_insert("a"), _insert_and_fail, _insert("b"), _insert("a")]
    first, failing, second, again = _queued_behind_a_stop(store, works)
    assert groups == [1, 4]
    assert (first.result(10), second.result(10)) == (None, None)
    assert isinstance(failing.exception(10), RefusedError)
    assert isinstance(again.exception(10), Taken)
    kept = store.read(lambda tx: tx.messages.find_by_correlation("correlation-1"))
    assert sorted(one.request_id for one in kept) == ["a", "b"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sizes_of_groups_are_told(store: Store) -> None:
    """What was committed is counted by size, a failing work of a group too; what was not is left out."""

    def lose(tx: Transaction) -> None:
        tx.outbox._connection.connection.rollback()

    before = store.groups()
    assert before is not None
    for future in _queued_behind_a_stop(store, [*map(_insert, "abcde"), _insert_and_fail]):
        future.exception(10)
    for future in _queued_behind_a_stop(store, [lose, _insert("f")]):
        future.exception(10)
    after = store.groups()
    assert after is not None
    grown = [now - then for now, then in zip(after.commits, before.commits, strict=True)]
    assert dict(zip(BOUNDS, grown, strict=True)) == {1: 2, 2: 0, 4: 0, 8: 1, 16: 0, 32: 0, 64: 0}
    assert after.works - before.works == 8


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_postgresql_commits_each_work_by_itself(store: Store) -> None:
    """There is nothing to tell of groups."""
    store.transact(_insert("a"))
    assert store.groups() is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_failed_commit_is_told_to_the_whole_group(groups: list[int], store: Store) -> None:
    """When the commit itself fails nobody is told anything else, and nothing is kept."""

    def poison(tx: Transaction) -> None:
        run = tx.outbox._connection.exec_driver_sql
        run("PRAGMA defer_foreign_keys = ON")
        run("INSERT INTO delivery_bytes (delivery_id, request) VALUES ('none', x'00')")

    futures = _queued_behind_a_stop(store, [_insert("a"), poison, _insert_and_fail])
    assert groups == [1, 3]
    assert [type(future.exception(10)) for future in futures] == [StoreError] * 3
    assert store.read(lambda tx: tx.messages.find("MIS-1", "a")) is None
    store.transact(_insert("a"))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_transaction_gone_from_under_a_group(store: Store) -> None:
    """Should SQLite drop the transaction inside a work, neither its group nor it alone passes for done."""

    def lose(tx: Transaction) -> None:
        tx.outbox.add(delivery())
        tx.outbox._connection.connection.rollback()

    futures = _queued_behind_a_stop(store, [_insert("a"), lose, _insert("b")])
    assert [type(future.exception(10)) for future in futures] == [StoreError] * 3
    with pytest.raises(StoreError):
        store.transact(lose)
    assert store.read(lambda tx: tx.messages.find_by_correlation("correlation-1")) == ()
    store.transact(_insert("a"))


def test_closed_store_refuses(store: Store) -> None:
    """A closed store takes no more work, and closing it again is no error."""
    store.close()
    store.close()
    for begin in (lambda: store.transact(_insert("a")), lambda: store.read(lambda tx: tx.now()), store.now):
        with pytest.raises(StoreError, match="closed"):
            begin()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_closing_commits_what_is_queued(database: str, store: Store) -> None:
    """Works that were queued before the close are done, and only then is the file let go."""
    assert isinstance(store, SqliteStore)
    assert store._writer is not None
    running, go_on = threading.Event(), threading.Event()

    def stop(_: Transaction) -> None:
        running.set()
        go_on.wait(10)

    futures = [store._writer.submit(work) for work in (stop, *map(_insert, "abc"))]
    assert running.wait(10)
    with ThreadPoolExecutor(1) as other:
        closing = other.submit(store.close)
        go_on.set()
        closing.result(10)
    assert [future.result(0) for future in futures] == [None] * 4
    with open_store(database) as again:
        assert len(again.read(lambda tx: tx.messages.find_by_correlation("correlation-1"))) == 3
