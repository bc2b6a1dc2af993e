"""Reader of a СЭМД: the CDA header and, for a referral, its section SCOPORG.

It reads what the adapter judges or compares (ids, kind, version, dates, organisation, citizen, signers, the
decision of the commission) and leaves the rest of the document alone. What is missing or malformed is
collected in `Semd.problems`; only bytes that are no CDA document at all raise `SemdUnreadable`.

Source: the ministry's guide for kind 121 (templateId 1.2.643.5.1.13.13.14.34.9.6) and its Schematron.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from adapter.contract.cda import (
    HL7,
    ROOT_NAME,
    CdaTime,
    InstanceId,
    Precision,
    Reading,
    SemdUnreadable,
    children,
    only_if,
    parse_clinical_document,
)
from adapter.contract.semd_decision import read_decision
from adapter.contract.semd_document import (
    REFERRAL,
    Citizen,
    Decision,
    Organization,
    Performer,
    PersonName,
    Semd,
    Signer,
)
from adapter.contract.semd_parties import read_citizen, read_organization, read_signer
from adapter.domain.errors import Problem, problem, sort_problems
from adapter.domain.kinds import KINDS

__all__ = [
    "REFERRAL",
    "SIZE_LIMIT",
    "CdaTime",
    "Citizen",
    "Decision",
    "InstanceId",
    "Organization",
    "Performer",
    "PersonName",
    "Precision",
    "Semd",
    "SemdUnreadable",
    "Signer",
    "read_semd",
]

SIZE_LIMIT = 5 * 2**20
"""Default limit of a document, bytes: the contract's limit for an inline file."""

_PATIENT = f"{ROOT_NAME}/recordTarget/patientRole"
_AUTHOR = f"{ROOT_NAME}/author/assignedAuthor"
_FORCE = f"{ROOT_NAME}/legalAuthenticator/assignedEntity"
_EVENT = f"{ROOT_NAME}/documentationOf/serviceEvent"
# Far more than any commission has; each participant may cost several problems.
_MOST_PERFORMERS = 50
_TEMPLATE = re.compile(r"1\.2\.643\.5\.1\.13\.13\.14\.([0-9]+)\.9\.([0-9]+)")


def read_semd(
    data: bytes,
    limit: int = SIZE_LIMIT,
    judge: Callable[[etree._Element], Iterable[Problem]] | None = None,
) -> Semd:
    """Read a СЭМД.

    Args:
        data: The file byte for byte.
        limit: Largest accepted size in bytes.
        judge: Looks at the whole tree, which nobody else sees; what it finds is among the problems.

    Raises:
        SemdUnreadable: Too large, not UTF-8, a DOCTYPE, not well-formed XML, or not a ClinicalDocument.
    """
    root = parse_clinical_document(data, limit)
    reading = Reading()
    type_code = _coded(reading, root, "code", "Тип документа")
    template = reading.one(root, "templateId", "Шаблон документа")
    template_id = reading.attribute(template, "Шаблон документа", attribute="root")
    referral = type_code == REFERRAL
    role = _at(reading, root, "recordTarget", "patientRole", title=only_if(referral, "Гражданин"))
    set_title = only_if(referral, "Идентификатор набора версий документа")
    version = reading.one(root, "versionNumber", only_if(referral, "Номер версии документа"))
    created = reading.one(root, "effectiveTime", "Дата создания документа")
    author = _at(reading, root, "author", "assignedAuthor", title=only_if(referral, "Автор"))
    force = "лица, придавшего документу юридическую силу"
    force_title = only_if(referral, "Лицо, придавшее документу юридическую силу")
    force_entity = _at(reading, root, "legalAuthenticator", "assignedEntity", title=force_title)
    if judge is not None:
        reading.problems.extend(judge(root))
    return Semd(
        document_id=reading.instance_id(root, "id", "Идентификатор документа"),
        document_set_id=reading.instance_id(root, "setId", set_title),
        version_number=reading.version(version, "Номер версии документа"),
        replaces_document_id=_replaced(reading, root),
        type_code=type_code,
        template_id=template_id,
        document_kind=_document_kind(type_code, template_id),
        created_at=reading.time(created, "Дата создания документа"),
        confidentiality_code=_coded(reading, root, "confidentialityCode", "Уровень конфиденциальности"),
        organization=_sender(reading, root, role, referral),
        citizen=read_citizen(reading, role, _PATIENT, mandatory=referral),
        author=read_signer(reading, author, _AUTHOR, "автора"),
        legal_authenticator=read_signer(reading, force_entity, _FORCE, force),
        performers=tuple(_performers(reading, root, referral)),
        decision=read_decision(reading, root) if referral else Decision(),
        problems=sort_problems(reading.problems),
    )


