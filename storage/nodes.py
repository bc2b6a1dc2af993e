"""Nodes: the processes at one database, each written by itself; no node is started or stopped by its row."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage.node_tables import nodes
from storage.rows import Area, columns, values, with_conflict


@dataclass(frozen=True, slots=True)
class NewNode:
    """A process that begins.

    Attributes:
        name: unique among all processes that ever ran; owner of its leases.
        kind: which program it is, ``serve`` or ``work``.
        version: of the program.
        schema_known: the newest migration that the program knows.
    """

    name: str
    kind: str
    version: str
    schema_known: str


@dataclass(frozen=True, slots=True)
class Node:
    """A process as it last wrote of itself; times are of the database.

    Attributes:
        beat_at: when it was last heard of.
        clock_offset_ms: clock of the database less its own, milliseconds.
        stopping_at: since when it takes on nothing new.
        stopped_at: when it ended by itself.
    """

    name: str
    kind: str
    version: str
    schema_known: str
    started_at: datetime
    beat_at: datetime
    clock_offset_ms: int
    stopping_at: datetime | None
    stopped_at: datetime | None


def _written_again(new: postgresql.Insert) -> sa.Executable:
    again = {name: new.excluded[name] for name in ("beat_at", "clock_offset_ms")}
    return new.on_conflict_do_update(index_elements=[nodes.c.name], set_=again)


_SELECT = sa.select(*columns(nodes, Node)).order_by(nodes.c.started_at, nodes.c.name)
_BEAT = with_conflict(lambda insert: _written_again(insert(nodes)))
_THIS = sa.update(nodes).where(nodes.c.name == sa.bindparam("this_name"))
_STOPPING = _THIS.values(stopping_at=sa.bindparam("now"), beat_at=sa.bindparam("now"))
_STOPPED = _THIS.values(stopped_at=sa.bindparam("now"), beat_at=sa.bindparam("now"))
_FORGET = sa.delete(nodes).where(nodes.c.beat_at <= sa.bindparam("before"))


class Nodes(Area):
    """The processes at this database."""

    __slots__ = ()

    def beat(self, new: NewNode) -> timedelta:
        """Note that a process is alive; the first time its row is made.

        Returns:
            How far the clock of the database is from this computer's: positive when ours is behind.
        """
        offset, now = self.clock_offset(), self._now()
        row = {
            **values(new),
            "started_at": now,
            "beat_at": now,
            "clock_offset_ms": round(offset.total_seconds() * 1000),
        }
        self._connection.execute(_BEAT[self._connection.dialect.name], row)
        return offset

    def clock_offset(self) -> timedelta:
        """Measure how far the clock of the database is from this computer's: positive when ours is behind."""
        before = datetime.now(UTC)
        there = self._now()
        return there - (before + (datetime.now(UTC) - before) / 2)

    def stopping(self, name: str) -> bool:
        """Note that a process begins to stop; False when it has no row."""
        return self._connection.execute(_STOPPING, {"this_name": name, "now": self._now()}).rowcount == 1

    def stopped(self, name: str) -> bool:
        """Note that a process ends by itself; False when it has no row."""
        return self._connection.execute(_STOPPED, {"this_name": name, "now": self._now()}).rowcount == 1

    def forget(self, silent_seconds: float) -> int:
        """Remove processes that were last heard of so long ago; returns how many."""
        before = self._now() - timedelta(seconds=silent_seconds)
        return self._connection.execute(_FORGET, {"before": before}).rowcount

    def list(self) -> tuple[Node, ...]:
        """Give all processes in the order in which they began."""
        return tuple(Node(*row) for row in self._connection.execute(_SELECT))
