"""The table of moves (facts, C.2): state, event, who may, guards, next state, clocks, basis. Data."""

from types import MappingProxyType

from adapter.domain.state_guards import Guard
from adapter.domain.state_move import Move
from adapter.domain.state_names import Event, Party, State

_MIS = (Party.MIS,)
_BUREAU = (Party.BUREAU,)
_REMD = (Party.REMD,)
_ADAPTER = (Party.ADAPTER,)
_EXAM = ("BUREAU_EXAM",)
_REFUSALS = (
    (Event.REFUSE_DUPLICATE, State.NOT_ACCEPTED_DUPLICATE, "R105"),
    (Event.REFUSE_LATE, State.NOT_ACCEPTED_LATE, "R106"),
    (Event.REFUSE_SIGNATURE, State.NOT_ACCEPTED_SIGNATURE, "R107"),
    (Event.REFUSE_REGION, State.NOT_ACCEPTED_REGION, "R108"),
)
_AT_THE_BUREAU = (State.REGISTERED, State.IN_WORK, State.SCHEDULED)
_IN_THE_EXPERTISE = (State.IN_WORK, State.SCHEDULED)
_TERMS_RUN = (
    State.DELIVERED,
    *_AT_THE_BUREAU,
    State.REWORK,
    State.EXAMINED,
    State.COMPLETED,
    State.APPEALED,
)
_CORRECTABLE = (
    State.TECH_REJECTED,
    State.REMD_REJECTED,
    State.NOT_ACCEPTED_SIGNATURE,
    State.NOT_ACCEPTED_REGION,
)
_WITHDRAWABLE = (
    State.DRAFT,
    State.VK_APPROVED,
    State.SIGNED,
    State.SUBMITTED,
    State.AWAITING_CERTIFICATE_STATUS,
    State.TECH_REJECTED,
    State.REMD_REGISTERED,
    State.REMD_REJECTED,
    State.DELIVERED,
    State.REGISTERED,
    State.RETURNED,
    State.REWORK,
    State.IN_WORK,
    State.SCHEDULED,
)
_ALL_CLOCKS = ("BUREAU_REGISTER", "BUREAU_RETURN", "MO_REWORK", "BUREAU_EXAM")

