"""A valid referral of an invented citizen, for tests to break one thing at a time."""

import datetime as dt
from decimal import Decimal

from adapter.domain.checks import Context
from adapter.domain.citizen import Age, Citizen, IdentityDocument, ResidenceAddress, Stay
from adapter.domain.clinical import Anthropometry, Diagnosis, Disease, Examination
from adapter.domain.history import ElectronicSickLeave, Work
from adapter.domain.identifiers import snils_control
from adapter.domain.referral import Commission, Consent, Referral, VkProtocol
from adapter.domain.requisites import (
    Address,
    DocumentId,
    DocumentSetId,
    Organization,
    PatientId,
    ReceiverBureau,
    StaffId,
    StaffPerson,
)

ORGANIZATION = "1.2.643.5.1.13.13.12.2.77.7973"
TODAY = dt.date(2024, 2, 5)
CONTEXT = Context(today=TODAY, received_at=dt.datetime(2024, 2, 5, 9, 0, tzinfo=dt.UTC))


def synthetic_snils(number: int) -> str:
    """Return a right СНИЛС nobody has: its first three digits are 900 or more."""
    digits = f"9{number:08d}"
    return f"{digits}{snils_control(digits):02d}"


def staff(number: int) -> StaffPerson:
    """Return an invented employee of the organisation."""
    return StaffPerson(
        mis_staff_id=StaffId(root=f"{ORGANIZATION}.100.1.1.70", extension=str(number)),
        snils=synthetic_snils(100 + number),
        post_code="122",
        family_name="Врачев",
        given_name="Пример",
        organization_oid=ORGANIZATION,
    )


def example() -> Referral:
    """Return a referral without a single fault on `TODAY`."""
    address = Address(subject_code="77", text="г. Москва, ул. Примерная, д. 1")
    return Referral(
        id_="referral",
        document_id=DocumentId(root=f"{ORGANIZATION}.100.1.1.51", extension="1"),
        document_set_id=DocumentSetId(root=f"{ORGANIZATION}.100.1.1.50", extension="1"),
        version_number=1,
        document_kind="121",
        created_at=dt.datetime(2024, 2, 1, 10, 0, tzinfo=dt.UTC),
        confidentiality_code="N",
        organization=Organization(
            oid=ORGANIZATION,
            name="Примерная больница",
            address=address,
            ogrn="1027700132195",
            inn="7707083893",
            phone=("+74950000000",),
            is_state=True,
        ),
        vk_protocol=VkProtocol(number="№ 12-34", date=dt.date(2024, 1, 30)),
        issue_date=dt.date(2024, 2, 1),
        home_examination=False,
        palliative_care=False,
        primary_prosthetics=False,
        purposes=("1", "10"),
        referral_order="1",
        consent=Consent(date=dt.date(2024, 1, 29), preferred_form="1", notification_methods=("1",)),
        receiver_bureau=ReceiverBureau(
            oid="1.2.643.5.1.13.13.12.2.77.1270", name="Бюро № 1", phone="+74950000001", address=address
        ),
        citizen=Citizen(
            family_name="Образцов",
            given_name="Пётр",
            birth_date=dt.date(1980, 2, 2),
            age=Age(value=43, unit="YEAR"),
            sex="1",
            citizenship="1",
            military_status="4",
            residence=(ResidenceAddress(subject_code="77", text="г. Москва, ул. Примерная, д. 2", type="1"),),
            no_fixed_address=False,
            stay=Stay(type="5"),
            phones=("+79000000000",),
            snils=synthetic_snils(1),
            identity_document=IdentityDocument(
                type="1", series="0000", number="012345", issued_by="ОВД", issue_date=dt.date(2000, 3, 1)
            ),
            mis_patient_id=PatientId(root=f"{ORGANIZATION}.100.1.1.10", extension="7"),
        ),
        work=Work(status="NOT_WORKING"),
        observed_since_year=2019,
        anamnesis_morbi="Болен с 2019 года.",
        anamnesis_vitae="Без особенностей.",
        electronic_sick_leave=ElectronicSickLeave(present=False),
        anthropometry=Anthropometry(
            height=Decimal(180), weight=Decimal(80), bmi=Decimal("24.7"), body_build="1"
        ),
        health_state="Удовлетворительное.",
        examinations=(
            Examination(date=dt.date(2024, 1, 10), name="Осмотр", result="Без динамики"),
            Examination(date=dt.date(2024, 1, 12), name="ЭКГ", result="Норма"),
        ),
        diagnosis=Diagnosis(main=Disease(text="Болезнь", icd10="I25.2")),
        clinical_prognosis="11",
        rehab_potential="14",
        rehab_prognosis="18",
        recommended_rehabilitation="Лечебная физкультура",
        fill_date=dt.date(2024, 2, 1),
        commission=Commission(chair=staff(1), members=(staff(2), staff(3))),
        author=staff(4),
        legal_authenticator=staff(1),
    )
