"""What the stand can do wrong, as a table: name, in which direction, meaning in Russian, parameters.

Names of partners are the names of their books. What is done is in `misanswers.py` (the stand answers the
adapter), `miscalls.py` (the stand calls the adapter) and `remd_verdicts.py` (РЭМД's verdict).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

Value: TypeAlias = int | float | str | bool

REMD = "remd"
INBOX = "bureau-push"
FUND = "fund"
FOLLOWER = "follower"
MIS = "mis"
STRANGER = "mis-other"
BUREAU = "bureau"


class Way(StrEnum):
    """Direction in which something goes wrong; the value is what a person reads.

    Attributes:
        ANSWER: the stand answers the adapter.
        CALL: the stand calls the adapter.
        VERDICT: РЭМД decides on a document and tells of it.
        PORT: the port of a partner as a whole; single requests are not seen.
    """

    ANSWER = "ответ адаптеру"
    CALL = "вызов адаптера"
    VERDICT = "вердикт РЭМД"
    PORT = "порт"


PARTNERS_OF: Mapping[Way, tuple[str, ...]] = MappingProxyType(
    {
        Way.ANSWER: (REMD, INBOX, FUND, FOLLOWER),
        Way.CALL: (MIS, STRANGER, BUREAU, REMD),
        Way.VERDICT: (REMD,),
        Way.PORT: (REMD, INBOX, FUND, FOLLOWER),
    }
)
"""Who can misbehave in each direction."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its value is of the type of the default.

    Attributes:
        name: as in an order.
        meaning: Russian, with the unit.
        default: value when the order names none.
        low: least number.
        high: greatest number; of a text: its greatest length.
    """

    name: str
    meaning: str
    default: Value
    low: float = 0
    high: float = 3600


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """One row of the table.

    Attributes:
        name: as in an order.
        way: its direction.
        meaning: Russian, for people.
        parameters: what can be told about it.
        taken: whether the message has its effect all the same; where an order may say so, it is a parameter.
        soap: whether it means something only where messages are SOAP, not to a follower of news.
        partners: those that can do it, where not all of the direction can.
    """

    name: str
    way: Way
    meaning: str
    parameters: tuple[Parameter, ...] = ()
    taken: bool = True
    soap: bool = False
    partners: tuple[str, ...] = ()

    @property
    def who(self) -> tuple[str, ...]:
        """Return the partners that can do it."""
        known = self.partners or PARTNERS_OF[self.way]
        return tuple(one for one in known if not (self.soap and one == FOLLOWER))

    @property
    def counted(self) -> bool:
        """Whether single messages can be counted."""
        return self.way is not Way.PORT

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of a name."""
        return next((one for one in self.all_parameters if one.name == name), None)

    @property
    def all_parameters(self) -> tuple[Parameter, ...]:
        """Return its own parameters and those of its direction."""
        return (*self.parameters, _AGAIN) if self.way is Way.CALL else self.parameters


_AGAIN = Parameter("again", "true: следом то же сообщение отправляется правильно", True)
_TAKEN = Parameter("taken", "true: сообщение всё же принято и действует", False)

_SECONDS = Parameter("seconds", "сколько длится, секунд", 5.0)
_MILLION = 64 * 2**20


def _status(default: int, meaning: str = "код HTTP") -> Parameter:
    return Parameter("status", meaning, default, 100, 599)


_RETRY_AFTER = Parameter(
    "retry_after", "заголовок Retry-After, секунд или дата HTTP; пусто: заголовка нет", "", high=40
)
_BYTES = Parameter("bytes", "размер, байт", 9 * 2**20, 1, _MILLION)
_PIECE = Parameter("piece", "сколько байт за раз", 1, 1, 65536)
_PAUSE = Parameter("pause", "пауза между порциями, секунд", 0.05, 0, 60)
_EXTRA = Parameter(
    "extra",
    "на сколько байт объявленная длина больше настоящей; отрицательное: меньше",
    100,
    -_MILLION,
    _MILLION,
)
_CONTENT_TYPE = Parameter("content_type", "Content-Type", "text/html; charset=utf-8", high=200)
_SKEW = Parameter("skew", "сдвиг часов, секунд; отрицательное: отстают", 86400.0, -(10.0**9), 10.0**9)
_CODE = Parameter(
    "code",
    "код отказа: мнемоника НСИ 1.2.643.5.1.13.13.99.2.305 у РЭМД, MSE-… у других; пусто: обычный",
    "",
    high=64,
)

