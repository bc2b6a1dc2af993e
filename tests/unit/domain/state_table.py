"""The table of moves as the facts have it (C.1, C.2) and the contract, typed in apart from the code.

One line a state: its cells are ``EVENT>NEXT`` with what a move does beside it. The party is that of the
event, another one too after ``@``, instead of it after ``@@``. ``+`` starts a clock, ``-`` stops, ``~``
suspends, ``^`` resumes it, ``?`` is a guard.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from adapter.domain.states import Event, Guard, Party, State

CLOCKS = {
    "REG": "BUREAU_REGISTER",
    "RET": "BUREAU_RETURN",
    "EXAM": "BUREAU_EXAM",
    "REWORK": "MO_REWORK",
    "SEND": "RESULT_SEND",
    "APPEAL": "APPEAL_FILE",
    "REVIEW": "APPEAL_REVIEW",
    "COURT": "COURT_FILE",
}
GUARDS = {
    "vk": "COMMISSION_DECIDED",
    "signed": "ALL_SIGNED",
    "checks": "CHECKS_PASSED",
    "next": "NEXT_VERSION",
    "number": "REGISTRATION_NUMBER",
    "ground": "GROUND_NAMED",
    "head": "SIGNED_BY_HEAD",
    "other": "OTHER_BUREAU",
    "runs": "TERM_RUNS",
    "later": "LATER_END",
    "force": "DOCUMENT_IN_FORCE",
    "filed": "APPEAL_IN_TIME",
    "same": "SAME_APPEAL",
    "asked": "EXAMINATION_AWAITED",
    "intime": "REWORK_IN_TIME",
    "over": "REWORK_OVER",
}
PARTY_OF_EVENT = {
    Party.MIS: "APPROVE_BY_COMMISSION REFUSE_BY_COMMISSION SIGN SUBMIT CORRECT WITHDRAW ACKNOWLEDGE_RETURN "
    "ACKNOWLEDGE_RESULT",
    Party.BUREAU: "REGISTER RETURN REPLACE_RETURN ACCEPT FORWARD ASSIGN_EXECUTOR REQUEST_EXAMINATION "
    "SCHEDULE RESCHEDULE NO_SHOW EXTEND_DEADLINE EXAMINE SEND_RESULT REPLACE_RESULT APPEAL DECIDE_APPEAL "
    "CHANGE_DECISION REFUSE_DUPLICATE REFUSE_LATE REFUSE_SIGNATURE REFUSE_REGION DELIVER",
    Party.REMD: "REGISTER_IN_REMD REJECT_BY_REMD",
    Party.ADAPTER: "AWAIT_CERTIFICATE_STATUS CONFIRM_CERTIFICATE_STATUS REJECT_TECHNICALLY EXPIRE_REWORK",
}
_LEAVE = "WITHDRAW>WITHDRAWN-REG-RET-REWORK-EXAM"
_REFUSED = " ".join(
    f"REFUSE_{one}>NOT_ACCEPTED_{one}{{}}" for one in ("DUPLICATE", "LATE", "SIGNATURE", "REGION")
)
_TERM = "EXTEND_DEADLINE>{}?runs?later"
_ONWARD = "FORWARD>DELIVERED+REG+RET-REG-RET^EXAM?other"
_AGAIN = "CORRECT>SUBMITTED^EXAM?next"

TEXT = {
    "DRAFT": f"APPROVE_BY_COMMISSION>VK_APPROVED?vk REFUSE_BY_COMMISSION>VK_REFUSED?vk {_LEAVE}",
    "VK_REFUSED": "",
    "VK_APPROVED": f"SIGN>SIGNED?signed {_LEAVE}",
    "SIGNED": f"SUBMIT>SUBMITTED?checks {_LEAVE}",
    "SUBMITTED": "AWAIT_CERTIFICATE_STATUS>AWAITING_CERTIFICATE_STATUS REJECT_TECHNICALLY>TECH_REJECTED~EXAM "
    "REGISTER_IN_REMD>REMD_REGISTERED REJECT_BY_REMD>REMD_REJECTED~EXAM DELIVER>DELIVERED+REG+RET@ADAPTER "
    f"{_REFUSED.format(*['-EXAM@@ADAPTER'] * 4)} {_LEAVE}",
    "AWAITING_CERTIFICATE_STATUS": "CONFIRM_CERTIFICATE_STATUS>SUBMITTED "
    f"REFUSE_SIGNATURE>NOT_ACCEPTED_SIGNATURE-EXAM@@ADAPTER {_LEAVE}",
    "TECH_REJECTED": f"{_AGAIN} {_LEAVE}",
    "REMD_REGISTERED": f"DELIVER>DELIVERED+REG+RET@ADAPTER {_LEAVE}",
    "REMD_REJECTED": f"{_AGAIN} {_LEAVE}",
    "DELIVERED": f"REGISTER>REGISTERED+EXAM-REG?number {_REFUSED.format(*['-REG-RET-EXAM'] * 4)} {_ONWARD} "
    f"{_TERM.format('DELIVERED')} {_LEAVE}",
    "NOT_ACCEPTED_DUPLICATE": "",
    "NOT_ACCEPTED_LATE": "",
    "NOT_ACCEPTED_SIGNATURE": _AGAIN,
    "NOT_ACCEPTED_REGION": _AGAIN,
    "REGISTERED": f"RETURN>RETURNED-RET~EXAM?ground?head ACCEPT>IN_WORK-RET {_ONWARD} "
    f"ASSIGN_EXECUTOR>REGISTERED {_TERM.format('REGISTERED')} {_LEAVE}",
    "RETURNED": f"ACKNOWLEDGE_RETURN>REWORK+REWORK REPLACE_RETURN>RETURNED-REWORK?force?ground?head {_LEAVE}",
    "REWORK": "CORRECT>SUBMITTED-REWORK^EXAM?intime?next EXPIRE_REWORK>REWORK_EXPIRED-REWORK-EXAM?over "
    f"REPLACE_RETURN>RETURNED-REWORK?force?ground?head {_TERM.format('REWORK')} {_LEAVE}",
    "REWORK_EXPIRED": "",
    "IN_WORK": f"SCHEDULE>SCHEDULED^EXAM REQUEST_EXAMINATION>IN_WORK~EXAM {_AGAIN}?asked {_ONWARD} "
    f"ASSIGN_EXECUTOR>IN_WORK {_TERM.format('IN_WORK')} {_LEAVE}",
    "SCHEDULED": "EXAMINE>EXAMINED+SEND-EXAM SCHEDULE>SCHEDULED^EXAM RESCHEDULE>SCHEDULED^EXAM "
    f"NO_SHOW>SCHEDULED REQUEST_EXAMINATION>SCHEDULED~EXAM {_AGAIN}?asked {_ONWARD} "
    f"ASSIGN_EXECUTOR>SCHEDULED {_TERM.format('SCHEDULED')} {_LEAVE}",
    "EXAMINED": f"SEND_RESULT>RESULT_SENT-SEND?head {_TERM.format('EXAMINED')}",
    "RESULT_SENT": "ACKNOWLEDGE_RESULT>COMPLETED+APPEAL REPLACE_RESULT>RESULT_SENT?force?head",
    "COMPLETED": "APPEAL>APPEALED+REVIEW-APPEAL-COURT?filed "
    f"REPLACE_RESULT>RESULT_SENT-APPEAL-COURT?force?head {_TERM.format('COMPLETED')}",
    "WITHDRAWN": "",
    "APPEALED": "DECIDE_APPEAL>COMPLETED+COURT+APPEAL-REVIEW?same CHANGE_DECISION>EXAMINED+SEND-REVIEW?same "
    f"FORWARD>APPEALED?other {_TERM.format('APPEALED')}",
}

#: Requests that make two moves in one transaction.
IN_ONE_STEP = {
    (State.RETURNED, Event.CORRECT): (Event.ACKNOWLEDGE_RETURN, Event.CORRECT),
    (State.SCHEDULED, Event.SEND_RESULT): (Event.EXAMINE, Event.SEND_RESULT),
}


@dataclass(frozen=True)
class Cell:
    """What the facts say of a state and an event."""

    next_state: State
    parties: frozenset[Party]
    starts: frozenset[str] = field(default_factory=frozenset)
    stops: frozenset[str] = field(default_factory=frozenset)
    suspends: frozenset[str] = field(default_factory=frozenset)
    resumes: frozenset[str] = field(default_factory=frozenset)
    guards: frozenset[Guard] = field(default_factory=frozenset)


def _cell(event: Event, text: str) -> Cell:
    marks: dict[str, set[str]] = {mark: set() for mark in "+-~^?@"}
    name, mark, word = "", "", ""
    for sign in f"{text}+":
        if sign in marks:
            if not mark:
                name = word
            elif word:
                marks[mark].add(word)
            mark, word = sign, ""
        else:
            word += sign
    own = next(party for party, events in PARTY_OF_EVENT.items() if event in events.split())
    named = {Party(one) for one in marks["@"]}
    clocks = {mark: frozenset(CLOCKS[one] for one in marks[mark]) for mark in "+-~^"}
    return Cell(
        State(name),
        frozenset(named if "@@" in text else {own, *named}),
        clocks["+"],
        clocks["-"],
        clocks["~"],
        clocks["^"],
        frozenset(Guard(GUARDS[one]) for one in marks["?"]),
    )


def _table() -> dict[tuple[State, Event], Cell]:
    found = {}
    for state, cells in TEXT.items():
        for cell in cells.split():
            event, _, following = cell.partition(">")
            found[State(state), Event(event)] = _cell(Event(event), following)
    return found


TABLE = _table()
