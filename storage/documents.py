"""Files of referrals: metadata in one table, content by its hash in another, so that equal bytes lie once."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.archive_folder import ArchiveFolder
from storage.archive_tables import archive_entries
from storage.errors import Destroyed, OutOfReach
from storage.rows import Area, Clock, columns, new_id, with_conflict
from storage.tables import content_parts, documents

#: Our advisory lock on PostgreSQL that stands for the contents of files.
_CONTENTS = 4_885_609
PART_SIZE = 1 << 20
"""The largest part of a file that is kept in one row, in bytes."""

#: Bytes of contents that are given to the database at once.
_PORTION = PART_SIZE


class Pieces(Protocol):
    """A content that is too large to be in memory at once."""

    @property
    def size(self) -> int:
        """How many bytes."""

    @property
    def sha256(self) -> str:
        """Their SHA-256, hex, lower case."""

    def pieces(self, length: int) -> Iterator[bytes]:
        """Give the bytes in pieces of one length but for the last; asked again, from the beginning."""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file to keep. An empty ``sha256`` is computed (hex, lower case). ``role`` is opaque."""

    referral_number: str
    version_number: int
    role: str
    name: str
    media_type: str
    created_at: datetime
    content: bytes | Pieces = field(repr=False)
    document_kind: str | None = None
    document_id: str | None = None
    parent_id: str | None = None
    sha256: str = ""
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a stored file; ``size`` in bytes."""

    id: str
    referral_number: str
    version_number: int
    role: str
    parent_id: str | None
    document_kind: str | None
    document_id: str | None
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime


_SELECT = sa.select(*columns(documents, Document))
_BY_ID = _SELECT.where(documents.c.id == sa.bindparam("id"))
_BY_KEY = _SELECT.where(documents.c.document_key == sa.bindparam("key")).order_by(
    documents.c.created_at.desc(), documents.c.id.desc()
)
_BY_REFERRAL = _SELECT.where(documents.c.referral_number == sa.bindparam("referral_number")).order_by(
    documents.c.version_number, documents.c.created_at, documents.c.id
)
_BY_VERSION = _BY_REFERRAL.where(documents.c.version_number == sa.bindparam("version_number"))
_PARTS = (
    sa.select(content_parts.c.part_offset, content_parts.c.content)
    .where(
        content_parts.c.sha256
        == sa.select(documents.c.sha256).where(documents.c.id == sa.bindparam("id")).scalar_subquery(),
        content_parts.c.part_offset > sa.bindparam("after"),
        content_parts.c.part_offset < sa.bindparam("end"),
    )
    .order_by(content_parts.c.part_offset)
)
_OF_SOME = (
    sa.select(documents.c.id, content_parts.c.content)
    .join(content_parts, content_parts.c.sha256 == documents.c.sha256)
    .where(documents.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(documents.c.id, content_parts.c.part_offset)
)
_ARCHIVED = (
    sa.select(documents.c.sha256, documents.c.size, archive_entries.c.act)
    .select_from(
        documents.outerjoin(
            archive_entries,
            sa.and_(archive_entries.c.kind == "content", archive_entries.c.key == documents.c.sha256),
        )
    )
    .add_columns(archive_entries.c.key.is_not(None).label("archived"), archive_entries.c.destroyed_at)
    .where(documents.c.id == sa.bindparam("id"))
)
_KNOWN = sa.select(content_parts.c.sha256).where(
    content_parts.c.sha256.in_(sa.bindparam("wanted", expanding=True)), content_parts.c.part_offset == 0
)
_INSERT = sa.insert(documents)
# Two transactions may bring the same bytes at once; the second waits for the first and adds nothing.
_INSERT_PART = with_conflict(
    lambda insert: insert(content_parts).on_conflict_do_nothing(
        index_elements=[content_parts.c.sha256, content_parts.c.part_offset]
    )
)
_BY_IDS = documents.c.id.in_(sa.bindparam("ids", expanding=True))
_HASHES = sa.select(documents.c.sha256).where(_BY_IDS).distinct()
_ERASE = sa.delete(documents).where(_BY_IDS)
_FORGET_CONTENTS = sa.delete(content_parts).where(
    content_parts.c.sha256.in_(sa.bindparam("hashes", expanding=True)),
    sa.not_(sa.exists().where(documents.c.sha256 == content_parts.c.sha256)),
)
_SHARE = sa.text("SELECT pg_advisory_xact_lock_shared(:area)")
_HOLD = sa.text("SELECT pg_advisory_xact_lock(:area)")


def _parts(sha256: str, content: bytes | Pieces) -> Iterator[dict[str, Any]]:
    """Give the rows of a content, cut in the same places by all: two that keep it at once keep it once."""
    pieces = _cut(content) if isinstance(content, bytes) else content.pieces(PART_SIZE)
    for number, piece in enumerate(pieces):
        yield {"sha256": sha256, "part_offset": number * PART_SIZE, "content": piece}


def _cut(content: bytes) -> Iterator[bytes]:
    for offset in range(0, len(content), PART_SIZE):
        yield content if len(content) <= PART_SIZE else content[offset : offset + PART_SIZE]


def _portions(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Give rows in portions that may be in memory at once."""
    portion: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += len(row["content"])
        if size >= _PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _size(content: bytes | Pieces) -> int:
    return len(content) if isinstance(content, bytes) else content.size


