"""The policy in force: taken anew when its file changes, kept when the new file is bad."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from signing.roles.policy import DEFAULT_POLICY
from signing.roles.policy_file import PolicyUnusableError
from signing.roles.policy_source import PolicySource
from signing.roles.policy_text import dump_policy
from signing.roles.rules import CommissionRule, RolePolicy

BIG = CommissionRule(frozenset({"121"}), ("CHAIRMAN", "COMMISSIONER"), 9, date(2024, 1, 1))
CHANGED = replace(DEFAULT_POLICY, commissions=(BIG,))


def put(path: Path, policy: RolePolicy | str) -> None:
    """Replace the file whole, as an operator should: a moment of change of its own every time."""
    beside = path.with_suffix(".new")
    beside.write_text(policy if isinstance(policy, str) else dump_policy(policy), encoding="utf-8")
    beside.replace(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with the built-in policy."""
    made = tmp_path / "roles.toml"
    put(made, DEFAULT_POLICY)
    return made


def test_without_a_file_the_built_in_policy_is_in_force() -> None:
    """Nothing to reload, nothing wrong."""
    source = PolicySource()
    assert source.reload_if_changed() is False
    assert (source.path, source.fault) == (None, "")
    assert source.current is DEFAULT_POLICY


def test_a_changed_file_is_in_force_at_once(path: Path) -> None:
    """The policy is replaced whole: who holds the former one keeps it."""
    source = PolicySource(path)
    former = source.current
    assert source.reload_if_changed() is False
    put(path, CHANGED)
    assert source.current is former
    assert source.reload_if_changed() is True
    assert (source.current, former) == (CHANGED, DEFAULT_POLICY)
    assert source.reload_if_changed() is False


def test_a_file_that_says_the_same_changes_nothing(path: Path) -> None:
    """Written anew with the same rules: no new policy is announced."""
    source = PolicySource(path)
    put(path, "# сказано иначе\n" + dump_policy(DEFAULT_POLICY))
    assert source.reload_if_changed() is False


def test_a_bad_file_leaves_the_former_policy_in_force(path: Path) -> None:
    """The fault stays until the file is mended, even back to what it was; a lost file is a bad one."""
    source = PolicySource(path)
    aside = path.rename(path.with_suffix(".aside"))
    with pytest.raises(PolicyUnusableError):
        source.reload_if_changed()
    put(path, "[[role]]\ncolour = 1")
    for _ in range(2):
        with pytest.raises(PolicyUnusableError, match="colour"):
            source.reload_if_changed()
    assert source.current == DEFAULT_POLICY
    assert "colour" in source.fault
    aside.replace(path)
    assert source.reload_if_changed() is False
    assert source.fault == ""
    put(path, CHANGED)
    assert source.reload_if_changed() is True


def test_a_change_of_one_size_is_seen(path: Path) -> None:
    """The moment of the change tells, where size and inode stay."""
    source = PolicySource(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("min_commission_persons = 3", "min_commission_persons = 4"), encoding="utf-8"
    )
    os.utime(path, ns=(1, 1))
    assert source.reload_if_changed() is True
    assert source.current.commissions[0].min_commission_persons == 4


def test_a_program_does_not_start_with_a_bad_file(path: Path) -> None:
    """There is no former policy to stay."""
    put(path, "")
    with pytest.raises(PolicyUnusableError, match="хотя бы одна таблица"):
        PolicySource(path)
