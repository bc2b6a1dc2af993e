"""Rules that look things up in the local registers (facts of the domain, D.1, B.2, R103, R119).

A register that the document needed and that could not answer is named once (MSE-5013): silence is never
"valid". The signers' checks against the register of staff are made by `signing.roles`.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from adapter.domain.checks.facts import age_months
from adapter.domain.checks.places import found, path_of, value
from adapter.domain.checks.registry import Context, rule
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.priority import PriorityCategory
from adapter.domain.referral import Referral
from adapter.domain.registers import (
    NO_REGISTERS,
    REGISTER_NAMES,
    UNKNOWN,
    Agreement,
    CategoryRule,
    Gap,
    OrganizationEntry,
    RegisterKind,
    Registers,
)
from adapter.domain.required_examinations import RequiredExamination
from adapter.domain.requisites import Address
from adapter.domain.subjects import SUBJECTS, region, zone

_BASIS = "НСИ РЭМД, ORG_NOT_FOUND_IN_FRMO, REGION_CODE_DIFFERENT"
_AGREEMENTS = "региональные соглашения об электронных направлениях"
_SOURCE = "Сверено с реестром, который загрузил администратор обмена; если в нём ошибка, сообщите ему."
_REPEAT = "2"
_OID = "organization.oid"
_BUREAU = "receiver_bureau.oid"

#: Places of addresses whose subject is compared with that of ФИАС; title, point of the form.
_ADDRESSES = (
    ("organization.address", "Адрес медицинской организации", ""),
    ("receiver_bureau.address", "Адрес бюро", ""),
    ("citizen.residence", "Адрес гражданина", "11"),
    ("citizen.stay.address", "Место нахождения гражданина", "13"),
    ("representative.guardian_organization.address", "Адрес организации-опекуна", "17.6"),
)
#: Mark of a category of citizens, what it is called, point of the form.
CATEGORY_MARKS = (
    (PriorityCategory.PALLIATIVE, "palliative_care", "паллиативная помощь", "3"),
    (PriorityCategory.AMPUTATION, "primary_prosthetics", "первичное протезирование после ампутации", "4"),
    (PriorityCategory.SICK_LEAVE, "electronic_sick_leave.present", "листок нетрудоспособности", "26.1"),
    (PriorityCategory.SVO, "case_events.svo_participant", "участник СВО", ""),
)


def _are_there(_: Referral, context: Context) -> bool:
    """Whether anybody can be asked: where nobody can, nothing is found and nothing is told."""
    return context.registers is not NO_REGISTERS


@rule("MSE-1210", basis=_BASIS, when=_are_there)
def known_organization(referral: Referral, context: Context) -> Iterator[Problem]:
    """Медицинская организация есть в реестре организаций и действует на день документа; её ОГРН – тот же."""
    oid = value(referral, _OID, str)
    if oid is None:
        return
    ogrn, name = value(referral, "organization.ogrn", str), value(referral, "organization.name", str)
    yield from organization_problems(
        context.registers, oid, ogrn or "", name or "", _document_day(referral, context)
    )


def organization_problems(
    registers: Registers, oid: str, ogrn: str, name: str, day: dt.date
) -> Iterator[Problem]:
    """Compare an organisation with the register: MSE-1210, MSE-1211, MSE-1111 for its name.

    Args:
        registers: whom to ask.
        oid: OID of the organisation.
        ogrn: ОГРН that the document gives it; empty: none.
        name: name that the document gives it; empty: none.
        day: day of the document.
    """
    entry = registers.organization(oid, day)
    if isinstance(entry, Gap):
        if entry not in UNKNOWN:
            yield _not_found(path_of(_OID), "OID медицинской организации", oid, day, entry)
        return
    if ogrn and ogrn != entry.ogrn:
        yield problem(
            "ORG_REQUISITES_MISMATCH",
            path_of("organization.ogrn"),
            title="ОГРН медицинской организации",
            actual=ogrn,
            limit=entry.ogrn,
            organization=oid,
            hint=_SOURCE,
        )
    if name and _name_key(name) not in {_name_key(entry.name), _name_key(entry.short_name)}:
        yield problem(
            "CODE_NAME_MISMATCH",
            path_of("organization.name"),
            title="Наименование медицинской организации",
            severity=Severity.WARNING,
            actual=oid,
            name=name,
            expected=entry.name,
            hint=_SOURCE,
        )


@rule("MSE-1210", basis="НСИ РЭМД, NO_DEPARTMENT", when=_are_there)
def known_department(referral: Referral, context: Context) -> Iterator[Problem]:
    """Подразделение есть в реестре организаций и относится к медицинской организации."""
    oid, department = value(referral, _OID, str), value(referral, "organization.department_oid", str)
    if oid is None or department is None:
        return
    day, registers = _document_day(referral, context), context.registers
    entry = registers.organization(department, day)
    if isinstance(entry, Gap):
        # By its arcs a department may belong to the organisation without a row of its own.
        foreign = entry is Gap.CLOSED or not _below(department, oid)
        gap = entry if entry not in UNKNOWN and foreign else None
    else:
        gap = None if _is_department_of(registers, entry, oid, day) else Gap.ELSEWHERE
    if gap is not None:
        where = path_of("organization.department_oid")
        yield _not_found(where, "OID подразделения", department, day, gap, remd_code="NO_DEPARTMENT")


@rule("MSE-1212", basis="НСИ РЭМД, RMIS_REGION_MISMATCH", when=_are_there)
def region_of_system(referral: Referral, context: Context) -> Iterator[Problem]:
    """Субъект РФ организации по реестру – тот же, что у системы, которая нумерует документ."""
    oid, root = value(referral, _OID, str), value(referral, "document_id.root", str)
    if oid is None or root is None:
        return
    entry = context.registers.organization(oid, _document_day(referral, context))
    system = region(root.partition(".100.")[0])
    if isinstance(entry, OrganizationEntry) and system and system != entry.subject:
        yield problem(
            "ORG_REGION_MISMATCH",
            path_of("document_id.root"),
            title="Идентификатор документа",
            actual=entry.subject,
            limit=system,
            hint=_SOURCE,
        )


@rule("MSE-1210", basis=_BASIS, when=_are_there)
def known_bureau(referral: Referral, context: Context) -> Iterator[Problem]:
    """Бюро-получатель есть в реестре территорий и действует на день поступления."""
    oid = value(referral, _BUREAU, str)
    if oid is not None:
        yield from bureau_problems(context.registers, oid, context.today)


def bureau_problems(registers: Registers, oid: str, day: dt.date) -> Iterator[Problem]:
    """Find MSE-1210 of the bureau that a referral is sent to."""
    entry = registers.bureau(oid, day)
    if isinstance(entry, Gap) and entry not in UNKNOWN:
        yield _not_found(path_of(_BUREAU), "OID бюро", oid, day, entry)


@rule("MSE-1221", point="11, 13, 17.6", basis="НСИ РЭМД, REGION_CODE_DIFFERENT", when=_are_there)
def subject_by_fias(referral: Referral, context: Context) -> Iterator[Problem]:
    """Субъект РФ адреса – тот же, что у объекта ФИАС."""
    for path, address, title, point in _addresses(referral):
        for guid in (address.fias_object_guid, address.fias_house_guid):
            right = context.registers.subject_of(guid) if guid else Gap.NOT_LOADED
            if not isinstance(right, Gap) and address.subject_code and right != address.subject_code:
                yield problem(
                    "ADDRESS_REGION_MISMATCH",
                    f"{path}/subjectCode",
                    title=title,
                    point=point,
                    actual=address.subject_code,
                    limit=right,
                    hint=_SOURCE,
                )


@rule("MSE-3041", point="3, 4, 26.1", basis=_AGREEMENTS, when=_are_there)
def agreed_categories(referral: Referral, context: Context) -> Iterator[Problem]:
    """Категория гражданина не исключена региональным соглашением из электронного обмена."""
    oid = value(referral, _OID, str)
    if oid is None:
        return
    marked = [one for one, place, _, _ in CATEGORY_MARKS if value(referral, place, bool)]
    subject = _subject(context.registers, oid, referral, context.today)
    yield from category_problems(context.registers, subject, marked, context.today)


def category_problems(
    registers: Registers, subject: str, marked: Iterable[PriorityCategory], day: dt.date
) -> Iterator[Problem]:
    """Find MSE-3041 for the categories of a citizen that the agreement of a subject excludes."""
    agreement = registers.agreement(subject, day)
    if not isinstance(agreement, Agreement):
        return
    known = set(marked)
    for category, place, name, point in CATEGORY_MARKS:
        said = agreement.rule_of(category)
        if category in known and said is not CategoryRule.ALLOW:
            refused = said is CategoryRule.REFUSE
            yield problem(
                "CATEGORY_EXCLUDED",
                path_of(place),
                title=name.capitalize(),
                point=point,
                severity=Severity.ERROR if refused else Severity.WARNING,
                category=name,
                subject=_subject_name(subject),
                agreement=agreement.requisites,
            )


@rule("MSE-3042", basis=_AGREEMENTS, when=_are_there)
def before_switch_on(referral: Referral, context: Context) -> Iterator[Problem]:
    """Субъект РФ и организация уже перешли на электронные направления."""
    oid = value(referral, _OID, str)
    if oid is not None:
        subject = _subject(context.registers, oid, referral, context.today)
        yield from switch_on_problems(context.registers, subject, oid, context.today)


def switch_on_problems(registers: Registers, subject: str, oid: str, day: dt.date) -> Iterator[Problem]:
    """Find MSE-3042: the region or the organisation has not yet gone over to electronic referrals."""
    agreement, entry = registers.agreement(subject, day), registers.organization(oid, day)
    if isinstance(agreement, Agreement) and agreement.is_before_switch_on(day):
        whose = f"субъект РФ {_subject_name(subject)}"
        yield _early(whose, agreement.switch_on, day, f"Основание: {agreement.requisites}.")
    elif isinstance(entry, OrganizationEntry) and entry.electronic_since and day < entry.electronic_since:
        yield _early(f"организация {oid}", entry.electronic_since, day, _SOURCE)


def required_of(registers: Registers, referral: Referral) -> tuple[RequiredExamination, ...] | None:
    """Return what the Перечень asks for in the case of a whole referral; None: the list is not loaded."""
    rows = registers.required_examinations(
        referral.diagnosis.main.icd10,
        age_months(referral.citizen.birth_date, referral.issue_date),
        referral.issue_date,
        repeat=referral.referral_order == _REPEAT,
    )
    return None if isinstance(rows, Gap) else rows


def _early(whose: str, since: dt.date, day: dt.date, hint: str) -> Problem:
    return problem(
        "BEFORE_SWITCH_ON",
        path_of(_OID),
        title="Медицинская организация",
        actual=f"{day:%d.%m.%Y}",
        limit=f"{since:%d.%m.%Y}",
        whose=whose,
        hint=hint,
    )


@rule("MSE-5013", basis=_BASIS, when=_are_there)
def not_checked(referral: Referral, context: Context) -> Iterator[Problem]:
    """О каждом реестре, который был нужен и не ответил, сказано один раз."""
    oid, bureau = value(referral, _OID, str), value(referral, _BUREAU, str)
    guids = {
        guid
        for _, address, _, _ in _addresses(referral)
        for guid in (address.fias_object_guid, address.fias_house_guid)
        if guid
    }
    subject = _subject(context.registers, oid or "", referral, context.today)
    day = _document_day(referral, context)
    yield from gap_problems(context.registers, oid or "", bureau or "", subject, day, guids)
    department = value(referral, "organization.department_oid", str)
    if oid and department and context.registers.organization(oid, day) not in UNKNOWN:
        entry = context.registers.organization(department, day)
        if entry is Gap.NOT_COVERED and not _below(department, oid):
            where, about = "organization.department_oid", f"о подразделении {department}"
            yield from _gap(RegisterKind.ORGANIZATIONS, entry, where, "подразделение", about)


def gap_problems(
    registers: Registers, oid: str, bureau: str, subject: str, day: dt.date, guids: Iterable[str] = ()
) -> Iterator[Problem]:
    """Find MSE-5013 for each register that could not answer; what is empty was not asked for.

    Args:
        registers: whom to ask; of nobody nothing is said.
        oid: OID of the organisation.
        bureau: OID of the bureau.
        subject: subject of the organisation.
        day: day of the document.
        guids: objects of ФИАС whose subject was compared.
    """
    if registers is NO_REGISTERS:
        return
    if oid:
        entry = registers.organization(oid, day)
        what = "организация, её ОГРН, наименование и субъект РФ"
        yield from _gap(RegisterKind.ORGANIZATIONS, entry, _OID, what, f"об организации {oid}")
        agreed = registers.agreement(subject, day)
        if agreed is Gap.NOT_LOADED:  # a subject without an agreement excludes nobody
            what = "исключения и дата перехода по региональному соглашению"
            yield from _gap(RegisterKind.AGREEMENTS, agreed, _OID, what, "")
    served = registers.bureau(bureau, day) if bureau else None
    unknown = [guid for guid in guids if isinstance(registers.subject_of(guid), Gap)]
    if isinstance(served, Gap) and served in UNKNOWN:
        what = "бюро-получатель" + (" и субъекты РФ адресов по ФИАС" if unknown else "")
        yield from _gap(RegisterKind.TERRITORIES, served, _BUREAU, what, f"о бюро {bureau}")
    elif unknown:
        about = "об этих объектах ФИАС"
        yield from _gap(
            RegisterKind.TERRITORIES, Gap.NOT_COVERED, _BUREAU, "субъекты РФ адресов по ФИАС", about
        )


def _gap(kind: RegisterKind, answer: object, place: str, what: str, about: str) -> Iterator[Problem]:
    if not isinstance(answer, Gap) or answer not in UNKNOWN:
        return
    name = REGISTER_NAMES[kind]
    loaded = answer is not Gap.NOT_LOADED
    reason = f"{name} ничего не говорит {about}" if loaded else f"{name} не загружен"
    yield problem("NOT_CHECKED", path_of(place), title=name.capitalize(), what=what, reason=reason)


def _not_found(path: str, title: str, oid: str, day: dt.date, gap: Gap, *, remd_code: str = "") -> Problem:
    return problem(
        "ORG_NOT_FOUND",
        path,
        title=title,
        actual=oid,
        date=f"{day:%d.%m.%Y}",
        hint=_SOURCE,
        remd_code=remd_code or ("NO_ORG_ON_DATE" if gap is Gap.CLOSED else ""),
    )


def _document_day(referral: Referral, context: Context) -> dt.date:
    """Return the day on which the document was made; it cannot be later than its receipt."""
    created = value(referral, "created_at", dt.datetime)
    if created is None:
        return context.today
    try:
        local = created.astimezone(zone(region(value(referral, _OID, str) or "")))
    except (OverflowError, ValueError):  # the first and the last hours of the calendar in another zone
        return context.today
    return min(local.date(), context.today)


def _subject(registers: Registers, oid: str, referral: Referral, day: dt.date) -> str:
    """Return the subject of the organisation: by the register, by its OID, by its address."""
    entry = registers.organization(oid, day)
    if isinstance(entry, OrganizationEntry):
        return entry.subject
    return region(oid) or value(referral, "organization.address.subject_code", str) or ""


def _addresses(referral: Referral) -> Iterator[tuple[str, Address, str, str]]:
    for place, title, point in _ADDRESSES:
        for path, address in found(referral, place):
            if isinstance(address, Address):
                yield path, address, title, point


def _is_department_of(registers: Registers, entry: OrganizationEntry, oid: str, day: dt.date) -> bool:
    """Whether an entry is the organisation, or below it by its arcs or by the register."""
    seen: set[str] = set()
    here: OrganizationEntry | Gap = entry
    while isinstance(here, OrganizationEntry) and here.oid not in seen:
        if here.oid == oid or _below(here.oid, oid):
            return True
        seen.add(here.oid)
        here = registers.organization(here.parent, day) if here.parent else Gap.ABSENT
    return False


def _below(oid: str, whole: str) -> bool:
    return oid.startswith(f"{whole}.")


def _name_key(name: str) -> str:
    """Return a name as it is compared: without case, quotes, ё and further blanks."""
    return " ".join(re.findall(r"[0-9a-zа-я№]+", name.casefold().replace("ё", "е")))


def _subject_name(code: str) -> str:
    row = SUBJECTS.get(code)
    return f"{code} {row.name}" if row else code
