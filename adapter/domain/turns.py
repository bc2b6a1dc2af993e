"""Whose turn it is while nothing moves: what an operator asks first of what waits."""

import enum
from types import MappingProxyType

from adapter.domain.state_names import STATES, Party


class Turn(enum.StrEnum):
    """Who has to act; the value is what an operator reads."""

    ADAPTER = "адаптер"
    REMD = "РЭМД"
    BUREAU = "бюро МСЭ"
    HOSPITAL = "медицинская организация"
    OPERATOR = "оператор"


_OF_PARTY = {
    Party.MIS: Turn.HOSPITAL,
    Party.BUREAU: Turn.BUREAU,
    Party.REMD: Turn.REMD,
    Party.ADAPTER: Turn.ADAPTER,
}

#: Whose turn it is in each state that is not final.
TURN_OF_STATE = MappingProxyType({row.state: _OF_PARTY[row.turn] for row in STATES.values() if not row.final})

#: Whose turn it is for a delivery that is not done.
TURN_OF_DELIVERY = MappingProxyType(
    {"pending": Turn.ADAPTER, "leased": Turn.ADAPTER, "unknown": Turn.ADAPTER, "dead": Turn.OPERATOR}
)
