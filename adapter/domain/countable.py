"""What of a referral is counted by: coarse facts, written into the journal when a version comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from adapter.domain.referral import Referral
from adapter.domain.submission import SubmissionFacts

#: Full years from which a citizen is of age.
ADULT = 18
CHILD_GROUP, ADULT_GROUP = "0-17", "18+"


def age_group(birth_date: dt.date, on: dt.date) -> str:
    """Return the age group on a day; who was born on 29 February grows older on 1 March."""
    years = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    return ADULT_GROUP if years >= ADULT else CHILD_GROUP


def countable(facts: SubmissionFacts, referral: Referral | None) -> Mapping[str, object]:
    """Return the facts of a version; of a СЭМД that came alone only what routes it."""
    counted: dict[str, object] = {
        "issueDate": facts.issue_date.isoformat(),
        "organizationOid": facts.organization_oid,
        "bureauOid": facts.bureau_oid,
        "priority": str(facts.priority),
    }
    if referral is not None:
        counted |= {
            "referralOrder": referral.referral_order,
            "purposes": sorted(referral.purposes),
            "ageGroup": age_group(referral.citizen.birth_date, referral.issue_date),
        }
    return counted
