"""Builds a valid referral of a kind from a source of randomness."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from adapter.domain.checks import Context
from adapter.domain.referral import CaseEvents, Commission, Consent, Referral, VkProtocol
from adapter.domain.requisites import DocumentId, DocumentSetId, StaffPerson
from tests.valid_referrals import clinical, history, numbers, parties, people, texts
from tests.valid_referrals.dates import ADULT, DAY, between, birth_date
from tests.valid_referrals.traits import Traits, traits_of

_FIRST, _LAST = dt.date(2023, 1, 9), dt.date(2026, 10, 30)


@dataclass(frozen=True, slots=True)
class Valid:
    """A referral and when it is received."""

    referral: Referral
    context: Context
    traits: Traits


def referral(kind: str, random: Random) -> Valid:
    """Return a valid referral of a kind (`traits.KINDS`), received up to ten days after it was issued."""
    traits = traits_of(kind, random)
    issued = between(random, _FIRST, _LAST)
    received = dt.datetime.combine(issued + random.randint(0, 10) * DAY, dt.time(9), tzinfo=dt.UTC)
    return Valid(build(random, traits, issued), Context(received.date(), received), traits)


def build(random: Random, traits: Traits, issued: dt.date) -> Referral:
    """Return the referral of somebody with the traits, issued on the day."""
    subject = random.choice(tuple(parties.SUBJECTS))
    born = birth_date(random, issued, traits.months)
    protocol = between(random, max(born, issued - 20 * DAY), issued)
    organization = parties.organization(random, subject)
    commission = parties.staff(random, organization.oid, random.randint(3, 6), issued)
    before = history.previous(random, traits, born, issued)
    ipra, results = history.programme(random, before)
    version, root = traits.version, f"{organization.oid}.100.1.1"
    representative = people.representative(random, traits, born, issued)
    citizen = people.citizen(random, traits, born, issued, organization.oid, subject)
    needed = random.random() < 0.8
    return Referral(
        id_="referral",
        document_id=DocumentId(root=f"{root}.51", extension=numbers.guid(random)),
        document_set_id=DocumentSetId(root=f"{root}.50", extension=numbers.guid(random)),
        version_number=version,
        replaces_document_id=DocumentId(root=f"{root}.51", extension=f"v-{version - 1}")
        if version > 1
        else None,
        document_kind="121",
        created_at=dt.datetime.combine(issued, dt.time(random.randint(0, 8)), tzinfo=dt.UTC),
        confidentiality_code=random.choice("NRV"),
        organization=organization,
        vk_protocol=VkProtocol(number=random.choice(texts.PROTOCOLS), date=protocol),
        issue_date=issued,
        home_examination=traits.home,
        palliative_care=traits.palliative,
        primary_prosthetics=traits.amputee,
        purposes=_purposes(random, traits),
        referral_order="2" if traits.repeat else "1",
        consent=Consent(
            date=between(random, max(born, protocol - 30 * DAY), protocol),
            preferred_form=random.choice("12"),
            notification_methods=_methods(random, traits),
        ),
        receiver_bureau=parties.bureau(random, subject),
        eaviias_guid=random.choice((None, numbers.guid(random))),
        citizen=citizen,
        representative=representative,
        previous=before,
        education=history.education(random, traits, subject),
        work=history.work(random, traits, subject),
        observed_since_year=history.observed_since(random, born, issued),
        anamnesis_morbi=random.choice(texts.ANAMNESIS),
        anamnesis_vitae=random.choice(texts.LIFE),
        temporary_disability=history.temporary_disability(random, traits, issued),
        electronic_sick_leave=history.sick_leave(random, traits),
        ipra=ipra,
        rehab_results=results,
        anthropometry=clinical.anthropometry(random, traits),
        health_state=random.choice(texts.HEALTH),
        complaints=random.choice((None, *texts.COMPLAINTS)),
        examinations=clinical.examinations(random, born, protocol, organization.oid),
        diagnosis=clinical.diagnosis(random, traits),
        clinical_prognosis=str(random.randint(10, 13)),
        rehab_potential=random.choice(("14", "15", "16", "21")),
        rehab_prognosis=str(random.randint(17, 20)),
        recommended_rehabilitation=random.choice(texts.REHABILITATION) if needed else None,
        rehabilitation_not_needed=random.choice((None, False)) if needed else True,
        medications=clinical.medications(random, traits),
        reconstructive_surgery=random.choice((None, *texts.SURGERY)),
        prosthetics_and_aids=random.choice((None, *texts.AIDS)),
        sanatorium=random.choice(texts.SANATORIUM) if traits.victim else None,
        special_care=random.choice(texts.CARE) if traits.victim else None,
        fill_date=issued,
        commission=Commission(chair=commission[0], members=commission[1:]),
        author=_author(random, commission),
        legal_authenticator=commission[0],
        case_events=_events(random, traits, born, protocol),
    )


def _author(random: Random, commission: tuple[StaffPerson, ...]) -> StaffPerson:
    return random.choice(commission[1:])


def _purposes(random: Random, traits: Traits) -> tuple[str, ...]:
    if traits.purposes:
        return traits.purposes
    first = "2" if traits.months < ADULT else "1"
    if traits.victim:
        return (first, "10", "11", *("6",)[: random.randint(0, 1)])
    further = ("3", "4", "5", "10")
    return (first, *random.sample(further, random.randint(0, len(further))))


def _methods(random: Random, traits: Traits) -> tuple[str, ...]:
    """A registered letter needs an address; somebody's telephone is always there."""
    methods = ("1", "3") if traits.no_fixed_address else ("1", "2", "3")
    return tuple(random.sample(methods, random.randint(1, len(methods))))


def _events(random: Random, traits: Traits, born: dt.date, last: dt.date) -> CaseEvents | None:
    if not (traits.svo or traits.amputee or random.random() < 0.3):
        return None
    visit = between(random, max(born, last - 60 * DAY), last)
    return CaseEvents(
        doctor_visit=visit,
        examinations_complete_date=between(random, visit, last),
        operation_date=between(random, max(born, last - 30 * DAY), last) if traits.amputee else None,
        svo_participant=True if traits.svo else random.choice((None, False)),
    )
