"""Days and ages of valid referrals."""

import datetime as dt
from random import Random

DAY = dt.timedelta(days=1)
ADULT, PASSPORT, THREE_YEARS, YEAR = 18 * 12, 14 * 12, 3 * 12, 12
"""Ages in full months."""


def between(random: Random, first: dt.date, last: dt.date) -> dt.date:
    """Return a day from the first to the last one, both possible; the last when they are in wrong order."""
    return last - random.randint(0, max((last - first).days, 0)) * DAY


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the day so many months earlier; `day` is no later than the 28th of its month."""
    whole = day.year * 12 + day.month - 1 - months
    return dt.date(whole // 12, whole % 12 + 1, day.day)


def birth_date(random: Random, issued: dt.date, months: int) -> dt.date:
    """Return a birth date that makes so many full months on the day of issue; no 29th, 30th or 31st."""
    latest = months_before(issued.replace(day=min(issued.day, 28)), months)
    return latest.replace(day=random.randint(1, latest.day))
