"""What a question of the reports is about, as the store asks it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType

from adapter.domain.statistics import PERIODS, Group, Query, Viewer
from storage import CountedCohort, DelayBucket

#: A result that nobody has acknowledged for longer than this is told of (I11).
UNDELIVERED = dt.timedelta(days=5)

#: Days from the issue to the receipt (R123).
DELAYS = (DelayBucket("0_3", 0, 3), DelayBucket("4_30", 4, 30), DelayBucket("31", 31))

#: Kind of the delivery that tells ФОМС of a return.
FUND_NOTICE = "NotifyReturn"

_COLUMNS = MappingProxyType(
    {
        Group.REGION: "region",
        Group.ORGANIZATION: "organization_oid",
        Group.BUREAU: "bureau_oid",
        Group.SYSTEM: "sender",
        Group.REFERRAL_ORDER: "referral_order",
        Group.PURPOSE: "purposes",
        Group.AGE_GROUP: "age_group",
        Group.PRIORITY: "priority",
        Group.FORM: "examination_form",
    }
)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Referrals that a question is about: received in the period, seen by the viewer, known by then."""

    query: Query
    viewer: Viewer
    cut_off: dt.datetime

    def stored(self) -> CountedCohort:
        """Return the cohort in columns of the store."""
        query, viewer = self.query, self.viewer
        asked = {
            "region": (query.region, viewer.regions),
            "organization_oid": (query.organization_oid, viewer.organizations),
            "bureau_oid": (query.bureau_oid, viewer.bureaus),
        }
        cut = {f"by_{one}": _COLUMNS[one] for one in query.groups if one in _COLUMNS}
        if any(one in PERIODS for one in query.groups):
            cut["by_day"] = "received_day"
        return CountedCohort(
            first=query.first,
            last=query.last,
            known=self.cut_off,
            only={name: one for name, (one, _) in asked.items() if one},
            among={name: seen for name, (_, seen) in asked.items() if seen is not None},
            cut=cut,
        )
