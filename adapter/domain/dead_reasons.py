"""Why a message was given up, who acts now and what to do: by the class of the dead letter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adapter.domain.remd_errors import advice_of, told
from adapter.domain.turns import Turn


@dataclass(frozen=True, slots=True)
class Reason:
    """What a class of dead letters means.

    Attributes:
        meaning: what happened, Russian.
        turn: who has to act.
        advice: what to do, Russian.
    """

    meaning: str
    turn: Turn
    advice: str


#: Kinds of deliveries that РЭМД answers.
_OF_REMD = frozenset({"registerDocument", "demandContent"})
_REPLAY = "Устраните причину и отправьте снова: dead replay."

#: By class; the first four end attempts that went on too long.
REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "UNREACHABLE": Reason("попытки исчерпаны: связи с системой нет", Turn.OPERATOR, _REPLAY),
        "TEMPORARY": Reason(
            "попытки исчерпаны: система каждый раз просила повторить позже",
            Turn.OPERATOR,
            "Узнайте у партнёра, что с его системой, и отправьте снова: dead replay.",
        ),
        "UNKNOWN": Reason(
            "попытки исчерпаны, исход неизвестен: сообщение могло дойти",
            Turn.OPERATOR,
            "Узнайте у партнёра, получено ли сообщение; dead replay сначала спросит сам, где это возможно.",
        ),
        "EXPIRED": Reason(
            "срок жизни сообщения истёк раньше, чем оно было доставлено",
            Turn.OPERATOR,
            "Решите, нужно ли оно ещё: dead replay начинает срок заново, dead close закрывает.",
        ),
        "FINAL": Reason(
            "партнёр отказал окончательно", Turn.OPERATOR, "Причина – в кодах ошибки; затем dead replay."
        ),
        "NO_VERDICT": Reason(
            "РЭМД принял документ, но решения не сообщил и после повторных запросов",
            Turn.OPERATOR,
            "Обратитесь в поддержку РЭМД с номером сообщения; dead replay спросит снова.",
        ),
        "POISONED": Reason(
            "при подготовке сообщения процесс каждый раз прекращался",
            Turn.OPERATOR,
            "Передайте разработчику адаптера номер направления и журнал узла за это время.",
        ),
        "BUILD": Reason(
            "сообщение не строится из сохранённых сведений",
            Turn.OPERATOR,
            "Текст ошибки называет, чего нет; направление исправляет МИС новой версией.",
        ),
        "PARTNER": Reason(
            "система не описана в настройке или у неё нет адреса",
            Turn.OPERATOR,
            "Опишите её в [[partners]], перезапустите адаптер, затем dead replay.",
        ),
        "CONTOUR": Reason(
            "тестовое и рабочее не смешиваются", Turn.OPERATOR, "Проверьте test у партнёра; иначе dead close."
        ),
        "INTERNAL": Reason(
            "ошибка адаптера при записи исхода",
            Turn.OPERATOR,
            "Передайте разработчику адаптера номер доставки; dead replay сначала спросит об исходе.",
        ),
    }
)
_OTHER = Reason("причина не описана", Turn.OPERATOR, _REPLAY)
_CODE = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")


@dataclass(frozen=True, slots=True)
class Told:
    """A dead letter told to a person: its reason, and for each code of РЭМД what it means and who acts."""

    reason: Reason
    codes: tuple[tuple[str, str], ...]


def explain(kind: str, error_class: str | None, error: str | None) -> Told:
    """Explain a dead letter.

    Args:
        kind: of the delivery; only a registry's answer has codes of РЭМД.
        error_class: class of the letter.
        error: its text.
    """
    found = _CODE.findall(error or "") if kind in _OF_REMD else []
    codes = tuple((told(code), advice_of(code)) for code in dict.fromkeys(found))
    return Told(REASONS.get(error_class or "", _OTHER), codes)
