"""Rules of persons: names, contacts, where the citizen is, the representative (points 6, 11–14, 17)."""

import datetime as dt
import re
import string
from collections.abc import Iterator

from adapter.domain.checks.facts import ADULT, ISSUE, YEAR, age, is_child, text
from adapter.domain.checks.fields import WARNING, contradicts, field_of, misshaped, missing, unexpected
from adapter.domain.checks.places import each, found, path_of, places_of, together, value, values, xml_name
from adapter.domain.checks.registry import FORM, Context, once, rule
from adapter.domain.deadlines import add_months
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.identifiers import mask
from adapter.domain.referral import Referral

_GIP = "НСИ ГИП, «Недопустимые символы в имени»"
_OWNERS = (
    "citizen",
    "representative",
    "commission.chair",
    "commission.members",
    "author",
    "legal_authenticator",
)
_PEOPLE = places_of(*_OWNERS)
_NAMES = ("family_name", "given_name", "patronymic")
_READ_NAMES = together(_NAMES)
#: What is written in place of a patronymic that a person does not have.
_NOTHING = frozenset({"нет", "отсутствует", "отсутств", "без отчества", "не указано", "неизвестно", "б/о"})
_LETTERS = re.compile(r"[^\W\d_]")
_LATIN = string.ascii_letters.encode()
_MIXED = re.compile(r"[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")

_AT_RESIDENCE = "5"
_ORGANIZATIONS = frozenset({"1", "2", "3", "4"})
_INPATIENT = "1"
_PHONE, _LETTER = "1", "2"
_PHONES = ("citizen.phones", "representative.phones")
_REGISTERED = "1"
_BODY = ("district", "locality", "street", "house", "fias_object_guid", "fias_house_guid")
_OF_PARENTS = frozenset({"1", "5"})


def _are_names_odd(referral: Referral, _: Context) -> bool:
    """Whether any name is a word for nothing or of two alphabets: one look at the names of all persons."""
    people = [_names_of(one) for one in _PEOPLE.each(referral, object)]
    if any(map(_says_nothing, [names[-1] for names in people])):
        return True
    text = "\n".join(["\n".join(names) for names in people])
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw.translate(None, _LATIN)) < len(raw) and _MIXED.search(text) is not None


@rule("MSE-1102", point="6, 17.1", basis=_GIP, when=_are_names_odd)
def patronymic(referral: Referral, _: Context) -> Iterator[Problem]:
    """Вместо отсутствующего отчества ничего не пишут: ни «-», ни «нет»."""
    for place, path, names in once(_names, referral):
        name = names[-1]
        if _says_nothing(name):
            yield misshaped(
                f"{place}.patronymic",
                f"{path}/patronymic",
                actual=mask(name),
                format="отчество из документа; если его нет, поле не передаётся",
                example="Иванович",
            )


@rule("MSE-1102", point="6, 17.1", basis=_GIP, severity=Severity.WARNING, when=_are_names_odd)
def alphabets_of_names(referral: Referral, _: Context) -> Iterator[Problem]:
    """В одном слове имени нет и русских, и латинских букв."""
    for place, path, names in once(_names, referral):
        if not _MIXED.search("\n".join(names)):
            continue
        for field, name in zip(_NAMES, names, strict=True):
            if _MIXED.search(name):
                yield misshaped(
                    f"{place}.{field}",
                    f"{path}/{xml_name(field)}",
                    actual=mask(name),
                    format="слово из букв одного алфавита",
                    example="Сидоров",
                    severity=WARNING,
                    hint="Похожие буквы (С и C, А и A) наберите в одной раскладке.",
                )


