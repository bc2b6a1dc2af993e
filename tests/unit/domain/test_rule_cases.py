"""Every rule of the form lets the last right value pass and finds the first wrong one."""

import datetime as dt
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from adapter.domain.checks import check, rules
from adapter.domain.checks.registry import COMMISSIONS, IN_FORCE_SINCE
from adapter.domain.requisites import Authority
from tests.unit.domain.changing import changed, changed_all, child, found
from tests.unit.domain.example import CONTEXT, TODAY, example, staff
from tests.unit.domain.rule_cases import CASES
from tests.unit.domain.rule_cases.case import DAY, Case

#: Modules whose rules have their cases in `rule_cases`; look-ups have tests of their own.
MODULES: tuple[str, ...] = (
    "clinical",
    "dates",
    "document",
    "form",
    "history",
    "identity",
    "numbers",
    "organization",
    "persons",
    "purposes",
)
#: Rules whose fault never comes alone, with the tests below that show them.
ELSEWHERE = {
    "born_before_issue",
    "issue_date_not_before_vk_protocol_date",
    "consent_date_not_after_issue_date",
    "vk_protocol_date_not_before_citizen_birth_date",
    "size_of_commission",
}


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.rule}-{one.path}")
def test_the_last_right_value_passes_and_the_first_wrong_one_is_found(case: Case) -> None:
    """A right referral is clean; broken, it has one problem: the code of the rule at the path."""
    assert [(one.code, one.path, one.message) for one in check(case.right_one(), CONTEXT)] == []
    made = check(case.wrong_one(), CONTEXT)
    rule = next(one for one in rules() if one.name == case.rule)
    assert [(one.path, one.severity) for one in made] == [(f"Referral/{case.path}", case.severity)]
    (only,) = made
    assert set(rule.function(case.wrong_one(), CONTEXT)) == {only}
    assert only.title
    assert only.how_to_fix


def test_every_rule_has_a_case() -> None:
    """A rule cannot be added without a case of its own."""
    ours = {f"adapter.domain.checks.{name}" for name in MODULES}
    names = {one.name for one in rules() if one.function.__module__ in ours}
    assert names == {case.rule for case in CASES} | ELSEWHERE


def test_codes_of_cases_are_those_of_their_rules() -> None:
    """The code that a rule is listed with is one that it finds."""
    listed = {one.name: one.code for one in rules()}
    made: dict[str, set[str]] = {}
    for case in CASES:
        made.setdefault(case.rule, set()).update(one.code for one in check(case.wrong_one(), CONTEXT))
    assert [name for name, codes in made.items() if listed[name] not in codes] == []


def test_birth_after_issue_is_told_once() -> None:
    """A wrong birth date is told of the birth date; events are not also before birth."""
    late = changed("citizen.birth_date", example().issue_date + DAY)
    assert found(late) == [("MSE-1122", "Referral/citizen/birthDate")]


def test_protocol_before_birth() -> None:
    """A commission cannot decide on somebody who is not born: it may on the day of birth."""
    newborn = child(dt.date(2024, 1, 30))
    newborn = changed("consent.date", dt.date(2024, 1, 30), newborn)
    assert found(newborn) == []
    before = changed_all({"vk_protocol.date": dt.date(2024, 1, 29)}, newborn)
    assert ("MSE-1122", "Referral/vkProtocol/date") in found(before)


def test_consent_after_issue() -> None:
    """Consent on the day of issue is only late for the protocol, a day later it is an error."""
    on_issue = check(changed("consent.date", example().issue_date), CONTEXT)
    assert [one.severity.value for one in on_issue] == ["WARNING"]
    after = check(changed("consent.date", example().issue_date + DAY), CONTEXT)
    assert sorted(one.severity.value for one in after) == ["ERROR", "WARNING"]


def test_commission_of_three_from_the_day_of_the_order() -> None:
    """Two persons are a commission until 31.08.2025 by the day of the protocol, three from 01.09.2025."""
    first = IN_FORCE_SINCE[COMMISSIONS]
    context = replace(CONTEXT, today=first, received_at=dt.datetime(2025, 9, 1, 9, tzinfo=dt.UTC))
    two = changed_all(
        {
            "commission.members": (staff(2),),
            "issue_date": first,
            "fill_date": first,
            "citizen.age.value": 45,
        }
    )
    before = changed("vk_protocol.date", first - DAY, two)
    assert found(before, context) == []
    since = changed("vk_protocol.date", first, two)
    assert found(since, context) == [("MSE-1105", "Referral/commission/members")]
    assert found(changed("commission.members", (staff(2), staff(3)), since), context) == []


def test_a_refused_value_proves_nothing() -> None:
    """From a value that is refused by itself nothing else follows, whoever refused it."""
    height = changed("anthropometry.height", Decimal("19.9"))
    assert found(height) == [("MSE-1102", "Referral/anthropometry/height")]
    known = ["Referral/citizen/age/value", "Referral/purposes", "Referral/commission/members[2]/snils"]
    wrong = changed_all(
        {"citizen.age.value": 7, "purposes": ("1",) * 3, "commission.members": (staff(2), staff(2))}
    )
    assert len(found(wrong)) == 4
    assert check(wrong, CONTEXT, reported=known) == ()
    assert check(example(), CONTEXT, reported=["Referral/citizen/no[9]/such", "Referral", ""]) == ()


def test_excess_is_told_with_the_limit() -> None:
    """Of a text too long its length, the limit and the excess are told, not the text."""
    (one,) = check(changed("vk_protocol.number", "тайна" * 13), CONTEXT)
    assert (one.actual, one.limit, one.excess) == ("65", "60", "5")
    assert one.message == "Поле «Номер протокола врачебной комиссии»: 65 знаков при пределе 60 (больше на 5)."
    assert "тайна" not in str(one.as_json())


def test_a_foreign_child_may_have_a_passport() -> None:
    """A child of another state has the document of that state; a Russian passport is refused for both."""
    foreign = changed_all(
        {"citizen.citizenship": "3", "citizen.identity_document.type": "10"}, child(dt.date(2018, 5, 5))
    )
    assert found(foreign) == []
    path = "Referral/citizen/identityDocument/type"
    assert found(changed("citizen.citizenship", "1", foreign)) == [("MSE-1102", path)] * 2


def test_an_acting_head_has_days() -> None:
    """The order of an acting head is not of a future day."""
    order = Authority(
        kind="ACTING_HEAD_ORDER",
        number="1",
        issued_at=TODAY,
        valid_from=TODAY,
        issuer_name="Больница",
    )
    assert found(changed("author.authority", order)) == []
    late = replace(order, issued_at=TODAY + DAY)
    assert found(changed("author.authority", late)) == [("MSE-1121", "Referral/author/authority/issuedAt")]


def test_modules_are_those_of_the_package() -> None:
    """Every module named here is imported by the package."""
    assert all(f"adapter.domain.checks.{name}" in sys.modules for name in MODULES)
