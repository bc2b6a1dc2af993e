"""Organisations, addresses and staff."""

import datetime as dt
from random import Random

from adapter.domain.requisites import (
    Address,
    Authority,
    Organization,
    ReceiverBureau,
    StaffId,
    StaffPerson,
)
from tests.valid_referrals import numbers, texts
from tests.valid_referrals.dates import DAY, between

#: Subjects with the name of a town there: leading zeros, the two capitals, the far East.
SUBJECTS = {
    "01": "Майкоп",
    "77": "Москва",
    "70": "Томск",
    "41": "Петропавловск-Камчатский",
    "92": "Севастополь",
}
_KINDS_OF_AUTHORITY = ("ACTING_HEAD_ORDER", "POWER_OF_ATTORNEY")


def address(random: Random, subject: str) -> Address:
    """Return a full address in the subject; the parts beside the text are filled or not."""
    return Address(subject_code=subject, **address_parts(random, subject))  # type: ignore[arg-type]


def address_parts(random: Random, subject: str) -> dict[str, str | None]:
    """Return the fields of an address but the subject."""
    street, house = random.choice(texts.STREETS), str(random.randint(1, 120))
    text = f"г. {SUBJECTS[subject]}, {street}, д. {house}"
    if random.random() < 0.4:
        return {"text": text}
    apartment = str(random.randint(1, 300))
    return {
        "country": "Россия",
        "postal_code": numbers.number(random, 6),
        "locality": SUBJECTS[subject],
        "street": street,
        "house": house,
        "building": random.choice((None, "2", "стр. 1")),
        "apartment": apartment,
        "text": f"{text}, кв. {apartment}",
        "fias_object_guid": numbers.guid(random),
        "fias_house_guid": random.choice((None, numbers.guid(random))),
    }


def organization(random: Random, subject: str) -> Organization:
    """Return a medical organisation of the subject: a legal entity, or an entrepreneur."""
    oid = f"1.2.643.5.1.13.13.12.2.{int(subject)}.{random.randint(1, 99_999)}"
    entrepreneur = random.random() < 0.1
    full = random.random() < 0.5
    inn = numbers.inn_of_person(random) if entrepreneur else numbers.inn_of_organization(random)
    return Organization(
        oid=oid,
        department_oid=f"{oid}.0.{random.randint(1, 999)}" if full else None,
        name=random.choice(texts.HOSPITALS),
        address=address(random, subject),
        ogrn=numbers.ogrnip(random) if entrepreneur else numbers.ogrn(random),
        inn=inn if full else None,
        kpp=None if entrepreneur or not full else f"{numbers.number(random, 4)}01{numbers.number(random, 3)}",
        okpo=numbers.number(random, 10 if entrepreneur else 8) if full else None,
        okato=f"{random.randint(1, 99):02d}{numbers.number(random, 9)}" if full else None,
        license_number="Л041-01137-77/00000000" if full else None,
        license_issuer="Росздравнадзор" if full else None,
        phone=tuple(numbers.phone(random) for _ in range(random.randint(1, 2))),
        is_state=not entrepreneur and random.random() < 0.9,
    )


def bureau(random: Random, subject: str) -> ReceiverBureau:
    """Return a bureau of the subject."""
    return ReceiverBureau(
        oid=f"1.2.643.5.1.13.13.12.2.{int(subject)}.{random.randint(1, 9_999)}",
        name=f"Бюро № {random.randint(1, 30)}",
        phone=numbers.phone(random),
        address=address(random, subject),
        eaviias_code=random.choice((None, f"{subject}-001")),
    )


def staff(random: Random, organization_oid: str, count: int, issued: dt.date) -> tuple[StaffPerson, ...]:
    """Return so many different employees; the first one may act under an order or a power of attorney."""
    return tuple(
        StaffPerson(
            mis_staff_id=StaffId(root=f"{organization_oid}.100.1.1.70", extension=str(1000 + place)),
            snils=numbers.snils(random, f"{numbers.STAFF}{place}"),
            post_code=random.choice(texts.POSTS),
            family_name=random.choice(texts.FAMILY_NAMES),
            given_name=random.choice(texts.GIVEN_NAMES),
            patronymic=random.choice((None, *texts.PATRONYMICS)),
            organization_oid=organization_oid,
            authority=_authority(random, issued) if place == 0 and random.random() < 0.2 else None,
        )
        for place in range(count)
    )


def _authority(random: Random, issued: dt.date) -> Authority:
    start = between(random, issued - 200 * DAY, issued - 5 * DAY)
    return Authority(
        kind=random.choice(_KINDS_OF_AUTHORITY),
        number=f"{random.randint(1, 999)}-к",
        issued_at=start - random.randint(0, 5) * DAY,
        valid_from=start,
        valid_until=random.choice((None, issued, issued + 100 * DAY)),
        issuer_name="Главный врач",
        issuer_ogrn=random.choice((None, numbers.ogrn(random))),
    )
