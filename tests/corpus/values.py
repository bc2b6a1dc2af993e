"""Right parts of referrals that cases put in or make wrong."""

import datetime as dt

from adapter.domain.citizen import GuardianOrganization, IdentityDocument
from adapter.domain.history import TemporaryDisability
from adapter.domain.requisites import Address

GUARDIAN = GuardianOrganization(
    name="ГКУ «Центр содействия»",
    address=Address(subject_code="77", text="г. Москва, ул. Примерная, д. 3"),
    ogrn="1027700132195",
)


def passport() -> IdentityDocument:
    """Return the passport of a citizen of Russia."""
    return IdentityDocument(
        type="1",
        series="0001",
        number="000123",
        issued_by="ОВД Центрального района",
        issuer_code="770-001",
        issue_date=dt.date(2022, 5, 20),
    )


def disability(start: dt.date, days: int, counted: int | None = None) -> TemporaryDisability:
    """Return a period of temporary disability of so many days; `counted` is what is written of them."""
    return TemporaryDisability(
        start=start,
        end=start + dt.timedelta(days=days - 1),
        days=days if counted is None else counted,
        diagnosis="Боль внизу спины",
        icd10="M54.5",
    )