_IN_THE_MIS = (
    Move(
        State.DRAFT,
        Event.APPROVE_BY_COMMISSION,
        _MIS,
        State.VK_APPROVED,
        guards=(Guard.COMMISSION_DECIDED,),
        basis="R20, ПП № 588 п. 17",
    ),
    Move(
        State.DRAFT,
        Event.REFUSE_BY_COMMISSION,
        _MIS,
        State.VK_REFUSED,
        guards=(Guard.COMMISSION_DECIDED,),
        basis="R20",
    ),
    Move(State.VK_APPROVED, Event.SIGN, _MIS, State.SIGNED, guards=(Guard.ALL_SIGNED,), basis="R129"),
    Move(State.SIGNED, Event.SUBMIT, _MIS, State.SUBMITTED, guards=(Guard.CHECKS_PASSED,), basis="R48, R75"),
)
_ON_THE_WAY = (
    Move(
        State.SUBMITTED,
        Event.AWAIT_CERTIFICATE_STATUS,
        _ADAPTER,
        State.AWAITING_CERTIFICATE_STATUS,
        basis="R129, MSE-2016",
    ),
    Move(
        State.AWAITING_CERTIFICATE_STATUS,
        Event.CONFIRM_CERTIFICATE_STATUS,
        _ADAPTER,
        State.SUBMITTED,
        basis="R129",
    ),
    Move(
        State.AWAITING_CERTIFICATE_STATUS,
        Event.REFUSE_SIGNATURE,
        _ADAPTER,
        State.NOT_ACCEPTED_SIGNATURE,
        stops=_EXAM,
        basis="R107, R129",
    ),
    Move(
        State.SUBMITTED,
        Event.REJECT_TECHNICALLY,
        _ADAPTER,
        State.TECH_REJECTED,
        suspends=_EXAM,
        basis="R51, R59",
    ),
    Move(State.SUBMITTED, Event.REGISTER_IN_REMD, _REMD, State.REMD_REGISTERED, basis="R96"),
    Move(State.SUBMITTED, Event.REJECT_BY_REMD, _REMD, State.REMD_REJECTED, suspends=_EXAM, basis="R96"),
    # A submission without a СЭМД has nothing that РЭМД could register and goes straight to the bureau.
    *(
        Move(
            state,
            Event.DELIVER,
            (Party.BUREAU, Party.ADAPTER),
            State.DELIVERED,
            starts=("BUREAU_REGISTER", "BUREAU_RETURN"),
            basis="R96",
        )
        for state in (State.SUBMITTED, State.REMD_REGISTERED)
    ),
    *(
        Move(State.SUBMITTED, event, _ADAPTER, after, stops=_EXAM, basis=basis)
        for event, after, basis in _REFUSALS
    ),
    *(
        Move(
            State.DELIVERED,
            event,
            _BUREAU,
            after,
            stops=("BUREAU_REGISTER", "BUREAU_RETURN", "BUREAU_EXAM"),
            basis=basis,
        )
        for event, after, basis in _REFUSALS
    ),
)
_RETURN_AND_REWORK = (
    Move(
        State.DELIVERED,
        Event.REGISTER,
        _BUREAU,
        State.REGISTERED,
        starts=_EXAM,
        stops=("BUREAU_REGISTER",),
        guards=(Guard.REGISTRATION_NUMBER,),
        basis="R110",
    ),
    Move(
        State.REGISTERED,
        Event.RETURN,
        _BUREAU,
        State.RETURNED,
        stops=("BUREAU_RETURN",),
        suspends=_EXAM,
        guards=(Guard.GROUND_NAMED, Guard.SIGNED_BY_HEAD),
        basis="R109, R116, ПП № 1942",
    ),
    Move(
        State.RETURNED,
        Event.ACKNOWLEDGE_RETURN,
        _MIS,
        State.REWORK,
        starts=("MO_REWORK",),
        basis="R115",
    ),
    # The hospital learns the true grounds only now: it takes the return, and has its term, once more.
    *(
        Move(
            state,
            Event.REPLACE_RETURN,
            _BUREAU,
            State.RETURNED,
            stops=("MO_REWORK",),
            guards=(Guard.DOCUMENT_IN_FORCE, Guard.GROUND_NAMED, Guard.SIGNED_BY_HEAD),
            basis="R115, R116",
        )
        for state in (State.RETURNED, State.REWORK)
    ),
    Move(
        State.REWORK,
        Event.CORRECT,
        _MIS,
        State.SUBMITTED,
        stops=("MO_REWORK",),
        resumes=_EXAM,
        guards=(Guard.REWORK_IN_TIME, Guard.NEXT_VERSION),
        basis="ПП № 1942",
    ),
    Move(
        State.REWORK,
        Event.EXPIRE_REWORK,
        _ADAPTER,
        State.REWORK_EXPIRED,
        stops=("MO_REWORK", "BUREAU_EXAM"),
        guards=(Guard.REWORK_OVER,),
        basis="R81",
    ),
    *(
        Move(
            state,
            Event.CORRECT,
            _MIS,
            State.SUBMITTED,
            resumes=_EXAM,
            guards=(Guard.NEXT_VERSION,),
            basis="R59",
        )
        for state in _CORRECTABLE
    ),
    # The documents of an additional examination come as the next version (decision 0024).
    *(
        Move(
            state,
            Event.CORRECT,
            _MIS,
            State.SUBMITTED,
            resumes=_EXAM,
            guards=(Guard.EXAMINATION_AWAITED, Guard.NEXT_VERSION),
            basis="R77, R84",
        )
        for state in _IN_THE_EXPERTISE
    ),
)
_EXPERTISE = (
    Move(
        State.REGISTERED,
        Event.ACCEPT,
        _BUREAU,
        State.IN_WORK,
        stops=("BUREAU_RETURN",),
        basis="R116",
    ),
    *(
        Move(
            state,
            Event.FORWARD,
            _BUREAU,
            State.DELIVERED,
            starts=("BUREAU_REGISTER", "BUREAU_RETURN"),
            stops=("BUREAU_REGISTER", "BUREAU_RETURN"),
            resumes=_EXAM,
            guards=(Guard.OTHER_BUREAU,),
            basis="R96",
        )
        for state in (State.DELIVERED, *_AT_THE_BUREAU)
    ),
    Move(
        State.APPEALED,
        Event.FORWARD,
        _BUREAU,
        State.APPEALED,
        guards=(Guard.OTHER_BUREAU,),
        basis="R79, R96",
    ),
    *(
        Move(
            state,
            Event.REQUEST_EXAMINATION,
            _BUREAU,
            state,
            suspends=_EXAM,
            basis="R77, R84",
        )
        for state in _IN_THE_EXPERTISE
    ),
    # A bureau that names a day goes on without waiting for further documents.
    *(
        Move(
            state,
            Event.SCHEDULE,
            _BUREAU,
            State.SCHEDULED,
            resumes=_EXAM,
            basis="R116, п. 19.3 формы № 088/у",
        )
        for state in _IN_THE_EXPERTISE
    ),
    Move(State.SCHEDULED, Event.RESCHEDULE, _BUREAU, State.SCHEDULED, resumes=_EXAM, basis="R116"),
    Move(State.SCHEDULED, Event.NO_SHOW, _BUREAU, State.SCHEDULED, basis="R116"),
    Move(
        State.SCHEDULED,
        Event.EXAMINE,
        _BUREAU,
        State.EXAMINED,
        starts=("RESULT_SEND",),
        stops=_EXAM,
        basis="R116",
    ),
    Move(
        State.EXAMINED,
        Event.SEND_RESULT,
        _BUREAU,
        State.RESULT_SENT,
        stops=("RESULT_SEND",),
        guards=(Guard.SIGNED_BY_HEAD,),
        basis="R117",
    ),
    Move(
        State.RESULT_SENT,
        Event.ACKNOWLEDGE_RESULT,
        _MIS,
        State.COMPLETED,
        starts=("APPEAL_FILE",),
        basis="R118",
    ),
    Move(
        State.RESULT_SENT,
        Event.REPLACE_RESULT,
        _BUREAU,
        State.RESULT_SENT,
        guards=(Guard.DOCUMENT_IN_FORCE, Guard.SIGNED_BY_HEAD),
        basis="R117",
    ),
    # What the hospital and the citizen have is wrong: the right result is to be received, and the month to
    # appeal against it begins then.
    Move(
        State.COMPLETED,
        Event.REPLACE_RESULT,
        _BUREAU,
        State.RESULT_SENT,
        stops=("APPEAL_FILE", "COURT_FILE"),
        guards=(Guard.DOCUMENT_IN_FORCE, Guard.SIGNED_BY_HEAD),
        basis="R79, R117",
    ),
    Move(
        State.COMPLETED,
        Event.APPEAL,
        _BUREAU,
        State.APPEALED,
        starts=("APPEAL_REVIEW",),
        stops=("APPEAL_FILE", "COURT_FILE"),
        guards=(Guard.APPEAL_IN_TIME,),
        basis="R79",
    ),
    # The answer of the main bureau may be appealed against in the federal one, or in court.
    Move(
        State.APPEALED,
        Event.DECIDE_APPEAL,
        _BUREAU,
        State.COMPLETED,
        starts=("COURT_FILE", "APPEAL_FILE"),
        stops=("APPEAL_REVIEW",),
        guards=(Guard.SAME_APPEAL,),
        basis="R79",
    ),
    # The changed decision comes as a new result.
    Move(
        State.APPEALED,
        Event.CHANGE_DECISION,
        _BUREAU,
        State.EXAMINED,
        starts=("RESULT_SEND",),
        stops=("APPEAL_REVIEW",),
        guards=(Guard.SAME_APPEAL,),
        basis="R79",
    ),
    *(Move(state, Event.ASSIGN_EXECUTOR, _BUREAU, state, basis="R81") for state in _AT_THE_BUREAU),
    *(
        Move(
            state,
            Event.EXTEND_DEADLINE,
            _BUREAU,
            state,
            guards=(Guard.TERM_RUNS, Guard.LATER_END),
            basis="R83",
        )
        for state in _TERMS_RUN
    ),
)
_WITHDRAWAL = tuple(
    Move(state, Event.WITHDRAW, _MIS, State.WITHDRAWN, stops=_ALL_CLOCKS, basis="C.2, 17")
    for state in _WITHDRAWABLE
)

MOVES: tuple[Move, ...] = (*_IN_THE_MIS, *_ON_THE_WAY, *_RETURN_AND_REWORK, *_EXPERTISE, *_WITHDRAWAL)

#: One request, several moves in one transaction (contract, "States beside C.1" and "A correction is ...").
IN_ONE_STEP = MappingProxyType(
    {
        (State.RETURNED, Event.CORRECT): (Event.ACKNOWLEDGE_RETURN, Event.CORRECT),
        (State.SCHEDULED, Event.SEND_RESULT): (Event.EXAMINE, Event.SEND_RESULT),
    }
)
