"""What those in the machine of `test_life` may do: tables of events, and how often who acts."""

from __future__ import annotations

from collections.abc import Callable

from adapter.domain.states import Event, State
from tests.integration.operations import acts
from tests.integration.operations.gateway import Reply
from tests.integration.operations.walk import Walk

#: Events of a refusal on receipt, and the reason that each has.
REFUSALS = {
    Event.REFUSE_DUPLICATE: "DUPLICATE",
    Event.REFUSE_LATE: "LATE",
    Event.REFUSE_SIGNATURE: "SIGNATURE",
    Event.REFUSE_REGION: "REGION",
}
#: Events that come with a signed document.
SIGNED = (Event.RETURN, Event.SEND_RESULT, Event.REPLACE_RETURN, Event.REPLACE_RESULT)
#: Events that one call makes.
PLAIN: dict[Event, Callable[[Walk], Reply]] = {
    Event.REGISTER: Walk.register,
    Event.ACCEPT: Walk.accept,
    Event.ASSIGN_EXECUTOR: acts.assign,
    Event.REQUEST_EXAMINATION: acts.ask_for_more,
    Event.SCHEDULE: Walk.schedule,
    Event.RESCHEDULE: acts.reschedule,
    Event.NO_SHOW: acts.no_show,
    Event.APPEAL: acts.appeal,
    Event.DECIDE_APPEAL: acts.decide,
    Event.CHANGE_DECISION: acts.change_decision,
}
#: What a bureau does next, the straight way and another one.
NEXT = {
    State.DELIVERED: (Event.REGISTER, Event.REGISTER),
    State.REGISTERED: (Event.ACCEPT, Event.RETURN),
    State.IN_WORK: (Event.SCHEDULE, Event.REQUEST_EXAMINATION),
    State.SCHEDULED: (Event.SEND_RESULT, Event.NO_SHOW),
    State.EXAMINED: (Event.SEND_RESULT, Event.SEND_RESULT),
    State.COMPLETED: (Event.APPEAL, Event.APPEAL),
    State.APPEALED: (Event.DECIDE_APPEAL, Event.CHANGE_DECISION),
}
#: All that a bureau may try.
OF_BUREAU = (*PLAIN, *REFUSALS, *SIGNED)
#: Who does something, as often as it stands here.
WHAT = (
    *["it_goes_on"] * 5,
    *["bureau_acts"] * 6,
    "time_passes",
    "bureau_extends",
    "bureau_forwards",
    "bureau_fetches",
    "bureau_acknowledges",
    "hospital_takes",
    "hospital_withdraws",
    "hospital_corrects",
    "registry_decides",
    "timer_looks",
    "somebody_repeats",
)
