"""Rules of measurements, examinations, diagnosis and recommendations (points 28–35)."""

import re
from collections.abc import Iterator
from decimal import Context as DecimalContext
from decimal import Decimal

from adapter.domain.checks.facts import CHILD, age, is_child, text
from adapter.domain.checks.fields import WARNING, contradicts, field_of, misshaped, missing, unexpected
from adapter.domain.checks.places import each, path_of, value, values
from adapter.domain.checks.registry import Context, once, rule
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.referral import Referral

_SIZES = "anthropometry"
_TOLERANCE = Decimal("0.1")
_EXACT = DecimalContext(prec=12)
_CENTIMETRES = 10_000  # square centimetres in a square metre
_OF_INFANTS = (f"{_SIZES}.birth_weight", f"{_SIZES}.physical_development")
_OF_LINEN = tuple(f"{_SIZES}.{name}" for name in ("daily_output_ml", "waist_cm", "hips_cm"))
_LINEN = ("абсорбирующ", "впитывающ", "подгузник", "памперс")
_NOT_NEEDED = re.compile(r"не\s+(?:нужда|показан|требу)", re.IGNORECASE)


@rule("MSE-1102", point="28.3")
def body_mass_index(referral: Referral, _: Context) -> Iterator[Problem]:
    """Индекс массы тела равен массе, делённой на квадрат роста, ± 0,1."""
    height, weight, stated = (
        value(referral, f"{_SIZES}.{one}", Decimal) for one in ("height", "weight", "bmi")
    )
    if height is None or weight is None or stated is None:
        return
    right = _index(height, weight)
    if right is not None and stated.is_finite() and abs(stated - right) > _TOLERANCE:
        yield misshaped(
            f"{_SIZES}.bmi",
            actual=_short(stated),
            format=f"масса {_short(weight)} кг, делённая на квадрат роста {_short(height)} см, ± 0,1",
            example=f"{right:.1f}",
        )


@rule("MSE-1104", point="28.7, 28.8")
def only_infants(referral: Referral, _: Context) -> Iterator[Problem]:
    """Масса при рождении и физическое развитие указаны только у детей до 3 лет."""
    months = once(age, referral)
    if months is None or months < CHILD:
        return
    for place in _OF_INFANTS:
        if value(referral, place, object) is not None:
            yield unexpected(place, "гражданину исполнилось 3 года")


@rule("MSE-1101", point="28.7, 28.8", severity=Severity.WARNING, when=is_child)
def infants(referral: Referral, _: Context) -> Iterator[Problem]:
    """У детей до 3 лет указаны масса при рождении и физическое развитие."""
    months = once(age, referral)
    if months is None or months >= CHILD or value(referral, _SIZES, object) is None:
        return
    for place in _OF_INFANTS:
        if value(referral, place, object) is None:
            yield missing(place, severity=WARNING, hint="Ребёнку нет 3 лет.")


@rule("MSE-1101", point="28.5, 28.6, 37", severity=Severity.WARNING)
def absorbent_linen(referral: Referral, _: Context) -> Iterator[Problem]:
    """Для абсорбирующего белья (п. 37) указаны суточный объём, талия и бёдра."""
    aids = text(referral, "prosthetics_and_aids").lower()
    if (
        not any(one in aids for one in _LINEN)
        or _NOT_NEEDED.search(aids)
        or value(referral, _SIZES, object) is None
    ):
        return
    for place in _OF_LINEN:
        if value(referral, place, object) is None:
            yield missing(place, severity=WARNING, hint="По нему подбирают абсорбирующее бельё (п. 37).")


@rule("MSE-1105", point="30", severity=Severity.WARNING)
def examined(referral: Referral, _: Context) -> Iterator[Problem]:
    """Есть сведения хотя бы об одном медицинском обследовании."""
    if not each(referral, "examinations", object):
        yield problem(
            "CARDINALITY",
            path_of("examinations"),
            title=field_of("examinations").title,
            severity=WARNING,
            actual="0",
            limit="не меньше 1",
        )


@rule("MSE-1102", point="31.2, 31.5")
def concomitant_is_another(referral: Referral, _: Context) -> Iterator[Problem]:
    """Сопутствующее заболевание – не то же, что основное."""
    main = text(referral, "diagnosis.main.icd10").upper()
    place = "diagnosis.concomitant.icd10"
    if not main or main not in [one.strip().upper() for one in each(referral, place, str)]:
        return
    for path, code in values(referral, place, str):
        if code.strip().upper() == main:
            yield contradicts(place, "это код основного заболевания (31.2)", path, actual=code)


@rule("MSE-1101", point="35", severity=Severity.WARNING)
def rehabilitation(referral: Referral, _: Context) -> Iterator[Problem]:
    """Рекомендованы мероприятия по медицинской реабилитации, или отмечено, что они не нужны."""
    needless = value(referral, "rehabilitation_not_needed", bool)
    if not needless and not text(referral, "recommended_rehabilitation"):
        yield missing(
            "recommended_rehabilitation",
            severity=WARNING,
            hint="Если они не нужны, передайте rehabilitationNotNeeded = true.",
        )


@rule("MSE-1104", point="35", severity=Severity.WARNING)
def needless_rehabilitation(referral: Referral, _: Context) -> Iterator[Problem]:
    """Мероприятия не указаны, если отмечено, что гражданин в них не нуждается."""
    needless = value(referral, "rehabilitation_not_needed", bool)
    if needless and text(referral, "recommended_rehabilitation"):
        condition = "отмечено, что гражданин в медицинской реабилитации не нуждается"
        yield unexpected("recommended_rehabilitation", condition, severity=WARNING)


def _index(height: Decimal, weight: Decimal) -> Decimal | None:
    """Return kg/m² of kilograms and centimetres; None for what is no measurement."""
    if not (
        height.is_finite() and weight.is_finite() and 0 < height < _CENTIMETRES and 0 < weight < _CENTIMETRES
    ):
        return None
    return _EXACT.divide(_EXACT.multiply(weight, _CENTIMETRES), _EXACT.multiply(height, height))


def _short(number: Decimal) -> str:
    return f"{number:.6g}"
