"""The book of an emulator: what it received, in order. Numbers, identifiers and hashes, nobody's data."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: number from 1, moment (UTC), kind, facts by name."""

    number: int
    at: datetime
    kind: str
    facts: Mapping[str, str]


class Book:
    """An append-only list that any number of threads write, read and wait on."""

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._clock = clock
        self._entries: list[Entry] = []
        self._changed = threading.Condition()

    def write(self, kind: str, **facts: str | int) -> Entry:
        """Append a line and wake everybody who waits."""
        texts = MappingProxyType({name: str(value) for name, value in facts.items()})
        with self._changed:
            entry = Entry(len(self._entries) + 1, self._clock(), kind, texts)
            self._entries.append(entry)
            self._changed.notify_all()
        return entry

    def entries(self, kind: str, **facts: str | int) -> tuple[Entry, ...]:
        """Return the lines of a kind that say all of `facts`."""
        with self._changed:
            return self._found(kind, facts)

    def wait(self, kind: str, timeout: float, **facts: str | int) -> tuple[Entry, ...]:
        """Wait for such a line, at most `timeout` seconds; return all that are there."""
        ends = time.monotonic() + timeout
        with self._changed:
            while not (found := self._found(kind, facts)):
                left = ends - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
        return found

    def shown(self) -> dict[str, Any]:
        """Return counts by kind and the last lines, for people."""
        with self._changed:
            entries = list(self._entries)
        return {
            "counts": dict(Counter(entry.kind for entry in entries)),
            "entries": [
                {"number": one.number, "at": one.at.isoformat(), "kind": one.kind, **one.facts}
                for one in entries[-_SHOWN:]
            ],
        }

    def _found(self, kind: str, facts: Mapping[str, str | int]) -> tuple[Entry, ...]:
        wanted = {name: str(value) for name, value in facts.items()}.items()
        return tuple(one for one in self._entries if one.kind == kind and wanted <= one.facts.items())
