"""States, events and parties of the life of a referral, and what each state is (facts of the domain, C.1)."""

import enum
from dataclasses import dataclass
from types import MappingProxyType


class State(enum.StrEnum):
    """Where a referral is."""

    DRAFT = "DRAFT"
    VK_REFUSED = "VK_REFUSED"
    VK_APPROVED = "VK_APPROVED"
    SIGNED = "SIGNED"
    SUBMITTED = "SUBMITTED"
    AWAITING_CERTIFICATE_STATUS = "AWAITING_CERTIFICATE_STATUS"
    TECH_REJECTED = "TECH_REJECTED"
    REMD_REGISTERED = "REMD_REGISTERED"
    REMD_REJECTED = "REMD_REJECTED"
    DELIVERED = "DELIVERED"
    NOT_ACCEPTED_DUPLICATE = "NOT_ACCEPTED_DUPLICATE"
    NOT_ACCEPTED_LATE = "NOT_ACCEPTED_LATE"
    NOT_ACCEPTED_SIGNATURE = "NOT_ACCEPTED_SIGNATURE"
    NOT_ACCEPTED_REGION = "NOT_ACCEPTED_REGION"
    REGISTERED = "REGISTERED"
    RETURNED = "RETURNED"
    REWORK = "REWORK"
    REWORK_EXPIRED = "REWORK_EXPIRED"
    IN_WORK = "IN_WORK"
    SCHEDULED = "SCHEDULED"
    EXAMINED = "EXAMINED"
    RESULT_SENT = "RESULT_SENT"
    COMPLETED = "COMPLETED"
    WITHDRAWN = "WITHDRAWN"
    APPEALED = "APPEALED"


class PublicStatus(enum.StrEnum):
    """What a citizen is shown (R39). It says nothing about the decision on disability."""

    ACCEPTED = "Принято"
    CHECKING = "На проверке"
    APPROVED = "Одобрено"
    REJECTED = "Отклонено"


class Party(enum.StrEnum):
    """Whose act a move is."""

    MIS = "MIS"
    BUREAU = "BUREAU"
    REMD = "REMD"
    ADAPTER = "ADAPTER"


class Event(enum.StrEnum):
    """What happened to a referral."""

    APPROVE_BY_COMMISSION = "APPROVE_BY_COMMISSION"
    REFUSE_BY_COMMISSION = "REFUSE_BY_COMMISSION"
    SIGN = "SIGN"
    SUBMIT = "SUBMIT"
    CORRECT = "CORRECT"
    WITHDRAW = "WITHDRAW"
    AWAIT_CERTIFICATE_STATUS = "AWAIT_CERTIFICATE_STATUS"
    CONFIRM_CERTIFICATE_STATUS = "CONFIRM_CERTIFICATE_STATUS"
    REJECT_TECHNICALLY = "REJECT_TECHNICALLY"
    REGISTER_IN_REMD = "REGISTER_IN_REMD"
    REJECT_BY_REMD = "REJECT_BY_REMD"
    DELIVER = "DELIVER"
    REFUSE_DUPLICATE = "REFUSE_DUPLICATE"
    REFUSE_LATE = "REFUSE_LATE"
    REFUSE_SIGNATURE = "REFUSE_SIGNATURE"
    REFUSE_REGION = "REFUSE_REGION"
    REGISTER = "REGISTER"
    RETURN = "RETURN"
    ACKNOWLEDGE_RETURN = "ACKNOWLEDGE_RETURN"
    EXPIRE_REWORK = "EXPIRE_REWORK"
    REPLACE_RETURN = "REPLACE_RETURN"
    ACCEPT = "ACCEPT"
    FORWARD = "FORWARD"
    ASSIGN_EXECUTOR = "ASSIGN_EXECUTOR"
    REQUEST_EXAMINATION = "REQUEST_EXAMINATION"
    SCHEDULE = "SCHEDULE"
    RESCHEDULE = "RESCHEDULE"
    NO_SHOW = "NO_SHOW"
    EXTEND_DEADLINE = "EXTEND_DEADLINE"
    EXAMINE = "EXAMINE"
    SEND_RESULT = "SEND_RESULT"
    ACKNOWLEDGE_RESULT = "ACKNOWLEDGE_RESULT"
    REPLACE_RESULT = "REPLACE_RESULT"
    APPEAL = "APPEAL"
    DECIDE_APPEAL = "DECIDE_APPEAL"
    CHANGE_DECISION = "CHANGE_DECISION"


