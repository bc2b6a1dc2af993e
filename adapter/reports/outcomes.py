"""What became of a referral, as the reconciliation counts it: one outcome at a time."""

from enum import StrEnum
from types import MappingProxyType

from adapter.domain.state_names import State


class Outcome(StrEnum):
    """Where a referral is counted."""

    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"
    DUPLICATE = "DUPLICATE"
    LATE = "LATE"
    SIGNATURE = "SIGNATURE"
    REGION = "REGION"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    CHECKING = "CHECKING"


#: Reasons of D.3; each referral has one of them at most.
NOT_ACCEPTED = (Outcome.SIGNATURE, Outcome.REGION, Outcome.DUPLICATE, Outcome.LATE)

OUTCOME_NAMES = MappingProxyType(
    {
        Outcome.ACCEPTED: "принято в работу",
        Outcome.RETURNED: "возвращено",
        Outcome.DUPLICATE: "не принято: дубль",
        Outcome.LATE: "не принято: позднее поступление",
        Outcome.SIGNATURE: "не принято: подпись недействительна",
        Outcome.REGION: "не принято: другой субъект РФ",
        Outcome.REFUSED: "отклонено РЭМД или технической проверкой",
        Outcome.WITHDRAWN: "отозвано",
        Outcome.CHECKING: "в пути и на проверке",
    }
)

_OF_STATE = MappingProxyType(
    {
        State.TECH_REJECTED: Outcome.REFUSED,
        State.REMD_REJECTED: Outcome.REFUSED,
        State.NOT_ACCEPTED_DUPLICATE: Outcome.DUPLICATE,
        State.NOT_ACCEPTED_LATE: Outcome.LATE,
        State.NOT_ACCEPTED_SIGNATURE: Outcome.SIGNATURE,
        State.NOT_ACCEPTED_REGION: Outcome.REGION,
        State.RETURNED: Outcome.RETURNED,
        State.REWORK: Outcome.RETURNED,
        State.REWORK_EXPIRED: Outcome.RETURNED,
        State.IN_WORK: Outcome.ACCEPTED,
        State.SCHEDULED: Outcome.ACCEPTED,
        State.EXAMINED: Outcome.ACCEPTED,
        State.RESULT_SENT: Outcome.ACCEPTED,
        State.COMPLETED: Outcome.ACCEPTED,
        State.APPEALED: Outcome.ACCEPTED,
        State.WITHDRAWN: Outcome.WITHDRAWN,
    }
)


def outcome_after(before: Outcome | None, state: State) -> Outcome:
    """Return the outcome of a referral that comes into a state; taken into work once, it stays so."""
    if before is Outcome.ACCEPTED:
        return Outcome.ACCEPTED
    return _OF_STATE.get(state, Outcome.CHECKING)