def _coded(reading: Reading, root: etree._Element, name: str, title: str) -> str | None:
    return reading.attribute(reading.one(root, name, title), title)


def _at(reading: Reading, parent: etree._Element, *names: str, title: str) -> etree._Element | None:
    """Go down a chain of only children."""
    found: etree._Element | None = parent
    for name in names:
        found = reading.one(found, name, title)
    return found


def _document_kind(type_code: str | None, template_id: str | None) -> str | None:
    """Find the kind by type and edition; without a template of the ministry by type alone, newest edition.

    A referral without its template stays without a kind: three editions differ too much to guess.
    """
    template = _TEMPLATE.fullmatch(template_id or "")
    alike = [kind for kind in KINDS.values() if kind.type_code == type_code]
    if template is not None:
        named = (template.group(1), template.group(2))
        return next((kind.code for kind in alike if (kind.type_code, str(kind.edition)) == named), None)
    if not alike or type_code == REFERRAL:
        return None
    return max(alike, key=lambda kind: kind.edition).code


def _replaced(reading: Reading, root: etree._Element) -> InstanceId | None:
    for related in children(root, "relatedDocument"):
        if related.get("typeCode") == "RPLC":
            title = "Заменяемый документ"
            return reading.instance_id(reading.one(related, "parentDocument", title), "id", title)
    return None


def _sender(
    reading: Reading, root: etree._Element, patient_role: etree._Element | None, mandatory: bool
) -> Organization | None:
    provider = reading.one(patient_role, "providerOrganization")
    if provider is None:
        provider = _at(reading, root, "custodian", "assignedCustodian", title="")
        provider = reading.one(
            provider, "representedCustodianOrganization", only_if(mandatory, "Организация")
        )
    return read_organization(reading, provider, only_if(mandatory, "OID организации"))


def _performers(reading: Reading, root: etree._Element, mandatory: bool) -> Iterator[Performer]:
    title = "Председатель врачебной комиссии"
    event = _at(reading, root, "documentationOf", "serviceEvent", title=only_if(mandatory, title))
    if event is None:
        return
    chaired = False
    performers = list(event.iterchildren(f"{{{HL7}}}performer"))
    if len(performers) > _MOST_PERFORMERS:
        actual, limit = str(len(performers)), str(_MOST_PERFORMERS)
        place, whom = f"{_EVENT}/performer", "Врачебная комиссия"
        reading.problems.append(problem("CARDINALITY", place, title=whom, actual=actual, limit=limit))
    for index, performer in enumerate(performers[:_MOST_PERFORMERS], start=1):
        if performer.get("nullFlavor") is not None:
            continue
        type_code = performer.get("typeCode", "")
        chaired = chaired or type_code == "PPRF"
        whose = "председателя врачебной комиссии" if type_code == "PPRF" else "члена врачебной комиссии"
        step = f"performer[{index}]" if len(performers) > 1 else "performer"
        entity = reading.one(performer, "assignedEntity", "Участник врачебной комиссии")
        signer = read_signer(reading, entity, f"{_EVENT}/{step}/assignedEntity", whose)
        if signer is not None:
            yield Performer(type_code, signer)
    if mandatory and not chaired:
        reading.missing(f"{_EVENT}/performer[@typeCode='PPRF']", title)