EVENT_NAMES = MappingProxyType(
    {
        Event.APPROVE_BY_COMMISSION: "решение врачебной комиссии направить",
        Event.REFUSE_BY_COMMISSION: "отказ врачебной комиссии",
        Event.SIGN: "подписание",
        Event.SUBMIT: "отправка направления",
        Event.CORRECT: "отправка исправленного направления",
        Event.WITHDRAW: "отзыв направления",
        Event.AWAIT_CERTIFICATE_STATUS: "ожидание проверки сертификата",
        Event.CONFIRM_CERTIFICATE_STATUS: "подтверждение сертификата",
        Event.REJECT_TECHNICALLY: "отклонение технической проверкой",
        Event.REGISTER_IN_REMD: "регистрация в РЭМД",
        Event.REJECT_BY_REMD: "отклонение РЭМД",
        Event.DELIVER: "доставка в бюро",
        Event.REFUSE_DUPLICATE: "отказ в приёме: дубль",
        Event.REFUSE_LATE: "отказ в приёме: поступило после экспертизы",
        Event.REFUSE_SIGNATURE: "отказ в приёме: подпись недействительна",
        Event.REFUSE_REGION: "отказ в приёме: другой субъект РФ",
        Event.REGISTER: "регистрация в бюро",
        Event.RETURN: "возврат направления",
        Event.ACKNOWLEDGE_RETURN: "подтверждение получения возврата",
        Event.EXPIRE_REWORK: "истечение срока доработки",
        Event.REPLACE_RETURN: "замена уведомления о возврате",
        Event.ACCEPT: "принятие в работу",
        Event.FORWARD: "передача в другое бюро",
        Event.ASSIGN_EXECUTOR: "назначение исполнителя",
        Event.REQUEST_EXAMINATION: "запрос дополнительного обследования",
        Event.SCHEDULE: "назначение экспертизы",
        Event.RESCHEDULE: "перенос экспертизы",
        Event.NO_SHOW: "неявка на экспертизу",
        Event.EXTEND_DEADLINE: "продление срока",
        Event.EXAMINE: "проведение экспертизы",
        Event.SEND_RESULT: "отправка результата",
        Event.ACKNOWLEDGE_RESULT: "подтверждение получения результата",
        Event.REPLACE_RESULT: "замена результата",
        Event.APPEAL: "обжалование",
        Event.DECIDE_APPEAL: "решение по жалобе: прежнее решение остаётся",
        Event.CHANGE_DECISION: "решение по жалобе: прежнее решение изменено",
    }
)

#: Rows of the journal that move nothing, as a history tells them.
NOTE_NAMES = MappingProxyType(
    {
        "REMD_ACCEPTED": "документ передан в РЭМД, решение ожидается",
        "REMD_VERDICT_OVERDUE": "решение РЭМД не пришло в срок, запрошено повторно",
        "REMD_TRIES_LATER": "РЭМД временно не смог зарегистрировать документ, сообщение отправится снова",
        "REMD_VERDICT_LATE": "решение РЭМД пришло раньше документа и ничего не изменило",
        "REMD_VERDICT_HELD": "решение РЭМД пришло не в свою очередь и сохранено",
        "REGISTERDOCUMENT_REFUSED": "РЭМД не принял сообщение",
        "LINKED_DOCUMENT_TOLD": "РЭМД сообщил о связанном документе, файл заказан",
        "LINKED_DOCUMENT_RECEIVED": "получен файл связанного документа из РЭМД",
        "DEMANDCONTENT_REFUSED": "РЭМД не выдал файл связанного документа",
        "BUREAU_RECEIVED": "бюро подтвердило получение",
        "RECEIVEREFERRAL_REFUSED": "система бюро не приняла сообщение",
        "FUND_NOTIFIED": "фонд извещён о возврате",
        "NOTIFYRETURN_REFUSED": "фонд не принял извещение о возврате",
        "DELIVERY_GIVEN_UP": "доставка остановлена до решения оператора",
        "DELIVERY_REPLAYED": "оператор отправил сообщение снова",
        "DELIVERY_CLOSED": "недоставленное сообщение закрыто",
        "RESULT_HELD": "результат пришёл поздно: сохранён, но не применён",
        "PAPER_REGISTERED": "внесены сведения о бумажных направлениях или экспертизах",
        "APPEAL_HELD": "жалоба сохранена до получения результата медицинской организацией",
        "REFUSED": "запрос отклонён",
        "ARCHIVED": "документы перенесены в архив",
        "DESTROYED": "срок хранения истёк, документы уничтожены по акту",
    }
)


