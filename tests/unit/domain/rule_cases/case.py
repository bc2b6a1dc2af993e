"""A case of a rule, and what several cases are made of."""

import datetime as dt
from dataclasses import dataclass, field

from adapter.domain.citizen import GuardianOrganization
from adapter.domain.errors import Severity
from adapter.domain.history import (
    Previous,
    TemporaryDisability,
)
from adapter.domain.referral import Referral
from adapter.domain.requisites import Address
from tests.unit.domain.changing import changed_all
from tests.unit.domain.example import example

ERROR, WARNING = Severity.ERROR, Severity.WARNING
DAY = dt.timedelta(days=1)
ISSUE = example().issue_date  # 01.02.2024, a day after the protocol of 30.01.2024 and one more
BIRTH = example().citizen.birth_date
ADDRESS = Address(subject_code="77", text="г. Москва")
GUARDIAN = GuardianOrganization(name="Опека", address=ADDRESS, ogrn="1027700132195")
PREVIOUS = Previous(
    group="3",
    until=dt.date(2024, 1, 31),
    period_on_disability="1",
    term="1",
    act_number="1",
    act_date=dt.date(2023, 1, 31),
)
#: An entrepreneur's ОГРНИП with a first digit that he cannot have, and with the right one.
OGRNIP, NO_OGRNIP = "304500116000157", f"40450011600015{40450011600015 % 13 % 10}"
NO_OGRN = f"202770013219{202770013219 % 11 % 10}"


def years_ago(years: int, day: dt.date = ISSUE) -> dt.date:
    """Return the day so many years before."""
    return day.replace(year=day.year - years)


def disability(start: dt.date, end: dt.date | None, days: int | None = None) -> TemporaryDisability:
    """Return a period of temporary disability."""
    return TemporaryDisability(start=start, end=end, days=days, diagnosis="Болезнь", icd10="J06.9")


@dataclass(frozen=True, slots=True)
class Case:
    """A right referral and what makes it wrong.

    Attributes:
        rule: Name of the rule that finds it.
        wrong: Fields that break one rule.
        path: Where, without the root.
        right: Fields that are on the right side of the limit; they are set before the wrong ones.
        severity: Of what is found.
        base: The referral to start with.
    """

    rule: str
    wrong: dict[str, object]
    path: str
    right: dict[str, object] = field(default_factory=dict)
    severity: Severity = ERROR
    base: Referral = field(default_factory=example)

    def right_one(self) -> Referral:
        """Return the referral before it is broken."""
        return changed_all(self.right, self.base)

    def wrong_one(self) -> Referral:
        """Return the broken referral."""
        return changed_all(self.wrong, self.right_one())
