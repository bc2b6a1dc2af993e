"""Body of the demo СЭМД: the sections of kind 121 that must be there, each as short as its rules allow."""

from collections.abc import Iterator
from datetime import date

from lxml import etree

from adapter.contract.cda import IDENTITY
from adapter.contract.semd_sample_facts import DemoReferral
from adapter.contract.semd_sample_parts import (
    address,
    code_value,
    coded,
    day,
    day_value,
    entry,
    field,
    flag_value,
    identity,
    node,
    observation,
    organization_place,
    section,
    text_value,
)

_ORDERS = {"1": "Первичный", "2": "Повторный"}
_PURPOSES = {
    "1": "Установление группы инвалидности",
    "2": 'Установление категории "ребенок-инвалид"',
    "3": "Установление причины инвалидности",
    "4": "Установление времени наступления инвалидности",
    "5": "Установление срока инвалидности",
    "6": "Определение степени утраты профессиональной трудоспособности в процентах",
    "7": (
        "Определение стойкой утраты трудоспособности сотрудника органа внутренних дел "
        "Российской Федерации; сотрудника органов принудительного исполнения Российской "
        "Федерации"
    ),
    "8": (
        "Определение нуждаемости по состоянию здоровья в постоянном постороннем уходе (помощи, "
        "надзоре) отца, матери, жены, родного брата, родной сестры, дедушки, бабушки или "
        "усыновителя гражданина, призываемого на военную службу (военнослужащего, проходящего "
        "военную службу по контракту)"
    ),
    "10": ("Разработка индивидуальной программы реабилитации или абилитации инвалида (ребенка-инвалида)"),
    "11": (
        "Разработка программы реабилитации пострадавшего в результате несчастного случая на "
        "производстве и профессионального заболевания"
    ),
    "12": (
        "Определение нуждаемости по состоянию здоровья в постоянном постороннем уходе (помощи, "
        "надзоре) отца, матери, родного брата, родной сестры, дедушки, бабушки или усыновителя "
        "государственного гражданского служащего, подлежащего назначению на иную должность "
        "гражданской службы в порядке ротации"
    ),
}
_PROSTHETICS = (
    "Рекомендуемые мероприятия по протезированию и ортезированию, техническим средствам реабилитации"
)
_ABSENT = "Нет"


def body(facts: DemoReferral) -> etree._Element:
    """Make the structured body."""
    return node("component", node("structuredBody", *_sections(facts)))


def _sections(facts: DemoReferral) -> Iterator[etree._Element]:
    yield section(
        "SCOPORG",
        "Цель направления и медицинская организация, куда направлен",
        f"Протокол врачебной комиссии № {facts.vk_protocol_number}",
        [entry(_act(facts)), *_circumstances(facts)],
    )
    yield section("WORK", "Место работы и должность, условия труда", "Не работает")
    yield section("EDU", "Образование", "Сведения не предоставлены")
    yield section("SOCANAM", "Социальный анамнез", facts.diagnosis, _anamnesis(facts))
    yield section(
        "VITALPARAM", "Витальные параметры", "Рост 170 см, масса тела 70 кг", _vital(facts.issue_date)
    )
    state = field(
        "4109",
        "Состояние здоровья гражданина при направлении на медико-социальную экспертизу",
        text_value(facts.diagnosis),
    )
    yield section("STATECUR", "Текущее состояние", facts.diagnosis, [entry(state)])
    yield section("DGN", "Диагнозы", f"{facts.icd10} {facts.diagnosis}", [entry(_diagnosis(facts))])
    yield section(
        "SCORES", "Объективизированная оценка состояния пациента", "Прогноз благоприятный", _scores()
    )
    yield _regime()
    yield section("CONSENT", "Сведения о согласии", "Согласие получено", _consent(facts.vk_protocol_date))


def _act(facts: DemoReferral) -> etree._Element:
    bureau = organization_place("representedOrganization", facts.bureau_oid, facts.bureau_name)
    stated = [observation(coded("code", "99.2.147", code, _PURPOSES[code])) for code in facts.purposes]
    stated.append(
        observation(coded("code", "11.1007", facts.referral_order, _ORDERS[facts.referral_order])),
    )
    stated.append(
        field(
            "4059",
            "Протокол врачебной комиссии",
            node("effectiveTime", value=day(facts.vk_protocol_date)),
            text_value(facts.vk_protocol_number),
        )
    )
    for code, display, mark in (
        (
            "4060",
            "Медико-социальную экспертизу необходимо проводить на дому (Отметка)",
            facts.home_examination,
        ),
        ("4061", "Нуждаемость в оказании паллиативной медицинской помощи", facts.palliative_care),
        ("7012", "Нуждаемость в первичном протезировании", facts.primary_prosthetics),
    ):
        stated.append(field(code, display, flag_value(mark)))
    stated.append(field("4062", "Дата выдачи направления на МСЭ", day_value(facts.issue_date)))
    return node(
        "act",
        coded("code", "11.1522", "34", "Направление на медико-социальную экспертизу"),
        node("statusCode", code="active"),
        node("performer", node("assignedEntity", node("id", nullFlavor="NI"), bureau)),
        *(node("entryRelationship", one, typeCode="SUBJ", inversionInd="true") for one in stated),
        classCode="ACT",
        moodCode="RQO",
    )


