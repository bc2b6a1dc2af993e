"""Rules of codes: every coded field against its list (facts of the domain, B.2–B.10).

The codes of МКБ-10 have a format of their own and need a sub-rubric. A list that is not loaded is named once
(MSE-5013): silence is never "valid".
"""

import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from adapter.domain.checks.places import each, found, path_of, places_of, values
from adapter.domain.checks.registry import Context, not_proven, rule
from adapter.domain.code_lists import (
    ICD10,
    IMPORTED,
    NO_CODE_LISTS,
    POSTS,
    PROF_LOSS_TERMS,
    SERVICES,
    SUBJECTS,
    CodeList,
)
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.identifiers import mask
from adapter.domain.referral import Referral

_OIDS = "1.2.643.5.1.13.13"
_IDENTITY = f"{_OIDS}.99.2.48"
_ESTIMATES = f"{_OIDS}.99.2.148"
_OUTCOMES = f"{_OIDS}.11.1475"
_BASIS = "справочники ФНСИ, INVALID_ELEMENT_VALUE_CODE"


@dataclass(frozen=True, slots=True)
class _Field:
    """A coded field.

    Attributes:
        place: dotted name of the field.
        title: Russian name.
        point: point of the form; empty where it has none.
        oid: OID of the list.
        dated: field beside it with the day on which the code has to be in use; empty: the day of issue.
    """

    place: str
    title: str
    point: str
    oid: str
    dated: str = ""


_FIELDS = (
    _Field("confidentiality_code", "Уровень конфиденциальности", "", f"{_OIDS}.99.2.285"),
    _Field("organization.address.subject_code", "Субъект РФ медицинской организации", "", SUBJECTS),
    _Field("purposes", "Цель направления", "5", f"{_OIDS}.99.2.147"),
    _Field("referral_order", "Порядок направления", "18", f"{_OIDS}.11.1007"),
    _Field("consent.preferred_form", "Предпочтительная форма экспертизы", "19.2", f"{_OIDS}.99.2.970"),
    _Field("consent.notification_methods", "Способ уведомления", "19.3", f"{_OIDS}.99.2.991"),
    _Field("receiver_bureau.address.subject_code", "Субъект РФ бюро", "", SUBJECTS),
    _Field("citizen.sex", "Пол", "8", f"{_OIDS}.11.1040"),
    _Field("citizen.citizenship", "Гражданство", "9", f"{_OIDS}.99.2.315"),
    _Field("citizen.military_status", "Отношение к воинской обязанности", "10", f"{_OIDS}.99.2.314"),
    _Field("citizen.residence.type", "Вид адреса", "11", f"{_OIDS}.11.1504"),
    _Field("citizen.residence.subject_code", "Субъект РФ адреса гражданина", "11", SUBJECTS),
    _Field("citizen.stay.type", "Место нахождения гражданина", "13", f"{_OIDS}.99.2.856"),
    _Field("citizen.stay.address.subject_code", "Субъект РФ места нахождения", "13", SUBJECTS),
    _Field("citizen.oms_policy.type", "Вид полиса ОМС", "15", f"{_OIDS}.11.1035"),
    _Field("citizen.identity_document.type", "Документ, удостоверяющий личность", "16.1", _IDENTITY),
    _Field("representative.authority_document.type", "Документ о полномочиях", "17.2", f"{_OIDS}.99.2.313"),
    _Field(
        "representative.identity_document.type",
        "Документ, удостоверяющий личность представителя",
        "17.3",
        _IDENTITY,
    ),
    _Field(
        "representative.guardian_organization.address.subject_code",
        "Субъект РФ организации-опекуна",
        "17.6",
        SUBJECTS,
    ),
    _Field("previous.group", "Группа инвалидности", "20.1", f"{_OIDS}.11.1053"),
    _Field("previous.period_on_disability", "Период на инвалидности", "20.3", f"{_OIDS}.11.1490"),
    _Field("previous.term", "Срок, на который установлена инвалидность", "20", f"{_OIDS}.99.2.358"),
    _Field("previous.established_order", "Порядок установления инвалидности", "20", f"{_OIDS}.11.1041"),
    _Field("previous.cause.code", "Причина инвалидности", "20.4", f"{_OIDS}.11.1474"),
    _Field("previous.prof_loss.term", "Срок степени утраты трудоспособности", "20.5", PROF_LOSS_TERMS),
    _Field("education.address.subject_code", "Субъект РФ образовательной организации", "21", SUBJECTS),
    _Field("work.employer_address.subject_code", "Субъект РФ работодателя", "22", SUBJECTS),
    _Field("rehab_results.restoration", "Восстановление нарушенных функций", "27.1", _OUTCOMES),
    _Field("rehab_results.compensation", "Компенсация утраченных функций", "27.2", _OUTCOMES),
    _Field("anthropometry.body_build", "Телосложение", "28.4", f"{_OIDS}.11.1492"),
    _Field("examinations.code", "Код обследования", "30", SERVICES, "date"),
    _Field("clinical_prognosis", "Клинический прогноз", "32", _ESTIMATES),
    _Field("rehab_potential", "Реабилитационный потенциал", "33", _ESTIMATES),
    _Field("rehab_prognosis", "Реабилитационный прогноз", "34", _ESTIMATES),
    _Field("commission.chair.post_code", "Должность председателя врачебной комиссии", "40", POSTS),
    _Field("commission.members.post_code", "Должность члена врачебной комиссии", "40", POSTS),
    _Field("author.post_code", "Должность автора документа", "", POSTS),
    _Field("legal_authenticator.post_code", "Должность лица, придавшего юридическую силу", "", POSTS),
)
_DISEASES = (
    _Field("temporary_disability.icd10", "Код МКБ-10 временной нетрудоспособности", "26", ICD10, "start"),
    _Field("diagnosis.main.icd10", "Код МКБ-10 основного заболевания", "31.2", ICD10),
    _Field("diagnosis.main_complications.icd10", "Код МКБ-10 осложнения", "31.3", ICD10),
    _Field("diagnosis.concomitant.icd10", "Код МКБ-10 сопутствующего заболевания", "31.5", ICD10),
    _Field(
        "diagnosis.concomitant_complications.icd10",
        "Код МКБ-10 осложнения сопутствующего заболевания",
        "31.6",
        ICD10,
    ),
)
_DISEASE_CODES = places_of(*(one.place for one in _DISEASES))
_ICD10 = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,2})?")
_ICD10_FORMAT = "латинская буква, две цифры, точка и подрубрика, без знаков + и *"
_ICD10_LIKE = re.compile(r"[A-ZА-ЯЁІЅЈ][0-9]{2}(?:[.,][0-9]{1,2})?[+*]?")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_CATEGORY = 3  # signs of a three-character category
_HARMLESS = re.compile(r"[A-Za-z0-9.]{1,24}")
_SHORT = 12  # codes: a list that is told whole
_BLANKS = re.compile(r"[\s«»\"'.,;:()–—-]+")


