"""How many works one commit carried: kept while a process lives, read by whoever watches it."""

from bisect import bisect_left
from dataclasses import dataclass
from threading import Lock

#: The most works that one commit carries.
LARGEST = 64

#: Upper bounds of the sizes that are told apart.
BOUNDS = (1, 2, 4, 8, 16, 32, LARGEST)


@dataclass(frozen=True, slots=True)
class GroupSizes:
    """Commits by the number of their works.

    Attributes:
        commits: how many commits of at most so many works, more than the bound before, for each of `BOUNDS`.
        works: how many works they carried in all.
    """

    commits: tuple[int, ...]
    works: int


class GroupCounter:
    """Counts commits; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._commits = [0] * len(BOUNDS)
        self._works = 0

    def add(self, works: int) -> None:
        """Count one commit of 1 to `LARGEST` works."""
        with self._lock:
            self._commits[bisect_left(BOUNDS, works)] += 1
            self._works += works

    def seen(self) -> GroupSizes:
        """Return what was counted so far."""
        with self._lock:
            return GroupSizes(tuple(self._commits), self._works)