@rule("MSE-1101", point="14, 17.4, 19.3", basis=f"{FORM}; руководство по реализации СЭМД 121")
def contacts(referral: Referral, _: Context) -> Iterator[Problem]:
    """Есть контакты гражданина или представителя; для уведомления по телефону – телефон."""
    if value(referral, "citizen", object) is None:
        return
    if any(one.strip() for place in _PHONES for one in each(referral, place, str)):
        return
    methods = each(referral, "consent.notification_methods", str)
    has_email = bool(text(referral, "citizen.email") or text(referral, "representative.email"))
    if _PHONE in methods:
        yield missing("citizen.phones", hint="Гражданин выбрал уведомление по телефону или СМС (п. 19.3.1).")
    elif not has_email:
        yield missing("citizen.phones", hint="Контакты нужны у гражданина или у его представителя.")


def _is_homeless(referral: Referral, _: Context) -> bool:
    return value(referral, "citizen.no_fixed_address", bool) is True


@rule("MSE-1101", point="11, 19.3.2", severity=Severity.WARNING, when=_is_homeless)
def address_for_letters(referral: Referral, _: Context) -> Iterator[Problem]:
    """Для уведомления заказным письмом есть адрес, даже если места жительства нет."""
    if _LETTER in each(referral, "consent.notification_methods", str) and not _has_place(referral):
        yield missing(
            "citizen.residence",
            severity=WARNING,
            hint="Гражданин без места жительства выбрал уведомление письмом (п. 19.3.2): укажите, куда.",
        )


@rule("MSE-1101", point="2, 11, 13", severity=Severity.WARNING, when=_is_homeless)
def address_for_home_examination(referral: Referral, _: Context) -> Iterator[Problem]:
    """Для экспертизы на дому есть адрес, по которому находится гражданин."""
    at_home = value(referral, "home_examination", bool)
    if at_home and not _has_place(referral):
        yield missing(
            "citizen.residence",
            severity=WARNING,
            hint="Экспертиза нужна на дому (п. 2), а адреса, кроме субъекта, нет.",
        )


@rule("MSE-1101", point="13.1–13.4")
def organization_of_stay(referral: Referral, _: Context) -> Iterator[Problem]:
    """У организации, где находится гражданин (п. 13.1–13.4), указаны адрес и ОГРН."""
    if value(referral, "citizen.stay.type", str) not in _ORGANIZATIONS:
        return
    if value(referral, "citizen.stay.address", object) is None:
        yield missing("citizen.stay.address")
    if not text(referral, "citizen.stay.ogrn"):
        yield missing("citizen.stay.ogrn")


@rule("MSE-1104", point="13.5")
def stay_at_residence(referral: Referral, _: Context) -> Iterator[Problem]:
    """Гражданин по месту жительства (п. 13.5): адреса и ОГРН организации нет."""
    if value(referral, "citizen.stay.type", str) != _AT_RESIDENCE:
        return
    for place in ("citizen.stay.address", "citizen.stay.ogrn"):
        if value(referral, place, object) is not None:
            yield unexpected(place, "гражданин находится по месту жительства (пункт 13.5)")


@rule("MSE-1102", point="4, 13.1", severity=Severity.WARNING)
def prosthetics_in_hospital(referral: Referral, _: Context) -> Iterator[Problem]:
    """Нуждающийся в первичном протезировании после ампутации (п. 4) лечится в стационаре (п. 13.1)."""
    stay = value(referral, "citizen.stay.type", str)
    if value(referral, "primary_prosthetics", bool) and stay is not None and stay != _INPATIENT:
        yield contradicts(
            "citizen.stay.type",
            "отмечен пункт 4, по нему гражданин лечится в стационаре (пункт 13.1)",
            actual=stay,
            limit=_INPATIENT,
            severity=WARNING,
        )


@rule("MSE-1104", point="11, 12", severity=Severity.WARNING, when=_is_homeless)
def no_fixed_address(referral: Referral, _: Context) -> Iterator[Problem]:
    """У лица без определённого места жительства (п. 12) нет адреса места жительства с улицей и домом."""
    for path, kind in values(referral, "citizen.residence.type", str):
        above = path.rpartition("/")[0]
        full = {one for one, _ in values(referral, "citizen.residence.house", str)}
        if kind == _REGISTERED and f"{above}/house" in full:
            condition = "отмечен пункт 12: в пункте 11 достаточно субъекта"
            yield unexpected("citizen.residence", condition, above, severity=WARNING)


