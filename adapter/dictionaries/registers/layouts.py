"""The columns of each register, as data, and what has to hold within a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adapter.dictionaries.registers import cells
from adapter.dictionaries.registers.cells import CellError, Reader, Value
from adapter.domain.priority import PriorityCategory
from adapter.domain.registers import CategoryRule, ContactLevel, RegisterKind

Values = Mapping[str, Value]
RowRule = Callable[[Values], None]

EVERYWHERE = "*"
"""Instead of a subject: the whole country."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: name in JSON, and in headings that are not Russian.
        title: Russian heading.
        read: reader of a cell that is not empty.
        default: value of an empty cell.
        personal: its values are never shown.
    """

    key: str
    title: str
    read: Reader
    required: bool = False
    default: Value = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of a register.

    Attributes:
        rules: raise `CellError` for a row that contradicts itself.
        identity: columns that tell one thing from another; two rows of one thing may not be in force at once.
            Empty: they may.
        begins: columns with the first day of a row; the first filled one counts.
    """

    kind: RegisterKind
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...] = ()
    identity: tuple[str, ...] = ()
    begins: tuple[str, ...] = ("valid_from",)


def _subject_or_everywhere(cell: str) -> Value:
    return cell if cell == EVERYWHERE else cells.subject(cell)


def _in_order(first: str, last: str, text: str, *, strict: bool = False) -> RowRule:
    """Return the rule that one value of a row is not greater than (strictly: is below) another."""

    def rule(row: Values) -> None:
        low, high = row.get(first), row.get(last)
        wrong = False
        if isinstance(low, str) and isinstance(high, str) and low and high:
            wrong = low > high or (strict and low == high)
        elif isinstance(low, int) and isinstance(high, int):
            wrong = low > high
        if wrong:
            raise CellError(text, "Сверьте оба значения и исправьте ошибочное.")

    return rule


def _any_of(*keys: str, text: str, fix: str) -> RowRule:
    def rule(row: Values) -> None:
        if not any(row.get(key) for key in keys):
            raise CellError(text, fix)

    return rule


def _not_own_parent(row: Values) -> None:
    if row["oid"] == row["parent"]:
        raise CellError("организация названа вышестоящей над собой", "Исправьте OID вышестоящей организации.")


def _served_one_way(row: Values) -> None:
    if row["organization_oid"] and (row["district"] or row["locality"]):
        text = "в строке и организация, и часть субъекта РФ"
        raise CellError(text, "Запишите их двумя строками: строка называет что-то одно.")
    if (row["district"] or row["locality"] or row["fias"]) and row["subject"] in {"", EVERYWHERE}:
        raise CellError("не назван субъект РФ", "Заполните «Субъект РФ».")


_VALID_FROM = Column("valid_from", "Действует с", cells.day)
_VALID_TO = Column("valid_to", "Действует по", cells.day)
_VALIDITY = (_VALID_FROM, _VALID_TO)
_VALIDITY_ORDER = _in_order("valid_from", "valid_to", "начало действия позже окончания")

#: Words of people for the levels of contacts, and for what an agreement says of a category.
LEVELS = MappingProxyType(
    {
        "оператор": ContactLevel.OPERATOR.value,
        "руководитель организации": ContactLevel.HEAD.value,
        "МИАЦ": ContactLevel.MIAC.value,
        "министерство": ContactLevel.MINISTRY.value,
        "главное бюро": ContactLevel.MAIN_BUREAU.value,
    }
)
CATEGORY_RULES = MappingProxyType(
    {
        "принимать": CategoryRule.ALLOW.value,
        "предупреждать": CategoryRule.WARN.value,
        "отказывать": CategoryRule.REFUSE.value,
    }
)
#: Column of an agreement → category of citizens.
CATEGORY_COLUMNS = MappingProxyType(
    {
        "palliative": PriorityCategory.PALLIATIVE,
        "amputation": PriorityCategory.AMPUTATION,
        "sick_leave": PriorityCategory.SICK_LEAVE,
        "svo": PriorityCategory.SVO,
    }
)
ORDERED_ROLES = MappingProxyType(
    {
        "председатель ВК": "CHAIRMAN",
        "заместитель председателя ВК": "VICE_CHAIRMAN",
        "руководитель бюро": "BUREAU_HEAD",
    }
)
#: Primary, repeat, or any referral.
REFERRAL_ORDERS = MappingProxyType({"первично": "1", "повторно": "2"})
_RULE = cells.choice(CATEGORY_RULES)
_ALLOW = CategoryRule.ALLOW.value

