"""Code lists (НСИ): versions of lists and what is in them."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from storage.dictionary_tables import dictionaries, dictionary_contents, dictionary_revision
from storage.rows import Area, columns, values, with_conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class DictionaryVersion:
    """One version of a list.

    Attributes:
        content_hash: SHA-256, hex, of what the version says; the same content has the same hash.
        published_on: day of publication by the passport.
        source: name of the file, without its folder.
        active_from: first day on which codes are looked up in it; None: not active.
        closed_on: last day on which it may be used; None: not closed.
        activated_at: when that was decided; between equal days the later decision holds.
    """

    oid: str
    version: str
    name: str
    content_hash: str
    row_count: int
    published_on: date | None = None
    imported_at: datetime
    source: str
    active_from: date | None = None
    closed_on: date | None = None
    activated_at: datetime | None = None


_VERSION = sa.select(*columns(dictionaries, DictionaryVersion))
_ALL = _VERSION.order_by(dictionaries.c.oid, dictionaries.c.version)
_OF_OID = _ALL.where(dictionaries.c.oid == sa.bindparam("this_oid"))
_THIS = (
    dictionaries.c.oid == sa.bindparam("this_oid"),
    dictionaries.c.version == sa.bindparam("this_version"),
)
_CONTENT = sa.select(dictionary_contents.c.content).where(
    dictionary_contents.c.oid == sa.bindparam("this_oid"),
    dictionary_contents.c.version == sa.bindparam("this_version"),
)
_REVISION = sa.select(dictionary_revision.c.number)
_BUMP = with_conflict(
    lambda insert: (
        insert(dictionary_revision)
        .values(id=1, number=1)
        .on_conflict_do_update(
            index_elements=[dictionary_revision.c.id], set_={"number": dictionary_revision.c.number + 1}
        )
    )
)


class Dictionaries(Area):
    """Versions of code lists. Every change moves the revision, which is how other processes notice it."""

    __slots__ = ()

    def revision(self) -> int:
        """Give the number of the last change; 0 when there was none."""
        return self._connection.execute(_REVISION).scalar() or 0

    def versions(self, oid: str | None = None) -> tuple[DictionaryVersion, ...]:
        """Give the versions of a list, or of all lists, in the order of OID and version as texts."""
        if oid is None:
            found = self._connection.execute(_ALL)
        else:
            found = self._connection.execute(_OF_OID, {"this_oid": oid})
        return tuple(DictionaryVersion(**row._mapping) for row in found)  # noqa: SLF001 (the public name)

    def get(self, oid: str, version: str) -> DictionaryVersion | None:
        """Give one version."""
        row = self._connection.execute(_VERSION.where(*_THIS), _key(oid, version)).first()
        return None if row is None else DictionaryVersion(**row._mapping)  # noqa: SLF001 (the public name)

    def content(self, oid: str, version: str) -> bytes | None:
        """Give what a version holds, as it was inserted."""
        found: bytes | None = self._connection.execute(_CONTENT, _key(oid, version)).scalar()
        return found

    def insert(self, version: DictionaryVersion, content: bytes) -> None:
        """Add a version; one of the same number is dropped first."""
        self.hold()
        self._connection.execute(sa.delete(dictionaries).where(*_THIS), _key(version.oid, version.version))
        self._connection.execute(sa.insert(dictionaries), values(version))
        self._connection.execute(
            sa.insert(dictionary_contents),
            {"oid": version.oid, "version": version.version, "content": content},
        )

    def set_days(
        self,
        oid: str,
        version: str,
        *,
        active_from: date | None,
        closed_on: date | None,
        activated_at: datetime,
    ) -> bool:
        """Write the days of a version; False when there is no such version."""
        self.hold()
        days = {"active_from": active_from, "closed_on": closed_on, "activated_at": activated_at}
        written = self._connection.execute(
            sa.update(dictionaries).where(*_THIS).values(**days), _key(oid, version)
        )
        return written.rowcount == 1

    def hold(self) -> None:
        """Make whoever else changes lists wait until this transaction ends, and move the revision."""
        self._connection.execute(_BUMP[self._connection.dialect.name])


def _key(oid: str, version: str) -> dict[str, str]:
    return {"this_oid": oid, "this_version": version}