@rule("MSE-1110", point="5, 8–11, 13, 15–20, 27–34, 40", basis=_BASIS)
def listed_codes(referral: Referral, context: Context) -> Iterator[Problem]:
    """Коды есть в справочниках, действующих в день поступления, и применяются на свою дату."""
    if context.code_lists is NO_CODE_LISTS:
        return
    for one in _FIELDS:
        code_list = context.code_lists.on(one.oid, context.today)
        if code_list is None:
            continue
        for path, code, day in _coded(referral, one, context):
            item = code_list.items.get(code)
            if item is None:
                yield _unknown(one, path, code, code_list, context)
            elif not item.valid_on(day):
                yield _out_of_use(one, path, code, code_list, day)


@rule("MSE-1102", point="26, 31", basis="МКБ-10; РЭМД, INVALID_ELEMENT_VALUE_CODE", when=not_proven)
def form_of_icd10(referral: Referral, _: Context) -> Iterator[Problem]:
    """Код МКБ-10: латинская буква, две цифры, подрубрика; без знаков + и *."""
    for one in _DISEASES:
        for path, code in values(referral, one.place, str):
            if not _ICD10.fullmatch(code):
                yield problem(
                    "FIELD_FORMAT",
                    path,
                    title=one.title,
                    point=one.point,
                    actual=code if _ICD10_LIKE.fullmatch(code) else mask(code),
                    limit=_ICD10_FORMAT,
                    format=_ICD10_FORMAT,
                    example="I69.3",
                    hint=_fault_of_icd10(code),
                )


