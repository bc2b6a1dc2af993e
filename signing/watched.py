"""A file of the operator that may change while the program runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

# Moment of the last change, size, inode; None where there is no file.
_Stamp = tuple[int, int, int] | None


class Watched(Generic[T]):
    """Gives what a file says, safe for threads: it is replaced whole.

    Args:
        path: The file; None: there is none.
        read: Reads and checks it.
        without: What holds where there is no file.
        refusal: What `read` raises when the file cannot be used; its text is Russian.

    Raises:
        Exception: The refusal: the file cannot be used.
    """

    def __init__(
        self, path: Path | None, read: Callable[[Path], T], without: T, refusal: type[Exception]
    ) -> None:
        self._path = path
        self._read = read
        self._refusal = refusal
        self._stamp = self._look()
        self._current = read(path) if path else without
        self._fault = ""

    @property
    def path(self) -> Path | None:
        """The file; None: there is none."""
        return self._path

    @property
    def current(self) -> T:
        """What is in force."""
        return self._current

    @property
    def fault(self) -> str:
        """Why the present file could not be taken, Russian; empty while it is in use."""
        return self._fault

    def reload_if_changed(self) -> bool:
        """Read the file again if it has changed, come or gone; returns whether something else is in force.

        Raises:
            Exception: The refusal: the file cannot be used, what was in force stays, and the file is tried
                again at the next call.
        """
        stamp = self._look()
        if self._path is None or (stamp == self._stamp and not self._fault):
            return False
        try:
            loaded = self._read(self._path)
        except self._refusal as error:
            self._fault = str(error)
            raise
        self._stamp, self._fault = stamp, ""
        changed, self._current = loaded != self._current, loaded
        return changed

    def _look(self) -> _Stamp:
        try:
            facts = self._path.stat() if self._path else None
        except OSError:
            return None
        return (facts.st_mtime_ns, facts.st_size, facts.st_ino) if facts else None
