"""The good referrals that the corpus breaks, by name; each in several variants."""

import datetime as dt
from functools import cache
from random import Random

from adapter.domain.referral import Referral
from tests.valid_referrals.dates import YEAR
from tests.valid_referrals.referrals import build
from tests.valid_referrals.traits import Keeper, Traits

VARIANTS = 2
ISSUED = dt.date(2025, 10, 15)
RECEIVED_AT = dt.datetime(2025, 10, 20, 9, tzinfo=dt.UTC)
RECEIVED = RECEIVED_AT.date()

#: What is said of a referral depends on who is referred.
GOOD = {
    "adult": Traits(months=45 * YEAR + 3),
    "repeat": Traits(months=52 * YEAR, repeat=True),
    "child": Traits(months=9 * YEAR + 1, keeper=Keeper.PERSON),
    "repeat child": Traits(months=11 * YEAR, keeper=Keeper.PERSON, repeat=True),
    "teenager": Traits(months=15 * YEAR + 2, keeper=Keeper.PERSON),
    "infant": Traits(months=8, keeper=Keeper.PERSON),
    "represented": Traits(months=70 * YEAR, keeper=Keeper.PERSON),
    "in guardianship": Traits(months=30 * YEAR, keeper=Keeper.ORGANIZATION),
    "no fixed address": Traits(months=50 * YEAR, no_fixed_address=True),
    "foreigner": Traits(months=33 * YEAR, citizenship="3"),
    "stateless": Traits(months=61 * YEAR, citizenship="4", without_snils=True),
    "in hospital": Traits(months=40 * YEAR, stay="1"),
    "amputee": Traits(months=58 * YEAR, amputee=True, stay="1"),
    "victim": Traits(months=49 * YEAR, victim=True, repeat=True),
    "worker": Traits(months=37 * YEAR, works=True, sick_leave=True),
    "student": Traits(months=19 * YEAR, studies=True),
    "corrected": Traits(months=64 * YEAR, version=3),
}


@cache
def good(name: str, variant: int) -> Referral:
    """Return a good referral; the same every time."""
    return build(Random(f"corpus {name} {variant}"), GOOD[name], ISSUED)  # noqa: S311 - no secret