@rule("MSE-1110", point="26, 31", basis="МКБ-10; РЭМД, INVALID_ELEMENT_VALUE_CODE")
def icd10(referral: Referral, context: Context) -> Iterator[Problem]:
    """Код МКБ-10 есть в справочнике, применяется и указан с подрубрикой, если у рубрики они есть."""
    code_list = context.code_lists.on(ICD10, context.today)
    if code_list is None or all(_is_settled(code, code_list) for code in _DISEASE_CODES.each(referral, str)):
        return
    for one in _DISEASES:
        for path, code, day in _coded(referral, one, context):
            if not _ICD10.fullmatch(code):
                continue
            item = code_list.items.get(code)
            if item is None:
                # The edition of the WHO lacks some rubrics of the Russian list (I84, fifth characters).
                severity = Severity.ERROR if code_list.official else Severity.WARNING
                yield replace(_unknown(one, path, code, code_list, context), severity=severity)
            elif not item.valid_on(day):
                yield _out_of_use(one, path, code, code_list, day)
            elif code in code_list.under and (code_list.official or len(code) == _CATEGORY):
                yield _too_wide(one, path, code, code_list)


@rule("MSE-1111", point="30", basis="РЭМД, INVALID_ELEMENT_VALUE_NAME")
def names_of_examinations(referral: Referral, context: Context) -> Iterator[Problem]:
    """Наименование обследования отвечает его коду (предупреждение: формулировки бывают местными)."""
    code_list = context.code_lists.on(SERVICES, context.today)
    if code_list is None:
        return
    for path, one in found(referral, "examinations"):
        code, name = getattr(one, "code", None), getattr(one, "name", None)
        item = code_list.items.get(code) if isinstance(code, str) else None
        if item is None or not item.name or not isinstance(name, str) or same_name(name, item.name):
            continue
        # What was examined tells the disease, so the name that was sent is not repeated.
        yield problem(
            "CODE_NAME_MISMATCH",
            f"{path}/name",
            title="Наименование обследования",
            point="30",
            severity=Severity.WARNING,
            actual=str(code),
            limit=item.name,
            name=mask(name),
            expected=item.name,
        )


@rule("MSE-5013", basis="MSE-5013: чего нет, то не проверено")
def lists_not_loaded(referral: Referral, context: Context) -> Iterator[Problem]:
    """Справочник, который нужен документу, загружен; иначе ответ говорит «не проверено»."""
    if context.code_lists is NO_CODE_LISTS:
        return
    for oid, what in IMPORTED.items():
        places = (one.place for one in _FIELDS if one.oid == oid)
        if context.code_lists.on(oid, context.today) is None and any(
            each(referral, place, str) for place in places
        ):
            yield not_loaded(oid, what)


def not_loaded(oid: str, what: str) -> Problem:
    """Return MSE-5013 for a list."""
    return problem(
        "NOT_CHECKED",
        title=what[0].upper() + what[1:],
        what=f"{what} по справочнику {oid}",
        reason="справочник не загружен",
    )


