"""Archiving under faults: no kill, no race and no damage loses a byte of a referral."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from adapter.operations import archive_cases, archiving
from storage import OBJECTS, NewDocument, Store, Transaction
from storage.tables import content_parts
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.test_archive import content, folder_of, rows_with_bytes, run
from tests.integration.storage.samples import delivery, entry, message, referral

T = TypeVar("T")


class Killed(BaseException):
    """The power goes out: nothing that catches exceptions may catch this one."""


@dataclass
class Fuse:
    """Counts boundaries and blows at one of them."""

    at: int
    passed: int = 0

    def __call__(self) -> None:
        """Pass a boundary."""
        self.passed += 1
        if self.passed == self.at:
            raise Killed

    def around(self, work: Callable[..., T]) -> Callable[..., T]:
        """Return a work with a boundary before and behind it."""

        def fused(*arguments: Any, **named: Any) -> T:
            self()
            result = work(*arguments, **named)
            self()
            return result

        return fused


class FusedStore:
    """The store of a process that dies before or after one of its transactions."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store = store
        self.transact = fuse.around(store.transact)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def closed_referral(gateway: Gateway, number: str) -> dict[str, bytes]:
    """Put a referral into the store that was closed long ago; return what has to be kept, by its hash."""
    long_ago = gateway.clock() - timedelta(days=400)
    kept = {name: f"{number} {name}".encode() for name in ("one", "two", "raw", "request", "response")}

    def put(tx: Transaction) -> None:
        made = referral(number, state="COMPLETED", state_since=long_ago, received_at=long_ago)
        tx.referrals.insert(made)
        for name in ("one", "two"):
            tx.documents.add(NewDocument(number, 1, "SEMD", name, "text/xml", long_ago, kept[name]))
        tx.messages.insert(
            message(request_id=number, referral_number=number, raw=kept["raw"], received_at=long_ago)
        )
        tx.outbox.add(delivery(referral_number=number, version_number=1, not_before=tx.now()))
        (claimed,) = tx.outbox.claim("w", (), 1, 60)
        tx.outbox.store_request(claimed.id, claimed.fence, str(uuid.uuid4()), kept["request"])
        tx.outbox.finish(claimed.id, claimed.fence, response=kept["response"])
        tx.journal.append(number, entry())

    gateway.runtime.store.transact(put)
    return {hashlib.sha256(one).hexdigest(): one for one in kept.values()}


def lost(gateway: Gateway, number: str, kept: dict[str, bytes]) -> list[str]:
    """Return what is neither in the tables nor, whole, in the archive; documents must be readable as ever."""

    def look(tx: Transaction) -> set[str]:
        found = {tx.documents.read(one.id, 0, one.size) for one in tx.documents.list(number)}
        found |= {tx.messages.raw(one.id) or b"" for one in tx.messages.list_by_referral(number)}
        for one in tx.outbox.list(referral_number=number):
            found |= {tx.outbox.request(one.id) or b"", tx.outbox.response(one.id) or b""}
        return {hashlib.sha256(one).hexdigest() for one in found}

    here = gateway.runtime.store.read(look)
    folder = folder_of(gateway)
    return [name for name in kept if name not in here and not folder.holds(OBJECTS, name)]


def test_a_kill_at_any_boundary_leaves_both_copies_never_none(
    gateway: Gateway, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Around every write to disk, rename and commit: nothing is lost, and the next run ends the work.

    Each of them with ``ARCHIVE_KILL_STEP=1``; by default every third, and fewer on PostgreSQL, since the
    folder does not know the database.
    """
    store = gateway.runtime.store
    step = int(os.environ.get("ARCHIVE_KILL_STEP", "3" if backend == "sqlite" else "11"))
    for at in range(1, 400, step):
        number = f"20250101-AAAAA-{at:05}"
        kept = closed_referral(gateway, number)
        fuse = Fuse(at)
        fused: Any = FusedStore(store, fuse)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", fuse.around(os.fsync))
            patched.setattr(Path, "rename", fuse.around(Path.rename))
            try:
                run(gateway, fused)
                killed = False
            except Killed:
                killed = True
        assert lost(gateway, number, kept) == []
        run(gateway)
        assert store.read(lambda tx: tx.archive.unreleased(1)) == ()
        assert lost(gateway, number, kept) == []
        assert store.read(lambda tx: tx.journal.verify(number)) is None  # noqa: B023
        if not killed:
            break
    assert at > 60
    assert set(rows_with_bytes(gateway).values()) == {0}


@ON_SQLITE
def test_a_referral_that_moved_meanwhile_stays_in_the_tables(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that comes between reading and recording is in the manifest of the next run."""
    number = "20250101-AAAAA-00000"
    closed_referral(gateway, number)
    late = NewDocument(
        number, 1, "LATE_RESULT", "late", "text/xml", gateway.clock() - timedelta(days=300), b"late"
    )
    wrapped = archive_cases.manifest_of

    def interrupted(*given: Any) -> bytes:
        if not gateway.runtime.store.read(lambda tx: tx.documents.get(late.id)):
            gateway.runtime.store.transact(lambda tx: tx.documents.add(late))
        return wrapped(*given)

    monkeypatch.setattr(archiving, "manifest_of", interrupted)
    first = run(gateway)
    assert (first.referrals, first.skipped) == (0, 1)
    second = run(gateway)
    assert (second.referrals, second.skipped) == (1, 0)
    assert gateway.runtime.store.read(lambda tx: tx.documents.read(late.id, 0, 4)) == b"late"


def test_bytes_that_an_open_referral_shares_stay_hot(gateway: Gateway) -> None:
    """Equal contents are archived with the closed referral and stay in the tables for the open one."""
    closed_referral(gateway, "20250101-AAAAA-00001")
    store = gateway.runtime.store
    shared = b"20250101-AAAAA-00001 one"
    mine = NewDocument("20250101-AAAAA-00002", 1, "SEMD", "mine", "text/xml", gateway.clock(), shared)

    def put(tx: Transaction) -> None:
        tx.referrals.insert(referral("20250101-AAAAA-00002", state="IN_WORK", state_since=gateway.clock()))
        tx.documents.add(mine)

    store.transact(put)
    run(gateway)
    assert rows_with_bytes(gateway)["contents"] == 1
    folder = folder_of(gateway).path
    folder.rename(folder.with_name("away"))
    assert (
        content(store, next(iter(store.read(lambda tx: tx.documents.list(mine.referral_number))))) == shared
    )


@ON_SQLITE
def test_damaged_bytes_are_kept_where_they_are(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """A content that is not what its hash says is not archived, blocks nobody, and is told of."""
    closed_referral(gateway, "20250101-AAAAA-00001")
    closed_referral(gateway, "20250101-AAAAA-00002")
    engine = sa.create_engine(gateway.runtime.config.store.url, poolclass=sa.NullPool)
    bad = hashlib.sha256(b"20250101-AAAAA-00001 one").hexdigest()
    with engine.begin() as connection:
        wrong = sa.update(content_parts).where(content_parts.c.sha256 == bad).values(content=b"x" * 24)
        connection.execute(wrong)
    engine.dispose()
    done = run(gateway)
    assert (done.referrals, done.skipped) == (1, 1)
    assert "20250101-AAAAA-00001 stays in the tables" in caplog.text
