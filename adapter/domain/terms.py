"""The terms of the exchange as data (facts of the domain, C.4); counting is `adapter.domain.deadlines`."""

import datetime as dt
import enum
from dataclasses import dataclass


class Unit(enum.StrEnum):
    """Unit of a term."""

    HOUR = "HOUR"
    CALENDAR_DAY = "DAY"
    WORKING_DAY = "WORKING_DAY"
    MONTH = "MONTH"


class Side(enum.StrEnum):
    """Who must act within a term; its zone and its holidays count."""

    ORGANIZATION = "ORGANIZATION"
    BUREAU = "BUREAU"
    CITIZEN = "CITIZEN"
    ADAPTER = "ADAPTER"


SIDE_NAMES = {
    Side.ORGANIZATION: "медицинская организация",
    Side.BUREAU: "бюро МСЭ",
    Side.CITIZEN: "гражданин",
    Side.ADAPTER: "адаптер",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the table.

    Attributes:
        code: Code of the deadline.
        length: How many units; 0 days: the day of the event itself.
        unit: What is counted.
        starts_on: What the term is counted from.
        source: Act, source document or ``PROPOSED``.
        since: First day of the event for which this row holds; a later row of the same code replaces it, and
            of rows of one day the last one holds.
        side: Who must act.
        name: Russian name.
        stops_on: What ends it in time.
        waits: While what it waits (R77); empty: never.
        extendable: Whether whoever must act may extend it with a reason and a new day (R83).
    """

    code: str
    length: int
    unit: Unit
    starts_on: str
    source: str
    since: dt.date = dt.date.min
    side: Side = Side.BUREAU
    name: str = ""
    stops_on: str = ""
    waits: str = ""
    extendable: bool = False


_HOUR, _DAY, _WORKING, _MONTH = Unit
_MO, _BUREAU, _CITIZEN, _ADAPTER = Side
_PP1942 = "ПП РФ № 1942"
_BUREAU_SAYS = "разъяснения бюро МСЭ; сверить с актом"
_PROPOSED = "PROPOSED"
_RECALL = "RECALL, C.2"
_KIT = "получение полного комплекта"
_RECEIPT = "получение бюро"
_REGISTRATION = "регистрация в бюро"
_EXAM = "проведение экспертизы"
_RESULT = "отправка результата"
_AWAY = "направление возвращено, дорабатывается или бюро ждёт дополнительное обследование"
_DECISION = "получение решения"
_APPEAL = "подача жалобы"


def _exam(code: str, length: int, name: str, source: str) -> Term:
    return Term(
        code,
        length,
        _WORKING,
        _REGISTRATION,
        source,
        name=name,
        stops_on=_EXAM,
        waits=_AWAY,
        extendable=True,
    )


def _service(code: str, length: int, name: str) -> Term:
    return Term(code, length, _WORKING, _KIT, "R76", name=name, stops_on=_RESULT, waits=_AWAY)


TERMS: tuple[Term, ...] = (
    Term(
        "MO_PALLIATIVE_REFER",
        1,
        _WORKING,
        "получены результаты обследований",
        "форма № 088/у, 10.6",
        side=_MO,
        name="направление при паллиативной помощи",
        stops_on="поступление направления",
    ),
    Term(
        "MO_AMPUTATION_REFER",
        3,
        _WORKING,
        "день операции",
        "форма № 088/у, 10.7",
        side=_MO,
        name="направление после ампутации",
        stops_on="поступление направления",
    ),
    Term(
        "MO_SUBMIT",
        3,
        _WORKING,
        "решение врачебной комиссии",
        _RECALL,
        side=_MO,
        name="отправка направления",
        stops_on="поступление направления",
    ),
    Term(
        "REMD_ANSWER",
        24,
        _HOUR,
        "отправка в РЭМД",
        _PROPOSED,
        side=_ADAPTER,
        name="ответ РЭМД",
        stops_on="решение РЭМД",
    ),
    Term(
        "BUREAU_RECEIVE",
        1,
        _WORKING,
        "регистрация в РЭМД",
        _PROPOSED,
        name="получение направления бюро",
        stops_on=_RECEIPT,
    ),
    Term(
        "BUREAU_REGISTER",
        1,
        _WORKING,
        _RECEIPT,
        _PROPOSED,
        name="регистрация в бюро",
        stops_on=_REGISTRATION,
        extendable=True,
    ),
    Term(
        "BUREAU_RETURN",
        3,
        _WORKING,
        _RECEIPT,
        _PP1942,
        name="возврат направления",
        stops_on="возврат или принятие в работу",
        extendable=True,
    ),
    Term(
        "MO_TAKE_RETURN",
        1,
        _WORKING,
        "возврат направления бюро",
        _PROPOSED,
        side=_MO,
        name="получение возврата организацией",
        stops_on="подтверждение получения возврата",
    ),
    Term(
        "MO_REWORK",
        14,
        _DAY,
        "получение возврата организацией",
        _PP1942,
        side=_MO,
        name="доработка направления",
        stops_on="поступление исправленного направления",
        extendable=True,
    ),
    _exam("BUREAU_EXAM_GENERAL", 30, _EXAM, _BUREAU_SAYS),
    _exam(
        "BUREAU_EXAM_PRIORITY",
        3,
        f"{_EXAM} (паллиативная помощь, ампутация)",
        "ПП РФ № 588, п. 37 по форме № 088/у",
    ),
    _exam("BUREAU_EXAM_SVO", 10, f"{_EXAM} (участник СВО)", _BUREAU_SAYS),
    Term("RESULT_SEND", 3, _WORKING, _EXAM, _RECALL, name=_RESULT, stops_on=_RESULT, extendable=True),
    _service("SLA_STANDARD", 10, "услуга, обычный срок"),
    _service("SLA_PRIORITY", 5, "услуга, приоритетный срок"),
    _service("SLA_EMERGENCY", 3, "услуга, экстренный срок"),
    Term(
        "APPEAL_FILE",
        1,
        _MONTH,
        _DECISION,
        _BUREAU_SAYS,
        side=_CITIZEN,
        name=_APPEAL,
        stops_on=_APPEAL,
        extendable=True,
    ),
    Term(
        "APPEAL_FILE_SERVICE",
        30,
        _DAY,
        _DECISION,
        "R79",
        side=_CITIZEN,
        name=f"{_APPEAL} по услуге",
        stops_on=_APPEAL,
    ),
    Term(
        "APPEAL_REVIEW",
        15,
        _WORKING,
        "регистрация жалобы",
        "R79",
        name="рассмотрение жалобы",
        stops_on="решение по жалобе",
        extendable=True,
    ),
    Term(
        "COURT_FILE",
        30,
        _DAY,
        "окончательный ответ",
        "R79",
        side=_CITIZEN,
        name="обращение в суд",
        stops_on="обращение в суд",
    ),
    Term(
        "REEXAM_RESULT",
        5,
        _WORKING,
        "переосвидетельствование",
        "R84",
        name="результат переосвидетельствования",
        stops_on=_RESULT,
    ),
    Term(
        "IPRA_CHANGE",
        24,
        _HOUR,
        "принятие заявления",
        "R85",
        name="изменение ИПРА",
        stops_on="изменение вступило в силу",
    ),
    Term(
        "SUPPORT_ANSWER",
        1,
        _WORKING,
        "обращение в поддержку",
        "R43",
        side=_ADAPTER,
        name="ответ поддержки",
        stops_on="ответ",
    ),
)

#: Codes that a configuration may set anew (a length, a unit, a first day).
CODES = frozenset(row.code for row in TERMS)
