"""The demo's documents: the signed referral and its СЭМД, return notice and result; fresh ids each time."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.cda import InstanceId
from adapter.contract.namespaces import DOCUMENT, document_tag
from adapter.contract.samples import sample_referral, sample_result, sample_return_notice
from adapter.contract.semd_sample import DemoCitizen, DemoReferral, DemoStaff, demo_semd
from adapter.domain.identifiers import normalize_snils
from adapter.domain.referral import Referral
from adapter.domain.requisites import StaffPerson
from adapter.stand.actors import (
    CHAIRMAN,
    DOCTOR,
    HOSPITAL,
    MEMBERS,
    SIGNERS,
    DemoBureau,
    DemoHospital,
    Keyring,
)
from adapter.stand.files import SignedFile
from signing import sign_document
from signing.cms.detached import sign_detached
from signing.roles import policy

REFERRAL_KIND = "121"
ZONE = ZoneInfo("Europe/Moscow")
"""Zone of the hospital and of both bureaus."""

#: Who signs a referral, in the role that the referral gives him; the chairman gives it legal force, too.
_ROLES = (
    (policy.AUTHOR, DOCTOR.key),
    (policy.CHAIRMAN, CHAIRMAN.key),
    *((policy.COMMISSIONER, member.key) for member in MEMBERS),
    (policy.ORGANIZATION, HOSPITAL.seal),
)
_POSTS = {one.person.post_code: one.post for one in SIGNERS}


@dataclass(frozen=True, slots=True)
class SignedReferral:
    """One version of a referral, ready to be submitted.

    Attributes:
        referral: what it says; None when only a СЭМД is sent.
        signed: the SignedReferral element as bytes; None when only a СЭМД is sent.
        semd: the СЭМД with its signatures.
    """

    referral: Referral | None = field(repr=False)
    signed: bytes | None = field(repr=False)
    semd: SignedFile

    def holder(self) -> etree._Element | None:
        """Return the SignedReferral as a new tree."""
        return None if self.signed is None else etree.fromstring(self.signed, schemas.parser())


class Clerk:
    """Writes and signs the documents of the hospital and of the bureaus."""

    def __init__(
        self, keyring: Keyring, clock: Callable[[], datetime], hospital: DemoHospital = HOSPITAL
    ) -> None:
        self._keyring = keyring
        self._clock = clock
        self._hospital = hospital

    def referral(self, bureau: DemoBureau) -> SignedReferral:
        """Return version 1 of a new referral to a bureau, with its СЭМД."""
        hospital, today = self._hospital, self._today()
        return self._signed(
            sample_referral(
                on=today,
                created_at=self._clock(),
                document_id=str(uuid.uuid4()),
                document_set_id=str(uuid.uuid4()),
                vk_number=f"{secrets.randbelow(10**6)}/{secrets.randbelow(10**6)}",
                organization_oid=hospital.oid,
                organization_ogrn=hospital.ogrn,
                organization_name=hospital.name,
                bureau_oid=bureau.oid,
                bureau_name=bureau.name,
                author=DOCTOR.person,
                legal_authenticator=CHAIRMAN.person,
                chair=CHAIRMAN.person,
                members=tuple(member.person for member in MEMBERS),
            )
        )

    def correction(self, previous: Referral) -> SignedReferral:
        """Return the next version, with the echocardiography that the bureau missed."""
        examination = replace(
            previous.examinations[-1],
            code="A04.10.002",
            name="Эхокардиография",
            result="Фракция выброса левого желудочка 52 %, зон нарушения сократимости нет.",
            linked_document_id=None,
        )
        return self._signed(
            replace(
                previous,
                document_id=replace(previous.document_id, extension=str(uuid.uuid4())),
                version_number=previous.version_number + 1,
                replaces_document_id=previous.document_id,
                created_at=self._clock(),
                examinations=(*previous.examinations, examination),
            )
        )

    def semd_alone(self, content: bytes) -> SignedReferral:
        """Return a foreign СЭМД, signed as the hospital signs its own, with no referral beside it."""
        return SignedReferral(None, None, self._semd(content))

    def return_notice(self, referral: Referral, number: str, bureau: DemoBureau) -> etree._Element:
        """Return the SignedReturnNotice (ground K3) of the head of the bureau."""
        notice = sample_return_notice(
            referral,
            on=self._today(),
            created_at=self._clock(),
            referral_number=number,
            return_id=str(uuid.uuid4()),
            signed_by=bureau.head.person,
        )
        return self._holder("SignedReturnNotice", "ReturnNotice", notice, [bureau.head.key])

    def result(self, referral: Referral, number: str, bureau: DemoBureau) -> etree._Element:
        """Return the SignedExaminationResult of the head of the bureau."""
        result = sample_result(
            referral,
            on=self._today(),
            created_at=self._clock(),
            referral_number=number,
            result_id=str(uuid.uuid4()),
            bureau_head=bureau.head.person,
        )
        return self._holder("SignedExaminationResult", "ExaminationResult", result, [bureau.head.key])

    def _today(self) -> date:
        return self._clock().astimezone(ZONE).date()

    def _signed(self, referral: Referral) -> SignedReferral:
        holder = self._holder("SignedReferral", "Referral", referral, [key for _, key in _ROLES])
        return SignedReferral(
            referral, etree.tostring(holder), self._semd(demo_semd(semd_facts_of(referral)))
        )

    def _semd(self, content: bytes) -> SignedFile:
        signatures = tuple((role, sign_detached(self._keyring.key(key), content)) for role, key in _ROLES)
        return SignedFile("semd.xml", REFERRAL_KIND, content, signatures)

    def _holder(self, name: str, content: str, document: object, keys: Sequence[str]) -> etree._Element:
        prefixes: dict[str | None, str] = {"doc": DOCUMENT}
        holder = etree.Element(document_tag(name), nsmap={"doc": DOCUMENT})
        holder.append(binding.write(document, document_tag(content), prefixes))
        for key in keys:
            sign_document(holder, self._keyring.key(key))
        return holder


def semd_facts_of(referral: Referral) -> DemoReferral:
    """Return what a СЭМД must say to agree with the referral."""
    replaced = referral.replaces_document_id
    organization, bureau, citizen = referral.organization, referral.receiver_bureau, referral.citizen
    return DemoReferral(
        document_id=InstanceId(referral.document_id.root, referral.document_id.extension),
        document_set_id=InstanceId(referral.document_set_id.root, referral.document_set_id.extension),
        version_number=referral.version_number,
        replaces_document_id=InstanceId(replaced.root, replaced.extension) if replaced else None,
        created_at=referral.created_at.astimezone(ZONE),
        organization_oid=organization.oid,
        organization_name=organization.name,
        organization_ogrn=organization.ogrn,
        citizen=DemoCitizen(
            snils=normalize_snils(citizen.snils or ""),
            family_name=citizen.family_name,
            given_name=citizen.given_name,
            patronymic=citizen.patronymic,
            sex=citizen.sex,
            birth_date=citizen.birth_date,
            local_number=citizen.mis_patient_id.extension,
        ),
        author=_staff(referral.author),
        chair=_staff(referral.commission.chair),
        members=tuple(_staff(member) for member in referral.commission.members),
        legal_authenticator=_staff(referral.legal_authenticator),
        vk_protocol_number=referral.vk_protocol.number,
        vk_protocol_date=referral.vk_protocol.date,
        issue_date=referral.issue_date,
        bureau_oid=bureau.oid,
        bureau_name=bureau.name,
        purposes=referral.purposes,
        referral_order=referral.referral_order,
        home_examination=referral.home_examination,
        palliative_care=referral.palliative_care,
        primary_prosthetics=referral.primary_prosthetics,
        icd10=referral.diagnosis.main.icd10,
        icd10_name=referral.diagnosis.main.text,
        diagnosis=referral.diagnosis.main.text,
    )


def _staff(person: StaffPerson) -> DemoStaff:
    return DemoStaff(
        snils=normalize_snils(person.snils),
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
        post_code=person.post_code,
        post_name=_POSTS[person.post_code],
        local_number=person.mis_staff_id.extension,
    )