def _digest(document: NewDocument) -> str:
    if document.sha256:
        return document.sha256
    content = document.content
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.sha256


def _row(document: NewDocument, size: int, sha256: str) -> dict[str, Any]:
    return {
        "id": document.id,
        "referral_number": document.referral_number,
        "version_number": document.version_number,
        "role": document.role,
        "parent_id": document.parent_id,
        "document_kind": document.document_kind,
        "document_id": document.document_id,
        "document_key": None if document.document_id is None else document.document_id.lower(),
        "name": document.name,
        "media_type": document.media_type,
        "size": size,
        "sha256": sha256,
        "created_at": document.created_at,
    }


class Documents(Area):
    """Files of referrals.

    Who keeps files shares the contents, who erases files holds them: what is found here already stays until
    the files that name it are committed. On SQLite only one transaction writes anyway.

    The content of a closed referral may lie in the archive folder: it is read from there by the same call.
    """

    __slots__ = ("_archive",)

    def __init__(self, connection: Connection, now: Clock, archive: ArchiveFolder | None = None) -> None:
        super().__init__(connection, now)
        self._archive = archive

    def add(self, *new: NewDocument) -> None:
        """Keep files with their content; bytes that are here already are not kept again.

        Args:
            *new: the files; a ``sha256`` that is given must be that of the content.
        """
        named = [(_digest(one), one) for one in new]
        contents = {name: one.content for name, one in named}
        rows = [_row(one, _size(one.content), name) for name, one in named]
        if not rows:
            return
        self._lock(_SHARE)
        self._run_all(_INSERT, rows)
        known = {name for (name,) in self._run(_KNOWN, {"wanted": list(contents)})}
        # In one order for all, so that two transactions never wait for each other.
        parts = (part for name in sorted(contents.keys() - known) for part in _parts(name, contents[name]))
        for portion in _portions(parts):
            self._run_all(_INSERT_PART[self._connection.dialect.name], portion)

    def erase(self, *document_ids: str) -> int:
        """Drop files; the bytes of each go when no other file has the same. Returns how many files went."""
        wanted = {"ids": list(document_ids)}
        self._lock(_HOLD)
        hashes = list(self._connection.execute(_HASHES, wanted).scalars())
        erased = self._connection.execute(_ERASE, wanted).rowcount
        if hashes:
            self._connection.execute(_FORGET_CONTENTS, {"hashes": hashes})
        return erased

    def _lock(self, statement: sa.TextClause) -> None:
        if self._connection.dialect.name == "postgresql":
            self._run(statement, {"area": _CONTENTS})

    def get(self, document_id: str) -> Document | None:
        """Find a file by our own id."""
        row = self._connection.execute(_BY_ID, {"id": document_id}).first()
        return None if row is None else Document(*row)

    def read(self, document_id: str, offset: int, length: int) -> bytes:
        """Give up to ``length`` bytes from ``offset``; fewer at the end, none beyond it or when unknown.

        Raises:
            OutOfReach: the content lies in the archive folder, which cannot be read now.
            Destroyed: the content was destroyed by an act after its term.
        """
        if offset < 0 or length < 1:
            return b""
        bounds = {"id": document_id, "after": offset - PART_SIZE, "end": offset + length}
        rows = self._run(_PARTS, bounds)
        found = b"".join(
            content[max(0, offset - start) : max(0, offset + length - start)] for start, content in rows
        )
        return found if len(found) == length else self._whole(document_id, offset, length, found)

    def _whole(self, document_id: str, offset: int, length: int, found: bytes) -> bytes:
        """Give a slice of which the tables have less than was asked for: right only at the end of a file."""
        row = self._connection.execute(_ARCHIVED, {"id": document_id}).first()
        if row is None or len(found) == max(0, min(length, row.size - offset)):
            return found
        if row.destroyed_at is not None:
            raise Destroyed(row.act or "")
        if self._archive is None or not row.archived:
            raise OutOfReach("the content of a document is not in the tables and no archive folder has it")
        content = self._archive.read(row.sha256, offset, min(length, row.size - offset))
        if len(content) != min(length, row.size - offset):
            raise OutOfReach("a file of the archive is shorter than its document")
        return content

    def contents(self, files: Collection[Document]) -> dict[str, bytes]:
        """Give the whole contents of some files by their ids, read at once; raises as `read`."""
        found: dict[str, list[bytes]] = {one.id: [] for one in files}
        for document_id, part in self._run(_OF_SOME, {"ids": list(found)}) if found else ():
            found[document_id].append(part)
        whole = {document_id: b"".join(parts) for document_id, parts in found.items()}
        return {
            one.id: whole[one.id] if len(whole[one.id]) == one.size else self.read(one.id, 0, one.size)
            for one in files
        }

    def list(self, referral_number: str, version: int | None = None) -> tuple[Document, ...]:
        """Give the files of a referral, or of one version of it, oldest first."""
        if version is None:
            rows = self._run(_BY_REFERRAL, {"referral_number": referral_number})
        else:
            keys = {"referral_number": referral_number, "version_number": version}
            rows = self._run(_BY_VERSION, keys)
        return tuple(Document(*row) for row in rows)

    def find_by_local_uid(self, uid: str) -> tuple[Document, ...]:
        """Give the files of a document id, compared without regard to case, newest first."""
        return tuple(Document(*row) for row in self._connection.execute(_BY_KEY, {"key": uid.lower()}))