@dataclass(frozen=True, slots=True)
class StateFacts:
    """What is known of a state.

    Attributes:
        state: The state.
        name: Russian name for texts.
        public: What a citizen is shown; None before the referral leaves the МИС.
        final: Nothing more is expected of anybody.
        clock: Code or family (``BUREAU_EXAM``) of the deadline that bounds the state; empty: none.
        holds_duplicate_key: A second referral with the same requisites is a duplicate of this one (MSE-3010).
    """

    state: State
    name: str
    public: PublicStatus | None
    final: bool = False
    clock: str = ""
    holds_duplicate_key: bool = True


_ACCEPTED, _CHECKING, _APPROVED, _REJECTED = PublicStatus

_ROWS = (
    StateFacts(State.DRAFT, "черновик", None, holds_duplicate_key=False),
    StateFacts(
        State.VK_REFUSED, "отказ врачебной комиссии", _REJECTED, final=True, holds_duplicate_key=False
    ),
    StateFacts(State.VK_APPROVED, "решение врачебной комиссии принято", None, holds_duplicate_key=False),
    StateFacts(State.SIGNED, "подписано", None, holds_duplicate_key=False),
    StateFacts(State.SUBMITTED, "принято адаптером", _ACCEPTED),
    StateFacts(
        State.AWAITING_CERTIFICATE_STATUS,
        "ожидает проверки отзыва сертификата",
        _ACCEPTED,
    ),
    StateFacts(State.TECH_REJECTED, "отклонено технической проверкой", _REJECTED, holds_duplicate_key=False),
    StateFacts(State.REMD_REGISTERED, "зарегистрировано в РЭМД", _ACCEPTED),
    StateFacts(State.REMD_REJECTED, "отклонено РЭМД", _REJECTED, holds_duplicate_key=False),
    StateFacts(State.DELIVERED, "доставлено в бюро", _CHECKING, clock="BUREAU_REGISTER"),
    StateFacts(
        State.NOT_ACCEPTED_DUPLICATE, "не принято: дубль", _REJECTED, final=True, holds_duplicate_key=False
    ),
    StateFacts(
        State.NOT_ACCEPTED_LATE,
        "не принято: поступило после экспертизы по бумажному направлению",
        _REJECTED,
        final=True,
        holds_duplicate_key=False,
    ),
    StateFacts(
        State.NOT_ACCEPTED_SIGNATURE,
        "не принято: подпись недействительна",
        _REJECTED,
        final=True,
        holds_duplicate_key=False,
    ),
    StateFacts(
        State.NOT_ACCEPTED_REGION,
        "не принято: организация другого субъекта РФ",
        _REJECTED,
        final=True,
        holds_duplicate_key=False,
    ),
    StateFacts(State.REGISTERED, "зарегистрировано в бюро", _CHECKING, clock="BUREAU_RETURN"),
    StateFacts(State.RETURNED, "возвращено медицинской организации", _REJECTED),
    StateFacts(State.REWORK, "на доработке в медицинской организации", _CHECKING, clock="MO_REWORK"),
    StateFacts(
        State.REWORK_EXPIRED, "срок доработки истёк", _REJECTED, final=True, holds_duplicate_key=False
    ),
    StateFacts(State.IN_WORK, "принято в работу", _CHECKING, clock="BUREAU_EXAM"),
    StateFacts(State.SCHEDULED, "экспертиза назначена", _CHECKING, clock="BUREAU_EXAM"),
    StateFacts(State.EXAMINED, "экспертиза проведена", _CHECKING, clock="RESULT_SEND"),
    StateFacts(State.RESULT_SENT, "результат отправлен", _CHECKING),
    StateFacts(State.COMPLETED, "результат получен", _APPROVED, final=True),
    StateFacts(State.WITHDRAWN, "отозвано", _REJECTED, final=True, holds_duplicate_key=False),
    StateFacts(State.APPEALED, "обжалуется", _CHECKING, clock="APPEAL_REVIEW"),
)

STATES = MappingProxyType({row.state: row for row in _ROWS})