_ORGANIZATIONS = Layout(
    RegisterKind.ORGANIZATIONS,
    (
        Column("oid", "OID", cells.oid, required=True),
        Column("ogrn", "ОГРН", cells.ogrn, required=True),
        Column("name", "Наименование", cells.text(1000), required=True),
        Column("short_name", "Краткое наименование", cells.text(500), default=""),
        Column("subject", "Субъект РФ", cells.subject, required=True),
        Column("zone", "Часовой пояс", cells.zone, default=""),
        Column("is_state", "Государственная", cells.flag, required=True),
        Column("electronic_since", "Электронно с", cells.day),
        *_VALIDITY,
        Column("parent", "OID вышестоящей организации", cells.oid, default=""),
    ),
    (_VALIDITY_ORDER, _not_own_parent),
    identity=("oid",),
)
_STAFF = Layout(
    RegisterKind.STAFF,
    (
        Column("snils", "СНИЛС", cells.snils, required=True, personal=True),
        Column("organization_oid", "OID организации", cells.oid, required=True),
        Column("post", "Код должности", cells.post, required=True),
        Column("valid_from", "Работает с", cells.day),
        Column("valid_to", "Работает по", cells.day),
        Column("ordered_role", "Роль по приказу", cells.choice(ORDERED_ROLES), default=""),
    ),
    (_VALIDITY_ORDER,),
)
_TERRITORIES = Layout(
    RegisterKind.TERRITORIES,
    (
        Column("bureau_oid", "OID бюро", cells.oid, required=True),
        Column("bureau_name", "Наименование бюро", cells.text(500), required=True),
        Column("main_oid", "OID главного бюро", cells.oid, default=""),
        Column("main_name", "Наименование главного бюро", cells.text(500), default=""),
        Column("federal_oid", "OID Федерального бюро", cells.oid, default=""),
        Column("federal_name", "Наименование Федерального бюро", cells.text(500), default=""),
        Column("organization_oid", "OID обслуживаемой организации", cells.oid, default=""),
        Column("subject", "Субъект РФ", _subject_or_everywhere, default=""),
        Column("district", "Район", cells.text(200), default=""),
        Column("locality", "Населённый пункт", cells.text(200), default=""),
        Column("fias", "ФИАС", cells.guid, default=""),
        *_VALIDITY,
    ),
    (_VALIDITY_ORDER, _served_one_way),
)
_AGREEMENTS = Layout(
    RegisterKind.AGREEMENTS,
    (
        Column("subject", "Субъект РФ", cells.subject, required=True),
        Column("requisites", "Реквизиты соглашения", cells.text(1000), required=True),
        Column("switch_on", "Дата перехода", cells.day, required=True),
        Column("pilot_from", "Пилот с", cells.day),
        Column("valid_to", "Действует по", cells.day),
        Column("palliative", "Паллиативная помощь", _RULE, default=_ALLOW),
        Column("amputation", "Ампутация", _RULE, default=_ALLOW),
        Column("sick_leave", "Листок нетрудоспособности", _RULE, default=_ALLOW),
        Column("svo", "Участник СВО", _RULE, default=_ALLOW),
        Column("counts_excluded", "Исключённые в знаменателе", cells.flag, default=False),
        Column("counts_pilot", "Пилот в знаменателе", cells.flag, default=False),
    ),
    (
        _in_order("pilot_from", "switch_on", "пилот начинается не раньше перехода", strict=True),
        _in_order("switch_on", "valid_to", "дата перехода позже окончания действия"),
    ),
    identity=("subject",),
    begins=("pilot_from", "switch_on"),
)
_CONTACTS = Layout(
    RegisterKind.CONTACTS,
    (
        Column("level", "Кому", cells.choice(LEVELS), required=True),
        Column("organization_oid", "OID организации", cells.oid, default=""),
        Column("subject", "Субъект РФ", cells.subject, default=""),
        Column("role", "Должность", cells.text(200), default=""),
        Column("email", "Электронная почта", cells.email, default="", personal=True),
        Column("phone", "Телефон", cells.phone, default="", personal=True),
        Column("push", "Адрес системы", cells.url, default=""),
        *_VALIDITY,
    ),
    (
        _VALIDITY_ORDER,
        _any_of(
            "email",
            "phone",
            "push",
            text="нет ни одного адреса",
            fix="Заполните почту, телефон или адрес системы.",
        ),
    ),
)
_EXAMINATIONS = Layout(
    RegisterKind.EXAMINATIONS,
    (
        Column("icd10_from", "МКБ-10 с", cells.icd10, required=True),
        Column("icd10_to", "МКБ-10 по", cells.icd10, default=""),
        Column("age_from", "Возраст с", cells.age_from),
        Column("age_to", "Возраст по", cells.age_to),
        Column("order", "Порядок", cells.choice(REFERRAL_ORDERS), default=""),
        Column("code", "Код услуги", cells.service, default=""),
        Column("name", "Обследование", cells.text(1000), required=True),
        Column("valid_days", "Срок, дней", cells.count_of_days),
        Column("replaced_by", "Заменяется услугами", cells.services),
        Column("by_indication", "По показаниям", cells.flag, default=False),
        *_VALIDITY,
    ),
    (
        _VALIDITY_ORDER,
        _in_order("icd10_from", "icd10_to", "начало диапазона МКБ-10 после его конца"),
        _in_order("age_from", "age_to", "возраст «с» больше возраста «по»"),
    ),
)

LAYOUTS: Mapping[RegisterKind, Layout] = MappingProxyType(
    {one.kind: one for one in (_ORGANIZATIONS, _STAFF, _TERRITORIES, _AGREEMENTS, _CONTACTS, _EXAMINATIONS)}
)
