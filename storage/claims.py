"""Claims: keys of which the domain says that only one owner may hold each."""

from collections.abc import Iterable

import sqlalchemy as sa

from storage.errors import Conflict
from storage.rows import Area, with_conflict
from storage.tables import claims

_ONE = (claims.c.kind == sa.bindparam("this_kind"), claims.c.key == sa.bindparam("this_key"))
_TAKE = with_conflict(
    lambda insert: (
        insert(claims)
        .on_conflict_do_nothing(index_elements=[claims.c.kind, claims.c.key])
        .returning(claims.c.owner)
    )
)
_OWNER = sa.select(claims.c.owner).where(*_ONE)
_RELEASE = sa.delete(claims).where(*_ONE, claims.c.owner == sa.bindparam("this_owner"))
_RELEASE_OWNED = sa.delete(claims).where(claims.c.owner == sa.bindparam("this_owner"))
_RELEASE_KINDS = _RELEASE_OWNED.where(claims.c.kind.in_(sa.bindparam("kinds", expanding=True)))


class Claims(Area):
    """Unique keys and their owners."""

    __slots__ = ()

    def take(self, kind: str, key: str, owner: str) -> str | None:
        """Take a key for an owner.

        Returns:
            None when it is the owner's now (or was already), else the present owner.
        """
        statement = _TAKE[self._connection.dialect.name]
        if self._run(statement, {"kind": kind, "key": key, "owner": owner}).first() is not None:
            return None
        present = self.owner(kind, key)
        if present is None:
            raise Conflict("a claim was released while it was being taken")
        return None if present == owner else present

    def owner(self, kind: str, key: str) -> str | None:
        """Give the present owner of a key."""
        owner: str | None = self._run(_OWNER, {"this_kind": kind, "this_key": key}).scalar()
        return owner

    def release(self, kind: str, key: str, owner: str) -> bool:
        """Give a key up; False when it was not this owner's."""
        keys = {"this_kind": kind, "this_key": key, "this_owner": owner}
        return self._connection.execute(_RELEASE, keys).rowcount == 1

    def release_owned(self, owner: str, kinds: Iterable[str] | None = None) -> int:
        """Give up all keys of an owner, or those of some kinds; returns how many."""
        if kinds is None:
            return self._connection.execute(_RELEASE_OWNED, {"this_owner": owner}).rowcount
        return self._connection.execute(_RELEASE_KINDS, {"this_owner": owner, "kinds": list(kinds)}).rowcount
