"""The book of an emulator: what it received, in order. Numbers, identifiers and hashes, nobody's data.

A book that is kept in a file is there again after a restart of the stand.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: number from 1, moment (UTC), kind, facts by name."""

    number: int
    at: datetime
    kind: str
    facts: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain values."""
        return {"number": self.number, "at": self.at.isoformat(), "kind": self.kind, **self.facts}


class Book:
    """An append-only list that any number of threads write, read and wait on."""

    def __init__(self, name: str, clock: Callable[[], datetime], folder: Path | None = None) -> None:
        """Open a book.

        Args:
            name: of the emulator.
            clock: the business clock, aware.
            folder: where its file is, ``NAME.jsonl``; None: it is kept in memory only.

        Raises:
            OSError: The file cannot be read or written.
        """
        self.name = name
        self._clock = clock
        self._entries: list[Entry] = []
        self._by_kind: defaultdict[str, list[Entry]] = defaultdict(list)
        self._changed = threading.Condition()
        self._file: IO[bytes] | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / f"{name}.jsonl").open("a+b")
            for entry in _read(self._file):
                self._keep(entry)

    def write(self, kind: str, **facts: str | int) -> Entry:
        """Append a line and wake everybody who waits."""
        texts = MappingProxyType({name: str(value) for name, value in facts.items()})
        with self._changed:
            entry = Entry(len(self._entries) + 1, self._clock(), kind, texts)
            self._keep(entry)
            if self._file is not None:
                self._file.write(json.dumps(entry.as_json(), ensure_ascii=False).encode() + b"\n")
                self._file.flush()
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

    def counts(self) -> Counter[str]:
        """Return how many lines of each kind there are."""
        with self._changed:
            return Counter({kind: len(lines) for kind, lines in self._by_kind.items()})

    def shown(self) -> dict[str, Any]:
        """Return counts by kind and the last lines, for people."""
        with self._changed:
            last = self._entries[-_SHOWN:]
        return {"counts": dict(self.counts()), "entries": [one.as_json() for one in last]}

    def close(self) -> None:
        """Let go of the file; what is written later stays in memory only."""
        with self._changed:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _found(self, kind: str, facts: Mapping[str, str | int]) -> tuple[Entry, ...]:
        wanted = {name: str(value) for name, value in facts.items()}.items()
        return tuple(one for one in self._by_kind.get(kind, ()) if wanted <= one.facts.items())

    def _keep(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._by_kind[entry.kind].append(entry)


def _read(file: IO[bytes]) -> list[Entry]:
    """Read the lines of a file; a last line that was not finished when the stand was killed is cut off."""
    file.seek(0)
    found: list[Entry] = []
    whole = 0
    for line in file:
        if not line.endswith(b"\n"):
            break
        values = json.loads(line)
        number, at, kind = values.pop("number"), values.pop("at"), values.pop("kind")
        found.append(Entry(number, datetime.fromisoformat(at), kind, MappingProxyType(values)))
        whole += len(line)
    file.truncate(whole)
    return found
