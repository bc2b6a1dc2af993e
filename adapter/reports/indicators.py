"""The indicators I1 to I13 (facts, part F) as data: what is divided by what, how it is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapter.domain.deadlines import TERMS
from adapter.domain.grounds import GROUNDS
from adapter.domain.priority import PriorityCategory
from adapter.domain.statistics import Unit
from adapter.reports.outcomes import NOT_ACCEPTED, OUTCOME_NAMES, Outcome

ALL = "all"
NAMES = {
    "I1": "доля электронных направлений",
    "I2": "доля принятых в работу",
    "I3": "доля организаций, обеспечивающих электронное взаимодействие",
    "I4": "доля возвратов",
    "I5": "непринятые по причинам",
    "I6": "задержка поступления",
    "I7": "соблюдение сроков",
    "I8": "доработка",
    "I9": "приоритетные категории",
    "I10": "качество ошибок",
    "I11": "результаты",
    "I12": "извещение ФОМС",
    "I13": "качество обмена",
}
PRIORITY_NAMES = {
    PriorityCategory.PALLIATIVE: "паллиативная помощь",
    PriorityCategory.AMPUTATION: "ампутация, первичное протезирование",
    PriorityCategory.SVO: "участник СВО",
    PriorityCategory.SICK_LEAVE: "действующий листок нетрудоспособности",
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a report.

    Attributes:
        code: ``I1`` to ``I13``, with parts behind a point; ``R`` and ``B`` are plain numbers and the balance.
        title: Russian.
        numerator: name of a number of the cube, of a spread (unit DAY) or of a set of organisations.
        denominator: what the numerator is a part of; empty: the number itself is the value.
        unit: of the value.
        percentile: which one, of a spread.
        public: shown to outsiders.
        organizations: numerator and denominator count organisations.
        only_when: shown only where this number was counted.
    """

    code: str
    title: str
    numerator: str
    denominator: str = ""
    unit: Unit = Unit.PERCENT
    percentile: int = 0
    public: bool = True
    organizations: bool = False
    only_when: str = ""

    def wanted(self, codes: tuple[str, ...]) -> bool:
        """Tell whether one of the codes names this line or the group that it belongs to."""
        return not codes or any(self.code == one or self.code.startswith(f"{one}.") for one in codes)


def _count(code: str, title: str, number: str, **more: bool | str) -> Indicator:
    return Indicator(code, title, number, unit=Unit.COUNT, **more)  # type: ignore[arg-type]


def _delays(code: str, title: str, number: str) -> Iterator[Indicator]:
    yield Indicator(f"{code}.0-3", f"{title}: 0–3 дня", f"{number}_0_3", number)
    yield Indicator(f"{code}.4-30", f"{title}: 4–30 дней", f"{number}_4_30", number)
    yield Indicator(f"{code}.31", f"{title}: 31 день и больше", f"{number}_31", number)
    yield Indicator(f"{code}.ERROR", f"{title}: ошибка данных", f"{number}_error", number)


def _terms() -> Iterator[Indicator]:
    for code in dict.fromkeys(row.code for row in TERMS):
        number, title = f"term_{code}", f"срок {code}"
        seen = f"{number}_judged"
        yield Indicator(
            f"I7.{code}", f"{title}: в срок", f"{number}_in_time", seen, public=False, only_when=seen
        )
        for share, name in ((50, "медиана"), (90, "90-й перцентиль")):
            yield Indicator(
                f"I7.{code}.P{share}",
                f"{title}: {name}",
                number,
                unit=Unit.DAY,
                percentile=share,
                public=False,
                only_when=seen,
            )
        yield _count(
            f"I7.{code}.OVERDUE",
            f"{title}: просрочено и не закрыто",
            f"{number}_overdue",
            public=False,
            only_when=seen,
        )


def _priorities() -> Iterator[Indicator]:
    for one, title in PRIORITY_NAMES.items():
        yield Indicator(f"I9.{one}", title, f"priority_{one}", "received")
        judged = f"exam_{one}_judged"
        yield Indicator(
            f"I9.{one}.IN_TIME",
            f"{title}: экспертиза в срок",
            f"exam_{one}_in_time",
            judged,
            only_when=judged,
        )


