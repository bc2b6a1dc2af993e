"""The five grounds on which the bureau returns a registered referral (R110–R114, facts of the domain, D.4).

The wording is that of the bureaus. A machine can prove that something is absent, not that it is insufficient:
the reasons are hints, an employee of the bureau decides.
"""

import enum
from dataclasses import dataclass
from types import MappingProxyType


class Ground(enum.StrEnum):
    """Code of a ground of return."""

    K1 = "K1"
    K2 = "K2"
    K3 = "K3"
    K4 = "K4"
    K5 = "K5"


@dataclass(frozen=True, slots=True)
class GroundText:
    """One ground.

    Attributes:
        ground: Its code.
        text: The official wording.
        message: What the organisation reads, a ``str.format`` template.
        reasons: Code of a reason → what is wrong.
    """

    ground: Ground
    text: str
    message: str
    reasons: MappingProxyType[str, str]


_ROWS = (
    GroundText(
        Ground.K1,
        "недостаточно или недостоверно представлены сведения о гражданине",
        "Сведения о гражданине: {what}. Пункт(ы) {points}.",
        MappingProxyType(
            {
                "K1.1": "пункты 6–16 заполнены не полностью",
                "K1.2": "сведения о личности расходятся с регистром",
                "K1.3": "при повторном направлении нет сведений о предыдущей экспертизе (п. 20)",
                "K1.4": "нет сведений о представителе или его полномочиях",
                "K1.5": "нет сведений о работе или обучении, когда они нужны",
                "K1.6": "нет согласия гражданина",
            }
        ),
    ),
    GroundText(
        Ground.K2,
        "отсутствует или недостаточно описан анамнез заболевания",
        "Анамнез заболевания (п. 24): {what}.",
        MappingProxyType(
            {
                "K2.1": "анамнез пуст или слишком короток",
                "K2.2": "не описаны начало, течение или лечение",
                "K2.3": "при повторном направлении не описана динамика",
                "K2.4": "текст совпадает с предыдущим направлением",
            }
        ),
    ),
    GroundText(
        Ground.K3,
        "объем проведенных медицинских обследований не соответствует Перечню (приказ 402н/631н)",
        "Не хватает обследований по Перечню для {icd10}: {missing}. Просрочены: {outdated}.",
        MappingProxyType(
            {
                "K3.1": "нет обязательного обследования",
                "K3.2": "срок действия обследования истёк",
                "K3.3": "нет текста результата обследования",
                "K3.4": "нет дополнительного обследования по показаниям",
            }
        ),
    ),
    GroundText(
        Ground.K4,
        "некорректно сформулирован диагноз основного заболевания (осложнений), сопутствующих заболеваний "
        "(осложнений) или нет объективных оснований по МКБ-10",
        "Диагноз ({which}): {what}.",
        MappingProxyType(
            {
                "K4.1": "формулировка диагноза некорректна",
                "K4.2": "диагноз не подтверждён обследованиями",
            }
        ),
    ),
    GroundText(
        Ground.K5,
        "отсутствуют сведения о рекомендуемых мероприятиях по медицинской реабилитации (при их "
        "необходимости)",
        "Рекомендуемые мероприятия (п. 35): не указаны; если не нужны, отметьте это явно.",
        MappingProxyType(
            {
                "K5.1": "п. 35 пуст и не отмечено, что реабилитация не нужна",
                "K5.2": "меры не включают лекарственного обеспечения основного заболевания",
            }
        ),
    ),
)

GROUNDS = MappingProxyType({row.ground: row for row in _ROWS})
