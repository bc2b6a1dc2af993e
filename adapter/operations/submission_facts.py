"""What identifies and routes a submission: read from the referral, or from a СЭМД that travels alone."""

from __future__ import annotations

from adapter.contract.cda import InstanceId
from adapter.contract.semd_document import Semd
from adapter.domain.duplicates import citizen_keys, duplicate_keys, person_of
from adapter.domain.errors import Problem, problem
from adapter.domain.identifiers import normalize_snils
from adapter.domain.priority import PriorityCategory, category_of
from adapter.domain.referral import Referral
from adapter.domain.subjects import region
from adapter.domain.submission import SubmissionFacts


def facts_of(
    referral: Referral | None, semd: Semd | None
) -> tuple[SubmissionFacts | None, tuple[Problem, ...]]:
    """Return the facts of a submission and what is missing in a СЭМД; None: there are not enough of them.

    Args:
        referral: content of the SignedReferral; where it is there, it decides.
        semd: the СЭМД, when one was sent.
    """
    if referral is not None:
        return _referral_facts(referral), ()
    if semd is None:
        return None, ()
    return _semd_facts(semd)


def _referral_facts(referral: Referral) -> SubmissionFacts:
    replaces = referral.replaces_document_id
    organization, protocol = referral.organization, referral.vk_protocol
    snils = normalize_snils(referral.citizen.snils or "")
    citizens, organizations = citizen_keys(snils, person_of(referral)), (organization.oid, organization.ogrn)
    return SubmissionFacts(
        document_id=f"{referral.document_id.root}^{referral.document_id.extension}",
        document_set_id=f"{referral.document_set_id.root}^{referral.document_set_id.extension}",
        version_number=referral.version_number,
        replaces_document_id=f"{replaces.root}^{replaces.extension}" if replaces else "",
        document_kind=referral.document_kind,
        organization_oid=organization.oid,
        organization_ogrn=organization.ogrn,
        organization_name=organization.name,
        bureau_oid=referral.receiver_bureau.oid,
        issue_date=referral.issue_date,
        protocol_number=protocol.number,
        protocol_date=protocol.date,
        priority=category_of(referral),
        previous_until=referral.previous.until if referral.previous else None,
        snils=snils,
        citizen_keys=citizens,
        duplicate_keys=duplicate_keys(citizens[:1], organizations, protocol.number, protocol.date),
        paper_keys=duplicate_keys(citizens, organizations, protocol.number, protocol.date),
        purposes=referral.purposes,
        organization_subject=region(organization.oid) or organization.address.subject_code,
        citizen_subjects=_subjects(referral),
    )


def _subjects(referral: Referral) -> frozenset[str]:
    """Return the subjects of the citizen's residence, stay and pension file (points 11 and 13)."""
    citizen = referral.citizen
    stays = () if citizen.stay.address is None else (citizen.stay.address,)
    return frozenset(one.subject_code for one in (*citizen.residence, *stays))


def _semd_facts(semd: Semd) -> tuple[SubmissionFacts | None, tuple[Problem, ...]]:
    """Return the facts of a СЭМД that travels alone, or what is missing in it."""
    decision, organization = semd.decision, semd.organization
    bureau = decision.receiver_bureau.oid if decision.receiver_bureau else None
    needed: dict[str, object] = {
        "id": semd.document_id,
        "setId": semd.document_set_id,
        "versionNumber": semd.version_number,
        "recordTarget/patientRole/id": semd.citizen.snils if semd.citizen else None,
        "recordTarget/patientRole/providerOrganization/id": organization.oid if organization else None,
        "component/structuredBody": decision.issue_date
        and decision.vk_protocol_date
        and decision.vk_protocol_number,
        "component/structuredBody/component/section/entry/act/performer": bureau,
    }
    missing = tuple(
        problem("FIELD_REQUIRED", f"ClinicalDocument/{path}") for path, value in needed.items() if not value
    )
    if missing or semd.document_id is None or semd.document_set_id is None or organization is None:
        return None, missing
    if decision.issue_date is None or decision.vk_protocol_date is None or semd.citizen is None:
        return None, missing
    snils, oid = normalize_snils(semd.citizen.snils or ""), organization.oid or ""
    protocol_number = decision.vk_protocol_number or ""
    citizens, organizations = citizen_keys(snils, None), (oid, organization.ogrn or "")
    keys = duplicate_keys(citizens, organizations, protocol_number, decision.vk_protocol_date)
    priority = PriorityCategory.NONE
    if decision.primary_prosthetics:
        priority = PriorityCategory.AMPUTATION
    elif decision.palliative_care:
        priority = PriorityCategory.PALLIATIVE
    return (
        SubmissionFacts(
            document_id=_identifier(semd.document_id),
            document_set_id=_identifier(semd.document_set_id),
            version_number=semd.version_number or 1,
            replaces_document_id=_identifier(semd.replaces_document_id) if semd.replaces_document_id else "",
            document_kind=semd.document_kind or "",
            organization_oid=oid,
            organization_ogrn=organization.ogrn or "",
            organization_name=organization.name or "",
            bureau_oid=bureau or "",
            issue_date=decision.issue_date,
            protocol_number=protocol_number,
            protocol_date=decision.vk_protocol_date,
            priority=priority,
            previous_until=None,
            snils=snils,
            citizen_keys=citizens,
            duplicate_keys=keys,
            paper_keys=keys,
            purposes=decision.purposes,
            organization_subject=region(oid),
            citizen_subjects=frozenset(semd.citizen.subjects),
        ),
        (),
    )


def _identifier(identifier: InstanceId) -> str:
    return f"{identifier.root}^{identifier.extension or ''}"
