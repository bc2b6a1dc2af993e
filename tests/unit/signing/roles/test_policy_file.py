"""The role policy as a file: what is refused, and in which words."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from signing.roles.policy import DEFAULT_POLICY, FIRST_DAYS
from signing.roles.policy_file import (
    MAXIMUM_OCTETS,
    MAXIMUM_TABLES,
    PolicyUnusableError,
    kinds_without_roles,
    load_policy,
    read_policy,
)
from signing.roles.policy_text import dump_policy
from signing.roles.posts import GROUPS, HEADS, POST_NAMES, POST_TABLES, PostSet
from signing.roles.rules import CommissionRule, DifferenceRule, Employer, RolePolicy, RoleRule
from signing.roles.signers import AuthorityKind

GOOD = """
[[role]]
kinds = ["121"]
role = "CHAIRMAN"
minimum = 1
since = 2024-01-01
"""
COMMISSION = """
[[commission]]
kinds = ["121"]
roles = ["CHAIRMAN", "COMMISSIONER"]
min_commission_persons = 3
since = 2024-01-01
"""
DIFFERENCE = """
[[difference]]
kinds = ["121"]
roles = ["CHAIRMAN", "COMMISSIONER"]
since = 2024-01-01
"""


def faults(text: str) -> list[str]:
    """Return what is said of each fault."""
    with pytest.raises(PolicyUnusableError) as caught:
        read_policy(text.encode())
    assert caught.value.is_readable
    return [str(one) for one in caught.value.faults]


def test_the_built_in_policy_is_written_and_read(tmp_path: Path) -> None:
    """An operator begins with the built-in tables, whole."""
    path = tmp_path / "roles.toml"
    path.write_text(dump_policy(DEFAULT_POLICY), encoding="utf-8")
    assert load_policy(path) == DEFAULT_POLICY


def test_a_written_policy_names_tables_of_posts() -> None:
    """Not forty codes in a row, and the codes of each table stand above."""
    text = dump_policy(DEFAULT_POLICY)
    assert 'posts = ["HEADS", "DEPUTY_HEADS"]\n' in text
    assert 'by_authority = { ACTING_HEAD_ORDER = ["DEPARTMENT_HEADS", "DOCTORS"] }\n' in text
    assert all(f"{name}: " in text for name in (*POST_TABLES, *GROUPS))
    assert all(code in text for code in POST_NAMES)


def test_every_key_is_read() -> None:
    """A rule with all its keys, posts by table, code and group; a commission; a difference."""
    text = """
