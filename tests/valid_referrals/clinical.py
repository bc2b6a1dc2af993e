"""Measurements, examinations, diagnosis, medicines."""

import datetime as dt
from decimal import Decimal
from random import Random

from adapter.domain.clinical import Anthropometry, Complication, Diagnosis, Disease, Examination, Medication
from adapter.domain.requisites import DocumentId
from tests.valid_referrals import numbers, texts
from tests.valid_referrals.dates import ADULT, DAY, THREE_YEARS, YEAR, between
from tests.valid_referrals.traits import Traits

#: Age in months up to which, then the usual heights (cm) and body mass indices.
_SIZES = ((YEAR, (50, 76), (13, 18)), (THREE_YEARS, (74, 100), (14, 18)), (ADULT, (95, 185), (14, 25)))
_GROWN = ((145, 200), (17, 40))


def anthropometry(random: Random, traits: Traits) -> Anthropometry:
    """Return measurements that fit the age; what is asked under three years only is given there only."""
    heights, indices = next(
        ((heights, indices) for limit, heights, indices in _SIZES if traits.months < limit), _GROWN
    )
    height = Decimal(random.randint(heights[0] * 2, heights[1] * 2)) / 2
    weight = (Decimal(random.randint(*indices)) * height * height / 10_000).quantize(Decimal("0.1"))
    exact = weight * 10_000 / (height * height)
    small = traits.months < THREE_YEARS
    linen = random.random() < 0.3
    return Anthropometry(
        height=height,
        weight=weight,
        bmi=exact.quantize(random.choice((Decimal("0.1"), Decimal("0.01")))),
        body_build=random.choice("123"),
        daily_output_ml=random.randint(200, 3000) if linen else None,
        waist_cm=random.randint(40, 130) if linen else None,
        hips_cm=random.randint(40, 140) if linen else None,
        birth_weight=random.randint(900, 4500) if small else None,
        physical_development=random.choice(texts.DEVELOPMENT) if small else None,
    )


def examinations(
    random: Random, born: dt.date, last: dt.date, organization_oid: str
) -> tuple[Examination, ...]:
    """Return one to four examinations of the last half year."""
    return tuple(
        Examination(
            date=between(random, max(born, last - 180 * DAY), last),
            code=code,
            name=name,
            result=random.choice(texts.RESULTS),
            linked_document_id=DocumentId(
                root=f"{organization_oid}.100.1.1.51", extension=numbers.number(random, 9)
            )
            if random.random() < 0.3
            else None,
        )
        for code, name in random.sample(texts.SERVICES, random.randint(1, 4))
    )


def diagnosis(random: Random, traits: Traits) -> Diagnosis:
    """Return the diagnosis: no code stands twice."""
    code, name = texts.AMPUTATION if traits.amputee else random.choice(texts.DISEASES)
    others = random.sample(texts.OTHER_DISEASES, len(texts.OTHER_DISEASES))
    uncoded = Complication(text="Хроническая боль, умеренный болевой синдром")
    return Diagnosis(
        main=Disease(text=name, icd10=code),
        main_complications=_complications(others[:1], uncoded) if random.random() < 0.5 else (),
        concomitant=tuple(
            Disease(text=text, icd10=one) for one, text in others[2 : 2 + random.randint(0, 2)]
        ),
        concomitant_complications=_complications(others[5:6], uncoded) if random.random() < 0.3 else (),
    )


def _complications(rows: list[tuple[str, str]], uncoded: Complication) -> tuple[Complication, ...]:
    return (*(Complication(text=text, icd10=code) for code, text in rows), uncoded)


def medications(random: Random, traits: Traits) -> tuple[Medication, ...]:
    """Return the medicines of somebody injured at work; nobody else has them in the form (п. 35.1)."""
    if not traits.victim:
        return ()
    return tuple(
        Medication(
            name=name,
            dose=random.choice(texts.DOSES),
            duration=random.choice(texts.DURATIONS),
            courses=random.choice(texts.COURSES),
        )
        for name in random.sample(texts.MEDICINES, random.randint(1, 3))
    )
