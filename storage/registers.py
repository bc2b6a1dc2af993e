"""Local registers: whole versions of rows, one of each kind in use; what a row says is not known here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.errors import Conflict
from storage.register_tables import register_parts, register_versions, registers_in_use
from storage.rows import Area, columns, new_id, values, with_conflict

#: Rows of a version that stand together in one row of the database.
ROWS_OF_PART = 500


@dataclass(frozen=True, slots=True)
class RegisterVersion:
    """One imported version of a register.

    Attributes:
        kind: which register.
        number: counts the versions of the register from 1.
        imported_at: when, by the clock of the database.
        sha256: of the file that was imported.
        content_hash: of the rows; equal rows have an equal one, whatever file they came in.
        row_count: how many rows it has.
    """

    id: str
    kind: str
    number: int
    imported_at: datetime
    sha256: str
    content_hash: str
    row_count: int


@dataclass(frozen=True, slots=True)
class RegisterInUse:
    """Which version of a register is in use; the revision grows with every activation."""

    kind: str
    version_id: str
    revision: int
    activated_at: datetime


_COLUMNS = columns(register_versions, RegisterVersion)
_LIST = sa.select(*_COLUMNS).order_by(register_versions.c.kind, register_versions.c.number)
_LIST_KIND = _LIST.where(register_versions.c.kind == sa.bindparam("this_kind"))
_GET = sa.select(*_COLUMNS).where(register_versions.c.id == sa.bindparam("this_id"))
_FIND = sa.select(*_COLUMNS).where(
    register_versions.c.kind == sa.bindparam("this_kind"),
    register_versions.c.number == sa.bindparam("this_number"),
)
_LAST = sa.select(sa.func.max(register_versions.c.number)).where(
    register_versions.c.kind == sa.bindparam("this_kind")
)
_PARTS = (
    sa.select(register_parts.c.content)
    .where(register_parts.c.version_id == sa.bindparam("this_id"))
    .order_by(register_parts.c.part_number)
)
_IN_USE = sa.select(*columns(registers_in_use, RegisterInUse)).order_by(registers_in_use.c.kind)
_FORGET_PARTS = sa.delete(register_parts).where(register_parts.c.version_id == sa.bindparam("this_id"))
_FORGET = sa.delete(register_versions).where(register_versions.c.id == sa.bindparam("this_id"))
_ADD = with_conflict(
    lambda insert: (
        insert(register_versions)
        .on_conflict_do_nothing(index_elements=[register_versions.c.kind, register_versions.c.number])
        .returning(register_versions.c.id)
    )
)
_USE = with_conflict(
    lambda insert: (
        insert(registers_in_use)
        .on_conflict_do_update(
            index_elements=[registers_in_use.c.kind],
            set_={
                "version_id": insert(registers_in_use).excluded.version_id,
                "activated_at": insert(registers_in_use).excluded.activated_at,
                "revision": registers_in_use.c.revision + 1,
            },
        )
        .returning(registers_in_use.c.revision)
    )
)


class Registers(Area):
    """Versions of the local registers."""

    __slots__ = ()

    def add(self, kind: str, rows: Iterable[str], *, sha256: str, content_hash: str) -> RegisterVersion:
        """Keep a new version whole; it is not in use yet.

        Args:
            kind: which register.
            rows: each row as one line of text.
            sha256: of the file.
            content_hash: of the rows.

        Raises:
            Conflict: another version got the number meanwhile; the store runs the work again.
        """
        lines = list(rows)
        number = (self._connection.execute(_LAST, {"this_kind": kind}).scalar() or 0) + 1
        version = RegisterVersion(
            new_id(), kind, number, self._now(), sha256, content_hash, row_count=len(lines)
        )
        inserted = self._connection.execute(_ADD[self._connection.dialect.name], values(version))
        if inserted.first() is None:
            raise Conflict("another version of the register got the number")
        parts = [
            {"version_id": version.id, "part_number": at, "content": "\n".join(lines[start:end])}
            for at, start, end in _slices(len(lines))
        ]
        if parts:
            self._connection.execute(sa.insert(register_parts), parts)
        return version

    def use(self, version: RegisterVersion) -> int:
        """Put a version in the place of the one in use; returns the new revision of the register."""
        row = {"kind": version.kind, "version_id": version.id, "revision": 1, "activated_at": self._now()}
        revision: int = self._connection.execute(_USE[self._connection.dialect.name], row).scalar_one()
        return revision

    def in_use(self) -> dict[str, RegisterInUse]:
        """Say which version of each register is in use."""
        return {row.kind: RegisterInUse(*row) for row in self._connection.execute(_IN_USE)}

    def get(self, version_id: str) -> RegisterVersion | None:
        """Find a version by its id."""
        row = self._connection.execute(_GET, {"this_id": version_id}).first()
        return RegisterVersion(*row) if row else None

    def find(self, kind: str, number: int) -> RegisterVersion | None:
        """Find a version by its number."""
        row = self._connection.execute(_FIND, {"this_kind": kind, "this_number": number}).first()
        return RegisterVersion(*row) if row else None

    def versions(self, kind: str = "") -> tuple[RegisterVersion, ...]:
        """List the versions of one register, or of all, the oldest first."""
        found = self._connection.execute(_LIST_KIND, {"this_kind": kind}) if kind else None
        return tuple(RegisterVersion(*row) for row in found or self._connection.execute(_LIST))

    def rows(self, version_id: str) -> Iterator[str]:
        """Give the rows of a version in their order, one part in memory at a time."""
        for (content,) in self._connection.execute(_PARTS, {"this_id": version_id}):
            yield from content.split("\n")

    def forget(self, version_id: str) -> None:
        """Drop a version that is not in use; one in use is held by a foreign key."""
        self._connection.execute(_FORGET_PARTS, {"this_id": version_id})
        self._connection.execute(_FORGET, {"this_id": version_id})


def _slices(count: int) -> Iterator[tuple[int, int, int]]:
    for at, start in enumerate(range(0, count, ROWS_OF_PART)):
        yield at, start, start + ROWS_OF_PART
