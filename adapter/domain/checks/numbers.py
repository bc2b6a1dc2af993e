"""Rules of identifiers: СНИЛС, ЕНП, ОГРН, ИНН, OID (facts of the domain, B.12)."""

import functools
from collections.abc import Iterator

from adapter.domain import identifiers
from adapter.domain.checks.places import failing, path_of, places_of, value
from adapter.domain.checks.registry import Context, not_proven, rule
from adapter.domain.errors import Problem, problem
from adapter.domain.referral import Referral

_SNILS_RULE = "правила формирования СНИЛС"

#: Place → whose СНИЛС, point of the form.
_SNILS = {
    "citizen.snils": ("гражданина", "15"),
    "representative.snils": ("представителя", "17.5"),
    "commission.chair.snils": ("председателя врачебной комиссии", "40"),
    "commission.members.snils": ("члена врачебной комиссии", "40"),
    "author.snils": ("автора документа", ""),
    "legal_authenticator.snils": ("лица, придавшего документу юридическую силу", ""),
}
_SIGNERS = ("commission.chair", "commission.members", "author", "legal_authenticator")
_GUARDIAN = "representative.guardian_organization.ogrn"
#: Place → title, point.
_OGRN = {
    "organization.ogrn": ("ОГРН медицинской организации", ""),
    "citizen.stay.ogrn": ("ОГРН организации, в которой находится гражданин", "13"),
    _GUARDIAN: ("ОГРН организации-опекуна", "17.6"),
    **{
        f"{signer}.authority.issuer_ogrn": ("ОГРН организации, выдавшей доверенность", "")
        for signer in _SIGNERS
    },
}
_OIDS = {
    "organization.oid": "OID медицинской организации",
    "organization.department_oid": "OID подразделения",
    "receiver_bureau.oid": "OID бюро",
    "commission.chair.organization_oid": "OID организации председателя",
    "commission.members.organization_oid": "OID организации члена комиссии",
    "author.organization_oid": "OID организации автора",
    "legal_authenticator.organization_oid": "OID организации подписавшего",
}
_ROOTS = {
    identifiers.Root.DOCUMENT: {
        "document_id.root": "Идентификатор документа",
        "replaces_document_id.root": "Идентификатор заменяемого документа",
        "examinations.linked_document_id.root": "Идентификатор документа с результатом",
    },
    identifiers.Root.SET: {"document_set_id.root": "Идентификатор набора версий"},
    identifiers.Root.PATIENT: {"citizen.mis_patient_id.root": "Идентификатор пациента"},
    identifiers.Root.STAFF: {
        "commission.chair.mis_staff_id.root": "Идентификатор председателя",
        "commission.members.mis_staff_id.root": "Идентификатор члена комиссии",
        "author.mis_staff_id.root": "Идентификатор автора",
        "legal_authenticator.mis_staff_id.root": "Идентификатор подписавшего",
    },
}
_SNILS_PLACES, _OID_PLACES = places_of(*_SNILS), places_of(*_OIDS)
#: Places of any organisation, and of a legal entity only.
_OGRN_PLACES, _GUARDIAN_PLACES = places_of(*(one for one in _OGRN if one != _GUARDIAN)), places_of(_GUARDIAN)
_ROOT_PLACES = [
    (kind, places_of(*places), functools.partial(identifiers.check_root, kind=kind))
    for kind, places in _ROOTS.items()
]
#: Kinds of policy (НСИ 1.2.643.5.1.13.13.11.1035) whose number is the ЕНП.
_UNIFORM_POLICIES = frozenset({"2", "3"})
_ENTREPRENEUR_DIGITS = 15
_OID_EXAMPLE = "1.2.643.5.1.13.13.12.2.77.7973"


@rule("MSE-1202", point="15, 17.5, 40", basis=_SNILS_RULE)
def snils(referral: Referral, _: Context) -> Iterator[Problem]:
    """СНИЛС: 11 цифр и контрольное число (с номера 001-001-999)."""
    for place, path, text, fault in _SNILS_PLACES.failing(referral, str, identifiers.check_snils):
        whose, point = _SNILS[place]
        yield problem(
            fault,
            path,
            title=f"СНИЛС {whose}",
            point=point,
            actual=identifiers.mask_snils(text),
            whose=whose,
        )


