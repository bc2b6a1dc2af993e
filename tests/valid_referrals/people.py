"""The citizen and the representative."""

import datetime as dt
from random import Random

from adapter.domain.citizen import (
    Age,
    AuthorityDocument,
    Citizen,
    GuardianOrganization,
    IdentityDocument,
    OmsPolicy,
    Representative,
    ResidenceAddress,
    Stay,
)
from adapter.domain.requisites import PatientId
from tests.valid_referrals import numbers, texts
from tests.valid_referrals.dates import ADULT, DAY, PASSPORT, YEAR, between
from tests.valid_referrals.parties import SUBJECTS, address, address_parts
from tests.valid_referrals.traits import Keeper, Traits

_PASSPORT, _BIRTH_CERTIFICATE, _FOREIGN_BIRTH_CERTIFICATE = "1", "6", "32"
_FOREIGNER, _STATELESS = "3", "4"
#: Documents of adults from abroad: passport of a foreigner; residence permit, temporary residence.
_DOCUMENTS = {_FOREIGNER: ("10",), _STATELESS: ("11", "16")}


def citizen(
    random: Random, traits: Traits, born: dt.date, issued: dt.date, organization_oid: str, subject: str
) -> Citizen:
    """Return the citizen whom the traits describe."""
    minor = traits.months < ADULT
    reachable = not minor or traits.keeper is Keeper.NONE or random.random() < 0.5
    without_snils = traits.without_snils
    return Citizen(
        family_name=random.choice(texts.FAMILY_NAMES),
        given_name=random.choice(texts.GIVEN_NAMES),
        patronymic=random.choice((None, *texts.PATRONYMICS)),
        birth_date=born,
        age=_age(traits.months),
        sex=random.choice("12"),
        citizenship=traits.citizenship,
        military_status=_military_status(random, traits),
        residence=_residence(random, traits, subject),
        no_fixed_address=traits.no_fixed_address,
        stay=_stay(random, traits.stay, subject),
        phones=tuple(numbers.phone(random) for _ in range(random.randint(1, 2))) if reachable else (),
        email="citizen@example.org" if reachable and random.random() < 0.3 else None,
        snils=None if without_snils else _snils(random),
        snils_absence_reason="Иностранный гражданин, СНИЛС не оформлен" if without_snils else None,
        oms_policy=_policy(random, traits),
        identity_document=_identity(random, traits, born, issued),
        mis_patient_id=PatientId(root=f"{organization_oid}.100.1.1.10", extension=numbers.guid(random)),
    )


def representative(random: Random, traits: Traits, born: dt.date, issued: dt.date) -> Representative | None:
    """Return who acts for the citizen: nobody, a person or a legal entity."""
    if traits.keeper is Keeper.NONE:
        return None
    minor = traits.months < ADULT
    kinds = ("1", "2", "5") if minor else ("2", "3", "4")
    organization = traits.keeper is Keeper.ORGANIZATION
    kind = "2" if organization else random.choice(kinds)
    authority = AuthorityDocument(
        type=kind,
        series=random.choice((None, "II-МЮ")) if kind == "1" else None,
        number=numbers.number(random, 6),
        issued_by=random.choice(texts.AUTHORITIES),
        issue_date=between(random, max(born, issued - 3000 * DAY), issued),
    )
    phones = (numbers.phone(random),)
    if organization:
        subject = random.choice(tuple(SUBJECTS))
        guardian = GuardianOrganization(
            name=random.choice(texts.GUARDIANS), address=address(random, subject), ogrn=numbers.ogrn(random)
        )
        return Representative(authority_document=authority, phones=phones, guardian_organization=guardian)
    grown = min(born, issued - 30 * 366 * DAY) if minor else issued - 40 * 366 * DAY
    representative_born = between(random, grown - 30 * 366 * DAY, grown - 18 * 366 * DAY if minor else grown)
    return Representative(
        family_name=random.choice(texts.FAMILY_NAMES),
        given_name=random.choice(texts.GIVEN_NAMES),
        patronymic=random.choice((None, *texts.PATRONYMICS)),
        birth_date=representative_born,
        authority_document=authority,
        identity_document=_passport(random, between(random, issued - 2000 * DAY, issued)),
        phones=phones,
        email=random.choice((None, "guardian@example.org")),
        snils=numbers.snils(random, numbers.REPRESENTATIVE),
    )


def _age(months: int) -> Age:
    return Age(value=months, unit="MONTH") if months < YEAR else Age(value=months // YEAR, unit="YEAR")


def _snils(random: Random) -> str:
    return numbers.early_snils(random) if random.random() < 0.2 else numbers.snils(random, numbers.CITIZEN)


def _residence(random: Random, traits: Traits, subject: str) -> tuple[ResidenceAddress, ...]:
    if traits.no_fixed_address:
        # The subject is enough; where somebody really stays may be told whole.
        known = (
            address_parts(random, subject) if random.random() < 0.5 else {"text": f"г. {SUBJECTS[subject]}"}
        )
        return (ResidenceAddress(subject_code=subject, type="3", **known),)
    kinds = random.sample(("1", "2", "3"), random.randint(1, 2))
    return tuple(
        ResidenceAddress(subject_code=subject, type=kind, **address_parts(random, subject))  # type: ignore[arg-type]
        for kind in kinds
    )


def _stay(random: Random, kind: str, subject: str) -> Stay:
    """Only an organisation has an address and an ОГРН here (п. 13.1-13.4)."""
    return (
        Stay(type=kind)
        if kind == "5"
        else Stay(type=kind, address=address(random, subject), ogrn=numbers.ogrn(random))
    )


def _military_status(random: Random, traits: Traits) -> str:
    if traits.military:
        return traits.military
    return "4" if traits.months < ADULT or traits.citizenship not in "12" else random.choice("134")


def _policy(random: Random, traits: Traits) -> OmsPolicy | None:
    kind = traits.policy or random.choice("01234")
    if kind == "0":
        return None
    if kind == "1":
        return OmsPolicy(type="1", series="00АБ", number=numbers.number(random, 8))
    if kind == "4":
        return OmsPolicy(type="4", number=numbers.number(random, 9))
    return OmsPolicy(type=kind, number=numbers.policy_number(random))


def _identity(random: Random, traits: Traits, born: dt.date, issued: dt.date) -> IdentityDocument:
    """Return a document of the age and citizenship: a certificate of birth under fourteen years."""
    home = traits.citizenship in "12"
    day = between(random, born, issued)
    if traits.months < PASSPORT:
        kind = _BIRTH_CERTIFICATE if home else _FOREIGN_BIRTH_CERTIFICATE
        series = random.choice(("I-МЮ", "IV-ЕР")) if home else None
        number = numbers.number(random, 6)
        return IdentityDocument(
            type=kind, series=series, number=number, issued_by=random.choice(texts.ISSUERS), issue_date=day
        )
    fourteen = born + 14 * 366 * DAY
    if home:
        return _passport(random, between(random, fourteen, issued))
    return IdentityDocument(
        type=random.choice(_DOCUMENTS[traits.citizenship]),
        series=random.choice((None, "82")),
        number=numbers.number(random, 7),
        issued_by="МВД",
        issue_date=between(random, fourteen, issued),
    )


def _passport(random: Random, day: dt.date) -> IdentityDocument:
    return IdentityDocument(
        type=_PASSPORT,
        series=f"00{numbers.number(random, 2)}",
        number=numbers.number(random, 6),
        issued_by=random.choice(texts.ISSUERS),
        issuer_code=f"{numbers.number(random, 3)}-{numbers.number(random, 3)}",
        issue_date=day,
    )
