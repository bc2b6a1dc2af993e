"""The supervisor: keeps the nodes alive, and decides where each of their lives ends."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.proof.boundaries import ANY_MOMENT, LEAD, Order, of_role
from tests.proof.house import House
from tests.proof.nursery import Nursery

#: How long a node may take to come to the boundary where it is to die, before it is killed anywhere. Seconds.
PATIENCE = 30.0

#: At the latest, at which visit to its boundary a life ends: in between it has to do some work.
VISITS = 8

#: How often a life ends at any moment, from outside. Part of one.
_ANY = 0.13

_ENDS = 60.0


@dataclass(slots=True)
class _Life:
    order: Order
    kills_at: float


class Nodes:
    """Some nodes of one adapter; every death is followed by a birth until `stop`."""

    def __init__(self, house: House, roles: Sequence[str], *, kills: int, seed: int) -> None:
        """Make the nodes; they are born by `start`.

        Args:
            house: where they live.
            roles: of each node, "serve" or "work".
            kills: how many are killed, before they are left in peace.
            seed: of where and when.
        """
        self.kills: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.unasked: list[str] = []
        self._house = house
        self._roles = {f"{role}-{number}": role for number, role in enumerate(roles, start=1)}
        self._wanted = kills
        self._chance = random.Random(seed)  # noqa: S311 - a plan that repeats, no secret
        self._lives: dict[str, _Life] = {}
        self._births = 0
        self._spared = False
        self._ending = False
        self._changed = threading.Condition()
        self._nursery = Nursery(self._ended)

    def start(self) -> None:
        """Bear all nodes."""
        with self._changed:
            for node in self._roles:
                self._bear(node)

    def run(self, seconds: float, broken: threading.Event) -> bool:
        """Kill until enough were killed; tells whether they were, in time and without anything `broken`."""
        ends = time.monotonic() + seconds
        with self._changed:
            while self.killed < self._wanted and time.monotonic() < ends and not broken.is_set():
                now = time.monotonic()
                for node, life in self._lives.items():
                    if life.kills_at <= now:
                        life.kills_at = now + PATIENCE
                        self._nursery.kill(node)
                due = min((life.kills_at for life in self._lives.values()), default=now + 1)
                self._changed.wait(max(0.01, min(due - now, 1.0)))
            self._spared = True
            return self.killed >= self._wanted

    @property
    def killed(self) -> int:
        """How many deaths there were."""
        return sum(self.kills.values())

    def kill(self, node: str) -> None:
        """Kill one node now, beside all plans."""
        self._nursery.kill(node)

    def group(self, node: str) -> int:
        """Return the process group of a node, 0 before its birth."""
        return self._nursery.groups.get(node, 0)

    def passed(self) -> Counter[str]:
        """Return in how many lives each boundary was passed, those of the living included."""
        with self._changed:
            living = [_read(Path(life.order.events))[0] for life in self._lives.values()]
            return sum(living, Counter(self.seen))

    def stop(self) -> bool:
        """End all nodes politely; tells whether all came to their end by themselves."""
        with self._changed:
            self._ending = True
            for node in self._lives:
                self._nursery.stop(node)
            polite = self._changed.wait_for(lambda: not self._lives, _ENDS)
        self._nursery.close()
        return polite

    def _bear(self, node: str) -> None:
        self._births += 1
        role = self._roles[node]
        folder = self._house.folder
        events = folder / f"events-{self._births}"
        boundary = self._boundary(role)
        at_any_moment = boundary == ANY_MOMENT
        order = Order(
            node,
            role,
            str(self._house.config),
            str(events),
            str(folder / f"{node}.log"),
            "" if at_any_moment else boundary,
            self._chance.randint(1, 2 if boundary in LEAD else VISITS),
        )
        after = self._chance.uniform(0.3, 3.0) if at_any_moment else PATIENCE
        doomed = not self._spared and self.killed + len(self._lives) < self._wanted
        if not doomed:
            order = Order(node, role, order.config, order.events, order.log)
        self._lives[node] = _Life(order, time.monotonic() + after if doomed else float("inf"))
        self._nursery.bear(order)

    def _boundary(self, role: str) -> str:
        """Choose where a life ends: mostly where the fewest have ended so far."""
        if self._chance.random() < _ANY:
            return ANY_MOMENT
        planned = Counter(life.order.boundary for life in self._lives.values())
        names = of_role(role, alone=self._house.alone)
        return min(names, key=lambda name: (self.kills[name] + planned[name], self._chance.random()))

    def _ended(self, node: str, status: int) -> None:
        """Write down a death and bear the next; called by the nursery's thread."""
        with self._changed:
            life = self._lives.pop(node)
            events = Path(life.order.events)
            seen, killed = _read(events)
            self.seen.update(seen)
            events.unlink(missing_ok=True)
            if killed:
                self.kills[killed] += 1
            elif status == -9 and not self._ending:
                self.kills[ANY_MOMENT] += 1
            elif not self._ending:
                self.unasked.append(f"{node} ended with {status}")
            if not self._ending:
                self._bear(node)
            self._changed.notify_all()


def _read(events: Path) -> tuple[Counter[str], str]:
    """Return what one life passed, and where it killed itself; empty: nowhere."""
    lines = events.read_text(encoding="ascii").splitlines() if events.exists() else []
    said = [line.partition(" ") for line in lines]
    killed = [name for what, _, name in said if what == "killed"]
    return Counter(name for what, _, name in said if what == "seen"), "".join(killed)