@rule("MSE-1203", point="15, 17.5", basis=_SNILS_RULE)
def snils_of_representative(referral: Referral, _: Context) -> Iterator[Problem]:
    """СНИЛС гражданина и представителя различны."""
    citizen = value(referral, "citizen.snils", str)
    representative = value(referral, "representative.snils", str)
    if citizen is None or representative is None:
        return
    if identifiers.normalize_snils(citizen) == identifiers.normalize_snils(representative):
        yield problem(
            "SNILS_SAME_AS_REPRESENTATIVE",
            path_of("citizen.snils"),
            title="СНИЛС гражданина",
            actual=identifiers.mask_snils(citizen),
        )


@rule("MSE-1204", point="15", basis=_SNILS_RULE)
def snils_missing(referral: Referral, _: Context) -> Iterator[Problem]:
    """СНИЛС гражданина указан, или указана причина его отсутствия."""
    reason = value(referral, "citizen.snils_absence_reason", str)
    has_citizen = value(referral, "citizen", object) is not None
    if has_citizen and value(referral, "citizen.snils", str) is None and not (reason or "").strip():
        yield problem("SNILS_MISSING", path_of("citizen.snils"), title="СНИЛС гражданина", point="15")


@rule("MSE-1205", point="15", basis="ИСО/HL7 27931:2009, Mod10")
def policy(referral: Referral, _: Context) -> Iterator[Problem]:
    """Номер полиса ОМС единого образца: 16 цифр и контрольная цифра."""
    if value(referral, "citizen.oms_policy.type", str) not in _UNIFORM_POLICIES:
        return
    for path, text, fault in failing(referral, "citizen.oms_policy.number", str, identifiers.check_enp):
        yield problem(
            fault,
            path,
            title="Номер полиса ОМС",
            point="15",
            actual=identifiers.mask(text),
            limit="16 цифр",
            format="16 цифр подряд",
            example="1234567890123452",
        )


@rule("MSE-1206", point="13, 17.6", basis="правила формирования ОГРН и ОГРНИП")
def ogrn(referral: Referral, _: Context) -> Iterator[Problem]:
    """ОГРН (13 цифр) и ОГРНИП (15 цифр): контрольная цифра."""
    for places, judge, digits in (
        (_OGRN_PLACES, _check_ogrn_of_any, "13 или 15"),
        (_GUARDIAN_PLACES, identifiers.check_ogrn, "13"),
    ):
        for place, path, text, fault in places.failing(referral, str, judge):
            title, point = _OGRN[place]
            yield problem(
                fault,
                path,
                title=title,
                point=point,
                actual=identifiers.shown(text),
                limit=f"{digits} цифр",
                format=f"{digits} цифр подряд",
                example="1027700132195",
            )


@rule("MSE-1207", basis="правила формирования ИНН")
def inn(referral: Referral, _: Context) -> Iterator[Problem]:
    """ИНН организации (10 цифр) или предпринимателя (12 цифр): контрольные цифры."""
    registered = value(referral, "organization.ogrn", str) or ""
    person = len(registered) == _ENTREPRENEUR_DIGITS
    judge = identifiers.check_inn_person if person else identifiers.check_inn_organization
    digits = "12 цифр" if person else "10 цифр"
    for path, text, fault in failing(referral, "organization.inn", str, judge):
        yield problem(
            fault,
            path,
            title="ИНН медицинской организации",
            actual=identifiers.shown(text),
            limit=digits,
            format=f"{digits} подряд",
            example="500100732259" if person else "7707083893",
        )


@rule("MSE-1102", basis="руководство по реализации СЭМД, идентификаторы", when=not_proven)
def object_identifiers(referral: Referral, _context: Context) -> Iterator[Problem]:
    """OID и корни идентификаторов записаны по правилам."""
    for place, path, text, _ in _OID_PLACES.failing(referral, str, identifiers.check_oid):
        yield problem(
            "FIELD_FORMAT",
            path,
            title=_OIDS[place],
            actual=identifiers.shown(text),
            format="OID: числа через точку, без ведущих нулей",
            example=_OID_EXAMPLE,
        )
    for kind, places, judge in _ROOT_PLACES:
        for place, path, text, _ in places.failing(referral, str, judge):
            yield problem(
                "FIELD_FORMAT",
                path,
                title=_ROOTS[kind][place],
                actual=identifiers.shown(text),
                format=f"<OID организации>.100.<номер МИС>.<номер экземпляра>.{kind}",
                example=f"{_OID_EXAMPLE}.100.1.1.{kind}",
            )


def _check_ogrn_of_any(text: str) -> str | None:
    if len(text) == _ENTREPRENEUR_DIGITS:
        return identifiers.check_ogrnip(text)
    return identifiers.check_ogrn(text)
