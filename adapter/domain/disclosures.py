"""What each operation, call back, delivery and command discloses of a referral, and what for. Data.

`DISCLOSED` is journaled in the chain of the referral: bytes of a document left. `SHOWN` is journaled in
a chain beside it (`access_subject`): somebody saw that documents exist, a state, a ground. What discloses
nothing says why. A test holds this table to the registry, the call backs, the deliveries and the commands.
"""

import enum
from dataclasses import dataclass
from types import MappingProxyType

DISCLOSED = "DISCLOSED"
SHOWN = "SHOWN"

_SUBJECT = "access:"
#: Chain of reports on access that found no referral.
NOBODYS_ACCESS = f"{_SUBJECT}none"


def access_subject(referral_number: str) -> str:
    """Return the chain of the journal that says who was shown what of a referral."""
    return f"{_SUBJECT}{referral_number}"


class Way(enum.StrEnum):
    """How something leaves."""

    SERVICE = "SERVICE"
    CALLBACK = "CALLBACK"
    DELIVERY = "DELIVERY"
    COMMAND = "COMMAND"


class Purpose(enum.StrEnum):
    """What for."""

    EXAMINATION = "EXAMINATION"
    CARE = "CARE"
    REGISTRATION = "REGISTRATION"
    CITIZEN = "CITIZEN"
    FUND = "FUND"
    OPERATION = "OPERATION"
    ACCESS_REPORT = "ACCESS_REPORT"


@dataclass(frozen=True, slots=True)
class PurposeFacts:
    """Russian name of a purpose, and what it rests on."""

    name: str
    basis: str