def same_name(one: str, other: str) -> bool:
    """Tell whether two names differ in nothing but case, «ё», blanks and punctuation."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return _BLANKS.sub(" ", name.casefold().replace("ё", "е")).strip()


def shown(code: str) -> str:
    """Return a code as it may be repeated; what does not look like a code is masked."""
    return code if _HARMLESS.fullmatch(code) else mask(code)


def _is_settled(code: str, code_list: CodeList) -> bool:
    """Whether a code may be used on any day and has no sub-rubrics."""
    item = code_list.items.get(code)
    return item is not None and item.is_timeless and code not in code_list.under


def _coded(referral: Referral, field: _Field, context: Context) -> Iterator[tuple[str, str, dt.date]]:
    """Yield paths and codes of a field, with the day on which each has to be in use."""
    issued = referral.issue_date
    day = min(issued, context.today) if isinstance(issued, dt.date) else context.today
    if not field.dated:
        for path, code in _sent(referral, field.place):
            yield path, code, day
        return
    above, _, name = field.place.rpartition(".")
    for path, parent in found(referral, above):
        sent, own = getattr(parent, name, None), getattr(parent, field.dated, None)
        if isinstance(sent, str):
            yield f"{path}/{name}", sent, own if isinstance(own, dt.date) else day


def _sent(referral: Referral, place: str) -> Iterable[tuple[str, str]]:
    """Return what `values` yields, without the generators where nothing is repeated: this runs most often."""
    node: object = referral
    for name in _steps(place):
        node = getattr(node, name, None)
        if node is None:
            return ()
        if type(node) is tuple:
            return values(referral, place, str)
    return ((path_of(place), node),) if isinstance(node, str) else ()


_steps = functools.cache(lambda place: tuple(place.split(".")))


def _unknown(field: _Field, path: str, code: str, code_list: CodeList, context: Context) -> Problem:
    return problem(
        "CODE_UNKNOWN",
        path,
        title=field.title,
        point=field.point,
        actual=shown(code),
        dictionary=code_list.name,
        oid=code_list.oid,
        version=code_list.version,
        hint=advice(code, code_list, context.today),
    )


def advice(code: str, code_list: CodeList, day: dt.date) -> str:
    """Name the nearest code in use; of a short list, all codes. The name of a disease is not told."""
    if len(code_list.items) <= _SHORT:
        usable = [one for one, item in code_list.items.items() if item.valid_on(day)]
        return f"Допустимые коды: {', '.join(usable)}."
    nearest = code_list.nearest(code, day)
    if not nearest:
        return ""
    name = "" if code_list.oid == ICD10 else code_list.items[nearest].name
    return f"Ближайший код: {nearest}" + (f" – {name}." if name else ".")


def _out_of_use(field: _Field, path: str, code: str, code_list: CodeList, day: dt.date) -> Problem:
    """Tell of a code that the list has and that was not in use on the day.

    An error where the list names the day; a warning where it only marks the code, and for posts: who was
    registered under a former post keeps it.
    """
    item = code_list.items[code]
    until = "" if item.until is None else f" после {item.until:%d.%m.%Y}"
    since = f" до {item.since:%d.%m.%Y}" if item.since and day < item.since else ""
    return _other_words(
        field,
        path,
        code,
        code_list,
        f"код «{shown(code)}» справочника «{code_list.name}» ({code_list.oid}, версия "
        f"{code_list.version}) не применяется{since or until}, а нужен на {day:%d.%m.%Y}.",
        Severity.ERROR if (since or until) and field.oid != POSTS else Severity.WARNING,
        _siblings(item.parent, code_list, day),
    )


def _siblings(parent: str, code_list: CodeList, day: dt.date) -> str:
    """Name codes of the same heading; which one took the place of a code is in no list."""
    usable = [one for one in code_list.under.get(parent, ()) if code_list.items[one].valid_on(day)]
    return f"В рубрике {parent} применяются: {', '.join(usable[:_SHORT])}." if usable else ""


def _too_wide(field: _Field, path: str, code: str, code_list: CodeList) -> Problem:
    """A rubric where the list has sub-rubrics; the fifth characters of МКБ-10 are optional."""
    under = code_list.under[code][:3]
    return _other_words(
        field,
        path,
        code,
        code_list,
        f"код «{shown(code)}» – рубрика, у которой в справочнике «{code_list.name}» ({code_list.oid}, "
        f"версия {code_list.version}) есть подрубрики: {', '.join(under)} и другие. Подрубрика обязательна, "
        "если она есть.",
        Severity.ERROR if len(code) == _CATEGORY else Severity.WARNING,
    )


def _other_words(
    field: _Field,
    path: str,
    code: str,
    code_list: CodeList,
    text: str,
    severity: Severity,
    hint: str = "",
) -> Problem:
    """Return MSE-1110 in other words than "no such code", which would be untrue."""
    made = problem(
        "CODE_UNKNOWN",
        path,
        title=field.title,
        point=field.point,
        severity=severity,
        actual=shown(code),
        dictionary=code_list.name,
        oid=code_list.oid,
        version=code_list.version,
        hint=hint,
    )
    return replace(made, message=f"Поле «{field.title}»: {text}")


def _fault_of_icd10(code: str) -> str:
    if _CYRILLIC.search(code):
        return "В коде есть русская буква: наберите её на латинской раскладке."
    if code.endswith(("+", "*")):
        return "Знаки + и * в коде не передаются."
    return ""