@rule("MSE-1101", point="17", severity=Severity.WARNING, when=is_child)
def representative_of_child(referral: Referral, _: Context) -> Iterator[Problem]:
    """У гражданина моложе 18 лет есть представитель."""
    if value(referral, "representative", object) is None:
        yield missing("representative", severity=WARNING, hint="Гражданину нет 18 лет.")


@rule("MSE-1101", point="17.1, 17.6")
def person_or_organization(referral: Referral, _: Context) -> Iterator[Problem]:
    """Представитель – лицо с фамилией и именем или организация, исполняющая обязанности опекуна."""
    if value(referral, "representative", object) is None:
        return
    if value(referral, "representative.guardian_organization", object) is not None:
        return
    for place in ("representative.family_name", "representative.given_name"):
        if value(referral, place, str) is None:
            yield missing(place, hint="Если опекун – организация, укажите её (п. 17.6).")


@rule("MSE-1104", point="17.1, 17.6")
def not_both_guardians(referral: Referral, _: Context) -> Iterator[Problem]:
    """Представитель – или лицо, или организация: двух опекунов не указывают."""
    organization = value(referral, "representative.guardian_organization", object)
    if organization is not None and text(referral, "representative.family_name"):
        yield unexpected(
            "representative.guardian_organization", "указан представитель – физическое лицо (пункт 17.1)"
        )


@rule("MSE-1122", point="17.1", severity=Severity.WARNING)
def age_of_representative(referral: Referral, _: Context) -> Iterator[Problem]:
    """Представителю на день выдачи направления исполнилось 18 лет."""
    birth = value(referral, "representative.birth_date", dt.date)
    issued = value(referral, ISSUE, dt.date)
    if birth is None or issued is None or birth > issued or issued.year <= ADULT // YEAR:
        return
    latest = add_months(issued, -ADULT)
    if birth > latest:
        yield problem(
            "DATE_ORDER",
            path_of("representative.birth_date"),
            title=field_of("representative.birth_date").title,
            point="17.1",
            severity=WARNING,
            actual=birth.strftime("**.**.%Y"),
            limit=latest.strftime("%d.%m.%Y"),
            relation="позже",
            other="18 лет до выдачи направления",
        )


@rule("MSE-1102", point="17.2", severity=Severity.WARNING)
def parents_of_adult(referral: Referral, _: Context) -> Iterator[Problem]:
    """Совершеннолетнего не представляют по свидетельству о рождении или об усыновлении."""
    months, kind = once(age, referral), value(referral, "representative.authority_document.type", str)
    if months is not None and months >= ADULT and kind in _OF_PARENTS:
        yield contradicts(
            "representative.authority_document.type",
            "гражданину исполнилось 18 лет, полномочия родителей закончились",
            actual=kind,
            severity=WARNING,
            limit="2, 3 или 4",
        )


def _names(referral: Referral) -> list[tuple[str, str, tuple[str, str, str]]]:
    """Return place, path and names of every person; an absent name is empty."""
    people = ((place, one) for place in _OWNERS for one in found(referral, place))
    return [(place, one.path, _names_of(one.value)) for place, one in people]


def _names_of(person: object) -> tuple[str, str, str]:
    try:
        family, given, patronymic = _READ_NAMES(person)
    except AttributeError:  # something else stands there
        return "", "", ""
    return family or "", given or "", patronymic or ""


def _says_nothing(patronymic: str) -> bool:
    if patronymic.isalpha():  # nothing to strip
        return patronymic.lower() in _NOTHING
    word = patronymic.strip().lower().strip(".")
    return bool(word) and (word in _NOTHING or not _LETTERS.search(word))


def _has_place(referral: Referral) -> bool:
    """Whether an address leads further than to the subject."""
    if value(referral, "citizen.stay.address", object) is not None:
        return True
    return any(each(referral, f"citizen.residence.{part}", str) for part in _BODY)
