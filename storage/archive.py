"""What is in the archive: manifests of referrals, entries of bytes, and which rows they let go of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.archive_tables import archive_entries, archive_manifests
from storage.outbox import DEAD, LEASED, PENDING, UNKNOWN
from storage.rows import Area, columns, values, with_conflict, written
from storage.tables import content_parts, delivery_bytes, documents, messages, outbox, referrals

#: Kinds of entries: content of documents by its hash; what came with a message; what went with a delivery.
CONTENT, MESSAGE, REQUEST, RESPONSE = "content", "message", "request", "response"
#: Kinds that only tell of a referral, the proof: the tables keep theirs, and these are never destroyed.
JOURNAL, ANSWER = "journal", "answer"


@dataclass(frozen=True, slots=True)
class DueReferral:
    """A referral with a file that is not archived; the other fields say where a page ended."""

    referral_number: str
    created_at: datetime
    document_id: str


@dataclass(frozen=True, slots=True)
class NewManifest:
    """What was archived of one referral at one time; ``bytes`` of all its objects."""

    sha256: str
    referral_number: str
    archived_at: datetime
    keep_until: date
    objects: int
    bytes: int


@dataclass(frozen=True, slots=True)
class NewArchiveEntry:
    """Bytes in the archive, and the row that held them: ``key`` by ``kind``."""

    kind: str
    key: str
    sha256: str
    size: int
    manifest: str
    referral_number: str
    archived_at: datetime
    keep_until: date


@dataclass(frozen=True, slots=True)
class ArchiveEntry(NewArchiveEntry):
    """An entry as it stands; times are when the tables let go, and when the bytes were destroyed."""

    released_at: datetime | None = None
    destroyed_at: datetime | None = None
    act: str | None = None


_e, _m, _d = archive_entries.c, archive_manifests.c, documents.c
_ENTRY = sa.select(*columns(archive_entries, ArchiveEntry))
_MANIFEST = sa.select(*columns(archive_manifests, NewManifest))
_OPEN_DELIVERY = sa.exists().where(
    outbox.c.referral_number == referrals.c.number,
    outbox.c.state.in_(written(PENDING, LEASED, UNKNOWN, DEAD)),
)
# Two steps, not a join: a planner without statistics would begin with all referrals ever closed.
_OLD = (
    sa.select(_d.referral_number, _d.created_at, _d.id)
    .where(
        _d.manifest.is_(None),
        _d.parent_id.is_(None),
        _d.created_at < sa.bindparam("before", type_=_d.created_at.type),
        sa.tuple_(_d.created_at, _d.id)
        > sa.tuple_(sa.bindparam("after_at", type_=_d.created_at.type), sa.bindparam("after_id")),
    )
    .order_by(_d.created_at, _d.id)
    .limit(sa.bindparam("limit"))
)
_CLOSED = sa.select(referrals.c.number).where(
    referrals.c.number.in_(sa.bindparam("numbers", expanding=True)),
    referrals.c.state.in_(sa.bindparam("states", expanding=True)),
    referrals.c.state_since < sa.bindparam("before", type_=referrals.c.state_since.type),
    ~_OPEN_DELIVERY,
)
_BYTES = (
    sa.select(delivery_bytes.c.delivery_id)
    .join(outbox, outbox.c.id == delivery_bytes.c.delivery_id)
    .where(outbox.c.referral_number == sa.bindparam("number"))
    .order_by(delivery_bytes.c.delivery_id)
)
_RAW = (
    sa.select(messages.c.id)
    .where(messages.c.referral_number == sa.bindparam("number"), messages.c.raw.is_not(None))
    .order_by(messages.c.received_at, messages.c.id)
)
_INSERT_MANIFEST = sa.insert(archive_manifests)


def _kept(insert: Any) -> Any:
    """Build the statement that records bytes; of two terms of the same bytes the longer counts."""
    statement = insert(archive_entries)
    new = statement.excluded
    later = sa.case((new.keep_until > _e.keep_until, new.keep_until), else_=_e.keep_until)
    return statement.on_conflict_do_update(
        index_elements=[_e.kind, _e.key],
        set_={
            "manifest": new.manifest,
            "referral_number": new.referral_number,
            "archived_at": new.archived_at,
            "keep_until": later,
            "released_at": None,
            "destroyed_at": None,
            "act": None,
        },
    )


_RECORD = with_conflict(_kept)
_MARK = (
    sa.update(documents)
    .where(_d.id.in_(sa.bindparam("ids", expanding=True)))
    .values(manifest=sa.bindparam("this_manifest"))
)
_UNARCHIVED = sa.exists().where(_d.sha256 == _e.key, _d.manifest.is_(None))
_UNRELEASED = (
    _ENTRY.where(_e.released_at.is_(None), sa.or_(_e.kind != CONTENT, ~_UNARCHIVED))
    .order_by(_e.archived_at, _e.kind, _e.key)
    .limit(sa.bindparam("limit"))
)
_RELEASED = (
    sa.update(archive_entries)
    .where(
        _e.kind == sa.bindparam("this_kind"),
        _e.key == sa.bindparam("this_key"),
        _e.sha256 == sa.bindparam("this_hash"),
        _e.released_at.is_(None),
        sa.or_(_e.kind != CONTENT, ~_UNARCHIVED),
    )
    .values(released_at=sa.bindparam("now"))
)
_LET_GO = {
    CONTENT: sa.delete(content_parts).where(content_parts.c.sha256 == sa.bindparam("key")),
    MESSAGE: sa.update(messages).where(messages.c.id == sa.bindparam("key")).values(raw=sa.null()),
    REQUEST: sa.delete(delivery_bytes).where(delivery_bytes.c.delivery_id == sa.bindparam("key")),
}
_OF_REFERRAL = _ENTRY.where(_e.referral_number == sa.bindparam("number")).order_by(_e.kind, _e.key)
_BY_HASH = _ENTRY.where(_e.sha256 == sa.bindparam("sha256")).order_by(_e.kind, _e.key)
_MANIFESTS_OF = _MANIFEST.where(_m.referral_number == sa.bindparam("number")).order_by(
    _m.archived_at, _m.sha256
)
_LIST = (
    _MANIFEST.where(
        sa.tuple_(_m.archived_at, _m.sha256)
        > sa.tuple_(sa.bindparam("after_at", type_=_m.archived_at.type), sa.bindparam("after_sha"))
    )
    .order_by(_m.archived_at, _m.sha256)
    .limit(sa.bindparam("limit"))
)
_PROOF = (JOURNAL, ANSWER)
_OVER = sa.and_(
    _e.kind.not_in(_PROOF),
    _e.destroyed_at.is_(None),
    _e.keep_until < sa.bindparam("day", type_=_e.keep_until.type),
)
_other = archive_entries.alias("other")
# The same bytes may be kept for somebody else, or longer: then they stay.
_WANTED = sa.or_(
    sa.exists().where(
        _other.c.sha256 == _e.sha256,
        _other.c.destroyed_at.is_(None),
        sa.or_(
            _other.c.keep_until >= sa.bindparam("day", type_=_e.keep_until.type),
            _other.c.released_at.is_(None),
            _other.c.kind.in_(_PROOF),
        ),
    ),
    sa.exists().where(_d.sha256 == _e.sha256, _d.manifest.is_(None)),
)
_EXPIRED = (
    sa.select(_e.keep_until, _e.sha256)
    .where(
        _OVER,
        ~_WANTED,
        sa.tuple_(_e.keep_until, _e.sha256)
        > sa.tuple_(sa.bindparam("after_day", type_=_e.keep_until.type), sa.bindparam("after")),
    )
    .order_by(_e.keep_until, _e.sha256)
    .limit(sa.bindparam("limit"))
)
_IS_EXPIRED = sa.select(_e.sha256).where(_e.sha256 == sa.bindparam("sha256"), _OVER, ~_WANTED)
_OWNERS = sa.union(
    sa.select(_e.referral_number).where(_e.sha256 == sa.bindparam("sha256")),
    sa.select(_d.referral_number).where(_d.sha256 == sa.bindparam("sha256")),
).order_by("referral_number")
_DESTROY = (
    sa.update(archive_entries)
    .where(_e.sha256 == sa.bindparam("this_hash"), _OVER, ~_WANTED)
    .values(destroyed_at=sa.bindparam("now"), act=sa.bindparam("this_act"))
)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Archive(Area):
    """The rows of the archive; its bytes are in `storage.archive_folder`."""

    __slots__ = ()

    def old_files(
        self, before: datetime, limit: int, after: DueReferral | None = None
    ) -> tuple[DueReferral, ...]:
        """Give files from before a time that are not archived, oldest first, beginning behind one.

        One row for each file: a referral may come several times, and need not be closed.
        """
        keys = {
            "before": before,
            "limit": limit,
            "after_at": after.created_at if after else _EPOCH,
            "after_id": after.document_id if after else "",
        }
        return tuple(DueReferral(*row) for row in self._connection.execute(_OLD, keys))

    def closed(self, numbers: Sequence[str], states: Sequence[str], before: datetime) -> frozenset[str]:
        """Give those referrals that have been in one of the states since before a time.

        One with a delivery that is not done is left out.
        """
        keys = {"numbers": list(numbers), "states": list(states), "before": before}
        return frozenset(self._connection.execute(_CLOSED, keys).scalars())

    def raw_messages(self, number: str) -> tuple[str, ...]:
        """Give the ids of the messages of a referral whose bytes are still here."""
        return tuple(self._connection.execute(_RAW, {"number": number}).scalars())

    def deliveries_with_bytes(self, number: str) -> tuple[str, ...]:
        """Give the ids of the deliveries of a referral whose bytes are still here."""
        return tuple(self._connection.execute(_BYTES, {"number": number}).scalars())

    def record(
        self, manifest: NewManifest, entries: Sequence[NewArchiveEntry], document_ids: Collection[str]
    ) -> None:
        """Write down that bytes are in the archive; the rows that hold them are let go of by `release`."""
        self._connection.execute(_INSERT_MANIFEST, values(manifest))
        ordered = sorted(entries, key=lambda one: (one.kind, one.key))
        self._connection.execute(_RECORD[self._connection.dialect.name], [values(one) for one in ordered])
        self._connection.execute(_MARK, {"ids": list(document_ids), "this_manifest": manifest.sha256})

    def unreleased(self, limit: int) -> tuple[ArchiveEntry, ...]:
        """Give entries whose rows still hold the bytes, and may let go; the oldest first."""
        return tuple(ArchiveEntry(*row) for row in self._connection.execute(_UNRELEASED, {"limit": limit}))

    def release(self, entry: ArchiveEntry, now: datetime) -> bool:
        """Let the tables go of bytes that are in the archive; False: needed here, or gone already."""
        keys = {"this_kind": entry.kind, "this_key": entry.key, "this_hash": entry.sha256, "now": now}
        if self._connection.execute(_RELEASED, keys).rowcount != 1:
            return False
        if entry.kind in _LET_GO:
            self._connection.execute(_LET_GO[entry.kind], {"key": entry.key})
        return True

    def of_referral(self, number: str) -> tuple[ArchiveEntry, ...]:
        """Give the entries that were last archived with a referral."""
        return tuple(ArchiveEntry(*row) for row in self._connection.execute(_OF_REFERRAL, {"number": number}))

    def by_hash(self, sha256: str) -> tuple[ArchiveEntry, ...]:
        """Give the entries of the same bytes."""
        return tuple(ArchiveEntry(*row) for row in self._connection.execute(_BY_HASH, {"sha256": sha256}))

    def manifests_of(self, number: str) -> tuple[NewManifest, ...]:
        """Give the manifests of a referral, oldest first."""
        return tuple(NewManifest(*row) for row in self._connection.execute(_MANIFESTS_OF, {"number": number}))

    def list(self, limit: int, after: NewManifest | None = None) -> tuple[NewManifest, ...]:
        """Give manifests in the order they were made, beginning behind one."""
        keys = {
            "limit": limit,
            "after_at": after.archived_at if after else _EPOCH,
            "after_sha": after.sha256 if after else "",
        }
        return tuple(NewManifest(*row) for row in self._connection.execute(_LIST, keys))

    def expired(
        self, day: date, limit: int, after: tuple[date, str] | None = None
    ) -> tuple[tuple[date, str], ...]:
        """Give bytes whose every term was over before a day: the last day of the term, and the hash.

        In order, beginning behind one; the same hash may come twice in a page.
        """
        after_day, after_hash = after or (_EPOCH.date(), "")
        keys = {"day": day, "limit": limit, "after_day": after_day, "after": after_hash}
        return tuple((until, sha256) for until, sha256 in self._connection.execute(_EXPIRED, keys))

    def is_expired(self, sha256: str, day: date) -> bool:
        """Tell whether every term of some bytes was over before a day, and nobody else needs them."""
        return self._connection.execute(_IS_EXPIRED, {"sha256": sha256, "day": day}).first() is not None

    def owners(self, sha256: str) -> tuple[str, ...]:
        """Give the numbers of the referrals that bytes belong to."""
        return tuple(self._connection.execute(_OWNERS, {"sha256": sha256}).scalars())

    def destroy(self, sha256: str, act: str, day: date, now: datetime) -> bool:
        """Write down that bytes are destroyed by an act; False: somebody still needs them, or unknown."""
        keys = {"this_hash": sha256, "this_act": act, "day": day, "now": now}
        return self._connection.execute(_DESTROY, keys).rowcount > 0
