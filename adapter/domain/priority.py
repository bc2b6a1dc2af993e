"""Order of the bureau's queue (facts of the domain, C.4, R104)."""

import datetime as dt
import enum
from types import MappingProxyType

from adapter.domain.referral import Referral


class PriorityCategory(enum.StrEnum):
    """Why a referral goes before others; derived from its marks, never typed in."""

    NONE = "NONE"
    PALLIATIVE = "PALLIATIVE"
    AMPUTATION = "AMPUTATION"
    SVO = "SVO"
    SICK_LEAVE = "SICK_LEAVE"


_RANKS = MappingProxyType(
    {
        PriorityCategory.PALLIATIVE: 0,
        PriorityCategory.AMPUTATION: 0,
        PriorityCategory.SVO: 1,
        PriorityCategory.SICK_LEAVE: 2,
        PriorityCategory.NONE: 4,
    }
)
_RANK_OF_REPEAT = 3
_LAST_DAY = "9999-12-31"
_PLACES_OF_A_RANK = dt.date.max.toordinal() + 1

#: Places after those of all referrals: news of states, letters.
PLACE_OF_NEWS = 10 * _PLACES_OF_A_RANK
PLACE_OF_LETTERS = PLACE_OF_NEWS + 1


def category_of(referral: Referral) -> PriorityCategory:
    """Derive the category from the marks of points 3 and 4, of СВО and of the sick leave (п. 26.1).

    Of several marks the one with the highest place in the queue counts.
    """
    marks = (
        (referral.primary_prosthetics, PriorityCategory.AMPUTATION),
        (referral.palliative_care, PriorityCategory.PALLIATIVE),
        (referral.case_events is not None and referral.case_events.svo_participant, PriorityCategory.SVO),
        (referral.electronic_sick_leave.present, PriorityCategory.SICK_LEAVE),
    )
    return next((category for marked, category in marks if marked), PriorityCategory.NONE)


def sort_key(category: PriorityCategory, previous_until: dt.date | None, received_at: dt.datetime) -> str:
    """Return a text whose lexicographic order is the order of the queue.

    Amputation and palliative care → СВО → open sick leave → repeat referral, the nearest end of the previous
    term first → the rest; equals by the time of receipt.

    Args:
        category: Category of the referral.
        previous_until: Last day of the disability established before; None: first referral or no term.
        received_at: Aware instant of receipt.
    """
    rank, until = _RANKS[category], _LAST_DAY
    if category is PriorityCategory.NONE and previous_until is not None:
        rank, until = _RANK_OF_REPEAT, previous_until.isoformat()
    received = received_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return f"{rank}/{until}/{received}"


def place(key: str) -> int:
    """Return the place of a `sort_key` among deliveries, which are ordered by a number: lower goes first.

    Equal places go by the time at which they were queued.
    """
    rank, until, _ = key.split("/")
    nearest = dt.date.fromisoformat(until).toordinal() if int(rank) == _RANK_OF_REPEAT else 0
    return int(rank) * _PLACES_OF_A_RANK + nearest
