"""Fields of the referral: the citizen, the representative, history and clinical part. Data only.

Titles, points and numbers of records are those of ``urn:x-mse:document:1``; a test compares them.
"""

from collections.abc import Mapping
from types import MappingProxyType

from adapter.domain.citizen import (
    Age,
    AuthorityDocument,
    Citizen,
    GuardianOrganization,
    IdentityDocument,
    OmsPolicy,
    Representative,
    ResidenceAddress,
    Stay,
)
from adapter.domain.clinical import Anthropometry, Complication, Diagnosis, Disease, Examination, Medication
from adapter.domain.form_field import Field
from adapter.domain.form_requisites import REQUISITES
from adapter.domain.form_values import (
    AGE,
    BIRTH_WEIGHT,
    BODY_MASS_INDEX,
    CODE,
    DATE,
    DAYS,
    EMAIL,
    GIRTH,
    HEIGHT,
    ISSUER_CODE,
    JUDGED,
    MARK,
    NAME,
    PERCENT,
    PHONE,
    SERVICE_CODE,
    SICK_LEAVE,
    TERM_CODE,
    TEXT_20,
    TEXT_60,
    TEXT_100,
    TEXT_250,
    TEXT_500,
    TEXT_4000,
    TEXT_32000,
    VOLUME,
    WEIGHT,
)
from adapter.domain.history import (
    CurrentJob,
    DisabilityCause,
    Education,
    ElectronicSickLeave,
    Ipra,
    Previous,
    PreviousProfLoss,
    RehabResults,
    TemporaryDisability,
    Work,
)
from adapter.domain.requisites import Address

