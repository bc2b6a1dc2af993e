"""Anchors: from time to time the heads of all changed chains are bound into one signed root."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.chain import GENESIS, Leaf, merkle_root
from storage.errors import Conflict
from storage.rows import Area, columns, values, with_conflict
from storage.tables import anchor_leaves, anchors, journal, journal_heads


@dataclass(frozen=True, slots=True)
class Anchor:
    """One anchor; ``root`` covers its leaves and ``previous_root``; ``signature`` is over the root's text."""

    number: int
    at: datetime
    previous_root: str
    root: str
    leaves: int
    signature: bytes


_SELECT = sa.select(*columns(anchors, Anchor))
_LAST = _SELECT.order_by(anchors.c.number.desc()).limit(1)
_LIST = (
    _SELECT.where(anchors.c.number > sa.bindparam("after"))
    .order_by(anchors.c.number)
    .limit(sa.bindparam("limit"))
)
_CHANGED = (
    sa.select(journal_heads.c.subject, journal_heads.c.count, journal_heads.c.head)
    .where(journal_heads.c.count > journal_heads.c.anchored_count)
    .order_by(journal_heads.c.subject)
    .with_for_update(skip_locked=True)
)
_ANCHORED = (
    sa.update(journal_heads)
    .where(journal_heads.c.subject == sa.bindparam("this_subject"))
    .values(anchored_count=sa.bindparam("this_count"))
)
_INSERT = with_conflict(
    lambda insert: (
        insert(anchors).on_conflict_do_nothing(index_elements=[anchors.c.number]).returning(anchors.c.number)
    )
)
_INSERT_LEAF = sa.insert(anchor_leaves)
_LEAVES = sa.select(anchor_leaves.c.subject, anchor_leaves.c.count, anchor_leaves.c.head).where(
    anchor_leaves.c.anchor_number == sa.bindparam("anchor_number")
)
_LOOSE_LEAF = (
    sa.select(anchor_leaves.c.subject)
    .select_from(
        anchor_leaves.outerjoin(
            journal,
            sa.and_(journal.c.subject == anchor_leaves.c.subject, journal.c.number == anchor_leaves.c.count),
        )
    )
    .where(
        anchor_leaves.c.anchor_number == sa.bindparam("anchor_number"),
        sa.or_(journal.c.hash.is_(None), journal.c.hash != anchor_leaves.c.head),
    )
    .limit(1)
)


class Anchors(Area):
    """Signed roots over the journal."""

    __slots__ = ()

    def append(self, at: datetime, sign: Callable[[str], bytes]) -> Anchor | None:
        """Bind every chain that grew since it was last anchored.

        Chains that another transaction is writing to at this moment are left for the next anchor.

        Args:
            at: time of the anchor.
            sign: makes the signature over the root (64 hex digits); called inside the transaction.

        Returns:
            The anchor, or None when nothing changed.

        Raises:
            Conflict: another process anchored at the same time.
        """
        leaves = [Leaf(*row) for row in self._connection.execute(_CHANGED)]
        if not leaves:
            return None
        last = self.last()
        number, previous_root = (1, GENESIS) if last is None else (last.number + 1, last.root)
        root = merkle_root(previous_root, leaves)
        anchor = Anchor(number, at, previous_root, root, len(leaves), sign(root))
        statement = _INSERT[self._connection.dialect.name]
        if self._connection.execute(statement, values(anchor)).first() is None:
            raise Conflict("two processes anchored at once")
        self._connection.execute(_INSERT_LEAF, [{"anchor_number": number, **values(leaf)} for leaf in leaves])
        self._connection.execute(
            _ANCHORED, [{"this_subject": leaf.subject, "this_count": leaf.count} for leaf in leaves]
        )
        return anchor

    def last(self) -> Anchor | None:
        """Give the newest anchor."""
        row = self._connection.execute(_LAST).first()
        return None if row is None else Anchor(*row)

    def list(self, after: int = 0, limit: int = 100) -> tuple[Anchor, ...]:
        """Give anchors in order, beginning behind number ``after``."""
        return tuple(
            Anchor(*row) for row in self._connection.execute(_LIST, {"after": after, "limit": limit})
        )

    def leaves(self, number: int) -> tuple[Leaf, ...]:
        """Give the chain heads that an anchor bound."""
        rows = self._connection.execute(_LEAVES, {"anchor_number": number})
        return tuple(sorted((Leaf(*row) for row in rows), key=lambda leaf: leaf.subject))

    def verify(self, check: Callable[[str, bytes], bool]) -> int | None:
        """Recompute every root and compare every leaf with the journal row that it names.

        Args:
            check: says whether a signature over a root is good.

        Returns:
            The number of the first anchor that is missing, changed, badly signed, or binds a row that the
            journal no longer has; None when all is good.
        """
        number, previous_root = 0, GENESIS
        page = self.list()
        while page:
            for anchor in page:
                number += 1
                if not self._good(anchor, number, previous_root) or not check(anchor.root, anchor.signature):
                    return number
                previous_root = anchor.root
            page = self.list(after=number)
        return None

    def _good(self, anchor: Anchor, number: int, previous_root: str) -> bool:
        if (anchor.number, anchor.previous_root) != (number, previous_root):
            return False
        leaves = self.leaves(number)
        if len(leaves) != anchor.leaves or anchor.root != merkle_root(previous_root, leaves):
            return False
        return self._connection.execute(_LOOSE_LEAF, {"anchor_number": number}).first() is None
