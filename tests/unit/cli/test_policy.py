"""`policy show`, `policy check`, and the role policy in `config check` and `validate`."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from signing.roles.policy import DEFAULT_POLICY
from signing.roles.policy_file import read_policy
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import ON_DATE, SHIPPED_CONFIG, Site

FOUR = ("min_commission_persons = 3", "min_commission_persons = 4")


@pytest.fixture
def roles(invoke: Invoke, tmp_path: Path) -> Path:
    """The file with which an operator begins, and a configuration that names it."""
    shown = invoke("policy", "show")
    assert shown.status == 0
    path = tmp_path / "roles.toml"
    path.write_text(shown.out, encoding="utf-8")
    return path


@pytest.fixture
def config(site: Site, roles: Path, tmp_path: Path) -> Path:
    """A complete site that names the file of roles."""
    shutil.copytree(site.keys, tmp_path / "var" / "keys")
    path = tmp_path / "config.toml"
    text = SHIPPED_CONFIG.read_text(encoding="utf-8")
    path.write_text(f'{text}\n[roles]\npolicy_file = "roles.toml"\n', encoding="utf-8")
    return path


def change(path: Path, old: str, new: str) -> None:
    """Change a text that the file has."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_shown_policy_is_the_built_in_one(invoke: Invoke, roles: Path) -> None:
    """What is printed is a file that passes the check and says what holds without one."""
    checked = invoke("policy", "check", roles)

    assert read_policy(roles.read_bytes()) == DEFAULT_POLICY
    assert checked.status == 0
    assert "ошибок нет" in checked.words


def test_every_fault_of_a_policy_is_named(invoke: Invoke, roles: Path) -> None:
    """All at once, for people and for programs; the status is 1."""
    change(roles, 'role = "AUTHOR"', 'role = "DOCTOR"')

    people = invoke("policy", "check", roles)
    program = invoke("policy", "check", roles, "--json")

    assert (people.status, program.status) == (1, 1)
    assert "[[role]] № 1, role = 'DOCTOR' – допустимо: роль: AUTHOR," in people.words
    assert [one["key"] for one in program.json["errors"]] == [f"[[role]] № {n}, role" for n in (1, 7, 13)]


@pytest.mark.parametrize("content", [None, b"[[role", b"\xff"], ids=["absent", "no TOML", "no UTF-8"])
def test_an_unreadable_policy_ends_with_2(invoke: Invoke, tmp_path: Path, content: bytes | None) -> None:
    """No file, no TOML, no UTF-8."""
    if content is not None:
        (tmp_path / "roles.toml").write_bytes(content)

    ended = invoke("policy", "check", "roles.toml")

    assert ended.status == 2
    assert "Политика ролей roles.toml не годится:" in ended.words


def test_kinds_that_nobody_signs_are_noted(invoke: Invoke, roles: Path, config: Path) -> None:
    """A file that leaves a kind out is good, and the operator is told what it does."""
    change(roles, 'kinds = ["130"]', 'kinds = ["108"]\nuntil = 2020-12-31')
    change(roles, "since = 2023-08-14", "since = 2019-01-01")

    for command in (("policy", "check", roles, "--json"), ("config", "check", "--config", config, "--json")):
        ended = invoke(*command)

        assert ended.status == 0
        assert ended.json["notes"] == [
            "По политике ролей сегодня никто не подписывает виды 130: они не принимаются."
        ]


def test_the_check_of_the_configuration_reads_the_roles(invoke: Invoke, roles: Path, config: Path) -> None:
    """Faults of the file come with the other problems, also before the demo keys are made."""
    assert invoke("config", "check", "--config", config, "--json").json == {"accepted": True, "errors": []}
    change(roles, "minimum = 1", "minimum = -1")

    with_keys = invoke("config", "check", "--config", config, "--json")
    shutil.rmtree(config.parent / "var")
    without_keys = invoke("config", "check", "--config", config, "--json")

    assert (with_keys.status, without_keys.status) == (1, 1)
    assert with_keys.json["errors"] == without_keys.json["errors"]
    assert with_keys.json["errors"][0] == {
        "key": "roles.policy_file: [[role]] № 1, minimum",
        "value": "",
        "allowed": "целое число от 0 до 999",
    }


def test_a_document_is_judged_by_the_roles_of_the_configuration(
    invoke: Invoke, site: Site, roles: Path, config: Path, write_file: Callable[[bytes], Path]
) -> None:
    """What the built-in policy accepts, the file of the operator may refuse; a bad file judges nothing."""
    document = write_file(site.signed)
    call = ("validate", document, "--config", config, *ON_DATE)
    assert invoke(*call).status == 0
    change(roles, *FOUR)

    refused = invoke(*call, "--json")
    roles.unlink()
    absent = invoke(*call)

    assert refused.status == 1
    assert [one["code"] for one in refused.json["errors"]] == ["MSE-2001"]
    assert absent.status == 1
    assert "roles.policy_file: файл – допустимо: обычный файл, который есть" in absent.words
