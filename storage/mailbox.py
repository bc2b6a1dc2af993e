"""The mailbox: descriptors that partners fetch; handed out again until they are acknowledged."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.rows import Area, new_id, written
from storage.tables import mailbox
from storage.types import JsonObject

WAITING = "waiting"
ACKNOWLEDGED = "acknowledged"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Item:
    """A descriptor in the mailbox of ``owner``.

    ``handed_out`` counts the times it was fetched. ``repeated`` is set on the answer to an acknowledgement
    that changed nothing (acknowledged before, or withdrawn meanwhile: see ``state``).
    """

    id: str
    owner: str
    kind: str
    referral_number: str | None
    sort_key: str
    payload: JsonObject
    created_at: datetime
    state: str
    visible_at: datetime
    handed_out: int
    acknowledged_at: datetime | None
    repeated: bool = False

    @property
    def token(self) -> str:
        """What acknowledges this hand-out; tokens of earlier hand-outs do so too."""
        return f"{self.id}.{self.handed_out}"


@dataclass(frozen=True, slots=True)
class MailCount:
    """How many descriptors of a kind wait for their owner, since when, and how many were fetched before."""

    owner: str
    kind: str
    count: int
    oldest: datetime
    handed_out: int


_ROW = [column for column in mailbox.columns if column.name in Item.__slots__]
(_STILL_WAITING,) = written(WAITING)
_NOW = sa.bindparam("now", type_=mailbox.c.created_at.type)
_CHOSEN = (
    sa.select(mailbox.c.id)
    .where(
        mailbox.c.owner == sa.bindparam("this_owner"),
        mailbox.c.kind.in_(sa.bindparam("kinds", expanding=True)),
        mailbox.c.state == _STILL_WAITING,
        mailbox.c.visible_at <= _NOW,
    )
    .order_by(mailbox.c.sort_key, mailbox.c.created_at, mailbox.c.id)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("chosen")
)
_FETCH = (
    sa.update(mailbox)
    .where(mailbox.c.id.in_(sa.select(_CHOSEN.c.id)))
    .values(visible_at=sa.bindparam("until"), handed_out=mailbox.c.handed_out + 1)
    .returning(*_ROW)
)
_MINE = (mailbox.c.id == sa.bindparam("this_id"), mailbox.c.owner == sa.bindparam("this_owner"))
_ACKNOWLEDGE = (
    sa.update(mailbox)
    .where(*_MINE, mailbox.c.state == WAITING, mailbox.c.handed_out >= sa.bindparam("hand_out"))
    .values(state=ACKNOWLEDGED, acknowledged_at=_NOW)
    .returning(*_ROW)
)
_ONE = sa.select(*_ROW).where(*_MINE, mailbox.c.handed_out >= sa.bindparam("hand_out"))
_WITHDRAW = (
    sa.update(mailbox)
    .where(
        mailbox.c.owner == sa.bindparam("this_owner"),
        mailbox.c.referral_number == sa.bindparam("this_referral"),
        mailbox.c.state == WAITING,
    )
    .values(state=WITHDRAWN)
)
_WITHDRAW_KINDS = _WITHDRAW.where(mailbox.c.kind.in_(sa.bindparam("kinds", expanding=True)))
_WAITING = sa.select(sa.func.count()).where(
    mailbox.c.owner == sa.bindparam("this_owner"), mailbox.c.state == _STILL_WAITING
)
_COUNTS = (
    sa.select(
        mailbox.c.owner,
        mailbox.c.kind,
        sa.func.count(),
        sa.func.min(mailbox.c.created_at),
        sa.func.sum(sa.case((mailbox.c.handed_out > 0, 1), else_=0)),
    )
    .where(mailbox.c.state == _STILL_WAITING)
    .group_by(mailbox.c.owner, mailbox.c.kind)
    .order_by(mailbox.c.owner, mailbox.c.kind)
)
_BY_ID = sa.select(*_ROW).where(mailbox.c.id == sa.bindparam("this_id"))
_BY_REFERRAL = (
    sa.select(*_ROW)
    .where(mailbox.c.referral_number == sa.bindparam("referral_number"))
    .order_by(mailbox.c.created_at, mailbox.c.id)
)
_INSERT = sa.insert(mailbox)


class Mailbox(Area):
    """Mailboxes of partners that fetch."""

    __slots__ = ()

    def post(
        self,
        owner: str,
        kind: str,
        *,
        referral_number: str | None,
        sort_key: str,
        payload: JsonObject,
        created_at: datetime,
    ) -> str:
        """Put a descriptor into a mailbox; returns its id."""
        item_id = new_id()
        row: dict[str, Any] = {
            "id": item_id,
            "owner": owner,
            "kind": kind,
            "referral_number": referral_number,
            "sort_key": sort_key,
            "payload": payload,
            "created_at": created_at,
            "state": WAITING,
            "visible_at": created_at,
            "handed_out": 0,
        }
        self._run(_INSERT, row)
        return item_id

    def fetch(
        self, owner: str, kinds: Collection[str], limit: int, visible_seconds: float, now: datetime
    ) -> list[Item]:
        """Hand out up to ``limit`` items, each with a fresh token; they are hidden for ``visible_seconds``.

        Returns:
            By sort key, then by time of posting.
        """
        keys = {
            "this_owner": owner,
            "kinds": list(kinds),
            "limit": limit,
            "now": now,
            "until": now + timedelta(seconds=visible_seconds),
        }
        items = (Item(*row) for row in self._run(_FETCH, keys))
        return sorted(items, key=lambda item: (item.sort_key, item.created_at, item.id))

    def acknowledge(self, owner: str, token: str, now: datetime) -> Item | None:
        """Take an item out of the mailbox for good.

        Args:
            owner: who acknowledges; a token of another owner's item is unknown.
            token: of any hand-out of the item.
            now: noted as the time of acknowledgement.

        Returns:
            The item, ``repeated`` when it was acknowledged or withdrawn before; None for an unknown token.
        """
        item_id, _, count = token.rpartition(".")
        if not (count.isascii() and count.isdigit()) or not 0 < len(count) < 10 or int(count) < 1:
            return None
        keys = {"this_id": item_id, "this_owner": owner, "hand_out": int(count)}
        row = self._run(_ACKNOWLEDGE, {**keys, "now": now}).first()
        if row is not None:
            return Item(*row)
        row = self._run(_ONE, keys).first()
        return None if row is None else replace(Item(*row), repeated=True)

    def withdraw(self, owner: str, referral_number: str, kinds: Collection[str] | None = None) -> int:
        """Take the unacknowledged items of a referral back, of all kinds or of some; returns how many."""
        keys: dict[str, Any] = {"this_owner": owner, "this_referral": referral_number}
        if kinds is None:
            return self._run(_WITHDRAW, keys).rowcount
        return self._run(_WITHDRAW_KINDS, {**keys, "kinds": list(kinds)}).rowcount

    def waiting(self, owner: str) -> int:
        """Count the items that are not acknowledged, handed out or not."""
        return int(self._connection.execute(_WAITING, {"this_owner": owner}).scalar_one())

    def list(self, referral_number: str) -> tuple[Item, ...]:
        """Give all items of a referral, in any mailbox and state, oldest first."""
        rows = self._connection.execute(_BY_REFERRAL, {"referral_number": referral_number})
        return tuple(Item(*row) for row in rows)

    def counts(self) -> tuple[MailCount, ...]:
        """Count what waits, by owner and kind."""
        return tuple(MailCount(*row) for row in self._connection.execute(_COUNTS))

    def get(self, item_id: str) -> Item | None:
        """Find a descriptor by its id, whoever owns it."""
        row = self._connection.execute(_BY_ID, {"this_id": item_id}).first()
        return None if row is None else Item(*row)
