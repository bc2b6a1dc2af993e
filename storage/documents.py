"""Files of referrals: metadata in one table, content in parts in another."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.rows import Area, columns, new_id
from storage.tables import document_parts, documents, upload_parts

PART_SIZE = 1 << 20
"""The largest part of a file that is kept in one row, in bytes."""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file to keep. An empty ``sha256`` is computed (hex, lower case). ``role`` is opaque."""

    referral_number: str
    version_number: int
    role: str
    name: str
    media_type: str
    created_at: datetime
    content: bytes = field(repr=False)
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
    sa.select(document_parts.c.part_offset, document_parts.c.content)
    .where(
        document_parts.c.document_id == sa.bindparam("id"),
        document_parts.c.part_offset > sa.bindparam("after"),
        document_parts.c.part_offset < sa.bindparam("end"),
    )
    .order_by(document_parts.c.part_offset)
)
_INSERT = sa.insert(documents)
_INSERT_PART = sa.insert(document_parts)
_MOVE_PARTS = sa.insert(document_parts).from_select(
    ["document_id", "part_offset", "content"],
    sa.select(
        sa.bindparam("document_id", type_=sa.Text), upload_parts.c.part_offset, upload_parts.c.content
    ).where(
        upload_parts.c.owner == sa.bindparam("owner"), upload_parts.c.upload_id == sa.bindparam("upload_id")
    ),
)
_UPLOADED = sa.select(sa.func.coalesce(sa.func.sum(upload_parts.c.size), 0)).where(
    upload_parts.c.owner == sa.bindparam("owner"), upload_parts.c.upload_id == sa.bindparam("upload_id")
)


def _parts(document_id: str, content: bytes) -> Iterator[dict[str, Any]]:
    for offset in range(0, len(content), PART_SIZE):
        part = content if len(content) <= PART_SIZE else content[offset : offset + PART_SIZE]
        yield {"document_id": document_id, "part_offset": offset, "content": part}


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
    """Files of referrals."""

    __slots__ = ()

    def add(self, *new: NewDocument) -> None:
        """Keep files with their content, all in two statements."""
        rows = [
            _row(one, len(one.content), one.sha256 or hashlib.sha256(one.content).hexdigest()) for one in new
        ]
        parts = [part for one in new for part in _parts(one.id, one.content)]
        if rows:
            self._connection.execute(_INSERT, rows)
        if parts:
            self._connection.execute(_INSERT_PART, parts)

    def add_uploaded(self, document: NewDocument, owner: str, upload_id: str) -> None:
        """Keep a file whose content is an upload, without reading it into memory.

        The ``content`` of the document is ignored and its ``sha256`` is the caller's word; the upload
        itself stays until it is forgotten.
        """
        keys = {"owner": owner, "upload_id": upload_id}
        size = int(self._connection.execute(_UPLOADED, keys).scalar_one())
        self._connection.execute(_INSERT, _row(document, size, document.sha256))
        self._connection.execute(_MOVE_PARTS, {**keys, "document_id": document.id})

    def get(self, document_id: str) -> Document | None:
        """Find a file by our own id."""
        row = self._connection.execute(_BY_ID, {"id": document_id}).first()
        return None if row is None else Document(*row)

    def read(self, document_id: str, offset: int, length: int) -> bytes:
        """Give up to ``length`` bytes from ``offset``; fewer at the end, none beyond it or when unknown."""
        if offset < 0 or length < 1:
            return b""
        bounds = {"id": document_id, "after": offset - PART_SIZE, "end": offset + length}
        rows = self._connection.execute(_PARTS, bounds)
        return b"".join(
            content[max(0, offset - start) : max(0, offset + length - start)] for start, content in rows
        )

    def list(self, referral_number: str, version: int | None = None) -> tuple[Document, ...]:
        """Give the files of a referral, or of one version of it, oldest first."""
        if version is None:
            rows = self._connection.execute(_BY_REFERRAL, {"referral_number": referral_number})
        else:
            keys = {"referral_number": referral_number, "version_number": version}
            rows = self._connection.execute(_BY_VERSION, keys)
        return tuple(Document(*row) for row in rows)

    def find_by_local_uid(self, uid: str) -> tuple[Document, ...]:
        """Give the files of a document id, compared without regard to case, newest first."""
        return tuple(Document(*row) for row in self._connection.execute(_BY_KEY, {"key": uid.lower()}))
