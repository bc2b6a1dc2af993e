"""Persons and organisations of the project's own sample documents; every number is synthetic.

СНИЛС are below 001-001-998, a range that was never given to anybody, and have right check digits.
"""

from dataclasses import dataclass

from adapter.domain.requisites import Address, Authority, Organization, ReceiverBureau, StaffId, StaffPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    """Who signs a sample: a person, the post (list 1.2.643.5.1.13.13.11.1002) and the right to act."""

    staff_id: str
    snils: str
    post_code: str
    family_name: str
    given_name: str
    patronymic: str | None = None
    authority: Authority | None = None

    def at(self, organization_oid: str) -> StaffPerson:
        """Return the person as staff of the organisation."""
        return StaffPerson(
            mis_staff_id=StaffId(root=f"{organization_oid}.100.1.1.70", extension=self.staff_id),
            snils=self.snils,
            post_code=self.post_code,
            family_name=self.family_name,
            given_name=self.given_name,
            patronymic=self.patronymic,
            organization_oid=organization_oid,
            authority=self.authority,
        )


SURGEON = SamplePerson(
    staff_id="2341",
    snils="001-000-011 10",
    post_code="122",
    family_name="Примеров",
    given_name="Александр",
    patronymic="Иванович",
)
NEUROLOGIST = SamplePerson(
    staff_id="2342",
    snils="001-000-022 13",
    post_code="45",
    family_name="Образцова",
    given_name="Мария",
    patronymic="Петровна",
)
DEPUTY_HEAD = SamplePerson(
    staff_id="2343",
    snils="001-000-033 16",
    post_code="6",
    family_name="Учебный",
    given_name="Андрей",
    patronymic="Фёдорович",
)
BUREAU_HEAD = SamplePerson(
    staff_id="17",
    snils="001-000-044 19",
    post_code="513",
    family_name="Экспертова",
    given_name="Ольга",
    patronymic="Сергеевна",
)

HOSPITAL_OID = "1.2.643.5.1.13.13.12.2.77.7973"
HOSPITAL_OGRN = "1037734008575"
HOSPITAL_NAME = "ГБУЗ «Городская поликлиника № 180»"
BUREAU_OID = "1.2.643.5.1.13.13.12.2.77.1270"
BUREAU_NAME = "Бюро № 1 главного бюро МСЭ"


def moscow_address(street: str, house: str, postal_code: str, apartment: str | None = None) -> Address:
    """Return an address in Moscow (subject 77)."""
    flat = f", кв. {apartment}" if apartment else ""
    return Address(
        country="Россия",
        postal_code=postal_code,
        subject_code="77",
        locality="Москва",
        street=street,
        house=house,
        apartment=apartment,
        text=f"г. Москва, {street}, д. {house}{flat}",
    )


def sample_organization(oid: str, ogrn: str, name: str) -> Organization:
    """Return the referring medical organisation."""
    return Organization(
        oid=oid,
        department_oid=f"{oid}.0.1",
        name=name,
        address=moscow_address("ул. Кулакова", "23", "123592"),
        ogrn=ogrn,
        okato="45283577000",
        license_number="ЛО-77-01-018109",
        license_issuer="Департамент здравоохранения города Москвы",
        phone=("+74957503971",),
        is_state=True,
    )


def sample_bureau(oid: str, name: str) -> ReceiverBureau:
    """Return the bureau that the citizen is referred to."""
    return ReceiverBureau(
        oid=oid,
        name=name,
        phone="+74957545117",
        address=moscow_address("ул. Гамалеи", "13", "123098"),
        eaviias_code="77-001",
    )
