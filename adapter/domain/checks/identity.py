"""Rules of identity documents: kind by age and citizenship, form of series and number (points 9, 16, 17.3).

Kinds are those of НСИ 1.2.643.5.1.13.13.99.2.48.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapter.domain.checks.facts import BIRTH, PASSPORT, YEAR, age, born, is_child, text
from adapter.domain.checks.fields import WARNING, contradicts, field_of, misshaped, missing
from adapter.domain.checks.places import each, path_of, value
from adapter.domain.checks.registry import FORM, Context, once, rule
from adapter.domain.deadlines import add_months
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.identifiers import mask
from adapter.domain.referral import Referral

_CITIZEN, _FOREIGNER, _STATELESS = "1", "3", "4"
_PASSPORT = "1"
_BIRTH_CERTIFICATE = "6"
#: Certificates of birth and what stands for them: birth, adoption, of the hospital, of another state.
_OF_CHILDREN = frozenset({"6", "22", "24", "32"})
#: Documents that only citizens of Russia have.
_RUSSIAN = frozenset({"1", "2", "3", "4", "5", "26", "27", "29", "30", "31", "42", "52"})
#: Documents that only people without the citizenship of Russia have (the list's own group, without births).
_ALIEN = frozenset({"10", "11", "12", "13", "14", "15", "16", "17", "18", "33", "41", "44", "49", "50"})
_OF_STATELESS = frozenset({"16", "18", "49"})
_OF_FOREIGNERS = frozenset({"10", "44"})
#: Citizenship → kinds that do not fit it, and why.
_UNFIT = {
    _CITIZEN: (_ALIEN, "гражданство Российской Федерации, а документ иностранца или лица без гражданства"),
    _FOREIGNER: (_RUSSIAN | _OF_STATELESS, "гражданин иностранный, документ другой"),
    _STATELESS: (_RUSSIAN | _OF_FOREIGNERS, "гражданства нет, а документ гражданина государства"),
}
_AFTER_PASSPORT = PASSPORT + 3  # months; a passport is made within 90 days after the fourteenth birthday
_OWNERS = ("citizen.identity_document", "representative.identity_document")
#: Place of the kind of a document and of its series.
_KINDS_AND_SERIES = tuple((f"{owner}.type", f"{owner}.series") for owner in _OWNERS)


@dataclass(frozen=True, slots=True)
class _Form:
    """Form of a field of one kind of document."""

    field: str
    pattern: re.Pattern[str]
    words: str
    example: str
    severity: Severity = Severity.ERROR


#: Kind of document → forms of its fields.
_FORMS = {
    _PASSPORT: (
        _Form("series", re.compile(r"[0-9]{4}"), "4 цифры подряд", "0000"),
        _Form("number", re.compile(r"[0-9]{6}"), "6 цифр подряд, с ведущими нулями", "000123"),
    ),
    _BIRTH_CERTIFICATE: (
        _Form(
            "series",
            re.compile(r"[IVXLC]{1,7}-[А-ЯЁ]{2}"),
            "римское число латинскими буквами, дефис, две русские буквы",
            "II-МЮ",
            WARNING,
        ),
        _Form("number", re.compile(r"[0-9]{6}"), "6 цифр подряд", "000123", WARNING),
    ),
}
#: Place of the kind of a document → kind → places that have a form then.
_FORMS_OF_OWNERS = {
    f"{owner}.type": {
        kind: tuple((f"{owner}.{one.field}", one) for one in forms) for kind, forms in _FORMS.items()
    }
    for owner in _OWNERS
}


@rule("MSE-1101", point="16.2, 17.3")
def series_of_passport(referral: Referral, _: Context) -> Iterator[Problem]:
    """У паспорта гражданина Российской Федерации указана серия."""
    for kind, series in _KINDS_AND_SERIES:
        if value(referral, kind, str) == _PASSPORT and not text(referral, series):
            yield missing(series)


@rule("MSE-1102", point="16.2, 17.3")
def series_and_number(referral: Referral, _: Context) -> Iterator[Problem]:
    """Серия и номер записаны по правилам вида документа: паспорт – 4 и 6 цифр."""
    for kind, forms in _FORMS_OF_OWNERS.items():
        for place, form in forms.get(value(referral, kind, str) or "", ()):
            written = text(referral, place)
            if written and not form.pattern.fullmatch(written):
                yield misshaped(
                    place,
                    actual=mask(written),
                    format=form.words,
                    example=form.example,
                    severity=form.severity,
                )


@rule("MSE-1102", point="16.1", basis=f"{FORM}, порядок заполнения, п. 10.12.9.1", when=is_child)
def document_of_child(referral: Referral, _: Context) -> Iterator[Problem]:
    """У гражданина моложе 14 лет – свидетельство о рождении."""
    months, kind = once(age, referral), value(referral, "citizen.identity_document.type", str)
    if months is None or months >= PASSPORT or kind is None or kind in _OF_CHILDREN:
        return
    if value(referral, "citizen.citizenship", str) in {_FOREIGNER, _STATELESS} and kind not in _RUSSIAN:
        return
    yield contradicts(
        "citizen.identity_document.type",
        "гражданин моложе 14 лет, его документ – свидетельство о рождении",
        actual=kind,
        limit=_BIRTH_CERTIFICATE,
    )


@rule("MSE-1102", point="16.1", severity=Severity.WARNING)
def birth_certificate_of_grown(referral: Referral, _: Context) -> Iterator[Problem]:
    """Свидетельство о рождении удостоверяет личность до 14 лет (и 90 дней на паспорт)."""
    months, kind = once(age, referral), value(referral, "citizen.identity_document.type", str)
    if months is not None and months > _AFTER_PASSPORT and kind in _OF_CHILDREN:
        yield contradicts(
            "citizen.identity_document.type",
            "гражданину исполнилось 14 лет, нужен паспорт или документ, который его заменяет",
            actual=kind,
            limit=_PASSPORT,
            severity=WARNING,
        )


@rule("MSE-1102", point="9, 16.1")
def document_of_citizenship(referral: Referral, _: Context) -> Iterator[Problem]:
    """Вид документа отвечает гражданству: у иностранца и лица без гражданства он не российский."""
    kind = value(referral, "citizen.identity_document.type", str)
    unfit, why = _UNFIT.get(value(referral, "citizen.citizenship", str) or "", (frozenset(), ""))
    if kind is not None and kind in unfit:
        yield contradicts("citizen.identity_document.type", why, actual=kind)


@rule("MSE-1122", point="16.4", basis="постановление Правительства № 828 от 08.07.1997", severity=WARNING)
def passport_from_fourteen(referral: Referral, _: Context) -> Iterator[Problem]:
    """Паспорт выдан не раньше четырнадцатилетия."""
    birth = once(born, referral)
    if birth is None or value(referral, "citizen.identity_document.type", str) != _PASSPORT:
        return
    if birth.year > dt.MAXYEAR - PASSPORT // YEAR:
        return
    earliest = add_months(birth, PASSPORT)
    place = "citizen.identity_document.issue_date"
    for day in each(referral, place, dt.date):
        if birth <= day < earliest:
            yield problem(
                "DATE_ORDER",
                path_of(place),
                title=field_of(place).title,
                point="16.4",
                severity=WARNING,
                actual=day.strftime("%d.%m.%Y"),
                limit=earliest.strftime("**.**.%Y"),
                relation="раньше",
                other=f"14 лет от даты «{field_of(BIRTH).title}»",
            )
