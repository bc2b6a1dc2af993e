"""The project's own complete example documents, for demonstration, tests and integrators.

The case retells the ministry's published example of the referral in other words; numbers are synthetic.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from adapter.contract.sample_citizen import (
    sample_citizen,
    sample_education,
    sample_ipra,
    sample_previous,
    sample_rehab_results,
    sample_representative,
    sample_sick_leave,
    sample_temporary_disability,
    sample_work,
)
from adapter.contract.sample_parties import (
    BUREAU_HEAD,
    BUREAU_NAME,
    BUREAU_OID,
    DEPUTY_HEAD,
    HOSPITAL_NAME,
    HOSPITAL_OGRN,
    HOSPITAL_OID,
    NEUROLOGIST,
    SURGEON,
    SamplePerson,
    sample_bureau,
    sample_organization,
)
from adapter.domain.clinical import Anthropometry, Complication, Diagnosis, Disease, Examination, Medication
from adapter.domain.examination_result import (
    EstablishedProfLoss,
    ExaminationResult,
    FunctionImpairment,
    LifeLimitations,
    Recommendations,
    ResultCitizen,
    SentOrganization,
)
from adapter.domain.history import DisabilityCause
from adapter.domain.receipt import ReceiptContent, RunningDeadline
from adapter.domain.referral import CaseEvents, Commission, Consent, Referral, VkProtocol
from adapter.domain.requisites import Bureau, DocumentId, DocumentSetId
from adapter.domain.return_notice import MissingExamination, ReturnNotice, ReturnReason


def sample_referral(
    *,
    on: date,
    created_at: datetime | None = None,
    document_id: str = "7f2c1b0a-52f5-4f2d-9d0a-1c6f9c9d1a01",
    document_set_id: str = "0d9e2c64-0a51-4b58-9a69-6a5d5b1f7a02",
    version: int = 1,
    replaces: DocumentId | None = None,
    vk_number: str = "123/к",
    vk_date: date | None = None,
    organization_oid: str = HOSPITAL_OID,
    organization_ogrn: str = HOSPITAL_OGRN,
    organization_name: str = HOSPITAL_NAME,
    bureau_oid: str = BUREAU_OID,
    bureau_name: str = BUREAU_NAME,
    author: SamplePerson = SURGEON,
    legal_authenticator: SamplePerson = DEPUTY_HEAD,
    chair: SamplePerson = DEPUTY_HEAD,
    members: tuple[SamplePerson, ...] = (SURGEON, NEUROLOGIST),
) -> Referral:
    """Return a repeat referral of an adult that passes every check of the domain.

    Args:
        on: Day of issue and of filling in; the protocol is of the same day unless `vk_date` says otherwise.
        created_at: When the document was made (aware); midnight UTC of `on` unless given.
        document_id: Extension of the identifier of this version; the root follows from `organization_oid`.
        document_set_id: Extension of the identifier of the set of versions.
        version: Number of the version.
        replaces: The version that this one replaces; None for the first.
        vk_number: Number of the protocol of the medical commission.
        vk_date: Date of that protocol, not later than `on`.
        organization_oid: OID of the medical organisation.
        organization_ogrn: Its ОГРН.
        organization_name: Its name.
        bureau_oid: OID of the bureau.
        bureau_name: Its name.
        author: Doctor who wrote the referral; here also a member of the commission.
        legal_authenticator: Who gives the document its force; here the chair.
        chair: Chair of the commission.
        members: Other members, at least two.
    """
    return Referral(
        id_="referral",
        document_id=DocumentId(root=f"{organization_oid}.100.1.1.51", extension=document_id),
        document_set_id=DocumentSetId(root=f"{organization_oid}.100.1.1.50", extension=document_set_id),
        version_number=version,
        replaces_document_id=replaces,
        document_kind="121",
        created_at=created_at or _moment(on, 0),
        confidentiality_code="N",
        organization=sample_organization(organization_oid, organization_ogrn, organization_name),
        vk_protocol=VkProtocol(number=vk_number, date=vk_date or on),
        issue_date=on,
        home_examination=True,
        palliative_care=False,
        primary_prosthetics=False,
        purposes=("1", "10"),
        referral_order="2",
        consent=Consent(
            date=(vk_date or on) - timedelta(days=3), preferred_form="1", notification_methods=("1", "3")
        ),
        receiver_bureau=sample_bureau(bureau_oid, bureau_name),
        eaviias_guid="2f0f1d7c-3f0e-4d5b-8a53-6a1f1c9e7b10",
        citizen=sample_citizen(organization_oid, on),
        representative=sample_representative(),
        previous=sample_previous(on),
        education=sample_education(),
        work=sample_work(),
        observed_since_year=2016,
        anamnesis_morbi=(
            "Больна с 2016 года, когда появилось плотное образование ниже правого колена. Опухоль удалена, "
            "затем дважды рецидив: операция и лучевая терапия. За последний год одно обострение. "
            "После курса реабилитации объём движений в колене вырос, опора на ногу неполная. "
            "С предыдущей экспертизы новых очагов нет."
        ),
        anamnesis_vitae="Росла и развивалась по возрасту. Травм, инфекций и аллергии нет. Не курит.",
        temporary_disability=sample_temporary_disability(on),
        electronic_sick_leave=sample_sick_leave(),
        ipra=sample_ipra(on),
        rehab_results=sample_rehab_results(),
        anthropometry=Anthropometry(
            height=Decimal(156),
            weight=Decimal(80),
            bmi=Decimal("32.87"),
            body_build="1",
            daily_output_ml=2000,
            waist_cm=95,
            hips_cm=107,
        ),
        health_state=(
            "Состояние удовлетворительное. Ходит с тростью, хромает. Сгибание в правом колене до "
            "80 градусов, разгибание неполное. Рубец на голени спокойный. Тоны сердца аритмичные, "
            "АД 140/90 мм рт. ст., отёков нет."
        ),
        complaints="Боль в правом колене при ходьбе, одышка при подъёме на второй этаж.",
        examinations=_examinations(organization_oid, on),
        diagnosis=_diagnosis(),
        clinical_prognosis="11",
        rehab_potential="15",
        rehab_prognosis="18",
        recommended_rehabilitation="Лечебная физкультура два курса в год, наблюдение онколога.",
        rehabilitation_not_needed=False,
        medications=(
            Medication(
                name="Ацетилсалициловая кислота, таблетки",
                dose="100 мг в день",
                duration="3 месяца",
                courses="2 раза в год",
            ),
        ),
        reconstructive_surgery="Не показана",
        prosthetics_and_aids="Трость опорная, ортез на коленный сустав",
        sanatorium="Не показано до окончания наблюдения онколога",
        special_care="Не нуждается",
        fill_date=on,
        commission=Commission(
            chair=chair.at(organization_oid), members=tuple(member.at(organization_oid) for member in members)
        ),
        author=author.at(organization_oid),
        legal_authenticator=legal_authenticator.at(organization_oid),
        case_events=CaseEvents(
            doctor_visit=on - timedelta(days=30),
            examinations_complete_date=on - timedelta(days=4),
            svo_participant=False,
        ),
    )


def sample_return_notice(
    referral: Referral,
    *,
    on: date,
    created_at: datetime | None = None,
    referral_number: str = "MSE-77-000001",
    return_id: str = "b2d4a6f8-1c3e-4f5a-9b7d-0e2c4a6f8b01",
    signed_by: SamplePerson = BUREAU_HEAD,
    rework_days: int = 14,
) -> ReturnNotice:
    """Return the notice that sends `referral` back on the day `on`: an examination is missing (K3)."""
    return ReturnNotice(
        id_="return",
        return_id=return_id,
        referral_number=referral_number,
        document_id=referral.document_id,
        document_kind="130",
        created_at=created_at or _moment(on, 0),
        received_at=_moment(on - timedelta(days=1), 9),
        returned_at=created_at or _moment(on, 0),
        reasons=(
            ReturnReason(
                ground_code="K3",
                sub_code="K3.1",
                explanation="Нет эхокардиографии: она обязательна при сердечной недостаточности.",
                field_path=("Referral/examinations", "Referral/diagnosis/concomitant[1]"),
                missing_examinations=(
                    MissingExamination(
                        code="A04.10.002", name="Эхокардиография", required_validity="не старше 6 месяцев"
                    ),
                ),
            ),
        ),
        legal_basis=("Правила признания лица инвалидом, постановление Правительства РФ от 05.04.2022 № 588",),
        rework_deadline=on + timedelta(days=rework_days),
        bureau=_bureau(referral),
        signed_by=signed_by.at(referral.receiver_bureau.oid),
    )


def sample_result(
    referral: Referral,
    *,
    on: date,
    created_at: datetime | None = None,
    referral_number: str = "MSE-77-000001",
    result_id: str = "c3e5b7a9-2d4f-4a6b-8c0e-1f3d5b7a9c02",
    bureau_head: SamplePerson = BUREAU_HEAD,
) -> ExaminationResult:
    """Return the result of the expertise of `referral` on the day `on`: the third group for a year."""
    citizen = referral.citizen
    return ExaminationResult(
        id_="result",
        result_id=result_id,
        referral_number=referral_number,
        document_id=referral.document_id,
        document_kind="187",
        created_at=created_at or _moment(on, 0),
        act_number=f"105.1.77/{on.year}",
        protocol_number=f"105.1.77/{on.year}",
        exam_date=on,
        exam_form="AT_HOME",
        bureau=_bureau(referral),
        citizen=ResultCitizen(
            family_name=citizen.family_name,
            given_name=citizen.given_name,
            patronymic=citizen.patronymic,
            snils=citizen.snils,
            birth_date=citizen.birth_date,
        ),
        sent_org=SentOrganization(name=referral.organization.name, ogrn=referral.organization.ogrn),
        main_disease=referral.diagnosis.main,
        main_complications=referral.diagnosis.main_complications,
        concomitant=referral.diagnosis.concomitant,
        concomitant_complications=referral.diagnosis.concomitant_complications,
        function_impairments=(FunctionImpairment(kind="Нейромышечные, скелетные функции", degree=2),),
        life_limitations=LifeLimitations(self_care=1, moving=1, work=1),
        decision="DISABILITY_ESTABLISHED",
        group="3",
        cause=DisabilityCause(code="4"),
        term="1",
        re_exam_date=on + timedelta(days=365),
        prof_loss=(EstablishedProfLoss(percent=60, start=on, end=on + timedelta(days=365), permanent=False),),
        recommendations=Recommendations(
            medical="Наблюдение онколога, лечебная физкультура.", other="Трость опорная."
        ),
        bureau_head=bureau_head.at(referral.receiver_bureau.oid),
        issue_date=on,
    )


def sample_receipt_content(referral: Referral, *, on: date, content_hash: str = "0" * 64) -> ReceiptContent:
    """Return the receipt for `referral`, accepted at noon (UTC) of the day `on`."""
    return ReceiptContent(
        id_="receipt",
        referral_number="MSE-77-000001",
        received_at=_moment(on, 12),
        state="SUBMITTED",
        deadline=RunningDeadline(code="BUREAU_RETURN", until=_moment(on + timedelta(days=3), 20)),
        version_number=referral.version_number,
        document_id=referral.document_id,
        content_hash=content_hash,
        adapter_system="MSE01",
        created_at=_moment(on, 12),
    )


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


def _bureau(referral: Referral) -> Bureau:
    receiver = referral.receiver_bureau
    return Bureau(code=receiver.eaviias_code, name=receiver.name, oid=receiver.oid)


def _diagnosis() -> Diagnosis:
    return Diagnosis(
        main=Disease(
            text="Фибромиксоидная саркома мягких тканей верхней трети правой голени, T2bN0M0, I стадия, "
            "состояние после комбинированного лечения",
            icd10="C49.2",
        ),
        main_complications=(
            Complication(text="Сгибательная контрактура правого коленного сустава", icd10="M24.5"),
        ),
        concomitant=(
            Disease(text="Ишемическая болезнь сердца, стенокардия напряжения, III ФК", icd10="I20.8"),
            Disease(text="Ожирение I степени", icd10="E66.0"),
        ),
        concomitant_complications=(
            Complication(text="Хроническая сердечная недостаточность IIА стадии", icd10="I50.0"),
            Complication(text="Атеросклеротический кардиосклероз"),
        ),
    )


def _examinations(organization_oid: str, on: date) -> tuple[Examination, ...]:
    return (
        Examination(
            date=on - timedelta(days=12),
            code="A04.01.001",
            name="Ультразвуковое исследование мягких тканей (одна анатомическая зона)",
            result="Рубцовые изменения верхней трети правой голени, признаков рецидива нет.",
            linked_document_id=DocumentId(root=f"{organization_oid}.100.1.1.51", extension="324576"),
        ),
        Examination(
            date=on - timedelta(days=11),
            code="A06.09.007",
            name="Рентгенография легких",
            result="Очаговых и инфильтративных теней нет, корни структурны, синусы свободны.",
            linked_document_id=DocumentId(root=f"{organization_oid}.100.1.1.51", extension="895543"),
        ),
        Examination(
            date=on - timedelta(days=4),
            code="B01.015.001",
            name="Прием (осмотр, консультация) врача-кардиолога первичный",
            result="Стенокардия III ФК, недостаточность кровообращения IIА. Лечение подобрано.",
        ),
    )