PURPOSES = MappingProxyType(
    {
        Purpose.EXAMINATION: PurposeFacts(
            "проведение медико-социальной экспертизы", "ПП РФ № 588 от 05.04.2022"
        ),
        Purpose.CARE: PurposeFacts(
            "направление на экспертизу и ведение гражданина", "ПП РФ № 588 от 05.04.2022, форма № 088/у"
        ),
        Purpose.REGISTRATION: PurposeFacts(
            "регистрация и выдача документа в РЭМД", "ПП РФ № 140 от 09.02.2022 (ЕГИСЗ)"
        ),
        Purpose.CITIZEN: PurposeFacts("информирование гражданина по его запросу", "R24, R136"),
        Purpose.FUND: PurposeFacts("извещение фонда о возврате", "R116, ПП РФ № 1942"),
        Purpose.OPERATION: PurposeFacts("работа оператора адаптера", "причина, названная оператором"),
        Purpose.ACCESS_REPORT: PurposeFacts(
            "сведения гражданину о доступе к его документам", "152-ФЗ, статья 14"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One row.

    Attributes:
        way: How.
        operation: Operation, kind of delivery or words of the command.
        event: `DISCLOSED`, `SHOWN`; empty: nothing is disclosed.
        what: Russian: what is disclosed, or why nothing is.
        purpose: What for, where it does not depend on who asks.
    """

    way: Way
    operation: str
    event: str
    what: str
    purpose: Purpose | None = None


_BYTES = "содержимое файла"
_OWN = "ответ о собственном действии: номер, состояние, срок"
_NUMBERS = "номера, коды, состояния и счётчики без документов и лиц"

_ROWS = (
    Disclosure(Way.SERVICE, "SubmitReferral", "", "квитанция отправителю; документов не выдаёт"),
    Disclosure(Way.SERVICE, "ValidateReferral", "", "замечания к тому, что прислано; следов нет"),
    Disclosure(Way.SERVICE, "WithdrawReferral", "", _OWN),
    Disclosure(Way.SERVICE, "UploadAttachmentPart", "", "сколько частей получено"),
    Disclosure(
        Way.SERVICE,
        "GetReferralStatus",
        SHOWN,
        "состояние, история, основания возврата, есть ли результат",
    ),
    Disclosure(Way.SERVICE, "FetchNotices", SHOWN, "извещения и описания документов", Purpose.CARE),
    Disclosure(Way.SERVICE, "AcknowledgeNotices", "", "какие отметки приняты"),
    Disclosure(Way.SERVICE, "GetDocument", DISCLOSED, _BYTES),
    Disclosure(
        Way.SERVICE, "FetchReferrals", SHOWN, "направления и описания документов", Purpose.EXAMINATION
    ),
    Disclosure(Way.SERVICE, "AcknowledgeReferrals", "", "какие отметки приняты"),
    *(
        Disclosure(Way.SERVICE, name, "", _OWN)
        for name in (
            "RegisterReferral",
            "RejectReferral",
            "ReturnReferral",
            "AcceptReferral",
            "ForwardReferral",
            "AssignExecutor",
            "ScheduleExamination",
            "ExtendDeadline",
            "RequestAdditionalExamination",
            "SubmitResult",
            "ReplaceDocument",
            "RegisterAppeal",
            "RegisterAppealDecision",
        )
    ),
    Disclosure(Way.SERVICE, "RegisterPaperReferrals", "", "сколько записей принято"),
    Disclosure(Way.SERVICE, "RegisterPaperExamination", "", "что запись принята"),
    Disclosure(Way.SERVICE, "GetServiceInformation", "", "общие сведения об услуге"),
    Disclosure(
        Way.SERVICE,
        "GetProgress",
        SHOWN,
        "статус, сроки, назначенный день, есть ли результат",
        Purpose.CITIZEN,
    ),
    Disclosure(Way.SERVICE, "GetStatistics", "", "обезличенные числа"),
    Disclosure(Way.CALLBACK, "getDocumentFile", DISCLOSED, _BYTES, Purpose.REGISTRATION),
    Disclosure(Way.CALLBACK, "sendRegisterDocumentResult", "", "что решение получено"),
    Disclosure(Way.CALLBACK, "sendNotice", "", "что извещение получено"),
    Disclosure(Way.CALLBACK, "sendDocumentFile", "", "что файл получен"),
    Disclosure(
        Way.DELIVERY, "registerDocument", DISCLOSED, "сведения СЭМД для регистрации", Purpose.REGISTRATION
    ),
    Disclosure(Way.DELIVERY, "demandContent", "", "номер документа, который заказан"),
    Disclosure(Way.DELIVERY, "ReceiveReferral", DISCLOSED, "направление с файлами", Purpose.EXAMINATION),
    Disclosure(Way.DELIVERY, "NotifyReturn", DISCLOSED, "номер, основания и срок возврата", Purpose.FUND),
    Disclosure(Way.DELIVERY, "StatusPush", SHOWN, "номер и состояние", Purpose.CITIZEN),
    Disclosure(Way.DELIVERY, "Letter", "", "номера и сроки без документов и лиц"),
    Disclosure(
        Way.COMMAND,
        "archive show",
        SHOWN,
        "опись документов; с --out – содержимое файла (DISCLOSED)",
        Purpose.OPERATION,
    ),
    Disclosure(Way.COMMAND, "access report", SHOWN, "кто видел документы гражданина", Purpose.ACCESS_REPORT),
    *(
        Disclosure(Way.COMMAND, name, "", _NUMBERS)
        for name in (
            "queue",
            "trace",
            "node list",
            "partner list",
            "remd errors",
            "remd held list",
            "remd held close",
            "dead list",
            "dead show",
            "dead replay",
            "dead close",
            "journal verify",
            "deadlines list",
            "deadlines terms",
            "report show",
            "report names",
            "archive run",
            "archive list",
            "archive verify",
            "archive expired",
            "archive destroy",
            "archive forecast",
        )
    ),
    *(
        Disclosure(Way.COMMAND, name, "", "файлы и вопросы самого оператора, а не хранимые документы")
        for name in (
            "run",
            "serve",
            "work",
            "stand run",
            "stand books",
            "stand misbehave names",
            "stand misbehave list",
            "stand misbehave set",
            "stand misbehave clear",
            "validate",
            "submit",
            "signature verify",
            "signature sign",
            "signature explain",
            "signature transform",
            "signature digest",
            "signature backends",
            "certificate check",
            "receipt verify",
            "policy show",
            "policy check",
            "nsi import",
            "nsi list",
            "nsi show",
            "nsi diff",
            "nsi activate",
            "register import",
            "register list",
            "register check",
            "register use",
            "rules list",
            "report plan import",
            "keys demo",
            "paper import",
            "db upgrade",
            "db compact",
            "config check",
        )
    ),
    Disclosure(
        Way.COMMAND, "status", "", "спрашивает работающий адаптер: журналирует операция GetReferralStatus"
    ),
)

DISCLOSURES = MappingProxyType({(row.way, row.operation): row for row in _ROWS})
