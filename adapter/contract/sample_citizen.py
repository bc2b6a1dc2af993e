"""The citizen, the representative and the history of the sample referral (points 6-17 and 20-27)."""

from datetime import date, timedelta

from adapter.contract.sample_parties import moscow_address
from adapter.domain.citizen import (
    Age,
    AuthorityDocument,
    Citizen,
    IdentityDocument,
    OmsPolicy,
    Representative,
    ResidenceAddress,
    Stay,
)
from adapter.domain.history import (
    CurrentJob,
    DisabilityCause,
    Education,
    ElectronicSickLeave,
    Ipra,
    Previous,
    PreviousProfLoss,
    RehabResults,
    TemporaryDisability,
    Work,
)
from adapter.domain.requisites import PatientId

CITIZEN_SNILS = "001-000-055 22"
REPRESENTATIVE_SNILS = "001-000-066 25"
_BIRTH = date(1985, 3, 31)


def sample_citizen(organization_oid: str, on: date) -> Citizen:
    """Return the citizen, a woman born on 31.03.1985, of the age she has on the day `on`."""
    residence = ResidenceAddress(
        country="Россия",
        postal_code="123181",
        subject_code="77",
        district="Строгино",
        locality="Москва",
        street="ул. Исаковского",
        house="28",
        building="2",
        apartment="589",
        text="г. Москва, ул. Исаковского, д. 28, к. 2, кв. 589",
        fias_object_guid="d1c8d6db-f1b9-49db-895e-c3a93997da77",
        fias_house_guid="6e9eda8d-22d9-481a-bb4f-a5c221c194a4",
        type="1",
    )
    return Citizen(
        family_name="Примерова",
        given_name="Екатерина",
        patronymic="Ивановна",
        birth_date=_BIRTH,
        age=Age(value=_full_years(_BIRTH, on), unit="YEAR"),
        sex="2",
        citizenship="1",
        military_status="4",
        residence=(residence,),
        no_fixed_address=False,
        stay=Stay(type="4", address=moscow_address("ул. Кулакова", "23", "123592"), ogrn="1037734008575"),
        phones=("+70000000010", "+70000000011"),
        email="patient@example.org",
        snils=CITIZEN_SNILS,
        oms_policy=OmsPolicy(type="2", number="9900000000001117"),
        identity_document=_passport("0000", "000123"),
        mis_patient_id=PatientId(
            root=f"{organization_oid}.100.1.1.10", extension="5b9f0e0f-6a3d-4b21-8f1e-6a9f2c7d4e03"
        ),
    )


def sample_representative() -> Representative:
    """Return the guardian of the citizen, a natural person."""
    return Representative(
        family_name="Примерова",
        given_name="Елена",
        patronymic="Николаевна",
        birth_date=date(1960, 5, 12),
        authority_document=AuthorityDocument(
            type="2",
            series="0011",
            number="000445",
            issued_by="Орган опеки и попечительства",
            issue_date=date(2016, 2, 18),
        ),
        identity_document=_passport("0000", "000356"),
        phones=("+70000000012",),
        email="guardian@example.org",
        snils=REPRESENTATIVE_SNILS,
    )


def sample_previous(on: date) -> Previous:
    """Return the previous expertise: the third group for two years that end in two months."""
    return Previous(
        group="3",
        until=on + timedelta(days=60),
        period_on_disability="4",
        term="2",
        established_order="2",
        cause=DisabilityCause(code="4"),
        prof_loss=(PreviousProfLoss(percent=60, term="2", until=on + timedelta(days=60)),),
        act_number="77.001/2024",
        act_date=on - timedelta(days=670),
    )


def sample_education() -> Education:
    """Return the education of the citizen, who studies beside her work."""
    return Education(
        organization_name="Медицинское училище",
        address=moscow_address("ул. Смирнова", "44", "123100"),
        course_or_class="2",
        profession="Зубной техник",
    )


def sample_work() -> Work:
    """Return the work of the citizen."""
    return Work(
        status="WORKS",
        main_profession="Регистратор",
        qualification="Вторая категория",
        experience="12 лет",
        current_job=CurrentJob(
            profession="Регистратор", speciality="Делопроизводство", position="Медицинский регистратор"
        ),
        conditions="Работа сидя, в помещении, неполный рабочий день",
        employer_name="ГБУЗ «Городская поликлиника № 180»",
        employer_address=moscow_address("ул. Кулакова", "23", "123592"),
    )


def sample_temporary_disability(on: date) -> tuple[TemporaryDisability, ...]:
    """Return a closed period of nine days and the open one."""
    return (
        TemporaryDisability(
            start=on - timedelta(days=240),
            end=on - timedelta(days=232),
            days=9,
            diagnosis="Термический ожог кисти второй степени",
            icd10="T23.2",
        ),
        TemporaryDisability(
            start=on - timedelta(days=20), diagnosis="Саркома мягких тканей правой голени", icd10="C49.2"
        ),
    )


def sample_sick_leave() -> ElectronicSickLeave:
    """Return the electronic sick leave that is open."""
    return ElectronicSickLeave(present=True, number="900000000123")


def sample_ipra(on: date) -> Ipra:
    """Return the programme of rehabilitation of the previous expertise."""
    return Ipra(number="123.1.77/2024", protocol_number="123", protocol_date=on - timedelta(days=670))


def sample_rehab_results() -> RehabResults:
    """Return what rehabilitation has achieved."""
    return RehabResults(
        text="Программа выполнена частично: курс лечебной физкультуры пройден, опора на ногу ограничена.",
        restoration="2",
        compensation="2",
    )


def _passport(series: str, number: str) -> IdentityDocument:
    return IdentityDocument(
        type="1",
        series=series,
        number=number,
        issued_by="Отделение по району Строгино города Москвы",
        issuer_code="770-095",
        issue_date=date(2015, 4, 18),
    )


def _full_years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
