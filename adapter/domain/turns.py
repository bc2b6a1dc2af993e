"""Whose turn it is while nothing moves: what an operator asks first of a referral that waits."""

import enum
from types import MappingProxyType

from adapter.domain.state_names import STATES, State


class Turn(enum.StrEnum):
    """Who has to act; the value is what an operator reads."""

    ADAPTER = "адаптер"
    REMD = "РЭМД"
    BUREAU = "бюро МСЭ"
    HOSPITAL = "медицинская организация"
    AUTHORITY = "удостоверяющий центр"
    OPERATOR = "оператор"


_OF_STATE = {
    State.DRAFT: Turn.HOSPITAL,
    State.VK_APPROVED: Turn.HOSPITAL,
    State.SIGNED: Turn.HOSPITAL,
    State.SUBMITTED: Turn.REMD,
    State.AWAITING_CERTIFICATE_STATUS: Turn.AUTHORITY,
    State.TECH_REJECTED: Turn.HOSPITAL,
    State.REMD_REGISTERED: Turn.BUREAU,
    State.REMD_REJECTED: Turn.HOSPITAL,
    State.DELIVERED: Turn.BUREAU,
    State.REGISTERED: Turn.BUREAU,
    State.RETURNED: Turn.HOSPITAL,
    State.REWORK: Turn.HOSPITAL,
    State.IN_WORK: Turn.BUREAU,
    State.SCHEDULED: Turn.BUREAU,
    State.EXAMINED: Turn.BUREAU,
    State.RESULT_SENT: Turn.HOSPITAL,
    State.APPEALED: Turn.BUREAU,
}

#: Whose turn it is in each state that is not final.
TURN_OF_STATE = MappingProxyType(
    {row.state: _OF_STATE[row.state] for row in STATES.values() if not row.final}
)

#: Whose turn it is for a delivery that is not done.
TURN_OF_DELIVERY = MappingProxyType(
    {"pending": Turn.ADAPTER, "leased": Turn.ADAPTER, "unknown": Turn.ADAPTER, "dead": Turn.OPERATOR}
)