_ROWS = (
    # The port
    Misbehaviour(
        "refused",
        Way.PORT,
        "Соединение отклоняется: на собственном порту партнёра никто не слушает.",
        (Parameter("seconds", "сколько длится, секунд; 0: пока не отменят", 0.0),),
        taken=False,
    ),
    # The stand answers the adapter
    Misbehaviour(
        "reset-before",
        Way.ANSWER,
        "Соединение сброшено до обработки запроса.",
        taken=False,
    ),
    Misbehaviour("reset-after", Way.ANSWER, "Запрос принят, соединение сброшено без ответа."),
    Misbehaviour(
        "silent",
        Way.ANSWER,
        "Запрос получен, ответа нет; потом соединение закрывается.",
        (_SECONDS, replace(_TAKEN, default=True)),
    ),
    Misbehaviour("slow", Way.ANSWER, "Правильный ответ после паузы.", (_SECONDS,)),
    Misbehaviour("half-answer", Way.ANSWER, "Половина ответа, затем сброс соединения."),
    Misbehaviour("wrong-length", Way.ANSWER, "Content-Length не равен длине ответа.", (_EXTRA,)),
    Misbehaviour("drip-answer", Way.ANSWER, "Ответ по нескольку байт с паузами.", (_PIECE, _PAUSE)),
    Misbehaviour(
        "status",
        Way.ANSWER,
        "Код HTTP без сообщения SOAP.",
        (_status(500), _RETRY_AFTER, _TAKEN),
        taken=False,
    ),
    Misbehaviour(
        "queue-full",
        Way.ANSWER,
        "Очередь партнёра заполнена: 503, Retry-After, SOAP Fault стороны сервера.",
        (Parameter("retry_after", "заголовок Retry-After, секунд", "5", high=40), _TAKEN),
        taken=False,
    ),
    Misbehaviour("content-type", Way.ANSWER, "Правильный ответ с чужим Content-Type.", (_CONTENT_TYPE,)),
    Misbehaviour("oversized", Way.ANSWER, "Ответ больше, чем кто-либо читает.", (_BYTES,)),
    Misbehaviour("malformed", Way.ANSWER, "Ответ – не XML: обрывается посреди элемента.", soap=True),
    Misbehaviour("dtd", Way.ANSWER, "Перед ответом стоит DOCTYPE с сущностью.", soap=True),
    Misbehaviour("empty", Way.ANSWER, "200 с пустым телом."),
    Misbehaviour(
        "fault-client",
        Way.ANSWER,
        "SOAP Fault: виноват отправитель.",
        (_status(500), _TAKEN),
        taken=False,
        soap=True,
    ),
    Misbehaviour(
        "fault-server",
        Way.ANSWER,
        "SOAP Fault: виновата сторона сервера.",
        (_status(500), _RETRY_AFTER, _TAKEN),
        taken=False,
        soap=True,
    ),
    Misbehaviour(
        "refusal",
        Way.ANSWER,
        "Отказ по существу: ответ контракта с кодом ошибки.",
        (_CODE,),
        taken=False,
        soap=True,
    ),
    Misbehaviour(
        "stranger", Way.ANSWER, "Ответ подписан чужим сертификатом.", soap=True, partners=(REMD, INBOX)
    ),
    Misbehaviour("unsigned", Way.ANSWER, "Ответ не подписан.", soap=True, partners=(REMD, INBOX)),
    Misbehaviour(
        "expired-certificate",
        Way.ANSWER,
        "Ответ подписан сертификатом, срок которого истёк.",
        soap=True,
        partners=(REMD, INBOX),
    ),
    Misbehaviour(
        "clock-skew",
        Way.ANSWER,
        "Часы партнёра сбиты: Date, Timestamp и моменты в ответе.",
        (_SKEW,),
        soap=True,
    ),
    # РЭМД's verdict
    Misbehaviour("late-verdict", Way.VERDICT, "Вердикт с опозданием.", (_SECONDS,)),
    Misbehaviour(
        "double-verdict",
        Way.VERDICT,
        "Вердикт приходит несколько раз.",
        (Parameter("times", "сколько раз", 2, 2, 100),),
    ),
    Misbehaviour("early-verdict", Way.VERDICT, "Вердикт приходит раньше, чем запрошен файл."),
    Misbehaviour(
        "verdict-before-answer",
        Way.VERDICT,
        "Файл запрошен и вердикт отправлен раньше ответа на registerDocument.",
    ),
    Misbehaviour("lost-verdict", Way.VERDICT, "Документ зарегистрирован, вердикт не приходит никогда."),
    Misbehaviour(
        "unknown-verdict", Way.VERDICT, "Перед вердиктом приходит другой – о неизвестном документе."
    ),
    Misbehaviour(
        "contradicting-verdict",
        Way.VERDICT,
        "После вердикта приходит отказ по тому же документу.",
        (_CODE,),
    ),
    Misbehaviour(
        "refused-verdict",
        Way.VERDICT,
        "Файл запрошен, документ отклонён с кодом.",
        (_CODE,),
        taken=False,
    ),
    Misbehaviour(
        "linked-document",
        Way.VERDICT,
        "После вердикта зарегистрирован чужой связанный документ: извещение, по demandContent – его файл.",
        (Parameter("kind", "вид связанного документа, НСИ 1.2.643.5.1.13.13.11.1520", "130", high=10),),
    ),
    # The stand calls the adapter
    Misbehaviour("half-request", Way.CALL, "Половина запроса, затем сброс соединения.", taken=False),
    Misbehaviour(
        "request-length", Way.CALL, "Content-Length не равен длине запроса.", (_EXTRA,), taken=False
    ),
    Misbehaviour("no-length", Way.CALL, "Запрос без Content-Length, частями (chunked).", taken=False),
    Misbehaviour("drip-request", Way.CALL, "Запрос по нескольку байт с паузами.", (_PIECE, _PAUSE)),
    Misbehaviour("lost-answer", Way.CALL, "Запрос отправлен целиком, соединение сброшено до ответа."),
    Misbehaviour("twice", Way.CALL, "Один запрос отправлен дважды одновременно."),
    Misbehaviour(
        "request-type", Way.CALL, "Правильный запрос с чужим Content-Type.", (_CONTENT_TYPE,), taken=False
    ),
    Misbehaviour("request-malformed", Way.CALL, "Запрос – не XML: обрывается посреди элемента.", taken=False),
    Misbehaviour("request-dtd", Way.CALL, "Перед запросом стоит DOCTYPE с сущностью.", taken=False),
    Misbehaviour("request-oversized", Way.CALL, "Запрос больше предела.", (_BYTES,), taken=False),
    Misbehaviour("request-unsigned", Way.CALL, "Запрос не подписан.", taken=False),
    Misbehaviour("request-stranger", Way.CALL, "Запрос подписан чужим сертификатом.", taken=False),
    Misbehaviour(
        "request-expired", Way.CALL, "Запрос подписан сертификатом, срок которого истёк.", taken=False
    ),
    Misbehaviour("request-skew", Way.CALL, "Часы отправителя сбиты: Date и Timestamp запроса.", (_SKEW,)),
)

MISBEHAVIOURS: Mapping[str, Misbehaviour] = MappingProxyType({one.name: one for one in _ROWS})
"""The table, by name."""
