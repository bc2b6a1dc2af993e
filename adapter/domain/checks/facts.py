"""What several rules ask of a referral: age, citizenship, whether the citizen was injured at work."""

import datetime as dt

from adapter.domain.checks.places import each, value
from adapter.domain.checks.registry import Context, once
from adapter.domain.referral import Referral

BIRTH, ISSUE = "citizen.birth_date", "issue_date"
YEAR = 12  # months
CHILD, PASSPORT, ADULT = 3 * YEAR, 14 * YEAR, 18 * YEAR  # months
#: Purposes of those injured at work (list 1.2.643.5.1.13.13.99.2.147): loss of capacity, their programme.
PURPOSES_OF_INJURED = frozenset({"6", "11"})
#: Causes of disability (list 1.2.643.5.1.13.13.11.1474): occupational disease, injury at work.
_CAUSES_AT_WORK = frozenset({"6", "7"})


def born(referral: Referral) -> dt.date | None:
    """Return the birth date, unless it is after the issue: then it is wrong and proves nothing."""
    birth, issued = value(referral, BIRTH, dt.date), value(referral, ISSUE, dt.date)
    return None if birth is None or (issued is not None and birth > issued) else birth


def age(referral: Referral) -> int | None:
    """Return the full months on the day of issue, None when a date is absent or wrong."""
    birth, issued = born(referral), value(referral, ISSUE, dt.date)
    return None if birth is None or issued is None else age_months(birth, issued)


def is_child(referral: Referral, _: Context) -> bool:
    """Whether the citizen is known to be under 18 years."""
    months = once(age, referral)
    return months is not None and months < ADULT


def age_months(born_on: dt.date, on: dt.date) -> int:
    """Return the full months from a birth to a day.

    A month is full on the same day number, so a child of 29 February is a year older on 1 March. Negative
    before birth.
    """
    months = (on.year - born_on.year) * YEAR + on.month - born_on.month
    return months - 1 if on.day < born_on.day else months


def text(referral: Referral, place: str) -> str:
    """Return a text without the blanks at its ends; empty when it is absent or blank."""
    return (value(referral, place, str) or "").strip()


def injured_at_work(referral: Referral) -> bool:
    """Whether a purpose, a loss of professional capacity or the cause tells of an injury at work."""
    return (
        not PURPOSES_OF_INJURED.isdisjoint(each(referral, "purposes", str))
        or bool(each(referral, "previous.prof_loss.percent", int))
        or value(referral, "previous.cause.code", str) in _CAUSES_AT_WORK
    )
