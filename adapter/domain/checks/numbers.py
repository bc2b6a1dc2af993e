"""Rules of identifiers: СНИЛС, ЕНП, ОГРН, ИНН, OID (facts of the domain, B.12)."""

from collections.abc import Iterator

from adapter.domain import identifiers
from adapter.domain.checks.places import path_of, value, values
from adapter.domain.checks.registry import Context, rule
from adapter.domain.errors import Problem, problem
from adapter.domain.referral import Referral

_SNILS_RULE = "правила формирования СНИЛС"

#: Place, whose СНИЛС, point of the form.
_SNILS_PLACES = (
    ("citizen.snils", "гражданина", "15"),
    ("representative.snils", "представителя", "17.5"),
    ("commission.chair.snils", "председателя врачебной комиссии", "40"),
    ("commission.members.snils", "члена врачебной комиссии", "40"),
    ("author.snils", "автора документа", ""),
    ("legal_authenticator.snils", "лица, придавшего документу юридическую силу", ""),
)
#: Place, title, point, lengths allowed.
_OGRN_PLACES = (
    ("organization.ogrn", "ОГРН медицинской организации", "", (13, 15)),
    ("citizen.stay.ogrn", "ОГРН организации, в которой находится гражданин", "13", (13, 15)),
    ("representative.guardian_organization.ogrn", "ОГРН организации-опекуна", "17.6", (13,)),
    *(
        (f"{signer}.authority.issuer_ogrn", "ОГРН организации, выдавшей доверенность", "", (13, 15))
        for signer in ("commission.chair", "commission.members", "author", "legal_authenticator")
    ),
)
_OID_PLACES = (
    ("organization.oid", "OID медицинской организации"),
    ("organization.department_oid", "OID подразделения"),
    ("receiver_bureau.oid", "OID бюро"),
    ("commission.chair.organization_oid", "OID организации председателя"),
    ("commission.members.organization_oid", "OID организации члена комиссии"),
    ("author.organization_oid", "OID организации автора"),
    ("legal_authenticator.organization_oid", "OID организации подписавшего"),
)
_ROOT_PLACES = (
    ("document_id.root", "Идентификатор документа", identifiers.Root.DOCUMENT),
    ("replaces_document_id.root", "Идентификатор заменяемого документа", identifiers.Root.DOCUMENT),
    (
        "examinations.linked_document_id.root",
        "Идентификатор документа с результатом",
        identifiers.Root.DOCUMENT,
    ),
    ("document_set_id.root", "Идентификатор набора версий", identifiers.Root.SET),
    ("citizen.mis_patient_id.root", "Идентификатор пациента", identifiers.Root.PATIENT),
    ("commission.chair.mis_staff_id.root", "Идентификатор председателя", identifiers.Root.STAFF),
    ("commission.members.mis_staff_id.root", "Идентификатор члена комиссии", identifiers.Root.STAFF),
    ("author.mis_staff_id.root", "Идентификатор автора", identifiers.Root.STAFF),
    ("legal_authenticator.mis_staff_id.root", "Идентификатор подписавшего", identifiers.Root.STAFF),
)
#: Kinds of policy (НСИ 1.2.643.5.1.13.13.11.1035) whose number is the ЕНП.
_UNIFORM_POLICIES = frozenset({"2", "3"})
_ENTREPRENEUR_DIGITS = 15
_OID_EXAMPLE = "1.2.643.5.1.13.13.12.2.77.7973"


@rule("MSE-1202", point="15, 17.5, 40", basis=_SNILS_RULE)
def snils(referral: Referral, _: Context) -> Iterator[Problem]:
    """СНИЛС: 11 цифр и контрольное число (с номера 001-001-999)."""
    for place, whose, point in _SNILS_PLACES:
        for path, text in values(referral, place, str):
            fault = identifiers.check_snils(text)
            if fault:
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
    for path, text in values(referral, "citizen.oms_policy.number", str):
        fault = identifiers.check_enp(text)
        if fault:
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
    for place, title, point, lengths in _OGRN_PLACES:
        for path, text in values(referral, place, str):
            entrepreneur = len(text) == _ENTREPRENEUR_DIGITS and _ENTREPRENEUR_DIGITS in lengths
            fault = identifiers.check_ogrnip(text) if entrepreneur else identifiers.check_ogrn(text)
            if fault:
                digits = " или ".join(str(length) for length in lengths)
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
    for path, text in values(referral, "organization.inn", str):
        fault = judge(text)
        if fault:
            yield problem(
                fault,
                path,
                title="ИНН медицинской организации",
                actual=identifiers.shown(text),
                limit=digits,
                format=f"{digits} подряд",
                example="500100732259" if person else "7707083893",
            )


@rule("MSE-1102", basis="руководство по реализации СЭМД, идентификаторы")
def object_identifiers(referral: Referral, _: Context) -> Iterator[Problem]:
    """OID и корни идентификаторов записаны по правилам."""
    for place, title in _OID_PLACES:
        for path, text in values(referral, place, str):
            if identifiers.check_oid(text):
                yield problem(
                    "FIELD_FORMAT",
                    path,
                    title=title,
                    actual=identifiers.shown(text),
                    format="OID: числа через точку, без ведущих нулей",
                    example=_OID_EXAMPLE,
                )
    for place, title, kind in _ROOT_PLACES:
        for path, text in values(referral, place, str):
            if identifiers.check_root(text, kind):
                yield problem(
                    "FIELD_FORMAT",
                    path,
                    title=title,
                    actual=identifiers.shown(text),
                    format=f"<OID организации>.100.<номер МИС>.<номер экземпляра>.{kind}",
                    example=f"{_OID_EXAMPLE}.100.1.1.{kind}",
                )
