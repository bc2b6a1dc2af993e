"""Writer of a synthetic СЭМД of kind 121 (referral, edition 6) for the demo and for tests.

The document is valid to the ministry's CDA schema of that edition; Schematron is kept to, but not claimed.
Everything that is not given is invented; nobody real stands behind it.
"""

from collections.abc import Iterator

from lxml import etree

from adapter.contract.cda import IDENTITY, SNILS_ROOT, InstanceId
from adapter.contract.semd_sample_body import body
from adapter.contract.semd_sample_facts import DemoCitizen, DemoReferral, DemoStaff
from adapter.contract.semd_sample_parts import (
    address,
    coded,
    day,
    identity,
    node,
    organization_place,
    person_name,
    telephone,
    time_of_day,
    workplace,
)

__all__ = ["DemoCitizen", "DemoReferral", "DemoStaff", "demo_semd"]

_TEMPLATE = "1.2.643.5.1.13.13.14.34.9.6"
_NAME = "Направление на медико-социальную экспертизу"
_MINISTRY = "1.2.643.5.1.13"
_SEXES = {"1": "Мужской", "2": "Женский"}


def demo_semd(facts: DemoReferral) -> bytes:
    """Write the document: UTF-8 with an XML declaration, about 30 KB.

    Raises:
        KeyError: A code of sex, purpose or order that the lists do not have.
        ValueError: `created_at` has no zone or one west of Greenwich: the ministry's format cannot write it.
    """
    document = node("ClinicalDocument", *_identification(facts), *_participants(facts), body(facts))
    etree.cleanup_namespaces(document)
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True)


def _identification(facts: DemoReferral) -> Iterator[etree._Element]:
    yield node("realmCode", code="RU")
    yield node("typeId", root="2.16.840.1.113883.1.3", extension="POCD_MT000040")
    yield node("templateId", root=_TEMPLATE)
    yield _instance_id("id", facts.document_id)
    yield coded("code", "11.1522", "34", _NAME)
    yield node("title", text=_NAME)
    yield node("effectiveTime", value=time_of_day(facts.created_at))
    yield coded("confidentialityCode", "99.2.285", "N", "Обычный")
    yield node("languageCode", code="ru-RU")
    yield _instance_id("setId", facts.document_set_id)
    yield node("versionNumber", value=str(facts.version_number))


def _participants(facts: DemoReferral) -> Iterator[etree._Element]:
    organization = (facts.organization_oid, facts.organization_name)
    yield node("recordTarget", _citizen(facts))
    unknown_time = node("time", nullFlavor="NI")
    yield node("author", unknown_time, _staff("assignedAuthor", facts.author, facts))
    custodian = organization_place("representedCustodianOrganization", *organization, classCode="ORG")
    yield node("custodian", node("assignedCustodian", custodian))
    ministry = node(
        "receivedOrganization",
        node("id", root=_MINISTRY),
        node("name", text="Министерство здравоохранения Российской Федерации"),
    )
    yield node("informationRecipient", node("intendedRecipient", ministry))
    yield node(
        "legalAuthenticator",
        node("time", nullFlavor="NI"),
        node("signatureCode", nullFlavor="NI"),
        _staff("assignedEntity", facts.legal_authenticator or facts.chair, facts),
    )
    yield node("documentationOf", _commission(facts))
    if facts.replaces_document_id is not None:
        parent = node("parentDocument", _instance_id("id", facts.replaces_document_id))
        yield node("relatedDocument", parent, typeCode="RPLC")


def _instance_id(name: str, identifier: InstanceId) -> etree._Element:
    return node(name, root=identifier.root, extension=identifier.extension or "")


def _citizen(facts: DemoReferral) -> etree._Element:
    citizen = facts.citizen
    return node(
        "patientRole",
        node("id", root=f"{facts.organization_oid}.100.1.1.10", extension=citizen.local_number),
        node("id", root=SNILS_ROOT, extension=citizen.snils),
        _passport(facts),
        _policy(),
        telephone(citizen.phone),
        node(
            "patient",
            person_name(citizen.family_name, citizen.given_name, citizen.patronymic),
            coded("administrativeGenderCode", "11.1040", citizen.sex, _SEXES[citizen.sex]),
            node("birthTime", value=day(citizen.birth_date)),
        ),
        node(
            "providerOrganization",
            node("id", root=facts.organization_oid),
            node("Props", identity("Ogrn", facts.organization_ogrn), namespace=IDENTITY),
            node("name", text=facts.organization_name),
            telephone("+74950000000"),
            address(),
        ),
    )


def _passport(facts: DemoReferral) -> etree._Element:
    kind = "Паспорт гражданина Российской Федерации"
    issued = facts.citizen.birth_date
    return node(
        "IdentityDoc",
        coded("IdentityCardType", "99.2.48", "1", kind, namespace=IDENTITY, xsi_type="CD"),
        identity("Series", "0000"),
        identity("Number", "000000"),
        identity("IssueOrgName", "Орган, выдавший документ"),
        identity("IssueOrgCode", "000-000"),
        node("IssueDate", namespace=IDENTITY, value=day(issued), xsi_type="TS"),
        namespace=IDENTITY,
    )


def _policy() -> etree._Element:
    kind = "Полис ОМС единого образца, бессрочный"
    return node(
        "InsurancePolicy",
        coded("InsurancePolicyType", "11.1035", "2", kind, namespace=IDENTITY, xsi_type="CD"),
        identity("Number", "1234567890123452"),
        namespace=IDENTITY,
    )


def _staff(name: str, person: DemoStaff, facts: DemoReferral) -> etree._Element:
    return node(
        name,
        node("id", root=f"{facts.organization_oid}.100.1.1.70", extension=person.local_number),
        node("id", root=SNILS_ROOT, extension=person.snils),
        coded("code", "11.1002", person.post_code, person.post_name),
        telephone("+74950000000"),
        node("assignedPerson", person_name(person.family_name, person.given_name, person.patronymic)),
        workplace(facts.organization_oid, facts.organization_name),
    )


def _commission(facts: DemoReferral) -> etree._Element:
    people = [("PPRF", facts.chair), *(("SPRF", member) for member in facts.members)]
    return node(
        "serviceEvent",
        coded("code", "99.2.726", "5", "Врачебная комиссия"),
        node("effectiveTime", node("low", value=time_of_day(facts.created_at))),
        *(
            node("performer", _staff("assignedEntity", person, facts), typeCode=type_code)
            for type_code, person in people
        ),
    )