def _rows() -> Iterator[Indicator]:
    yield _count("R", "поступило направлений, всего", ALL)
    yield _count("R.ELECTRONIC", "поступило электронных", "received")
    yield _count("R.PAPER", "поступило на бумаге", "paper")
    yield Indicator("I1", NAMES["I1"], "received", ALL)
    yield Indicator(
        "I1.STATE",
        "то же, государственные организации",
        "state_electronic",
        "state_all",
        only_when="state_all",
    )
    yield Indicator(
        "I1.DUTY", "то же, без исключённых соглашением", "duty_electronic", "duty_all", only_when="excluded"
    )
    yield Indicator("I2", NAMES["I2"], "outcome_ACCEPTED", "received")
    yield Indicator("I2.FIRST", "принято с первой версии", "accepted_first", "outcome_ACCEPTED")
    yield Indicator("I3", NAMES["I3"], "delivering", "referring", organizations=True)
    yield Indicator(
        "I3.PLAN",
        "то же, из плановых организаций",
        "planned_delivering",
        "planned",
        organizations=True,
        only_when="planned",
    )
    yield Indicator("I4", NAMES["I4"], "returned", "registered")
    for code, row in GROUNDS.items():
        yield Indicator(f"I4.{code}", f"{code}: {row.text}", f"ground_{code}", "returns")
    yield Indicator("I4.REPEAT", "возвращено повторно", "returned_again", "returned")
    yield Indicator("I5", "не принято на приёме", "not_accepted", "received")
    for outcome in NOT_ACCEPTED:
        yield Indicator(f"I5.{outcome}", OUTCOME_NAMES[outcome], f"outcome_{outcome}", "received")
    yield from _delays("I6", "задержка до поступления в бюро", "delivered")
    yield from _delays("I6.REMD", "задержка до регистрации в РЭМД", "remd")
    yield Indicator("I7", "все сроки: в срок", "term_in_time", "term_judged")
    yield from _terms()
    yield Indicator("I8", "исправлено в срок", "resubmitted_in_time", "reworks")
    yield Indicator("I8.RESUBMITTED", "исправлено", "resubmitted", "reworks")
    yield Indicator("I8.EXPIRED", "срок доработки истёк", "rework_expired", "reworks")
    yield Indicator("I8.P50", "доработка: медиана", "rework", unit=Unit.DAY, percentile=50)
    yield from _priorities()
    yield Indicator(
        "I10", "сообщений отказано", "refused_messages", "messages", public=False, only_when="messages"
    )
    yield Indicator(
        "I10.FIRST", "принято в работу с первой версии", "accepted_first", "received", public=False
    )
    yield Indicator(
        "I10.ATTEMPTS",
        "сообщений на направление",
        "messages",
        "received",
        Unit.RATIO,
        public=False,
        only_when="messages",
    )
    yield Indicator("I11", "результат получен организацией", "completed", "result_sent")
    yield Indicator("I11.UNDELIVERED", "не получено дольше 5 дней", "undelivered", "result_sent")
    yield _count(
        "I11.POST", "результат отклонён: должность подписавшего", "result_refused_post", public=False
    )
    yield Indicator("I12.SENT", "извещений на возвраты", "notices", "returns", public=False)
    yield Indicator("I12", "извещений подтверждено", "notices_confirmed", "notices", public=False)
    yield Indicator("I12.FAILED", "извещений не доставлено", "notices_failed", "notices", public=False)
    yield Indicator("I13", "попыток обмена с ответом партнёра", "exchanges_good", "exchanges", public=False)
    yield Indicator(
        "I13.P95",
        "время ответа партнёра: 95-й перцентиль",
        "exchange",
        unit=Unit.MILLISECOND,
        percentile=95,
        public=False,
    )
    yield Indicator("I13.QUEUE", "возраст очереди доставки", "queue_seconds", unit=Unit.SECOND, public=False)
    for outcome in Outcome:
        yield _count(f"B.{outcome}", OUTCOME_NAMES[outcome], f"outcome_{outcome}")
    yield _count("B.RECEIVED", "поступило электронных", "received")
    yield _count("B.REMD_REGISTERED", "зарегистрировано в РЭМД", "remd")
    yield _count("B.REMD_REFUSED", "отклонено РЭМД", "remd_refused")
    yield _count("B.REMD_PENDING", "в РЭМД не зарегистрировано и не отклонено", "remd_pending")


INDICATORS: tuple[Indicator, ...] = tuple(_rows())
