"""What a node holds at a moment: memory and file handles of its processes; and what the store says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage import Transaction

_PAGE = os.sysconf("SC_PAGE_SIZE")
_GROUP_FIELD = 2  # of /proc/PID/stat behind the name of the program


@dataclass(frozen=True, slots=True)
class Sample:
    """One node, or the store, at one moment; sizes in bytes, times in seconds.

    Attributes:
        at: since the beginning of the run.
        memory: resident memory of all processes of the node.
        handles: open files and sockets of all its processes.
    """

    at: float
    memory: int
    handles: int


@dataclass(frozen=True, slots=True)
class QueueSample:
    """What waits to be delivered: how many, and for how long the oldest was due, seconds."""

    at: float
    waiting: int
    age: float


def node_sample(group: int, at: float) -> Sample | None:
    """Look at every process of a group; None: there is none, or no group (0)."""
    pids = [one for one in _processes() if group and _group_of(one) == group]
    memory, handles = 0, 0
    for pid in pids:
        try:
            memory += int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE
            handles += len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - nothing but the number of names
        except OSError:  # it has just ended
            return None
    return Sample(at, memory, handles) if pids else None


def queue_sample(tx: Transaction, at: float) -> QueueSample:
    """Ask the store what is due and not done."""
    now = tx.now()
    states = ("pending", "unknown", "leased")
    due = [one.not_before for one in tx.outbox.list(states=states, limit=1000) if one.not_before <= now]
    return QueueSample(at, len(due), _seconds(min(due, default=now), now))


def creep(values: Sequence[float]) -> float:
    """Return by how much the highest value of the last third is above the highest of the second third."""
    third = len(values) // 3
    if not third:
        raise ValueError("too few samples to judge by")
    return max(values[2 * third :]) - max(values[third : 2 * third])


def _processes() -> list[str]:
    return [one.name for one in Path("/proc").iterdir() if one.name.isdigit()]


def _group_of(pid: str) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[_GROUP_FIELD])
    except OSError:
        return 0


def _seconds(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
