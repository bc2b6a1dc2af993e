"""Records of what came on paper, and the order between them and the electronic referrals of a citizen."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import sqlalchemy as sa

from storage import PaperRecord, Referral, Store, Transaction
from tests.integration.storage.samples import referral

CITIZEN, OTHER = "0a" * 32, "0b" * 32
RECORD = PaperRecord(
    kind="EXAMINATION",
    organization_oid="1.2.3",
    organization_ogrn="",
    bureau_oid="1.2.4",
    citizen_hash=CITIZEN,
    source="RegisterPaperExamination",
    sender="BURO01001",
    recorded_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    duplicate_hash="dd",
    protocol_date=date(2026, 2, 1),
    examination_date=date(2026, 2, 20),
    act_number="1",
    purposes=("1", "5"),
)


def test_a_record_comes_back_as_it_was(store: Store) -> None:
    """A record is found by its id and by its citizen, in its own contour only."""
    paper = replace(RECORD, id="paper", kind="REFERRAL", received_at=RECORD.recorded_at, test=True)
    store.transact(lambda tx: tx.paper.add(RECORD, paper))
    assert store.read(lambda tx: tx.paper.get("paper")) == paper
    assert store.read(lambda tx: tx.paper.get("nothing")) is None
    for test, wanted in ((False, RECORD), (True, paper)):
        assert store.read(lambda tx: tx.paper.of_citizens([CITIZEN, OTHER], test=test)) == (wanted,)  # noqa: B023
    assert store.read(lambda tx: tx.paper.of_citizens([OTHER], test=False)) == ()


def test_who_holds_a_citizen_sees_what_was_kept_before(store: Store, database: str) -> None:
    """Paper that comes while an electronic referral of its citizen is being kept waits for it and sees it."""
    shared = threading.Event()

    def electronic(tx: Transaction) -> None:
        tx.paper.share([CITIZEN, OTHER])
        shared.set()
        if database.startswith("postgresql"):
            _until_somebody_waits(database)
        tx.referrals.insert(referral(citizen_hash=CITIZEN))

    def paper(tx: Transaction) -> tuple[Referral, ...]:
        tx.paper.hold([OTHER, CITIZEN])
        tx.paper.add(RECORD)
        return tx.referrals.of_citizen_in(CITIZEN, ("ACCEPTED",), test=False, limit=5)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(store.transact, electronic)
        assert shared.wait(10)
        second = threads.submit(store.transact, paper)
        first.result(30)
        assert [one.number for one in second.result(30)] == ["2026-000001"]


def test_electronic_referrals_of_a_citizen_do_not_wait_for_each_other(store: Store, database: str) -> None:
    """Two may share a citizen at once; on SQLite one of them writes anyway, in its turn."""
    if database.startswith("sqlite"):
        store.transact(lambda tx: tx.paper.share([CITIZEN]))
        store.transact(lambda tx: tx.paper.share([CITIZEN]))
        return
    both = threading.Barrier(2)

    def electronic(tx: Transaction) -> int:
        tx.paper.share([CITIZEN])
        return both.wait(10)

    with ThreadPoolExecutor(2) as threads:
        works = [threads.submit(store.transact, electronic) for _ in range(2)]
        assert sorted(one.result(30) for one in works) == [0, 1]


def test_active_referrals_of_a_citizen(store: Store) -> None:
    """Of a citizen those in the wanted states and contour are given, the newest first, and no more."""
    rows = [
        referral("2026-000001", citizen_hash=CITIZEN),
        referral("2026-000002", citizen_hash=CITIZEN, state="OVER"),
        referral("2026-000003", citizen_hash=CITIZEN, test=True),
        referral("2026-000004", citizen_hash=CITIZEN),
        referral("2026-000005", citizen_hash=OTHER),
    ]
    store.transact(lambda tx: [tx.referrals.insert(one) for one in rows])

    def found(limit: int) -> list[str]:
        wanted = store.read(
            lambda tx: tx.referrals.of_citizen_in(CITIZEN, ("ACCEPTED",), test=False, limit=limit)
        )
        return [one.number for one in wanted]

    assert found(5) == ["2026-000004", "2026-000001"]
    assert found(1) == ["2026-000004"]


def _until_somebody_waits(database: str) -> None:
    engine = sa.create_engine(database, isolation_level="AUTOCOMMIT")
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    query += " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    with engine.connect() as connection:
        while not connection.exec_driver_sql(query).scalar():
            pass
    engine.dispose()