SECTIONS: Mapping[type, tuple[Field, ...]] = MappingProxyType(
    {
        Citizen: (
            Field("family_name", "Фамилия", "6", NAME),
            Field("given_name", "Имя", "6", NAME),
            Field("patronymic", "Отчество при наличии", "6", NAME),
            Field("birth_date", "Дата рождения", "7", DATE),
            Field("age", "Возраст", "7"),
            Field("sex", "Пол", "8", CODE),
            Field("citizenship", "Гражданство", "9", CODE),
            Field("military_status", "Отношение к воинской обязанности", "10", CODE),
            Field(
                "residence",
                "Адрес места жительства, пребывания, фактического проживания или нахождения пенсионного дела",
                "11",
                low=1,
                high=2,
            ),
            Field("no_fixed_address", "Лицо без определенного места жительства", "12", MARK),
            Field("stay", "Где находится гражданин", "13"),
            Field("phones", "Контактный телефон", "14", PHONE, high=10),
            Field("email", "Адрес электронной почты", "14", EMAIL),
            Field("snils", "СНИЛС", "15", JUDGED),
            Field("snils_absence_reason", "Причина отсутствия СНИЛС", "15", TEXT_250),
            Field("oms_policy", "Полис ОМС при наличии", "15"),
            Field("identity_document", "Документ, удостоверяющий личность", "16"),
            Field("mis_patient_id", "Идентификатор пациента в МИС"),
        ),
        Age: (
            Field("value", "Возраст", "7", AGE),
            Field("unit", "Единица возраста: лет или месяцев", "7", CODE),
        ),
        ResidenceAddress: (
            *REQUISITES[Address],
            Field("type", "Вид адреса", "11", CODE),
        ),
        Stay: (
            Field("type", "Место нахождения гражданина", "13.1–13.5", CODE),
            Field("address", "Адрес организации, где находится гражданин", "13"),
            Field("ogrn", "ОГРН организации, где находится гражданин", "13", JUDGED),
        ),
        OmsPolicy: (
            Field("type", "Вид полиса ОМС", "15", CODE),
            Field("series", "Серия полиса ОМС", "15", TEXT_20),
            Field("number", "Номер полиса ОМС", "15", TEXT_20),
        ),
        IdentityDocument: (
            Field("type", "Наименование документа, удостоверяющего личность", "16.1, 17.3", CODE),
            Field("series", "Серия", "16.2, 17.3", TEXT_20),
            Field("number", "Номер", "16.2, 17.3", TEXT_20),
            Field("issued_by", "Кем выдан", "16.3, 17.3", TEXT_500),
            Field("issuer_code", "Код подразделения", "16.3, 17.3", ISSUER_CODE),
            Field("issue_date", "Дата выдачи", "16.4, 17.3", DATE),
        ),
        Representative: (
            Field("family_name", "Фамилия представителя", "17.1", NAME),
            Field("given_name", "Имя представителя", "17.1", NAME),
            Field("patronymic", "Отчество представителя при наличии", "17.1", NAME),
            Field("birth_date", "Дата рождения представителя", "17.1", DATE),
            Field("authority_document", "Документ, удостоверяющий полномочия", "17.2"),
            Field("identity_document", "Документ, удостоверяющий личность представителя", "17.3"),
            Field("phones", "Контактный телефон представителя", "17.4", PHONE, high=10),
            Field("email", "Адрес электронной почты представителя", "17.4", EMAIL),
            Field("snils", "СНИЛС представителя", "17.5", JUDGED),
            Field("guardian_organization", "Организация, исполняющая обязанности опекуна", "17.6"),
        ),
        AuthorityDocument: (
            Field("type", "Наименование документа о полномочиях", "17.2", CODE),
            Field("series", "Серия", "17.2", TEXT_20),
            Field("number", "Номер", "17.2", TEXT_60),
            Field("issued_by", "Кем выдан", "17.2", TEXT_500),
            Field("issue_date", "Дата выдачи", "17.2", DATE),
        ),
        GuardianOrganization: (
            Field("name", "Наименование организации-опекуна", "17.6", TEXT_500),
            Field("address", "Адрес организации-опекуна", "17.6"),
            Field("ogrn", "ОГРН организации-опекуна", "17.6", JUDGED),
        ),
        Previous: (
            Field("group", "Группа инвалидности или категория «ребенок-инвалид»", "20.1", CODE),
            Field("until", "Дата, до которой установлена инвалидность", "20.2", DATE),
            Field("period_on_disability", "Период нахождения на инвалидности", "20.3", CODE),
            Field("term", "Срок, на который установлена инвалидность", "20.2", CODE),
            Field("established_order", "Порядок установления инвалидности", "20.1", CODE),
            Field("cause", "Причина инвалидности", "20.4"),
            Field("prof_loss", "Степень утраты профессиональной трудоспособности", "20.5–20.8", high=20),
            Field("act_number", "Номер акта (обратного талона) предыдущей экспертизы", "20", TEXT_60),
            Field("act_date", "Дата акта предыдущей экспертизы", "20", DATE),
        ),
        DisabilityCause: (
            Field("code", "Причина инвалидности", "20.4.1–20.4.18", CODE),
            Field(
                "text", "Иная причина или причина по прежнему законодательству", "20.4.17, 20.4.18", TEXT_500
            ),
        ),
        PreviousProfLoss: (
            Field(
                "percent",
                "Степень утраты профессиональной трудоспособности, процентов",
                "20.5, 20.7",
                PERCENT,
            ),
            Field("term", "Срок, на который установлена степень утраты", "20.6, 20.8", TERM_CODE),
            Field("until", "Дата, до которой установлена степень утраты", "20.6, 20.8", DATE),
        ),
        Education: (
            Field("organization_name", "Образовательная организация", "21", TEXT_500),
            Field("address", "Адрес образовательной организации", "21"),
            Field("course_or_class", "Курс, класс", "21", TEXT_60),
            Field("profession", "Получаемая профессия", "21", TEXT_250),
        ),
        Work: (
            Field("status", "Трудовая занятость", "22", CODE),
            Field("main_profession", "Основная профессия", "22", TEXT_250),
            Field("qualification", "Квалификация: класс, разряд, категория, звание", "22", TEXT_250),
            Field("experience", "Стаж работы", "22", TEXT_100),
            Field("current_job", "Выполняемая работа", "22"),
            Field("conditions", "Условия и характер труда", "22", TEXT_500),
            Field("employer_name", "Место работы", "22", TEXT_500),
            Field("employer_address", "Адрес места работы", "22"),
        ),
        CurrentJob: (
            Field("profession", "Профессия", "22", TEXT_250),
            Field("speciality", "Специальность", "22", TEXT_250),
            Field("position", "Должность", "22", TEXT_250),
        ),
        TemporaryDisability: (
            Field("start", "Дата начала нетрудоспособности", "26", DATE),
            Field("end", "Дата окончания нетрудоспособности", "26", DATE),
            Field("days", "Число дней нетрудоспособности", "26", DAYS),
            Field("diagnosis", "Диагноз", "26", TEXT_500),
            Field("icd10", "Код МКБ-10", "26", JUDGED),
        ),
        ElectronicSickLeave: (
            Field("present", "Наличие электронного листка нетрудоспособности", "26.1", MARK),
            Field("number", "Номер электронного листка нетрудоспособности", "26.2", SICK_LEAVE),
        ),
        Ipra: (
            Field("number", "Номер ИПРА", "27", TEXT_60),
            Field("protocol_number", "Номер протокола МСЭ", "27", TEXT_60),
            Field("protocol_date", "Дата протокола МСЭ", "27", DATE),
        ),
        RehabResults: (
            Field("text", "Результаты и эффективность мероприятий", "27", TEXT_32000),
            Field("restoration", "Восстановление нарушенных функций", "27.1", CODE),
            Field("compensation", "Достижение компенсации утраченных функций", "27.2", CODE),
        ),
        Anthropometry: (
            Field("height", "Рост, см", "28.1", HEIGHT),
            Field("weight", "Масса тела, кг", "28.2", WEIGHT),
            Field("bmi", "Индекс массы тела", "28.3", BODY_MASS_INDEX),
            Field("body_build", "Телосложение", "28.4", CODE),
            Field("daily_output_ml", "Суточный объем физиологических отправлений, мл", "28.5", VOLUME),
            Field("waist_cm", "Объем талии, см", "28.6", GIRTH),
            Field("hips_cm", "Объем бедер, см", "28.6", GIRTH),
            Field("birth_weight", "Масса тела при рождении, г, для детей до 3 лет", "28.7", BIRTH_WEIGHT),
            Field("physical_development", "Физическое развитие, для детей до 3 лет", "28.8", TEXT_4000),
        ),
        Examination: (
            Field("date", "Дата обследования", "30", DATE),
            Field("code", "Код обследования", "30", SERVICE_CODE),
            Field("name", "Наименование обследования", "30", TEXT_500),
            Field("result", "Результат обследования", "30", TEXT_32000),
            Field("linked_document_id", "Идентификатор документа с результатом", "30"),
        ),
        Diagnosis: (
            Field("main", "Основное заболевание", "31.1, 31.2"),
            Field("main_complications", "Осложнения основного заболевания", "31.3", high=50),
            Field("concomitant", "Сопутствующие заболевания", "31.4, 31.5", high=50),
            Field("concomitant_complications", "Осложнения сопутствующих заболеваний", "31.6", high=50),
        ),
        Disease: (
            Field("text", "Формулировка диагноза", "31.1, 31.4", TEXT_4000),
            Field("icd10", "Код МКБ-10", "31.2, 31.5", JUDGED),
        ),
        Complication: (
            Field("text", "Формулировка осложнения", "31.3, 31.6", TEXT_4000),
            Field("icd10", "Код МКБ-10 осложнения", "31.3, 31.6", JUDGED),
        ),
        Medication: (
            Field("name", "Наименование препарата или изделия", "35.1", TEXT_500),
            Field("dose", "Доза", "35.1", TEXT_250),
            Field("duration", "Продолжительность приема", "35.1", TEXT_250),
            Field("courses", "Кратность курсов", "35.1", TEXT_250),
        ),
    }
)
