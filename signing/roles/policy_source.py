"""The role policy in force: the built-in one, or a file that may change while the program runs."""

from __future__ import annotations

from pathlib import Path

from signing.roles.policy import DEFAULT_POLICY
from signing.roles.policy_file import PolicyUnusableError, load_policy
from signing.roles.rules import RolePolicy
from signing.watched import Watched


class PolicySource(Watched[RolePolicy]):
    """Gives the policy in force.

    Args:
        path: The file; None for the built-in policy.

    Raises:
        PolicyUnusableError: The file cannot be used; so does `reload_if_changed`.
    """

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path, load_policy, DEFAULT_POLICY, PolicyUnusableError)
