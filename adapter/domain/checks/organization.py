"""Rules of the medical organisation, its identifiers and its commission (B.1, B.2, B.10)."""

from collections.abc import Iterator
from dataclasses import replace

from adapter.domain import identifiers
from adapter.domain.checks.fields import WARNING, field_of, misshaped, unexpected
from adapter.domain.checks.places import each, path_of, value, values
from adapter.domain.checks.registry import COMMISSIONS, Context, rule
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.referral import Referral
from adapter.domain.subjects import SUBJECTS, region

_LEAST = 3  # persons of a commission
_OGRN_DIGITS, _OGRNIP_DIGITS = 13, 15
_FIRST_DIGITS = {_OGRN_DIGITS: "15", _OGRNIP_DIGITS: "3"}
_CHAIR, _MEMBERS = "commission.chair.snils", "commission.members.snils"
_OGRN_PLACES = ("organization.ogrn", "citizen.stay.ogrn", "representative.guardian_organization.ogrn")
_ROOTS = ("document_id.root", "document_set_id.root")


@rule("MSE-1102", basis="ФРМО; РЭМД, NO_DEPARTMENT")
def department(referral: Referral, _: Context) -> Iterator[Problem]:
    """OID подразделения начинается с OID своей организации."""
    oid, own = value(referral, "organization.department_oid", str), value(referral, "organization.oid", str)
    if not oid or not own or identifiers.check_oid(oid) or identifiers.check_oid(own):
        return
    if not oid.startswith(f"{own}."):
        made = misshaped(
            "organization.department_oid", actual=oid, format=f"{own}.<номер>", example=f"{own}.0.1"
        )
        yield replace(made, remd_code="NO_DEPARTMENT")


@rule("MSE-1102", basis="руководство по реализации СЭМД, идентификаторы", severity=Severity.WARNING)
def roots_of_organization(referral: Referral, _: Context) -> Iterator[Problem]:
    """Корень идентификатора документа начинается с OID организации."""
    own = value(referral, "organization.oid", str)
    if not own or identifiers.check_oid(own):
        return
    for place in _ROOTS:
        root = value(referral, place, str)
        if root and not identifiers.check_oid(root) and ".100." in root and not root.startswith(f"{own}."):
            words = f"{own}.100.<номер МИС>.<номер экземпляра>.…"
            example = f"{own}.100.1.1.{'51' if place == 'document_id.root' else '50'}"
            yield misshaped(
                place, actual=identifiers.shown(root), format=words, example=example, severity=WARNING
            )


@rule("MSE-1221", basis="ФРМО: субъект РФ в OID организации", severity=Severity.WARNING)
def region_of_address(referral: Referral, _: Context) -> Iterator[Problem]:
    """Субъект РФ в адресе организации – тот же, что в её OID."""
    by_oid = region(value(referral, "organization.oid", str) or "")
    place = "organization.address.subject_code"
    stated = value(referral, place, str) or ""
    if by_oid in SUBJECTS and stated in SUBJECTS and by_oid != stated:
        made = problem(
            "ADDRESS_REGION_MISMATCH",
            path_of(place),
            title=field_of(place).title,
            severity=WARNING,
            actual=stated,
            limit=by_oid,
        )
        yield replace(
            made,
            message=f"Субъект РФ адреса организации ({stated}) не совпадает с субъектом в её OID ({by_oid}).",
            how_to_fix="Сверьте OID и адрес организации; адрес филиала в другом субъекте допустим.",
        )


@rule("MSE-1102", point="13, 17.6", basis="правила формирования ОГРН и ОГРНИП", severity=Severity.WARNING)
def kind_of_ogrn(referral: Referral, _: Context) -> Iterator[Problem]:
    """ОГРН организации начинается с 1 или 5, ОГРНИП – с 3."""
    for place in _OGRN_PLACES:
        text = value(referral, place, str) or ""
        first = _FIRST_DIGITS.get(len(text), "")
        judge = identifiers.check_ogrn if len(text) == _OGRN_DIGITS else identifiers.check_ogrnip
        if first and judge(text) is None and text[0] not in first:
            words = "13 цифр, первая – 1 или 5" if len(text) == _OGRN_DIGITS else "15 цифр, первая – 3"
            yield misshaped(place, actual=text, format=words, example="1027700132195", severity=WARNING)


@rule("MSE-1104", point="15", severity=Severity.WARNING)
def reason_beside_snils(referral: Referral, _: Context) -> Iterator[Problem]:
    """Причина отсутствия СНИЛС не указана, если есть СНИЛС."""
    snils = (value(referral, "citizen.snils", str) or "").strip()
    reason = (value(referral, "citizen.snils_absence_reason", str) or "").strip()
    if snils and reason:
        yield unexpected("citizen.snils_absence_reason", "указан СНИЛС", severity=WARNING)


@rule("MSE-1105", point="40")
def commissioners_differ(referral: Referral, _: Context) -> Iterator[Problem]:
    """Председатель и члены врачебной комиссии – разные люди (о председателе судят и подписи)."""
    chair = identifiers.normalize_snils(value(referral, _CHAIR, str) or "")
    numbers = [chair, *map(identifiers.normalize_snils, each(referral, _MEMBERS, str))]
    if len(set(numbers)) == len(numbers):
        return
    seen = {chair}
    for path, snils in values(referral, _MEMBERS, str):
        number = identifiers.normalize_snils(snils)
        if number in seen:
            yield problem(
                "CARDINALITY",
                path.rpartition("/")[0],
                title=field_of("commission.members").title,
                severity=WARNING if number == chair else None,
                actual=f"{identifiers.mask_snils(snils)} повторно",
                limit="каждый один раз, председатель – не член",
            )
        seen.add(number)


@rule("MSE-1105", point="40", basis=COMMISSIONS)
def size_of_commission(referral: Referral, _: Context) -> Iterator[Problem]:
    """Во врачебной комиссии не меньше трёх человек вместе с председателем."""
    chairs, members = each(referral, _CHAIR, str), each(referral, _MEMBERS, str)
    if chairs and members and len(members) + 1 < _LEAST:
        yield problem(
            "CARDINALITY",
            path_of("commission.members"),
            title=field_of("commission").title,
            actual=f"{len(members) + 1} чел.",
            limit=f"не меньше {_LEAST} человек вместе с председателем",
        )