def _circumstances(facts: DemoReferral) -> Iterator[etree._Element]:
    """Citizenship, where the citizen stays, military duty."""
    yield entry(observation(coded("code", "99.2.315", "1", "Гражданин Российской Федерации")))
    requisites = node("Props", identity("Ogrn", facts.organization_ogrn), namespace=IDENTITY)
    place = node("participantRole", node("id", root=facts.organization_oid), requisites, address())
    yield entry(
        node(
            "act",
            coded("code", "99.2.856", "4", "Иная организация"),
            node("participant", place, typeCode="LOC"),
            classCode="ACT",
            moodCode="EVN",
        )
    )
    yield entry(observation(coded("code", "99.2.314", "4", "Гражданин, не состоящий на воинском учёте")))


def _anamnesis(facts: DemoReferral) -> Iterator[etree._Element]:
    yield entry(field("4102", "Анамнез заболевания", text_value(facts.diagnosis)))
    yield entry(field("4103", "Анамнез жизни", text_value("Без особенностей")))


def _vital(on: date) -> Iterator[etree._Element]:
    for code, display, kind, value, unit in (
        ("50", "Масса тела", "PQ", "70000", "г"),
        ("51", "Длина тела", "PQ", "170", "см"),
        ("10", "Индекс массы тела", "REAL", "24.22", ""),
    ):
        measured = node("value", value=value, xsi_type=kind)
        if unit:
            measured.set("unit", unit)
        yield entry(
            node(
                "organizer",
                node("statusCode", code="completed"),
                node("effectiveTime", value=day(on)),
                node(
                    "component",
                    observation(coded("code", "99.2.262", code, display), measured),
                    typeCode="COMP",
                ),
                classCode="CLUSTER",
                moodCode="EVN",
            )
        )
    yield entry(field("4108", "Телосложение", code_value("11.1492", "1", "Нормостеническое")))


def _diagnosis(facts: DemoReferral) -> etree._Element:
    main = observation(
        coded("code", "11.1077", "1", "Основное заболевание"),
        node("text", text=facts.diagnosis),
        node("statusCode", code="completed"),
        code_value("11.1005", facts.icd10, facts.icd10_name),
    )
    return node(
        "act",
        coded("code", "99.2.795", "3", "Заключительный клинический диагноз"),
        node("entryRelationship", main, typeCode="COMP"),
        classCode="ACT",
        moodCode="EVN",
    )


def _scores() -> Iterator[etree._Element]:
    for code, display, score, words in (
        ("4054", "Клинический прогноз", "11", "Клинический прогноз относительно благоприятный"),
        ("4055", "Реабилитационный потенциал", "15", "Реабилитационный потенциал удовлетворительный"),
        ("4056", "Реабилитационный прогноз", "18", "Реабилитационный прогноз относительно благоприятный"),
    ):
        yield entry(field(code, display, code_value("99.2.148", score, words)))


def _regime() -> etree._Element:
    treatment = [
        entry(field(code, display, text_value(_ABSENT)))
        for code, display in (
            ("4111", "Рекомендуемые мероприятия по реконструктивной хирургии"),
            ("4112", _PROSTHETICS),
            ("4113", "Санаторно-курортное лечение"),
            ("12132", "Перечень медицинских изделий для медицинского применения"),
        )
    ]
    rehabilitation = field(
        "4114", "Рекомендуемые мероприятия по медицинской реабилитации", text_value("Лечебная физкультура")
    )
    return section(
        "REGIME",
        "Режим и рекомендации",
        "",
        [
            section("RECTREAT", "Рекомендованное лечение", _ABSENT, treatment),
            section("RECOTHER", "Прочие рекомендации", "Лечебная физкультура", [entry(rehabilitation)]),
        ],
        with_text=False,
    )


def _consent(on: date) -> Iterator[etree._Element]:
    yield entry(
        field(
            "12485",
            "Дата согласия гражданина (его законного или уполномоченного представителя) на направление и "
            "проведение медико-социальной экспертизы",
            day_value(on),
        )
    )
    yield entry(
        field(
            "12480",
            "Предпочтительная форма проведения медико-социальной экспертизы",
            code_value("99.2.970", "1", "С личным присутствием"),
        )
    )
    yield entry(
        field(
            "12481",
            "Предпочтительный способ получения уведомления о проведении медико-социальной экспертизы",
            code_value("99.2.991", "1", "По телефону"),
        )
    )