[[role]]
kinds = ["121", "109"]
role = "COMMISSIONER"
minimum = 2
maximum = 5
since = 2024-01-01
until = 2024-12-31
named_sign = true
posts = ["HEADS", "70", "DOCTORS"]
by_authority = { POWER_OF_ATTORNEY = ["71"] }
employer = "ANY"
"""
    rule = RoleRule(
        frozenset({"109", "121"}),
        "COMMISSIONER",
        2,
        5,
        date(2024, 1, 1),
        date(2024, 12, 31),
        named_sign=True,
        posts=PostSet(frozenset({*HEADS, "70"}), GROUPS),
        by_authority=((AuthorityKind.POWER_OF_ATTORNEY, PostSet(frozenset({"71"}))),),
        employer=Employer.ANY,
    )
    pair = ("CHAIRMAN", "COMMISSIONER")
    kinds, since = frozenset({"121"}), date(2024, 1, 1)
    assert read_policy((text + COMMISSION + DIFFERENCE).encode()) == RolePolicy(
        (rule,), (CommissionRule(kinds, pair, 3, since),), (DifferenceRule(kinds, pair, since),)
    )


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("kinds", '["999"]', "kinds = '999' – допустимо: список кодов видов документов"),
        ("kinds", "[]", "kinds – допустимо: список в квадратных скобках, не короче 1"),
        ("kinds", '"121"', "kinds = '121' – допустимо: список в квадратных скобках"),
        ("kinds", '["121", "121"]', "kinds = '121' – допустимо: список без повторов"),
        ("kinds", "[121]", "kinds – допустимо: список кодов видов документов в кавычках: 34, "),
        ("role", '"DOCTOR"', "role = 'DOCTOR' – допустимо: роль: AUTHOR, "),
        ("minimum", "-1", "minimum – допустимо: целое число от 0 до 999"),
        ("minimum", "true", "minimum – допустимо: целое число"),
        ("minimum", "0x" + "f" * 5000, "minimum – допустимо: целое число"),
        ("minimum", "1.0", "minimum – допустимо: целое число"),
        ("since", '"2024-01-01"', "since = '2024-01-01' – допустимо: день без кавычек"),
        ("since", "2024-01-01T00:00:00", "since – допустимо: день без кавычек"),
        ("until", "2023-12-31", "until = 2023-12-31 – допустимо: день не раньше since"),
        ("maximum", "0", "maximum = 0 – допустимо: число не меньше minimum"),
        ("named_sign", "1", "named_sign – допустимо: true или false"),
        ("posts", '["HEADS", "CHIEFS"]', "posts = 'CHIEFS' – допустимо: список в кавычках: код должности"),
        ("posts", "[4]", "posts – допустимо: список в кавычках: код должности"),
        ("posts", '"HEADS"', "posts = 'HEADS' – допустимо: список в квадратных скобках"),
        ("posts", '["' + "7" * 100 + '"]', f"posts = '{'7' * 40}…' – допустимо: "),
        ("by_authority", '{ LETTER = ["4"] }', "by_authority = 'LETTER' – допустимо: таблица с ключами"),
        ("by_authority", "{}", "by_authority – допустимо: таблица с ключами ACTING_HEAD_ORDER, "),
        (
            "by_authority",
            '{ ACTING_HEAD_ORDER = ["x"] }',
            "by_authority = 'x' – допустимо: список в кавычках",
        ),
        ("employer", '"MINE"', "employer = 'MINE' – допустимо: одно из: DOCUMENT, BUREAU, ANY"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(key: str, value: str, allowed: str) -> None:
    """Table, number, key, the value where it is a text, and what is allowed."""
    kept = [line for line in GOOD.splitlines() if not line.startswith(f"{key} ")]
    posts = [] if key == "posts" else ['posts = ["4"]']
    (told,) = faults("\n".join([*kept, *posts, f"{key} = {value}"]))
    assert told.startswith(f"[[role]] № 1, {allowed}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (COMMISSION, "файл – допустимо: хотя бы одна таблица [[role]]"),
        ("[role]\nx = 1", "role – допустимо: таблицы в двойных скобках: [[role]]"),
        ("role = [1]", "role – допустимо: таблицы в двойных скобках: [[role]]"),
        (GOOD + "[[roles]]", "файл = 'roles' – допустимо: только таблицы [[role]], [[commission]], "),
        (GOOD + "persons = 1", "[[role]] № 1 = 'persons' – допустимо: только ключи kinds, role, minimum"),
        (GOOD + "[[difference]]" + DIFFERENCE, "[[difference]] № 1, kinds – допустимо: задать значение"),
        (
            GOOD + DIFFERENCE.replace("COMM", "NO"),
            "[[difference]] № 1, roles = 'NOISSIONER' – допустимо: роль",
        ),
        (GOOD + DIFFERENCE.replace(', "COMMISSIONER"', ""), "[[difference]] № 1, roles – допустимо: список"),
        (GOOD + DIFFERENCE.replace("COMMISSIONER", "CHAIRMAN"), "[[difference]] № 1, roles = 'CHAIRMAN'"),
        (
            GOOD + DIFFERENCE.replace('"C', '"AUTHOR", "C', 1),
            "[[difference]] № 1, roles – допустимо: список из двух",
        ),
        (
            GOOD + COMMISSION.replace("= 3", "= 0"),
            "[[commission]] № 1, min_commission_persons – допустимо: целое",
        ),
        (
            GOOD + COMMISSION + "until = 2020-01-01",
            "[[commission]] № 1, until = 2020-01-01 – допустимо: день не",
        ),
        (
            GOOD + "by_authority = { ACTING_HEAD_ORDER = [] }",
            "[[role]] № 1, by_authority – допустимо: только вместе",
        ),
        ("[[role]]\n" * (MAXIMUM_TABLES + 1), f"[[role]] – допустимо: не больше {MAXIMUM_TABLES} таблиц"),
    ],
)
def test_a_wrong_table_is_named(text: str, told: str) -> None:
    """Tables that are none, that are not known, that lack keys or have more of them."""
    assert faults(text)[0].startswith(told)


def test_all_faults_come_at_once_and_the_text_stays_short() -> None:
    """Every fault in its place; the message for the log shows five and counts the rest."""
    rows = (GOOD.replace("CHAIRMAN", "X").replace("minimum = 1", "minimum = -1") + "colour = 1\n") * 3
    with pytest.raises(PolicyUnusableError) as caught:
        read_policy((rows + COMMISSION.replace("121", "0")).encode())
    places = [one.place for one in caught.value.faults]
    each = [f"[[role]] № {number}{key}" for number in (1, 2, 3) for key in ("", ", role", ", minimum")]
    assert places == [*each, "[[commission]] № 1, kinds"]
    assert str(caught.value).endswith("; и ещё ошибок: 5")


@pytest.mark.parametrize(
    ("former", "later", "is_refused"),
    [
        (("2024-01-01", "2024-06-30"), ("2024-07-01", None), False),
        (("2024-01-01", "2024-07-01"), ("2024-07-01", None), True),
        (("2024-01-01", None), ("2024-07-01", None), True),
        (("2024-07-01", None), ("2024-01-01", "2024-06-30"), False),
        (("2024-01-01", None), ("2024-01-01", None), True),
    ],
)
def test_two_rules_of_one_role_and_kind_never_hold_on_one_day(
    former: tuple[str, str | None], later: tuple[str, str | None], is_refused: bool
) -> None:
    """Days are inclusive; the order of the tables is nothing."""

    def row(days: tuple[str, str | None], kinds: str) -> str:
        until = f"until = {days[1]}\n" if days[1] else ""
        return GOOD.replace("2024-01-01", days[0]).replace('"121"', kinds) + until

    both = row(former, '"109", "121"') + row(later, '"121", "34"')
    if is_refused:
        (told,) = faults(both)
        assert "допустимо: первый день после последнего дня [[role]] № " in told
        assert told.endswith("(роль CHAIRMAN, вид 121)")
    else:
        assert len(read_policy(both.encode()).rules) == 2
    other_role = row(former, '"121"') + row(later, '"121"').replace("CHAIRMAN", "AUTHOR")
    assert len(read_policy((other_role + COMMISSION * 2).encode()).commissions) == 2


def test_an_overlap_is_found_behind_a_shorter_rule() -> None:
    """A long rule, a short one within it, and a third one after the short one: both are told."""
    rows = [
        GOOD,
        GOOD.replace("2024", "2025") + "until = 2025-01-31\n",
        GOOD.replace("2024", "2026"),
    ]
    assert [one.split(" = ")[0] for one in faults("".join(rows))] == [
        "[[role]] № 2, since",
        "[[role]] № 3, since",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[[role]]\nminimum = \n", "корректный TOML в UTF-8 (строка 2, знак 11)"),
        (b"\xff\xfe", "корректный TOML в UTF-8"),
        (b"x = " + b"1" * 5000, "корректный TOML в UTF-8"),
        (b"a={" * 5000, "корректный TOML в UTF-8"),
        (b"x = [" + b"[" * 100_000, "корректный TOML в UTF-8"),
        (b"#" * (MAXIMUM_OCTETS + 1), "не больше 256 КиБ"),
    ],
    ids=["syntax", "encoding", "number", "depth of tables", "depth of lists", "size"],
)
def test_a_file_that_is_no_toml_is_unreadable(content: bytes, told: str) -> None:
    """Syntax, encoding, depth and size end in one fault of the file."""
    with pytest.raises(PolicyUnusableError) as caught:
        read_policy(content)
    assert not caught.value.is_readable
    assert [str(one) for one in caught.value.faults] == [f"файл – допустимо: {told}"]


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path: Path) -> None:
    """Absent, a folder, a pipe that nobody writes: at once, in our own words."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "absent.toml", tmp_path, pipe, Path("/dev/zero"), Path("nul\0")):
        with pytest.raises(PolicyUnusableError, match="файл") as caught:
            load_policy(path)
        assert not caught.value.is_readable


def test_kinds_that_nobody_signs_are_told() -> None:
    """A file may leave kinds out; the operator is told which, for their documents are refused."""
    assert kinds_without_roles(DEFAULT_POLICY, date(2026, 1, 1)) == ()
    partly = read_policy(GOOD.encode())
    assert kinds_without_roles(partly, date(2024, 1, 1)) == tuple(
        kind for kind in FIRST_DAYS if kind != "121"
    )
    assert kinds_without_roles(partly, date(2023, 12, 31)) == tuple(FIRST_DAYS)
