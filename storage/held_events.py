"""Events that came too early or in the wrong order: kept, and applied again later."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.rows import Area, columns, new_id
from storage.tables import held_events
from storage.types import JsonObject


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """An event that waits; ``subject`` is what it will be applied to."""

    id: str
    subject: str
    kind: str
    payload: JsonObject
    received_at: datetime


_SELECT = sa.select(*columns(held_events, HeldEvent)).order_by(held_events.c.received_at, held_events.c.id)
_BY_SUBJECT = _SELECT.where(held_events.c.subject == sa.bindparam("subject"))
_OLDEST = _SELECT.limit(sa.bindparam("limit"))
_OF_KIND = _OLDEST.where(held_events.c.kind == sa.bindparam("kind"))
_ONE = _SELECT.where(held_events.c.id == sa.bindparam("this_id"))
_INSERT = sa.insert(held_events)
_REMOVE = sa.delete(held_events).where(held_events.c.id == sa.bindparam("this_id"))


class HeldEvents(Area):
    """Events kept for later."""

    __slots__ = ()

    def add(self, subject: str, kind: str, payload: JsonObject, received_at: datetime) -> str:
        """Keep an event; returns its id."""
        event_id = new_id()
        row = {
            "id": event_id,
            "subject": subject,
            "kind": kind,
            "payload": payload,
            "received_at": received_at,
        }
        self._connection.execute(_INSERT, row)
        return event_id

    def get(self, event_id: str) -> HeldEvent | None:
        """Find an event that waits."""
        row = self._connection.execute(_ONE, {"this_id": event_id}).first()
        return None if row is None else HeldEvent(*row)

    def list(self, subject: str) -> tuple[HeldEvent, ...]:
        """Give the events of a subject in the order they came."""
        return tuple(HeldEvent(*row) for row in self._run(_BY_SUBJECT, {"subject": subject}))

    def oldest(self, limit: int) -> tuple[HeldEvent, ...]:
        """Give the events of any subject that wait longest."""
        return tuple(HeldEvent(*row) for row in self._connection.execute(_OLDEST, {"limit": limit}))

    def of_kind(self, kind: str, limit: int) -> tuple[HeldEvent, ...]:
        """Give the events of a kind that wait longest."""
        keys = {"kind": kind, "limit": limit}
        return tuple(HeldEvent(*row) for row in self._connection.execute(_OF_KIND, keys))

    def remove(self, event_id: str) -> bool:
        """Forget an event that was applied; False when it was gone already."""
        return self._connection.execute(_REMOVE, {"this_id": event_id}).rowcount == 1
