"""Judgements on a СЭМД that has been read: its identifiers, its kind, whether it agrees with the referral."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from adapter.contract.cda import ROOT_NAME, InstanceId
from adapter.contract.semd_document import Organization, Semd, Signer
from adapter.domain.errors import Problem, problem, sort_problems
from adapter.domain.identifiers import (
    Root,
    check_ogrn,
    check_ogrnip,
    check_oid,
    check_root,
    check_snils,
    mask,
    mask_snils,
    normalize_snils,
    shown,
    shown_code,
)
from adapter.domain.kinds import kind_problem

CHAIR = "PPRF"
_OGRNIP_LENGTH = 15
_DISAGREE = "DOCUMENTS_DISAGREE"

_DOCUMENT_ID = ("id", "Идентификатор документа")
_SET_ID = ("setId", "Идентификатор набора версий документа")
_SECTION = f"{ROOT_NAME}/component/structuredBody/component/section[code/@code='SCOPORG']"
_PROTOCOL = f"{_SECTION}/entry/act/entryRelationship/observation[code/@code='4059']"
_ISSUE = f"{_SECTION}/entry/act/entryRelationship/observation[code/@code='4062']"
#: As the schema has it (type Extension), so that a receipt can name the document.
_EXTENSION = re.compile(r"\S{1,64}")
_ROOT_FORMAT = "<OID медицинской организации>.100.<номер МИС>.<номер экземпляра>.{kind}"
_ROOT_EXAMPLE = "1.2.643.5.1.13.13.12.2.77.7973.100.1.1.{kind}"


def semd_problems(semd: Semd, on: date) -> tuple[Problem, ...]:
    """Check what can be checked in the СЭМД alone, beside `Semd.problems`.

    Args:
        semd: The document as read.
        on: Day of receipt in the zone of the organisation; the kind is judged on it.

    Returns:
        Problems sorted by path: kind (MSE-1020), СНИЛС (MSE-1201, MSE-1202), ОГРН (MSE-1206), identifiers
        (MSE-1102).
    """
    found = [*_kind(semd, on), *_identifiers(semd), *_snils(semd)]
    if semd.organization is not None:
        found.extend(_organization(semd.organization))
    return sort_problems(found)


def _kind(semd: Semd, on: date) -> Iterator[Problem]:
    if semd.type_code is None or semd.template_id is None:
        return
    kind = semd.document_kind
    path = f"{ROOT_NAME}/templateId"
    if kind is None:
        yield problem(
            "CODE_UNKNOWN",
            path,
            title="Вид документа",
            actual=shown(semd.template_id),
            dictionary="Регистрируемые медицинские документы",
            oid="1.2.643.5.1.13.13.11.1520",
            version="12.14",
            hint=f"Шаблон не относится к известной редакции документа типа {shown_code(semd.type_code)}.",
        )
        return
    closed = kind_problem(kind, on, path, type_code=semd.type_code)
    if closed is not None:
        yield closed


def _identifiers(semd: Semd) -> Iterator[Problem]:
    if semd.document_id is not None:
        yield from _root(semd.document_id, Root.DOCUMENT, *_DOCUMENT_ID)
    if semd.document_set_id is not None:
        yield from _root(semd.document_set_id, Root.SET, *_SET_ID)
    if semd.replaces_document_id is not None:
        path = "relatedDocument/parentDocument/id"
        yield from _root(semd.replaces_document_id, Root.DOCUMENT, path, "Заменяемый документ")


def _root(identifier: InstanceId, kind: Root, place: str, title: str) -> Iterator[Problem]:
    fault = check_root(identifier.root, kind)
    if fault is not None:
        expected, example = (text.format(kind=kind.value) for text in (_ROOT_FORMAT, _ROOT_EXAMPLE))
        path = f"{ROOT_NAME}/{place}/@root"
        yield problem(fault, path, title=title, actual=identifier.root, format=expected, example=example)
    extension = identifier.extension
    if extension is not None and not _EXTENSION.fullmatch(extension):
        path, expected = f"{ROOT_NAME}/{place}/@extension", "от 1 до 64 знаков без пробелов"
        shown = mask(extension)
        yield problem("FIELD_FORMAT", path, title=title, actual=shown, format=expected, example="A-2026-15")


def _snils(semd: Semd) -> Iterator[Problem]:
    if semd.citizen is not None:
        yield from _one_snils(semd.citizen.snils, semd.citizen.snils_path, "гражданина")
    for signer in _signers(semd):
        yield from _one_snils(signer.snils, signer.snils_path, signer.whose)


def _one_snils(snils: str | None, path: str, whose: str) -> Iterator[Problem]:
    fault = check_snils(snils) if snils is not None else None
    if snils is not None and fault is not None:
        yield problem(fault, path, title=f"СНИЛС {whose}", actual=mask_snils(snils), whose=whose)


def _signers(semd: Semd) -> Iterator[Signer]:
    for signer in (semd.author, semd.legal_authenticator):
        if signer is not None:
            yield signer
    for performer in semd.performers:
        yield performer.signer


def _organization(organization: Organization) -> Iterator[Problem]:
    place = f"{ROOT_NAME}/recordTarget/patientRole/providerOrganization"
    if organization.oid is not None and check_oid(organization.oid) is not None:
        path, example = f"{place}/id/@root", "1.2.643.5.1.13.13.12.2.77.7973"
        shown = organization.oid
        yield problem(
            "FIELD_FORMAT", path, title="OID организации", actual=shown, format="OID", example=example
        )
    number = organization.ogrn
    if number is None:
        return
    sole = len(number) == _OGRNIP_LENGTH
    fault = check_ogrnip(number) if sole else check_ogrn(number)
    if fault is not None:
        name = "Ogrnip" if sole else "Ogrn"
        title = "ОГРНИП" if sole else "ОГРН"
        path, example = f"{place}/Props/{name}", "1037734008575"
        expected = "13 цифр (ОГРН) или 15 цифр (ОГРНИП)"
        yield problem(fault, path, title=title, actual=number, format=expected, example=example)


@dataclass(frozen=True, slots=True)
class ReferralFacts:
    """What a referral and its СЭМД both say; None: this side does not say it.

    СНИЛС may be written with separators; `members` (without the chair) are compared as a set.
    """

    document_id: InstanceId | None = None
    document_set_id: InstanceId | None = None
    version_number: int | None = None
    document_kind: str | None = None
    organization_oid: str | None = None
    snils: str | None = field(default=None, repr=False)
    vk_protocol_number: str | None = None
    vk_protocol_date: date | None = None
    issue_date: date | None = None
    author: str | None = field(default=None, repr=False)
    legal_authenticator: str | None = field(default=None, repr=False)
    chair: str | None = field(default=None, repr=False)
    members: tuple[str, ...] = field(default=(), repr=False)


def semd_facts(semd: Semd) -> ReferralFacts:
    """Return what the СЭМД says of the facts that it shares with the referral."""
    chair, members = _commission(semd)
    return ReferralFacts(
        document_id=semd.document_id,
        document_set_id=semd.document_set_id,
        version_number=semd.version_number,
        document_kind=semd.document_kind,
        organization_oid=semd.organization.oid if semd.organization else None,
        snils=semd.citizen.snils if semd.citizen else None,
        vk_protocol_number=semd.decision.vk_protocol_number,
        vk_protocol_date=semd.decision.vk_protocol_date,
        issue_date=semd.decision.issue_date,
        author=semd.author.snils if semd.author else None,
        legal_authenticator=semd.legal_authenticator.snils if semd.legal_authenticator else None,
        chair=chair,
        members=members,
    )


def agree(referral: ReferralFacts, semd: Semd) -> tuple[Problem, ...]:
    """Compare the referral with the СЭМД that travels with it.

    Only what both say is compared: what is missing is reported where it is missing.

    Returns:
        One problem a differing field, with the path in the СЭМД; values are not shown, most are personal.
    """
    ours, theirs = _comparable(referral), _comparable(semd_facts(semd))
    places = _places_of_snils(semd)
    return sort_problems(
        problem(_DISAGREE, places.get(name, path), title=title, fields=title)
        for name, (path, title) in _SHARED.items()
        if ours[name] and theirs[name] and ours[name] != theirs[name]
    )


def _places_of_snils(semd: Semd) -> dict[str, str]:
    """Return the exact paths of the СНИЛС that were read."""
    people = {
        "snils": semd.citizen,
        "author": semd.author,
        "legal_authenticator": semd.legal_authenticator,
    }
    return {name: person.snils_path for name, person in people.items() if person is not None}


def _commission(semd: Semd) -> tuple[str | None, tuple[str, ...]]:
    """Return the СНИЛС of the chair (the first PPRF) and of everybody else in the commission."""
    chairs = [one for one in semd.performers if one.type_code == CHAIR]
    chair = chairs[0].signer.snils if chairs else None
    others = (one.signer.snils for one in semd.performers if not chairs or one is not chairs[0])
    return chair, tuple(snils for snils in others if snils)


_PERFORMERS = f"{ROOT_NAME}/documentationOf/serviceEvent/performer"
_SHARED = {
    "document_id": (f"{ROOT_NAME}/id", _DOCUMENT_ID[1]),
    "document_set_id": (f"{ROOT_NAME}/setId", _SET_ID[1]),
    "version_number": (f"{ROOT_NAME}/versionNumber", "Номер версии документа"),
    "document_kind": (f"{ROOT_NAME}/templateId", "Вид документа"),
    "organization_oid": (f"{ROOT_NAME}/recordTarget/patientRole/providerOrganization/id", "OID организации"),
    "snils": (f"{ROOT_NAME}/recordTarget/patientRole/id", "СНИЛС гражданина"),
    "vk_protocol_number": (f"{_PROTOCOL}/value", "Номер протокола врачебной комиссии"),
    "vk_protocol_date": (f"{_PROTOCOL}/effectiveTime", "Дата протокола врачебной комиссии"),
    "issue_date": (f"{_ISSUE}/value", "Дата выдачи направления"),
    "author": (f"{ROOT_NAME}/author/assignedAuthor/id", "СНИЛС автора"),
    "legal_authenticator": (
        f"{ROOT_NAME}/legalAuthenticator/assignedEntity/id",
        "СНИЛС лица, придавшего документу юридическую силу",
    ),
    "chair": (f"{_PERFORMERS}[@typeCode='PPRF']", "СНИЛС председателя врачебной комиссии"),
    "members": (f"{_PERFORMERS}[@typeCode='SPRF']", "СНИЛС членов врачебной комиссии"),
}
_SNILS_FIELDS = {"snils", "author", "legal_authenticator", "chair"}


def _comparable(facts: ReferralFacts) -> dict[str, object]:
    """Return the facts in the form in which they are compared: СНИЛС bare, members as a set, ids caseless."""
    values: dict[str, object] = {name: getattr(facts, name) for name in _SHARED}
    for name in _SNILS_FIELDS:
        values[name] = normalize_snils(getattr(facts, name) or "")
    values["members"] = frozenset(map(normalize_snils, facts.members))
    values["vk_protocol_number"] = (facts.vk_protocol_number or "").strip()
    for name in ("document_id", "document_set_id"):
        identifier: InstanceId | None = getattr(facts, name)
        values[name] = identifier and (identifier.root, (identifier.extension or "").casefold())
    return values
