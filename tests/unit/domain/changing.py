"""Change one field of a referral, named by its dotted place, and read what the checks say of it."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from adapter.domain.checks import Context, check
from adapter.domain.checks.facts import age_months
from adapter.domain.citizen import Age, AuthorityDocument, IdentityDocument, Representative
from adapter.domain.clinical import Anthropometry
from adapter.domain.referral import Referral
from tests.unit.domain.example import CONTEXT, example, synthetic_snils

REPRESENTATIVE = Representative(
    family_name="Опекунов",
    given_name="Иван",
    birth_date=dt.date(1970, 1, 1),
    authority_document=AuthorityDocument(
        type="2", number="1", issued_by="опека", issue_date=dt.date(2020, 1, 1)
    ),
    snils=synthetic_snils(50),
)


def changed(place: str, value: object, root: Referral | None = None) -> Referral:
    """Return the example with one field, named by its dotted place, set to a value; numbers are indices."""
    return _set(root or example(), place.split("."), value)  # type: ignore[no-any-return]


def changed_all(changes: dict[str, object], root: Referral | None = None) -> Referral:
    """Return the example with several fields set, in their order."""
    referral = root or example()
    for place, value in changes.items():
        referral = changed(place, value, referral)
    return referral


def found(referral: Referral, context: Context = CONTEXT) -> list[tuple[str, str]]:
    """Return the codes and paths of all problems."""
    return [(one.code, one.path) for one in check(referral, context)]


def child(born: dt.date) -> Referral:
    """Return a referral without a fault of a child under fourteen, born on the day."""
    months = age_months(born, example().issue_date)
    small = months < 36
    return changed_all(
        {
            "citizen.birth_date": born,
            "citizen.age": Age(value=months, unit="MONTH")
            if months < 12
            else Age(value=months // 12, unit="YEAR"),
            "citizen.identity_document": IdentityDocument(
                type="6", series="II-МЮ", number="000123", issued_by="ЗАГС", issue_date=born
            ),
            "representative": replace(
                REPRESENTATIVE,
                authority_document=replace(REPRESENTATIVE.authority_document, type="1", issue_date=born),
            ),
            "purposes": ("2", "10"),
            "observed_since_year": born.year,
            "examinations.0.date": example().issue_date,
            "examinations.1.date": example().issue_date,
            "anthropometry": Anthropometry(
                height=Decimal(100),
                weight=Decimal(16),
                bmi=Decimal(16),
                body_build="1",
                birth_weight=3200 if small else None,
                physical_development="По возрасту" if small else None,
            ),
        }
    )


def _set(node: Any, steps: list[str], value: object) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if step.isdigit():
        at = int(step)
        return (*node[:at], _set(node[at], rest, value), *node[at + 1 :])
    return replace(node, **{step: _set(getattr(node, step), rest, value)})
