"""`rules list`: which rules a referral is checked by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from adapter.domain.checks import rules
from adapter.domain.checks.registry import Rule
from adapter.domain.errors import Severity

_SEVERITIES = {Severity.ERROR: "ошибка", Severity.WARNING: "предупреждение"}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as people read it; a day that the rule does not have is empty."""

    code: str
    description: str
    point: str
    severity: str
    basis: str
    valid_from: str
    valid_until: str


def rules_on(day: date | None) -> tuple[Rule, ...]:
    """Return the rules for protocols of the day, None: all rules; by code and name."""
    return tuple(one for one in rules() if day is None or one.valid_on(day))


def row_of(rule: Rule) -> RuleRow:
    """Return a rule as a row of the table."""
    return RuleRow(
        rule.code,
        rule.description,
        rule.point,
        _SEVERITIES[rule.severity],
        rule.basis,
        "" if rule.since == date.min else f"{rule.since:%d.%m.%Y}",
        f"{rule.until:%d.%m.%Y}" if rule.until else "",
    )


def json_of(rule: Rule) -> dict[str, str | None]:
    """Return a rule for programs; a day that it does not have is null."""
    return {
        "code": rule.code,
        "name": rule.name,
        "description": rule.description,
        "point": rule.point,
        "severity": rule.severity.value,
        "basis": rule.basis,
        "validFrom": None if rule.since == date.min else rule.since.isoformat(),
        "validUntil": rule.until.isoformat() if rule.until else None,
    }
