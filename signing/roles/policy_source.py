"""The role policy in force: the built-in one, or a file that may change while the program runs."""

from __future__ import annotations

from pathlib import Path

from signing.roles.policy import DEFAULT_POLICY
from signing.roles.policy_file import PolicyUnusableError, load_policy
from signing.roles.rules import RolePolicy

# Moment of the last change, size, inode; None where there is no file.
_Stamp = tuple[int, int, int] | None


class PolicySource:
    """Gives the policy in force, safe for threads: it is replaced whole.

    Args:
        path: The file; None for the built-in policy.

    Raises:
        PolicyUnusableError: The file cannot be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._stamp = self._look()
        self._current = load_policy(path) if path else DEFAULT_POLICY
        self._fault = ""

    @property
    def path(self) -> Path | None:
        """The file; None for the built-in policy."""
        return self._path

    @property
    def current(self) -> RolePolicy:
        """The policy in force."""
        return self._current

    @property
    def fault(self) -> str:
        """Why the present file could not be taken, Russian; empty while it is in use."""
        return self._fault

    def reload_if_changed(self) -> bool:
        """Read the file again if it has changed, come or gone; returns whether a new policy is in force.

        Raises:
            PolicyUnusableError: The file cannot be used: the former policy stays, and the file is tried again
                at the next call.
        """
        stamp = self._look()
        if self._path is None or (stamp == self._stamp and not self._fault):
            return False
        try:
            loaded = load_policy(self._path)
        except PolicyUnusableError as error:
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
