"""The role policy as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest

from adapter.domain.kinds import KINDS
from signing.keys import SigningKey
from signing.reasons import Reason
from signing.roles.judgement import judge
from signing.roles.policy import DEFAULT_POLICY, FIRST_DAYS
from signing.roles.posts import (
    BUREAU_EXPERTS,
    BUREAU_HEADS,
    DEPARTMENT_HEADS,
    DEPUTY_HEADS,
    HEADS,
    POST_NAMES,
)
from signing.roles.rules import RolePolicy, RoleRule
from signing.roles.signers import AuthorityKind, ExpectedSigner
from tests.unit.signing.conftest import CHAIRMAN, HOSPITAL_OGRN, MEMBER, Held

FIRST = date(2026, 1, 1)
ONE = RoleRule(frozenset({"1"}), "AUTHOR", 1, 1, FIRST, date(2026, 6, 30))
TWO = replace(ONE, minimum=2, maximum=2, since=date(2026, 7, 1), until=None)
POLICY = RolePolicy((ONE, TWO))


def test_first_days_are_those_of_the_kinds() -> None:
    """Every kind that has signers, and the day on which the register of kinds begins it."""
    assert dict(FIRST_DAYS) == {code: KINDS[code].valid_from for code in set(KINDS) - {"120"}}


@pytest.mark.parametrize("kind", sorted(FIRST_DAYS))
def test_a_kind_has_roles_from_its_first_day(kind: str) -> None:
    """None the day before, and all of them since, for the bureau and the hospital alike."""
    first = FIRST_DAYS[kind]
    assert DEFAULT_POLICY.rules_of(kind, first - timedelta(days=1)) == ()
    roles = {rule.role: (rule.minimum, rule.maximum) for rule in DEFAULT_POLICY.rules_of(kind, first)}
    bureau = {"BUREAU_HEAD": (1, 1), "ORGANIZATION": (0, 1)}
    hospital = {
        "AUTHOR": (1, 1),
        "CHAIRMAN": (1, 1),
        "VICE_CHAIRMAN": (0, None),
        "COMMISSIONER": (1, None),
        "LEGAL_AUTHENTICATOR": (0, 1),
        "ORGANIZATION": (1, 1),
    }
    assert roles == (hospital if kind in {"34", "109", "121"} else bureau)


def test_one_row_at_most_holds_for_a_role_on_a_day() -> None:
    """Two rows of one role and kind never overlap."""
    for one, other in combinations(DEFAULT_POLICY.rules, 2):
        if one.role == other.role and one.kinds & other.kinds:
            assert (one.until or date.max) < other.since or (other.until or date.max) < one.since


@pytest.mark.parametrize(
    ("day", "signers", "reasons"),
    [
        (date(2025, 12, 31), 1, [Reason.SIGNER_ROLE]),
        (date(2026, 1, 1), 1, []),
        (date(2026, 6, 30), 1, []),
        (date(2026, 6, 30), 2, [Reason.SIGNER_ROLE]),
        (date(2026, 7, 1), 1, [Reason.SIG_MISSING]),
        (date(2026, 7, 1), 2, []),
    ],
)
def test_the_number_of_a_role_is_that_of_the_day(
    keys: Mapping[str, SigningKey], day: date, signers: int, reasons: list[Reason]
) -> None:
    """The row of the day of the document counts, up to and with its last day."""
    expected = [ExpectedSigner("AUTHOR", CHAIRMAN), ExpectedSigner("AUTHOR", MEMBER)]
    outcomes = [Held(keys[name].certificate) for name in ("chairman", "member")[:signers]]
    judgement = judge(POLICY, "1", day, expected, outcomes, organization_ogrn=HOSPITAL_OGRN)
    assert [one.reason for one in judgement.refusals] == reasons


def test_commissions_and_differences_have_their_days_too() -> None:
    """Three persons since 01.09.2025; the chairman is nobody else, whatever the day."""
    before, after = date(2025, 8, 31), date(2025, 9, 1)
    assert DEFAULT_POLICY.commissions_of("121", before) == ()
    (commission,) = DEFAULT_POLICY.commissions_of("121", after)
    assert commission.min_commission_persons == 3
    ended = replace(DEFAULT_POLICY, commissions=(replace(commission, until=after),))
    assert ended.commissions_of("121", after)
    assert not ended.commissions_of("121", after + timedelta(days=1))
    assert [rule.roles for rule in DEFAULT_POLICY.differences_of("121", before)] == [
        ("CHAIRMAN", "COMMISSIONER"),
        ("CHAIRMAN", "VICE_CHAIRMAN"),
    ]
    assert DEFAULT_POLICY.differences_of("130", after) == ()


def test_posts_are_codes_with_names_and_in_one_group() -> None:
    """A post is in one table only, each has a Russian name."""
    groups = (HEADS, DEPUTY_HEADS, DEPARTMENT_HEADS, BUREAU_HEADS, BUREAU_EXPERTS)
    assert sum(map(len, groups)) == len(POST_NAMES)
    assert all(code.isdecimal() and name[0].isupper() for code, name in POST_NAMES.items())


def test_an_authority_adds_posts_and_takes_none() -> None:
    """By order the experts are admitted beside the heads; a rule without posts admits every post anyway."""
    rule = next(one for one in DEFAULT_POLICY.rules if one.role == "BUREAU_HEAD" and "187" in one.kinds)
    usual, widened = rule.posts_of(None), rule.posts_of(AuthorityKind.ORDER)
    assert usual is not None
    assert widened is not None
    assert usual.codes == set(BUREAU_HEADS)
    assert widened.codes == {*BUREAU_HEADS, *BUREAU_EXPERTS}
    assert rule.posts_of(AuthorityKind.POWER_OF_ATTORNEY) == usual
    assert replace(rule, posts=None).posts_of(AuthorityKind.ORDER) is None
