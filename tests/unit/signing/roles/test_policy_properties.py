"""Any role policy is read as it was written, and no file makes an error that is not ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.roles.policy import FIRST_DAYS, ROLES
from signing.roles.policy_file import PolicyUnusableError, read_policy
from signing.roles.policy_text import dump_policy
from signing.roles.posts import GROUPS, POST_NAMES, POST_TABLES, PostSet
from signing.roles.rules import CommissionRule, DifferenceRule, Employer, RolePolicy, RoleRule
from signing.roles.signers import AuthorityKind

GOOD = '[[role]]\nkinds = ["121"]\nrole = "CHAIRMAN"\nminimum = 1\nsince = 2024-01-01\n'

DAYS = st.dates(date(2018, 1, 1), date(2030, 12, 31))
KINDS = st.frozensets(st.sampled_from(sorted(FIRST_DAYS)), min_size=1)
ROLE = st.sampled_from(ROLES)
TABLE_SETS = st.sampled_from(sorted(POST_TABLES)).map(POST_TABLES.__getitem__)
CODES = st.frozensets(
    st.one_of(st.sampled_from(sorted(POST_NAMES)), st.integers(1, 99999).map(str)), max_size=5
)
POSTS = st.builds(
    lambda codes, table, groups: PostSet(codes | table, groups),
    CODES,
    st.one_of(st.just(frozenset[str]()), TABLE_SETS),
    st.frozensets(st.sampled_from(sorted(GROUPS))),
)
AUTHORITIES = st.lists(
    st.tuples(st.sampled_from(AuthorityKind), POSTS), unique_by=lambda pair: pair[0], max_size=2
).map(tuple)


@st.composite
def ends(draw: st.DrawFn) -> tuple[date, date | None]:
    """Make the first and the last day of a rule."""
    since = draw(DAYS)
    return since, draw(st.one_of(st.none(), st.integers(0, 2000).map(lambda days: since + timedelta(days))))


@st.composite
def role_rules(draw: st.DrawFn) -> RoleRule:
    """Make any rule of a role."""
    since, until = draw(ends())
    minimum = draw(st.integers(0, 5))
    posts = draw(st.one_of(st.none(), POSTS))
    return RoleRule(
        draw(KINDS),
        draw(ROLE),
        minimum,
        draw(st.one_of(st.none(), st.integers(minimum, 9))),
        since,
        until,
        named_sign=draw(st.booleans()),
        posts=posts,
        by_authority=draw(AUTHORITIES) if posts is not None else (),
        employer=draw(st.sampled_from(Employer)),
    )


@st.composite
def policies(draw: st.DrawFn) -> RolePolicy:
    """Make any policy whose rules of roles never overlap."""
    rules: list[RoleRule] = []
    for rule in draw(st.lists(role_rules(), min_size=1, max_size=8)):
        if not any(_overlap(rule, other) for other in rules):
            rules.append(rule)
    roles = st.lists(ROLE, unique=True, min_size=1).map(tuple)
    pairs = st.lists(ROLE, unique=True, min_size=2, max_size=2).map(lambda pair: (pair[0], pair[1]))
    commissions = st.builds(
        lambda kinds, roles, least, days: CommissionRule(kinds, roles, least, *days),
        KINDS,
        roles,
        st.integers(1, 9),
        ends(),
    )
    differences = st.builds(
        lambda kinds, pair, days: DifferenceRule(kinds, pair, *days), KINDS, pairs, ends()
    )
    return RolePolicy(
        tuple(rules),
        tuple(draw(st.lists(commissions, max_size=3))),
        tuple(draw(st.lists(differences, max_size=3))),
    )


def _overlap(one: RoleRule, other: RoleRule) -> bool:
    is_same = one.role == other.role and bool(one.kinds & other.kinds)
    return is_same and one.since <= (other.until or date.max) and other.since <= (one.until or date.max)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(policies())
def test_any_policy_is_read_as_it_was_written(policy: RolePolicy) -> None:
    """Writing and reading lose nothing, not even the order."""
    assert read_policy(dump_policy(policy).encode()) == policy


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(role_rules(), min_size=1, max_size=5))
def test_overlaps_are_found_whatever_the_order(rules: Sequence[RoleRule]) -> None:
    """A file is refused exactly when two of its rules overlap, pair by pair."""
    overlapping = any(_overlap(one, other) for n, one in enumerate(rules) for other in rules[:n])
    text = dump_policy(RolePolicy(tuple(rules))).encode()
    if overlapping:
        with pytest.raises(PolicyUnusableError):
            read_policy(text)
    else:
        assert read_policy(text).rules == tuple(rules)


VALUES = st.recursive(
    st.one_of(
        st.integers(-5, 5).map(str),
        st.sampled_from(["true", "2024-01-01", "10:00:00", "1e999", "nan", '"121"', '"HEADS"', '""', "x"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"k{n} = {one}" for n, one in enumerate(items)) + "}"
        ),
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        *RoleRule.__slots__,
        *CommissionRule.__slots__,
        "role.x",
        '"\\u0000"',
        "[[role]]\nrole",
        "[commission]\nx",
    ]
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(KEYS, VALUES), max_size=6), st.sampled_from(["", "[[role]]\n", GOOD]))
def test_no_file_makes_another_error(lines: Sequence[tuple[str, str]], begin: str) -> None:
    """Whatever values stand where, the file is read or refused in our own words, without control signs."""
    text = begin + "".join(f"{key} = {value}\n" for key, value in lines)
    try:
        read_policy(text.encode())
    except PolicyUnusableError as error:
        told = error
    else:
        return
    assert told.faults
    assert str(told).isprintable()
