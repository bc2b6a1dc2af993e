"""The queries that run all the time find their rows by an index, on both databases."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage import CountedCohort, Store, Transaction, open_store, rows
from tests.databases import BACKENDS, Postgres, TurnedClock
from tests.integration.storage.samples import NOW

_MONTH = CountedCohort(NOW.date(), NOW.date(), NOW, only={}, among={}, cut={})
_ONE = replace(_MONTH, only={"organization_oid": "1.2.3"})


def _outcomes(tx: Transaction, cohort: CountedCohort) -> object:
    return tx.counting.by_outcome(cohort, unsettled="CHECKING", late=NOW, buckets=())


_QUERIES: dict[str, Callable[[Transaction], Any]] = {
    "ix_outbox_claimable": lambda tx: tx.outbox.claim("w", ["sick"], 10, 60),
    "ix_outbox_waiting": lambda tx: tx.outbox.due_partners(["registerDocument"]),
    "ix_outbox_leased": lambda tx: tx.outbox.in_flight(),
    "ix_outbox_open": lambda tx: tx.outbox.counts(),
    "uq_outbox_message_key": lambda tx: tx.outbox.find_by_message_id("m"),
    "ix_outbox_referral_number": lambda tx: tx.outbox.list(referral_number="R-1"),
    "ix_mailbox_waiting": lambda tx: tx.mailbox.fetch("B", ["referral"], 10, 60, NOW),
    "ix_mailbox_referral_number": lambda tx: tx.mailbox.list("R-1"),
    "uq_messages_sender_request_id": lambda tx: tx.messages.find("MIS-1", "request-1"),
    "ix_messages_correlation_id": lambda tx: tx.messages.find_by_correlation("c"),
    "ix_messages_raw": lambda tx: tx.messages.forget_raw(NOW),
    "ix_referrals_deadline_at": lambda tx: tx.referrals.due(NOW, 10),
    "ix_referrals_state_number": lambda tx: tx.referrals.list_by_state(("ACCEPTED",), 10),
    "ix_referrals_document_id": lambda tx: tx.referrals.find_by_document("d"),
    "ix_referrals_document_set_id": lambda tx: tx.referrals.find_by_document_set("s"),
    "ix_referrals_remd_id": lambda tx: tx.referrals.find_by_remd_id("1"),
    "ix_referrals_registration_number": lambda tx: tx.referrals.find_by_registration_number("1"),
    "ix_referrals_citizen_hash": lambda tx: tx.referrals.find_by_citizen("c"),
    "ix_referrals_citizen_hash_number": lambda tx: tx.referrals.of_citizen_in(
        "c", ("ACCEPTED",), test=False, limit=5
    ),
    "ix_paper_records_citizen_hash": lambda tx: tx.paper.of_citizens(["0c", "0d"], test=False),
    "ix_documents_document_key": lambda tx: tx.documents.find_by_local_uid("d"),
    "ix_documents_referral_number_version_number": lambda tx: tx.documents.list("R-1", 1),
    "ix_journal_correlation_id": lambda tx: tx.journal.find_by_correlation("c"),
    "ix_journal_heads_unanchored": lambda tx: tx.anchors.append(NOW, str.encode),
    "ix_journal_heads_uncounted": lambda tx: tx.counting.grown(10),
    "ix_paper_records_kind_examination_date": lambda tx: tx.counting.paper(
        NOW.date(), NOW.date(), NOW, NOW + timedelta(days=1)
    ),
    "ix_attempts_started_at": lambda tx: tx.counting.exchanges(NOW, NOW),
    "ix_counted_referrals_received_day": lambda tx: _outcomes(tx, _MONTH),
    "ix_counted_referrals_organization_oid_received_day": lambda tx: _outcomes(tx, _ONE),
    "ix_claims_owner": lambda tx: tx.claims.release_owned("R-1"),
    "ix_uploads_touched_at": lambda tx: tx.uploads.expire(NOW),
    "ix_deadlines_until_at": lambda tx: tx.deadlines.ended(NOW, ("MO_REWORK",), 10),
    "ix_deadlines_next_at": lambda tx: tx.deadlines.to_tell(NOW, 10),
    "ix_held_events_subject": lambda tx: tx.held_events.list("m"),
    "ix_documents_unarchived": lambda tx: tx.archive.old_files(NOW, 10),
    "ix_archive_entries_unreleased": lambda tx: tx.archive.unreleased(10),
    "ix_archive_entries_keep_until": lambda tx: tx.archive.expired(NOW.date(), 10),
    "ix_archive_entries_sha256": lambda tx: tx.archive.by_hash("aa"),
    "ix_archive_entries_referral_number": lambda tx: tx.archive.of_referral("R-1"),
    "ix_archive_manifests_archived_at": lambda tx: tx.archive.list(10),
    "ix_archive_manifests_referral_number": lambda tx: tx.archive.manifests_of("R-1"),
}


@pytest.fixture(scope="module", params=BACKENDS)
def untouched(request: pytest.FixtureRequest, sqlite_template: Path) -> Iterator[Store]:
    """A store that never held a row: what the planner knows of it does not depend on other tests."""
    if request.param == "sqlite":
        with open_store(f"sqlite:///{sqlite_template}", clock=TurnedClock()) as store:
            yield store
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    name, url = server.create(server.migrated_template())
    with open_store(url, clock=TurnedClock()) as store:
        yield store
    server.drop(name)


def _plan(store: Store, query: Callable[[Transaction], Any]) -> str:
    """Run a query of ours with EXPLAIN before each statement; give what the planner said."""
    lines: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        plan = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return f"{plan} {statement}", parameters

    def keep(_connection: Any, cursor: Any, *_: Any) -> None:
        lines.extend(str(row[-1]) for row in cursor.fetchall())

    def work(tx: Transaction) -> None:
        connection = tx.outbox._connection
        if connection.dialect.name == "postgresql":
            # Empty tables are cheaper to scan; here it matters only whether the index can serve.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        sa.event.listen(connection, "before_cursor_execute", explain, retval=True)
        sa.event.listen(connection, "after_cursor_execute", keep)
        try:
            # Statements that go straight to the driver are the same ones.
            with patch.object(rows, "run", Connection.execute):
                query(tx)
        finally:
            sa.event.remove(connection, "before_cursor_execute", explain)
            sa.event.remove(connection, "after_cursor_execute", keep)

    store.transact(work)
    return "\n".join(lines)


@pytest.mark.parametrize("index", _QUERIES)
def test_query_uses_its_index(untouched: Store, index: str) -> None:
    """The plan names the index that was made for the query."""
    plan = _plan(untouched, _QUERIES[index])
    automatic = f"sqlite_autoindex_{index.split('_')[1]}_2"  # how SQLite names a unique constraint
    assert index in plan or automatic in plan, plan
