"""Uploads: files that come in parts before the request that names them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa

from storage.documents import PART_SIZE
from storage.errors import StoreError, Taken
from storage.rows import Area, with_conflict
from storage.tables import upload_parts, uploads


@dataclass(frozen=True, slots=True)
class Upload:
    """What has come of an upload; ``parts`` are (offset, size) in bytes, in order of offset."""

    owner: str
    upload_id: str
    total: int
    sha256: str
    touched_at: datetime
    parts: tuple[tuple[int, int], ...]

    @property
    def complete(self) -> bool:
        """Whether the parts follow each other from 0 to the total without gap or overlap."""
        ends = [(0, 0), *self.parts, (self.total, 0)]
        return all(offset + size == following for (offset, size), (following, _) in pairwise(ends))


_THIS_UPLOAD = (uploads.c.owner == sa.bindparam("owner"), uploads.c.upload_id == sa.bindparam("upload_id"))
_THESE_PARTS = (
    upload_parts.c.owner == sa.bindparam("owner"),
    upload_parts.c.upload_id == sa.bindparam("upload_id"),
)
_OPEN = with_conflict(
    lambda insert: (
        insert(uploads)
        .on_conflict_do_update(
            index_elements=[uploads.c.owner, uploads.c.upload_id],
            set_={"touched_at": insert(uploads).excluded.touched_at},
        )
        .returning(uploads.c.total, uploads.c.sha256)
    )
)
_PUT = with_conflict(
    lambda insert: (
        insert(upload_parts)
        .on_conflict_do_nothing(
            index_elements=[upload_parts.c.owner, upload_parts.c.upload_id, upload_parts.c.part_offset]
        )
        .returning(upload_parts.c.part_offset)
    )
)
_UPLOAD = sa.select(uploads.c.total, uploads.c.sha256, uploads.c.touched_at).where(*_THIS_UPLOAD)
_SIZES = (
    sa.select(upload_parts.c.part_offset, upload_parts.c.size)
    .where(*_THESE_PARTS)
    .order_by(upload_parts.c.part_offset)
)
_PART = sa.select(upload_parts.c.content).where(
    *_THESE_PARTS, upload_parts.c.part_offset == sa.bindparam("part_offset")
)
_BETWEEN = (
    sa.select(upload_parts.c.part_offset, upload_parts.c.content)
    .where(
        *_THESE_PARTS,
        upload_parts.c.part_offset < sa.bindparam("end"),
        upload_parts.c.part_offset + upload_parts.c.size > sa.bindparam("begin"),
    )
    .order_by(upload_parts.c.part_offset)
)
_FORGET = sa.delete(uploads).where(*_THIS_UPLOAD)
_EXPIRE = sa.delete(uploads).where(uploads.c.touched_at < sa.bindparam("before"))


class Uploads(Area):
    """Files that come in parts. Ids belong to their owner: two owners may use the same id."""

    __slots__ = ()

    def begin(self, owner: str, upload_id: str, *, total: int, sha256: str) -> Upload:
        """Begin an upload or go on with it, and say what has come of it; nobody else writes to it meanwhile.

        Raises:
            Taken: it was begun with another total or hash.
        """
        self._open(owner, upload_id, total, sha256)
        found = self.received(owner, upload_id)
        if found is None:
            raise StoreError("an upload was lost while it was held")
        return found

    def put_part(
        self, owner: str, upload_id: str, *, offset: int, content: bytes, total: int, sha256: str
    ) -> bool:
        """Keep one part; the same part again is accepted silently.

        Args:
            owner: the sender.
            upload_id: chosen by the sender.
            offset: of the first byte in the file.
            content: the bytes, at most `PART_SIZE`.
            total: size of the whole file in bytes.
            sha256: of the whole file.

        Returns:
            False when this part was there already.

        Raises:
            Taken: the upload was begun with another total or hash, or the offset holds other bytes.
            StoreError: the part is too large.
        """
        if len(content) > PART_SIZE:
            raise StoreError("a part is larger than the store keeps")
        self._open(owner, upload_id, total, sha256)
        keys = {"owner": owner, "upload_id": upload_id}
        part = {**keys, "part_offset": offset, "size": len(content), "content": content}
        if self._connection.execute(_PUT[self._connection.dialect.name], part).first() is not None:
            return True
        if self._content(owner, upload_id, offset) != content:
            raise Taken("uploads.part", upload_id)
        return False

    def received(self, owner: str, upload_id: str) -> Upload | None:
        """Say what has come of an upload so far."""
        keys = {"owner": owner, "upload_id": upload_id}
        row = self._connection.execute(_UPLOAD, keys).first()
        if row is None:
            return None
        parts = tuple((offset, size) for offset, size in self._connection.execute(_SIZES, keys))
        return Upload(owner, upload_id, row.total, row.sha256, row.touched_at, parts)

    def read(self, owner: str, upload_id: str, begin: int, end: int) -> bytes:
        """Give what is there of the bytes from ``begin`` up to and without ``end``, joined."""
        bounds = {"owner": owner, "upload_id": upload_id, "begin": begin, "end": end}
        rows = self._connection.execute(_BETWEEN, bounds)
        return b"".join(content[max(0, begin - start) : max(0, end - start)] for start, content in rows)

    def contents(self, owner: str, upload_id: str) -> Iterator[bytes]:
        """Give the parts one by one in order of offset, one part in memory at a time."""
        keys = {"owner": owner, "upload_id": upload_id}
        for offset, _ in self._connection.execute(_SIZES, keys).all():
            yield self._content(owner, upload_id, offset)

    def digest(self, owner: str, upload_id: str) -> str:
        """Give the SHA-256 (hex) over the parts in order, without holding the whole file."""
        whole = hashlib.sha256()
        for part in self.contents(owner, upload_id):
            whole.update(part)
        return whole.hexdigest()

    def forget(self, owner: str, upload_id: str) -> bool:
        """Drop an upload with its parts; False when it was unknown."""
        return self._connection.execute(_FORGET, {"owner": owner, "upload_id": upload_id}).rowcount == 1

    def expire(self, before: datetime) -> int:
        """Drop uploads whose last part came before a time (clock of the database); returns how many."""
        return self._connection.execute(_EXPIRE, {"before": before}).rowcount

    def _open(self, owner: str, upload_id: str, total: int, sha256: str) -> None:
        """Begin or touch an upload; its row is ours until the transaction ends."""
        head = {
            "owner": owner,
            "upload_id": upload_id,
            "total": total,
            "sha256": sha256,
            "touched_at": self._now(),
        }
        if tuple(self._connection.execute(_OPEN[self._connection.dialect.name], head).one()) != (
            total,
            sha256,
        ):
            raise Taken("uploads.upload", upload_id)

    def _content(self, owner: str, upload_id: str, offset: int) -> bytes:
        keys = {"owner": owner, "upload_id": upload_id, "part_offset": offset}
        content: bytes = self._connection.execute(_PART, keys).scalar_one()
        return content
