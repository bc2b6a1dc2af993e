"""`node list`: the processes at the database, who of them leads, what they hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from adapter.config import load
from storage import Node, Transaction, open_beside

#: Name of the lease of the leader, and the sign between a process and its worker (`adapter.delivery`); the
#: package is not imported for a table: it loads the scheduler and the partners' clients.
LEADER_LEASE = "leader"
WORKER_MARK = "/"

#: A process is silent when so many of its beats are missing.
MISSED_BEATS = 3


class NodeState(StrEnum):
    """What is known of a process."""

    ALIVE = "alive"
    STOPPING = "stopping"
    SILENT = "silent"
    STOPPED = "stopped"


NODE_STATES = {
    NodeState.ALIVE: "работает",
    NodeState.STOPPING: "останавливается",
    NodeState.SILENT: "молчит",
    NodeState.STOPPED: "остановлен",
}


@dataclass(frozen=True, slots=True)
class ShownNode:
    """A process as an operator sees it.

    Attributes:
        state: see `NodeState`.
        leads: it holds the lead.
        leases: deliveries that it holds.
        schema_known: the newest migration that its program knows.
        heard_seconds: how long ago it was last heard of, by the clock of the database.
        clock_offset_ms: clock of the database less its own.
    """

    name: str
    kind: str
    version: str
    schema_known: str
    state: NodeState
    leads: bool
    leases: int
    started_at: datetime
    heard_seconds: int
    clock_offset_ms: int


def list_nodes(config_path: Path) -> tuple[ShownNode, ...]:
    """Return the processes at the configured database, in the order in which they began.

    Raises:
        ConfigError: the configuration cannot be used.
        StoreError: the database cannot be used.
    """
    config = load(config_path)
    patience = timedelta(seconds=MISSED_BEATS * config.nodes.beat_seconds)
    with open_beside(config.store.url) as store:
        return store.read(lambda tx: shown_nodes(tx, patience))


def shown_nodes(tx: Transaction, patience: timedelta) -> tuple[ShownNode, ...]:
    """Return the processes; who was not heard of for longer than `patience` is silent."""
    now = tx.now()
    lead = tx.leases.get(LEADER_LEASE)
    leader = lead.owner if lead is not None and lead.expires_at > now else ""
    held: Counter[str] = Counter()
    for worker, count in tx.outbox.holders().items():
        held[worker.rpartition(WORKER_MARK)[0]] += count
    return tuple(
        ShownNode(
            name=one.name,
            kind=one.kind,
            version=one.version,
            schema_known=one.schema_known,
            state=_state(one, now - patience),
            leads=one.name == leader,
            leases=held[one.name],
            started_at=one.started_at,
            heard_seconds=max(0, int((now - one.beat_at).total_seconds())),
            clock_offset_ms=one.clock_offset_ms,
        )
        for one in tx.nodes.list()
    )


def _state(node: Node, silent_before: datetime) -> NodeState:
    if node.stopped_at is not None:
        return NodeState.STOPPED
    if node.beat_at < silent_before:
        return NodeState.SILENT
    return NodeState.ALIVE if node.stopping_at is None else NodeState.STOPPING
