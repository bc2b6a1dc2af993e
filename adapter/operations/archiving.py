"""Archiving: the bytes of closed referrals go from the tables to files, and stay readable from there.

One referral at a time, each step safe to repeat and to be killed in:

1. copy: every file, message, delivery and the journal of the referral are written under their SHA-256, and
   read back from the disk;
2. manifest: what belongs together, written and read back likewise;
3. record: one transaction writes down what is in the archive, and the journal says so, if nothing moved;
4. release: each row gives its bytes up in a transaction of its own, after they were read back.

A kill between 1 and 4 leaves the bytes in both places; no order of kills leaves them in none.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from adapter.domain.retention import CLOSED
from adapter.domain.states import Party
from adapter.operations.archive_cases import Case, Ports, manifest_of, read_case, term_of_case
from adapter.operations.context import Context
from adapter.operations.moves import Origin, note
from storage import (
    MANIFESTS,
    OBJECTS,
    ArchiveEntry,
    ArchiveFolder,
    Damaged,
    DueReferral,
    NewArchiveEntry,
    NewManifest,
    OutOfReach,
    Transaction,
)

_log = logging.getLogger(__name__)

#: Row of the journal: the bytes of a referral are in the archive.
ARCHIVED = "ARCHIVED"
_FOLDER_CLAIM, _FOLDER_KEY = "archive-folder", "only"
_PAGE = 200
#: Empty pages of a SQLite file given back in one transaction: about a mebibyte.
_PAGES = 256
#: Bytes that the tables let go of in one transaction, or one object if it is larger.
_RELEASE_BYTES = 1 << 20
_UNFINISHED_LIFE = timedelta(days=1)


@dataclass(slots=True)
class Run:
    """What one run did; `bytes` of the objects of the referrals that it archived."""

    referrals: int = 0
    objects: int = 0
    bytes: int = 0
    released: int = 0
    skipped: int = 0
    pages: int = 0

    def add(self, other: Run) -> None:
        """Add what another run did."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def ports_of(context: Context, extra_years: int) -> Ports | None:
    """Return the ports of a node; None: it has no archive."""
    folder = context.store.archive
    if folder is None:
        return None
    zone = context.following.counting.zone
    return Ports(context.store, folder, context.clock, context.own.code, zone, extra_years)


def run(ports: Ports, hot: timedelta, batch: int) -> Run:
    """Archive what is due, finish what was begun, give space back.

    Args:
        ports: store and folder.
        hot: how long after its end a referral stays in the tables.
        batch: how many referrals are taken at most.

    Raises:
        OutOfReach: the folder cannot be written, or is not the archive of this store.
    """
    done, before = Run(), ports.clock() - hot
    if not _anything(ports, before):
        return done
    identity = claim_folder(ports)
    _release(ports, done, frozenset())
    for number in _due(ports, before):
        good = _archive(ports, identity, number, done)
        _release(ports, done, good)
        if done.referrals == batch:
            break
    ports.folder.sweep((ports.store.now() - _UNFINISHED_LIFE).timestamp())
    _give_back(ports, done)
    if done.referrals or done.released or done.skipped:
        _log.info("archive: %d referrals, %d bytes, %d skipped", done.referrals, done.bytes, done.skipped)
    return done


def claim_folder(ports: Ports) -> str:
    """Return which archive the folder is; begun where neither the store nor the folder knows of one.

    Raises:
        OutOfReach: the store has an archive, and this folder is not it: nothing is mounted there, perhaps.
    """
    here = ports.folder.identity()
    known = ports.store.read(lambda tx: tx.claims.owner(_FOLDER_CLAIM, _FOLDER_KEY))
    if known is None and not here:
        fresh = str(uuid.uuid4())
        holder = ports.store.transact(lambda tx: tx.claims.take(_FOLDER_CLAIM, _FOLDER_KEY, fresh))
        known = holder or fresh
    if known is not None and not here and not ports.store.read(lambda tx: tx.archive.list(1)):
        ports.folder.begin(known, ports.clock().isoformat())
        here = ports.folder.identity()
    if not here or here != known:
        raise OutOfReach("the archive folder is not that of this store: is it mounted?")
    return here


def _anything(ports: Ports, before: datetime) -> bool:
    """Tell whether there is something to do, before a folder is made or touched."""
    begun = ports.store.read(lambda tx: tx.archive.unreleased(1))
    return bool(begun) or next(_due(ports, before), None) is not None


def _due(ports: Ports, before: datetime) -> Iterator[str]:
    """Give the numbers of referrals that were closed before a time and have files in the tables."""
    after: DueReferral | None = None
    while True:
        page = ports.store.read(lambda tx: tx.archive.old_files(before, _PAGE, after))  # noqa: B023
        numbers = tuple(dict.fromkeys(one.referral_number for one in page))
        closed = ports.store.read(lambda tx: tx.archive.closed(numbers, CLOSED, before))  # noqa: B023
        yield from (number for number in numbers if number in closed)
        if len(page) < _PAGE:
            return
        after = page[-1]


def _archive(ports: Ports, identity: str, number: str, done: Run) -> frozenset[str]:
    """Archive one referral; returns the hashes that were read back from the disk."""
    case = ports.store.read(lambda tx: read_case(ports, tx, number))
    if case is None:
        return frozenset()
    try:
        for piece in case.pieces:
            _copy(ports.folder, OBJECTS, piece.sha256, piece.chunks)
        term = term_of_case(ports, case)
        now = ports.clock()
        manifest = manifest_of(case, term, identity, now)
        name = hashlib.sha256(manifest).hexdigest()
        _copy(ports.folder, MANIFESTS, name, lambda: iter((manifest,)))
    except Damaged as error:
        _log.error("archive: referral %s stays in the tables: %s", number, error)
        done.skipped += 1
        return frozenset()
    row = NewManifest(name, number, now, term.until, len(case.pieces), sum(one.size for one in case.pieces))
    if not ports.store.transact(partial(_record, ports, case, row)):
        done.skipped += 1
        return frozenset()
    done.referrals += 1
    done.objects += row.objects
    done.bytes += row.bytes
    return frozenset(one.sha256 for one in case.pieces)


def _copy(folder: ArchiveFolder, area: str, sha256: str, chunks: Callable[[], Iterator[bytes]]) -> None:
    """Write bytes and read them back.

    Raises:
        Damaged: what was read back is something else.
        OutOfReach: the folder cannot be used.
    """
    folder.put(area, sha256, chunks())
    if not folder.holds(area, sha256):
        raise Damaged("what was written is not what was read back")


def _record(ports: Ports, case: Case, manifest: NewManifest, tx: Transaction) -> bool:
    """Write down what is in the archive; False: the referral has moved since it was read."""
    number = case.referral.number
    current = tx.referrals.lock(number)
    if current is None or current.revision != case.referral.revision:
        return False
    if tx.documents.list(number) != case.documents:
        return False
    entries = [
        NewArchiveEntry(
            one.kind,
            one.key,
            one.sha256,
            one.size,
            manifest.sha256,
            number,
            manifest.archived_at,
            manifest.keep_until,
        )
        for one in {(piece.kind, piece.key): piece for piece in case.pieces}.values()
    ]
    tx.archive.record(manifest, entries, [one.id for one in case.documents])
    details = {
        "manifest": manifest.sha256,
        "objects": manifest.objects,
        "bytes": manifest.bytes,
        "keepUntil": manifest.keep_until.isoformat(),
    }
    note(tx, number, ARCHIVED, own_origin(ports, "archive run", details))
    return True


def _release(ports: Ports, done: Run, good: frozenset[str]) -> None:
    """Let the tables go of what is in the archive; what was not read back just now is read back first."""
    kept: set[tuple[str, str]] = set()
    while True:
        limit = _PAGE + len(kept)
        page = ports.store.read(lambda tx: tx.archive.unreleased(limit))  # noqa: B023 - read at once
        fresh = [one for one in page if (one.kind, one.key) not in kept]
        if not fresh:
            return
        whole = []
        for entry in fresh:
            if entry.sha256 in good or ports.folder.holds(OBJECTS, entry.sha256):
                whole.append(entry)
            else:
                _log.error("archive: %s is not in the folder, the tables keep it", entry.sha256)
                done.skipped += 1
        for some in _portions(whole):
            done.released += ports.store.transact(partial(_let_go, some, ports.clock()))
        kept |= {(one.kind, one.key) for one in fresh}


def _portions(entries: Sequence[ArchiveEntry]) -> Iterator[list[ArchiveEntry]]:
    """Give entries in portions that one short transaction can let go of."""
    some: list[ArchiveEntry] = []
    for entry in entries:
        if some and sum(one.size for one in some) + entry.size > _RELEASE_BYTES:
            yield some
            some = []
        some.append(entry)
    if some:
        yield some


def _let_go(entries: Sequence[ArchiveEntry], now: datetime, tx: Transaction) -> int:
    return sum(tx.archive.release(entry, now) for entry in entries)


def _give_back(ports: Ports, done: Run) -> None:
    """Give empty pages back to the disk, a little in each transaction."""
    while True:
        pages = ports.store.transact(lambda tx: tx.sizes.give_back(_PAGES))
        done.pages += pages
        if pages == 0:
            return


def own_origin(
    ports: Ports, operation: str, details: dict[str, Any], *, reason: str = "", person: str = ""
) -> Origin:
    """Return the origin of what the adapter or its operator does to the archive."""
    correlation, now = str(uuid.uuid4()), ports.clock()
    return Origin(
        Party.ADAPTER,
        ports.system,
        operation,
        correlation,
        now,
        person=person,
        reason=reason,
        details=details,
    )
